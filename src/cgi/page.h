/* SPDX-License-Identifier: ISC */
/* The HTML page that a browser gets: a form for a poem, and its result. */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>

/* What is on the page; all pointers are the caller's. */
struct page {
	const unsigned char *list; /* transforms, one a line, newline last */
	size_t list_len;
	/* What a transform does, in a few words, or NULL. */
	const char *(*summary)(const unsigned char *name, size_t name_len);
	const unsigned char *name; /* the one that is chosen */
	size_t name_len;	   /* 0: none is */
	const unsigned char *text; /* the poem, any bytes, or NULL: not read */
	size_t text_len;
	size_t text_max;	     /* the most bytes that it may have */
	const unsigned char *result; /* or NULL: there is none */
	size_t result_len;
	const char *problem; /* why there is no result, or NULL */
};

/*
 * The style sheet, page.css, and its SHA-256 in Base64, as the page's policy
 * has it.  Both are embedded by the build.
 */
extern const char page_style[], page_style_hash[];

/* Takes the next size bytes of a page. */
typedef void page_put(void *context, const void *bytes, size_t size);

/*
 * Hands the page, UTF-8, on to put, piece by piece; the same page each time.
 * Whatever their bytes, name, text and result are shown as text, never as
 * markup.
 */
void page_write(const struct page *page, page_put *put, void *context);

#endif
