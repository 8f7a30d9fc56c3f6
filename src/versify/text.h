/* SPDX-License-Identifier: ISC */
/* Texts on their way out: all of it or nothing. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

struct text {
	const unsigned char *start;
	size_t len;
	int rest_fd; /* what is still to be read from there follows; or -1 */
};

/*
 * Writes the text to standard output, or where file is not NULL in the place of
 * the file of that name.  Returns EX_OK, or EX_IOERR where it cannot and has
 * said why: then file is as it was, and what was added to a file that is
 * standard output is taken back.
 *
 * A file, or what a link of that name leads to, is replaced in one step by one
 * with the same mode and, as far as that may be set, owner.  What is there and
 * is no regular file is written to, as standard output.
 */
int text_write(const struct text *text, const char *file);

/* Removes what was to replace a file; for a signal's handler. */
void text_drop(void);

#endif
