/* SPDX-License-Identifier: ISC */
/*
 * versed: answers the poetry transformation request that a super-server
 * hands to it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "datagram.h"
#include "host/endpoint.h"
#include "host/io.h"
#include "host/log.h"
#include "host/sandbox.h"
#include "options.h"
#include "poem.h"
#include "service/filter.h"
#include "service/service.h"
#include "session.h"

/* Opens the folders of filters, if there are any. */
static void
open_filters(const struct versed_options *options, struct session *session)
{
	static struct filters filters; /* of zeros: takes no page of the file */
	const char *reason;

	for (size_t i = 0; i < options->filters_count; i++) {
		reason = filters_open(&filters, options->filters_dirs[i]);
		if (reason != NULL)
			log_die(EX_USAGE, "cannot use %s: %s",
			    options->filters_dirs[i], reason);
		session->filters = &filters;
	}
	filters.explains = options->list && options->verbose;
}

static _Noreturn void
print_list(struct session *session)
{
	size_t len;

	session->max = 0;
	if (!session_open(session))
		log_die(EX_OSERR, "cannot reserve memory: %s", strerror(errno));
	if (service_list(session->filters, session->reply, session->reply_cap,
		&len) != SERVICE_OK)
		log_die(EX_SOFTWARE, "cannot list the transforms: %s",
		    session->filters->reason);
	fwrite(session->reply, 1, len, stdout);
	versed_options_finish_printing();
}

static void
enter_sandbox(const struct session *session, enum endpoint_kind kind,
    unsigned long max_requests)
{
	unsigned int also = 0;

	if (kind == ENDPOINT_LISTENER)
		also |= SANDBOX_ACCEPT;
	if (kind == ENDPOINT_DATAGRAM)
		also |= SANDBOX_DATAGRAM;
	if ((kind == ENDPOINT_LISTENER || kind == ENDPOINT_DATAGRAM) &&
	    max_requests != 1)
		also |= SANDBOX_LONG_LIFE;
	if (!(session->filters != NULL ? sandbox_enter_with_filters()
				       : sandbox_enter(also)))
		log_die(
		    EX_OSERR, "cannot enter the sandbox: %s", strerror(errno));
}

/* Serves connections of the listening socket fd, one after another. */
static int
serve_listener(struct session *session, int fd, unsigned long max_requests)
{
	struct endpoint_peer peer = {0};
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

static void
check_datagrams(const struct versed_options *options, int fd)
{
	const char *reason = options->poem_file == NULL
				 ? datagram_prepare(fd)
				 : "a poem (-p) is for who connects";

	if (reason != NULL)
		log_die(EX_USAGE, "cannot serve a datagram socket: %s", reason);
}

static void
read_poem(const char *file, struct session *session)
{
	const char *reason =
	    poem_read(file, session->reply, session->max, &session->poem_len);

	if (reason != NULL)
		log_die(EX_NOINPUT, "cannot read %s: %s", file, reason);
	session->has_poem = true;
}

/* Makes of the options what a session goes by. */
static void
prepare(const struct versed_options *options, struct session *session)
{
	if (options->list)
		log_to_caller();
	session->timeout_s = options->timeout_s;
	session->verbose = options->verbose;
	session->max = options->max;
	open_filters(options, session);
	if (options->list)
		print_list(session);
}

int
main(int argc, char *argv[])
{
	struct versed_options options;
	struct session session = {0};
	enum endpoint_passed passed = endpoint_passed();
	enum endpoint_kind kind;
	struct endpoint_peer peer;
	int in_fd = passed == ENDPOINT_PASSED_ONE ? 3 : STDIN_FILENO;
	int out_fd = passed == ENDPOINT_PASSED_ONE ? 3 : STDOUT_FILENO;
	int error;
	bool is_single;

	kind = endpoint_inspect(in_fd, &peer);
	error = errno;
	is_single = kind == ENDPOINT_CONNECTION || kind == ENDPOINT_FILE;
	log_open("versed", in_fd, is_single ? out_fd : -1);
	versed_options_parse(argc, argv, &options);
	prepare(&options, &session);
	if (passed == ENDPOINT_PASSED_OTHER)
		log_die(EX_USAGE, "LISTEN_FDS must be 1: one socket only");
	if (kind == ENDPOINT_ERROR)
		log_die(EX_OSERR, "cannot use file descriptor %d: %s", in_fd,
		    strerror(error));
	if (kind == ENDPOINT_OTHER)
		log_die(EX_USAGE, "sequenced packets are not served: "
				  "a stream or datagram socket is needed");
	if (kind == ENDPOINT_DATAGRAM)
		check_datagrams(&options, in_fd);
	if (!session_open(&session))
		log_die(EX_OSERR, "cannot reserve memory: %s", strerror(errno));
	if (options.poem_file != NULL)
		read_poem(options.poem_file, &session);
	io_init();
	if (kind == ENDPOINT_LISTENER)
		io_take_turns();
	else if (kind == ENDPOINT_DATAGRAM)
		io_stop_on_end();
	else if (session.filters != NULL)
		io_hurry_on_end(); /* a filter is not to be left behind */
	enter_sandbox(&session, kind, options.max_requests);
	if (kind == ENDPOINT_LISTENER)
		return serve_listener(&session, in_fd, options.max_requests);
	if (kind == ENDPOINT_DATAGRAM)
		return datagram_serve(&session, in_fd, options.max_requests);
	return session_serve(
	    &session, in_fd, out_fd, kind == ENDPOINT_CONNECTION, &peer);
}
