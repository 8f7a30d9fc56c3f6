/* SPDX-License-Identifier: ISC */
/* The request inside a netstring: NAME.TEXT, cut at the first dot. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stddef.h>

enum request_result {
	REQUEST_OK,
	REQUEST_BAD, /* no dot */
};

/*
 * Cuts the len bytes at content at their first dot.  REQUEST_OK writes the
 * number of bytes before the dot, the name's; the text is what follows the
 * dot.  REQUEST_BAD writes nothing.
 */
enum request_result request_split(
    const unsigned char *content, size_t len, size_t *ret_name_len);

#endif
