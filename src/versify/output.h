/* SPDX-License-Identifier: ISC */
/* Where the text goes: all of it or nothing. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

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
bool output_write(
    const char *file, const unsigned char *buf, size_t len, int rest_fd);

/* Tells whether fd and standard output are the same regular file. */
bool output_is(int fd);

#endif
