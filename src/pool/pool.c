/* SPDX-License-Identifier: ISC */
/* What a pool has to do, and when. */
#include "pool.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "host/log.h"

/* How many ended workers are dealt with at once: starting others takes time. */
#define REAP_MAX 64

/* How long who is queued is let in yet by a pool that is to end. */
#define STOP_MS 2500

/* When nobody has waited for so long a full pool is full no more. */
#define FULL_MS 3000

static int
out_of_memory(void)
{
	log_message(LOG_ERR, "out of memory");
	return EX_OSERR;
}

/* Watches crew's socket and starts its first worker; as pool_open. */
static int
open_crew(struct crew *crew, sd_event *event, long long now_ms)
{
	int result = listener_watch(crew->listener, event);

	if (result < 0) {
		log_message(LOG_ERR, "cannot watch %s: %s",
		    crew->listener->name, strerror(-result));
		return EX_OSERR;
	}
	if (crew_start(crew, now_ms))
		return 0;
	return crew->start_error == EAGAIN || crew->start_error == ENOMEM
		   ? EX_OSERR
		   : EX_UNAVAILABLE;
}

int
pool_open(struct pool *pool, sd_event *event, struct listener *listeners,
    size_t count, long long now_ms)
{
	struct crew_shared *shared = &pool->shared;
	size_t datagram = 0;
	int status = 0;

	for (size_t i = 0; i < count; i++)
		datagram += listeners[i].is_datagram;
	if (shared->max_workers < (count - datagram) * shared->workers)
		shared->max_workers = (count - datagram) * shared->workers;
	shared->max_workers += datagram * shared->workers;
	shared->asked_ms = now_ms;
	pool->crews = calloc(count, sizeof(*pool->crews));
	if (pool->crews == NULL)
		return out_of_memory();
	pool->count = count;
	for (size_t i = 0; status == 0 && i < count; i++) {
		if (!crew_open(&pool->crews[i], shared, &listeners[i]))
			return out_of_memory();
		status = open_crew(&pool->crews[i], event, now_ms);
	}
	return status;
}

static size_t
reap(struct pool *pool, long long now_ms)
{
	size_t count = 0;
	pid_t pid;
	int status;

	while (count < REAP_MAX && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		count++;
		/* As process 1 it may get others than its own. */
		for (size_t i = 0; i < pool->count; i++)
			if (crew_bury(&pool->crews[i], pid, status, now_ms))
				break;
	}
	if (count == REAP_MAX)
		crew_wake(&pool->shared, now_ms); /* no signal tells of more */
	return count;
}

static bool
is_asked(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (listener_is_asked(pool->crews[i].listener))
			return true;
	return false;
}

long
pool_waiting(const struct pool *pool)
{
	long sum = 0, n;

	for (size_t i = 0; i < pool->count; i++) {
		n = listener_waiting(pool->crews[i].listener);
		sum += n > 0 ? n : 0;
	}
	return sum;
}

/* How many workers more there may be. */
static size_t
room(const struct pool *pool)
{
	size_t taken = 0, most = pool->shared.max_workers;

	for (size_t i = 0; i < pool->count; i++)
		taken += pool->crews[i].wanted + pool->crews[i].leaving;
	return taken < most ? most - taken : 0;
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
	    pool->shared.alive, pool->shared.max_workers, pool_waiting(pool));
}

static void
watch(struct pool *pool, long long now_ms)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct crew *crew = &pool->crews[i];

		if (!crew->listener->is_awake)
			continue;
		pool->shared.asked_ms = now_ms;
		if (now_ms >= crew->listener->look_ms &&
		    listener_look(crew->listener, now_ms) &&
		    !crew_meet_demand(crew, room(pool), now_ms))
			note_full(pool, now_ms);
		if (crew->listener->is_awake)
			crew_wake(&pool->shared, crew->listener->look_ms);
	}
	if (pool->full_ms == 0)
		return;
	crew_wake(&pool->shared, pool->full_at_ms + FULL_MS);
	if (now_ms - pool->full_at_ms < FULL_MS)
		return;
	log_message(LOG_NOTICE,
	    "nobody waits for a worker any more: they were taken for %lld s",
	    (pool->full_at_ms - pool->full_ms + 999) / 1000);
	pool->full_ms = 0;
}

/* Leaves where nobody has asked for so long. */
static void
leave_if_idle(struct pool *pool, long long now_ms)
{
	long long leave_ms = pool->shared.asked_ms + pool->idle_ms;

	if (pool->idle_ms == 0)
		return;
	crew_wake(&pool->shared, leave_ms);
	if (now_ms < leave_ms)
		return;
	pool->state = POOL_LEAVING;
	for (size_t i = 0; i < pool->count; i++)
		crew_let_go(&pool->crews[i], 0, now_ms);
}

/*
 * The last look is after the last worker has gone: who connects later is found
 * by whoever holds the socket.
 */
static void
come_back_if_asked(struct pool *pool, long long now_ms)
{
	if (is_asked(pool)) {
		pool->shared.asked_ms = now_ms;
		pool->state = POOL_RUNNING;
	} else if (pool->shared.alive == 0)
		pool->state = POOL_OVER;
}

/* Tells all each second that others wait, then to go. */
static void
stop(struct pool *pool, long long now_ms)
{
	bool is_over = !is_asked(pool) || now_ms - pool->stop_ms >= STOP_MS;

	for (size_t i = 0; i < pool->count; i++) {
		if (is_over)
			crew_dismiss(&pool->crews[i], now_ms);
		else
			crew_hurry(&pool->crews[i], now_ms);
	}
	if (is_over)
		pool->state = POOL_ENDING;
	crew_wake(&pool->shared, now_ms + LISTENER_LOOK_MS);
}

size_t
pool_tend(struct pool *pool, long long now_ms)
{
	size_t count;

	pool->shared.next_ms = CREW_NEVER;
	count = reap(pool, now_ms);
	if (pool->state == POOL_LEAVING)
		come_back_if_asked(pool, now_ms);
	if (pool->state == POOL_RUNNING)
		watch(pool, now_ms);
	if (pool->state == POOL_RUNNING)
		leave_if_idle(pool, now_ms);
	if (pool->state == POOL_STOPPING)
		stop(pool, now_ms);
	for (size_t i = 0; i < pool->count; i++)
		crew_tend(&pool->crews[i],
		    pool->state == POOL_RUNNING || pool->state == POOL_STOPPING,
		    now_ms);
	if (pool->state == POOL_ENDING && pool->shared.alive == 0)
		pool->state = POOL_OVER;
	return count;
}

void
pool_replace(struct pool *pool, long long now_ms)
{
	if (pool->state != POOL_RUNNING && pool->state != POOL_LEAVING)
		return;
	pool->shared.asked_ms = now_ms;
	pool->shared.hup_ms = now_ms;
	pool->state = POOL_RUNNING;
	pool->is_reloading = true;
	for (size_t i = 0; i < pool->count; i++)
		crew_replace(&pool->crews[i]);
}

bool
pool_is_replacing(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (pool->crews[i].has_hup || pool->crews[i].trial != 0 ||
		    pool->crews[i].is_replacing)
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
}
