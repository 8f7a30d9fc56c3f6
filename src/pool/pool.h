/* SPDX-License-Identifier: ISC */
/* A pool: crews of workers, kept complete, grown, replaced, drained. */
#ifndef POOL_H
#define POOL_H

#include "crew.h"

enum pool_state {
	POOL_RUNNING,
	POOL_LEAVING,  /* as nobody asks; comes back if somebody does */
	POOL_STOPPING, /* answers who is queued */
	POOL_ENDING,   /* starts none */
	POOL_OVER,
};

struct pool {
	struct crew_shared shared;
	long long idle_ms; /* after which it leaves; 0 is never */
	enum pool_state state;
	struct crew *crews;
	size_t count;
	bool is_reloading;    /* the caller is to clear it, and tell */
	long long stop_ms;    /* when it was told to end, or 0 */
	long long full_ms;    /* since when it was full, or 0 */
	long long full_at_ms; /* when that was last seen */
};

/*
 * The caller blocks SIGCHLD, ignores SIGUSR1 and, once pool_open succeeded,
 * calls pool_tend after each event and at the time shared.next_ms.  Times are
 * those of crew.h.
 */

/*
 * Makes pool, of which the caller has set idle_ms and the options in shared and
 * zeroed the rest, for count listeners, which it keeps, and starts one worker
 * for each.  Returns 0, or the exit status of sysexits.h for what is wrong,
 * which was logged.
 */
int pool_open(struct pool *pool, sd_event *event, struct listener *listeners,
    size_t count, long long now_ms);

/* Does what is due, workers that have ended first.  Returns how many had. */
size_t pool_tend(struct pool *pool, long long now_ms);

/* From now on each worker is to be replaced by a new one, once. */
void pool_replace(struct pool *pool, long long now_ms);

/* Returns whether there are workers that pool_replace meant. */
bool pool_is_replacing(const struct pool *pool);

/* The pool is to end. */
void pool_stop(struct pool *pool, long long now_ms);

/* How many connections wait on all sockets, as far as the system tells. */
long pool_waiting(const struct pool *pool);

#endif
