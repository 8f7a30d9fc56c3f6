/* SPDX-License-Identifier: ISC */
/* A contract that does not hold; `make prove` fails if it is proved. */
#include <stddef.h>

#include "wire/netstring.h"

/*@
  requires \valid_read(buf + (0 .. len - 1));
  requires \valid(ret_start) && \valid(ret_size);
  requires \separated(ret_start, ret_size, buf + (0 .. len - 1));
  requires len > 0;
  assigns *ret_start, *ret_size;
  ensures \result != NETSTRING_MORE;
*/
enum netstring_result
claim_too_much(
    const unsigned char *buf, size_t len, size_t *ret_start, size_t *ret_size)
{
	return netstring_decode(buf, len, 9, ret_start, ret_size);
}
