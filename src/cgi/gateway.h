/* SPDX-License-Identifier: ISC */
/* One request that a web server handed on, to the end of its response. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "host/log.h"
#include "page.h"
#include "request.h"

/* Room for any header that gateway_write_header writes. */
#define HEADER_MAX 1024

/* Of zeros, but for what is the caller's to set: the first three. */
struct gateway {
	struct filters *filters; /* or NULL */
	size_t max;		 /* bytes of a text */
	bool verbose;		 /* log successes too */

	enum cgi_method method;
	bool is_page; /* a browser's: the list, or a form and its answer */
	enum cgi_length length;
	size_t body_size;
	unsigned char *body, *result; /* memory for them, and for the page */
	char *html;

	int code;	     /* of the response; RFC 9110, section 15 */
	bool is_binary;	     /* the result is no UTF-8 */
	bool is_file;	     /* a browser saves it and stays where it is */
	const char *extra;   /* a line more of the header, or NULL */
	const void *content; /* size bytes; none with code 204 */
	size_t size;
	struct page page; /* its name is NULL for the program itself */
	struct log_request log;
};

/*
 * Reads the request's variables and reserves the memory for it; none is taken
 * before it is used.  Returns NULL, or the reason why there is no memory or no
 * list of the transforms.
 */
const char *gateway_open(struct gateway *gateway);

/*
 * Tells whether the body is to be read.  Where not, the response is what it is
 * to be: the list, what methods there are, or a refusal.
 */
bool gateway_check(struct gateway *gateway);

/*
 * Reads the request's body from standard input, writes the response to standard
 * output and logs what the peer did.  The deadline for it, io_set_deadline, is
 * the caller's to set.  Returns the exit status of sysexits.h: EX_OK where a
 * whole response was written, whatever it says.
 */
int gateway_serve(struct gateway *gateway);

/*
 * Makes the response a refusal with the status code, logged with result and
 * reason, which must outlive it.  The client is told the reason, too, unless
 * another is put in page.problem then.  Returns false.
 */
bool gateway_fail(
    struct gateway *gateway, int code, const char *result, const char *reason);

/*
 * Writes the response (RFC 3875, section 6) to standard output: as the page
 * where it is one, any other refusal as a line of text.  Returns EX_OK with
 * bytes_out in the log, or EX_TEMPFAIL or EX_IOERR with the reason there.
 */
int gateway_respond(struct gateway *gateway);

/* Writes its header, the empty line too, to ret_header; returns the length. */
size_t gateway_write_header(
    const struct gateway *gateway, char ret_header[HEADER_MAX]);

#endif
