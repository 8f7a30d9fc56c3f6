/* SPDX-License-Identifier: ISC */
/*
 * What a web server says of a request in the environment (RFC 3875, section
 * 4.1), and the request's form.  A variable that is not set is NULL.  A
 * stranger chose their bytes.
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

/*
 * Reads CONTENT_LENGTH.  CGI_LENGTH_OK writes it, at most max (less than
 * SIZE_MAX), to ret_size.
 */
enum cgi_length cgi_content_length(
    const char *text, size_t max, size_t *ret_size);

/* Tells whether CONTENT_TYPE is application/x-www-form-urlencoded. */
bool cgi_is_form(const char *content_type);

/* Tells whether CONTENT_TYPE names no charset but UTF-8 or its part, ASCII. */
bool cgi_is_utf8(const char *content_type);

/*
 * Tells whether HTTP_ACCEPT (RFC 9110, section 12.5.1) gives a greater weight
 * to text/html than to text/plain, or the same and names it.
 */
bool cgi_wants_html(const char *accept);

/*
 * The most bytes of a form that one byte of a decoded value can take: a newline
 * is sent as %0D%0A.
 */
#define CGI_FORM_GROWTH 6

struct cgi_field {
	const char *name;
	const unsigned char *value; /* or NULL: there is none of that name */
	size_t len;
};

/*
 * Finds the first field of each name in the len bytes of the form, and decodes
 * it where it lies, as the URL Standard, section 5.1, has it, but that the
 * bytes stay what they are (one that is no UTF-8 is the transform's to refuse):
 * "+" is a blank, "%XX" a byte, a percent sign before anything else itself, and
 * a line's end, CR LF in forms, a newline.  The values of fields are NULL
 * before, and views into the form then.
 */
void cgi_read_form(
    unsigned char *form, size_t len, struct cgi_field *fields, size_t count);

#endif
