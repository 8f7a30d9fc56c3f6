/* SPDX-License-Identifier: ISC */
/*
 * peer stream|datagram COMMAND ...: runs COMMAND on 127.0.0.1:11000
 * peer stalled N: N clients there that send half a request and wait
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sockaddr_in address = {.sin_family = AF_INET};

static _Noreturn void
serve(int kind, char *argv[])
{
	int fd = socket(AF_INET, kind, 0);
	int yes = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    (kind == SOCK_STREAM && listen(fd, SOMAXCONN) < 0))
		err(EXIT_FAILURE, "cannot listen");
	if (dup2(fd, STDIN_FILENO) < 0)
		err(EXIT_FAILURE, "cannot pass the socket on");
	close(fd);
	execvp(argv[0], argv);
	err(EXIT_FAILURE, "%s", argv[0]);
}

static _Noreturn void
stall(long clients)
{
	static const char half[] = "27:cummi";

	while (clients-- > 0) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 ||
		    connect(fd, (struct sockaddr *)&address, sizeof(address)) <
			0 ||
		    write(fd, half, sizeof(half) - 1) < 0)
			err(EXIT_FAILURE, "cannot connect");
	}
	for (;;)
		pause();
}

int
main(int argc, char *argv[])
{
	address.sin_port = htons(11000);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (argc < 3)
		errx(EXIT_FAILURE, "usage: peer KIND COMMAND ...");
	if (strcmp(argv[1], "stalled") == 0)
		stall(strtol(argv[2], NULL, 10));
	serve(strcmp(argv[1], "stream") == 0 ? SOCK_STREAM : SOCK_DGRAM,
	    argv + 2);
}
