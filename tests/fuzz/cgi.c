/* SPDX-License-Identifier: ISC */
/* What a web server hands on of a stranger's request, and the page for it. */
#include <stdbool.h>

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
	struct cgi_field field = {.name = "text"};

	cgi_read_form(copy, size, &field, 1);
	if (field.value != NULL)
		PROPERTY(field.value > copy &&
			 field.value + field.len <= copy + size);
	free(copy);
}

static size_t
count_markup(const unsigned char *text, const unsigned char *result, size_t len)
{
	const struct page page = {
	    .list = "rot13\nshout\n",
	    .name = (const unsigned char *)"rot13",
	    .name_len = 5,
	    .text = text,
	    .text_len = len,
	    .result = result,
	    .result_len = len,
	};
	size_t room = PAGE_OWN_MAX + 2 * PAGE_GROWTH * len, count = 0, size;
	char *html = malloc(room);

	size = page_write(&page, html);
	PROPERTY(size <= room);
	for (const char *c = html; c < html + size; c++)
		count += *c == '<' || *c == '"';
	free(html);
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
