/* SPDX-License-Identifier: ISC */
/* The form reader. */
#include "form.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

bool
form_find(const unsigned char *body, size_t len, const char *name,
    const unsigned char **ret_value, size_t *ret_len)
{
	const unsigned char *end = body + len, *field = body, *next;
	size_t name_len = strlen(name), field_len;

	for (;; field = next + 1) {
		next = memchr(field, '&', (size_t)(end - field));
		if (next == NULL)
			next = end;
		field_len = (size_t)(next - field);
		if (field_len > name_len && field[name_len] == '=' &&
		    memcmp(field, name, name_len) == 0)
			break;
		if (next == end)
			return false;
	}
	*ret_value = field + name_len + 1;
	*ret_len = field_len - name_len - 1;
	return true;
}

/* Returns the value of a hexadecimal digit, or -1. */
static int
hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
form_decode(const unsigned char *value, size_t len, unsigned char *ret_text,
    size_t *ret_len)
{
	size_t used = 0;
	unsigned char c;

	for (size_t i = 0; i < len; i++) {
		c = value[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (len - i < 3 || hex_value(value[i + 1]) < 0 ||
			    hex_value(value[i + 2]) < 0)
				return false;
			c = (unsigned char)(hex_value(value[i + 1]) << 4 |
					    hex_value(value[i + 2]));
			i += 2;
		}
		if (c == '\n' && used > 0 && ret_text[used - 1] == '\r')
			used--;
		ret_text[used++] = c;
	}
	*ret_len = used;
	return true;
}
