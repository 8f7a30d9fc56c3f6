/* SPDX-License-Identifier: ISC */
/* What a pool has to do, and when. */
#include "pool.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "host/log.h"

int
pool_open(struct pool *pool, sd_event *event, const struct listener *listeners,
    size_t count, long long now_ms)
{
	size_t least = count * pool->shared.workers;

	if (pool->shared.max_workers < least)
		pool->shared.max_workers = least;
	pool->idle_at_ms = now_ms;
	pool->crews = calloc(count, sizeof(*pool->crews));
	if (pool->crews == NULL) {
		log_message(LOG_ERR, "out of memory");
		return EX_OSERR;
	}
	pool->count = count;
	for (size_t i = 0; i < count; i++) {
		struct crew *crew = &pool->crews[i];
		int result;

		crew_open(crew, &pool->shared, &listeners[i]);
		result =
		    watch_open(&crew->watch, event, &crew->listener, now_ms);
		if (result < 0) {
			log_message(LOG_ERR, "cannot watch %s: %s",
			    crew->listener.name, strerror(-result));
			return EX_OSERR;
		}
		if (crew_start(crew, now_ms))
			continue;
		if (crew->start_error == EAGAIN || crew->start_error == ENOMEM)
			return EX_OSERR;
		return EX_UNAVAILABLE;
	}
	return 0;
}

size_t
pool_reap(struct pool *pool, long long now_ms)
{
	size_t count = 0;
	pid_t pid;
	int status;

	while (count < POOL_REAP_MAX &&
	       (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		count++;
		/* As process 1 it may get others than its own. */
		for (size_t i = 0; i < pool->count; i++)
			if (crew_bury(&pool->crews[i], pid, status, now_ms))
				break;
	}
	return count;
}

static bool
is_asked(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (listener_is_asked(&pool->crews[i].listener))
			return true;
	return false;
}

/* How many wait on all sockets, as far as the system tells. */
static long
waiting(const struct pool *pool)
{
	long sum = 0, n;

	for (size_t i = 0; i < pool->count; i++) {
		n = listener_waiting(&pool->crews[i].listener);
		sum += n > 0 ? n : 0;
	}
	return sum;
}

static void
be_sooner(long long *next_ms, long long ms)
{
	if (ms < *next_ms)
		*next_ms = ms;
}

/* How many workers more there may be. */
static size_t
room(const struct pool *pool)
{
	size_t taken = 0;

	for (size_t i = 0; i < pool->count; i++)
		taken += pool->crews[i].wanted + pool->crews[i].leaving;
	return taken < pool->shared.max_workers
		   ? pool->shared.max_workers - taken
		   : 0;
}

static void
note_full(struct pool *pool, long long now_ms)
{
	pool->full_at_ms = now_ms;
	if (pool->full_ms != 0)
		return;
	pool->full_ms = now_ms;
	log_message(LOG_WARNING,
	    "all %zu workers (-x %zu) are taken and %ld connections wait: "
	    "who is slow is cut",
	    pool->shared.alive, pool->shared.max_workers, waiting(pool));
}

static void
note_room(struct pool *pool, long long now_ms, long long *next_ms)
{
	if (pool->full_ms == 0)
		return;
	if (now_ms - pool->full_at_ms < POOL_FULL_MS) {
		be_sooner(next_ms, pool->full_at_ms + POOL_FULL_MS);
		return;
	}
	log_message(LOG_NOTICE,
	    "nobody waits for a worker any more: they were taken for %lld s",
	    (pool->full_at_ms - pool->full_ms + 999) / 1000);
	pool->full_ms = 0;
}

static void
watch(struct pool *pool, long long now_ms, long long *next_ms)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct crew *crew = &pool->crews[i];

		if (!crew->watch.is_awake)
			continue;
		if (now_ms >= crew->watch.look_ms &&
		    watch_look(&crew->watch, now_ms) &&
		    !crew_meet_demand(crew, room(pool), now_ms))
			note_full(pool, now_ms);
		be_sooner(next_ms, crew->watch.look_ms);
	}
	note_room(pool, now_ms, next_ms);
}

/* The time from which on nobody has asked. */
static long long
asked_ms(const struct pool *pool)
{
	long long last_ms = pool->idle_at_ms;

	for (size_t i = 0; i < pool->count; i++)
		if (pool->crews[i].watch.asked_ms > last_ms)
			last_ms = pool->crews[i].watch.asked_ms;
	return last_ms;
}

/*
 * Leaves tentatively, and has the last look when the last worker has gone: who
 * connects after it is found by whoever holds the socket.
 */
static void
leave_or_stay(struct pool *pool, long long now_ms, long long *next_ms)
{
	if (pool->state == POOL_RUNNING && pool->idle_ms != 0 &&
	    now_ms - asked_ms(pool) >= pool->idle_ms) {
		pool->state = POOL_LEAVING;
		for (size_t i = 0; i < pool->count; i++)
			crew_leave(&pool->crews[i], now_ms);
	}
	if (pool->state == POOL_LEAVING) {
		if (is_asked(pool)) {
			pool->idle_at_ms = now_ms;
			pool->state = POOL_RUNNING;
		} else if (pool->shared.alive == 0)
			pool->state = POOL_OVER;
	}
	if (pool->state == POOL_RUNNING && pool->idle_ms != 0)
		be_sooner(next_ms, asked_ms(pool) + pool->idle_ms);
}

/* Tells all each second that others wait, then to go. */
static void
stop(struct pool *pool, long long now_ms, long long *next_ms)
{
	if (!is_asked(pool) || now_ms - pool->stop_ms >= POOL_STOP_MS) {
		pool->state = POOL_ENDING;
		for (size_t i = 0; i < pool->count; i++)
			crew_dismiss(&pool->crews[i], now_ms);
		return;
	}
	for (size_t i = 0; i < pool->count; i++)
		if (now_ms - pool->crews[i].hurried_ms >= CREW_HURRY_MS)
			crew_hurry(&pool->crews[i], now_ms);
	be_sooner(next_ms, now_ms + WATCH_LOOK_MS);
}

long long
pool_tend(struct pool *pool, long long now_ms)
{
	long long next_ms = CREW_NEVER;

	if (pool->state == POOL_STOPPING)
		stop(pool, now_ms, &next_ms);
	if (pool->state == POOL_RUNNING || pool->state == POOL_LEAVING)
		leave_or_stay(pool, now_ms, &next_ms);
	if (pool->state == POOL_RUNNING)
		watch(pool, now_ms, &next_ms);
	for (size_t i = 0; i < pool->count; i++) {
		struct crew *crew = &pool->crews[i];

		be_sooner(&next_ms,
		    pool->state == POOL_ENDING
			? crew_kill_late(crew, now_ms)
			: crew_tend(crew, pool->state != POOL_LEAVING, now_ms));
	}
	if (pool->state == POOL_ENDING && pool->shared.alive == 0)
		pool->state = POOL_OVER;
	return next_ms;
}

void
pool_replace(struct pool *pool, long long now_ms)
{
	if (pool->state != POOL_RUNNING && pool->state != POOL_LEAVING)
		return;
	pool->idle_at_ms = now_ms;
	pool->state = POOL_RUNNING;
	pool->is_reloading = true;
	pool->shared.generation++;
	for (size_t i = 0; i < pool->count; i++)
		crew_replace(&pool->crews[i], now_ms);
}

bool
pool_is_replacing(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (pool->crews[i].trial != 0 || pool->crews[i].is_replacing)
			return true;
	return false;
}

void
pool_stop(struct pool *pool, long long now_ms)
{
	if (pool->state == POOL_STOPPING || pool->state == POOL_ENDING)
		return;
	pool->state = POOL_STOPPING;
	pool->stop_ms = now_ms;
	for (size_t i = 0; i < pool->count; i++)
		crew_hurry(&pool->crews[i], now_ms);
}

void
pool_describe(const struct pool *pool, char *ret_text, size_t size)
{
	const struct crew_shared *shared = &pool->shared;
	bool is_pausing = false;

	for (size_t i = 0; i < pool->count; i++)
		if (pool->crews[i].pause_ms != 0)
			is_pausing = true;
	snprintf(ret_text, size,
	    "%zu workers, at most %zu%s, %ld waiting, %llu started, "
	    "%llu answered, %llu refused, %llu cut, %llu failed%s",
	    shared->alive, shared->max_workers,
	    shared->alive >= shared->max_workers ? " (reached)" : "",
	    waiting(pool), shared->started, shared->answered, shared->refused,
	    shared->cut, shared->failed, is_pausing ? ", pausing" : "");
}
