/* SPDX-License-Identifier: ISC */
/*
 * Full case mapping of UTF-8 texts (The Unicode Standard, 3.13, no locale).
 * Each fails on a text that is not UTF-8, and may write up to 512 bytes past
 * its result where there is room.
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
 * Title case: of each word the first letter in title case, the rest in lower
 * case.  Cased letters and ASCII digits make a word; ASCII apostrophes and,
 * past ASCII, case-ignorable characters (marks, U+2019) do not end it.
 */
transform_fn casemap_title;

#endif
