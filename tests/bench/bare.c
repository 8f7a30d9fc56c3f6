/* SPDX-License-Identifier: ISC */
/*
 * bare [-u] PORT: the least that a server can do, in 16 processes: accept, read
 * a request, write its reply in lower case, close.  It checks nothing.  With -u
 * one process receives and sends datagrams.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROCESSES 16
#define NAME_LEN  12 /* "cummingsify." */

static char buf[131072];

/* Makes a reply of the len bytes in buf.  Returns false where more must come.
 */
static bool
make_reply(size_t len, struct iovec *ret_reply)
{
	char header[32], *content;
	size_t size;

	buf[len] = '\0';
	size = strtoul(buf, &content, 10);
	if (*content++ != ':' || len < (size_t)(content - buf) + size + 1)
		return false;
	content += NAME_LEN;
	size -= NAME_LEN;
	for (size_t i = 0; i < size; i++)
		if (content[i] >= 'A' && content[i] <= 'Z')
			content[i] = (char)(content[i] | 32);
	/* The name was in front: there is room for the length. */
	len = (size_t)snprintf(header, sizeof(header), "%zu:", size);
	memcpy(content - len, header, len);
	ret_reply->iov_base = content - len;
	ret_reply->iov_len = len + size + 1;
	return true;
}

static void
serve(int fd)
{
	struct iovec reply;
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, buf + len, sizeof(buf) - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
	} while (!make_reply(len, &reply));
	if (write(fd, reply.iov_base, reply.iov_len) < 0)
		return;
}

static void
serve_datagrams(int fd)
{
	struct sockaddr_storage peer;
	struct iovec data;
	struct msghdr message = {
	    .msg_name = &peer, .msg_iov = &data, .msg_iovlen = 1};
	ssize_t n;

	for (;;) {
		data.iov_base = buf;
		data.iov_len = sizeof(buf) - 1;
		message.msg_namelen = sizeof(peer);
		n = recvmsg(fd, &message, 0);
		if (n < 0)
			err(71, "recvmsg");
		if (make_reply((size_t)n, &data) &&
		    sendmsg(fd, &message, 0) < 0)
			err(71, "sendmsg");
	}
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	bool is_datagram = argc == 3 && strcmp(argv[1], "-u") == 0;
	int listener, one = 1, fd;

	if (argc != 2 + is_datagram)
		errx(64, "usage: bare [-u] PORT");
	listener = socket(AF_INET, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr.sin_port = htons((in_port_t)atoi(argv[argc - 1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		err(71, "port %s", argv[argc - 1]);
	if (is_datagram)
		serve_datagrams(listener);
	if (listen(listener, 4096) < 0)
		err(71, "listen");
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
