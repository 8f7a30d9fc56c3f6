/* SPDX-License-Identifier: ISC */
/* The reader of forms. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

/* Decodes value where it lies; returns the decoded length. */
static size_t
decode(unsigned char *value, const unsigned char *end)
{
	unsigned char *text = value, *used = text, byte;

	for (; value < end; value++) {
		byte = *value == '+' ? ' ' : *value;
		if (byte == '%' && end - value > 2 && isxdigit(value[1]) &&
		    isxdigit(value[2])) {
			const char hex[] = {(char)value[1], (char)value[2], 0};

			byte = (unsigned char)strtoul(hex, NULL, 16);
			value += 2;
		}
		if (byte == '\n' && used > text && used[-1] == '\r')
			used--;
		*used++ = byte;
	}
	return (size_t)(used - text);
}

void
cgi_read_form(
    unsigned char *form, size_t len, struct cgi_field *fields, size_t count)
{
	unsigned char *end = form + len, *field_end, *name_end;
	size_t name_len;

	for (; form < end; form = field_end + 1) {
		field_end = memchr(form, '&', (size_t)(end - form));
		if (field_end == NULL)
			field_end = end;
		name_end = memchr(form, '=', (size_t)(field_end - form));
		if (name_end == NULL)
			name_end = field_end;
		name_len = decode(form, name_end);
		for (struct cgi_field *f = fields; f < fields + count; f++) {
			if (f->value != NULL || strlen(f->name) != name_len ||
			    memcmp(f->name, form, name_len) != 0)
				continue;
			name_end += name_end < field_end;
			f->value = name_end;
			f->len = decode(name_end, field_end);
		}
	}
}
