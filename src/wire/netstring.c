/* SPDX-License-Identifier: ISC */
/* The netstring reader; with the writer no other file knows the format. */
#include "netstring.h"

#include <stddef.h>

/*@
  predicate no_length(unsigned char *buf, integer from, integer len) =
    \forall integer n, m; from <= n <= len ==> !netstring_length(buf, n, m);

  predicate no_header(unsigned char *buf, integer from, integer len) =
    \forall integer n, m; from <= n < len ==> !netstring_header(buf, n, m);
*/

enum netstring_result
netstring_decode(const unsigned char *buf, size_t len, size_t max,
    size_t *ret_start, size_t *ret_size)
{
	size_t colon, size = 0;

	/*@
	  loop invariant 0 <= colon <= len;
	  loop invariant \forall integer i; 0 <= i < colon ==>
	    '0' <= buf[i] <= '9';
	  loop invariant size == netstring_number(buf, colon) <= max;
	  loop invariant \forall integer i; 0 <= i <= colon ==>
	    netstring_number(buf, i) <= size;
	  loop invariant colon > 0 && size == 0 ==> colon == 1 && buf[0] == '0';
	  loop invariant size > 0 ==> buf[0] != '0';
	  loop assigns colon, size;
	  loop variant len - colon;
	*/
	for (colon = 0; colon < len && buf[colon] != ':'; colon++) {
		//@ assert shorter: no_header(buf, 0, colon);
		if (buf[colon] < '0' || buf[colon] > '9')
			/*@ assert not_longer: no_header(buf, colon, len) &&
			      no_length(buf, colon + 1, len); */
			return NETSTRING_BAD;
		if (colon > 0 && size == 0)
			/*@ assert not_longer: no_header(buf, colon, len) &&
			      no_length(buf, colon + 1, len); */
			return NETSTRING_BAD; /* a leading zero */
		size = size * 10 + (size_t)(buf[colon] - '0');
		//@ assert size == netstring_number(buf, colon + 1);
		if (size > max) {
			/*@ assert not_longer: \forall integer n, m; n > colon
			   && m <= max ==> !netstring_length(buf, n, m); */
			//@ assert !netstring_whole(buf, len, max);
			return NETSTRING_TOO_LONG;
		}
	}
	//@ assert shorter: no_header(buf, 0, colon);
	if (colon == len)
		return NETSTRING_MORE;
	//@ assert not_longer: no_header(buf, colon + 1, len);
	//@ assert not_longer: no_length(buf, colon + 1, len);
	if (colon == 0)
		return NETSTRING_BAD; /* no digit */
	//@ assert netstring_header(buf, colon, size);
	if (len - colon - 1 <= size)
		return NETSTRING_MORE;
	/*@ assert alone: \forall integer start, n; start + n < len && n >= 0 &&
	      netstring_at(buf, start, n) ==> start == colon + 1 && n == size;
	 */
	if (buf[colon + 1 + size] != ',')
		//@ assert !netstring_whole(buf, len, max);
		return NETSTRING_BAD;
	//@ assert netstring_at(buf, colon + 1, size);
	*ret_start = colon + 1;
	*ret_size = size;
	//@ assert *ret_start == colon + 1 && *ret_size == size;
	//@ assert netstring_at(buf, *ret_start, *ret_size);
	return NETSTRING_OK;
}

const char *
netstring_error(const unsigned char *buf, size_t len)
{
	size_t i = 0;

	/*@
	  loop invariant 0 <= i <= len;
	  loop assigns i;
	  loop variant len - i;
	*/
	while (i < len && buf[i] >= '0' && buf[i] <= '9')
		i++;
	if (i == 0)
		return "no length";
	if (i > 1 && buf[0] == '0')
		return "leading zero in the length";
	if (i < len && buf[i] != ':')
		return "not a digit in the length";
	return "no comma after the content";
}
