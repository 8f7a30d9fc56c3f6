/* SPDX-License-Identifier: ISC */
/* The page's parts and how they are put together. */
#include "page.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "service/service.h"

/* Of page.html; in each {name} stands for what is put there. */
extern const char page_whole[], page_problem[], page_unread[];
extern const char page_too_long[], page_result[], page_empty[];

/* This and the following, as stpcpy(3), return where the page ends then. */
static char *
put_escaped(char *out, const unsigned char *text, size_t len)
{
	static const char marks[] = "&<>\"'"; /* and a NUL */
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&#34;",
	    "&#39;", "\xef\xbf\xbd" /* U+FFFD, as a parser would have it */};
	const char *mark;

	for (size_t i = 0; i < len; i++) {
		mark = memchr(marks, text[i], sizeof(marks));
		if (mark != NULL)
			out = stpcpy(out, entities[mark - marks]);
		else
			*out++ = (char)text[i];
	}
	return out;
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

static char *
put_options(char *out, const struct page *page)
{
	const char *selected, *summary;
	size_t len;

	for (const char *name = page->list; *name != '\0'; name += len + 1) {
		len = strcspn(name, "\n");
		if (strncmp(name, "transforms\n", 11) == 0)
			continue; /* of no poem */
		selected = page->name != NULL && len == page->name_len &&
				   memcmp(name, page->name, len) == 0
			       ? " selected"
			       : "";
		summary = service_summary((const unsigned char *)name, len);
		out +=
		    sprintf(out, "<option value=\"%.*s\"%s>%.*s%s%s</option>\n",
			(int)len, name, selected, (int)len, name,
			summary != NULL ? " – " : "",
			summary != NULL ? summary : "");
	}
	return out;
}

static bool
is_place(const char *place, const char *name)
{
	return strncmp(place, name, strlen(name)) == 0;
}

static char *put_part(char *out, const struct page *page, const char *part);

/* Puts what stands in a place of a part; the place is known by its name. */
static char *
put_place(char *out, const struct page *page, const char *place)
{
	bool failed = page->problem != NULL;
	bool done = !failed && page->result != NULL;

	if (is_place(place, "outcome}"))
		return stpcpy(out, failed ? "No result – "
				   : done ? "Result – "
					  : "");
	if (is_place(place, "style}"))
		return stpcpy(out, page_style);
	if (is_place(place, "problem}"))
		return put_part(out, page, failed ? page_problem : "");
	if (is_place(place, "reason}"))
		return stpcpy(out, page->problem);
	if (is_place(place, "advice}"))
		return put_part(out, page,
		    page->text == NULL		      ? page_unread
		    : page->text_len > page->text_max ? page_too_long
						      : "");
	if (is_place(place, "invalid}"))
		return stpcpy(out, failed ? "true" : "false");
	if (is_place(place, "rows}"))
		return out + sprintf(out, "%zu", count_rows(page));
	if (is_place(place, "max}"))
		return out + sprintf(out, "%zu", page->text_max);
	if (is_place(place, "size}"))
		return out + sprintf(out, "%zu", page->text_len);
	if (is_place(place, "text}"))
		return put_escaped(out, page->text, page->text_len);
	if (is_place(place, "name}"))
		return put_escaped(out, page->name, page->name_len);
	if (is_place(place, "content}"))
		return put_escaped(out, page->result, page->result_len);
	if (is_place(place, "options}"))
		return put_options(out, page);
	/* It is the result's. */
	return put_part(out, page,
	    !done		   ? ""
	    : page->result_len > 0 ? page_result
				   : page_empty);
}

static char *
put_part(char *out, const struct page *page, const char *part)
{
	for (; *part != '\0'; part++) {
		if (*part == '{') {
			out = put_place(out, page, part + 1);
			part = strchr(part, '}');
		} else
			*out++ = *part;
	}
	return out;
}

size_t
page_write(const struct page *page, char *ret_html)
{
	return (size_t)(put_part(ret_html, page, page_whole) - ret_html);
}
