/* SPDX-License-Identifier: ISC */
/* The UTF-8 decoder. */
#include "utf8.h"

#include <stddef.h>
#include <stdint.h>

size_t
utf8_decode(
    const unsigned char *p, const unsigned char *end, uint32_t *ret_code)
{
	/* The least code point that needs so many bytes. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t code;
	size_t n;

	if (p == end)
		return 0;
	if (*p < 0x80) {
		*ret_code = *p;
		return 1;
	}
	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	n = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	if ((size_t)(end - p) < n)
		return 0;
	code = *p & (0x7fU >> n);
	/*@
	  loop invariant 1 <= i <= n;
	  loop assigns i, code;
	  loop variant n - i;
	*/
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n;
}
