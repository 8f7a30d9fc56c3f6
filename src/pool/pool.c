/* SPDX-License-Identifier: ISC */
/* What a pool has to do, and when. */
#include "pool.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "host/log.h"

static int
out_of_memory(void)
{
	log_message(LOG_ERR, "out of memory");
	return EX_OSERR;
}

int
pool_open(struct pool *pool, const struct listener *listeners, size_t count,
    long long now_ms)
{
	pool->crews = calloc(count, sizeof(*pool->crews));
	if (pool->crews == NULL)
		return out_of_memory();
	pool->count = count;
	for (size_t i = 0; i < count; i++) {
		struct crew *crew = &pool->crews[i];

		if (crew_open(crew, &pool->plan, &listeners[i]) < 0)
			return out_of_memory();
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
		for (size_t i = 0; i < pool->count; i++) {
			struct crew *crew = &pool->crews[i];

			if (!crew_bury(crew, pid, status, now_ms))
				continue;
			if (!pool->draining)
				crew_fill(crew, now_ms);
			break;
		}
	}
	return count;
}

static void
urge(struct pool *pool, long long now_ms)
{
	pool->urge_ms = 0;
	for (size_t i = 0; i < pool->count; i++)
		if (crew_urge(&pool->crews[i], now_ms))
			pool->urge_ms = now_ms + POOL_URGE_MS;
}

void
pool_tend(struct pool *pool, long long now_ms)
{
	if (pool->urge_ms != 0 && now_ms >= pool->urge_ms)
		urge(pool, now_ms);
	if (pool->draining)
		return;
	for (size_t i = 0; i < pool->count; i++) {
		crew_fill(&pool->crews[i], now_ms);
		if (!pool->crews[i].replacing)
			continue;
		crew_replace_one(&pool->crews[i], now_ms);
		if (pool->urge_ms == 0)
			pool->urge_ms = now_ms + POOL_URGE_MS;
	}
}

long long
pool_next(const struct pool *pool, long long now_ms)
{
	long long due_ms, next_ms = -1;

	if (pool->urge_ms != 0)
		next_ms = pool->urge_ms;
	if (pool->draining)
		return next_ms;
	for (size_t i = 0; i < pool->count; i++) {
		const struct crew *crew = &pool->crews[i];

		if (crew->staying >= pool->plan.wanted && !crew->replacing)
			continue;
		if (crew->alive == crew->places)
			continue; /* until one of them has ended */
		due_ms = crew->resume_ms > now_ms ? crew->resume_ms : now_ms;
		if (next_ms < 0 || due_ms < next_ms)
			next_ms = due_ms;
	}
	return next_ms;
}

void
pool_replace(struct pool *pool)
{
	pool->plan.generation++;
	for (size_t i = 0; i < pool->count; i++)
		pool->crews[i].replacing = true;
}

bool
pool_is_replacing(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (pool->crews[i].replacing)
			return true;
	return false;
}

void
pool_drain(struct pool *pool, long long now_ms)
{
	pool->draining = true;
	pool->urge_ms = now_ms + POOL_URGE_MS;
	for (size_t i = 0; i < pool->count; i++)
		crew_dismiss(&pool->crews[i], now_ms);
}

size_t
pool_alive(const struct pool *pool)
{
	size_t alive = 0;

	for (size_t i = 0; i < pool->count; i++)
		alive += pool->crews[i].alive;
	return alive;
}

void
pool_describe(const struct pool *pool, char *ret_text, size_t size)
{
	const struct crew_plan *plan = &pool->plan;
	bool pausing = false;

	for (size_t i = 0; i < pool->count; i++)
		if (pool->crews[i].pause_ms != 0)
			pausing = true;
	snprintf(ret_text, size,
	    "%zu workers, %llu started, %llu answered, %llu refused, "
	    "%llu failed%s",
	    pool_alive(pool), plan->started, plan->answered, plan->refused,
	    plan->failed, pausing ? ", pausing" : "");
}
