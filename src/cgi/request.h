/* SPDX-License-Identifier: ISC */
/*
 * What a web server says of a request in the environment of a CGI program
 * (RFC 3875, section 4.1).  The values are strings that end at their NUL, or
 * NULL where the variable is not set; a stranger chose their bytes.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum cgi_method {
	CGI_GET,
	CGI_HEAD,
	CGI_OPTIONS,
	CGI_POST,
	CGI_OTHER, /* any other, however it looks */
	CGI_NONE,  /* not set, or empty */
};

enum cgi_length {
	CGI_LENGTH_OK,
	CGI_LENGTH_NONE,     /* not set, or empty */
	CGI_LENGTH_BAD,	     /* not digits only */
	CGI_LENGTH_TOO_LONG, /* digits only, past the limit */
};

/* Reads REQUEST_METHOD; case matters. */
enum cgi_method cgi_method(const char *method);

/* Tells whether CONTENT_TYPE is application/x-www-form-urlencoded. */
bool cgi_is_form(const char *content_type);

/* Tells whether CONTENT_TYPE names no charset but UTF-8 or its part, ASCII. */
bool cgi_is_utf8(const char *content_type);

/*
 * Tells whether HTTP_ACCEPT (RFC 9110, section 12.5.1) gives a greater weight
 * to text/html than to text/plain, or the same and names it.
 */
bool cgi_wants_html(const char *accept);

/* Reads CONTENT_LENGTH.  CGI_LENGTH_OK writes it, at most max, to ret_size. */
enum cgi_length cgi_content_length(
    const char *text, size_t max, size_t *ret_size);

#endif
