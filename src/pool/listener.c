/* SPDX-License-Identifier: ISC */
/* Listening sockets: systemd's or standard input. */
#include "listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/log.h"

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

/* Returns 0, or the exit status for a descriptor that will not do. */
static int
check(struct listener *listener)
{
	static const int send_buffer = LISTENER_SEND_BUFFER;
	struct endpoint_peer peer;
	enum endpoint_kind kind = endpoint_inspect(listener->fd, &peer);
	const char *problem = kind_problem(kind);
	int flags;

	if (problem != NULL) {
		log_message(LOG_ERR,
		    "a listening socket is needed, but %s "
		    "(file descriptor %d) is %s",
		    listener->name, listener->fd, problem);
		return EX_USAGE;
	}
	listener->is_datagram = kind == ENDPOINT_DATAGRAM;
	/* Connections inherit it: so much of a reply the kernel may hold. */
	if (!listener->is_datagram)
		setsockopt(listener->fd, SOL_SOCKET, SO_SNDBUF, &send_buffer,
		    sizeof(send_buffer));
	flags = fcntl(listener->fd, F_GETFL);
	if (flags >= 0 &&
	    fcntl(listener->fd, F_SETFL, flags & ~O_NONBLOCK) == 0)
		return 0;
	log_message(LOG_ERR, "cannot make %s blocking: %s", listener->name,
	    strerror(errno));
	return EX_OSERR;
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

int
listener_find(struct listener **ret_listeners, size_t *ret_count)
{
	/* Reachable for the life of the process. */
	static struct listener *listeners;
	static char **names;
	size_t count, kept = 0;
	int passed, status = 0;

	look_for_others_sockets();
	passed = sd_listen_fds_with_names(true, &names);
	count = passed > 0 ? (size_t)passed : 1;
	if (passed < 0) {
		log_message(LOG_ERR, "cannot take the sockets passed: %s",
		    strerror(-passed));
		return EX_OSERR;
	}
	listeners = calloc(count, sizeof(*listeners));
	if (listeners == NULL) {
		log_message(LOG_ERR, "out of memory");
		return EX_OSERR;
	}
	for (size_t i = 0; i < count; i++) {
		struct listener *listener = &listeners[kept];

		listener->fd = STDIN_FILENO;
		listener->name = "standard input";
		if (passed > 0) {
			listener->fd = SD_LISTEN_FDS_START + (int)i;
			listener->name = names[i];
		}
		status = check(listener);
		if (status == 0)
			kept++;
	}
	if (kept == 0)
		return status;
	*ret_listeners = listeners;
	*ret_count = kept;
	return 0;
}

static int
on_connection(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct listener *listener = data;
	uint64_t now_us = 0;

	(void)fd;
	(void)events;
	sd_event_now(
	    sd_event_source_get_event(source), CLOCK_MONOTONIC, &now_us);
	listener->is_awake = true;
	listener->looks = 0;
	listener->look_ms = (long long)(now_us / 1000);
	return 0;
}

int
listener_watch(struct listener *listener, sd_event *event)
{
	int result = sd_event_add_io(event, &listener->source, listener->fd,
	    EPOLLIN, on_connection, listener);

	if (result < 0)
		return result;
	return sd_event_source_set_enabled(listener->source, SD_EVENT_ONESHOT);
}

bool
listener_look(struct listener *listener, long long now_ms)
{
	if (!listener_is_asked(listener)) {
		listener->is_awake = false;
		sd_event_source_set_enabled(listener->source, SD_EVENT_ONESHOT);
		return false;
	}
	/* Where this process has to wait for a processor others have to. */
	if (now_ms - listener->look_ms > LISTENER_LOOK_MS)
		listener->looks = 0;
	listener->look_ms = now_ms + LISTENER_LOOK_MS;
	if (++listener->looks < LISTENER_LOOKS)
		return false;
	listener->looks = 1;
	return true;
}

bool
listener_is_asked(const struct listener *listener)
{
	struct pollfd pfd = {.fd = listener->fd, .events = POLLIN};

	return poll(&pfd, 1, 0) > 0;
}

/* Of a listening socket these are those that wait (tcp(7), sock_diag(7)). */
long
listener_waiting(const struct listener *listener)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	if (getsockopt(listener->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
		return -1;
	return (long)info.tcpi_unacked;
}
