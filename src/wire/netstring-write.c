/* SPDX-License-Identifier: ISC */
/*
 * The netstring writer.  What its proof needs beside the contract is in
 * tests/proof/netstring-write.h.
 */
#include <stddef.h>

#include "netstring.h"

#define DIGITS_MAX (NETSTRING_HEADER_MAX - 1)

/*@
  requires \valid(end + (-DIGITS_MAX .. -1));
  terminates \true;
  assigns end[-DIGITS_MAX .. -1];
  ensures 1 <= \result <= DIGITS_MAX && cut(number, \result) == 0;
  ensures \result > 1 ==> end[-\result] != '0';
  ensures \forall integer i; 0 <= i <= \result ==>
    0 <= cut(number, i) <= number;
  ensures are_digits(end, \result, number);
*/
/* Writes number's decimal digits before end; returns how many. */
static size_t
write_digits(unsigned char *end, size_t number)
{
	size_t rest = number, n = 0;

	/*@
	  loop invariant 0 <= n < DIGITS_MAX;
	  loop invariant 0 <= rest == cut(number, n) <= cut(SIZE_MAX, n);
	  loop invariant n > 0 ==> rest > 0;
	  loop invariant \forall integer i; 0 <= i <= n ==>
	    0 <= cut(number, i) <= number;
	  loop invariant are_digits(end, n, number);
	  loop assigns rest, n, end[-DIGITS_MAX .. -1];
	  loop variant DIGITS_MAX - n;
	*/
	do {
		*(end - ++n) = (unsigned char)('0' + rest % 10);
		//@ assert end[-n] == '0' + cut(number, n - 1) % 10;
		rest /= 10;
	} while (rest > 0);
	return n;
}

size_t
netstring_encode(unsigned char *content, size_t size)
{
	size_t n;

	content[-1] = ':';
	content[size] = ',';
	n = write_digits(content - 1, size);
	//@ ghost digits_say(content - 1, n, size);
	return n + 1;
}
