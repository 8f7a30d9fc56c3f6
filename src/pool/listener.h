/* SPDX-License-Identifier: ISC */
/* The sockets that a process was started with. */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

/*
 * All that could accept are taken where a connection waited at so many looks,
 * so far from each other, and no worker ended meanwhile.  An honest load has
 * one wait at half of all looks, and where a process is started for each
 * request at all of them.
 */
#define LISTENER_LOOK_MS 20
#define LISTENER_LOOKS	 4

/* What a client that takes no reply costs of the kernel's memory, twice it. */
#define LISTENER_SEND_BUFFER 65536

struct listener {
	int fd;
	const char *name; /* for the log */
	bool is_datagram;
	sd_event_source *source; /* off while is_awake */
	bool is_awake;		 /* is to be looked at */
	int looks;		 /* in a row at which a connection waited */
	long long look_ms;	 /* when the next one is due */
};

/*
 * Finds the listening stream and the datagram sockets that systemd passed
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

/*
 * Has event say when a connection comes; nothing wakes it while none does, and
 * nothing more often than each LISTENER_LOOK_MS.  Returns 0 or a negative
 * errno.
 */
int listener_watch(struct listener *listener, sd_event *event);

/*
 * To be called at look_ms while it is awake.  Returns whether all that could
 * accept are taken; the looks that tell so start anew then, and when the caller
 * sets looks to 0, as a worker has ended.
 */
bool listener_look(struct listener *listener, long long now_ms);

/* Whether a connection waits to be accepted, or a datagram. */
bool listener_is_asked(const struct listener *listener);

/* How many connections do, or -1 where the system does not tell. */
long listener_waiting(const struct listener *listener);

#endif
