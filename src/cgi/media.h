/* SPDX-License-Identifier: ISC */
/*
 * What a client says that it sends, and what it wants (RFC 9110, sections 8.3,
 * 8.4 and 12.5.1).  The values are strings, or NULL where the variable is not
 * set; a stranger chose their bytes.
 */
#ifndef MEDIA_H
#define MEDIA_H

#include <stdbool.h>

/*
 * Tells whether CONTENT_TYPE, whatever its parameters, is
 * application/x-www-form-urlencoded.
 */
bool media_is_form(const char *content_type);

/* Tells whether CONTENT_TYPE is multipart: an envelope with texts in it. */
bool media_is_multipart(const char *content_type);

/* Tells whether CONTENT_TYPE names no charset but UTF-8 or its part, ASCII. */
bool media_is_utf8(const char *content_type);

/* Tells whether HTTP_CONTENT_ENCODING names a coding: gzip, for one. */
bool media_is_coded(const char *content_encoding);

/*
 * Tells whether HTTP_ACCEPT gives a greater weight to text/html than to
 * text/plain, or the same and names it.  Wildcards count for what nothing
 * more specific names.
 */
bool media_wants_html(const char *accept);

#endif
