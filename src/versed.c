/* SPDX-License-Identifier: ISC */
/*
 * versed: answers the poetry transformation request that a super-server
 * hands to it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "host/log.h"
#include "host/memory.h"
#include "host/options.h"
#include "host/sandbox.h"
#include "service/service.h"
#include "session.h"
#include "setup.h"

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

static struct filters *
filters_or_die(const char *dir)
{
	const char *reason;
	struct filters *filters = setup_filters(dir, &reason);

	if (filters == NULL)
		log_die(EX_USAGE, "cannot use %s: %s", dir, reason);
	return filters;
}

/* Ends a run that was only to print something. */
static _Noreturn void
finish_printing(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		log_die(EX_IOERR, "cannot write: %s", strerror(errno));
	exit(EX_OK);
}

static _Noreturn void
print_list(struct session *session)
{
	size_t len;

	session->max = 0;
	if (!session_open(session) ||
	    service_list(session->filters, session->reply, session->reply_cap,
		&len) != SERVICE_OK)
		log_die(EX_SOFTWARE, "cannot list the transforms");
	fwrite(session->reply, 1, len, stdout);
	finish_printing();
}

static void
parse_options(int argc, char *argv[], struct session *session,
    unsigned long *ret_max_requests)
{
	bool list = false;
	int c;

	opterr = 0;
	while ((c = getopt_long(
		    argc, argv, ":f:hLlm:n:t:vV", long_options, NULL)) != -1) {
		switch (c) {
		case 'f':
			session->filters = filters_or_die(optarg);
			break;
		case 'h':
			printf("%s%s", usage, help);
			finish_printing();
		case 'L':
			list = true;
			break;
		case 'l':
			log_use_syslog();
			break;
		case 'm':
			session->max = number_or_die(
			    "the maximum length", 1, OPTIONS_LENGTH_MAX);
			break;
		case 'n':
			*ret_max_requests = number_or_die(
			    "the maximum of requests", 0, MAX_REQUESTS_MAX);
			break;
		case 't':
			session->timeout_s =
			    number_or_die("the timeout", 0, TIMEOUT_S_MAX);
			break;
		case 'v':
			session->verbose = true;
			break;
		case 'V':
			puts("versed " VERSION);
			finish_printing();
		case ':':
			log_die(
			    EX_USAGE, "option -%c lacks its argument", optopt);
		default:
			if (optopt > 0)
				log_die(
				    EX_USAGE, "unknown option: -%c", optopt);
			log_die(
			    EX_USAGE, "unknown option: %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		log_die(EX_USAGE, "unexpected argument: %s", argv[optind]);
	if (list)
		print_list(session);
}

static void
enter_sandbox(const struct session *session, enum endpoint_kind kind,
    unsigned long max_requests)
{
	unsigned int also = 0;

	if (kind == ENDPOINT_LISTENER)
		also |= SANDBOX_ACCEPT;
	if (kind == ENDPOINT_LISTENER && max_requests != 1)
		also |= SANDBOX_LONG_LIFE;
	if (session->request_cap >= MEMORY_EXPECT_MIN)
		also |= SANDBOX_HUGE_PAGES;
	if (!setup_sandbox(session->filters != NULL, also))
		log_die(
		    EX_OSERR, "cannot enter the sandbox: %s", strerror(errno));
}

/* Serves connections of the listening socket fd, one after another. */
static int
serve_listener(struct session *session, int fd, unsigned long max_requests)
{
	struct endpoint_peer peer;
	int conn, status = EX_OK;

	for (unsigned long i = 0; max_requests == 0 || i < max_requests; i++) {
		switch (io_accept(fd, &conn, &peer.addr, &peer.len)) {
		case IO_OK:
			break;
		case IO_STOPPED:
			return EX_OK;
		default:
			log_die(EX_OSERR, "cannot accept: %s", strerror(errno));
		}
		status = session_serve(session, conn, conn, true, &peer);
		close(conn);
		if (max_requests != 1)
			session_wipe(session);
	}
	return max_requests == 1 ? status : EX_OK;
}

int
main(int argc, char *argv[])
{
	struct session session = {
	    .timeout_s = TIMEOUT_S_DEFAULT, .max = MAX_LENGTH_DEFAULT};
	unsigned long max_requests = MAX_REQUESTS_DEFAULT;
	enum endpoint_passed passed = endpoint_passed();
	enum endpoint_kind kind;
	struct endpoint_peer peer;
	int in_fd = passed == ENDPOINT_PASSED_ONE ? 3 : STDIN_FILENO;
	int out_fd = passed == ENDPOINT_PASSED_ONE ? 3 : STDOUT_FILENO;

	log_open("versed", in_fd, out_fd);
	parse_options(argc, argv, &session, &max_requests);
	if (passed == ENDPOINT_PASSED_OTHER)
		log_die(EX_USAGE, "LISTEN_FDS must be 1: one socket only");
	kind = endpoint_inspect(in_fd, &peer);
	if (kind == ENDPOINT_ERROR)
		log_die(EX_OSERR, "cannot use file descriptor %d: %s", in_fd,
		    strerror(errno));
	if (kind == ENDPOINT_DATAGRAM)
		log_die(EX_USAGE, "datagram sockets are not served: "
				  "a stream socket is needed");
	if (!session_open(&session))
		log_die(EX_OSERR, "cannot reserve memory: %s", strerror(errno));
	io_init();
	if (kind == ENDPOINT_LISTENER)
		io_catch_term();
	enter_sandbox(&session, kind, max_requests);
	if (kind == ENDPOINT_LISTENER)
		return serve_listener(&session, in_fd, max_requests);
	return session_serve(
	    &session, in_fd, out_fd, kind == ENDPOINT_CONNECTION, &peer);
}
