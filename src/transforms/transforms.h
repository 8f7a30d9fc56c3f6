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

/* U+0390, of two bytes, has six in upper case. */
#define CASEMAP_GROWTH 3

/*
 * Of casemap.c: full case mapping of UTF-8 (The Unicode Standard, 3.13, no
 * locale) to lower case, with the sigma that ends a word, to upper case, and to
 * title case: of each word the first character in title case, the rest in lower
 * case.  Words are as UAX 29 has them, but that a full stop and an underscore
 * (ExtendNumLet) end one, a spacing accent can stand for an apostrophe, and an
 * apostrophe may follow a digit.  Each fails at the first byte that is not
 * UTF-8, and wants the room of its growth.
 */
transform_fn casemap_lower, casemap_upper, casemap_title;

/* The whitelist, in the order in which it is listed; a NULL name ends it. */
extern const struct transform transforms[];

#endif
