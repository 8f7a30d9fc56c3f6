/* SPDX-License-Identifier: ISC */
/* What characters are, and the mapping of one after another. */
#ifndef CASEMAP_CODE_H
#define CASEMAP_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "casemap-table.h"

/* Says whether code has the property. */
static inline bool
casemap_is(enum casemap_property property, uint32_t code)
{
	if (code / 64 < CASEMAP_PAGES)
		return casemap_sets[casemap_set_pages[code / 64]][property] >>
			   code % 64 &
		       1;
	/* Tags and variation selectors; casemap-table.py checks these. */
	return (property == CASEMAP_IGNORABLE || property == CASEMAP_INSIDE) &&
	       (code == 0xe0001 || (code >= 0xe0020 && code <= 0xe007f) ||
		   (code >= 0xe0100 && code <= 0xe01ef));
}

/* A mapping, and the text that it is done in. */
struct casemap {
	const unsigned char *start; /* where a sigma's surroundings start */
	const unsigned char *end;
	const uint8_t *pages; /* of casemap_pages */
	unsigned char first;  /* of the 26 ASCII letters that change */
};

/*
 * Returns the bytes that replace the character at p, of which the table says
 * entry, a CASEMAP_SPECIAL.
 */
const struct casemap_special *casemap_special(
    const struct casemap *map, const unsigned char *p, uint16_t entry);

/* Writes to out the two bytes that replace those at p by the table's entry. */
static inline void
casemap_change(const unsigned char *p, uint16_t entry, unsigned char *out)
{
	unsigned two = p[0] | (unsigned)p[1] << 8;

	two ^= entry;
	out[0] = (unsigned char)(two & 0xff);
	out[1] = (unsigned char)(two >> 8);
}

/*
 * Maps the characters from *p on that start before stop to *out, and moves both
 * on.  Returns false, *p being there, at bytes that are not UTF-8.
 */
bool casemap_codes(const struct casemap *map, const unsigned char **p,
    const unsigned char *stop, unsigned char **out);

#endif
