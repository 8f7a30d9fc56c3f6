/* SPDX-License-Identifier: ISC */
/* One request over a connection, from its first byte to its reply's end. */
#include "session.h"

#include <errno.h>
#include <string.h>

#include "host/io.h"
#include "host/memory.h"
#include "service/service.h"
#include "wire/netstring.h"

/* More than a session's functions and a signal's frame take of the stack. */
#define STACK_MAX 24576

void
session_open(struct session *session)
{
	unsigned char *memory;

	session->request_cap = NETSTRING_HEADER_MAX + session->max + 1;
	session->reply_cap = service_capacity(session->max);
	memory = memory_reserve(session->request_cap + NETSTRING_HEADER_MAX +
				session->reply_cap + 1);
	if (memory == NULL)
		log_die(EX_OSERR, "cannot reserve memory: %s", strerror(errno));
	session->request = memory;
	session->reply = memory + session->request_cap + NETSTRING_HEADER_MAX;
}

/* Of IO_CUT or IO_TIMEOUT; reason is that of the second. */
static bool
fail_late(struct session *session, enum io_result result, const char *reason)
{
	bool is_cut = result == IO_CUT;

	answer_fail(session, EX_TEMPFAIL, LOG_NOTICE, "timeout",
	    is_cut ? "cut short, as others were waiting"
		   : io_late_reason(reason));
	/* Each of a thousand can be cut once a second: no line for each. */
	session->is_failure = !is_cut;
	return false;
}

static bool
fail_input(struct session *session, enum io_result result)
{
	if (result == IO_CUT || result == IO_TIMEOUT)
		return fail_late(session, result,
		    "the request was not whole at the deadline");
	if (result == IO_ERROR)
		return answer_fail(
		    session, EX_OSERR, LOG_ERR, "error", strerror(errno));
	if (session->request_used == 0) { /* a look, not a request */
		session->log.result = "left";
		return false;
	}
	return answer_fail(session, EX_DATAERR, LOG_NOTICE, "truncated",
	    "end of input before the comma");
}

/* Reads and transforms a request; returns whether there is a reply. */
static bool
make_reply(struct session *session, int fd)
{
	enum io_result result;
	size_t n;

	if (session->poem_file != NULL) {
		session->log.bytes_out = session->poem_len;
		return true;
	}
	do {
		result = io_read(fd, session->request + session->request_used,
		    session->request_cap - session->request_used, &n);
		if (result != IO_OK)
			return fail_input(session, result);
		session->log.bytes_in = session->request_used += n;
	} while (!answer_make(session));
	return session->status == EX_OK;
}

static void
write_reply(struct session *session, int fd)
{
	size_t size = session->log.bytes_out;
	size_t header = netstring_encode(session->reply, size);
	enum io_result result =
	    io_write(fd, session->reply - header, header + size + 1);

	if (result == IO_CUT || result == IO_TIMEOUT)
		fail_late(session, result,
		    "the reply was not taken before the deadline");
	else if (result != IO_OK)
		answer_fail(session, EX_IOERR, LOG_NOTICE, "undelivered",
		    strerror(errno));
}

void
session_serve(struct session *session, int in_fd, int out_fd, bool is_socket,
    const struct endpoint_peer *peer)
{
	bool has_reply;

	answer_begin(session);
	io_set_deadline(session->timeout_s);
	has_reply = make_reply(session, in_fd);
	io_begin_stage();
	if (has_reply)
		write_reply(session, out_fd);
	answer_log(session, peer);
	if (is_socket)
		io_linger(in_fd);
}

/*
 * What was dropped in a linger was on the stack, and what was in registers is
 * put there by signals, by compilers and by loaders.
 */
__attribute__((noinline)) static void
wipe_stack(void)
{
	unsigned char stack[STACK_MAX];

	explicit_bzero(stack, sizeof(stack));
}

void
session_wipe(struct session *session)
{
	explicit_bzero(session->request, session->request_used);
	explicit_bzero(session->reply, session->reply_used);
	wipe_stack();
}
