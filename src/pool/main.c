/* SPDX-License-Identifier: ISC */
/*
 * versed-pool: keeps processes waiting on listening sockets, so that a
 * connection finds its process started already.
 */
#include <sys/param.h>

#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "host/log.h"
#include "pool.h"

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
	const unsigned long long *results = pool->results;
	bool is_pausing = false;
	int result;

	for (size_t i = 0; i < pool->count; i++)
		is_pausing |= pool->crews[i].pause_ms != 0;
	result = sd_notifyf(false,
	    "%sSTATUS=%zu workers, at most %zu%s, %ld waiting, %llu started, "
	    "%llu answered, %llu refused, %llu cut, %llu failed%s",
	    assignments, pool->alive, pool->max_workers,
	    pool->alive >= pool->max_workers ? " (reached)" : "",
	    pool_waiting(pool), pool->started, results[WORKER_ANSWERED],
	    results[WORKER_REFUSED], results[WORKER_CUT],
	    results[WORKER_FAILED], is_pausing ? ", pausing" : "");
	if (result < 0 && !is_logged)
		log_message(LOG_WARNING, "cannot tell the service manager: %s",
		    strerror(-result));
	is_logged |= result < 0;
}

static int
on_signal(
    sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct pool *pool = data;

	(void)source;
	pool->now_ms = clock_ms();
	switch (info->ssi_signo) {
	case SIGHUP:
		sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%lld",
		    pool->now_ms * 1000);
		pool_replace(pool);
		break;
	case SIGINT:
	case SIGTERM:
		pool_stop(pool);
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

/* Runs pool, which is ready, until it is over. */
static void
run(struct pool *pool, sd_event *event)
{
	long long rest_ms, shown_ms = pool->now_ms;
	bool has_replaced;
	int result;

	while (pool->state != POOL_OVER) {
		rest_ms = MAX(pool->next_ms - clock_ms(), 0);
		result = sd_event_run(event, (uint64_t)rest_ms * 1000);
		if (result < 0)
			log_die(EX_OSERR, "cannot wait for events: %s",
			    strerror(-result));
		pool->now_ms = clock_ms();
		pool_tend(pool);
		if (pool->state != POOL_RUNNING)
			continue;
		has_replaced = pool_has_replaced(pool);
		if (!has_replaced && pool->now_ms < shown_ms + STATUS_MS) {
			pool_wake(pool, shown_ms + STATUS_MS);
			continue;
		}
		send_status(pool, has_replaced ? "READY=1\n" : "");
		shown_ms = pool->now_ms;
	}
	if (pool->stop_ms == 0)
		send_status(pool, "STOPPING=1\n");
}

int
main(int argc, char *argv[])
{
	/* Static, as what it refers to lives as long as the process. */
	static struct pool pool = {
	    .workers = 32, .max_workers = 1000, .limit_ms = 30000};
	char *const *command;
	sd_event *event;

	/* Under inetd standard error is the socket, too. */
	log_open("versed-pool", STDIN_FILENO, -1);
	command = pool_options_parse(argc, argv, &pool);
	listener_find(&pool);
	worker_find_command(command, &pool.command);
	event = make_event_loop(&pool);
	pool.now_ms = clock_ms();
	pool_open(&pool, event);
	pool_tend(&pool);
	send_status(&pool, "READY=1\n");
	run(&pool, event);
	return EX_OK;
}
