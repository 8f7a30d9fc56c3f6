/* SPDX-License-Identifier: ISC */
/* The HTML page that a browser gets: a form for a poem, and its result. */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>

/*
 * The policy (Content Security Policy Level 3) under which the page is shown:
 * its own style sheet, named by its hash, and its form; nothing else.
 */
extern const char page_policy[];

/* What is on the page; all pointers are the caller's. */
struct page {
	const unsigned char *list; /* transforms, one a line, newline last */
	size_t list_len;
	const unsigned char *name; /* the one that is chosen */
	size_t name_len;	   /* 0: none is */
	const unsigned char *text; /* the poem, any bytes */
	size_t text_len;
	const unsigned char *result; /* or NULL: there is none */
	size_t result_len;
	const char *problem; /* why there is no result, or NULL */
};

/*
 * Returns a capacity that page_write never needs more than, for lists, texts
 * and results of at most so many bytes (each <= SIZE_MAX / 64).
 */
size_t page_capacity(size_t list_len, size_t text_len, size_t result_len);

/*
 * Writes the page, UTF-8, to ret_html, which has cap bytes and overlaps
 * nothing of it.  Whatever their bytes, name, text and result are shown as
 * text, never as markup.  Returns the length of the page; where that is more
 * than cap, what is in ret_html is not the whole page.
 */
size_t page_write(const struct page *page, unsigned char *ret_html, size_t cap);

#endif
