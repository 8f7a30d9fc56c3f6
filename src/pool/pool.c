/* SPDX-License-Identifier: ISC */
/* What a pool has to do, and when. */
#include "pool.h"

#include <sys/param.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#include "host/log.h"

/* How many ended workers are dealt with at once: starting others takes time. */
#define REAP_MAX 64

/* How long who is queued is let in yet by a pool that is to end. */
#define STOP_MS 2500

/* When nobody has waited for so long a full pool is full no more. */
#define FULL_MS 3000

static void
open_crew(struct pool *pool, struct crew *crew, sd_event *event)
{
	listener_watch(crew, event);
	crew->wanted = pool->workers;
	/* What is not used costs nothing; two may be there beside the most. */
	crew->workers = calloc(pool->max_workers + 2, sizeof(*crew->workers));
	if (crew->workers == NULL)
		log_die(EX_OSERR, "out of memory");
	if (!crew_start(crew))
		exit(crew->start_error == EAGAIN || crew->start_error == ENOMEM
			 ? EX_OSERR
			 : EX_UNAVAILABLE);
}

void
pool_open(struct pool *pool, sd_event *event)
{
	size_t streams = 0;

	for (size_t i = 0; i < pool->count; i++)
		streams += !pool->crews[i].is_datagram;
	pool->max_workers = MAX(pool->max_workers, streams * pool->workers) +
			    (pool->count - streams) * pool->workers;
	pool->asked_ms = pool->now_ms;
	for (size_t i = 0; i < pool->count; i++)
		open_crew(pool, &pool->crews[i], event);
}

void
pool_wake(struct pool *pool, long long ms)
{
	pool->next_ms = MIN(pool->next_ms, ms);
}

bool
pool_is_due(struct pool *pool, long long ms)
{
	if (ms > pool->now_ms)
		pool_wake(pool, ms);
	return ms != 0 && ms <= pool->now_ms;
}

static void
reap(struct pool *pool)
{
	int count = 0, status;
	pid_t pid;

	while (count < REAP_MAX && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		count++;
		/* As process 1 it may get others than its own. */
		for (size_t i = 0; i < pool->count; i++)
			if (crew_bury(&pool->crews[i], pid, status))
				break;
	}
	if (count == REAP_MAX)
		pool_wake(pool, pool->now_ms); /* no signal tells of more */
}

static bool
is_asked(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (listener_is_asked(&pool->crews[i]))
			return true;
	return false;
}

long
pool_waiting(const struct pool *pool)
{
	long sum = 0, n;

	for (size_t i = 0; i < pool->count; i++) {
		n = listener_waiting(&pool->crews[i]);
		sum += MAX(n, 0);
	}
	return sum;
}

/* How many workers more there may be. */
static size_t
room(const struct pool *pool)
{
	size_t taken = 0;

	for (size_t i = 0; i < pool->count; i++)
		taken += pool->crews[i].wanted + pool->crews[i].leaving;
	return pool->max_workers - MIN(taken, pool->max_workers);
}

static void
note_full(struct pool *pool)
{
	pool->full_at_ms = pool->now_ms;
	if (pool->full_ms != 0)
		return;
	pool->full_ms = pool->now_ms;
	log_message(LOG_WARNING,
	    "all %zu workers (-x %zu) are taken and %ld connections wait: "
	    "who is slow is cut",
	    pool->alive, pool->max_workers, pool_waiting(pool));
}

static void
watch(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct crew *crew = &pool->crews[i];

		if (crew->look_ms != 0)
			pool->asked_ms = pool->now_ms;
		/* Who sends a datagram can be anyone. */
		if (pool_is_due(pool, crew->look_ms) && listener_look(crew) &&
		    !crew->is_datagram && !crew_meet_demand(crew, room(pool)))
			note_full(pool);
	}
	if (pool->full_ms == 0 ||
	    !pool_is_due(pool, pool->full_at_ms + FULL_MS))
		return;
	log_message(LOG_NOTICE,
	    "nobody waits for a worker any more: they were taken for %lld s",
	    (pool->full_at_ms - pool->full_ms + 999) / 1000);
	pool->full_ms = 0;
}

/* Leaves where nobody has asked for so long. */
static void
leave_if_idle(struct pool *pool)
{
	if (pool->idle_ms == 0 ||
	    !pool_is_due(pool, pool->asked_ms + pool->idle_ms))
		return;
	pool->state = POOL_LEAVING;
	for (size_t i = 0; i < pool->count; i++)
		crew_let_go(&pool->crews[i], 0);
}

/*
 * The last look is after the last worker has gone: who connects later is found
 * by whoever holds the socket.
 */
static void
come_back_if_asked(struct pool *pool)
{
	if (is_asked(pool)) {
		pool->asked_ms = pool->now_ms;
		pool->state = POOL_RUNNING;
	} else if (pool->alive == 0)
		pool->state = POOL_OVER;
}

/* Tells all each second that others wait, then to go. */
static void
stop(struct pool *pool)
{
	bool is_over =
	    !is_asked(pool) || pool->now_ms - pool->stop_ms >= STOP_MS;

	for (size_t i = 0; i < pool->count; i++) {
		if (is_over)
			crew_dismiss(&pool->crews[i]);
		else
			crew_hurry(&pool->crews[i]);
	}
	if (is_over)
		pool->state = POOL_ENDING;
	pool_wake(pool, pool->now_ms + LISTENER_LOOK_MS);
}

void
pool_tend(struct pool *pool)
{
	pool->next_ms = POOL_NEVER;
	reap(pool);
	if (pool->state == POOL_LEAVING)
		come_back_if_asked(pool);
	if (pool->state == POOL_RUNNING)
		watch(pool);
	if (pool->state == POOL_RUNNING)
		leave_if_idle(pool);
	if (pool->state == POOL_STOPPING)
		stop(pool);
	for (size_t i = 0; i < pool->count; i++)
		crew_tend(&pool->crews[i]);
	if (pool->state == POOL_ENDING && pool->alive == 0)
		pool->state = POOL_OVER;
}

void
pool_replace(struct pool *pool)
{
	if (pool->state != POOL_RUNNING && pool->state != POOL_LEAVING)
		return;
	pool->asked_ms = pool->now_ms;
	pool->hup_ms = pool->now_ms;
	pool->state = POOL_RUNNING;
	pool->is_reloading = true;
	for (size_t i = 0; i < pool->count; i++)
		pool->crews[i].has_hup = true;
}

bool
pool_has_replaced(struct pool *pool)
{
	if (!pool->is_reloading)
		return false;
	for (size_t i = 0; i < pool->count; i++)
		if (pool->crews[i].has_hup || pool->crews[i].is_replacing)
			return false;
	pool->is_reloading = false;
	return true;
}

void
pool_stop(struct pool *pool)
{
	if (pool->state == POOL_STOPPING || pool->state == POOL_ENDING)
		return;
	pool->state = POOL_STOPPING;
	pool->stop_ms = pool->now_ms;
}
