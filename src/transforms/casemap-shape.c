/* SPDX-License-Identifier: ISC */
/* Looks at the high bits of eight or sixteen bytes at a time. */
#include "casemap-shape.h"

#include <stddef.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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
casemap_shape_portable(const unsigned char *block)
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

#ifdef __SSE2__

/* Says which bytes, all of them not ASCII, are at least as high as least. */
static uint64_t
at_least(__m128i bytes, unsigned char least)
{
	__m128i below = _mm_set1_epi8((char)(least - 1));

	/* The comparison is signed; the caller leaves out what is ASCII. */
	return (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, below));
}

struct casemap_shape
casemap_shape(const unsigned char *block)
{
	struct casemap_shape shape = {0};

	for (size_t i = 0; i < CASEMAP_BLOCK; i += 16) {
		__m128i bytes = _mm_loadu_si128((const void *)(block + i));

		shape.high |= (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << i;
		shape.lead |= at_least(bytes, 0xc0) << i;
		shape.three |= at_least(bytes, 0xe0) << i;
		shape.four |= at_least(bytes, 0xf0) << i;
	}
	shape.lead &= shape.high;
	shape.three &= shape.high;
	shape.four &= shape.high;
	return shape;
}

#else

struct casemap_shape
casemap_shape(const unsigned char *block)
{
	return casemap_shape_portable(block);
}

#endif
