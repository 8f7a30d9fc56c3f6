/* SPDX-License-Identifier: ISC */
/* One request from its first byte to the end of its reply. */
#include "session.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "answer.h"
#include "host/io.h"
#include "host/memory.h"
#include "service/service.h"
#include "wire/netstring.h"

/* More than a session's functions and a signal's frame take of the stack. */
#define STACK_MAX 24576

bool
session_open(struct session *session)
{
	unsigned char *memory;

	session->request_cap = NETSTRING_HEADER_MAX + session->max + 1;
	session->reply_cap = service_capacity(session->max);
	memory = memory_reserve(session->request_cap + NETSTRING_HEADER_MAX +
				session->reply_cap + 1);
	if (memory == NULL)
		return false;
	session->request = memory;
	session->reply = memory + session->request_cap + NETSTRING_HEADER_MAX;
	return true;
}

/* Where each of a thousand clients can be cut once a second, no line each. */
static bool
fail_cut(struct answer *answer)
{
	answer_fail(answer, EX_TEMPFAIL, LOG_NOTICE, "timeout",
	    "cut short, as others were waiting");
	answer->is_failure = false;
	return false;
}

static bool
fail_input(struct answer *answer, enum io_result result)
{
	if (result == IO_CUT)
		return fail_cut(answer);
	if (result == IO_TIMEOUT)
		return answer_fail(answer, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    io_late_reason(
			"the request was not whole at the deadline"));
	if (result == IO_ERROR)
		return answer_fail(
		    answer, EX_OSERR, LOG_ERR, "error", strerror(errno));
	if (answer->log.bytes_in == 0) { /* a look, not a request */
		answer->log.result = "left";
		return false;
	}
	return answer_fail(answer, EX_DATAERR, LOG_NOTICE, "truncated",
	    "end of input before the comma");
}

/* Reads until a whole netstring is there. */
static bool
read_request(struct session *session, int fd, struct answer *answer,
    size_t *ret_start, size_t *ret_size)
{
	size_t n, *len = &answer->log.bytes_in;
	enum io_result input;

	for (;;) {
		switch (netstring_decode(session->request, *len, session->max,
		    ret_start, ret_size)) {
		case NETSTRING_OK:
			*len = *ret_size;
			return true;
		case NETSTRING_BAD:
			return answer_fail(answer, EX_DATAERR, LOG_NOTICE,
			    "malformed",
			    netstring_error(session->request, *len));
		case NETSTRING_TOO_LONG:
			return answer_fail(answer, EX_DATAERR, LOG_NOTICE,
			    "too-long", "the length is past the limit");
		case NETSTRING_MORE:
			break;
		}
		input = io_read(fd, session->request + *len,
		    session->request_cap - *len, &n);
		if (input != IO_OK)
			return fail_input(answer, input);
		*len += n;
		session->request_used = *len;
	}
}

static bool
write_reply(struct session *session, int fd, struct answer *answer)
{
	size_t size = answer->log.bytes_out;
	size_t header = netstring_encode(session->reply, size);
	enum io_result output;

	output = io_write(fd, session->reply - header, header + size + 1);
	if (output == IO_OK)
		return true;
	answer->log.bytes_out = 0;
	if (output == IO_CUT)
		return fail_cut(answer);
	if (output == IO_TIMEOUT)
		return answer_fail(answer, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    io_late_reason(
			"the reply was not taken before the deadline"));
	return answer_fail(
	    answer, EX_IOERR, LOG_NOTICE, "undelivered", strerror(errno));
}

/* Reads and transforms a request; returns whether there is a reply. */
static bool
make_reply(struct session *session, int fd, struct answer *answer)
{
	size_t start, size;
	bool result;

	if (session->has_poem) {
		answer->log.bytes_out = session->poem_len;
		return true;
	}
	if (!read_request(session, fd, answer, &start, &size))
		return false;
	io_end_stage();
	result = answer_make(answer, session, session->request + start, size);
	if (result)
		session->reply_used = answer->log.bytes_out + 1;
	return result;
}

int
session_serve(struct session *session, int in_fd, int out_fd, bool is_socket,
    const struct endpoint_peer *peer)
{
	struct answer answer = ANSWER_OPEN;
	bool is_done;

	io_set_deadline(session->timeout_s);
	is_done = make_reply(session, in_fd, &answer);
	io_begin_stage();
	if (is_done)
		write_reply(session, out_fd, &answer);
	if (session->verbose || answer.is_failure)
		answer_log(&answer, peer);
	if (is_socket)
		io_linger(in_fd);
	return answer.status;
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
