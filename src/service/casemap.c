/* SPDX-License-Identifier: ISC */
/* Case mapping, of ASCII letters for now. */
#include "casemap.h"

#include <stdbool.h>
#include <stddef.h>

bool
casemap_lower(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t *ret_len)
{
	for (size_t i = 0; i < len; i++) {
		bool upper = text[i] >= 'A' && text[i] <= 'Z';

		ret_text[i] = (unsigned char)(text[i] | (upper ? 0x20 : 0));
	}
	*ret_len = len;
	return true;
}
