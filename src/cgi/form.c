/* SPDX-License-Identifier: ISC */
/* The form reader. */
#include "form.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Returns the value of a hexadecimal digit, or -1. */
static int
hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Decodes the byte that the first of the len bytes (len > 0) at value stand
 * for.  Returns how many these are.
 */
static size_t
decode_byte(const unsigned char *value, size_t len, unsigned char *ret_byte)
{
	*ret_byte = *value == '+' ? ' ' : *value;
	if (*value != '%' || len < 3 || hex_value(value[1]) < 0 ||
	    hex_value(value[2]) < 0)
		return 1;
	*ret_byte =
	    (unsigned char)(hex_value(value[1]) << 4 | hex_value(value[2]));
	return 3;
}

size_t
form_decode(const unsigned char *value, size_t len, unsigned char *ret_text)
{
	const unsigned char *end = value + len;
	size_t used = 0;
	unsigned char byte;

	while (value < end) {
		value += decode_byte(value, (size_t)(end - value), &byte);
		if (byte == '\n' && used > 0 && ret_text[used - 1] == '\r')
			used--;
		ret_text[used++] = byte;
	}
	return used;
}

static bool
is_called(const unsigned char *field, size_t len, const char *name)
{
	unsigned char text[64]; /* of a name, at three bytes for each */
	size_t name_len = strlen(name);

	return len <= sizeof(text) &&
	       form_decode(field, len, text) == name_len &&
	       memcmp(text, name, name_len) == 0;
}

bool
form_find(const unsigned char *body, size_t len, const char *name,
    const unsigned char **ret_value, size_t *ret_len)
{
	const unsigned char *field = body, *end, *equals;

	for (;; field = end + 1) {
		end = memchr(field, '&', len - (size_t)(field - body));
		if (end == NULL)
			end = body + len;
		equals = memchr(field, '=', (size_t)(end - field));
		if (equals == NULL)
			equals = end;
		if (is_called(field, (size_t)(equals - field), name))
			break;
		if (end == body + len)
			return false;
	}
	*ret_value = equals < end ? equals + 1 : end;
	*ret_len = (size_t)(end - *ret_value);
	return true;
}
