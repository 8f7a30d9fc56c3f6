/* SPDX-License-Identifier: ISC */
/* A crew: the workers of one listening socket. */
#ifndef CREW_H
#define CREW_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "listener.h"
#include "watch.h"
#include "worker.h"

/* The pause before failing workers are started again, doubled each time. */
#define CREW_PAUSE_MIN_MS 10
#define CREW_PAUSE_MAX_MS 1000

/* A worker that fails within this time of its start has failed at once. */
#define CREW_AT_ONCE_MS 1000

/* Of workers that failed, one is logged in this time. */
#define CREW_LOG_MS 1000

/* A worker that lives so long after HUP may take over. */
#define CREW_TRIAL_MS 100

/* How many are started in a row, that signals and the manager need not wait. */
#define CREW_START_MAX 64

/* How often it is looked who of those that are to go has no connection. */
#define CREW_RELEASE_MIN_MS 10
#define CREW_RELEASE_MAX_MS 1000

/* How long nobody may have waited before a crew that has grown shrinks. */
#define CREW_QUIET_MS 10000

/* After so long the same reason not to start a worker is logged again. */
#define CREW_FORGET_MS 60000

/* How often workers are told that others wait. */
#define CREW_HURRY_MS 1000

/* What all crews share: the options, and what is counted. */
struct crew_shared {
	struct spawn command;
	size_t workers;	    /* that each has at least */
	size_t max_workers; /* that all have together at most */
	long long limit_ms; /* for requests under way at the end; 0: none */
	bool verbose;	    /* log each worker that failed */
	size_t alive;	    /* processes of all */
	unsigned int generation;
	long long logged_ms; /* when a failure was last logged, or 0 */
	unsigned long long started, answered, refused, cut, failed;
};

struct crew_worker {
	pid_t pid;
	unsigned int generation; /* that was the newest at its start */
	long long started_ms;
	long long leaving_ms; /* since when it is to go, or 0 */
	bool is_told;	      /* by SIGTERM */
};

struct crew {
	struct crew_shared *shared;
	struct listener listener;
	struct watch watch;
	struct crew_worker *workers; /* the first alive of them */
	size_t places;
	size_t alive;	      /* processes */
	size_t leaving;	      /* of these, those that are to go */
	size_t wanted;	      /* of those that are not */
	size_t failures;      /* in a row, each at once */
	long long pause_ms;   /* 0: none */
	long long resume_ms;  /* no start before this time */
	int start_error;      /* errno, until there are enough again; or 0 */
	long long error_ms;   /* when that was */
	pid_t trial;	      /* the first one after HUP, or 0 */
	long long trial_ms;   /* when it was started */
	bool is_replacing;    /* some may be of an older generation */
	size_t replaced;      /* how far it is with that */
	long long replace_ms; /* when to go on */
	long long release_pause_ms;
	long long release_ms; /* when to look at those that are to go, or 0 */
	long long full_ms;    /* when all were last seen taken */
	long long hurried_ms; /* when workers were last told so */
	long long dismissed_ms;
};

/*
 * All times are milliseconds of one clock that never goes back and is never 0.
 * CREW_NEVER is later than all of them.
 */
#define CREW_NEVER (1LL << 62)

/*
 * Makes a crew, without a worker yet, of listener and of what the caller
 * shares, which outlives it.
 */
void crew_open(struct crew *crew, struct crew_shared *shared,
    const struct listener *listener);

/*
 * Starts one worker, unless there is a pause.  Returns whether there is one
 * more; start_error tells, and the log, why there is not.
 */
bool crew_start(struct crew *crew, long long now_ms);

/* Returns whether pid, which ended with status, was of this crew. */
bool crew_bury(struct crew *crew, pid_t pid, int status, long long now_ms);

/*
 * Starts whom it lacks, unless may_start is false, and replaces, looks at and
 * tells to go whom it is time for.  Returns when it is to be called again.
 */
long long crew_tend(struct crew *crew, bool may_start, long long now_ms);

/*
 * All are taken and a connection waits: has it grow by as many as wait and
 * there is room for.  Returns false where there is none; then all are told, at
 * most once in CREW_HURRY_MS, that others wait.
 */
bool crew_meet_demand(struct crew *crew, size_t room, long long now_ms);

/* Tells all workers that others wait. */
void crew_hurry(struct crew *crew, long long now_ms);

/* From now on each worker is to be replaced by a new one, once that has
 * proved good. */
void crew_replace(struct crew *crew, long long now_ms);

/* All are to go, each when it has no connection; none is replaced. */
void crew_leave(struct crew *crew, long long now_ms);

/* Tells all to go. */
void crew_dismiss(struct crew *crew, long long now_ms);

/*
 * Kills those that were dismissed and have had their time.  Returns when it is
 * to be called again.
 */
long long crew_kill_late(struct crew *crew, long long now_ms);

#endif
