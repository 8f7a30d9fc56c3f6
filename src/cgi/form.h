/* SPDX-License-Identifier: ISC */
/*
 * The body of a form (application/x-www-form-urlencoded, URL Standard,
 * section 5), strictly read: NAME=VALUE&NAME=VALUE.
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
 * Looks in the len bytes at body for the first field called name, which is
 * ASCII and written in the body as it is.  Returns true with a view of its
 * value, still encoded, or false; ret_value and ret_len are then left alone.
 */
bool form_find(const unsigned char *body, size_t len, const char *name,
    const unsigned char **ret_value, size_t *ret_len);

/*
 * Decodes the len bytes of value into ret_text, which has room for len bytes
 * and may be value itself: "+" is a blank, "%XX" a byte, and a line's end,
 * CR LF in forms, a newline.  Returns true with the decoded length, at most
 * len, in ret_len; or false where a percent sign is not followed by two
 * hexadecimal digits, with ret_len left alone and ret_text undefined.
 */
bool form_decode(const unsigned char *value, size_t len,
    unsigned char *ret_text, size_t *ret_len);

#endif
