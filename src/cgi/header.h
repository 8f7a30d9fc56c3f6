/* SPDX-License-Identifier: ISC */
/* The header of a CGI program's response (RFC 3875, section 6). */
#ifndef REPLY_H
#define REPLY_H

#include <stdbool.h>
#include <stddef.h>

/* Room for any header that reply_header writes. */
#define REPLY_HEADER_MAX 1024

struct reply {
	int code; /* one of those in reply.c; RFC 9110, section 15 */
	bool is_html;
	const char *allow;  /* the methods that are, or NULL */
	const char *policy; /* of the content's security */
	size_t size;	    /* bytes of the content */
};

/*
 * Writes the header, the empty line included, to ret_header.  Returns its
 * length.
 */
size_t reply_header(
    const struct reply *reply, char ret_header[REPLY_HEADER_MAX]);

#endif
