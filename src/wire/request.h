/* SPDX-License-Identifier: ISC */
/* The request inside a netstring: NAME.TEXT, cut at the first dot. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stddef.h>

enum request_result {
	REQUEST_OK,
	REQUEST_BAD, /* no dot */
};

/*
 * Cuts the len bytes at content at their first dot.  REQUEST_OK writes the
 * number of bytes before the dot, the name's; the text is what follows the
 * dot.  REQUEST_BAD writes nothing.
 */
/*@
  requires \valid_read(content + (0 .. len - 1)) && \valid(ret_name_len);
  requires \separated(ret_name_len, content + (0 .. len - 1));
  terminates \true;
  behavior ok:
    assumes \exists integer i; 0 <= i < len && content[i] == '.';
    assigns *ret_name_len;
    ensures \result == REQUEST_OK;
    ensures *ret_name_len < len && content[*ret_name_len] == '.';
    ensures \forall integer i; 0 <= i < *ret_name_len ==> content[i] != '.';
  behavior bad:
    assumes \forall integer i; 0 <= i < len ==> content[i] != '.';
    assigns \nothing;
    ensures \result == REQUEST_BAD;
  complete behaviors;
  disjoint behaviors;
*/
enum request_result request_split(
    const unsigned char *content, size_t len, size_t *ret_name_len);

#endif
