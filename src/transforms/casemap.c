/* SPDX-License-Identifier: ISC */
/*
 * Full case mapping of UTF-8 (The Unicode Standard, 3.13): 64 bytes at a time
 * while no character changes its length, else one character at a time.
 */
#include "casemap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "casemap-context.h"
#include "casemap-shape.h"
#include "casemap-table.h"
#include "utf8.h"

#define RUN	  512
#define BLOCK	  CASEMAP_BLOCK
#define BLOCK_BAD (BLOCK + 1)

/* What a run of one mapping needs to know. */
struct casing {
	const unsigned char *start; /* of the text */
	const unsigned char *end;
	const uint8_t *pages;
	unsigned char first; /* of the 26 ASCII letters that change */
};

/* Returns the bytes that replace the character at p, which is special. */
static const struct casemap_special *
special_at(const struct casing *casing, const unsigned char *p, uint16_t entry)
{
	static const struct casemap_special final_sigma = {2, {0xcf, 0x82}};
	unsigned index = entry & (CASEMAP_SPECIAL - 1);

	if (index == CASEMAP_SIGMA &&
	    casemap_is_final(casing->start, p, casing->end))
		return &final_sigma;
	return &casemap_specials[index];
}

static inline void
change_two(const unsigned char *p, uint16_t entry, unsigned char *out)
{
	unsigned two = p[0] | (unsigned)p[1] << 8;

	two ^= entry;
	out[0] = (unsigned char)(two & 0xff);
	out[1] = (unsigned char)(two >> 8);
}

/* Maps the character of n >= 2 bytes at p; returns the length it has then. */
static size_t
map_code(const struct casing *casing, const unsigned char *p, size_t n,
    uint32_t code, unsigned char *out)
{
	const struct casemap_special *special;
	size_t page = code / 64;
	uint16_t entry;

	memcpy(out, p, n);
	if (page >= CASEMAP_PAGES)
		return n;
	page += n == 2 ? 0 : 32;
	entry = casemap_leaves[casing->pages[page]][code % 64];
	if (!(entry & CASEMAP_SPECIAL)) {
		change_two(p + n - 2, entry, out + n - 2);
		return n;
	}
	special = special_at(casing, p, entry);
	memcpy(out, special->bytes, special->len);
	return special->len;
}

static inline unsigned char
map_ascii(unsigned char c, unsigned char first)
{
	return (unsigned char)(c ^ ((unsigned char)(c - first) < 26) << 5);
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

/* Maps the character at *p to *out and moves both on; false: not UTF-8. */
static inline bool
map_one(
    const struct casing *casing, const unsigned char **p, unsigned char **out)
{
	uint32_t code;
	size_t n;

	if (**p < 0x80) {
		*(*out)++ = map_ascii(*(*p)++, casing->first);
		return true;
	}
	n = utf8_decode(*p, casing->end, &code);
	if (n == 0)
		return false;
	*out += map_code(casing, *p, n, code, *out);
	*p += n;
	return true;
}

/* Returns how many bytes before the first bit set in mask. */
static size_t
count_before(uint64_t mask)
{
	return mask == 0 ? BLOCK : (size_t)__builtin_ctzll(mask);
}

static uint64_t
first_bits(size_t n)
{
	return n == BLOCK ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/*
 * Maps the characters of extra + 2 bytes whose first bytes are the bits of
 * leads.  Returns how many bytes of the block are good: all n of them, or
 * those before a character that would change its length, or BLOCK_BAD.
 */
static inline size_t
map_leads(const struct casing *casing, const unsigned char *restrict p,
    unsigned char *restrict out, uint64_t leads, size_t extra, size_t n)
{
	const uint8_t *pages = casing->pages + (extra ? 32 : 0);

	for (; leads != 0; leads &= leads - 1) {
		size_t i = (unsigned)__builtin_ctzll(leads) + extra;
		size_t page = extra ? (size_t)(p[i - extra] & 15) * 64 : 0;
		unsigned leaf = pages[page + (p[i] & 63)];
		uint16_t entry = casemap_leaves[leaf][p[i + 1] & 63];
		const struct casemap_special *special;

		change_two(p + i, entry, out + i);
		if (!(entry & CASEMAP_SPECIAL))
			continue;
		i -= extra;
		special = special_at(casing, p + i, entry);
		if (special->len != extra + 2)
			return special->len == 0 ? BLOCK_BAD : i;
		memcpy(out + i, special->bytes, special->len);
	}
	return n;
}

/*
 * Maps whole characters from the BLOCK bytes at p to as many bytes at out,
 * where their ASCII already is.
 * Returns how many bytes, or BLOCK_BAD where they are not UTF-8.  Stops
 * before one of four bytes and before one that would change its length.
 */
static size_t
map_block(const struct casing *casing, const unsigned char *restrict p,
    unsigned char *restrict out)
{
	struct casemap_shape s;
	uint64_t keep;
	size_t n;

	s = casemap_shape(p);
	n = count_before(s.four | (s.three & (uint64_t)3 << (BLOCK - 2)) |
			 (s.lead & (uint64_t)1 << (BLOCK - 1)));
	keep = first_bits(n);
	s.three &= keep;
	s.lead &= keep;
	if ((s.high & ~s.lead & keep) != (s.lead << 1 | s.three << 2))
		return BLOCK_BAD;
	n = map_leads(casing, p, out, s.lead & ~s.three, 0, n);
	if (n != BLOCK_BAD)
		n = map_leads(casing, p, out, s.three & first_bits(n), 1, n);
	return n;
}

/* Ends a run of which the characters before p have been mapped, up to out. */
static bool
finish(const struct casing *casing, const unsigned char *p,
    const unsigned char *ret_text, const unsigned char *out, size_t *ret_len)
{
	const unsigned char *bad = p;
	uint32_t code;
	size_t n;

	while ((n = utf8_decode(bad, casing->end, &code)) > 0)
		bad += n;
	*ret_len =
	    (size_t)(p == casing->end ? out - ret_text : bad - casing->start);
	return p == casing->end;
}

/*
 * Maps what is ASCII of a run at p, or of a block where the text has no more,
 * and writes where it ended.  Returns its size if all was ASCII, or 0.
 */
static size_t
map_ascii_ahead(const struct casing *casing, const unsigned char *p,
    unsigned char *out, const unsigned char **ret_mapped)
{
	size_t size = casing->end - p >= RUN ? RUN : BLOCK;
	bool all = size == RUN ? map_run(p, out, RUN, casing->first)
			       : map_run(p, out, BLOCK, casing->first);

	*ret_mapped = p + size;
	return all ? size : 0;
}

static bool
map(const struct casing *casing, unsigned char *ret_text, size_t cap,
    size_t *ret_len)
{
	size_t len = (size_t)(casing->end - casing->start);
	const unsigned char *p = casing->start, *mapped = p;
	unsigned char *out = ret_text;
	bool good = true;
	size_t n;

	*ret_len = len;
	if (cap < len * CASEMAP_GROWTH + RUN)
		return false;
	while (good && casing->end - p >= BLOCK) {
		if (mapped - p < BLOCK) {
			n = map_ascii_ahead(casing, p, out, &mapped);
			p += n;
			out += n;
			continue;
		}
		n = map_block(casing, p, out);
		good = n != BLOCK_BAD;
		if (n == 0) {
			do
				good = map_one(casing, &p, &out);
			while (good && p < casing->end && *p >= 0xf0);
			mapped = p; /* their place in out has changed */
		} else if (good) {
			p += n;
			out += n;
		}
	}
	while (good && p < casing->end)
		good = map_one(casing, &p, &out);
	return finish(casing, p, ret_text, out, ret_len);
}

bool
casemap_lower(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const struct casing lower = {
	    text, text + len, casemap_pages[CASEMAP_LOWER], 'A'};

	return map(&lower, ret_text, cap, ret_len);
}

bool
casemap_upper(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const struct casing upper = {
	    text, text + len, casemap_pages[CASEMAP_UPPER], 'a'};

	return map(&upper, ret_text, cap, ret_len);
}

/* Says whether a word goes on after code, having gone on before it or not. */
static bool
goes_on(bool in_word, uint32_t code)
{
	if (code >= 0x80)
		return casemap_is_cased(code) ||
		       (in_word && casemap_is_ignorable(code));
	if (code == '\'')
		return in_word;
	return (code >= '0' && code <= '9') ||
	       ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
}

bool
casemap_title(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const unsigned char *p = text, *end = text + len;
	const struct casing lower = {
	    text, end, casemap_pages[CASEMAP_LOWER], 'A'};
	const struct casing title = {
	    text, end, casemap_pages[CASEMAP_TITLE], 'a'};
	unsigned char *out = ret_text;
	bool in_word = false, good = true;
	uint32_t code;

	*ret_len = len;
	if (cap < len * CASEMAP_GROWTH + RUN)
		return false;
	while (good && p < end) {
		utf8_decode(p, end, &code);
		good = map_one(in_word ? &lower : &title, &p, &out);
		in_word = good && goes_on(in_word, code);
	}
	return finish(&lower, p, ret_text, out, ret_len);
}
