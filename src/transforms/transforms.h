/* SPDX-License-Identifier: ISC */
/* The transforms that take any bytes; those of case are in casemap.h. */
#ifndef TRANSFORMS_H
#define TRANSFORMS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The shape of every transform.  Reads the len bytes at text and writes its
 * result to ret_text, which does not overlap text and has room for the most
 * that len bytes can become (service_capacity in service.h).
 *
 * Returns true with the result's length in ret_len, or false where it cannot
 * be done on this text; ret_len is then left alone, and nothing of the text
 * is left in ret_text.
 */
typedef bool transform_fn(const unsigned char *text, size_t len,
    unsigned char *ret_text, size_t *ret_len);

/* ASCII letters rotated by 13; every other byte stays. */
transform_fn transform_rot13;

/*
 * The lines in reverse order.  The newlines stay between the lines: a text
 * without one at its end gives a text without one.
 */
transform_fn transform_reverse;

/* Each line after its number, in six places or more, and a tab: cat -n. */
transform_fn transform_number;

#endif
