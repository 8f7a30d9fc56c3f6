/* SPDX-License-Identifier: ISC */
/* Listening sockets: systemd's or standard input. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/param.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/log.h"
#include "pool.h"

/*
 * All that could accept are taken where a connection waited at so many looks
 * and no worker ended meanwhile.  An honest load has one wait at half of all
 * looks, and where a process is started for each request at all of them.
 */
#define LOOKS 4

/* What a client that takes no reply costs of the kernel's memory, twice it. */
#define SEND_BUFFER 65536

/* What is wrong with a descriptor of this kind, or NULL. */
static const char *
kind_problem(enum endpoint_kind kind)
{
	switch (kind) {
	case ENDPOINT_LISTENER:
	case ENDPOINT_DATAGRAM:
		return NULL;
	case ENDPOINT_CONNECTION:
		return "connected, not listening: "
		       "Accept=no or inetd's wait is needed";
	case ENDPOINT_OTHER:
		return "a socket for sequenced packets";
	case ENDPOINT_FILE:
		return "not a socket";
	case ENDPOINT_ERROR:
		break;
	}
	return errno == EBADF ? "not open" : strerror(errno);
}

/* Returns whether crew's socket will do, and sets it up. */
static bool
check(struct crew *crew)
{
	static const int send_buffer = SEND_BUFFER;
	struct endpoint_peer peer;
	enum endpoint_kind kind = endpoint_inspect(crew->fd, &peer);
	const char *problem = kind_problem(kind);
	int flags;

	if (problem != NULL) {
		log_message(LOG_ERR,
		    "a listening socket is needed, but %s "
		    "(file descriptor %d) is %s",
		    crew->name, crew->fd, problem);
		return false;
	}
	crew->is_datagram = kind == ENDPOINT_DATAGRAM;
	/* Connections inherit it: so much of a reply the kernel may hold. */
	if (!crew->is_datagram)
		setsockopt(crew->fd, SOL_SOCKET, SO_SNDBUF, &send_buffer,
		    sizeof(send_buffer));
	flags = fcntl(crew->fd, F_GETFL);
	if (flags < 0 || fcntl(crew->fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
		log_die(EX_OSERR, "cannot make %s blocking: %s", crew->name,
		    strerror(errno));
	return true;
}

/* Where a namespace has given this process another number, above all. */
static void
look_for_others_sockets(void)
{
	const char *pid = getenv("LISTEN_PID");

	if (pid != NULL && strtol(pid, NULL, 10) != getpid())
		log_message(LOG_WARNING,
		    "the sockets passed are for process %s (LISTEN_PID), and "
		    "this is %d",
		    pid, (int)getpid());
}

void
listener_find(struct pool *pool)
{
	/* Reachable for the life of the process. */
	static char **names;
	int passed;

	look_for_others_sockets();
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

static int
on_connection(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct crew *crew = data;

	(void)source;
	(void)fd;
	(void)events;
	crew->look_ms = crew->pool->now_ms;
	crew->looks = 0;
	return 0;
}

void
listener_watch(struct crew *crew, sd_event *event)
{
	int result = sd_event_add_io(
	    event, &crew->source, crew->fd, EPOLLIN, on_connection, crew);

	if (result >= 0)
		result =
		    sd_event_source_set_enabled(crew->source, SD_EVENT_ONESHOT);
	if (result < 0)
		log_die(EX_OSERR, "cannot watch %s: %s", crew->name,
		    strerror(-result));
}

bool
listener_look(struct crew *crew)
{
	long long now_ms = crew->pool->now_ms;

	if (!listener_is_asked(crew)) {
		crew->look_ms = 0;
		sd_event_source_set_enabled(crew->source, SD_EVENT_ONESHOT);
		return false;
	}
	/* Where this process has to wait for a processor others have to. */
	if (now_ms - crew->look_ms > LISTENER_LOOK_MS)
		crew->looks = 0;
	crew->look_ms = now_ms + LISTENER_LOOK_MS;
	pool_wake(crew->pool, crew->look_ms);
	if (++crew->looks < LOOKS)
		return false;
	crew->looks = 1;
	return true;
}

bool
listener_is_asked(const struct crew *crew)
{
	struct pollfd pfd = {.fd = crew->fd, .events = POLLIN};

	return poll(&pfd, 1, 0) > 0;
}

/* Of a listening socket these are those that wait (tcp(7), sock_diag(7)). */
long
listener_waiting(const struct crew *crew)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	if (getsockopt(crew->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
		return -1;
	return (long)info.tcpi_unacked;
}
