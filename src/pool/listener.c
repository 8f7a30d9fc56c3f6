/* SPDX-License-Identifier: ISC */
/* Listening sockets: systemd's or standard input. */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/log.h"

/* What is wrong with a descriptor of this kind, or NULL. */
static const char *
kind_problem(enum endpoint_kind kind)
{
	switch (kind) {
	case ENDPOINT_LISTENER:
		return NULL;
	case ENDPOINT_CONNECTION:
		return "connected, not listening: "
		       "Accept=no or inetd's wait is needed";
	case ENDPOINT_DATAGRAM:
	case ENDPOINT_OTHER:
		return "not a stream socket";
	case ENDPOINT_FILE:
		return "not a socket";
	case ENDPOINT_ERROR:
		break;
	}
	return errno == EBADF ? "not open" : strerror(errno);
}

/* Returns 0, or the exit status for a descriptor that will not do. */
static int
check(const struct listener *listener)
{
	struct endpoint_peer peer;
	const char *problem =
	    kind_problem(endpoint_inspect(listener->fd, &peer));
	int flags;

	if (problem != NULL) {
		log_message(LOG_ERR,
		    "a listening socket is needed, but %s "
		    "(file descriptor %d) is %s",
		    listener->name, listener->fd, problem);
		return EX_USAGE;
	}
	flags = fcntl(listener->fd, F_GETFL);
	if (flags < 0 ||
	    fcntl(listener->fd, F_SETFL, flags & ~O_NONBLOCK) < 0) {
		log_message(LOG_ERR, "cannot make %s blocking: %s",
		    listener->name, strerror(errno));
		return EX_OSERR;
	}
	return 0;
}

int
listener_find(struct listener **ret_listeners, size_t *ret_count)
{
	/* Reachable for the life of the process. */
	static struct listener *listeners;
	static char **names;
	int passed = sd_listen_fds_with_names(true, &names);
	size_t count = passed > 0 ? (size_t)passed : 1;
	int status;

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
	listeners[0].fd = STDIN_FILENO;
	listeners[0].name = "standard input";
	for (size_t i = 0; i < count; i++) {
		if (passed > 0) {
			listeners[i].fd = SD_LISTEN_FDS_START + (int)i;
			listeners[i].name = names[i];
		}
		status = check(&listeners[i]);
		if (status != 0)
			return status;
	}
	*ret_listeners = listeners;
	*ret_count = count;
	return 0;
}
