/* SPDX-License-Identifier: ISC */
/* The header of a CGI program's response (RFC 3875, section 6). */
#ifndef HEADER_H
#define HEADER_H

#include <stdbool.h>
#include <stddef.h>

/* Room for any header that header_write writes. */
#define HEADER_MAX 1024

struct header {
	int code; /* one of those in header.c; RFC 9110, section 15 */
	bool is_html;
	bool is_utf8;	   /* what is HTML always is */
	bool is_file;	   /* a browser saves it and stays where it is */
	const char *allow; /* the methods that are, or NULL */
	bool says_coding;  /* that no content coding is read */
	size_t size;	   /* bytes of the content; none with code 204 */
};

/*
 * Writes the header, the empty line included, to ret_header.  Returns its
 * length.
 */
size_t header_write(const struct header *header, char ret_header[HEADER_MAX]);

#endif
