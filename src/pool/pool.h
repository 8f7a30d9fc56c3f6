/* SPDX-License-Identifier: ISC */
/* A pool: crews of workers, kept complete, replaced, drained. */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "crew.h"
#include "listener.h"

/* How often workers told to go are told again. */
#define POOL_URGE_MS 100

/* How many at once, that signals and the service manager need not wait. */
#define POOL_REAP_MAX 64

struct pool {
	struct crew_plan plan;
	struct crew *crews;
	size_t count;
	bool draining;
	long long urge_ms; /* when those told to go are told again; 0: none */
};

/*
 * The caller blocks SIGCHLD and, once pool_open succeeded, calls pool_reap and
 * pool_tend after each signal and at the time that pool_next tells.  Times are
 * those of crew.h.
 */

/*
 * Makes pool, of which the caller has set the plan's command, wanted, limit_ms
 * and verbose and zeroed the rest, for count listeners, and starts one worker
 * for each.  Returns 0, or the exit status of sysexits.h for what is wrong,
 * which was logged.
 */
int pool_open(struct pool *pool, const struct listener *listeners, size_t count,
    long long now_ms);

/*
 * Buries workers that have ended and replaces them, at most POOL_REAP_MAX: it
 * takes time to start one, and others end meanwhile.  Returns how many; after
 * POOL_REAP_MAX there may be more, of whom no signal tells.
 */
size_t pool_reap(struct pool *pool, long long now_ms);

/* Does what is due: starts, replaces, tells to go, kills. */
void pool_tend(struct pool *pool, long long now_ms);

/* Returns when pool_tend has something to do, or -1: after a signal only. */
long long pool_next(const struct pool *pool, long long now_ms);

/* From now on each worker is to be replaced by a new one, once. */
void pool_replace(struct pool *pool);

/* Returns whether there are workers that pool_replace meant. */
bool pool_is_replacing(const struct pool *pool);

/* From now on no worker is started, and those that are there are to go. */
void pool_drain(struct pool *pool, long long now_ms);

/* Returns how many processes there are, those told to go included. */
size_t pool_alive(const struct pool *pool);

/* Writes the state of pool, for an operator, to ret_text, cut at size. */
void pool_describe(const struct pool *pool, char *ret_text, size_t size);

#endif
