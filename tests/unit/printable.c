/* SPDX-License-Identifier: ISC */
/* What of a stranger's bytes is shown, and how. */
#include "host/printable.h"

#include "unit.h"

static void
expect(const char *text, size_t len, enum printable_form form, const char *want)
{
	const unsigned char *bytes = unit_copy(text, len);
	char *shown = (char *)unit_room(len * PRINTABLE_MAX + 1);
	size_t n = printable_write(bytes, len, form, shown);

	if (n != strlen(want) || strcmp(shown, want) != 0) {
		fprintf(stderr, "is: %s\nwanted: %s\n", shown, want);
		unit_fail(__FILE__, __LINE__, "it is shown as wanted");
	}
}

#define EXPECT_SHOWN(text, form, want) \
	expect(text, sizeof(text) - 1, PRINTABLE_##form, want)

int
main(void)
{
	EXPECT_SHOWN("", LINE, "");
	EXPECT_SHOWN("a\"\\ ~\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", LINE,
	    "a\"\\ ~\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	EXPECT_SHOWN("\0\t\n\r\33[2J\x7f", LINE,
	    "\\u0000\\u0009\\u000a\\u000d\\u001b[2J\\u007f");
	EXPECT_SHOWN("a\r\nb\n", LINES, "a\\u000d\nb\n");

	/* C1: of UTF-8, written at length, a byte alone, one before its end. */
	EXPECT_SHOWN("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", LINE,
	    "\\u0080\\u009b\\u009f\xc2\xa0");
	EXPECT_SHOWN("\xc1\x80\xe0\x82\x9b\xf0\x80\x82\x9b", LINE,
	    "\xc1\\u0080\xe0\\u0082\\u009b\xf0\\u0080\\u0082\\u009b");
	EXPECT_SHOWN("\x9b"
		     "a\x9b\xa0\xe9 \xe2\x80",
	    LINE, "\\u009ba\\u009b\xa0\xe9 \xe2\\u0080");
	EXPECT_SHOWN("\xe2\x9b\xc2", LINES, "\xe2\\u009b\xc2");
	EXPECT_SHOWN("\xc3\xa9\x9b", LINE, "\xc3\xa9\\u009b");

	/* U+2029, U+202A, U+202E, U+202F; U+2065, U+2066, U+2069, U+206A */
	EXPECT_SHOWN("\xe2\x80\xa9\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xaf", LINES,
	    "\xe2\x80\xa9\\u202a\\u202e\xe2\x80\xaf");
	EXPECT_SHOWN("\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", LINE,
	    "\xe2\x81\xa5\\u2066\\u2069\xe2\x81\xaa");

	EXPECT_SHOWN("a\"\\\n\xc3\xa9 ~\x7f", QUOTED,
	    "a\\\"\\\\\\u000a\\u00c3\\u00a9 ~\\u007f");
	EXPECT_SHOWN("\xe2\x80\xae", QUOTED, "\\u00e2\\u0080\\u00ae");
	return unit_end();
}
