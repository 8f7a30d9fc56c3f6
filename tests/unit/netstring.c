/* SPDX-License-Identifier: ISC */
/* The netstring reader and writer. */
#include "wire/netstring.h"

#include <stdint.h>

#include "unit.h"

#define UNTOUCHED ((size_t)-7)

/* Decodes len bytes; what is not to be written must stay as it was. */
static enum netstring_result
decode(const char *bytes, size_t len, size_t max, size_t *ret_start,
    size_t *ret_size)
{
	enum netstring_result result;

	*ret_start = *ret_size = UNTOUCHED;
	result = netstring_decode(
	    unit_copy(bytes, len), len, max, ret_start, ret_size);
	if (result != NETSTRING_OK)
		EXPECT(*ret_start == UNTOUCHED && *ret_size == UNTOUCHED);
	return result;
}

/* All of it is a netstring of that content; each proper prefix needs more. */
static void
check_ok(const char *bytes, size_t len, size_t want_start, size_t want_size)
{
	size_t start, size;

	for (size_t n = 0; n < len; n++)
		EXPECT(
		    decode(bytes, n, 99999, &start, &size) == NETSTRING_MORE);
	EXPECT(decode(bytes, len, 99999, &start, &size) == NETSTRING_OK);
	EXPECT(start == want_start && size == want_size);
	EXPECT(decode(bytes, len, want_size, &start, &size) == NETSTRING_OK);
}

/* The result stands at the last byte, not before, and stays. */
static void
check_refused(const char *bytes, size_t max, enum netstring_result want)
{
	char longer[64];
	size_t start, size, len = strlen(bytes);

	for (size_t n = 0; n < len; n++)
		EXPECT(decode(bytes, n, max, &start, &size) == NETSTRING_MORE);
	EXPECT(decode(bytes, len, max, &start, &size) == want);
	snprintf(longer, sizeof(longer), "%s1:,", bytes);
	EXPECT(decode(longer, len + 3, max, &start, &size) == want);
}

static void
test_decode(void)
{
	check_ok("0:,", 3, 2, 0);
	check_ok("1:,,", 4, 2, 1);
	check_ok("12:hello world!,", 16, 3, 12);
	check_ok("3:a\0b,", 6, 2, 3);
	check_ok("10:0123456789,", 14, 3, 10);
}

static void
test_bytes_after_are_not_looked_at(void)
{
	size_t start, size;

	EXPECT(decode("1:a,x", 5, 9, &start, &size) == NETSTRING_OK);
	EXPECT(start == 2 && size == 1);
}

static void
test_bad(void)
{
	char byte[2] = "";

	for (int c = 1; c < 256; c++) {
		byte[0] = (char)c;
		if (c < '0' || c > '9')
			check_refused(byte, 99999, NETSTRING_BAD);
	}
	check_refused("00", 99999, NETSTRING_BAD);
	check_refused("01", 99999, NETSTRING_BAD);
	check_refused("1 ", 99999, NETSTRING_BAD);
	check_refused("1;", 99999, NETSTRING_BAD);
	check_refused("1/", 99999, NETSTRING_BAD);
	check_refused("0:;", 99999, NETSTRING_BAD);
	check_refused("2:abc", 99999, NETSTRING_BAD);
}

static void
test_limit(void)
{
	size_t start, size;

	check_refused("1", 0, NETSTRING_TOO_LONG);
	check_refused("10", 9, NETSTRING_TOO_LONG);
	check_refused("100000", 99999, NETSTRING_TOO_LONG);
	/* One more digit would not wrap around. */
	check_refused("1844674407370955162", SIZE_MAX / 16, NETSTRING_TOO_LONG);
	EXPECT(decode("99999", 5, 99999, &start, &size) == NETSTRING_MORE);
	EXPECT(decode("999999999999", 12, 99999, &start, &size) ==
	       NETSTRING_TOO_LONG);
	/* A leading zero is bad, however long what follows is. */
	EXPECT(decode("0999999999", 10, 99999, &start, &size) == NETSTRING_BAD);
}

static void
test_error(void)
{
	static const struct {
		const char *bytes, *want;
	} cases[] = {
	    {":", "no length"},
	    {"x", "no length"},
	    {"/", "no length"},
	    {"00", "leading zero in the length"},
	    {"05:", "leading zero in the length"},
	    {"9;", "not a digit in the length"},
	    {"0:;", "no comma after the content"},
	    {"1:ab", "no comma after the content"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].bytes);

		EXPECT(
		    strcmp(netstring_error(unit_copy(cases[i].bytes, len), len),
			cases[i].want) == 0);
	}
	/* Nothing is wrong with it: no right answer, but no harm. */
	EXPECT(strlen(netstring_error(unit_copy("12", 2), 2)) > 0);
}

static void
test_encode(void)
{
	static const size_t sizes[] = {0, 1, 9, 10, 99, 100, 65535, 99999};
	static unsigned char text[100000];
	unsigned char *buf;
	size_t header, start, size;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		/* The comma is the last byte that may be written. */
		buf = unit_room(NETSTRING_HEADER_MAX + 1 + sizes[i] + 1);
		memset(buf, '?', NETSTRING_HEADER_MAX + 1);
		buf += NETSTRING_HEADER_MAX + 1;
		memcpy(buf, text, sizes[i]);
		header = netstring_encode(buf, sizes[i]);
		EXPECT(buf[-(ptrdiff_t)header - 1] == '?');
		EXPECT(netstring_decode(buf - header, header + sizes[i] + 1,
			   99999, &start, &size) == NETSTRING_OK);
		EXPECT(start == header && size == sizes[i]);
		EXPECT(memcmp(buf, text, size) == 0);
	}
}

int
main(void)
{
	test_decode();
	test_bytes_after_are_not_looked_at();
	test_bad();
	test_limit();
	test_error();
	test_encode();
	return unit_end();
}
