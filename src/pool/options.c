/* SPDX-License-Identifier: ISC */
/* What versed-pool's options mean. */
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
    .die = log_die,
};

/* An argument in seconds, from 0. */
static long long
read_ms(const char *what)
{
	return 1000LL * (long long)options_number_or_die(
			    &command_line, what, 0, OPTIONS_SECONDS_MAX);
}

char *const *
pool_options_parse(int argc, char *argv[], struct pool *pool)
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
			pool->workers = options_number_or_die(&command_line,
			    "the number of workers", 1, WORKERS_MAX);
			break;
		case 'x':
			pool->max_workers = options_number_or_die(&command_line,
			    "the greatest number of workers", 1,
			    MAX_WORKERS_MAX);
			break;
		}
	}
	return optind < argc ? argv + optind : NULL;
}
