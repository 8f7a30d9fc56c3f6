/* SPDX-License-Identifier: ISC */
/* listen stream|datagram COMMAND ...: runs COMMAND on 127.0.0.1:11000. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET,
	    .sin_port = htons(11000),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	bool is_stream = argc > 1 && strcmp(argv[1], "stream") == 0;
	int fd = socket(AF_INET, is_stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	int yes = 1;

	if (argc < 3)
		errx(EXIT_FAILURE, "usage: listen KIND COMMAND ...");
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    (is_stream && listen(fd, SOMAXCONN) < 0))
		err(EXIT_FAILURE, "cannot listen");
	if (dup2(fd, STDIN_FILENO) < 0)
		err(EXIT_FAILURE, "cannot pass the socket on");
	close(fd);
	execvp(argv[2], argv + 2);
	err(EXIT_FAILURE, "%s", argv[2]);
}
