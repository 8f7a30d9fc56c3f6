/* SPDX-License-Identifier: ISC */
/* Where the characters of a block of UTF-8 start. */
#ifndef CASEMAP_SHAPE_H
#define CASEMAP_SHAPE_H

#include <stdint.h>

#define CASEMAP_BLOCK 64

/* Bit i of each speaks of byte i. */
struct casemap_shape {
	uint64_t high;	/* it is not ASCII */
	uint64_t lead;	/* it starts a character of two bytes or more */
	uint64_t three; /* of three or more */
	uint64_t four;	/* of four, or cannot be in UTF-8 */
};

/* Returns the shape of the CASEMAP_BLOCK bytes at block. */
struct casemap_shape casemap_shape(const unsigned char *block);

#endif
