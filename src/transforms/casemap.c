/* SPDX-License-Identifier: ISC */
/*
 * Full case mapping of UTF-8 (The Unicode Standard, 3.13): 64 bytes at a time
 * while no character changes its length, else one character at a time.
 */
#include "casemap.h"

#include "casemap-block.h"
#include "casemap-code.h"

static bool
apply(const struct casemap *map, unsigned char *ret_text, size_t cap,
    size_t *ret_len)
{
	size_t len = (size_t)(map->end - map->start);
	const unsigned char *p = map->start, *mapped = p;
	unsigned char *out = ret_text;
	bool good = true;
	size_t n = 0;

	*ret_len = len;
	if (cap < len * CASEMAP_GROWTH + CASEMAP_RUN)
		return false;
	while (good && n != CASEMAP_BAD && map->end - p >= CASEMAP_BLOCK) {
		if (mapped - p < CASEMAP_BLOCK) {
			n = casemap_ascii(map, p, out, &mapped);
			p += n;
			out += n;
			continue;
		}
		n = casemap_block(map, p, out);
		if (n == 0) {
			do
				good = casemap_codes(map, &p, p + 1, &out);
			while (good && p < map->end && *p >= 0xf0);
			mapped = p; /* their place in out has changed */
		} else if (n != CASEMAP_BAD) {
			p += n;
			out += n;
		}
	}
	/* A bad block is looked at again for its first bad byte. */
	good = (n != CASEMAP_BAD) & casemap_codes(map, &p, map->end, &out);
	*ret_len = (size_t)(good ? out - ret_text : p - map->start);
	return good;
}

bool
casemap_lower(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const struct casemap lower = {
	    text, text + len, casemap_pages[CASEMAP_LOWER], 'A'};

	return apply(&lower, ret_text, cap, ret_len);
}

bool
casemap_upper(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const struct casemap upper = {
	    text, text + len, casemap_pages[CASEMAP_UPPER], 'a'};

	return apply(&upper, ret_text, cap, ret_len);
}
