/* SPDX-License-Identifier: ISC */
/* Netstrings: LENGTH:CONTENT, (D. J. Bernstein, 1997), strictly read. */
#ifndef NETSTRING_H
#define NETSTRING_H

#include <stddef.h>

/* The most bytes that netstring_encode puts before a content. */
#define NETSTRING_HEADER_MAX 21

enum netstring_result {
	NETSTRING_OK,	    /* a whole netstring starts here */
	NETSTRING_MORE,	    /* good so far: some continuation is a netstring */
	NETSTRING_BAD,	    /* no continuation is a netstring */
	NETSTRING_TOO_LONG, /* its length is already past the limit */
};

/*
 * Looks for a netstring at the start of the len bytes at buf, its content at
 * most max bytes (max <= SIZE_MAX / 16).  Cheap enough to be called again
 * from the start after each read: it looks at the header and the comma only.
 *
 * NETSTRING_OK writes where in buf the content starts and how many bytes it
 * has; the comma follows it.  Bytes after the comma are not looked at.
 * Any other result writes nothing.
 */
enum netstring_result netstring_decode(const unsigned char *buf, size_t len,
    size_t max, size_t *ret_start, size_t *ret_size);

/*
 * Tells in a few words what is wrong with the len bytes at buf, for which
 * netstring_decode returned NETSTRING_BAD.
 */
const char *netstring_error(const unsigned char *buf, size_t len);

/*
 * Returns how many bytes the netstring at the start of the len bytes at buf
 * will have in all, or 0 where they do not hold its whole header yet.  Only
 * for bytes of which netstring_decode has just said NETSTRING_MORE.
 */
size_t netstring_claim(const unsigned char *buf, size_t len);

/*
 * Makes a netstring of the size bytes at content where they lie: writes the
 * header into the bytes before content, of which the caller owns at least
 * NETSTRING_HEADER_MAX, and the comma into the byte after it, also owned.
 *
 * Returns how many bytes before content the netstring starts.
 */
size_t netstring_encode(unsigned char *content, size_t size);

#endif
