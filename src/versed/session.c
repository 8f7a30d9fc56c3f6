/* SPDX-License-Identifier: ISC */
/*
 * One request, from its first byte to the end of its reply, over a connection
 * or in a datagram.
 */
#include "session.h"

#include <errno.h>
#include <string.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "host/memory.h"
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

static void
begin(struct session *session)
{
	session->request_used = session->reply_used = 0;
	session->status = EX_OK;
	session->is_failure = false;
	session->log = (struct log_request){
	    .priority = LOG_NOTICE,
	    .result = "ok",
	};
}

/* Makes a failure of the request.  Returns false. */
static bool
fail(struct session *session, int status, int priority, const char *result,
    const char *reason)
{
	session->status = status;
	session->is_failure = true;
	session->log.priority = priority;
	session->log.result = result;
	session->log.reason = reason;
	session->log.bytes_out = 0;
	return false;
}

/* Applies the transform that the size bytes of content name to their text. */
static void
transform(struct session *session, const unsigned char *content, size_t size)
{
	const unsigned char *dot = memchr(content, '.', size);
	size_t name_len, text_len, len;

	if (dot == NULL) {
		fail(session, EX_DATAERR, LOG_NOTICE, "malformed",
		    "no dot after the transform's name");
		return;
	}
	name_len = (size_t)(dot - content);
	session->log.name = content;
	session->log.name_len = name_len;
	text_len = size - name_len - 1;
	switch (service_transform(session->filters, content, name_len, dot + 1,
	    text_len, session->reply, session->reply_cap, &len)) {
	case SERVICE_OK:
		session->log.bytes_out = len;
		session->reply_used = len + 1;
		break;
	case SERVICE_UNKNOWN:
		fail(session, EX_UNAVAILABLE, LOG_NOTICE, "unknown",
		    "no such transform");
		break;
	case SERVICE_LATE:
		fail(session, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    io_late_reason("the filter was not done at the deadline"));
		break;
	case SERVICE_BROKEN:
		fail(session, EX_SOFTWARE, LOG_ERR, "broken",
		    session->filters->reason);
		break;
	case SERVICE_FAILED:
		fail(session, EX_SOFTWARE, LOG_WARNING, "failed",
		    service_failure(dot + 1, text_len, len));
		break;
	}
}

/*
 * Looks for the request in what came so far, and applies its transform.
 * Returns false where more is to come; else true, with a status of EX_OK and a
 * reply of log.bytes_out bytes in session->reply, or a failure.
 */
static bool
answer(struct session *session)
{
	const unsigned char *request = session->request;
	size_t start, size, used = session->request_used;

	switch (netstring_decode(request, used, session->max, &start, &size)) {
	case NETSTRING_OK:
		session->log.bytes_in = size;
		io_end_stage();
		transform(session, request + start, size);
		break;
	case NETSTRING_BAD:
		fail(session, EX_DATAERR, LOG_NOTICE, "malformed",
		    netstring_error(request, used));
		break;
	case NETSTRING_TOO_LONG:
		fail(session, EX_DATAERR, LOG_NOTICE, "too-long",
		    "the length is past the limit");
		break;
	case NETSTRING_MORE:
		return false;
	}
	return true;
}

static void
log_answer(struct session *session, const struct endpoint_peer *peer)
{
	char name[ENDPOINT_NAME_MAX];

	if (!session->verbose && !session->is_failure)
		return;
	endpoint_peer_name(peer, name);
	session->log.peer = name;
	session->log.uid = (long)peer->owner.uid;
	session->log.pid = (long)peer->owner.pid;
	session->log.ms = io_elapsed_ms();
	log_request(&session->log);
}

/* Of IO_CUT or IO_TIMEOUT; reason is that of the second. */
static bool
fail_late(struct session *session, enum io_result result, const char *reason)
{
	bool is_cut = result == IO_CUT;

	fail(session, EX_TEMPFAIL, LOG_NOTICE, "timeout",
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
		return fail(
		    session, EX_OSERR, LOG_ERR, "error", strerror(errno));
	if (session->request_used == 0) { /* a look, not a request */
		session->log.result = "left";
		return false;
	}
	return fail(session, EX_DATAERR, LOG_NOTICE, "truncated",
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
	} while (!answer(session));
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
		fail(session, EX_IOERR, LOG_NOTICE, "undelivered",
		    strerror(errno));
}

void
session_serve(struct session *session, int in_fd, int out_fd, bool is_socket,
    const struct endpoint_peer *peer)
{
	bool has_reply;

	begin(session);
	io_set_deadline(session->timeout_s);
	has_reply = make_reply(session, in_fd);
	io_begin_stage();
	if (has_reply)
		write_reply(session, out_fd);
	log_answer(session, peer);
	if (is_socket)
		io_linger(in_fd);
}

/* Sends the reply to a datagram of asked bytes. */
static void
send_reply(struct session *session, int fd, size_t asked,
    const struct endpoint_peer *peer)
{
	size_t size = session->log.bytes_out;
	size_t header = netstring_encode(session->reply, size);

	if (header + size + 1 >= asked)
		fail(session, EX_IOERR, LOG_NOTICE, "too-long",
		    "the reply is not shorter than the datagram");
	else if (io_send(fd, session->reply - header, header + size + 1,
		     peer) != IO_OK)
		fail(session, EX_IOERR, LOG_NOTICE, "undelivered",
		    strerror(errno));
}

bool
session_serve_datagram(struct session *session, int fd, bool is_first)
{
	struct endpoint_peer peer = {0};
	size_t asked;

	switch (io_receive(fd, is_first ? 0 : session->timeout_s,
	    session->request, session->request_cap, &asked, &peer)) {
	case IO_OK:
		break;
	case IO_STOPPED:
	case IO_TIMEOUT:
		return false;
	default:
		log_die(EX_OSERR, "cannot receive: %s", strerror(errno));
	}
	/* Nothing else takes time, or tells how much it took. */
	if (session->filters != NULL || session->verbose)
		io_set_deadline(session->timeout_s);
	begin(session);
	session->request_used =
	    asked < session->request_cap ? asked : session->request_cap;
	if (!answer(session))
		fail(session, EX_DATAERR, LOG_NOTICE, "truncated",
		    "end of the datagram before the comma");
	if (session->status == EX_OK)
		send_reply(session, fd, asked, &peer);
	session->log.bytes_in = asked;
	session->is_failure = false; /* what anyone can forge fills no log */
	log_answer(session, &peer);
	return true;
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
