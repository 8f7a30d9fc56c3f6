/* SPDX-License-Identifier: ISC */
/* Listening sockets: systemd's or standard input. */
#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/log.h"
#include "pool.h"

/* What a client that takes no reply costs of the kernel's memory, twice it. */
#define SEND_BUFFER 65536

/* What is wrong with a descriptor of such a kind. */
static const char *const problems[] = {
    [ENDPOINT_CONNECTION] = "connected, not listening: "
			    "Accept=no or inetd's wait is needed",
    [ENDPOINT_FILE] = "not a socket",
    [ENDPOINT_OTHER] = "a socket for sequenced packets",
    [ENDPOINT_ERROR] = "not open",
};

/* Returns whether crew's socket will do, and sets it up. */
static bool
check(struct crew *crew)
{
	static const int send_buffer = SEND_BUFFER;
	struct endpoint_peer peer;
	enum endpoint_kind kind = endpoint_inspect(crew->fd, &peer);
	int nonblocking = 0;

	crew->is_datagram = kind == ENDPOINT_DATAGRAM;
	if (kind != ENDPOINT_DATAGRAM && kind != ENDPOINT_LISTENER) {
		log_message(LOG_ERR,
		    "a listening socket is needed, but %s "
		    "(file descriptor %d) is %s",
		    crew->name, crew->fd, problems[kind]);
		return false;
	}
	/* Connections inherit it: so much of a reply the kernel may hold. */
	if (kind == ENDPOINT_LISTENER)
		setsockopt(crew->fd, SOL_SOCKET, SO_SNDBUF, &send_buffer,
		    sizeof(send_buffer));
	if (ioctl(crew->fd, FIONBIO, &nonblocking) != 0)
		log_die(EX_OSERR, "cannot make %s blocking: %s", crew->name,
		    strerror(errno));
	return true;
}

void
listener_find(struct pool *pool)
{
	static char **names; /* reachable for the life of the process */
	const char *pid = getenv("LISTEN_PID");
	int passed;

	/* Where a namespace has given this process another number, above all.
	 */
	if (pid != NULL && strtol(pid, NULL, 10) != getpid())
		log_message(LOG_WARNING,
		    "the sockets passed are for process %s (LISTEN_PID), and "
		    "this is %d",
		    pid, (int)getpid());
	passed = sd_listen_fds_with_names(true, &names);
	if (passed < 0)
		log_die(EX_OSERR, "cannot take the sockets passed: %s",
		    strerror(-passed));
	pool->crews = calloc((size_t)passed + 1, sizeof(*pool->crews));
	if (pool->crews == NULL)
		log_die(EX_OSERR, "out of memory");
	for (int i = 0; i < MAX(passed, 1); i++) {
		struct crew *crew = &pool->crews[pool->count];

		crew->pool = pool;
		crew->fd = passed > 0 ? SD_LISTEN_FDS_START + i : STDIN_FILENO;
		crew->name = passed > 0 ? names[i] : "standard input";
		pool->count += check(crew);
	}
	if (pool->count == 0)
		exit(EX_USAGE);
}
