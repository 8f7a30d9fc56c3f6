/* SPDX-License-Identifier: ISC */
/* Maps many characters at once, while none changes its length. */
#ifndef CASEMAP_BLOCK_H
#define CASEMAP_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

struct casemap;

#define CASEMAP_BLOCK 64
#define CASEMAP_RUN   512

/* Says of a block that it is not UTF-8. */
#define CASEMAP_BAD (CASEMAP_BLOCK + 1)

/*
 * Maps what is ASCII of a run at p, or of a block where the text has no more,
 * to out and writes where it ended.  Returns its size if all was ASCII, or 0.
 */
size_t casemap_ascii(const struct casemap *map, const unsigned char *p,
    unsigned char *out, const unsigned char **ret_mapped);

/*
 * Maps whole characters from the CASEMAP_BLOCK bytes at p to as many bytes at
 * out, where their ASCII already is.
 * Returns how many bytes, or CASEMAP_BAD.  Stops before a character of four
 * bytes and before one that would change its length.
 */
size_t casemap_block(const struct casemap *map, const unsigned char *restrict p,
    unsigned char *restrict out);

#endif
