/* SPDX-License-Identifier: ISC */
/*
 * Full case mapping of UTF-8 texts (The Unicode Standard, 3.13, no locale).
 * Each fails on a text that is not UTF-8, at its first byte that is not, and
 * wants room for CASEMAP_GROWTH * len + TRANSFORM_SPARE bytes.
 */
#ifndef CASEMAP_H
#define CASEMAP_H

#include "transforms.h"

/* U+0390, of two bytes, has six in upper case. */
#define CASEMAP_GROWTH 3

/* Lower case, with the sigma that ends a word. */
transform_fn casemap_lower;

/* Upper case. */
transform_fn casemap_upper;

/*
 * Title case: of each word the first character in title case, the rest in
 * lower case.  Words are as UAX 29 has them, but that a full stop and an
 * underscore (ExtendNumLet) end one, a spacing accent can stand for an
 * apostrophe, and an apostrophe may follow a digit.
 */
transform_fn casemap_title;

#endif
