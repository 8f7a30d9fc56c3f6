/* SPDX-License-Identifier: ISC */
/* The transforms that take any bytes. */
#include "transforms.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NUMBER_PLACES 6

/* Returns where the line at p ends: at its newline, or at the text's end. */
static const unsigned char *
line_end(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline == NULL ? end : newline;
}

/*@
  logic integer rotated(integer c) =
    'a' <= c <= 'm' || 'A' <= c <= 'M' ? c + 13 :
    'n' <= c <= 'z' || 'N' <= c <= 'Z' ? c - 13 : c;
*/

/*@
  terminates \true;
  assigns \nothing;
  ensures \result == rotated(c);
*/
static unsigned char
rot13(unsigned char c)
{
	if ((c >= 'a' && c <= 'm') || (c >= 'A' && c <= 'M'))
		return (unsigned char)(c + 13);
	if ((c >= 'n' && c <= 'z') || (c >= 'N' && c <= 'Z'))
		return (unsigned char)(c - 13);
	return c;
}

/*@
  requires \valid_read(text + (0 .. len - 1));
  requires \valid(ret_text + (0 .. len - 1)) && \valid(ret_len);
  requires \separated(ret_text + (0 .. len - 1), text + (0 .. len - 1),
    ret_len);
  terminates \true;
  assigns ret_text[0 .. len - 1], *ret_len;
  ensures \result == 1 && *ret_len == len;
  ensures \forall integer i; 0 <= i < len ==> ret_text[i] == rotated(text[i]);
*/
bool
transform_rot13(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t *ret_len)
{
	/*@
	  loop invariant 0 <= i <= len;
	  loop invariant \forall integer j; 0 <= j < i ==>
	    ret_text[j] == rotated(text[j]);
	  loop assigns i, ret_text[0 .. len - 1];
	  loop variant len - i;
	*/
	for (size_t i = 0; i < len; i++)
		ret_text[i] = rot13(text[i]);
	*ret_len = len;
	return true;
}

bool
transform_reverse(const unsigned char *text, size_t len,
    unsigned char *ret_text, size_t *ret_len)
{
	bool ended = len > 0 && text[len - 1] == '\n';
	const unsigned char *end = text + len - ended;
	unsigned char *out = ret_text + (end - text);

	*ret_len = len;
	if (ended)
		*out = '\n';
	for (const unsigned char *line = text, *next;; line = next + 1) {
		next = line_end(line, end);
		out -= next - line;
		memcpy(out, line, (size_t)(next - line));
		if (next == end)
			return true;
		*--out = '\n';
	}
}

/* Writes a line's number as %6zu and a tab; returns how many bytes. */
static size_t
write_number(size_t number, unsigned char *out)
{
	unsigned char digits[20];
	size_t n = 0, places;

	do {
		digits[n++] = (unsigned char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	places = n < NUMBER_PLACES ? NUMBER_PLACES : n;
	memset(out, ' ', places - n);
	for (size_t i = 0; i < n; i++)
		out[places - 1 - i] = digits[i];
	out[places] = '\t';
	return places + 1;
}

bool
transform_number(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t *ret_len)
{
	const unsigned char *end = text + len;
	unsigned char *out = ret_text;
	size_t number = 0;

	for (const unsigned char *line = text, *next; line < end; line = next) {
		next = line_end(line, end);
		next += next < end;
		out += write_number(++number, out);
		memcpy(out, line, (size_t)(next - line));
		out += next - line;
	}
	*ret_len = (size_t)(out - ret_text);
	return true;
}
