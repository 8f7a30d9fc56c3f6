/* SPDX-License-Identifier: ISC */
/*
 * versed-pool: keeps processes waiting on listening sockets, so that a
 * connection finds its process started already.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/log.h"
#include "host/options.h"
#include "pool.h"

#define WORKERS_MAX	1000
#define MAX_WORKERS_MAX 20000

static const char help[] =
    "usage: versed-pool [-hvV] [-i SECONDS] [-t SECONDS] [-w WORKERS] "
    "[-x WORKERS]\n"
    "                   [--] [COMMAND [ARGUMENT ...]]\n"
    "\n"
    "Keeps copies of COMMAND (versed) running, each with the listening socket\n"
    "as its standard input, and replaces each that exits.\n"
    "\n"
    "  -h, --help                show this help\n"
    "  -i, --idle SECONDS        exit when nobody asks for so long (0: never)\n"
    "  -t, --timeout SECONDS     for requests under way at the end (30; 0: none)\n"
    "  -v, --verbose             log each worker that fails\n"
    "  -V, --version             show the version\n"
    "  -w, --workers WORKERS     how many wait on each socket (32)\n"
    "  -x, --max-workers WORKERS how many there may be in all (1000)\n"
    "\n"
    "versed-pool(8) tells how systemd and others start it.\n";

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"idle", required_argument, NULL, 'i'},
    {"max-workers", required_argument, NULL, 'x'},
    {"timeout", required_argument, NULL, 't'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"workers", required_argument, NULL, 'w'},
    {NULL, 0, NULL, 0},
};

static const struct options command_line = {
    .letters = "+:hi:t:vVw:x:",
    .names = long_options,
    .help = help,
    .version = "versed-pool " VERSION "\n",
};

/* An argument in seconds, from 0. */
static long long
read_ms(const char *what)
{
	return 1000LL *
	       (long long)options_number_or_die(what, 0, OPTIONS_SECONDS_MAX);
}

/* Returns COMMAND and its arguments, or NULL where there is none. */
static char *const *
parse(int argc, char *argv[], struct pool *pool)
{
	int c;

	while ((c = options_next(&command_line, argc, argv)) != -1) {
		switch (c) {
		case 'i':
			pool->idle_ms = read_ms("the idle time");
			break;
		case 't':
			pool->limit_ms = read_ms("the timeout");
			break;
		case 'v':
			pool->verbose = true;
			break;
		case 'w':
			pool->workers = options_number_or_die(
			    "the number of workers", 1, WORKERS_MAX);
			break;
		case 'x':
			pool->max_workers = options_number_or_die(
			    "the greatest number of workers", 1,
			    MAX_WORKERS_MAX);
			break;
		}
	}
	return optind < argc ? argv + optind : NULL;
}

/* What sd_notify(3) and sd_watchdog_enabled(3) read. */
static bool
is_private(const char *variable)
{
	return strncmp(variable, "NOTIFY_SOCKET=", 14) == 0 ||
	       strncmp(variable, "WATCHDOG_PID=", 13) == 0 ||
	       strncmp(variable, "WATCHDOG_USEC=", 14) == 0;
}

/*
 * Moves what is private to the front of the environment, which is not changed
 * from then on, and returns what follows.
 */
static char **
sort_environment(void)
{
	char **rest = environ, *first;

	for (char **next = environ; *next != NULL; next++) {
		if (!is_private(*next))
			continue;
		first = *rest;
		*rest++ = *next;
		*next = first;
	}
	return rest;
}

/* Finds COMMAND, or versed beside this program or else in PATH. */
static void
find_command(char *const argv[], struct spawn *ret_command)
{
	static const int defaults[] = {
	    SIGCHLD, SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGXFSZ};
	static char path[PATH_MAX];
	static char *const own_argv[] = {path, NULL};
	const char *name = argv != NULL ? argv[0] : "versed";
	const char *folders = getenv("PATH");
	char own_folder[PATH_MAX] = "";

	*ret_command = (struct spawn){.path = path,
	    .argv = argv != NULL ? argv : own_argv,
	    .env = sort_environment(),
	    .fds = {-1, -1, -1},
	    .dies_with_parent = true};
	sigemptyset(&ret_command->defaults);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		sigaddset(&ret_command->defaults, defaults[i]);
	if (argv == NULL && realpath("/proc/self/exe", own_folder) != NULL)
		*strrchr(own_folder, '/') = '\0';
	if (!spawn_find(name, own_folder, path) &&
	    !spawn_find(name, folders != NULL ? folders : "", path))
		log_die(EX_UNAVAILABLE, "cannot start %s: %s", name,
		    strerror(errno));
}

int
main(int argc, char *argv[])
{
	/* Static, as what it refers to lives as long as the process. */
	static struct pool pool = {
	    .workers = 32, .max_workers = 1000, .limit_ms = 30000};
	char *const *command;

	/* Under inetd standard error is the socket, too. */
	log_open("versed-pool", STDIN_FILENO, -1);
	command = parse(argc, argv, &pool);
	listener_find(&pool);
	find_command(command, &pool.command);
	pool_run(&pool);
	return EX_OK;
}
