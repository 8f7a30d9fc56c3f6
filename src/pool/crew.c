/* SPDX-License-Identifier: ISC */
/* Starting, replacing and dismissing the workers of a socket. */
#include <sys/param.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

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

static size_t
staying(const struct crew *crew)
{
	return crew->alive - crew->leaving;
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
	crew->wanted = MAX(staying(crew), crew->pool->workers);
	pause_starts(crew);
}

bool
crew_start(struct crew *crew)
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
	pool->alive++;
	pool->started++;
	return true;
}

/* Of failures that follow each other at once, one is logged. */
static void
fail(struct crew *crew, const struct worker *worker, int status)
{
	struct pool *pool = crew->pool;
	char text[WORKER_TEXT_MAX];

	worker_describe(status, text);
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

static void
judge(struct crew *crew, const struct worker *worker, int status)
{
	enum worker_result result = worker_judge(status);

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
		crew->leaving -= worker->leaving_ms != 0;
		/* Those told to go may end as they like. */
		if (!worker->is_told)
			judge(crew, worker, status);
		*worker = crew->workers[--crew->alive];
		crew->pool->alive--;
		return true;
	}
	return false;
}

/*
 * SIGTERM hurries who has a connection, so that one waits for its end; but not
 * for ever, as what looks like a connection may be another socket.
 */
static void
tell_to_go(struct crew *crew, struct worker *worker)
{
	struct pool *pool = crew->pool;

	if (worker->leaving_ms == 0) {
		worker->leaving_ms = pool->now_ms;
		crew->leaving++;
	}
	worker->is_told =
	    !worker_is_busy(worker->pid, crew->fd) ||
	    (pool->limit_ms != 0 &&
		pool->now_ms - worker->leaving_ms >= pool->limit_ms);
	if (worker->is_told)
		kill(worker->pid, SIGTERM);
	else if (crew->release_ms == 0) /* a thousand not that often */
		crew->release_ms =
		    pool->now_ms + 20 + 2 * (long long)crew->leaving;
	pool_is_due(pool, crew->release_ms);
}

void
crew_let_go(struct crew *crew, size_t keep)
{
	struct worker *worker = crew->workers;

	for (size_t i = 0; i < crew->alive; i++, worker++) {
		if (worker->leaving_ms != 0)
			continue;
		if (keep > 0 && !worker_is_busy(worker->pid, crew->fd))
			keep--;
		else
			tell_to_go(crew, worker);
	}
}

/* Tells those that were to go when they have no connection any more. */
static void
release(struct crew *crew)
{
	struct worker *worker = crew->workers;

	crew->release_ms = 0;
	for (size_t i = 0; i < crew->alive; i++, worker++)
		if (worker->leaving_ms != 0 && !worker->is_told)
			tell_to_go(crew, worker);
}

/* Starts the first one after HUP. */
static void
try_replacing(struct crew *crew)
{
	crew->has_hup = false;
	end_pause(crew);
	crew->start_error = 0;
	crew->replace_ms = crew->pool->now_ms + TRIAL_MS;
	crew->is_replacing = crew_start(crew);
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
		    worker_is_busy(worker->pid, crew->fd))
			continue;
		if (staying(crew) > crew->wanted || crew_start(crew))
			tell_to_go(crew, worker);
		return;
	}
	crew->replace_ms = pool->now_ms + PAUSE_MAX_MS;
}

static bool
can_be_filled(const struct crew *crew)
{
	return staying(crew) < crew->wanted &&
	       crew->pool->alive < crew->pool->max_workers;
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
	for (int i = 0; i < START_MAX && can_be_filled(crew); i++)
		if (!crew_start(crew))
			break;
	if (can_be_filled(crew))
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

	if (pool->now_ms - crew->full_ms >= QUIET_MS &&
	    staying(crew) >= pool->workers)
		crew->start_error = 0;
	if (crew->wanted > pool->workers &&
	    pool_is_due(pool, crew->full_ms + QUIET_MS)) {
		crew->wanted = pool->workers;
		crew_let_go(crew, pool->workers);
	}
}

void
crew_tend(struct crew *crew)
{
	struct pool *pool = crew->pool;

	if (pool->state == POOL_RUNNING || pool->state == POOL_STOPPING) {
		fill(crew);
		shrink(crew);
	}
	if (pool_is_due(pool, crew->release_ms))
		release(crew);
	if (!pool_is_due(pool, crew->kill_ms))
		return;
	crew->kill_ms = 0;
	for (size_t i = 0; i < crew->alive; i++) {
		log_message(LOG_WARNING,
		    "worker %d of %s is killed: still there after %lld s",
		    (int)crew->workers[i].pid, crew->name,
		    pool->limit_ms / 1000);
		kill(crew->workers[i].pid, SIGKILL);
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

bool
crew_meet_demand(struct crew *crew, size_t room)
{
	long waiting = listener_waiting(crew);
	size_t more = waiting < 0 ? crew->wanted : (size_t)waiting;
	bool is_lacking = can_be_filled(crew); /* they are on their way */

	crew->full_ms = crew->pool->now_ms;
	if (crew->pause_ms == 0 && crew->start_error == 0 &&
	    (is_lacking || room > 0)) {
		if (!is_lacking)
			crew->wanted += MIN(more, room);
		return true;
	}
	crew_hurry(crew);
	/* Those that fail are not taken. */
	return crew->start_error == 0 && is_lacking;
}

void
crew_dismiss(struct crew *crew)
{
	crew->release_ms = 0;
	if (crew->pool->limit_ms > 0)
		crew->kill_ms = crew->pool->now_ms + crew->pool->limit_ms;
	for (size_t i = 0; i < crew->alive; i++) {
		crew->workers[i].is_told = true;
		kill(crew->workers[i].pid, SIGTERM);
	}
}
