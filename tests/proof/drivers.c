/* SPDX-License-Identifier: ISC */
/*
 * What the contracts of src/wire mean together: `make prove` proves these too,
 * calling the functions by their contracts alone.
 */
#include <stddef.h>
#include <stdint.h>

#include "wire/netstring.h"

/*
 * NETSTRING_MORE is said of exactly the beginnings of netstrings.  First: no
 * beginning of one is called anything else, whatever follows it.
 */
/*@
  lemma begun_or_whole{L}: \forall unsigned char *buf, integer len, longer, max;
    0 <= len <= longer && netstring_whole(buf, longer, max) ==>
    netstring_begun(buf, len, max) || netstring_whole(buf, len, max);
*/

/*@
  requires netstring_length(buf, colon, size);
  requires size == netstring_number(buf, colon) <= SIZE_MAX / 16;
  requires colon <= SIZE_MAX / 2 && \valid(buf + (0 .. colon + 1 + size));
  terminates \true;
  assigns buf[colon], buf[colon + 1 + size];
  ensures netstring_at(buf, colon + 1, size);
*/
static void
end(unsigned char *buf, size_t colon, size_t size)
{
	buf[colon] = ':';
	buf[colon + 1 + size] = ',';
	/*@ ghost
	  /@
	    loop invariant 0 <= i <= colon;
	    loop invariant \forall integer j; 0 <= j <= i ==>
	      netstring_number(buf, j) == \at(netstring_number(buf, j), Pre);
	    loop assigns i;
	    loop variant colon - i;
	  @/
	  for (size_t i = 0; i < colon; i++)
	    ;
	*/
	//@ assert netstring_length(buf, colon, size);
}

/* Second: what is begun can be ended, and this ends it. */
/*@
  requires 0 <= len <= SIZE_MAX / 2 && max <= SIZE_MAX / 16;
  requires netstring_begun(buf, len, max);
  requires \valid(buf + (0 .. len + max + 2));
  terminates \true;
  assigns buf[0 .. len + max + 2];
  ensures \forall integer i; 0 <= i < len ==> buf[i] == \old(buf[i]);
  ensures len < \result <= len + max + 3;
  ensures netstring_whole(buf, \result, max);
*/
size_t
complete(unsigned char *buf, size_t len, size_t max)
{
	size_t colon, size = 0;

	(void)max; /* of the contract alone */
	if (len == 0) {
		buf[0] = '0';
		buf[1] = ':';
		buf[2] = ',';
		//@ assert netstring_number(buf, 1) == 0;
		//@ assert netstring_at(buf, 2, 0);
		return 3;
	}
	/*@
	  loop invariant 0 <= colon <= len;
	  loop invariant \forall integer i; 0 <= i < colon ==>
	    '0' <= buf[i] <= '9';
	  loop invariant size == netstring_number(buf, colon) <= max;
	  loop invariant \forall integer i; 0 <= i <= colon ==>
	    netstring_number(buf, i) <= size;
	  loop assigns colon, size;
	  loop variant len - colon;
	*/
	for (colon = 0; colon < len && buf[colon] != ':'; colon++)
		size = size * 10 + (size_t)(buf[colon] - '0');
	//@ assert netstring_length(buf, colon, size);
	//@ assert len <= colon + 1 + size;
	end(buf, colon, size);
	return colon + size + 2;
}

/* What is encoded is decoded, at its place and with not a byte changed. */
/*@
  requires size <= max <= SIZE_MAX / 16;
  requires \valid(content + (-NETSTRING_HEADER_MAX .. size));
  requires \valid(ret_size);
  requires \separated(ret_size, content + (-NETSTRING_HEADER_MAX .. size));
  terminates \true;
  assigns content[-NETSTRING_HEADER_MAX .. -1], content[size], *ret_size;
  ensures \result == content && *ret_size == size;
*/
const unsigned char *
round_trip(unsigned char *content, size_t size, size_t max, size_t *ret_size)
{
	size_t header = netstring_encode(content, size), start;
	const unsigned char *buf = content - header;

	//@ assert netstring_whole(buf, header + size + 1, max);
	if (netstring_decode(buf, header + size + 1, max, &start, ret_size) !=
	    NETSTRING_OK)
		return NULL;
	return buf + start;
}
