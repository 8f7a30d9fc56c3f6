/* SPDX-License-Identifier: ISC */
/*
 * versed: answers the poetry transformation request that a super-server
 * hands to it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "host/sandbox.h"
#include "session.h"

/* Opens the folders of filters, if there are any. */
static void
open_filters(struct session *session)
{
	static struct filters filters; /* of zeros: takes no page of the file */
	const char *reason;

	for (size_t i = 0; i < session->filters_count; i++) {
		reason = filters_open(&filters, session->filters_dirs[i]);
		if (reason != NULL)
			log_die(EX_USAGE, "cannot use %s: %s",
			    session->filters_dirs[i], reason);
		filters.explains = session->list && session->verbose;
		session->filters = &filters;
	}
}

static _Noreturn void
print_list(struct session *session)
{
	size_t len;

	if (service_list(session->filters, session->reply, session->reply_cap,
		&len) != SERVICE_OK)
		log_die(EX_SOFTWARE, "cannot list the transforms: %s",
		    session->filters->reason);
	if (io_write(STDOUT_FILENO, session->reply, len) != IO_OK)
		log_die(EX_IOERR, "cannot write: %s", strerror(errno));
	exit(EX_OK);
}

static void
read_poem(struct session *session)
{
	const char *file = session->poem_file;
	/* Without waiting for the other end of what is no file but a pipe. */
	int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum io_result result = IO_OK;
	size_t n, *len = &session->poem_len;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		log_die(
		    EX_NOINPUT, "cannot read %s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		log_die(
		    EX_NOINPUT, "cannot read %s: it is no regular file", file);
	for (;; *len += n) {
		if (*len > session->max)
			log_die(EX_NOINPUT,
			    "cannot read %s: it is longer than the "
			    "maximum length (-m)",
			    file);
		result = io_read(
		    fd, session->reply + *len, session->max + 1 - *len, &n);
		if (result != IO_OK)
			break;
	}
	if (result != IO_EOF)
		log_die(
		    EX_NOINPUT, "cannot read %s: %s", file, strerror(errno));
	close(fd);
}

static void
enter_sandbox(const struct session *session, enum endpoint_kind kind)
{
	unsigned int needs = SANDBOX_STREAMS;

	if (kind == ENDPOINT_LISTENER)
		needs |= SANDBOX_ACCEPT;
	if (kind == ENDPOINT_DATAGRAM)
		needs = SANDBOX_DATAGRAMS;
	if (needs != SANDBOX_STREAMS && session->max_requests != 1)
		needs |= SANDBOX_LONG_LIFE;
	if (session->filters != NULL)
		needs = SANDBOX_PROGRAMS;
	if (!sandbox_enter(needs))
		log_die(
		    EX_OSERR, "cannot enter the sandbox: %s", strerror(errno));
}

/* Serves a connection of the listening socket fd; false if none came. */
static bool
serve_connection(struct session *session, int fd)
{
	struct endpoint_peer peer = {0};
	int conn;

	switch (io_accept(fd, &conn, &peer)) {
	case IO_OK:
		break;
	case IO_STOPPED:
		return false;
	default:
		log_die(EX_OSERR, "cannot accept: %s", strerror(errno));
	}
	session_serve(session, conn, conn, true, &peer);
	close(conn);
	return true;
}

/* Serves those who come to the socket fd, one after another. */
static int
serve_many(struct session *session, enum endpoint_kind kind, int fd)
{
	unsigned long max = session->max_requests;

	for (unsigned long i = 0; max == 0 || i < max; i++) {
		if (!(kind == ENDPOINT_LISTENER
			    ? serve_connection(session, fd)
			    : session_serve_datagram(session, fd, i == 0)))
			return EX_OK;
		if (max != 1)
			session_wipe(session);
	}
	return max == 1 ? session->status : EX_OK;
}

int
main(int argc, char *argv[])
{
	struct session session;
	int passed = endpoint_passed();
	int in_fd = passed == 1 ? 3 : STDIN_FILENO;
	int out_fd = passed == 1 ? 3 : STDOUT_FILENO;
	struct endpoint_peer peer;
	enum endpoint_kind kind = endpoint_inspect(in_fd, &peer);
	int error = errno;
	bool is_single = kind == ENDPOINT_CONNECTION || kind == ENDPOINT_FILE;

	log_open("versed", in_fd, is_single ? out_fd : -1);
	versed_options_parse(argc, argv, &session);
	if (session.list) {
		log_to_caller();
		session.max = 0; /* there is no text */
	}
	open_filters(&session);
	session_open(&session);
	if (session.list)
		print_list(&session);
	if (passed > 1)
		log_die(EX_USAGE, "LISTEN_FDS must be 1: one socket only");
	if (kind == ENDPOINT_ERROR)
		log_die(EX_OSERR, "cannot use file descriptor %d: %s", in_fd,
		    strerror(error));
	if (kind == ENDPOINT_OTHER)
		log_die(EX_USAGE, "sequenced packets are not served: "
				  "a stream or datagram socket is needed");
	if (kind == ENDPOINT_DATAGRAM)
		datagram_prepare(&session, in_fd);
	if (session.poem_file != NULL)
		read_poem(&session);
	io_init();
	if (kind == ENDPOINT_LISTENER || kind == ENDPOINT_DATAGRAM)
		io_take_turns();
	else if (session.filters != NULL)
		io_hurry_on_end(); /* a filter is not to be left behind */
	enter_sandbox(&session, kind);
	if (!is_single)
		return serve_many(&session, kind, in_fd);
	session_serve(
	    &session, in_fd, out_fd, kind == ENDPOINT_CONNECTION, &peer);
	return session.status;
}
