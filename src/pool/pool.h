/* SPDX-License-Identifier: ISC */
/* A pool: workers on listening sockets, kept complete, grown, replaced. */
#ifndef POOL_H
#define POOL_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "host/spawn.h"

/*
 * All times are milliseconds of CLOCK_MONOTONIC, where 0 is none.  POOL_NEVER
 * is later than all, also in microseconds.
 */
#define POOL_NEVER (1LL << 50)

/* How far from each other a socket is looked at where a connection waits. */
#define LISTENER_LOOK_MS 20

/* The most bytes of worker_describe's text, its NUL included. */
#define WORKER_TEXT_MAX 96

enum worker_result {
	WORKER_ANSWERED,
	WORKER_REFUSED, /* the client's fault, not the worker's */
	WORKER_CUT,	/* out of time, or others waited */
	WORKER_FAILED,
	WORKER_RESULTS, /* how many there are */
};

enum pool_state {
	POOL_RUNNING,
	POOL_LEAVING,  /* as nobody asks; comes back if somebody does */
	POOL_STOPPING, /* answers who is queued */
	POOL_ENDING,   /* starts none */
	POOL_OVER,
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
	bool is_reloading;
	long long now_ms;     /* which the caller sets before each call */
	long long next_ms;    /* when pool_tend is to be called */
	long long asked_ms;   /* when a client was last seen */
	long long hup_ms;     /* who was started before is to be replaced */
	long long stop_ms;    /* when it was told to end, or 0 */
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
	size_t leaving;	      /* of these, those that are to go */
	size_t wanted;	      /* of those that are not */
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
	long long kill_ms;    /* when to kill who is there yet, or 0 */
};

/* options.c */

/*
 * Reads the command line into pool.  Returns COMMAND and its arguments, or NULL
 * where there is none; or prints what was asked for, or says what is wrong, and
 * ends the process.
 */
char *const *pool_options_parse(int argc, char *argv[], struct pool *pool);

/* pool.c: what is to be done, and when */

/*
 * Has pool, which has its options, command and crews, start a worker for each
 * crew and event tell of connections.  The caller blocks SIGCHLD, ignores
 * SIGUSR1 and from now on calls pool_tend after each event and at next_ms. Logs
 * what is wrong and ends the process.
 */
void pool_open(struct pool *pool, sd_event *event);

/* Does what is due, workers that have ended first. */
void pool_tend(struct pool *pool);

/* From now on each worker is to be replaced by a new one, once. */
void pool_replace(struct pool *pool);

/* Returns true once after pool_replace, when that is done. */
bool pool_has_replaced(struct pool *pool);

/* The pool is to end. */
void pool_stop(struct pool *pool);

/* How many connections wait on all sockets, as far as the system tells. */
long pool_waiting(const struct pool *pool);

/* Has pool be tended at ms. */
void pool_wake(struct pool *pool, long long ms);

/* Returns whether ms, if it is not 0, has come; else it is waited for. */
bool pool_is_due(struct pool *pool, long long ms);

/* crew.c: the workers of a socket */

/*
 * Starts one worker, unless there is a pause.  Returns whether there is one
 * more; start_error tells, and the log, why there is not.
 */
bool crew_start(struct crew *crew);

/* Returns whether pid, which ended with status, was of this crew. */
bool crew_bury(struct crew *crew, pid_t pid, int status);

/*
 * Starts whom it lacks, and replaces them, unless the pool's state forbids it;
 * tells to go or kills whom it is time for.
 */
void crew_tend(struct crew *crew);

/*
 * All are taken and a connection waits: has it grow by as many as wait and
 * there is room for.  Returns false where there is none; then it is hurried.
 */
bool crew_meet_demand(struct crew *crew, size_t room);

/* Tells all workers that others wait, at most once a second. */
void crew_hurry(struct crew *crew);

/*
 * Has all go but keep of those that have no connection, each when it has none.
 * They are not replaced.
 */
void crew_let_go(struct crew *crew, size_t keep);

/* Tells all to go, and has those killed that have not when time is up. */
void crew_dismiss(struct crew *crew);

/* listener.c: the socket */

/*
 * Gives pool a crew for each listening stream or datagram socket that systemd
 * passed (sd_listen_fds_with_names(3)), or else for file descriptor 0, makes
 * them blocking, as inetd's "wait" has them, and removes LISTEN_PID, LISTEN_FDS
 * and LISTEN_FDNAMES from the environment.  Of several, those that will not do
 * are logged and left out; where none is left, the process ends.
 */
void listener_find(struct pool *pool);

/*
 * Has event say when a connection comes: nothing wakes it while none does, and
 * nothing more often than each LISTENER_LOOK_MS.  Where that cannot be done,
 * says so and ends the process.
 */
void listener_watch(struct crew *crew, sd_event *event);

/*
 * To be called at look_ms.  Returns whether all that could accept are taken;
 * the looks that tell so start anew then, and when the caller sets looks to 0,
 * as a worker has ended.
 */
bool listener_look(struct crew *crew);

/* Whether a connection waits to be accepted, or a datagram. */
bool listener_is_asked(const struct crew *crew);

/* How many connections do, or -1 where the system does not tell. */
long listener_waiting(const struct crew *crew);

/* worker.c: a process, started on a listening socket */

/*
 * Describes how a worker is started: with argv, which is kept, or where that is
 * NULL as the versed beside this program or else of PATH.  A name without a
 * slash is looked for in PATH, now.  Its environment is the caller's without
 * what sd_notify(3) and sd_watchdog_enabled(3) read; the signals that the pool
 * waits for and SIGPIPE are at their default; it is killed when the calling
 * thread dies.  Where there is no such program, says so and ends the process.
 */
void worker_find_command(char *const argv[], struct spawn *ret_command);

/*
 * Returns whether the worker pid has a connection: a socket open that is not
 * the caller's fd nor its standard error; false where proc(5) does not tell.
 */
bool worker_is_busy(pid_t pid, int fd);

/* Tells from a status of wait(2) how a worker did, by sysexits.h. */
enum worker_result worker_judge(int status);

/* Writes what a status of wait(2) says, in words, to ret_text. */
void worker_describe(int status, char ret_text[WORKER_TEXT_MAX]);

#endif
