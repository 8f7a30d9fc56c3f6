/* SPDX-License-Identifier: ISC */
/*
 * What the proof of src/wire/netstring-write.c stands on beside its contract;
 * `make prove` includes it, and proves it too.
 */
#ifndef PROOF_NETSTRING_WRITE_H
#define PROOF_NETSTRING_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "wire/netstring.h"

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

#endif
