/* SPDX-License-Identifier: ISC */
/* A stranger's bytes, shown. */
#include "printable.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * Reads the character of UTF-8 at p, or the byte where there is none.  Returns
 * how many bytes it has.
 */
static size_t
read_character(const unsigned char *p, size_t len, unsigned int *ret_c)
{
	static const unsigned int least[] = {0, -1U, 0x80, 0x800, 0x10000};
	size_t size = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	unsigned int c = *p & (0x7fU >> size);

	*ret_c = *p;
	for (size_t i = 1; i < size; i++) {
		if (i == len || (p[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3fU);
	}
	if (c < least[size])
		return 1;
	*ret_c = c;
	return size;
}

static bool
is_printable(unsigned int c, enum printable_form form)
{
	if (form == PRINTABLE_LINES && c == '\n')
		return true;
	if (c < ' ' || c > '~')
		return form != PRINTABLE_QUOTED && c >= 0xa0 &&
		       !(c >= 0x202a && c <= 0x202e) &&
		       !(c >= 0x2066 && c <= 0x2069);
	return true;
}

size_t
printable_write(
    const void *text, size_t len, enum printable_form form, char *ret_shown)
{
	const unsigned char *p = text, *end = p + len;
	char *shown = ret_shown;
	unsigned int c;
	size_t size;

	for (; p < end; p += size) {
		size = 1;
		c = *p;
		if (form != PRINTABLE_QUOTED)
			size = read_character(p, (size_t)(end - p), &c);
		else if (c == '"' || c == '\\')
			*shown++ = '\\';
		if (is_printable(c, form)) {
			memcpy(shown, p, size);
			shown += size;
		} else
			shown += sprintf(shown, "\\u%04x", c);
	}
	*shown = '\0';
	return (size_t)(shown - ret_shown);
}
