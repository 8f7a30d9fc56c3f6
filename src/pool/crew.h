/* SPDX-License-Identifier: ISC */
/* A crew: the workers of one socket. */
#ifndef CREW_H
#define CREW_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "listener.h"
#include "worker.h"

/* What all crews share: the options, what is counted, and what is due. */
struct crew_shared {
	struct spawn command;
	size_t workers;	     /* that each has at least */
	size_t max_workers;  /* that all have together at most */
	long long limit_ms;  /* for requests under way at the end; 0: none */
	bool verbose;	     /* log each worker that failed */
	size_t alive;	     /* processes of all */
	long long next_ms;   /* when the first of them is to be tended */
	long long asked_ms;  /* when a client was last seen */
	long long hup_ms;    /* who was started before is to be replaced */
	long long logged_ms; /* when a failure was last logged, or 0 */
	unsigned long long started, answered, refused, cut, failed;
};

struct crew_worker {
	pid_t pid;
	bool is_told; /* to go, by SIGTERM */
	long long started_ms;
	long long leaving_ms; /* since when it is to go, or 0 */
};

struct crew {
	struct crew_shared *shared;
	struct listener *listener;
	struct crew_worker *workers; /* the first alive of them */
	size_t alive;		     /* processes */
	size_t leaving;		     /* of these, those that are to go */
	size_t wanted;		     /* of those that are not */
	size_t failures;	     /* in a row, each at once */
	long long pause_ms;	     /* 0: none */
	long long resume_ms;	     /* no start before this time */
	int start_error;	     /* errno, until there are enough; or 0 */
	bool has_hup;		     /* which nothing was done about yet */
	pid_t trial;		     /* the first one after HUP, or 0 */
	long long trial_ms;	     /* when that has proved good */
	bool is_replacing;	     /* some were started before HUP */
	long long replace_ms;	     /* when to go on with that */
	long long release_ms;	     /* when to look who can go, or 0 */
	long long full_ms;	     /* when all were last seen taken */
	long long hurried_ms;	     /* when they were last told so */
	long long kill_ms;	     /* when to kill who is there yet, or 0 */
};

/*
 * All times are milliseconds of one clock that never goes back and is never 0.
 * CREW_NEVER is later than all of them.
 */
#define CREW_NEVER (1LL << 62)

/* Has shared be tended at ms. */
void crew_wake(struct crew_shared *shared, long long ms);

/* Makes a crew, without a worker yet.  Returns false where memory lacks. */
bool crew_open(
    struct crew *crew, struct crew_shared *shared, struct listener *listener);

/*
 * Starts one worker, unless there is a pause.  Returns whether there is one
 * more; start_error tells, and the log, why there is not.
 */
bool crew_start(struct crew *crew, long long now_ms);

/* Returns whether pid, which ended with status, was of this crew. */
bool crew_bury(struct crew *crew, pid_t pid, int status, long long now_ms);

/*
 * Starts whom it lacks, and replaces them, unless may_start is false; tells to
 * go or kills whom it is time for.
 */
void crew_tend(struct crew *crew, bool may_start, long long now_ms);

/*
 * All are taken and a connection waits: has it grow by as many as wait and
 * there is room for.  Returns false where there is none; then it is hurried.
 */
bool crew_meet_demand(struct crew *crew, size_t room, long long now_ms);

/* Tells all workers that others wait, at most once a second. */
void crew_hurry(struct crew *crew, long long now_ms);

/*
 * From now, which is hup_ms, on each worker is to be replaced by a new one,
 * once the first of these has proved good.
 */
void crew_replace(struct crew *crew);

/*
 * Has all go but keep of those that have no connection, each when it has none;
 * with SIZE_MAX for keep looks only at those that are to go already.  They are
 * not replaced.
 */
void crew_let_go(struct crew *crew, size_t keep, long long now_ms);

/* Tells all to go, and has those killed that have not when time is up. */
void crew_dismiss(struct crew *crew, long long now_ms);

#endif
