/* SPDX-License-Identifier: ISC */
/* Looks at the high bits of eight bytes at a time. */
#include "casemap-shape.h"

#include <stddef.h>

static uint64_t
load_le64(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

/* Gathers the highest bit of each byte of a word. */
static uint64_t
high_bits(uint64_t word)
{
	return (word & 0x8080808080808080) * 0x0002040810204081 >> 56;
}

struct casemap_shape
casemap_shape(const unsigned char *block)
{
	struct casemap_shape shape = {0};

	for (size_t i = 0; i < CASEMAP_BLOCK; i += 8) {
		uint64_t high = load_le64(block + i), lead = high & high << 1;
		uint64_t three = lead & high << 2, four = three & high << 3;

		shape.high |= high_bits(high) << i;
		shape.lead |= high_bits(lead) << i;
		shape.three |= high_bits(three) << i;
		shape.four |= high_bits(four) << i;
	}
	return shape;
}
