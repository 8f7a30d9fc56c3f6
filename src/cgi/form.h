/* SPDX-License-Identifier: ISC */
/*
 * The body of a form (application/x-www-form-urlencoded), read as the URL
 * Standard, section 5.1, has it, but that the bytes stay what they are: one
 * that is no UTF-8 is the transform's to refuse.
 */
#ifndef FORM_H
#define FORM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The most bytes of a body that one byte of a decoded value can take: a
 * newline is sent as %0D%0A.
 */
#define FORM_GROWTH 6

/*
 * Looks in the len bytes at body for the first field whose decoded name is
 * name.  Returns true with a view of its value, still encoded, or false;
 * ret_value and ret_len are then left alone.
 */
bool form_find(const unsigned char *body, size_t len, const char *name,
    const unsigned char **ret_value, size_t *ret_len);

/*
 * Decodes the len bytes of value into ret_text, which has room for len bytes
 * and may be value itself: "+" is a blank, "%XX" a byte, a percent sign before
 * anything else itself, and a line's end, CR LF in forms, a newline.  Returns
 * the decoded length, at most len.
 */
size_t form_decode(
    const unsigned char *value, size_t len, unsigned char *ret_text);

#endif
