/* SPDX-License-Identifier: ISC */
/*
 * What the case mappings share: the data of the Unicode Character Database, and
 * the mapping of one character after another, or of many at once.
 */
#ifndef CASEMAP_H
#define CASEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A page is 64 code points; past the last page nothing has case. */
#define CASEMAP_PAGES 2032

/* Marks a leaf's entry whose other bits are an index of casemap_specials. */
#define CASEMAP_SPECIAL 0x8000

/* The special of a capital sigma, which a context decides. */
#define CASEMAP_SIGMA 1

enum casemap_mapping { CASEMAP_LOWER, CASEMAP_UPPER, CASEMAP_TITLE };

/*
 * For each mapping, which leaf a page has: first the 32 pages whose code
 * points take two bytes of UTF-8, then all pages for those that take more.
 * A page that UTF-8 cannot name so (overlong, surrogates) has leaf 0.
 */
extern const uint8_t casemap_pages[3][CASEMAP_PAGES + 32];

/*
 * For each code point of a page, what to exclusive-or to the last two bytes
 * of its UTF-8, read as a little-endian number; or CASEMAP_SPECIAL and an
 * index.
 */
extern const uint16_t casemap_leaves[][64];

/* The bytes that replace a code point; index 0, with none, is not UTF-8. */
struct casemap_special {
	uint8_t len;
	uint8_t bytes[7];
};

extern const struct casemap_special casemap_specials[];

/*
 * What a character may be: Cased or Case_Ignorable (The Unicode Standard, 3.13)
 * and, in a word (Word_Break, UAX 29), a letter or a digit, part of the
 * character before it, or able to stand between two letters.
 */
enum casemap_property {
	CASEMAP_CASED,
	CASEMAP_IGNORABLE,
	CASEMAP_LETTER,
	CASEMAP_NUMBER,
	CASEMAP_INSIDE,
	CASEMAP_BETWEEN,
	CASEMAP_PROPERTIES
};

/* For each page its set: for each property, a bit for each code point. */
extern const uint16_t casemap_set_pages[CASEMAP_PAGES];
extern const uint64_t casemap_sets[][CASEMAP_PROPERTIES];

/* A mapping, and the text that it is done in. */
struct casemap {
	const unsigned char *start; /* where a sigma's surroundings start */
	const unsigned char *end;
	const uint8_t *pages; /* of casemap_pages */
	unsigned char first;  /* of the 26 ASCII letters that change */
};

/* Says whether code has the property. */
static inline bool
casemap_is(enum casemap_property property, uint32_t code)
{
	if (code / 64 < CASEMAP_PAGES)
		return casemap_sets[casemap_set_pages[code / 64]][property] >>
			   code % 64 &
		       1;
	/* Tags and variation selectors; casemap-table.py checks these. */
	return (property == CASEMAP_IGNORABLE || property == CASEMAP_INSIDE) &&
	       (code == 0xe0001 || (code >= 0xe0020 && code <= 0xe007f) ||
		   (code >= 0xe0100 && code <= 0xe01ef));
}

/*
 * Returns the bytes that replace the character at p, of which the table says
 * entry, a CASEMAP_SPECIAL.
 */
const struct casemap_special *casemap_special(
    const struct casemap *map, const unsigned char *p, uint16_t entry);

/* Writes to out the two bytes that replace those at p by the table's entry. */
static inline void
casemap_change(const unsigned char *p, uint16_t entry, unsigned char *out)
{
	unsigned two = p[0] | (unsigned)p[1] << 8;

	two ^= entry;
	out[0] = (unsigned char)(two & 0xff);
	out[1] = (unsigned char)(two >> 8);
}

/*
 * Maps the characters from *p on that start before stop to *out, and moves both
 * on.  Returns false, *p being there, at bytes that are not UTF-8.
 */
bool casemap_codes(const struct casemap *map, const unsigned char **p,
    const unsigned char *stop, unsigned char **out);

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
