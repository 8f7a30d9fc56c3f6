/* SPDX-License-Identifier: ISC */
/* What a web server hands on of a stranger's request, and the page for it. */
#include <stdbool.h>

#include "cgi/form.h"
#include "cgi/page.h"
#include "cgi/request.h"
#include "property.h"

enum { METHOD, LENGTH, TYPE, ACCEPT, LINES };

/* Cuts the first line off the input; returns it as a string of its own. */
static char *
cut_line(const uint8_t **data, size_t *size)
{
	const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
	size_t len = end == NULL ? *size : (size_t)(end - *data);
	char *line = (char *)property_room(len + 1);

	memcpy(line, *data, len);
	line[len] = '\0';
	*data += end == NULL ? len : len + 1;
	*size -= end == NULL ? len : len + 1;
	return line;
}

static void
check_variables(char *const lines[LINES])
{
	size_t length;

	cgi_method(lines[METHOD]);
	if (cgi_content_length(lines[LENGTH], 99999, &length) == CGI_LENGTH_OK)
		PROPERTY(length <= 99999);
	cgi_is_form(lines[TYPE]);
	cgi_is_utf8(lines[TYPE]);
	cgi_wants_html(lines[ACCEPT]);
}

static void
check_form(const uint8_t *body, size_t size)
{
	unsigned char *copy = property_copy(body, size);
	unsigned char *room = property_room(size);
	const unsigned char *value;
	size_t len;

	if (form_find(copy, size, "text", &value, &len)) {
		PROPERTY(value >= copy && value + len <= copy + size);
		PROPERTY(form_decode(value, len, room) <= len);
	}
	free(copy);
	free(room);
}

static const char *
no_summary(const unsigned char *name, size_t name_len)
{
	(void)name;
	(void)name_len;
	return NULL;
}

static void
count_marks(void *context, const void *bytes, size_t size)
{
	for (const char *c = bytes; size > 0; size--, c++)
		*(size_t *)context += *c == '<' || *c == '"';
}

static size_t
count_markup(const unsigned char *text, const unsigned char *result, size_t len)
{
	static const unsigned char list[] = "rot13\nshout\n";
	const struct page page = {
	    .list = list,
	    .list_len = sizeof(list) - 1,
	    .summary = no_summary,
	    .name = list,
	    .name_len = 5,
	    .text = text,
	    .text_len = len,
	    .result = result,
	    .result_len = len,
	};
	size_t count = 0;

	page_write(&page, count_marks, &count);
	return count;
}

/* No text adds markup. */
static void
check_page(const uint8_t *text, size_t size)
{
	unsigned char *harmless = property_room(size);

	memset(harmless, 'x', size);
	PROPERTY(count_markup(text, text, size) ==
		 count_markup(harmless, harmless, size));
	free(harmless);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *lines[LINES];

	if (size > 4096)
		return 0;
	for (int i = 0; i < LINES; i++)
		lines[i] = cut_line(&data, &size);
	check_variables(lines);
	for (int i = 0; i < LINES; i++)
		free(lines[i]);
	check_form(data, size);
	if (size > 0)
		check_page(data, size);
	return 0;
}
