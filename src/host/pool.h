/* SPDX-License-Identifier: ISC */
/* A pool of workers on listening sockets: kept full, replaced, drained. */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "listener.h"
#include "worker.h"

/* The pause before failing workers are started again, doubled each time. */
#define POOL_PAUSE_MIN_MS 10
#define POOL_PAUSE_MAX_MS 1000

/* A worker that fails within this time of its start has failed at once. */
#define POOL_AT_ONCE_MS 1000

/* How often a worker told to go is told again: it may not have listened. */
#define POOL_TELL_MS 100

/* pool_next's answer where nothing is to be done before a signal comes. */
#define POOL_NEVER (-1)

/* One worker; a free place has pid 0. */
struct pool_worker {
	pid_t pid;
	unsigned long generation; /* of the pool, at its start */
	long long started_ms;
	long long told_ms; /* when it was told to go, or 0 */
};

/* A socket and its workers. */
struct pool_socket {
	struct listener listener;
	struct pool_worker *workers; /* those that go included */
	size_t places;
	size_t alive;	     /* processes */
	size_t staying;	     /* of these, those not told to go */
	size_t failures;     /* in a row, each at once */
	long long pause_ms;  /* 0: none */
	long long resume_ms; /* no start before this time */
	int start_error;     /* errno, until there are enough again; or 0 */
};

struct pool {
	struct worker_command command;
	size_t wanted;	    /* workers for each socket */
	long long limit_ms; /* for workers told to go; 0 is none */
	bool verbose;
	bool draining;
	bool replacing; /* some worker may be of an older generation */
	unsigned long generation;
	struct pool_socket *sockets;
	size_t socket_count;
	long long tell_ms; /* when to tell again those told to go; 0: never */
	long long last_log_ms; /* of a worker that failed; 0: none yet */
	unsigned long long started, answered, refused, failed;
};

/*
 * All times are milliseconds of one clock that never goes back and is never 0.
 * The caller blocks SIGCHLD and, once pool_open succeeded, calls pool_reap and
 * pool_tend after each signal and at the time that pool_next tells.
 */

/*
 * Prepares pool, of which the caller has set command, wanted, limit_ms and
 * verbose, zeroing the rest, for count listeners (copied), and starts one
 * worker for each.  Returns 0, or the exit status of sysexits.h for what is
 * wrong, which was logged.
 */
int pool_open(struct pool *pool, const struct listener *listeners, size_t count,
    long long now_ms);

/* Reaps all workers that have ended.  Returns how many. */
size_t pool_reap(struct pool *pool, long long now_ms);

/* Does what is due: starts, replaces, tells to go, kills. */
void pool_tend(struct pool *pool, long long now_ms);

/* Returns when pool_tend has something to do, or POOL_NEVER. */
long long pool_next(const struct pool *pool, long long now_ms);

/* From now on each worker is to be replaced by a new one, once. */
void pool_replace(struct pool *pool);

/* From now on no worker is started, and those that are there are to go. */
void pool_drain(struct pool *pool, long long now_ms);

/* Returns how many processes there are, those told to go included. */
size_t pool_alive(const struct pool *pool);

/* Writes the state of pool, for an operator to read, to ret_text, cut at size.
 */
void pool_describe(const struct pool *pool, char *ret_text, size_t size);

#endif
