/* SPDX-License-Identifier: ISC */
/* One character of UTF-8 after another, however its length changes. */
#include "casemap.h"

#include <stddef.h>
#include <string.h>

#include "utf8.h"

/*
 * Says whether the capital sigma at sigma is a final one (Final_Sigma): the
 * next character before it that is not case-ignorable is cased, and the next
 * one after it is not; what is not UTF-8 ends the text.
 * No search passes another capital sigma, which is cased and not ignorable:
 * those of a whole text take linear time together.
 */
static bool
is_final(const unsigned char *start, const unsigned char *sigma,
    const unsigned char *end)
{
	const unsigned char *p = sigma;
	uint32_t code = 0;
	size_t n;

	do {
		if (p == start)
			return false;
		while ((*--p & 0xc0) == 0x80)
			;
		utf8_decode(p, sigma, &code);
	} while (casemap_is(CASEMAP_IGNORABLE, code));
	if (!casemap_is(CASEMAP_CASED, code))
		return false;
	for (p = sigma + 2;; p += n) {
		n = utf8_decode(p, end, &code);
		if (n == 0 || !casemap_is(CASEMAP_IGNORABLE, code))
			return n == 0 || !casemap_is(CASEMAP_CASED, code);
	}
}

const struct casemap_special *
casemap_special(
    const struct casemap *map, const unsigned char *p, uint16_t entry)
{
	static const struct casemap_special final_sigma = {2, {0xcf, 0x82}};
	unsigned index = entry & (CASEMAP_SPECIAL - 1);

	if (index == CASEMAP_SIGMA && is_final(map->start, p, map->end))
		return &final_sigma;
	return &casemap_specials[index];
}

/* Maps the character of n >= 2 bytes at p; returns the length it has then. */
static size_t
map_code(const struct casemap *map, const unsigned char *p, size_t n,
    uint32_t code, unsigned char *out)
{
	const struct casemap_special *special;
	size_t page = code / 64;
	uint16_t entry;

	memcpy(out, p, n);
	if (page >= CASEMAP_PAGES)
		return n;
	page += n == 2 ? 0 : 32;
	entry = casemap_leaves[map->pages[page]][code % 64];
	if (!(entry & CASEMAP_SPECIAL)) {
		casemap_change(p + n - 2, entry, out + n - 2);
		return n;
	}
	special = casemap_special(map, p, entry);
	memcpy(out, special->bytes, special->len);
	return special->len;
}

bool
casemap_codes(const struct casemap *map, const unsigned char **p,
    const unsigned char *stop, unsigned char **out)
{
	unsigned char place;
	uint32_t code;
	size_t n;

	while (*p < stop) {
		if (**p < 0x80) {
			place = (unsigned char)(**p - map->first);
			*(*out)++ =
			    (unsigned char)(*(*p)++ ^ (place < 26) << 5);
			continue;
		}
		n = utf8_decode(*p, map->end, &code);
		if (n == 0)
			return false;
		*out += map_code(map, *p, n, code, *out);
		*p += n;
	}
	return true;
}
