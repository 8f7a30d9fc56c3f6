/* SPDX-License-Identifier: ISC */
/* The header of a CGI program's response. */
#include "header.h"

#include <stddef.h>
#include <stdio.h>

#include "page.h"

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

size_t
header_write(const struct header *header, char ret_header[HEADER_MAX])
{
	char content[128] = "";
	size_t i = 0;
	int len;

	while (statuses[i].code != header->code)
		i++;
	if (header->code != 204)
		snprintf(content, sizeof(content),
		    "Content-Type: text/%s%s\nContent-Length: %zu\n",
		    header->is_html ? "html" : "plain",
		    header->is_utf8 ? "; charset=utf-8" : "", header->size);
	len = snprintf(ret_header, HEADER_MAX,
	    "Status: %d %s\n%s%s%s"
	    /* Of a page that is not stored, browsers forget the form, too. */
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
	    header->code, statuses[i].phrase, content,
	    header->is_file ? "Content-Disposition: attachment; "
			      "filename=\"poem.txt\"\n"
			    : "",
	    header->extra != NULL ? header->extra : "",
	    header->is_html || header->is_file ? "private, no-cache"
					       : "no-store",
	    page_style_hash);
	return (size_t)len;
}
