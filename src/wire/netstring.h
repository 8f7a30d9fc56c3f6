/* SPDX-License-Identifier: ISC */
/* Netstrings: LENGTH:CONTENT, (D. J. Bernstein, 1997), strictly read. */
#ifndef NETSTRING_H
#define NETSTRING_H

#include <stddef.h>
#include <stdint.h>

/* The most bytes that netstring_encode puts before a content. */
#define NETSTRING_HEADER_MAX 21

enum netstring_result {
	NETSTRING_OK,	    /* a whole netstring starts here */
	NETSTRING_MORE,	    /* good so far: some continuation is a netstring */
	NETSTRING_BAD,	    /* no continuation is a netstring */
	NETSTRING_TOO_LONG, /* its length is already past the limit */
};

/*
 * The format and the contracts in ACSL, as `make prove` proves them for input
 * of any length; tests/proof/README says what that assumes.
 */
/*@
  // What the first n bytes at buf say, read as decimal digits.
  logic integer netstring_number(unsigned char *buf, integer n) =
    n <= 0 ? 0 : 10 * netstring_number(buf, n - 1) + (buf[n - 1] - '0');

  // The first n bytes at buf are a LENGTH of at most max.
  predicate netstring_length(unsigned char *buf, integer n, integer max) =
    n >= 1 && (n > 1 ==> buf[0] != '0') &&
    (\forall integer i; 0 <= i < n ==> '0' <= buf[i] <= '9') &&
    (\forall integer i; 1 <= i <= n ==> netstring_number(buf, i) <= max);

  // At buf is "LENGTH:", the colon at buf[colon].
  predicate netstring_header(unsigned char *buf, integer colon, integer max) =
    netstring_length(buf, colon, max) && buf[colon] == ':';

  // At buf is a netstring; its content is the size bytes at buf[start].
  predicate netstring_at(unsigned char *buf, integer start, integer size) =
    netstring_header(buf, start - 1, size) &&
    size == netstring_number(buf, start - 1) && buf[start + size] == ',';

  // The first len bytes at buf start with a netstring.
  predicate netstring_whole(unsigned char *buf, integer len, integer max) =
    \exists integer start, size; 0 <= size <= max && start + size < len &&
      netstring_at(buf, start, size);

  // They are not enough, but some continuation starts with a netstring.
  predicate netstring_begun(unsigned char *buf, integer len, integer max) =
    len == 0 || netstring_length(buf, len, max) ||
    \exists integer colon; netstring_header(buf, colon, max) &&
      colon < len <= colon + 1 + netstring_number(buf, colon);

  // They start with a LENGTH of more than max.
  predicate netstring_too_long(unsigned char *buf, integer len, integer max) =
    \exists integer n; n <= len && netstring_number(buf, n) > max &&
      netstring_length(buf, n, netstring_number(buf, n));
*/

/*
 * Looks for a netstring at the start of the len bytes at buf, its content at
 * most max bytes (max <= SIZE_MAX / 16).  Cheap enough to be called again
 * from the start after each read: it looks at the header and the comma only.
 *
 * NETSTRING_OK writes where in buf the content starts and how many bytes it
 * has; the comma follows it.  Bytes after the comma are not looked at.
 * Any other result writes nothing.
 */
/*@
  requires \valid_read(buf + (0 .. len - 1));
  requires \valid(ret_start) && \valid(ret_size);
  requires \separated(ret_start, ret_size, buf + (0 .. len - 1));
  requires max <= SIZE_MAX / 16;
  terminates \true;
  behavior ok:
    assumes netstring_whole(buf, len, max);
    assigns *ret_start, *ret_size;
    ensures \result == NETSTRING_OK;
    ensures *ret_size <= max && *ret_start + *ret_size < len;
    ensures netstring_at(buf, *ret_start, *ret_size);
  behavior more:
    assumes netstring_begun(buf, len, max);
    assigns \nothing;
    ensures \result == NETSTRING_MORE;
  behavior too_long:
    assumes netstring_too_long(buf, len, max);
    assigns \nothing;
    ensures \result == NETSTRING_TOO_LONG;
  behavior bad:
    assumes !netstring_whole(buf, len, max);
    assumes !netstring_begun(buf, len, max);
    assumes !netstring_too_long(buf, len, max);
    assigns \nothing;
    ensures \result == NETSTRING_BAD;
  complete behaviors;
  disjoint behaviors;
*/
enum netstring_result netstring_decode(const unsigned char *buf, size_t len,
    size_t max, size_t *ret_start, size_t *ret_size);

/*
 * Tells in a few words what is wrong with the len bytes at buf, for which
 * netstring_decode returned NETSTRING_BAD.
 */
/*@
  requires \valid_read(buf + (0 .. len - 1));
  terminates \true;
  assigns \nothing;
  ensures \valid_read(\result);
*/
const char *netstring_error(const unsigned char *buf, size_t len);

/*
 * Makes a netstring of the size bytes at content where they lie: writes the
 * header into the bytes before content, of which the caller owns at least
 * NETSTRING_HEADER_MAX, and the comma into the byte after it, also owned.
 *
 * Returns how many bytes before content the netstring starts.
 */
/*@
  requires \valid(content + (-NETSTRING_HEADER_MAX .. size));
  terminates \true;
  assigns content[-NETSTRING_HEADER_MAX .. -1], content[size];
  ensures 2 <= \result <= NETSTRING_HEADER_MAX;
  ensures netstring_at(content - \result, \result, size);
*/
size_t netstring_encode(unsigned char *content, size_t size);

#endif
