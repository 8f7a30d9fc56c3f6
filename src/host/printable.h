/* SPDX-License-Identifier: ISC */
/* A stranger's bytes, shown so that they deceive neither terminal nor log. */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/* The most bytes that printable_write makes of each. */
#define PRINTABLE_MAX 6

enum printable_form {
	PRINTABLE_LINE,	  /* UTF-8 */
	PRINTABLE_LINES,  /* UTF-8, and line feeds */
	PRINTABLE_QUOTED, /* ASCII to be put between quotes, as in logfmt */
};

/*
 * Writes the len bytes of text in a form, and a NUL, to ret_shown, of which the
 * caller owns PRINTABLE_MAX for each, and one.  What has no place in the form
 * is written as \uNNNN: in UTF-8 control characters, bytes that a terminal may
 * take for such, and what turns the direction of writing; in ASCII each byte
 * that is none.  Returns how many bytes it wrote, but for the NUL.
 */
size_t printable_write(
    const void *text, size_t len, enum printable_form form, char *ret_shown);

#endif
