/* SPDX-License-Identifier: ISC */
/* What versed's options mean. */
#include "host/options.h"

#include "session.h"
#include "wire/protocol.h"

#define MAX_REQUESTS_DEFAULT 1
#define MAX_REQUESTS_MAX     999999999

static const char help[] =
    "usage: versed [-hlvV] [-f DIR] [-m BYTES] [-n REQUESTS] [-t SECONDS]\n"
    "       versed -L [-v] [-f DIR]\n"
    "       versed -p FILE [-hlvV] [-m BYTES] [-n REQUESTS] [-t SECONDS]\n"
    "\n"
    "Reads one netstring NAME.TEXT from standard input, applies the transform\n"
    "NAME to TEXT and writes the result as a netstring to standard output.\n"
    "With -p it writes a poem, and reads nothing.\n"
    "\n"
    "  -f, --filters DIR      add the programs of DIR to the transforms\n"
    "  -h, --help             show this help\n"
    "  -L, --list             list the transforms\n"
    "  -l, --syslog           log to syslog\n"
    "  -m, --max-length BYTES refuse longer requests (99999)\n"
    "  -n, --max-requests N   on a listening socket: exit after N (1; 0: never)\n"
    "  -p, --poem FILE        send FILE to whoever connects\n"
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
    {"poem", required_argument, NULL, 'p'},
    {"syslog", no_argument, NULL, 'l'},
    {"timeout", required_argument, NULL, 't'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static const struct options command_line = {
    .letters = ":f:hLlm:n:p:t:vV",
    .names = long_options,
    .help = help,
    .version = "versed " VERSION "\n",
};

static void
take(int c, struct session *session)
{
	switch (c) {
	case 'f':
		if (session->filters_count <= FILTERS_DIRS_MAX)
			session->filters_dirs[session->filters_count++] =
			    optarg;
		break;
	case 'L':
		session->list = true;
		break;
	case 'l':
		log_use_syslog();
		break;
	case 'm':
		session->max = options_number_or_die(
		    "the maximum length", 1, OPTIONS_LENGTH_MAX);
		break;
	case 'n':
		session->max_requests = options_number_or_die(
		    "the maximum of requests", 0, MAX_REQUESTS_MAX);
		break;
	case 'p':
		session->poem_file = optarg;
		break;
	case 't':
		session->timeout_s = options_number_or_die(
		    "the timeout", 0, OPTIONS_SECONDS_MAX);
		break;
	case 'v':
		session->verbose = true;
		break;
	}
}

void
versed_options_parse(int argc, char *argv[], struct session *ret_session)
{
	int c;

	*ret_session = (struct session){
	    .max = PROTOCOL_LENGTH_MAX,
	    .max_requests = MAX_REQUESTS_DEFAULT,
	    .timeout_s = PROTOCOL_TIMEOUT_S,
	};
	while ((c = options_next(&command_line, argc, argv)) != -1)
		take(c, ret_session);
	if (optind < argc)
		log_die(EX_USAGE, "unexpected argument: %s", argv[optind]);
	if (ret_session->poem_file != NULL &&
	    (ret_session->filters_count > 0 || ret_session->list))
		log_die(EX_USAGE, "a poem (-p) is not transformed: "
				  "neither -f nor -L goes with it");
}
