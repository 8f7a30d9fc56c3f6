/* SPDX-License-Identifier: ISC */
/* Starting, replacing and dismissing the workers of a listening socket. */
#include "crew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host/log.h"
#include "process.h"

int
crew_open(
    struct crew *crew, struct crew_plan *plan, const struct listener *listener)
{
	memset(crew, 0, sizeof(*crew));
	crew->plan = plan;
	crew->listener = *listener;
	/* While all are replaced there may be twice as many as wanted. */
	crew->places = 2 * plan->wanted;
	crew->workers = calloc(crew->places, sizeof(*crew->workers));
	return crew->workers == NULL ? -1 : 0;
}

/* The worker pid, or NULL; pid 0 is a free place. */
static struct crew_worker *
find(const struct crew *crew, pid_t pid)
{
	for (size_t i = 0; i < crew->places; i++)
		if (crew->workers[i].pid == pid)
			return &crew->workers[i];
	return NULL;
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

bool
crew_start(struct crew *crew, long long now_ms)
{
	struct crew_worker *worker = find(crew, 0);
	pid_t pid;
	int error;

	if (worker == NULL || now_ms < crew->resume_ms)
		return false;
	pid = worker_start(&crew->plan->command, crew->listener.fd);
	if (pid < 0) {
		error = errno;
		if (crew->start_error != error)
			log_message(LOG_ERR, "cannot start %s for %s: %s",
			    crew->plan->command.path, crew->listener.name,
			    strerror(error));
		crew->start_error = error;
		pause_starts(crew, now_ms);
		return false;
	}
	worker->pid = pid;
	worker->generation = crew->plan->generation;
	worker->started_ms = now_ms;
	worker->told_ms = 0;
	crew->alive++;
	if (++crew->staying >= crew->plan->wanted)
		crew->start_error = 0;
	crew->plan->started++;
	return true;
}

void
crew_fill(struct crew *crew, long long now_ms)
{
	while (crew->staying < crew->plan->wanted && crew_start(crew, now_ms))
		;
}

/* Of failures that follow each other at once, one is logged. */
static void
log_failure(const struct crew *crew, const struct crew_worker *worker,
    int status, long long now_ms)
{
	struct crew_plan *plan = crew->plan;
	char text[WORKER_TEXT_MAX];

	if (!plan->verbose &&
	    (crew->failures > 1 || (plan->logged_ms != 0 &&
				       now_ms - plan->logged_ms < CREW_LOG_MS)))
		return;
	plan->logged_ms = now_ms;
	worker_describe(status, text);
	log_message(LOG_WARNING, "worker %d of %s %s", (int)worker->pid,
	    crew->listener.name, text);
}

static void
count_failure(struct crew *crew, const struct crew_worker *worker, int status,
    long long now_ms)
{
	crew->plan->failed++;
	if (now_ms - worker->started_ms < CREW_AT_ONCE_MS)
		crew->failures++;
	else
		crew->failures = 1;
	log_failure(crew, worker, status, now_ms);
	/* As many as there are may fail together, once, for one cause. */
	if (crew->failures > crew->plan->wanted)
		pause_starts(crew, now_ms);
}

static void
judge(struct crew *crew, const struct crew_worker *worker, int status,
    long long now_ms)
{
	switch (worker_judge(status)) {
	case WORKER_FAILED:
		count_failure(crew, worker, status, now_ms);
		return;
	case WORKER_ANSWERED:
		crew->plan->answered++;
		break;
	case WORKER_REFUSED:
		crew->plan->refused++;
		break;
	}
	crew->failures = 0;
	crew->pause_ms = 0;
	crew->resume_ms = 0;
}

bool
crew_bury(struct crew *crew, pid_t pid, int status, long long now_ms)
{
	struct crew_worker *worker = find(crew, pid);

	if (worker == NULL)
		return false;
	/* Those told to go may end as they like. */
	if (worker->told_ms == 0) {
		judge(crew, worker, status, now_ms);
		crew->staying--;
	}
	worker->pid = 0;
	crew->alive--;
	return true;
}

/*
 * A worker that catches the signal finishes its request.  One that does not
 * would die in the middle of it, and so is left alone while it has one.
 */
static void
tell(const struct crew *crew, const struct crew_worker *worker)
{
	if (process_catches(worker->pid, SIGTERM) ||
	    !process_has_other_socket(worker->pid, crew->listener.fd))
		kill(worker->pid, SIGTERM);
}

static void
dismiss_one(struct crew *crew, struct crew_worker *worker, long long now_ms)
{
	worker->told_ms = now_ms;
	crew->staying--;
	tell(crew, worker);
}

void
crew_replace_one(struct crew *crew, long long now_ms)
{
	for (size_t i = 0; i < crew->places; i++) {
		struct crew_worker *worker = &crew->workers[i];

		if (worker->pid == 0 || worker->told_ms != 0 ||
		    worker->generation == crew->plan->generation)
			continue;
		if (crew_start(crew, now_ms))
			dismiss_one(crew, worker, now_ms);
		return;
	}
	crew->replacing = false;
}

void
crew_dismiss(struct crew *crew, long long now_ms)
{
	for (size_t i = 0; i < crew->places; i++)
		if (crew->workers[i].pid != 0 && crew->workers[i].told_ms == 0)
			dismiss_one(crew, &crew->workers[i], now_ms);
}

bool
crew_urge(struct crew *crew, long long now_ms)
{
	long long limit_ms = crew->plan->limit_ms;

	for (size_t i = 0; i < crew->places; i++) {
		const struct crew_worker *worker = &crew->workers[i];

		if (worker->pid == 0 || worker->told_ms == 0)
			continue;
		if (limit_ms == 0 || now_ms - worker->told_ms < limit_ms) {
			tell(crew, worker);
			continue;
		}
		log_message(LOG_WARNING,
		    "worker %d of %s is killed: still there after %lld s",
		    (int)worker->pid, crew->listener.name, limit_ms / 1000);
		kill(worker->pid, SIGKILL);
	}
	return crew->alive > crew->staying;
}
