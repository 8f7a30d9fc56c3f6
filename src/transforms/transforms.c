/* SPDX-License-Identifier: ISC */
/*
 * The table of transforms, and those that take any bytes.  To add one, write
 * its function and its row here, and what it does into versed(8).
 */
#include "transforms.h"

#include <string.h>

#define NUMBER_PLACES 6
#define NUMBER_MAX    21 /* 64 bits of it, and a tab */

/* Returns where the line after that at p starts: past its newline. */
static const unsigned char *
next_line(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline == NULL ? end : newline + 1;
}

/* Returns how many bytes end the line of size bytes: a LF, a CRLF, none. */
static size_t
line_end(const unsigned char *line, size_t size)
{
	if (line[size - 1] != '\n')
		return 0;
	return size > 1 && line[size - 2] == '\r' ? 2 : 1;
}

/* Returns how many bytes of a byte order mark the text starts with. */
static size_t
mark(const unsigned char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/*@
  logic integer rotated(integer c) =
    'a' <= c <= 'm' || 'A' <= c <= 'M' ? c + 13 :
    'n' <= c <= 'z' || 'N' <= c <= 'Z' ? c - 13 : c;
*/

/*@
  requires \valid_read(text + (0 .. len - 1));
  requires \valid(ret_text + (0 .. cap - 1)) && \valid(ret_len);
  requires \separated(ret_text + (0 .. cap - 1), text + (0 .. len - 1),
    ret_len);
  terminates \true;
  assigns ret_text[0 .. cap - 1], *ret_len;
  ensures \result == (cap >= len) && *ret_len == len;
  ensures cap >= len ==>
    \forall integer i; 0 <= i < len ==> ret_text[i] == rotated(text[i]);
*/
static bool
rot13(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	*ret_len = len;
	if (cap < len)
		return false;
	/*@
	  loop invariant 0 <= i <= len;
	  loop invariant \forall integer j; 0 <= j < i ==>
	    ret_text[j] == rotated(text[j]);
	  loop assigns i, ret_text[0 .. len - 1];
	  loop variant len - i;
	*/
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if ((c >= 'a' && c <= 'm') || (c >= 'A' && c <= 'M'))
			c = (unsigned char)(c + 13);
		else if ((c >= 'n' && c <= 'z') || (c >= 'N' && c <= 'Z'))
			c = (unsigned char)(c - 13);
		ret_text[i] = c;
	}
	return true;
}

/*
 * The lines in reverse order: each with its end, as tac(1), or, where the last
 * has none, with the ends staying between them.  A byte order mark stays first.
 */
static bool
reverse(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const unsigned char *line = text + mark(text, len), *end = text + len;
	bool ended = len > 0 && end[-1] == '\n';
	unsigned char *out = ret_text + len;

	*ret_len = len;
	if (cap < len)
		return false;
	memcpy(ret_text, text, (size_t)(line - text));
	for (const unsigned char *next; line < end; line = next) {
		next = next_line(line, end);
		size_t size = (size_t)(next - line), eol = line_end(line, size);

		out -= size;
		memcpy(ended ? out : out + eol, line, size - eol);
		memcpy(ended ? out + size - eol : out, next - eol, eol);
	}
	return true;
}

/* Writes number as %6zu and a tab before end; returns how many bytes. */
static size_t
write_number(size_t number, unsigned char *end)
{
	size_t n = 0;

	*(end - ++n) = '\t';
	for (; number > 0; number /= 10)
		*(end - ++n) = (unsigned char)('0' + number % 10);
	while (n <= NUMBER_PLACES)
		*(end - ++n) = ' ';
	return n;
}

/*
 * Each line after its number, in six places or more, and a tab: cat -n.  A byte
 * order mark stays first.
 */
static bool
number(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const unsigned char *line, *end = text + len;
	unsigned char digits[NUMBER_MAX];
	size_t used = mark(text, len), count = 0, n, size;

	*ret_len = len;
	if (cap < used)
		return false;
	memcpy(ret_text, text, used);
	for (line = text + used; line < end; line += size) {
		size = (size_t)(next_line(line, end) - line);
		if (cap - used < NUMBER_MAX + size)
			return false;
		n = write_number(++count, digits + NUMBER_MAX);
		memcpy(ret_text + used, digits + NUMBER_MAX - n, n);
		memcpy(ret_text + used + n, line, size);
		used += n + size;
	}
	*ret_len = used;
	return true;
}

const struct transform transforms[] = {
    {"cummingsify", CASEMAP_GROWTH, casemap_lower, "lower case"},
    {"shout", CASEMAP_GROWTH, casemap_upper, "upper case"},
    {"title", CASEMAP_GROWTH, casemap_title, "title case, word by word"},
    {"rot13", 1, rot13, "the ASCII letters rotated by 13"},
    {"reverse", 1, reverse, "the lines in reverse order"},
    {"number", 11, number, "the lines numbered"},
    {"transforms", 0, NULL, "the list of the transforms"},
    {NULL, 0, NULL, NULL},
};
