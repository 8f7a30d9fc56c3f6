/* SPDX-License-Identifier: ISC */
/* The properties that decide on a sigma and on the end of a word. */
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

/* Tags and variation selectors, past the table; casemap-table.py has them. */
static bool
is_selector(uint32_t code)
{
	return code == 0xe0001 || (code >= 0xe0020 && code <= 0xe007f) ||
	       (code >= 0xe0100 && code <= 0xe01ef);
}

bool
casemap_is_ignorable(uint32_t code)
{
	return is_selector(code) || sets_of(code)->ignorable >> code % 64 & 1;
}

enum casemap_word
casemap_word_at(uint32_t code)
{
	const struct casemap_set *set = sets_of(code);
	uint64_t bit = (uint64_t)1 << code % 64;

	if (set->letter & bit)
		return CASEMAP_WORD_LETTER;
	if (set->number & bit)
		return CASEMAP_WORD_NUMBER;
	if (set->inside & bit || is_selector(code))
		return CASEMAP_WORD_INSIDE;
	return set->between & bit ? CASEMAP_WORD_BETWEEN : CASEMAP_WORD_END;
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
