/* SPDX-License-Identifier: ISC */
/* What versed's options mean. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "host/log.h"
#include "host/options.h"

#define MAX_LENGTH_DEFAULT   99999
#define MAX_REQUESTS_DEFAULT 1
#define MAX_REQUESTS_MAX     999999999
#define TIMEOUT_S_DEFAULT    30
#define TIMEOUT_S_MAX	     999999999

static const char usage[] =
    "usage: versed [-hlvV] [-f DIR] [-m BYTES] [-n REQUESTS] [-t SECONDS]\n"
    "       versed -L [-f DIR]\n";

static const char help[] =
    "\n"
    "Reads one netstring NAME.TEXT from standard input, applies the transform\n"
    "NAME to TEXT and writes the result as a netstring to standard output.\n"
    "\n"
    "  -f, --filters DIR      add the programs of DIR to the transforms\n"
    "  -h, --help             show this help\n"
    "  -L, --list             list the transforms\n"
    "  -l, --syslog           log to syslog\n"
    "  -m, --max-length BYTES refuse longer requests (99999)\n"
    "  -n, --max-requests N   on a listening socket: exit after N (1; 0: never)\n"
    "  -t, --timeout SECONDS  give up on a request after this time (30; 0: never)\n"
    "  -v, --verbose          log answered requests too\n"
    "  -V, --version          show the version\n"
    "\n"
    "versed(8) tells how systemd, inetd and others start it.\n";

static const struct option long_options[] = {
    {"filters", required_argument, NULL, 'f'},
    {"help", no_argument, NULL, 'h'},
    {"list", no_argument, NULL, 'L'},
    {"max-length", required_argument, NULL, 'm'},
    {"max-requests", required_argument, NULL, 'n'},
    {"syslog", no_argument, NULL, 'l'},
    {"timeout", required_argument, NULL, 't'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static unsigned long
number_or_die(const char *what, unsigned long min, unsigned long max)
{
	unsigned long value;

	if (!options_number(optarg, min, max, &value))
		log_die(EX_USAGE, "%s must be a number from %lu to %lu", what,
		    min, max);
	return value;
}

_Noreturn void
versed_options_finish_printing(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		log_die(EX_IOERR, "cannot write: %s", strerror(errno));
	exit(EX_OK);
}

/* Ends the process for what getopt_long returned c, at the argument word. */
static _Noreturn void
refuse(int c, const char *word)
{
	if (c == ':')
		log_die(EX_USAGE, "option -%c lacks its argument", optopt);
	/* Only a long option can be known and have what it does not take. */
	for (const struct option *o = long_options; o->name != NULL; o++) {
		if (o->val == optopt)
			log_die(
			    EX_USAGE, "option --%s takes no argument", o->name);
	}
	if (optopt > 0)
		log_die(EX_USAGE, "unknown option: -%c", optopt);
	log_die(EX_USAGE, "unknown option: %s", word);
}

static void
take(int c, struct versed_options *options)
{
	switch (c) {
	case 'f':
		options->filters_dir = optarg;
		break;
	case 'L':
		options->list = true;
		break;
	case 'l':
		log_use_syslog();
		break;
	case 'm':
		options->max =
		    number_or_die("the maximum length", 1, OPTIONS_LENGTH_MAX);
		break;
	case 'n':
		options->max_requests = number_or_die(
		    "the maximum of requests", 0, MAX_REQUESTS_MAX);
		break;
	case 't':
		options->timeout_s =
		    number_or_die("the timeout", 0, TIMEOUT_S_MAX);
		break;
	case 'v':
		options->verbose = true;
		break;
	}
}

void
versed_options_parse(int argc, char *argv[], struct versed_options *ret_options)
{
	int c;

	*ret_options = (struct versed_options){
	    .max = MAX_LENGTH_DEFAULT,
	    .max_requests = MAX_REQUESTS_DEFAULT,
	    .timeout_s = TIMEOUT_S_DEFAULT,
	};
	opterr = 0;
	while ((c = getopt_long(
		    argc, argv, ":f:hLlm:n:t:vV", long_options, NULL)) != -1) {
		switch (c) {
		case 'h':
			printf("%s%s", usage, help);
			versed_options_finish_printing();
		case 'V':
			puts("versed " VERSION);
			versed_options_finish_printing();
		case ':':
		case '?':
			refuse(c, argv[optind - 1]);
		default:
			take(c, ret_options);
		}
	}
	if (optind < argc)
		log_die(EX_USAGE, "unexpected argument: %s", argv[optind]);
}
