/* SPDX-License-Identifier: ISC */
/* One request from its first byte to the end of its reply. */
#include "session.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "host/log.h"
#include "host/memory.h"
#include "service/filter.h"
#include "service/service.h"
#include "wire/netstring.h"
#include "wire/request.h"

/* More than a session's functions and a signal's frame take of the stack. */
#define STACK_MAX 24576

/* How a session stands, and what there is to log of it. */
struct progress {
	int status; /* of sysexits.h */
	struct log_request log;
	const unsigned char *text;
	size_t text_len;
};

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

static bool
fail(struct progress *progress, int status, int priority, const char *result,
    const char *reason)
{
	progress->status = status;
	progress->log.priority = priority;
	progress->log.result = result;
	progress->log.reason = reason;
	return false;
}

static bool
fail_input(struct progress *progress, enum io_result result)
{
	if (result == IO_TIMEOUT)
		return fail(progress, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    "the request was not whole at the deadline");
	if (result == IO_ERROR)
		return fail(
		    progress, EX_OSERR, LOG_ERR, "error", strerror(errno));
	if (progress->log.bytes_in == 0) /* a look, not a request */
		return fail(progress, EX_OK, LOG_INFO, "left", NULL);
	return fail(progress, EX_DATAERR, LOG_NOTICE, "truncated",
	    "end of input before the comma");
}

/* Reads until a whole netstring is there. */
static bool
read_request(struct session *session, int fd, struct progress *progress,
    size_t *ret_start, size_t *ret_size)
{
	size_t n, claim = 0, *len = &progress->log.bytes_in;
	enum io_result input;

	for (;;) {
		switch (netstring_decode(session->request, *len, session->max,
		    ret_start, ret_size)) {
		case NETSTRING_OK:
			*len = *ret_size;
			return true;
		case NETSTRING_BAD:
			return fail(progress, EX_DATAERR, LOG_NOTICE,
			    "malformed",
			    netstring_error(session->request, *len));
		case NETSTRING_TOO_LONG:
			return fail(progress, EX_DATAERR, LOG_NOTICE,
			    "too-long", "the length is past the limit");
		case NETSTRING_MORE:
			if (claim > 0)
				break;
			claim = netstring_claim(session->request, *len);
			memory_expect(session->request, claim);
			break;
		}
		input = io_read(fd, session->request + *len,
		    session->request_cap - *len, &n);
		if (input != IO_OK)
			return fail_input(progress, input);
		*len += n;
		session->request_used = *len;
	}
}

static bool
split_request(
    const unsigned char *content, size_t size, struct progress *progress)
{
	size_t name_len;

	if (request_split(content, size, &name_len) != REQUEST_OK)
		return fail(progress, EX_DATAERR, LOG_NOTICE, "malformed",
		    "no dot after the transform's name");
	progress->log.name = content;
	progress->log.name_len = name_len;
	progress->text = content + name_len + 1;
	progress->text_len = size - name_len - 1;
	return true;
}

static bool
transform(const struct session *session, struct progress *progress)
{
	memory_expect(session->reply, progress->text_len);
	switch (service_transform(session->filters, progress->log.name,
	    progress->log.name_len, progress->text, progress->text_len,
	    session->reply, session->reply_cap, &progress->log.bytes_out)) {
	case SERVICE_OK:
		return true;
	case SERVICE_UNKNOWN:
		return fail(progress, EX_UNAVAILABLE, LOG_NOTICE, "unknown",
		    "no such transform");
	case SERVICE_LATE:
		return fail(progress, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    "the filter was not done at the deadline");
	case SERVICE_FAILED:
		break;
	}
	return fail(progress, EX_SOFTWARE, LOG_WARNING, "failed",
	    "the transform failed on this text");
}

static bool
write_reply(struct session *session, int fd, struct progress *progress)
{
	size_t size = progress->log.bytes_out;
	size_t header = netstring_encode(session->reply, size);
	enum io_result output;

	session->reply_used = size + 1;
	output = io_write(fd, session->reply - header, header + size + 1);
	if (output == IO_OK)
		return true;
	progress->log.bytes_out = 0;
	if (output == IO_TIMEOUT)
		return fail(progress, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    "the reply was not taken before the deadline");
	return fail(
	    progress, EX_IOERR, LOG_NOTICE, "undelivered", strerror(errno));
}

static void
log_progress(struct progress *progress, const struct endpoint_peer *peer)
{
	char name[ENDPOINT_NAME_MAX];

	endpoint_name(&peer->addr, peer->len, name);
	progress->log.peer = name;
	log_request(&progress->log);
}

int
session_serve(struct session *session, int in_fd, int out_fd, bool is_socket,
    const struct endpoint_peer *peer)
{
	struct progress progress = {
	    .status = EX_OK,
	    .log = {.priority = LOG_INFO, .result = "ok"},
	};
	size_t start, size;

	io_set_deadline(session->timeout_s);
	if (session->filters != NULL)
		filters_set_deadline(session->filters, session->timeout_s);
	if (read_request(session, in_fd, &progress, &start, &size) &&
	    split_request(session->request + start, size, &progress) &&
	    transform(session, &progress))
		write_reply(session, out_fd, &progress);
	if (session->verbose || progress.log.priority != LOG_INFO)
		log_progress(&progress, peer);
	if (is_socket)
		io_linger(in_fd);
	return progress.status;
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
