/* SPDX-License-Identifier: ISC */
/* The properties that decide on a sigma, and where a word goes on. */
#include "casemap-context.h"

#include <stddef.h>

#include "casemap-table.h"
#include "utf8.h"

static const struct casemap_set none;

/* Returns the sets of the page that code is on. */
static const struct casemap_set *
sets_of(uint32_t code)
{
	return code / 64 < CASEMAP_PAGES
		   ? &casemap_sets[casemap_set_pages[code / 64]]
		   : &none;
}

bool
casemap_is_cased(uint32_t code)
{
	return sets_of(code)->cased >> code % 64 & 1;
}

bool
casemap_is_ignorable(uint32_t code)
{
	/* Tags and variation selectors; casemap-table.py checks these. */
	if (code == 0xe0001 || (code >= 0xe0020 && code <= 0xe007f) ||
	    (code >= 0xe0100 && code <= 0xe01ef))
		return true;
	return sets_of(code)->ignorable >> code % 64 & 1;
}

/*
 * No search passes another capital sigma, which is cased and not ignorable:
 * those of a whole text take linear time together.
 */
bool
casemap_is_final(const unsigned char *start, const unsigned char *sigma,
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
	} while (casemap_is_ignorable(code));
	if (!casemap_is_cased(code))
		return false;
	for (p = sigma + 2;; p += n) {
		n = utf8_decode(p, end, &code);
		if (n == 0 || !casemap_is_ignorable(code))
			return n == 0 || !casemap_is_cased(code);
	}
}
