/* SPDX-License-Identifier: ISC */
/* Starting, replacing and dismissing the workers of a socket. */
#include <sys/param.h>
#include <sys/wait.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "host/log.h"
#include "pool.h"

/* The pause before failing workers are started again, doubled each time. */
#define PAUSE_MIN_MS 10
#define PAUSE_MAX_MS 1000

/* A worker that fails so soon has failed at once; of others one is logged. */
#define AT_ONCE_MS 1000

/* A worker that lives so long after HUP may take over. */
#define TRIAL_MS 100

/* How many are started in a row, that signals and the manager need not wait. */
#define START_MAX 64

/* How often workers are told that others wait. */
#define HURRY_MS 1000

/* How long nobody may have waited before a crew that has grown shrinks. */
#define QUIET_MS 10000

bool
crew_is_lacking(const struct crew *crew)
{
	return crew->staying < crew->wanted &&
	       crew->pool->alive < crew->pool->max_workers;
}

static void
pause_starts(struct crew *crew)
{
	long long pause_ms = MAX(2 * crew->pause_ms, PAUSE_MIN_MS);

	if (crew->pool->now_ms < crew->resume_ms)
		return;
	crew->pause_ms = MIN(pause_ms, PAUSE_MAX_MS);
	crew->resume_ms = crew->pool->now_ms + crew->pause_ms;
}

static void
end_pause(struct crew *crew)
{
	crew->failures = 0;
	crew->pause_ms = 0;
	crew->resume_ms = 0;
}

static void
fail_start(struct crew *crew, int error)
{
	if (crew->start_error != error)
		log_message(LOG_ERR, "cannot start %s for %s: %s",
		    crew->pool->command.path, crew->name, strerror(error));
	crew->start_error = error;
	/* It is as large as it can be. */
	crew->wanted = MAX(crew->staying, crew->pool->workers);
	pause_starts(crew);
}

/* Starts one worker, unless there is a pause.  Returns whether it could. */
static bool
start(struct crew *crew)
{
	struct pool *pool = crew->pool;
	pid_t pid;

	if (pool->now_ms < crew->resume_ms ||
	    crew->alive == pool->max_workers + 2)
		return false;
	pool->command.fds[0] = crew->fd;
	pool->command.fds[1] = crew->fd;
	pid = spawn_start(&pool->command);
	if (pid < 0) {
		fail_start(crew, errno);
		return false;
	}
	crew->workers[crew->alive++] =
	    (struct worker){.pid = pid, .started_ms = pool->now_ms};
	crew->staying++;
	pool->alive++;
	pool->started++;
	return true;
}

/* Of failures that follow each other at once, one is logged. */
static void
fail(struct crew *crew, const struct worker *worker, int status)
{
	struct pool *pool = crew->pool;
	char text[96];

	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "was killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(text, sizeof(text), "exited with status %d",
		    WEXITSTATUS(status));
	if (worker->pid == crew->trial) {
		log_message(LOG_ERR,
		    "the workers of %s are not replaced: a new %s %s",
		    crew->name, pool->command.path, text);
		crew->is_replacing = false;
		return;
	}
	if (pool->now_ms - worker->started_ms >= AT_ONCE_MS)
		crew->failures = 0;
	crew->failures++;
	if (pool->verbose ||
	    (crew->failures == 1 &&
		pool->now_ms - pool->logged_ms >= AT_ONCE_MS)) {
		pool->logged_ms = pool->now_ms;
		log_message(LOG_WARNING, "worker %d of %s %s", (int)worker->pid,
		    crew->name, text);
	}
	/* So many may fail together, once, for one cause. */
	if (crew->failures > pool->workers)
		pause_starts(crew);
}

/* By sysexits.h, as versed(8) has them. */
static void
judge(struct crew *crew, const struct worker *worker, int status)
{
	static const enum worker_result results[UCHAR_MAX + 1] = {
	    [EX_OK] = WORKER_ANSWERED,
	    [EX_DATAERR] = WORKER_REFUSED,
	    [EX_UNAVAILABLE] = WORKER_REFUSED,
	    [EX_SOFTWARE] = WORKER_REFUSED,
	    [EX_IOERR] = WORKER_REFUSED,
	    [EX_TEMPFAIL] = WORKER_CUT,
	};
	enum worker_result result =
	    WIFEXITED(status) ? results[WEXITSTATUS(status)] : WORKER_FAILED;

	crew->pool->results[result]++;
	if (result == WORKER_FAILED) {
		fail(crew, worker, status);
	} else {
		crew->pool->asked_ms = crew->pool->now_ms;
		end_pause(crew);
	}
	if (worker->pid == crew->trial) {
		crew->trial = 0;
		crew->replace_ms = 0;
	}
}

bool
crew_bury(struct crew *crew, pid_t pid, int status)
{
	struct worker *worker = crew->workers;

	for (size_t i = 0; i < crew->alive; i++, worker++) {
		if (worker->pid != pid)
			continue;
		crew->looks = 0;
		crew->staying -= worker->leaving_ms == 0;
		/* Those told to go may end as they like. */
		if (!worker->is_told)
			judge(crew, worker, status);
		*worker = crew->workers[--crew->alive];
		crew->pool->alive--;
		return true;
	}
	return false;
}

/* Starts the first one after HUP. */
static void
try_replacing(struct crew *crew)
{
	crew->has_hup = false;
	end_pause(crew);
	crew->start_error = 0;
	crew->replace_ms = crew->pool->now_ms + TRIAL_MS;
	crew->is_replacing = start(crew);
	if (crew->is_replacing)
		crew->trial = crew->workers[crew->alive - 1].pid;
}

/* Replaces one that is older than HUP; one that is busy if there is room. */
static void
replace_one(struct crew *crew)
{
	const struct pool *pool = crew->pool;
	struct worker *worker = crew->workers;

	crew->trial = 0;
	crew->is_replacing = false;
	for (size_t i = 0; i < crew->alive; i++, worker++) {
		if (worker->leaving_ms != 0 ||
		    worker->started_ms >= pool->hup_ms)
			continue;
		crew->is_replacing = true;
		if (pool->alive >= pool->max_workers &&
		    !leave_is_safe(crew, worker))
			continue;
		if (crew->staying > crew->wanted || start(crew))
			leave_one(crew, worker);
		return;
	}
	crew->replace_ms = pool->now_ms + PAUSE_MAX_MS;
}

/* Starts whom it lacks and who replaces others. */
static void
fill(struct crew *crew)
{
	struct pool *pool = crew->pool;

	/* After one HUP comes the next, however many came meanwhile. */
	if (crew->has_hup && crew->trial == 0 &&
	    crew->alive < pool->max_workers + 2)
		try_replacing(crew);
	for (int i = 0; i < START_MAX && crew_is_lacking(crew); i++)
		if (!start(crew))
			break;
	if (crew_is_lacking(crew))
		pool_wake(pool, crew->resume_ms);
	if (!crew->is_replacing)
		return;
	if (pool->now_ms >= crew->replace_ms)
		replace_one(crew);
	pool_wake(pool, MAX(crew->replace_ms, crew->resume_ms));
}

/* Forgets what was due to a demand that is over. */
static void
shrink(struct crew *crew)
{
	struct pool *pool = crew->pool;

	if (!pool_is_due(pool, crew->full_ms + QUIET_MS))
		return;
	if (crew->staying >= pool->workers)
		crew->start_error = 0;
	if (crew->wanted > pool->workers) {
		crew->wanted = pool->workers;
		leave_all_but(crew, pool->workers);
	}
}

void
crew_hurry(struct crew *crew)
{
	if (crew->pool->now_ms - crew->hurried_ms < HURRY_MS)
		return;
	crew->hurried_ms = crew->pool->now_ms;
	for (size_t i = 0; i < crew->alive; i++)
		kill(crew->workers[i].pid, SIGUSR1);
}

void
crew_tend(struct crew *crew)
{
	switch (crew->pool->state) {
	case POOL_STOPPING:
		crew_hurry(crew);
		/* FALLTHROUGH */
	case POOL_RUNNING:
		fill(crew);
		shrink(crew);
		break;
	case POOL_LEAVING:
		leave_all_but(crew, 0);
		break;
	default:
		leave_at_once(crew);
	}
	leave_tend(crew);
}
