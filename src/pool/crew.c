/* SPDX-License-Identifier: ISC */
/* Starting, replacing and dismissing the workers of a listening socket. */
#include "crew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"

void
crew_open(struct crew *crew, struct crew_shared *shared,
    const struct listener *listener)
{
	memset(crew, 0, sizeof(*crew));
	crew->shared = shared;
	crew->listener = *listener;
	crew->wanted = shared->workers;
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
	if (crew->pause_ms < CREW_PAUSE_MIN_MS)
		crew->pause_ms = CREW_PAUSE_MIN_MS;
	if (crew->pause_ms > CREW_PAUSE_MAX_MS)
		crew->pause_ms = CREW_PAUSE_MAX_MS;
	crew->resume_ms = now_ms + crew->pause_ms;
}

static bool
make_place(struct crew *crew)
{
	size_t places = 2 * crew->places + 64;
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

static void
fail_start(struct crew *crew, long long now_ms)
{
	int error = errno;

	if (crew->start_error != error)
		log_message(LOG_ERR, "cannot start %s for %s: %s",
		    crew->shared->command.path, crew->listener.name,
		    strerror(error));
	crew->start_error = error;
	crew->error_ms = now_ms;
	/* It is as large as it can be. */
	if (crew->wanted > staying(crew))
		crew->wanted = staying(crew);
	if (crew->wanted < crew->shared->workers)
		crew->wanted = crew->shared->workers;
	pause_starts(crew, now_ms);
}

bool
crew_start(struct crew *crew, long long now_ms)
{
	struct crew_shared *shared = crew->shared;
	pid_t pid = -1;

	if (now_ms < crew->resume_ms)
		return false;
	if (make_place(crew))
		pid = worker_start(&shared->command, crew->listener.fd);
	if (pid < 0) {
		fail_start(crew, now_ms);
		return false;
	}
	crew->workers[crew->alive++] = (struct crew_worker){
	    .pid = pid, .generation = shared->generation, .started_ms = now_ms};
	shared->alive++;
	shared->started++;
	if (staying(crew) >= crew->wanted &&
	    now_ms - crew->error_ms >= CREW_FORGET_MS)
		crew->start_error = 0;
	return true;
}

/* Of failures that follow each other at once, one is logged. */
static void
log_failure(const struct crew *crew, pid_t pid, int status, long long now_ms)
{
	struct crew_shared *shared = crew->shared;
	char text[WORKER_TEXT_MAX];

	if (!shared->verbose &&
	    (crew->failures > 1 ||
		(shared->logged_ms != 0 &&
		    now_ms - shared->logged_ms < CREW_LOG_MS)))
		return;
	shared->logged_ms = now_ms;
	worker_describe(status, text);
	log_message(LOG_WARNING, "worker %d of %s %s", (int)pid,
	    crew->listener.name, text);
}

static void
count_failure(struct crew *crew, const struct crew_worker *worker, int status,
    long long now_ms)
{
	if (now_ms - worker->started_ms < CREW_AT_ONCE_MS)
		crew->failures++;
	else
		crew->failures = 1;
	log_failure(crew, worker->pid, status, now_ms);
	/* So many may fail together, once, for one cause. */
	if (crew->failures > crew->shared->workers)
		pause_starts(crew, now_ms);
}

/* The first one after HUP has ended, before its time was over. */
static void
judge_trial(struct crew *crew, int status)
{
	char text[WORKER_TEXT_MAX];

	crew->trial = 0;
	crew->is_replacing = worker_judge(status) != WORKER_FAILED;
	if (crew->is_replacing)
		return;
	worker_describe(status, text);
	log_message(LOG_ERR, "the workers of %s are not replaced: a new %s %s",
	    crew->listener.name, crew->shared->command.path, text);
}

static void
judge(struct crew *crew, const struct crew_worker *worker, int status,
    long long now_ms)
{
	struct crew_shared *shared = crew->shared;
	enum worker_result result = worker_judge(status);

	if (worker->pid == crew->trial) {
		judge_trial(crew, status);
		shared->failed += result == WORKER_FAILED;
		if (result == WORKER_FAILED)
			return;
	}
	if (result == WORKER_FAILED) {
		shared->failed++;
		count_failure(crew, worker, status, now_ms);
		return;
	}
	shared->answered += result == WORKER_ANSWERED;
	shared->refused += result == WORKER_REFUSED;
	shared->cut += result == WORKER_CUT;
	crew->watch.asked_ms = now_ms;
	crew->failures = 0;
	crew->pause_ms = 0;
	crew->resume_ms = 0;
}

bool
crew_bury(struct crew *crew, pid_t pid, int status, long long now_ms)
{
	struct crew_worker *worker = crew->workers;

	for (size_t i = 0; i < crew->alive; i++, worker++) {
		if (worker->pid != pid)
			continue;
		watch_forget(&crew->watch);
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

static void
tell(struct crew_worker *worker)
{
	worker->is_told = true;
	kill(worker->pid, SIGTERM);
}

/*
 * SIGTERM hurries who has a connection, so that one waits for its end; but not
 * for ever, as what looks like a connection may be another socket.
 */
static bool
is_free(
    const struct crew *crew, const struct crew_worker *worker, long long now_ms)
{
	return (worker->leaving_ms != 0 && crew->shared->limit_ms != 0 &&
		   now_ms - worker->leaving_ms >= crew->shared->limit_ms) ||
	       !worker_is_busy(worker->pid, crew->listener.fd);
}

static void
let_go(struct crew *crew, struct crew_worker *worker, bool is_to_be_told,
    long long now_ms)
{
	if (worker->leaving_ms == 0) {
		worker->leaving_ms = now_ms;
		crew->leaving++;
	}
	if (is_to_be_told)
		tell(worker);
	else if (crew->release_ms == 0) {
		crew->release_pause_ms = CREW_RELEASE_MIN_MS;
		crew->release_ms = now_ms + crew->release_pause_ms;
	}
}

/* Looks who of those that are to go has no connection any more. */
static void
release(struct crew *crew, long long now_ms)
{
	bool are_busy = false;

	for (size_t i = 0; i < crew->alive; i++) {
		struct crew_worker *worker = &crew->workers[i];

		if (worker->leaving_ms == 0 || worker->is_told)
			continue;
		if (is_free(crew, worker, now_ms))
			tell(worker);
		else
			are_busy = true;
	}
	if (crew->release_pause_ms < CREW_RELEASE_MAX_MS)
		crew->release_pause_ms *= 2;
	crew->release_ms = are_busy ? now_ms + crew->release_pause_ms : 0;
}

/* Keeps as many as it has at least, of those that wait; the others are to go.
 */
static void
shrink(struct crew *crew, long long now_ms)
{
	size_t kept = 0;

	crew->wanted = crew->shared->workers;
	for (size_t i = 0; i < crew->alive; i++) {
		struct crew_worker *worker = &crew->workers[i];
		bool free;

		if (worker->leaving_ms != 0)
			continue;
		free = is_free(crew, worker, now_ms);
		if (free && kept < crew->wanted)
			kept++;
		else
			let_go(crew, worker, free, now_ms);
	}
}

/* Replaces one of an older generation; one that is busy if there is room. */
static void
replace_one(struct crew *crew, long long now_ms)
{
	const struct crew_shared *shared = crew->shared;
	bool are_others_left = false;

	for (; crew->replaced < crew->alive; crew->replaced++) {
		const struct crew_worker *worker =
		    &crew->workers[crew->replaced];
		bool free;

		if (worker->leaving_ms != 0 ||
		    worker->generation == shared->generation)
			continue;
		free = is_free(crew, worker, now_ms);
		if (!free && shared->alive >= shared->max_workers)
			continue;
		if (staying(crew) <= crew->wanted && !crew_start(crew, now_ms))
			return;
		let_go(crew, &crew->workers[crew->replaced], free, now_ms);
		return;
	}
	/* Who was busy, and who has got a place that was passed already. */
	for (size_t i = 0; i < crew->alive; i++)
		if (crew->workers[i].leaving_ms == 0 &&
		    crew->workers[i].generation != shared->generation)
			are_others_left = true;
	crew->replaced = 0;
	crew->replace_ms = now_ms + CREW_RELEASE_MAX_MS;
	crew->is_replacing = are_others_left;
}

static void
be_sooner(long long *next_ms, long long ms)
{
	if (ms < *next_ms)
		*next_ms = ms;
}

static void
tend_replacement(struct crew *crew, long long now_ms, long long *next_ms)
{
	if (crew->trial != 0 && now_ms - crew->trial_ms >= CREW_TRIAL_MS) {
		crew->trial = 0;
		crew->is_replacing = true;
	}
	if (crew->trial != 0)
		be_sooner(next_ms, crew->trial_ms + CREW_TRIAL_MS);
	if (crew->is_replacing && now_ms >= crew->replace_ms)
		replace_one(crew, now_ms);
	if (crew->is_replacing)
		be_sooner(next_ms, crew->replace_ms > crew->resume_ms
				       ? crew->replace_ms
				       : crew->resume_ms);
}

long long
crew_tend(struct crew *crew, bool may_start, long long now_ms)
{
	const struct crew_shared *shared = crew->shared;
	long long next_ms = CREW_NEVER;
	size_t started = 0;

	while (may_start && staying(crew) < crew->wanted &&
	       shared->alive < shared->max_workers &&
	       started++ < CREW_START_MAX && crew_start(crew, now_ms))
		;
	if (may_start && staying(crew) < crew->wanted &&
	    shared->alive < shared->max_workers)
		be_sooner(&next_ms, crew->resume_ms);
	if (may_start)
		tend_replacement(crew, now_ms, &next_ms);
	if (crew->wanted > shared->workers) {
		if (now_ms - crew->full_ms >= CREW_QUIET_MS)
			shrink(crew, now_ms);
		else
			be_sooner(&next_ms, crew->full_ms + CREW_QUIET_MS);
	}
	if (crew->release_ms != 0 && now_ms >= crew->release_ms)
		release(crew, now_ms);
	if (crew->release_ms != 0)
		be_sooner(&next_ms, crew->release_ms);
	return next_ms;
}

void
crew_hurry(struct crew *crew, long long now_ms)
{
	crew->hurried_ms = now_ms;
	for (size_t i = 0; i < crew->alive; i++)
		kill(crew->workers[i].pid, SIGUSR1);
}

bool
crew_meet_demand(struct crew *crew, size_t room, long long now_ms)
{
	const struct crew_shared *shared = crew->shared;
	bool can_start = crew->pause_ms == 0 &&
			 (crew->start_error == 0 ||
			     now_ms - crew->error_ms >= CREW_QUIET_MS);
	long waiting = listener_waiting(&crew->listener);
	size_t more = waiting < 0 ? crew->wanted : (size_t)waiting;

	crew->full_ms = now_ms;
	if (can_start && staying(crew) < crew->wanted &&
	    shared->alive < shared->max_workers)
		return true; /* they are on their way */
	if (can_start && room > 0) {
		crew->wanted += more < room ? more : room;
		return true;
	}
	if (now_ms - crew->hurried_ms >= CREW_HURRY_MS)
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
	crew->replaced = 0;
	crew->replace_ms = 0;
	crew->trial = 0;
	if (!crew_start(crew, now_ms))
		return;
	crew->trial = crew->workers[crew->alive - 1].pid;
	crew->trial_ms = now_ms;
}

void
crew_leave(struct crew *crew, long long now_ms)
{
	crew->is_replacing = false;
	crew->trial = 0;
	crew->wanted = crew->shared->workers;
	for (size_t i = 0; i < crew->alive; i++)
		if (!crew->workers[i].is_told)
			let_go(crew, &crew->workers[i],
			    is_free(crew, &crew->workers[i], now_ms), now_ms);
}

void
crew_dismiss(struct crew *crew, long long now_ms)
{
	crew->is_replacing = false;
	crew->release_ms = 0;
	crew->dismissed_ms = now_ms;
	for (size_t i = 0; i < crew->alive; i++)
		let_go(crew, &crew->workers[i], true, now_ms);
}

long long
crew_kill_late(struct crew *crew, long long now_ms)
{
	long long limit_ms = crew->shared->limit_ms;

	if (limit_ms == 0 || crew->dismissed_ms == 0)
		return CREW_NEVER;
	if (now_ms - crew->dismissed_ms < limit_ms)
		return crew->dismissed_ms + limit_ms;
	crew->dismissed_ms = 0;
	for (size_t i = 0; i < crew->alive; i++) {
		log_message(LOG_WARNING,
		    "worker %d of %s is killed: still there after %lld s",
		    (int)crew->workers[i].pid, crew->listener.name,
		    limit_ms / 1000);
		kill(crew->workers[i].pid, SIGKILL);
	}
	return CREW_NEVER;
}
