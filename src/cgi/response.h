/* SPDX-License-Identifier: ISC */
/* What is answered: a transform's result, a list or a refusal. */
#ifndef RESPONSE_H
#define RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "header.h"
#include "host/log.h"
#include "page.h"

/*
 * What is to be answered, and to be logged.  The caller owns what it points to
 * and starts it with code 200 and the result "ok".
 */
struct response {
	struct header header;
	bool is_head;	     /* of the content, its length only */
	bool is_page;	     /* a browser's */
	const void *content; /* header.size bytes, where it is no page */
	struct page page;    /* its name, result and problem are the log's */
	struct log_request log;
	const char *told; /* to the client, in place of log.reason; or NULL */
	char line[128];	  /* a refusal's content */
};

/*
 * Makes response a refusal with the status code, logged with result and reason,
 * which must outlive it.  Returns false.
 */
bool response_fail(struct response *response, int code, const char *result,
    const char *reason);

/*
 * Writes response to fd (RFC 3875, section 6): as the page where it is one,
 * any other refusal as a line of text.  Returns EX_OK with bytes_out in its
 * log, or EX_TEMPFAIL or EX_IOERR with the reason there.
 */
int response_write(struct response *response, int fd);

#endif
