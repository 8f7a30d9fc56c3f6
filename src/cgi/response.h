/* SPDX-License-Identifier: ISC */
/* What a gateway answers: a transform's result, a list or a refusal. */
#ifndef RESPONSE_H
#define RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "header.h"
#include "host/log.h"

struct gateway;

/*
 * What is to be answered, and to be logged.  The caller owns what it points to
 * and starts it with code 200 and the result "ok".
 */
struct response {
	struct reply reply;
	const unsigned char *content; /* reply.size bytes, where code is 200 */
	struct log_request log;
	const char
	    *cause; /* in place of log.reason, not the client's; or NULL */
	const unsigned char *text; /* the poem, or NULL: not there yet */
	size_t text_len;
	char line[128]; /* a refusal's content */
};

/*
 * Makes response a refusal with the status code, logged at priority with
 * result and reason, which must outlive it.  Returns false.
 */
bool response_fail(struct response *response, int code, int priority,
    const char *result, const char *reason);

/*
 * Writes response to fd (RFC 3875, section 6): a browser's as the page, made in
 * the gateway's memory, another refusal as a line of text; for HEAD the header
 * only.  Returns EX_OK with bytes_out in its log, or EX_TEMPFAIL or EX_IOERR
 * with the reason there.
 */
int response_write(
    struct response *response, const struct gateway *gateway, int fd);

/* Writes a response to fd that says that there will be none. */
void response_apologize(int fd);

#endif
