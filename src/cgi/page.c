/* SPDX-License-Identifier: ISC */
/* The page's parts and how they are put together. */
#include "page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Of page.html; in each {name} stands for what is put there. */
extern const char page_whole[], page_problem[], page_unread[];
extern const char page_too_long[], page_result[], page_empty[];

/* A page in the making. */
struct out {
	page_put *put;
	void *context;
};

static void
put_string(const struct out *out, const char *string)
{
	out->put(out->context, string, strlen(string));
}

static void
put_size(const struct out *out, size_t size)
{
	char digits[21];
	int len = snprintf(digits, sizeof(digits), "%zu", size);

	out->put(out->context, digits, (size_t)len);
}

static void
put_escaped(const struct out *out, const unsigned char *text, size_t len)
{
	static const char marks[] = "&<>\"'"; /* and a NUL */
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&#34;",
	    "&#39;", "\xef\xbf\xbd" /* U+FFFD, as a parser would have it */};
	size_t plain = 0; /* where the bytes not yet put start */
	const char *mark;

	for (size_t i = 0; i < len; i++) {
		mark = memchr(marks, text[i], sizeof(marks));
		if (mark == NULL)
			continue;
		out->put(out->context, text + plain, i - plain);
		put_string(out, entities[mark - marks]);
		plain = i + 1;
	}
	if (plain < len)
		out->put(out->context, text + plain, len - plain);
}

/* A row for each line: where the style sheet cannot, it makes the height. */
static size_t
count_rows(const struct page *page)
{
	size_t rows = 1;

	for (size_t i = 0; i < page->text_len; i++)
		rows += page->text[i] == '\n';
	return rows < 13 ? 13 : rows;
}

static void
put_option(const struct out *out, const struct page *page,
    const unsigned char *name, size_t len)
{
	const char *summary = page->summary(name, len);
	bool is_chosen = len > 0 && len == page->name_len &&
			 memcmp(name, page->name, len) == 0;

	put_string(out, "<option value=\"");
	put_escaped(out, name, len);
	put_string(out, is_chosen ? "\" selected>" : "\">");
	put_escaped(out, name, len);
	put_string(out, summary != NULL ? " – " : "");
	put_string(out, summary != NULL ? summary : "");
	put_string(out, "</option>\n");
}

static void
put_options(const struct out *out, const struct page *page)
{
	static const char list[] = "transforms\n"; /* of no poem */
	const unsigned char *name = page->list, *next;
	const unsigned char *end = name + page->list_len;

	for (; name < end; name = next + 1) {
		next = memchr(name, '\n', (size_t)(end - name));
		if ((size_t)(next - name) != sizeof(list) - 2 ||
		    memcmp(name, list, sizeof(list) - 1) != 0)
			put_option(out, page, name, (size_t)(next - name));
	}
}

static bool
is_place(const char *place, const char *name)
{
	size_t len = strlen(name);

	return strncmp(place, name, len) == 0 && place[len] == '}';
}

static void put_part(
    const struct out *out, const struct page *page, const char *part);

/* Puts what stands in a place of a part; the place is known by its name. */
static void
put_place(const struct out *out, const struct page *page, const char *place)
{
	bool failed = page->problem != NULL;
	bool done = !failed && page->result != NULL;

	if (is_place(place, "outcome"))
		put_string(out, failed ? "No result – "
				: done ? "Result – "
				       : "");
	else if (is_place(place, "style"))
		put_string(out, page_style);
	else if (is_place(place, "problem"))
		put_part(out, page, failed ? page_problem : "");
	else if (is_place(place, "reason"))
		put_string(out, page->problem);
	else if (is_place(place, "advice"))
		put_part(out, page,
		    page->text == NULL		      ? page_unread
		    : page->text_len > page->text_max ? page_too_long
						      : "");
	else if (is_place(place, "invalid"))
		put_string(out, failed ? "true" : "false");
	else if (is_place(place, "rows"))
		put_size(out, count_rows(page));
	else if (is_place(place, "max"))
		put_size(out, page->text_max);
	else if (is_place(place, "size"))
		put_size(out, page->text_len);
	else if (is_place(place, "text"))
		put_escaped(out, page->text, page->text_len);
	else if (is_place(place, "result") && done)
		put_part(
		    out, page, page->result_len > 0 ? page_result : page_empty);
	else if (is_place(place, "name"))
		put_escaped(out, page->name, page->name_len);
	else if (is_place(place, "content"))
		put_escaped(out, page->result, page->result_len);
	else if (is_place(place, "options"))
		put_options(out, page);
}

static void
put_part(const struct out *out, const struct page *page, const char *part)
{
	size_t len;

	for (;; part += strcspn(part, "}") + 1) {
		len = strcspn(part, "{");
		out->put(out->context, part, len);
		part += len;
		if (*part == '\0')
			return;
		put_place(out, page, part + 1);
	}
}

void
page_write(const struct page *page, page_put *put, void *context)
{
	const struct out out = {put, context};

	put_part(&out, page, page_whole);
}
