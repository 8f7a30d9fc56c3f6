/* SPDX-License-Identifier: ISC */
/* The HTML page that a browser gets: a form for a poem, and its result. */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>

/* What is on the page; all pointers are the caller's. */
struct page {
	const char *list;	   /* transforms, one a line, newline last */
	const unsigned char *name; /* the one that is chosen, or NULL */
	size_t name_len;
	const unsigned char *text; /* the poem, any bytes, or NULL: not read */
	size_t text_len;
	size_t text_max;	     /* the most bytes that it may have */
	const unsigned char *result; /* or NULL: there is none */
	size_t result_len;
	const char *problem; /* why there is no result, or NULL */
};

/*
 * The most bytes of a page that a byte of its text or result takes, and that
 * all else takes: up to fifteen for each of the list, which service_list makes.
 */
#define PAGE_GROWTH  5
#define PAGE_OWN_MAX ((size_t)1 << 20)

/*
 * The style sheet, page.css, and its SHA-256 in Base64, as the page's policy
 * has it.  Both are embedded by the build.
 */
extern const char page_style[], page_style_hash[];

/*
 * Writes the page, UTF-8, to ret_html; returns its length.  Whatever their
 * bytes, name, text and result are shown as text, never as markup.
 */
size_t page_write(const struct page *page, char *ret_html);

#endif
