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
	bool is_utf8;
	bool is_file;	   /* a browser saves it and stays where it is */
	const char *extra; /* a line more, with its newline, or NULL */
	size_t size;	   /* bytes of the content; none with code 204 */
};

/* Writes the header, its empty line too, to ret_header; returns its length. */
size_t header_write(const struct header *header, char ret_header[HEADER_MAX]);

#endif
