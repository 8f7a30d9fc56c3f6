/* SPDX-License-Identifier: ISC */
/* The transforms that take any bytes. */
#include "transforms.h"

#include <stdbool.h>
#include <stddef.h>

static unsigned char
rot13(unsigned char c)
{
	unsigned char letter = c | 0x20;

	if (letter >= 'a' && letter <= 'm')
		return (unsigned char)(c + 13);
	if (letter >= 'n' && letter <= 'z')
		return (unsigned char)(c - 13);
	return c;
}

bool
transform_rot13(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t *ret_len)
{
	for (size_t i = 0; i < len; i++)
		ret_text[i] = rot13(text[i]);
	*ret_len = len;
	return true;
}
