/* SPDX-License-Identifier: ISC */
/* The netstring reader and writer; no other file knows the format. */
#include "netstring.h"

#include <stddef.h>

enum netstring_result
netstring_decode(const unsigned char *buf, size_t len, size_t max,
    size_t *ret_start, size_t *ret_size)
{
	size_t colon, size = 0;

	for (colon = 0; colon < len && buf[colon] != ':'; colon++) {
		if (buf[colon] < '0' || buf[colon] > '9')
			return NETSTRING_BAD;
		if (colon > 0 && size == 0)
			return NETSTRING_BAD; /* a leading zero */
		size = size * 10 + (size_t)(buf[colon] - '0');
		if (size > max)
			return NETSTRING_TOO_LONG;
	}
	if (colon == len)
		return NETSTRING_MORE;
	if (colon == 0)
		return NETSTRING_BAD; /* no digit */
	if (len - colon - 1 <= size)
		return NETSTRING_MORE;
	if (buf[colon + 1 + size] != ',')
		return NETSTRING_BAD;
	*ret_start = colon + 1;
	*ret_size = size;
	return NETSTRING_OK;
}

size_t
netstring_claim(const unsigned char *buf, size_t len)
{
	size_t size = 0;

	for (size_t i = 0; i < len; i++) {
		if (buf[i] == ':')
			return i + 1 + size + 1;
		size = size * 10 + (size_t)(buf[i] - '0');
	}
	return 0;
}

const char *
netstring_error(const unsigned char *buf, size_t len)
{
	size_t i = 0;

	while (i < len && buf[i] >= '0' && buf[i] <= '9')
		i++;
	if (i == 0)
		return "no length";
	if (i > 1 && buf[0] == '0')
		return "leading zero in the length";
	if (i < len && buf[i] != ':')
		return "not a digit in the length";
	return "no comma after the content";
}

size_t
netstring_encode(unsigned char *content, size_t size)
{
	unsigned char *p = content;
	size_t rest = size;

	*--p = ':';
	do {
		*--p = (unsigned char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	content[size] = ',';
	return (size_t)(content - p);
}
