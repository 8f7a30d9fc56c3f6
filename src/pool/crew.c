/* SPDX-License-Identifier: ISC */
/* Starting, replacing and dismissing the workers of a listening socket. */
#include "crew.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"

/* The pause before failing workers are started, or busy ones looked at, again.
 */
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

/* The pause after one of pause_ms, or after none (0). */
static long long
longer(long long pause_ms)
{
	if (pause_ms == 0)
		return PAUSE_MIN_MS;
	return pause_ms < PAUSE_MAX_MS / 2 ? 2 * pause_ms : PAUSE_MAX_MS;
}

static void
pause_starts(struct crew *crew, long long now_ms)
{
	if (now_ms < crew->resume_ms)
		return;
	crew->pause_ms = longer(crew->pause_ms);
	crew->resume_ms = now_ms + crew->pause_ms;
}

static bool
make_place(struct crew *crew)
{
	size_t places = 2 * crew->places + START_MAX;
	struct crew_worker *workers;

	if (crew->alive < crew->places)
		return true;
	workers = realloc(crew->workers, places * sizeof(*workers));
	if (workers == NULL)
		return false;
	crew->workers = workers;
	crew->places = places;
	return true;
}

static bool
fail_start(struct crew *crew, long long now_ms)
{
	int error = errno;

	if (crew->start_error != error)
		log_message(LOG_ERR, "cannot start %s for %s: %s",
		    crew->shared->command.path, crew->listener->name,
		    strerror(error));
	crew->start_error = error;
	/* It is as large as it can be. */
	crew->wanted = staying(crew);
	if (crew->wanted < crew->shared->workers)
		crew->wanted = crew->shared->workers;
	pause_starts(crew, now_ms);
	return false;
}

bool
crew_start(struct crew *crew, long long now_ms)
{
	struct crew_shared *shared = crew->shared;
	pid_t pid;

	if (now_ms < crew->resume_ms)
		return false;
	if (!make_place(crew))
		return fail_start(crew, now_ms);
	pid = worker_start(&shared->command, crew->listener->fd);
	if (pid < 0)
		return fail_start(crew, now_ms);
	crew->workers[crew->alive++] = (struct crew_worker){
	    .pid = pid, .generation = shared->generation, .started_ms = now_ms};
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

	shared->failed++;
	if (now_ms - worker->started_ms >= AT_ONCE_MS)
		crew->failures = 0;
	crew->failures++;
	worker_describe(status, text);
	if (worker->pid == crew->trial) {
		log_message(LOG_ERR,
		    "the workers of %s are not replaced: a new %s %s",
		    crew->listener->name, shared->command.path, text);
		return;
	}
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

	if (result == WORKER_FAILED) {
		fail(crew, worker, status, now_ms);
	} else {
		crew->is_replacing |= worker->pid == crew->trial;
		crew->listener->asked_ms = now_ms;
		crew->failures = 0;
		crew->pause_ms = 0;
		crew->resume_ms = 0;
	}
	if (worker->pid == crew->trial)
		crew->trial = 0;
	shared->answered += result == WORKER_ANSWERED;
	shared->refused += result == WORKER_REFUSED;
	shared->cut += result == WORKER_CUT;
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
 * for ever, as what looks like a connection may be another socket.  Returns
 * whether the worker is told.
 */
static bool
tell_to_go(struct crew *crew, struct crew_worker *worker, bool is_free,
    long long now_ms)
{
	long long limit_ms = crew->shared->limit_ms;

	if (worker->leaving_ms == 0) {
		worker->leaving_ms = now_ms;
		crew->leaving++;
	}
	if (!is_free &&
	    (limit_ms == 0 || now_ms - worker->leaving_ms < limit_ms))
		return false;
	worker->is_told = true;
	kill(worker->pid, SIGTERM);
	return true;
}

void
crew_let_go(struct crew *crew, size_t keep, long long now_ms)
{
	bool are_busy = false;

	for (size_t i = 0; i < crew->alive; i++) {
		struct crew_worker *worker = &crew->workers[i];
		bool is_free;

		if (worker->is_told ||
		    (worker->leaving_ms == 0 && keep == SIZE_MAX))
			continue;
		is_free = !worker_is_busy(worker->pid, crew->listener->fd);
		if (worker->leaving_ms == 0 && is_free && keep > 0)
			keep--;
		else if (!tell_to_go(crew, worker, is_free, now_ms))
			are_busy = true;
	}
	crew->release_pause_ms = are_busy ? longer(crew->release_pause_ms) : 0;
	crew->release_ms = are_busy ? now_ms + crew->release_pause_ms : 0;
	if (are_busy)
		crew_wake(crew->shared, crew->release_ms);
}

/* Replaces one of an older generation; one that is busy if there is room. */
static void
replace_one(struct crew *crew, long long now_ms)
{
	const struct crew_shared *shared = crew->shared;

	crew->is_replacing = false;
	for (size_t i = 0; i < crew->alive; i++) {
		bool is_free;

		if (crew->workers[i].leaving_ms != 0 ||
		    crew->workers[i].generation == shared->generation)
			continue;
		crew->is_replacing = true;
		is_free =
		    !worker_is_busy(crew->workers[i].pid, crew->listener->fd);
		if (!is_free && shared->alive >= shared->max_workers)
			continue;
		if ((staying(crew) > crew->wanted ||
			crew_start(crew, now_ms)) &&
		    !tell_to_go(crew, &crew->workers[i], is_free, now_ms) &&
		    crew->release_ms == 0)
			crew->release_ms = now_ms;
		return;
	}
	crew->replace_ms = now_ms + PAUSE_MAX_MS;
}

static void
tend_replacement(struct crew *crew, long long now_ms)
{
	if (crew->trial != 0 && now_ms - crew->trial_ms >= TRIAL_MS) {
		crew->trial = 0;
		crew->is_replacing = true;
	}
	if (crew->trial != 0)
		crew_wake(crew->shared, crew->trial_ms + TRIAL_MS);
	if (crew->is_replacing && now_ms >= crew->replace_ms)
		replace_one(crew, now_ms);
	if (crew->is_replacing)
		crew_wake(crew->shared, crew->replace_ms > crew->resume_ms
					    ? crew->replace_ms
					    : crew->resume_ms);
}

static bool
can_be_filled(const struct crew *crew)
{
	return staying(crew) < crew->wanted &&
	       crew->shared->alive < crew->shared->max_workers;
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

/* Does at ms, if that is not 0 for never, what is due then. */
static bool
is_due(const struct crew *crew, long long ms, long long now_ms)
{
	if (ms == 0)
		return false;
	if (now_ms < ms)
		crew_wake(crew->shared, ms);
	return now_ms >= ms;
}

void
crew_tend(struct crew *crew, bool may_start, long long now_ms)
{
	bool has_grown = crew->wanted > crew->shared->workers;

	for (int i = 0; may_start && can_be_filled(crew); i++) {
		if (i < START_MAX && crew_start(crew, now_ms))
			continue;
		crew_wake(crew->shared, crew->resume_ms);
		break;
	}
	if (may_start)
		tend_replacement(crew, now_ms);
	if (now_ms - crew->full_ms >= QUIET_MS &&
	    staying(crew) >= crew->shared->workers)
		crew->start_error = 0;
	if (is_due(crew, has_grown ? crew->full_ms + QUIET_MS : 0, now_ms)) {
		crew->wanted = crew->shared->workers;
		crew_let_go(crew, crew->wanted, now_ms);
	}
	if (is_due(crew, crew->release_ms, now_ms))
		crew_let_go(crew, SIZE_MAX, now_ms);
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

	crew->full_ms = now_ms;
	if (can_start && can_be_filled(crew))
		return true; /* they are on their way */
	if (can_start && room > 0) {
		crew->wanted += more < room ? more : room;
		return true;
	}
	crew_hurry(crew, now_ms);
	return false;
}

void
crew_replace(struct crew *crew, long long now_ms)
{
	crew->failures = 0;
	crew->pause_ms = 0;
	crew->resume_ms = 0;
	crew->start_error = 0;
	crew->is_replacing = false;
	crew->replace_ms = 0;
	crew->trial = 0;
	if (!crew_start(crew, now_ms))
		return;
	crew->trial = crew->workers[crew->alive - 1].pid;
	crew->trial_ms = now_ms;
}

void
crew_dismiss(struct crew *crew, long long now_ms)
{
	crew->release_ms = 0;
	crew->wanted = 0;
	if (crew->shared->limit_ms > 0)
		crew->kill_ms = now_ms + crew->shared->limit_ms;
	for (size_t i = 0; i < crew->alive; i++)
		tell_to_go(crew, &crew->workers[i], true, now_ms);
}
