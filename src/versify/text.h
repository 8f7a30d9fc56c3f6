/* SPDX-License-Identifier: ISC */
/* Texts: into a request, and out, all of it or nothing. */
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
 * IO_OK where it is longer than the request may be, or IO_ERROR (errno says
 * why).  What was read is kept in any case.
 */
enum io_result text_read(struct text *text, int fd);

/* Makes a netstring of the text, which stays where it is. */
void text_make_request(
    struct text *text, unsigned char **ret_request, size_t *ret_len);

/*
 * Writes the len bytes of buf, then all that is still to be read from rest_fd,
 * where that is not -1: to standard output, or where file is not NULL in the
 * place of the file of that name.  Returns false where it cannot, and errno
 * says why: then file is as it was, and what was added to a file that is
 * standard output is taken back.
 *
 * A file, or what a link of that name leads to, is replaced in one step by one
 * with the same mode and, as far as that may be set, owner.  What is there and
 * is no regular file is written to.
 */
bool text_write(
    const char *file, const unsigned char *buf, size_t len, int rest_fd);

#endif
