/* SPDX-License-Identifier: ISC */
/* A poem for whoever connects. */
#ifndef POEM_H
#define POEM_H

#include <stddef.h>

/*
 * Reads the regular file at path, of at most max bytes, into ret_text, which
 * has room for one more.  Returns NULL with the length in ret_len, or a few
 * words that say what is wrong with the file.
 */
const char *poem_read(
    const char *path, unsigned char *ret_text, size_t max, size_t *ret_len);

#endif
