/* SPDX-License-Identifier: ISC */
/* The case data of the Unicode Character Database, as casemap.c reads it. */
#ifndef CASEMAP_TABLE_H
#define CASEMAP_TABLE_H

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

#endif
