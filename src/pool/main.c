/* SPDX-License-Identifier: ISC */
/*
 * versed-pool: keeps processes waiting on listening sockets, so that a
 * connection finds its process started already.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "host/log.h"
#include "listener.h"
#include "options.h"
#include "pool.h"
#include "status.h"
#include "worker.h"

#define MAX_WORKERS_DEFAULT 1000

/* A status is sent at most this often. */
#define STATUS_MS  1000
#define STATUS_MAX 256

static long long
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
on_signal(
    sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct pool *pool = data;

	(void)source;
	switch (info->ssi_signo) {
	case SIGHUP:
		status_reloading(clock_ms());
		pool_replace(pool, clock_ms());
		break;
	case SIGINT:
	case SIGTERM:
		pool_stop(pool, clock_ms());
		status_stopping("waiting for requests under way");
		break;
	}
	return 0; /* SIGCHLD only wakes */
}

/* An event loop that takes the signals and feeds the watchdog. */
static sd_event *
make_event_loop(struct pool *pool)
{
	static const int signals[] = {SIGCHLD, SIGHUP, SIGINT, SIGTERM};
	sd_event *event = NULL;
	int result = sd_event_new(&event);
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		signal(signals[i], SIG_DFL); /* so that they come */
		sigaddset(&set, signals[i]);
	}
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* So that a COMMAND that does not know it inherits that. */
	signal(SIGUSR1, SIG_IGN);
	for (size_t i = 0;
	     result >= 0 && i < sizeof(signals) / sizeof(*signals); i++)
		result = sd_event_add_signal(
		    event, NULL, signals[i], on_signal, pool);
	if (result >= 0)
		result = sd_event_set_watchdog(event, true);
	if (result < 0)
		log_die(
		    EX_OSERR, "cannot wait for signals: %s", strerror(-result));
	return event;
}

static uint64_t
wait_us(long long until_ms)
{
	long long now_ms = clock_ms();

	if (until_ms >= CREW_NEVER)
		return UINT64_MAX;
	return until_ms > now_ms ? (uint64_t)(until_ms - now_ms) * 1000 : 0;
}

/* Tells the service manager what is new, where it is time for that. */
static void
tell(struct pool *pool, bool *is_news, long long *shown_ms, long long now_ms)
{
	bool is_reloaded = pool->is_reloading && !pool_is_replacing(pool);
	char status[STATUS_MAX];

	if (pool->state != POOL_RUNNING ||
	    (!is_reloaded && (!*is_news || now_ms - *shown_ms < STATUS_MS)))
		return;
	pool_describe(pool, status, sizeof(status));
	if (is_reloaded)
		status_ready(status);
	else
		status_show(status);
	pool->is_reloading = pool->is_reloading && !is_reloaded;
	*is_news = false;
	*shown_ms = now_ms;
}

/* Runs pool, which is ready, until it is over. */
static void
run(struct pool *pool, sd_event *event)
{
	long long now_ms = clock_ms(), next_ms = now_ms, shown_ms = now_ms;
	bool is_news = true;
	size_t reaped;
	int result;

	while (pool->state != POOL_OVER) {
		if (is_news && pool->state == POOL_RUNNING &&
		    next_ms > shown_ms + STATUS_MS)
			next_ms = shown_ms + STATUS_MS;
		result = sd_event_run(event, wait_us(next_ms));
		if (result < 0)
			log_die(EX_OSERR, "cannot wait for events: %s",
			    strerror(-result));
		now_ms = clock_ms();
		reaped = pool_reap(pool, now_ms);
		if (result > 0 || reaped > 0 || now_ms >= next_ms)
			is_news = true;
		next_ms = pool_tend(pool, now_ms);
		if (reaped == POOL_REAP_MAX)
			next_ms = now_ms;
		tell(pool, &is_news, &shown_ms, now_ms);
	}
	if (pool->stop_ms == 0)
		status_stopping("nobody asks");
}

int
main(int argc, char *argv[])
{
	/* Static, as what it refers to lives as long as the process. */
	static struct pool pool;
	struct pool_options options;
	struct listener *listeners;
	char status[STATUS_MAX];
	sd_event *event;
	size_t count;
	int error;

	/* Under inetd standard error is the socket, too. */
	log_open("versed-pool", STDIN_FILENO, -1);
	pool_options_parse(argc, argv, &options);
	error = listener_find(&listeners, &count);
	if (error != 0)
		return error;
	pool.shared.workers = options.workers;
	pool.shared.max_workers =
	    options.max_workers > 0 ? options.max_workers : MAX_WORKERS_DEFAULT;
	pool.shared.limit_ms = 1000 * options.timeout_s;
	pool.shared.verbose = options.verbose;
	pool.idle_ms = 1000 * options.idle_s;
	if (!worker_describe_start(options.command, &pool.shared.command))
		log_die(EX_UNAVAILABLE, "cannot start %s: %s",
		    options.command != NULL ? options.command[0] : "versed",
		    strerror(errno));
	event = make_event_loop(&pool);
	error = pool_open(&pool, event, listeners, count, clock_ms());
	if (error != 0)
		return error;
	pool_tend(&pool, clock_ms());
	pool_describe(&pool, status, sizeof(status));
	status_ready(status);
	run(&pool, event);
	return EX_OK;
}
