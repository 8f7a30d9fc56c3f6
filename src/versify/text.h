/* SPDX-License-Identifier: ISC */
/* The client's text: into a request. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "host/io.h"

/* A request in the making; to be zero at first. */
struct text {
	unsigned char *start; /* after NAME and its dot, in the same memory */
	size_t len;
	size_t max;
	size_t name_len; /* with the dot */
	bool is_whole;
};

/*
 * Reserves the memory, never given back, for a request for the transform name,
 * with a content of at most max bytes; none is taken before it is used.
 * Returns false where there is none; errno says why, ENAMETOOLONG where the
 * name alone is too long.
 */
bool text_open(struct text *text, const char *name, size_t max);

/*
 * Reads the text from fd up to its end.  Returns IO_EOF where it is whole,
 * IO_OK where it is longer than the request may be, and IO_ERROR (errno says
 * why).  What was read is kept in any case.
 */
enum io_result text_read(struct text *text, int fd);

/* Makes a netstring of the text, which stays where it is. */
void text_make_request(
    struct text *text, const unsigned char **ret_request, size_t *ret_len);

#endif
