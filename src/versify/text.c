/* SPDX-License-Identifier: ISC */
/* Reading a text. */
#include "text.h"

#include <errno.h>
#include <string.h>

#include "host/memory.h"
#include "wire/netstring.h"

bool
text_open(struct text *text, const char *name, size_t max)
{
	size_t name_len = strlen(name) + 1;

	if (name_len > max) {
		errno = ENAMETOOLONG;
		return false;
	}
	text->start = memory_reserve(NETSTRING_HEADER_MAX + max + 1);
	if (text->start == NULL)
		return false;
	text->start += NETSTRING_HEADER_MAX;
	memcpy(text->start, name, name_len - 1);
	text->start += name_len;
	text->start[-1] = '.';
	text->max = max - name_len;
	text->name_len = name_len;
	return true;
}

enum io_result
text_read(struct text *text, int fd)
{
	enum io_result result;
	size_t n;

	/* One byte more, in the comma's place, tells that it is too long. */
	while (text->len <= text->max) {
		result = io_read(
		    fd, text->start + text->len, text->max + 1 - text->len, &n);
		text->is_whole = result == IO_EOF;
		if (result != IO_OK)
			return result;
		text->len += n;
	}
	return IO_OK;
}

void
text_make_request(
    struct text *text, const unsigned char **ret_request, size_t *ret_len)
{
	unsigned char *content = text->start - text->name_len;
	size_t size = text->name_len + text->len;
	size_t header = netstring_encode(content, size);

	*ret_request = content - header;
	*ret_len = header + size + 1;
}
