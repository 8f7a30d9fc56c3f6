/* SPDX-License-Identifier: ISC */
/* The table of transforms: pure functions from text to text. */
#ifndef TRANSFORMS_H
#define TRANSFORMS_H

#include <stdbool.h>
#include <stddef.h>

/* What a result may have beside its growth, and what may be written past it. */
#define TRANSFORM_SPARE 1024

/*
 * The shape of every transform.  Reads the len bytes at text and writes its
 * result to ret_text, which does not overlap text and has room for cap bytes:
 * by its row of the table, growth * len + TRANSFORM_SPARE or more.
 *
 * Returns true with the result's length in ret_len; or false where it cannot
 * be done, with the offset of the byte at fault there, or len where none is.
 * Until then it has written no further than the room of a text that ended
 * before that byte: its caller wipes that much.
 */
typedef bool transform_fn(const unsigned char *text, size_t len,
    unsigned char *ret_text, size_t cap, size_t *ret_len);

struct transform {
	const char *name;     /* matched whole: [a-z0-9][a-z0-9_-]{0,63} */
	unsigned char growth; /* the most bytes that one byte becomes */
	transform_fn *apply;  /* NULL: the list of names, the service's own */
	const char *summary;  /* as versed(8) begins to tell what it does */
};

/* The whitelist, in the order in which it is listed; a NULL name ends it. */
extern const struct transform transforms[];

#endif
