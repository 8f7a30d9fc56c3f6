/* SPDX-License-Identifier: ISC */
/*
 * versed-pool: keeps processes waiting on listening sockets, so that a
 * connection finds its process started already.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "host/log.h"
#include "host/options.h"
#include "listener.h"
#include "pool.h"
#include "status.h"
#include "worker.h"

#define WORKERS_DEFAULT	  32
#define WORKERS_MAX	  1000
#define TIMEOUT_S_DEFAULT 30
#define STATUS_MAX	  256

static const char help[] =
    "usage: versed-pool [-hvV] [-w WORKERS] [-t SECONDS] "
    "[--] [COMMAND [ARGUMENT ...]]\n"
    "\n"
    "Keeps WORKERS copies of COMMAND (versed) running, each with the listening\n"
    "socket as its standard input, and replaces each that exits.\n"
    "\n"
    "  -h, --help            show this help\n"
    "  -t, --timeout SECONDS for requests under way at the end (30; 0: none)\n"
    "  -v, --verbose         log each worker that fails\n"
    "  -V, --version         show the version\n"
    "  -w, --workers WORKERS how many for each socket (32)\n"
    "\n"
    "versed-pool(8) tells how systemd and others start it.\n";

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"timeout", required_argument, NULL, 't'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"workers", required_argument, NULL, 'w'},
    {NULL, 0, NULL, 0},
};

static const struct options command_line = {
    .letters = "+:ht:vVw:",
    .names = long_options,
    .help = help,
    .version = "versed-pool " VERSION "\n",
    .die = log_die,
};

static void
parse_options(int argc, char *argv[], struct pool *pool)
{
	int c;

	while ((c = options_next(&command_line, argc, argv)) != -1) {
		switch (c) {
		case 't':
			pool->plan.limit_ms =
			    1000 *
			    (long long)options_number_or_die(&command_line,
				"the timeout", 0, OPTIONS_SECONDS_MAX);
			break;
		case 'v':
			pool->plan.verbose = true;
			break;
		case 'w':
			pool->plan.wanted = options_number_or_die(&command_line,
			    "the number of workers", 1, WORKERS_MAX);
			break;
		}
	}
}

/* The versed beside this program, or, where there is none, that of PATH. */
static char *const *
default_command(void)
{
	static char path[PATH_MAX];
	static char *argv[] = {path, NULL};
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path));
	char *slash;

	if (len > 0 && (size_t)len < sizeof(path)) {
		path[len] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL &&
		    slash + sizeof("/versed") <= path + sizeof(path)) {
			strcpy(slash, "/versed");
			if (access(path, X_OK) == 0)
				return argv;
		}
	}
	strcpy(path, "versed");
	return argv;
}

/* Blocks the signals that the program waits for, and makes them come. */
static void
take_signals(sigset_t *ret_set)
{
	static const int signals[] = {SIGCHLD, SIGHUP, SIGINT, SIGTERM};

	sigemptyset(ret_set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		signal(signals[i], SIG_DFL);
		sigaddset(ret_set, signals[i]);
	}
	sigprocmask(SIG_SETMASK, ret_set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static long long
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Waits for a signal of set until the time until_ms; -1 is for ever. */
static int
wait_signal(const sigset_t *set, long long now_ms, long long until_ms)
{
	long long rest_ms = until_ms > now_ms ? until_ms - now_ms : 0;
	struct timespec ts = {.tv_sec = (time_t)(rest_ms / 1000),
	    .tv_nsec = (long)(rest_ms % 1000) * 1000000};

	if (until_ms < 0)
		return sigwaitinfo(set, NULL);
	return sigtimedwait(set, NULL, &ts);
}

static long long
sooner(long long a, long long b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

/* Does what a signal asks for; SIGCHLD only wakes. */
static void
obey(struct pool *pool, int signo)
{
	switch (signo) {
	case SIGHUP:
		if (pool->draining)
			break;
		pool_replace(pool);
		notify_reloading(clock_ms());
		break;
	case SIGINT:
	case SIGTERM:
		pool_drain(pool, clock_ms());
		notify_stopping("waiting for requests under way");
		break;
	}
}

/* Runs pool, ready, until it is told to end and has no process left. */
static void
run(struct pool *pool, struct notify *notify, const sigset_t *set)
{
	char status[STATUS_MAX];
	bool is_news = true, was_replacing, is_replaced;
	long long until_ms, now_ms = clock_ms();
	size_t reaped = 0;

	while (!pool->draining || pool_alive(pool) > 0) {
		until_ms = sooner(
		    pool_next(pool, now_ms), notify_next(notify, is_news));
		if (reaped == POOL_REAP_MAX)
			until_ms = now_ms;
		obey(pool, wait_signal(set, now_ms, until_ms));
		was_replacing = pool_is_replacing(pool);
		now_ms = clock_ms();
		reaped = pool_reap(pool, now_ms);
		if (reaped > 0)
			is_news = true;
		pool_tend(pool, now_ms);
		is_replaced = was_replacing && !pool_is_replacing(pool);
		if (!is_replaced && !notify_is_due(notify, is_news, now_ms))
			continue;
		pool_describe(pool, status, sizeof(status));
		if (is_replaced && !pool->draining)
			notify_ready(notify, status, now_ms);
		else
			notify_tick(notify, status, now_ms);
		is_news = false;
	}
}

int
main(int argc, char *argv[])
{
	/* Static, as what it refers to lives as long as the process. */
	static struct pool pool = {.plan.wanted = WORKERS_DEFAULT,
	    .plan.limit_ms = 1000 * TIMEOUT_S_DEFAULT};
	struct listener *listeners;
	struct notify notify;
	char status[STATUS_MAX];
	size_t count;
	sigset_t set;
	int error;

	/* Under inetd standard error is the socket, too. */
	log_open("versed-pool", STDIN_FILENO, -1);
	parse_options(argc, argv, &pool);
	error = listener_find(&listeners, &count);
	if (error != 0)
		return error;
	notify_open(&notify);
	if (worker_command_init(&pool.plan.command,
		optind < argc ? argv + optind : default_command()) < 0)
		log_die(EX_OSERR, "out of memory");
	take_signals(&set);
	error = pool_open(&pool, listeners, count, clock_ms());
	if (error != 0)
		return error;
	pool_tend(&pool, clock_ms());
	pool_describe(&pool, status, sizeof(status));
	error = notify_ready(&notify, status, clock_ms());
	if (error < 0)
		log_die(EX_OSERR, "cannot tell the service manager: %s",
		    strerror(-error));
	run(&pool, &notify, &set);
	return EX_OK;
}
