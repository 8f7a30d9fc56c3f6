/* SPDX-License-Identifier: ISC */
/* A crew: the workers of one listening socket. */
#ifndef CREW_H
#define CREW_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "listener.h"
#include "worker.h"

/* The pause before failing workers are started again, doubled each time. */
#define CREW_PAUSE_MIN_MS 10
#define CREW_PAUSE_MAX_MS 1000

/* A worker that fails within this time of its start has failed at once. */
#define CREW_AT_ONCE_MS 1000

/* Of workers that failed, one is logged in this time. */
#define CREW_LOG_MS 1000

/* What all crews of a program share. */
struct crew_plan {
	struct worker_command command;
	size_t wanted;	    /* workers in each */
	long long limit_ms; /* for workers told to go; 0 is none */
	bool verbose;	    /* log each worker that failed */
	unsigned long generation;
	long long logged_ms; /* when a failure was last logged, or 0 */
	unsigned long long started, answered, refused, failed;
};

/* One worker; a free place has pid 0. */
struct crew_worker {
	pid_t pid;
	unsigned long generation; /* of the plan, at its start */
	long long started_ms;
	long long told_ms; /* when it was told to go, or 0 */
};

struct crew {
	struct crew_plan *plan;
	struct listener listener;
	struct crew_worker *workers; /* those that go included */
	size_t places;
	size_t alive;	     /* processes */
	size_t staying;	     /* of these, those not told to go */
	size_t failures;     /* in a row, each at once */
	long long pause_ms;  /* 0: none */
	long long resume_ms; /* no start before this time */
	bool replacing;	     /* some worker may be of an older generation */
	int start_error;     /* errno, until there are enough again; or 0 */
};

/*
 * All times are milliseconds of one clock that never goes back and is never 0.
 */

/*
 * Makes a crew, without a worker yet, of the caller's plan, which outlives it.
 * Returns 0, or -1 where there is no memory.
 */
int crew_open(
    struct crew *crew, struct crew_plan *plan, const struct listener *listener);

/*
 * Starts one worker, unless there is a pause or no place.  Returns whether
 * there is one more; start_error tells, and the log, why there is not.
 */
bool crew_start(struct crew *crew, long long now_ms);

/* Starts workers until there are as many as the plan wants, or one fails. */
void crew_fill(struct crew *crew, long long now_ms);

/* Returns whether pid, which ended with status, was of this crew. */
bool crew_bury(struct crew *crew, pid_t pid, int status, long long now_ms);

/*
 * Starts a worker in the place of one that is of an older generation than the
 * plan, and tells that one to go; where there is none, clears replacing.
 */
void crew_replace_one(struct crew *crew, long long now_ms);

/* Tells all workers to go. */
void crew_dismiss(struct crew *crew, long long now_ms);

/*
 * Tells once more those that were told to go, as a signal between a worker's
 * look at its flag and its accept(2) is lost, and kills those that have had
 * their time.  Returns whether there are any.
 */
bool crew_urge(struct crew *crew, long long now_ms);

#endif
