/* SPDX-License-Identifier: ISC */
/* Starting, replacing and dismissing the workers of a socket. */
#include "crew.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"

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

void
crew_wake(struct crew_shared *shared, long long ms)
{
	if (ms < shared->next_ms)
		shared->next_ms = ms;
}

bool
crew_open(
    struct crew *crew, struct crew_shared *shared, struct listener *listener)
{
	crew->shared = shared;
	crew->listener = listener;
	crew->wanted = shared->workers;
	/* What is not used costs nothing; two may be there beside the most. */
	crew->workers = calloc(shared->max_workers + 2, sizeof(*crew->workers));
	return crew->workers != NULL;
}

static size_t
staying(const struct crew *crew)
{
	return crew->alive - crew->leaving;
}

static void
pause_starts(struct crew *crew, long long now_ms)
{
	if (now_ms < crew->resume_ms)
		return;
	crew->pause_ms *= 2;
	if (crew->pause_ms == 0)
		crew->pause_ms = PAUSE_MIN_MS;
	if (crew->pause_ms > PAUSE_MAX_MS)
		crew->pause_ms = PAUSE_MAX_MS;
	crew->resume_ms = now_ms + crew->pause_ms;
}

static void
fail_start(struct crew *crew, int error, long long now_ms)
{
	if (crew->start_error != error)
		log_message(LOG_ERR, "cannot start %s for %s: %s",
		    crew->shared->command.path, crew->listener->name,
		    strerror(error));
	crew->start_error = error;
	/* It is as large as it can be. */
	crew->wanted = staying(crew) > crew->shared->workers
			   ? staying(crew)
			   : crew->shared->workers;
	pause_starts(crew, now_ms);
}

bool
crew_start(struct crew *crew, long long now_ms)
{
	struct crew_shared *shared = crew->shared;
	pid_t pid;

	if (now_ms < crew->resume_ms || crew->alive == shared->max_workers + 2)
		return false;
	pid = worker_start(&shared->command, crew->listener->fd);
	if (pid < 0) {
		fail_start(crew, errno, now_ms);
		return false;
	}
	crew->workers[crew->alive++] =
	    (struct crew_worker){.pid = pid, .started_ms = now_ms};
	shared->alive++;
	shared->started++;
	return true;
}

/* Of failures that follow each other at once, one is logged. */
static void
fail(struct crew *crew, const struct crew_worker *worker, int status,
    long long now_ms)
{
	struct crew_shared *shared = crew->shared;
	char text[WORKER_TEXT_MAX];

	worker_describe(status, text);
	if (worker->pid == crew->trial) {
		log_message(LOG_ERR,
		    "the workers of %s are not replaced: a new %s %s",
		    crew->listener->name, shared->command.path, text);
		return;
	}
	if (now_ms - worker->started_ms >= AT_ONCE_MS)
		crew->failures = 0;
	crew->failures++;
	if (shared->verbose ||
	    (crew->failures == 1 && now_ms - shared->logged_ms >= AT_ONCE_MS)) {
		shared->logged_ms = now_ms;
		log_message(LOG_WARNING, "worker %d of %s %s", (int)worker->pid,
		    crew->listener->name, text);
	}
	/* So many may fail together, once, for one cause. */
	if (crew->failures > shared->workers)
		pause_starts(crew, now_ms);
}

static void
judge(struct crew *crew, const struct crew_worker *worker, int status,
    long long now_ms)
{
	struct crew_shared *shared = crew->shared;
	enum worker_result result = worker_judge(status);

	shared->answered += result == WORKER_ANSWERED;
	shared->refused += result == WORKER_REFUSED;
	shared->cut += result == WORKER_CUT;
	shared->failed += result == WORKER_FAILED;
	if (result == WORKER_FAILED) {
		fail(crew, worker, status, now_ms);
	} else {
		crew->is_replacing |= worker->pid == crew->trial;
		shared->asked_ms = now_ms;
		crew->failures = 0;
		crew->pause_ms = 0;
		crew->resume_ms = 0;
	}
	if (worker->pid == crew->trial)
		crew->trial = 0;
}

bool
crew_bury(struct crew *crew, pid_t pid, int status, long long now_ms)
{
	struct crew_worker *worker = crew->workers;

	for (size_t i = 0; i < crew->alive; i++, worker++) {
		if (worker->pid != pid)
			continue;
		crew->listener->looks = 0;
		crew->leaving -= worker->leaving_ms != 0;
		/* Those told to go may end as they like. */
		if (!worker->is_told)
			judge(crew, worker, status, now_ms);
		*worker = crew->workers[--crew->alive];
		crew->shared->alive--;
		return true;
	}
	return false;
}

/*
 * SIGTERM hurries who has a connection, so that one waits for its end; but not
 * for ever, as what looks like a connection may be another socket.
 */
static void
tell_to_go(struct crew *crew, struct crew_worker *worker, bool is_free,
    long long now_ms)
{
	long long limit_ms = crew->shared->limit_ms;

	if (worker->leaving_ms == 0) {
		worker->leaving_ms = now_ms;
		crew->leaving++;
	}
	worker->is_told =
	    is_free ||
	    (limit_ms != 0 && now_ms - worker->leaving_ms >= limit_ms);
	if (worker->is_told)
		kill(worker->pid, SIGTERM);
	else if (crew->release_ms == 0) /* a thousand not that often */
		crew->release_ms = now_ms + 20 + 2 * (long long)crew->leaving;
}

static bool
is_free(const struct crew *crew, const struct crew_worker *worker)
{
	return !worker_is_busy(worker->pid, crew->listener->fd);
}

void
crew_let_go(struct crew *crew, size_t keep, long long now_ms)
{
	crew->release_ms = 0;
	for (size_t i = 0; i < crew->alive; i++) {
		struct crew_worker *worker = &crew->workers[i];
		bool free;

		if (worker->is_told ||
		    (worker->leaving_ms == 0 && keep == SIZE_MAX))
			continue;
		free = is_free(crew, worker);
		if (worker->leaving_ms == 0 && free && keep > 0)
			keep--;
		else
			tell_to_go(crew, worker, free, now_ms);
	}
}

/* Replaces one that is older than HUP; one that is busy if there is room. */
static void
replace_one(struct crew *crew, long long now_ms)
{
	const struct crew_shared *shared = crew->shared;
	struct crew_worker *worker = crew->workers;

	crew->is_replacing = false;
	for (size_t i = 0; i < crew->alive; i++, worker++) {
		bool free;

		if (worker->leaving_ms != 0 ||
		    worker->started_ms >= shared->hup_ms)
			continue;
		crew->is_replacing = true;
		free = is_free(crew, worker);
		if (!free && shared->alive >= shared->max_workers)
			continue;
		if (staying(crew) > crew->wanted || crew_start(crew, now_ms))
			tell_to_go(crew, worker, free, now_ms);
		return;
	}
	crew->replace_ms = now_ms + PAUSE_MAX_MS;
}

static void
kill_late(const struct crew *crew)
{
	for (size_t i = 0; i < crew->alive; i++) {
		log_message(LOG_WARNING,
		    "worker %d of %s is killed: still there after %lld s",
		    (int)crew->workers[i].pid, crew->listener->name,
		    crew->shared->limit_ms / 1000);
		kill(crew->workers[i].pid, SIGKILL);
	}
}

/* Whether ms, which is 0 for never, has come; else it is waited for. */
static bool
is_due(const struct crew *crew, long long ms, long long now_ms)
{
	if (ms == 0)
		return false;
	if (now_ms < ms)
		crew_wake(crew->shared, ms);
	return now_ms >= ms;
}

static bool
can_be_filled(const struct crew *crew)
{
	return staying(crew) < crew->wanted &&
	       crew->shared->alive < crew->shared->max_workers;
}

/* Starts the first one after HUP. */
static void
try_replacing(struct crew *crew, long long now_ms)
{
	crew->has_hup = false;
	crew->failures = 0;
	crew->pause_ms = 0;
	crew->resume_ms = 0;
	crew->start_error = 0;
	crew->is_replacing = false;
	crew->replace_ms = 0;
	crew->trial_ms = now_ms + TRIAL_MS;
	if (crew_start(crew, now_ms))
		crew->trial = crew->workers[crew->alive - 1].pid;
}

/* Starts whom it lacks and who replaces others. */
static void
fill(struct crew *crew, long long now_ms)
{
	struct crew_shared *shared = crew->shared;

	/* After one HUP comes the next, however many came meanwhile. */
	if (crew->has_hup && crew->trial == 0 &&
	    crew->alive < shared->max_workers + 2)
		try_replacing(crew, now_ms);
	for (int i = 0; i < START_MAX && can_be_filled(crew); i++)
		if (!crew_start(crew, now_ms))
			break;
	if (can_be_filled(crew))
		crew_wake(shared, crew->resume_ms);
	if (crew->trial != 0 && is_due(crew, crew->trial_ms, now_ms)) {
		crew->trial = 0;
		crew->is_replacing = true;
	}
	if (!crew->is_replacing)
		return;
	if (now_ms >= crew->replace_ms)
		replace_one(crew, now_ms);
	crew_wake(shared, crew->replace_ms > crew->resume_ms ? crew->replace_ms
							     : crew->resume_ms);
}

void
crew_tend(struct crew *crew, bool may_start, long long now_ms)
{
	size_t workers = crew->shared->workers;

	if (may_start)
		fill(crew, now_ms);
	if (now_ms - crew->full_ms >= QUIET_MS && staying(crew) >= workers)
		crew->start_error = 0;
	if (crew->wanted > workers &&
	    is_due(crew, crew->full_ms + QUIET_MS, now_ms)) {
		crew->wanted = workers;
		crew_let_go(crew, workers, now_ms);
	}
	if (is_due(crew, crew->release_ms, now_ms)) {
		crew_let_go(crew, SIZE_MAX, now_ms);
		is_due(crew, crew->release_ms, now_ms);
	}
	if (is_due(crew, crew->kill_ms, now_ms)) {
		crew->kill_ms = 0;
		kill_late(crew);
	}
}

void
crew_hurry(struct crew *crew, long long now_ms)
{
	if (now_ms - crew->hurried_ms < HURRY_MS)
		return;
	crew->hurried_ms = now_ms;
	for (size_t i = 0; i < crew->alive; i++)
		kill(crew->workers[i].pid, SIGUSR1);
}

bool
crew_meet_demand(struct crew *crew, size_t room, long long now_ms)
{
	bool can_start = crew->pause_ms == 0 && crew->start_error == 0;
	long waiting = listener_waiting(crew->listener);
	size_t more = waiting < 0 ? crew->wanted : (size_t)waiting;

	/* Who sends a datagram can be anyone. */
	if (crew->listener->is_datagram)
		return true;
	crew->full_ms = now_ms;
	if (can_start && can_be_filled(crew))
		return true; /* they are on their way */
	if (can_start && room > 0) {
		crew->wanted += more < room ? more : room;
		return true;
	}
	crew_hurry(crew, now_ms);
	/* Those that fail are not taken. */
	return crew->start_error == 0 && can_be_filled(crew);
}

void
crew_replace(struct crew *crew)
{
	crew->has_hup = true;
}

void
crew_dismiss(struct crew *crew, long long now_ms)
{
	crew->release_ms = 0;
	if (crew->shared->limit_ms > 0)
		crew->kill_ms = now_ms + crew->shared->limit_ms;
	for (size_t i = 0; i < crew->alive; i++)
		tell_to_go(crew, &crew->workers[i], true, now_ms);
}
