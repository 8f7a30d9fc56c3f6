/* SPDX-License-Identifier: ISC */
/* What a request comes to: a text or a failure, and what is logged of it. */
#include "answer.h"

#include <string.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "service/filter.h"
#include "service/service.h"
#include "session.h"

bool
answer_fail(struct answer *answer, int status, int priority, const char *result,
    const char *reason)
{
	answer->status = status;
	answer->is_failure = true;
	answer->log.priority = priority;
	answer->log.result = result;
	answer->log.reason = reason;
	return false;
}

bool
answer_make(struct answer *answer, const struct session *session,
    const unsigned char *content, size_t size)
{
	const unsigned char *dot = memchr(content, '.', size);
	size_t name_len, text_len, len;

	if (dot == NULL)
		return answer_fail(answer, EX_DATAERR, LOG_NOTICE, "malformed",
		    "no dot after the transform's name");
	name_len = (size_t)(dot - content);
	answer->log.name = content;
	answer->log.name_len = name_len;
	text_len = size - name_len - 1;
	switch (service_transform(session->filters, content, name_len, dot + 1,
	    text_len, session->reply, session->reply_cap, &len)) {
	case SERVICE_OK:
		answer->log.bytes_out = len;
		return true;
	case SERVICE_UNKNOWN:
		return answer_fail(answer, EX_UNAVAILABLE, LOG_NOTICE,
		    "unknown", "no such transform");
	case SERVICE_LATE:
		return answer_fail(answer, EX_TEMPFAIL, LOG_NOTICE, "timeout",
		    io_late_reason("the filter was not done at the deadline"));
	case SERVICE_BROKEN:
		return answer_fail(answer, EX_SOFTWARE, LOG_ERR, "broken",
		    session->filters->reason);
	case SERVICE_FAILED:
		break;
	}
	return answer_fail(answer, EX_SOFTWARE, LOG_WARNING, "failed",
	    service_failure(dot + 1, text_len, len));
}

void
answer_log(struct answer *answer, const struct endpoint_peer *peer)
{
	char name[ENDPOINT_NAME_MAX];

	endpoint_peer_name(peer, name);
	answer->log.peer = name;
	answer->log.uid = (long)peer->owner.uid;
	answer->log.pid = (long)peer->owner.pid;
	answer->log.ms = io_elapsed_ms();
	log_request(&answer->log);
}
