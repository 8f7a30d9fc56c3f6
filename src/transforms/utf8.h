/* SPDX-License-Identifier: ISC */
/* UTF-8, strictly read. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads the character at p, end being where the text ends.  Returns how many
 * bytes it has and writes its code point; 0, and nothing written, at the end
 * or where the bytes are not UTF-8 (RFC 3629: overlong, a surrogate, past
 * U+10FFFF, cut short).
 */
/*@
  requires \base_addr(p) == \base_addr(end) && p <= end;
  requires \valid_read(p + (0 .. end - p - 1)) && \valid(ret_code);
  requires \separated(ret_code, p + (0 .. end - p - 1));
  terminates \true;
  assigns *ret_code;
  ensures 0 <= \result <= 4 && \result <= end - p;
  ensures \result == 0 ==> *ret_code == \old(*ret_code);
  ensures \result > 0 ==> *ret_code <= 0x10ffff;
  ensures \result > 0 ==> !(0xd800 <= *ret_code <= 0xdfff);
*/
size_t utf8_decode(
    const unsigned char *p, const unsigned char *end, uint32_t *ret_code);

#endif
