/* SPDX-License-Identifier: ISC */
/* A pool: workers on listening sockets, kept complete, grown, replaced. */
#ifndef POOL_H
#define POOL_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "host/spawn.h"

/* Later than all times, which are milliseconds of CLOCK_MONOTONIC, or 0. */
#define POOL_NEVER (1LL << 50)

/* How far from each other a socket is looked at where a connection waits. */
#define DEMAND_LOOK_MS 20

enum pool_state {
	POOL_RUNNING,
	POOL_LEAVING,  /* as nobody asks; comes back if somebody does */
	POOL_STOPPING, /* answers who is queued */
	POOL_ENDING,   /* starts none */
	POOL_OVER,
};

enum worker_result {
	WORKER_FAILED,
	WORKER_ANSWERED,
	WORKER_REFUSED, /* the client's fault, not the worker's */
	WORKER_CUT,	/* out of time, or others waited */
	WORKER_RESULTS, /* how many there are */
};

struct pool {
	struct spawn command;
	size_t workers;	    /* that wait on each socket at least */
	size_t max_workers; /* that all together are at most */
	long long idle_ms;  /* after which it leaves, or 0 */
	long long limit_ms; /* for requests under way at the end, or 0 */
	bool verbose;	    /* log each worker that failed */

	struct crew *crews;
	size_t count; /* of crews */
	size_t alive; /* workers of all */
	enum pool_state state;
	bool is_loading;      /* the manager waits for READY */
	bool is_replacing;    /* some crew is */
	bool is_pausing;      /* some crew is */
	long long now_ms;     /* the time of this round */
	long long next_ms;    /* of the next one, if nothing comes before */
	long long told_ms;    /* when the manager was last told of it */
	long long asked_ms;   /* when a client was last seen */
	long long hup_ms;     /* who was started before is to be replaced */
	long long stop_ms;    /* when it was told to end, or 0 */
	long long kill_ms;    /* when to kill who is there yet, or 0 */
	long long full_ms;    /* since when it was full, or 0 */
	long long full_at_ms; /* when that was last seen */
	long long logged_ms;  /* when a failure was last logged */
	unsigned long long started, results[WORKER_RESULTS];
};

struct worker {
	pid_t pid;
	bool is_told; /* to go, by SIGTERM */
	long long started_ms;
	long long leaving_ms; /* since when it is to go, or 0 */
};

/* A socket and its workers. */
struct crew {
	struct pool *pool;
	int fd;
	const char *name; /* the socket's, for the log */
	bool is_datagram;
	sd_event_source *source; /* off while it is looked at */
	long long look_ms;	 /* when to look at it, or 0 */
	int looks;		 /* in a row at which a connection waited */

	struct worker *workers;
	size_t alive;	      /* workers */
	size_t staying;	      /* of these, those that are not to go */
	size_t wanted;	      /* of those that stay */
	size_t failures;      /* in a row, each at once */
	long long pause_ms;   /* 0: none */
	long long resume_ms;  /* no start before this time */
	int start_error;      /* errno, until there are enough; or 0 */
	bool has_hup;	      /* which nothing was done about yet */
	bool is_replacing;    /* those that were started before HUP */
	pid_t trial;	      /* the first one after HUP, or 0 */
	long long replace_ms; /* when to go on, or that has proved good */
	long long release_ms; /* when to look who can go, or 0 */
	long long full_ms;    /* when all were last seen taken */
	long long hurried_ms; /* when they were last told so */
};

/* Of these, those that cannot go on say why and end the process. */

/*
 * Gives pool a crew for each listening stream or datagram socket that systemd
 * passed (sd_listen_fds_with_names(3)), or else for file descriptor 0; makes
 * them blocking, as inetd's "wait" has them; and takes LISTEN_* out of the
 * environment.  Of several, those that will not do are logged and left out.
 */
void listener_find(struct pool *pool);

/* Runs pool, which has its options, command and crews, until it is over. */
void pool_run(struct pool *pool);

/* Has the next round be at ms or before. */
void pool_wake(struct pool *pool, long long ms);

/* Returns whether ms, if it is not 0, has come; else a round will be then. */
bool pool_is_due(struct pool *pool, long long ms);

/* Has event wake crew's pool when a connection comes, and not before. */
void demand_await(struct crew *crew, sd_event *event);

/* Returns whether a connection waits to be accepted, or a datagram. */
bool demand_is_there(const struct pool *pool);

/* Returns how many connections do, as far as the system tells. */
long demand_waiting(const struct pool *pool);

/*
 * Looks where connections wait.  A crew of whom all are taken grows by as many
 * as do and there is room for; where there is none it is hurried.
 */
void demand_meet(struct pool *pool);

/* Returns whether workers are to be started, now or after a pause. */
bool crew_is_lacking(const struct crew *crew);

/* Returns whether pid, which ended with status, was of this crew. */
bool crew_bury(struct crew *crew, pid_t pid, int status);

/* Starts, tells to go or kills whom it is time for, as the pool's state is. */
void crew_tend(struct crew *crew);

/* Tells all workers that others wait, at most once a second. */
void crew_hurry(struct crew *crew);

/*
 * Returns whether worker has no connection, that is no socket but crew's and
 * its standard error; true where proc(5) does not tell.
 */
bool leave_is_safe(const struct crew *crew, const struct worker *worker);

/* Has worker go, and not be replaced, when it has no connection. */
void leave_one(struct crew *crew, struct worker *worker);

/* Has all go so but keep of those that have none. */
void leave_all_but(struct crew *crew, size_t keep);

/* Tells those to go that have no connection any more. */
void leave_tend(struct crew *crew);

/* Tells all to go, and kills who has not when time is up. */
void leave_at_once(struct crew *crew);

#endif
