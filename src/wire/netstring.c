/* SPDX-License-Identifier: ISC */
/* The netstring reader and writer; no other file knows the format. */
#include "netstring.h"

#include <stddef.h>

#define DIGITS_MAX (NETSTRING_HEADER_MAX - 1)

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

/*@
  // A number without its last n decimal digits.
  logic integer cut(integer number, integer n) =
    n <= 0 ? number : cut(number, n - 1) / 10;

  // The n bytes before end are the last n digits of a number.
  predicate are_digits(unsigned char *end, integer n, integer number) =
    \forall integer i; -n <= i < 0 ==>
      end[i] == '0' + cut(number, -1 - i) % 10;

  lemma cut_5: cut(SIZE_MAX, 5) == 184467440737095;
  lemma cut_10: cut(SIZE_MAX, 10) == 1844674407;
  lemma cut_15: cut(SIZE_MAX, 15) == 18446;
  lemma cut_20: cut(SIZE_MAX, 20) == 0;
*/

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

/*@ ghost
  /@
    requires n >= 1 && (n > 1 ==> p[0] != '0') && \valid_read(p + (0 .. n - 1));
    requires \forall integer i; 0 <= i < n ==> '0' <= p[i] <= '9';
    requires \forall integer i; 1 <= i <= n ==> netstring_number(p, i) <= max;
    terminates \true;
    assigns \nothing;
    ensures netstring_length(p, n, max);
  @/
  static void
  is_length(unsigned char *p, size_t n, size_t max)
  {
  }

  /@
    requires 1 <= n && cut(number, n) == 0 && \valid_read(end + (-n .. -1));
    requires n > 1 ==> end[-n] != '0';
    requires \forall integer i; 0 <= i <= n ==> 0 <= cut(number, i) <= number;
    requires are_digits(end, n, number);
    terminates \true;
    assigns \nothing;
    ensures netstring_length(end - n, n, number);
    ensures netstring_number(end - n, n) == number;
  @/
  static void
  digits_say(unsigned char *end, size_t n, size_t number)
  {
    /@
      loop invariant 0 <= i <= n;
      loop invariant \forall integer j; -n <= j < i - n ==>
	'0' <= end[j] <= '9';
      loop invariant \forall integer j; 0 <= j <= i ==>
	netstring_number(end - n, j) == cut(number, n - j);
      loop assigns i;
      loop variant n - i;
    @/
    for (size_t i = 0; i < n; i++) {
      /@ assert cut(number, n - i) == cut(number, n - i - 1) / 10; @/
      /@ assert end[i - n] == '0' + cut(number, n - i - 1) % 10; @/
      /@ assert netstring_number(end - n, i + 1) ==
	   10 * netstring_number(end - n, i) + (end[i - n] - '0'); @/
    }
    /@ assert \forall integer j; 0 <= j < n ==>
	 '0' <= end[j - n] <= '9'; @/
    /@ assert cut(number, n - n) == number; @/
    /@ assert \forall integer j; 0 <= j <= n ==>
	 netstring_number(end - n, j) <= number; @/
    is_length(end - n, n, number);
  }
*/

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
