/* SPDX-License-Identifier: ISC */
/* Looks at the high bits of eight bytes at a time. */
#include "casemap.h"

#include <endian.h>
#include <string.h>

#define BLOCK CASEMAP_BLOCK

/* Where the characters of a block start: bit i of each speaks of byte i. */
struct shape {
	uint64_t high;	/* it is not ASCII */
	uint64_t lead;	/* it starts a character of two bytes or more */
	uint64_t three; /* of three or more */
	uint64_t four;	/* of four, or cannot be in UTF-8 */
};

/* Gathers the highest bit of each byte of a word. */
static uint64_t
high_bits(uint64_t word)
{
	return (word & 0x8080808080808080) * 0x0002040810204081 >> 56;
}

/* Returns the shape of the BLOCK bytes at block. */
static struct shape
shape_of(const unsigned char *block)
{
	struct shape shape = {0};

	for (size_t i = 0; i < BLOCK; i += 8) {
		uint64_t high, lead, three, four;

		memcpy(&high, block + i, 8);
		high = le64toh(high);
		lead = high & high << 1;
		three = lead & high << 2;
		four = three & high << 3;
		shape.high |= high_bits(high) << i;
		shape.lead |= high_bits(lead) << i;
		shape.three |= high_bits(three) << i;
		shape.four |= high_bits(four) << i;
	}
	return shape;
}

/*
 * Maps what is ASCII of the size bytes at p, and says whether all are.  The
 * compiler makes vector code of it where size is constant; the comparison is
 * signed, as SSE2 has it.
 */
static inline bool
map_run(const unsigned char *restrict p, unsigned char *restrict out,
    size_t size, unsigned char first)
{
	unsigned char all = 0;

	for (size_t i = 0; i < size; i++) {
		int8_t place = (int8_t)(p[i] + (0x80 - first));

		out[i] = (unsigned char)(p[i] ^ (place < 26 - 0x80) << 5);
		all |= p[i];
	}
	return all < 0x80;
}

size_t
casemap_ascii(const struct casemap *map, const unsigned char *p,
    unsigned char *out, const unsigned char **ret_mapped)
{
	size_t size = map->end - p >= CASEMAP_RUN ? CASEMAP_RUN : BLOCK;
	bool all = size == CASEMAP_RUN
		       ? map_run(p, out, CASEMAP_RUN, map->first)
		       : map_run(p, out, BLOCK, map->first);

	*ret_mapped = p + size;
	return all ? size : 0;
}

static uint64_t
first_bits(size_t n)
{
	return n == BLOCK ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/*
 * Maps the characters of extra + 2 bytes whose first bytes are the bits of
 * leads.  Returns how many bytes of the block are good: all n of them, or
 * those before a character that would change its length, or CASEMAP_BAD.
 */
static inline size_t
map_leads(const struct casemap *map, const unsigned char *restrict p,
    unsigned char *restrict out, uint64_t leads, size_t extra, size_t n)
{
	const uint8_t *pages = map->pages + (extra ? 32 : 0);

	for (; leads != 0; leads &= leads - 1) {
		size_t i = (unsigned)__builtin_ctzll(leads) + extra;
		size_t page = extra ? (size_t)(p[i - extra] & 15) * 64 : 0;
		unsigned leaf = pages[page + (p[i] & 63)];
		uint16_t entry = casemap_leaves[leaf][p[i + 1] & 63];
		const struct casemap_special *special;

		casemap_change(p + i, entry, out + i);
		if (!(entry & CASEMAP_SPECIAL))
			continue;
		i -= extra;
		special = casemap_special(map, p + i, entry);
		if (special->len != extra + 2)
			return special->len == 0 ? CASEMAP_BAD : i;
		memcpy(out + i, special->bytes, special->len);
	}
	return n;
}

size_t
casemap_block(const struct casemap *map, const unsigned char *restrict p,
    unsigned char *restrict out)
{
	struct shape s = shape_of(p);
	/* What a block cannot hold whole, or has four bytes, ends it. */
	uint64_t stop = s.four | (s.three & (uint64_t)3 << (BLOCK - 2)) |
			(s.lead & (uint64_t)1 << (BLOCK - 1));
	size_t n = stop == 0 ? BLOCK : (size_t)__builtin_ctzll(stop);
	uint64_t keep = first_bits(n);

	s.three &= keep;
	s.lead &= keep;
	if ((s.high & ~s.lead & keep) != (s.lead << 1 | s.three << 2))
		return CASEMAP_BAD;
	n = map_leads(map, p, out, s.lead & ~s.three, 0, n);
	if (n != CASEMAP_BAD)
		n = map_leads(map, p, out, s.three & first_bits(n), 1, n);
	return n;
}
