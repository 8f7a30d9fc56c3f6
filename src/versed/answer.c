/* SPDX-License-Identifier: ISC */
/* What a request comes to: a text or a failure, and what is logged of it. */
#include <string.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "service/service.h"
#include "session.h"
#include "wire/netstring.h"

void
answer_begin(struct session *session)
{
	session->request_used = session->reply_used = 0;
	session->status = EX_OK;
	session->is_failure = false;
	session->log = (struct log_request){
	    .priority = LOG_NOTICE,
	    .result = "ok",
	};
}

bool
answer_fail(struct session *session, int status, int priority,
    const char *result, const char *reason)
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
		answer_fail(session, EX_DATAERR, LOG_NOTICE, "malformed",
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
		answer_fail(session, EX_UNAVAILABLE, LOG_NOTICE, "unknown",
		    "no such transform");
		break;
	case SERVICE_LATE:
		answer_fail(session, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    io_late_reason("the filter was not done at the deadline"));
		break;
	case SERVICE_BROKEN:
		answer_fail(session, EX_SOFTWARE, LOG_ERR, "broken",
		    session->filters->reason);
		break;
	case SERVICE_FAILED:
		answer_fail(session, EX_SOFTWARE, LOG_WARNING, "failed",
		    service_failure(dot + 1, text_len, len));
		break;
	}
}

bool
answer_make(struct session *session)
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
		answer_fail(session, EX_DATAERR, LOG_NOTICE, "malformed",
		    netstring_error(request, used));
		break;
	case NETSTRING_TOO_LONG:
		answer_fail(session, EX_DATAERR, LOG_NOTICE, "too-long",
		    "the length is past the limit");
		break;
	case NETSTRING_MORE:
		return false;
	}
	return true;
}

void
answer_log(struct session *session, const struct endpoint_peer *peer)
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
