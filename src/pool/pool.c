/* SPDX-License-Identifier: ISC */
/* What a pool has to do, and when. */
#include "pool.h"

#include <sys/param.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "host/log.h"

/* A status is sent at most this often. */
#define STATUS_MS 1000

/* How long who is queued is let in yet by a pool that is to end. */
#define STOP_MS 2500

static long long
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
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

/*
 * Sends the service manager the assignments, each with a newline at its end,
 * and a line for people.  One that cannot be reached is no reason to end.
 */
static void
send_status(const struct pool *pool, const char *assignments)
{
	static bool is_logged;
	const unsigned long long *results = pool->results;
	int result = sd_notifyf(false,
	    "%sSTATUS=%zu workers, at most %zu%s, %ld waiting, %llu started, "
	    "%llu answered, %llu refused, %llu cut, %llu failed%s",
	    assignments, pool->alive, pool->max_workers,
	    pool->alive >= pool->max_workers ? " (reached)" : "",
	    demand_waiting(pool), pool->started, results[WORKER_ANSWERED],
	    results[WORKER_REFUSED], results[WORKER_CUT],
	    results[WORKER_FAILED], pool->is_pausing ? ", pausing" : "");
	if (result < 0 && !is_logged)
		log_message(LOG_WARNING, "cannot tell the service manager: %s",
		    strerror(-result));
	is_logged |= result < 0;
}

/* From now on each worker is to be replaced by a new one, once. */
static void
replace(struct pool *pool)
{
	sd_notifyf(
	    false, "RELOADING=1\nMONOTONIC_USEC=%lld", pool->now_ms * 1000);
	if (pool->state != POOL_RUNNING && pool->state != POOL_LEAVING)
		return;
	pool->asked_ms = pool->now_ms;
	pool->hup_ms = pool->now_ms;
	pool->state = POOL_RUNNING;
	pool->is_loading = true;
	for (size_t i = 0; i < pool->count; i++)
		pool->crews[i].has_hup = true;
}

static int
on_signal(
    sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct pool *pool = data;

	(void)source;
	pool->now_ms = clock_ms();
	if (info->ssi_signo == SIGHUP)
		replace(pool);
	if (info->ssi_signo != SIGINT && info->ssi_signo != SIGTERM)
		return 0; /* SIGCHLD only wakes */
	if (pool->stop_ms == 0) {
		pool->state = POOL_STOPPING;
		pool->stop_ms = pool->now_ms;
	}
	send_status(pool, "STOPPING=1\n");
	return 0;
}

/* An event loop that takes the signals and feeds the watchdog. */
static sd_event *
make_event_loop(struct pool *pool)
{
	static const int signals[] = {SIGCHLD, SIGHUP, SIGINT, SIGTERM};
	sd_event *event = NULL;
	int result = sd_event_new(&event);

	signal(SIGPIPE, SIG_IGN);
	/* So that a COMMAND that does not know it inherits that. */
	signal(SIGUSR1, SIG_IGN);
	for (int i = 0; result >= 0 && i < 4; i++) {
		signal(signals[i], SIG_DFL); /* so that they come */
		result = sd_event_add_signal(event, NULL,
		    signals[i] | SD_EVENT_SIGNAL_PROCMASK, on_signal, pool);
	}
	if (result >= 0)
		result = sd_event_set_watchdog(event, true);
	if (result < 0)
		log_die(
		    EX_OSERR, "cannot wait for signals: %s", strerror(-result));
	return event;
}

static void
reap(struct pool *pool)
{
	pid_t pid;
	int status;

	/* As process 1 it may get others than its own. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < pool->count; i++)
			if (crew_bury(&pool->crews[i], pid, status))
				break;
}

/*
 * The last look is after the last worker has gone: who connects later is found
 * by whoever holds the socket.
 */
static void
come_back_if_asked(struct pool *pool)
{
	if (demand_is_there(pool)) {
		pool->asked_ms = pool->now_ms;
		pool->state = POOL_RUNNING;
	} else if (pool->alive == 0)
		pool->state = POOL_OVER;
}

/* Ends who is left, as nobody is queued or time is up. */
static void
end_if_served(struct pool *pool)
{
	pool_wake(pool, pool->now_ms + DEMAND_LOOK_MS);
	if (demand_is_there(pool) && pool->now_ms - pool->stop_ms < STOP_MS)
		return;
	pool->state = POOL_ENDING;
	if (pool->limit_ms != 0)
		pool->kill_ms = pool->now_ms + pool->limit_ms;
}

/* Does what is due, workers that have ended first. */
static void
tend(struct pool *pool)
{
	pool->now_ms = clock_ms();
	pool->next_ms = POOL_NEVER;
	reap(pool);
	if (pool->state == POOL_LEAVING)
		come_back_if_asked(pool);
	if (pool->state == POOL_RUNNING)
		demand_meet(pool);
	if (pool->state == POOL_RUNNING && pool->idle_ms != 0 &&
	    pool_is_due(pool, pool->asked_ms + pool->idle_ms))
		pool->state = POOL_LEAVING;
	if (pool->state == POOL_STOPPING)
		end_if_served(pool);
	pool->is_pausing = false;
	pool->is_replacing = false;
	for (size_t i = 0; i < pool->count; i++) {
		struct crew *crew = &pool->crews[i];

		crew_tend(crew);
		pool->is_pausing |= crew->pause_ms != 0;
		pool->is_replacing |= crew->has_hup || crew->is_replacing;
	}
	if (pool->kill_ms <= pool->now_ms)
		pool->kill_ms = 0;
	if (pool->state == POOL_ENDING && pool->alive == 0)
		pool->state = POOL_OVER;
}

/* Tells the service manager what is new, and when all is new after HUP. */
static void
tell(struct pool *pool)
{
	bool is_done = pool->is_loading && !pool->is_replacing;

	if (pool->state != POOL_RUNNING ||
	    (!is_done && !pool_is_due(pool, pool->told_ms + STATUS_MS)))
		return;
	send_status(pool, is_done ? "READY=1\n" : "");
	pool->is_loading &= !is_done;
	pool->told_ms = pool->now_ms;
}

/* Has each crew start its first workers. */
static void
begin(struct pool *pool, sd_event *event)
{
	size_t streams = 0;
	int error;

	for (size_t i = 0; i < pool->count; i++)
		streams += !pool->crews[i].is_datagram;
	pool->max_workers = MAX(pool->max_workers, streams * pool->workers) +
			    (pool->count - streams) * pool->workers;
	for (size_t i = 0; i < pool->count; i++) {
		struct crew *crew = &pool->crews[i];

		demand_await(crew, event);
		crew->wanted = pool->workers;
		/* What is not used costs nothing; two may be there beside. */
		crew->workers =
		    calloc(pool->max_workers + 2, sizeof(*crew->workers));
		if (crew->workers == NULL)
			log_die(EX_OSERR, "out of memory");
	}
	pool->is_loading = true;
	pool->asked_ms = clock_ms();
	tend(pool);
	error = pool->crews[0].start_error;
	if (pool->alive == 0)
		exit(error == EAGAIN || error == ENOMEM ? EX_OSERR
							: EX_UNAVAILABLE);
}

void
pool_run(struct pool *pool)
{
	sd_event *event = make_event_loop(pool);

	begin(pool, event);
	while (pool->state != POOL_OVER) {
		long long rest_ms;
		int result;

		tell(pool);
		rest_ms = pool->next_ms - clock_ms();
		result = sd_event_run(event, (uint64_t)MAX(rest_ms, 0) * 1000);
		if (result < 0)
			log_die(EX_OSERR, "cannot wait for events: %s",
			    strerror(-result));
		tend(pool);
	}
	if (pool->stop_ms == 0)
		send_status(pool, "STOPPING=1\n");
}
