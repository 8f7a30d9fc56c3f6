/* SPDX-License-Identifier: ISC */
/* What a request comes to: a text or a failure, and what is logged of it. */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "host/log.h"

struct endpoint_peer;
struct session;

struct answer {
	int status;	 /* of sysexits.h */
	bool is_failure; /* to be logged without -v, too */
	struct log_request log;
};

/* One of which nothing is known yet. */
#define ANSWER_OPEN                             \
	{                                       \
		.status = EX_OK,                \
		.log = {.priority = LOG_NOTICE, \
			.result = "ok" }        \
	}

/* Makes a failure of it.  result and reason are kept; returns false. */
bool answer_fail(struct answer *answer, int status, int priority,
    const char *result, const char *reason);

/*
 * Applies the transform that the size bytes of content name to the text that
 * they hold.  Returns true with the result in session->reply and its length in
 * answer->log.bytes_out, or what answer_fail does.
 */
bool answer_make(struct answer *answer, const struct session *session,
    const unsigned char *content, size_t size);

/* Logs it, as the answer to peer. */
void answer_log(struct answer *answer, const struct endpoint_peer *peer);

#endif
