/* SPDX-License-Identifier: ISC */
/*
 * versed-pool: keeps processes waiting on listening sockets, so that a
 * connection finds its process started already.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "host/log.h"
#include "listener.h"
#include "options.h"
#include "pool.h"
#include "worker.h"

/* A status is sent at most this often. */
#define STATUS_MS 1000

static long long
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * Sends the service manager the assignments, each with a newline at its end,
 * and how pool stands, in a line for people.  A manager that cannot be reached
 * is no reason to end.
 */
static void
send_status(const struct pool *pool, const char *assignments)
{
	static bool is_logged;
	const struct crew_shared *shared = &pool->shared;
	bool is_pausing = false;
	int result;

	for (size_t i = 0; i < pool->count; i++)
		is_pausing |= pool->crews[i].pause_ms != 0;
	result = sd_notifyf(false,
	    "%sSTATUS=%zu workers, at most %zu%s, %ld waiting, %llu started, "
	    "%llu answered, %llu refused, %llu cut, %llu failed%s",
	    assignments, shared->alive, shared->max_workers,
	    shared->alive >= shared->max_workers ? " (reached)" : "",
	    pool_waiting(pool), shared->started, shared->answered,
	    shared->refused, shared->cut, shared->failed,
	    is_pausing ? ", pausing" : "");
	if (result < 0 && !is_logged)
		log_message(LOG_WARNING, "cannot tell the service manager: %s",
		    strerror(-result));
	is_logged |= result < 0;
}

static int
on_signal(
    sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	long long now_ms = clock_ms();
	struct pool *pool = data;

	(void)source;
	switch (info->ssi_signo) {
	case SIGHUP:
		sd_notifyf(
		    false, "RELOADING=1\nMONOTONIC_USEC=%lld", now_ms * 1000);
		pool_replace(pool, now_ms);
		break;
	case SIGINT:
	case SIGTERM:
		pool_stop(pool, now_ms);
		send_status(pool, "STOPPING=1\n");
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

/* Waits for an event until until_ms.  Returns whether there was any. */
static bool
wait_until(sd_event *event, long long until_ms)
{
	long long rest_ms = until_ms - clock_ms();
	int result =
	    sd_event_run(event, until_ms == CREW_NEVER ? UINT64_MAX
				: rest_ms > 0 ? (uint64_t)rest_ms * 1000
					      : 0);

	if (result < 0)
		log_die(
		    EX_OSERR, "cannot wait for events: %s", strerror(-result));
	return result > 0;
}

/* Runs pool, which is ready, until it is over. */
static void
run(struct pool *pool, sd_event *event)
{
	long long now_ms = clock_ms(), next_ms, shown_ms = now_ms;
	bool is_news = true, is_reloaded;

	while (pool->state != POOL_OVER) {
		next_ms = pool->shared.next_ms;
		if (is_news && pool->state == POOL_RUNNING &&
		    next_ms > shown_ms + STATUS_MS)
			next_ms = shown_ms + STATUS_MS;
		is_news |= wait_until(event, next_ms);
		now_ms = clock_ms();
		is_news |= now_ms >= pool->shared.next_ms;
		is_news |= pool_tend(pool, now_ms) > 0;
		is_reloaded = pool->is_reloading && !pool_is_replacing(pool);
		if (pool->state != POOL_RUNNING ||
		    (!is_reloaded &&
			(!is_news || now_ms - shown_ms < STATUS_MS)))
			continue;
		send_status(pool, is_reloaded ? "READY=1\n" : "");
		pool->is_reloading &= !is_reloaded;
		is_news = false;
		shown_ms = now_ms;
	}
	if (pool->stop_ms == 0)
		send_status(pool, "STOPPING=1\n");
}

int
main(int argc, char *argv[])
{
	/* Static, as what it refers to lives as long as the process. */
	static struct pool pool = {.shared.workers = 32,
	    .shared.max_workers = 1000,
	    .shared.limit_ms = 30000};
	struct listener *listeners;
	char *const *command;
	sd_event *event;
	size_t count;
	int error;

	/* Under inetd standard error is the socket, too. */
	log_open("versed-pool", STDIN_FILENO, -1);
	command = pool_options_parse(argc, argv, &pool);
	error = listener_find(&listeners, &count);
	if (error != 0)
		return error;
	if (!worker_describe_start(command, &pool.shared.command))
		log_die(EX_UNAVAILABLE, "cannot start %s: %s",
		    command != NULL ? command[0] : "versed", strerror(errno));
	event = make_event_loop(&pool);
	error = pool_open(&pool, event, listeners, count, clock_ms());
	if (error != 0)
		return error;
	pool_tend(&pool, clock_ms());
	send_status(&pool, "READY=1\n");
	run(&pool, event);
	return EX_OK;
}
