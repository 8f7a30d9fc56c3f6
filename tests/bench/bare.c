/* SPDX-License-Identifier: ISC */
/*
 * bare PORT: the least that a server can do, in 16 processes: accept, read a
 * request, write its reply in lower case, close.  It checks nothing.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROCESSES 16
#define NAME_LEN  12 /* "cummingsify." */

static void
serve(int fd)
{
	static char buf[131072];
	char header[32], *content = NULL;
	size_t len = 0, size = 0;
	ssize_t n;

	while (content == NULL || len < (size_t)(content - buf) + size + 1) {
		n = read(fd, buf + len, sizeof(buf) - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		buf[len] = '\0';
		if (content != NULL)
			continue;
		size = strtoul(buf, &content, 10);
		content = *content == ':' ? content + 1 : NULL;
	}
	content += NAME_LEN;
	size -= NAME_LEN;
	for (size_t i = 0; i < size; i++)
		if (content[i] >= 'A' && content[i] <= 'Z')
			content[i] = (char)(content[i] | 32);
	/* The name was in front: there is room for the length. */
	len = (size_t)snprintf(header, sizeof(header), "%zu:", size);
	memcpy(content - len, header, len);
	if (write(fd, content - len, len + size + 1) < 0)
		return;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, fd;

	if (argc != 2)
		errx(64, "usage: bare PORT");
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr.sin_port = htons((in_port_t)atoi(argv[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(listener, 4096) < 0)
		err(71, "port %s", argv[1]);
	for (int i = 1; i < PROCESSES; i++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			break;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		serve(fd);
		close(fd);
	}
	err(71, "accept");
}
