/* SPDX-License-Identifier: ISC */
/* The header of a CGI program's response. */
#include "header.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "parts.h"

static const struct {
	int code;
	const char *phrase;
} statuses[] = {
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {503, "Service Unavailable"},
};

/* A header in the making; all lines together have room. */
struct lines {
	char *text;
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
add(struct lines *lines, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	lines->len += (size_t)vsnprintf(
	    lines->text + lines->len, HEADER_MAX - lines->len, format, args);
	va_end(args);
}

size_t
header_write(const struct header *header, char ret_header[HEADER_MAX])
{
	struct lines lines = {ret_header, 0};
	bool is_form = header->is_html || header->is_file;
	size_t i = 0;

	while (statuses[i].code != header->code)
		i++;
	add(&lines, "Status: %d %s\n", header->code, statuses[i].phrase);
	if (header->code != 204)
		add(&lines,
		    "Content-Type: text/%s%s\n"
		    "Content-Length: %zu\n",
		    header->is_html ? "html" : "plain",
		    header->is_html || header->is_utf8 ? "; charset=utf-8" : "",
		    header->size);
	if (header->is_file)
		add(&lines, "Content-Disposition: attachment; "
			    "filename=\"poem.txt\"\n");
	if (header->allow != NULL)
		add(&lines, "Allow: %s\n", header->allow);
	if (header->says_coding)
		add(&lines, "Accept-Encoding: identity\n");
	/* Of a page that is not stored, browsers forget the form, too. */
	add(&lines,
	    "Cache-Control: %s\n"
	    /* Its own style sheet and form; CSP Level 3. */
	    "Content-Security-Policy: default-src 'none'; "
	    "style-src 'sha256-%s'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\n"
	    /* With none, the form's own Origin would be null. */
	    "Referrer-Policy: same-origin\n"
	    "Vary: Accept\n"
	    "X-Content-Type-Options: nosniff\n"
	    "\n",
	    is_form ? "private, no-cache" : "no-store", parts_style_hash);
	return lines.len;
}
