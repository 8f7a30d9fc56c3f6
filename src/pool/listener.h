/* SPDX-License-Identifier: ISC */
/* The listening sockets that a process was started with. */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>
#include <stddef.h>

struct listener {
	int fd;
	const char *name; /* for the log */
};

/*
 * Finds the listening stream sockets that systemd passed
 * (sd_listen_fds_with_names(3)), or else the one on file descriptor 0, makes
 * them blocking, as inetd's "wait" has them, and removes LISTEN_PID,
 * LISTEN_FDS and LISTEN_FDNAMES from the environment.  Of several, those that
 * will not do are left out, and logged.
 *
 * Returns 0, with an array that lives as long as the process in ret_listeners
 * and its size, at least 1, in ret_count; or the exit status of sysexits.h
 * that tells what is wrong, which was logged.
 */
int listener_find(struct listener **ret_listeners, size_t *ret_count);

/* Whether a connection waits to be accepted. */
bool listener_is_asked(const struct listener *listener);

/* How many do, or -1 where the system does not tell. */
long listener_waiting(const struct listener *listener);

#endif
