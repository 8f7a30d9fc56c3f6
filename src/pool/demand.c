/* SPDX-License-Identifier: ISC */
/* Who waits to be accepted, and what is done about it. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/param.h>
#include <sys/socket.h>

#include <poll.h>
#include <string.h>
#include <sysexits.h>

#include "host/log.h"
#include "pool.h"

/*
 * All that could accept are taken where a connection waited at so many looks
 * and no worker ended meanwhile.  An honest load has one wait at half of all
 * looks, and where a process is started for each request at all of them.
 */
#define LOOKS 4

/* When nobody has waited for so long a full pool is full no more. */
#define FULL_MS 3000

static int
on_connection(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct crew *crew = data;

	(void)source;
	(void)fd;
	(void)events;
	crew->look_ms = crew->pool->now_ms;
	crew->looks = 0;
	return 0;
}

void
demand_await(struct crew *crew, sd_event *event)
{
	int result = sd_event_add_io(
	    event, &crew->source, crew->fd, EPOLLIN, on_connection, crew);

	if (result >= 0)
		result =
		    sd_event_source_set_enabled(crew->source, SD_EVENT_ONESHOT);
	if (result < 0)
		log_die(EX_OSERR, "cannot watch %s: %s", crew->name,
		    strerror(-result));
}

static bool
is_asked(const struct crew *crew)
{
	struct pollfd pfd = {.fd = crew->fd, .events = POLLIN};

	return poll(&pfd, 1, 0) > 0;
}

bool
demand_is_there(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (is_asked(&pool->crews[i]))
			return true;
	return false;
}

/*
 * How many connections wait, or -1 where the system does not tell.  Of a
 * listening socket these are unacknowledged (tcp(7), sock_diag(7)).
 */
static long
waiting(const struct crew *crew)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	if (getsockopt(crew->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
		return -1;
	return (long)info.tcpi_unacked;
}

long
demand_waiting(const struct pool *pool)
{
	long sum = 0, n;

	for (size_t i = 0; i < pool->count; i++) {
		n = waiting(&pool->crews[i]);
		sum += MAX(n, 0);
	}
	return sum;
}

/* Returns whether all that could accept are taken. */
static bool
look(struct crew *crew)
{
	struct pool *pool = crew->pool;

	if (!is_asked(crew)) {
		crew->look_ms = 0;
		sd_event_source_set_enabled(crew->source, SD_EVENT_ONESHOT);
		return false;
	}
	/* Where this process has to wait for a processor others have to. */
	if (pool->now_ms - crew->look_ms > DEMAND_LOOK_MS)
		crew->looks = 0;
	crew->look_ms = pool->now_ms + DEMAND_LOOK_MS;
	pool_wake(pool, crew->look_ms);
	if (++crew->looks < LOOKS)
		return false;
	crew->looks = 1;
	/* Who sends a datagram can be anyone. */
	return !crew->is_datagram;
}

static void
grow_or_hurry(struct crew *crew)
{
	struct pool *pool = crew->pool;
	size_t taken = 0, more;
	long n = waiting(crew);

	crew->full_ms = pool->now_ms;
	if (crew_is_lacking(crew) && crew->start_error == 0)
		return; /* they are on their way, or fail */
	/* Nobody takes what another crew lacks at the moment. */
	for (size_t i = 0; i < pool->count; i++)
		taken += pool->crews[i].wanted + pool->crews[i].alive -
			 pool->crews[i].staying;
	if (taken < pool->max_workers && crew->pause_ms == 0 &&
	    crew->start_error == 0) {
		more = n < 0 ? crew->wanted : (size_t)n;
		crew->wanted += MIN(more, pool->max_workers - taken);
		return;
	}
	crew_hurry(crew);
	pool->full_at_ms = pool->now_ms;
}

/* Says when the pool is full, and when that is over. */
static void
note_full(struct pool *pool)
{
	if (pool->full_ms == 0 && pool->full_at_ms == pool->now_ms) {
		pool->full_ms = pool->now_ms;
		log_message(LOG_WARNING,
		    "all %zu workers (-x %zu) are taken and %ld connections "
		    "wait: who is slow is cut",
		    pool->alive, pool->max_workers, demand_waiting(pool));
	}
	if (pool->full_ms == 0 ||
	    !pool_is_due(pool, pool->full_at_ms + FULL_MS))
		return;
	log_message(LOG_NOTICE,
	    "nobody waits for a worker any more: they were taken for %lld s",
	    (pool->full_at_ms - pool->full_ms + 999) / 1000);
	pool->full_ms = 0;
}

void
demand_meet(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct crew *crew = &pool->crews[i];

		if (crew->look_ms != 0)
			pool->asked_ms = pool->now_ms;
		if (pool_is_due(pool, crew->look_ms) && look(crew))
			grow_or_hurry(crew);
	}
	note_full(pool);
}
