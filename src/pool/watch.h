/* SPDX-License-Identifier: ISC */
/* Watching a socket: are all that could accept its connections taken? */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "listener.h"

/*
 * An honest load keeps a listening socket readable in half of all looks, and
 * where a process is started for each request in all of them; only that
 * nobody ends meanwhile tells that they are taken.
 */
#define WATCH_LOOK_MS 20
#define WATCH_LOOKS   4

struct watch {
	const struct listener *listener;
	sd_event_source *source; /* off while the watch looks itself */
	bool is_awake;
	int looks;	    /* one after another at which a connection waited */
	long long look_ms;  /* the next one */
	long long asked_ms; /* when a connection was last seen */
};

/*
 * Starts watching listener, which outlives it.  Nothing wakes the caller's
 * event loop while no connection waits, and otherwise at most one event each
 * WATCH_LOOK_MS.  Returns 0 or a negative errno.
 */
int watch_open(struct watch *watch, sd_event *event,
    const struct listener *listener, long long now_ms);

/*
 * To be called when look_ms has come while it is awake.  Returns whether a
 * connection waited at each of WATCH_LOOKS looks since the last such time or
 * call of watch_forget.
 */
bool watch_look(struct watch *watch, long long now_ms);

/* A worker has ended, and so another one has accepted: looks start anew. */
void watch_forget(struct watch *watch);

#endif
