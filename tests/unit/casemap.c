/* SPDX-License-Identifier: ISC */
/* casemap.c beside libunistring, at the edges of memory, and in bad faith. */
#include "transforms/transforms.h"

#include <stdbool.h>
#include <stdint.h>

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>
#include <unistring/version.h>

#include "transforms/casemap.h"
#include "unit.h"

#define TEXT_MAX 1024
#define PAST	 TRANSFORM_SPARE
#define SIGMA	 "\xce\xa3"

typedef uint8_t *oracle_fn(const uint8_t *s, size_t n, const char *language,
    uninorm_t nf, uint8_t *result, size_t *length);

static uint32_t seed = 4;

static uint32_t
random_below(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static void
compare(
    transform_fn *map, oracle_fn *oracle, const unsigned char *text, size_t len)
{
	unsigned char got[TEXT_MAX * 3 + PAST], want[TEXT_MAX * 3];
	size_t got_len = 0, want_len = sizeof(want);

	EXPECT(map(text, len, got, sizeof(got), &got_len));
	EXPECT(oracle(text, len, NULL, NULL, want, &want_len) == want);
	EXPECT(got_len == want_len && memcmp(got, want, want_len) == 0);
}

/*
 * Letters that Unicode 16 and 17 added in pairs, or gave a capital:
 * libunistring 1.3 and later maps them, the table, of Unicode 15, does not.
 */
static const struct {
	uint32_t first, last;
} later[] = {{0x19b, 0x19b}, {0x264, 0x264}, {0x1c89, 0x1c8a}, {0xa7cb, 0xa7cf},
    {0xa7d2, 0xa7d2}, {0xa7d4, 0xa7d4}, {0xa7da, 0xa7dc}, {0x10d40, 0x10d8f},
    {0x16ea0, 0x16edf}};

#define LATER_LIBUNISTRING 0x010300

static bool
is_later(uint32_t code)
{
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (code >= later[i].first && code <= later[i].last)
			return _libunistring_version >= LATER_LIBUNISTRING;
	return false;
}

/* Whether libunistring knows it as the table does. */
static bool
is_known(uint32_t code)
{
	return !is_later(code) &&
	       !uc_is_general_category_withtable(
		   code, UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Cs);
}

/* A text of one character, whole blocks and more. */
static void
compare_many(const unsigned char *code, size_t size)
{
	unsigned char text[150];
	size_t len = 0;

	for (; len + size <= sizeof(text); len += size)
		memcpy(text + len, code, size);
	compare(casemap_lower, u8_tolower, text, len);
	compare(casemap_upper, u8_toupper, text, len);
}

static void
test_every_code_point(void)
{
	unsigned char text[6];

	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		int n = u8_uctomb(text, (ucs4_t)code, 6);

		if (n < 0 || !is_known(code))
			continue;
		compare(casemap_lower, u8_tolower, text, (size_t)n);
		compare(casemap_upper, u8_toupper, text, (size_t)n);
		if (n < 4 && code != 0x345 && code != 0x2b0 &&
		    uc_is_property_changes_when_casemapped(code))
			compare_many(text, (size_t)n);
	}
}

/*
 * Texts of capital sigmas, what they look at, and letters that grow.  Three
 * things are casemap-oracle.py's alone, as libunistring 1.0 has them its own
 * way: the ASCII apostrophe (Case_Ignorable since Unicode 6.3), and U+0345 and
 * U+02B0, Cased and Case_Ignorable both, which Python and ICU skip.
 */
static void
test_random_texts(void)
{
	static const char *const parts[] = {SIGMA, SIGMA, "a", " ", ".",
	    "\xc2\xad", "\xcc\x88", "\xc4\xb0", "\xc8\xba", "\xe1\xbc\x88",
	    "\xe1\xbe\xb3", "\xc3\x9f", "\xf0\x90\x90\x80", "\xf3\xa0\x84\x80",
	    "\xf0\x9f\x98\x80", "\xe2\x80\x99", "\xce\xb1", "1"};
	const uint32_t count = sizeof(parts) / sizeof(parts[0]);
	unsigned char text[TEXT_MAX];

	for (int i = 0; i < 20000; i++) {
		uint32_t kinds = 1 + random_below(count),
			 first = random_below(count);
		size_t want = random_below(i % 10 == 0 ? TEXT_MAX - 4 : 150);
		size_t len = 0;

		while (len < want) {
			const char *part =
			    parts[(first + random_below(kinds)) % count];

			memcpy(text + len, part, strlen(part));
			len += strlen(part);
		}
		compare(casemap_lower, u8_tolower, text, len);
		compare(casemap_upper, u8_toupper, text, len);
	}
}

/* ASCII at every place of runs and blocks, with one other character or none. */
static void
test_ascii_runs(void)
{
	static const char *const others[] = {
	    "", "\xc3\x89", "\xe1\xbc\x88", "\xf0\x90\x90\x80", "\xc4\xb0"};
	unsigned char text[700];

	for (size_t place = 0; place < 640; place++) {
		const char *other = others[place % 5];
		size_t len = strlen(other);

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (unsigned char)((i + place) % 128);
		memcpy(text + place, other, len);
		compare(casemap_lower, u8_tolower, text, sizeof(text));
		compare(casemap_upper, u8_toupper, text, sizeof(text));
	}
}

static bool
titles_to(const char *text, const char *want)
{
	unsigned char got[TEXT_MAX + PAST];
	size_t len;

	return casemap_title((const unsigned char *)text, strlen(text), got,
		   sizeof(got), &len) &&
	       len == strlen(want) && memcmp(got, want, len) == 0;
}

/* Where a word starts, goes on and ends; words-oracle.py has more. */
static void
test_words(void)
{
	static const char between[] = "\t !\"#$%&()*+,-./;<=>?@[\\]^_`{|}~\x7f";
	char text[] = "ab?CD", want[] = "Ab?Cd";

	EXPECT(titles_to("", ""));
	EXPECT(titles_to("aZ zA @[`{", "Az Za @[`{"));
	EXPECT(titles_to("don'T 'tis", "Don't 'Tis"));
	EXPECT(titles_to("0Ab 9Ab 3RD", "0ab 9ab 3rd"));
	EXPECT(titles_to("/A :A", "/A :A"));
	EXPECT(titles_to("\xc3\xa9T\xc3\x89", "\xc3\x89t\xc3\xa9"));
	/* A mark goes on with a word, and does not start one. */
	EXPECT(titles_to("a\xcc\x88"
			 "B \xcc\x88"
			 "b",
	    "A\xcc\x88"
	    "b \xcc\x88"
	    "B"));
	EXPECT(titles_to("l\xe2\x80\x99"
			 "A",
	    "L\xe2\x80\x99"
	    "a"));
	EXPECT(titles_to("a\xe2\x80\x94"
			 "b",
	    "A\xe2\x80\x94"
	    "B"));
	/* A colon as in EU:n, if it is one, and a letter is before it. */
	EXPECT(titles_to("EU:N 3:THE A: B A::B", "Eu:n 3:The A: B A::B"));
	EXPECT(titles_to("THE 90'S O''C", "The 90's O''C"));
	EXPECT(titles_to("90\xe2\x80\x98S 90\xe2\x80\x99S 90\xef\xbc\x87S",
	    "90\xe2\x80\x98s 90\xe2\x80\x99s 90\xef\xbc\x87s"));
	EXPECT(titles_to("DON\xc2\xb4T FOO\xe2\x80\x8b"
			 "BAR",
	    "Don\xc2\xb4t Foo\xe2\x80\x8b"
	    "Bar"));
	/* A letter or a digit without case is one, too. */
	EXPECT(titles_to("ya\xca\x94"
			 "AX \xd9\xa3"
			 "D",
	    "Ya\xca\x94"
	    "ax \xd9\xa3"
	    "d"));
	/* A sigma sees no further than its word. */
	EXPECT(
	    titles_to("\xce\x91" SIGMA ".\xce\x91 \xce\x91" SIGMA ":\xce\x91",
		"\xce\x91\xcf\x82.\xce\x91 \xce\x91\xcf\x83:\xce\xb1"));
	for (const char *c = between; *c != '\0'; c++) {
		text[2] = want[2] = *c;
		EXPECT(titles_to(text, want));
	}
}

/* Sequences of the right shape and the wrong value, at every place. */
static void
test_bad_sequences(void)
{
	static const char *const bads[] = {"\xc1\x81", "\xc0\x80",
	    "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
	    "\xf4\x90\x80\x80", "\xc3", "\xe1\xbc", "\xf0\x90\x90",
	    "\xf5\x80\x80\x80", "\xc3\xc0", "\xe1\xbc\xc0", "\xe1\xc0\x80",
	    "\xf0\x90\x90\xc0", "\x80", "\xa5\x80", "\xf8\x90\x80\x80"};
	static const char *const fills[] = {"a", "\xc3\xa9", "\xe1\xbc\x88"};
	unsigned char text[300], got[300 * 3 + PAST];
	size_t ret_len;

	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]) * 3; i++) {
		const char *bad = bads[i / 3], *fill = fills[i % 3];
		size_t step = strlen(fill), len;

		for (size_t place = 0; place < 140; place += step) {
			for (len = 0; len < place; len += step)
				memcpy(text + len, fill, step);
			memcpy(text + len, bad, strlen(bad));
			len += strlen(bad);
			EXPECT(!casemap_lower(
			    text, len, got, sizeof(got), &ret_len));
			for (size_t k = 0; k < 90; k += step, len += step)
				memcpy(text + len, fill, step);
			EXPECT(!casemap_lower(
			    text, len, got, sizeof(got), &ret_len));
			EXPECT(!casemap_upper(
			    text, len, got, sizeof(got), &ret_len));
		}
	}
}

/* The first and the last character of each length, and beside the surrogates.
 */
static void
test_extremes(void)
{
	static const char *const goods[] = {"\xc2\x80", "\xdf\xbf",
	    "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
	    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};

	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		unsigned char got[16 + PAST];
		size_t size = strlen(goods[i]), len = 0;

		EXPECT(casemap_lower((const unsigned char *)goods[i], size, got,
		    sizeof(got), &len));
		EXPECT(len == size && memcmp(got, goods[i], size) == 0);
	}
}

/* Bytes that are no UTF-8, alone and among NULs, in and after whole blocks. */
static void
test_stray_bytes(void)
{
	unsigned char text[600], got[600 * 3 + PAST];
	size_t ret_len;

	for (int c = 0x80; c < 0x100; c++) {
		for (size_t len = 1; len < sizeof(text); len += 23) {
			memset(text, 0, sizeof(text));
			text[len - 1] = (unsigned char)c;
			EXPECT(!casemap_lower(
			    text, len, got, sizeof(got), &ret_len));
			EXPECT(!casemap_upper(
			    text, 600, got, sizeof(got), &ret_len));
			EXPECT(!casemap_title(
			    text, len, got, sizeof(got), &ret_len));
		}
	}
}

/* The edges of what the properties hold for, and no code out of the table. */
static void
test_properties(void)
{
	static const uint32_t cased[] = {
	    'A', 'Z', 'a', 'z', 0x345, 0x3a3, 0x1f130, 0x1f149, 0x1f189};
	static const uint32_t ignorable[] = {'\'', '.', 0xad, 0x345, 0xe0001,
	    0xe0020, 0xe007f, 0xe0100, 0xe01ef, 0x1f3ff};
	static const uint32_t none[] = {'@', '[', '1', 0x1f12f, 0x1f18a,
	    0x1f3fa, 0x1f400, 0xdffff, 0xe0000, 0xe0002, 0xe001f, 0xe0080,
	    0xe00ff, 0xe01f0, 0x10ffff};

	for (size_t i = 0; i < sizeof(cased) / sizeof(cased[0]); i++)
		EXPECT(casemap_is(CASEMAP_CASED, cased[i]));
	for (size_t i = 0; i < sizeof(ignorable) / sizeof(ignorable[0]); i++)
		EXPECT(casemap_is(CASEMAP_IGNORABLE, ignorable[i]));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		EXPECT(!casemap_is(CASEMAP_CASED, none[i]) &&
		       !casemap_is(CASEMAP_IGNORABLE, none[i]));
	for (uint32_t code = 0x1fbee; code < 0x1fbfc; code++)
		EXPECT(casemap_is(CASEMAP_NUMBER, code) ==
		       (code >= 0x1fbf0 && code <= 0x1fbf9));
	for (uint32_t code = 0xdffff; code < 0xe0200; code++)
		EXPECT(casemap_is(CASEMAP_INSIDE, code) ==
		       casemap_is(CASEMAP_IGNORABLE, code));
	for (uint32_t code = 0x1fbfa; code < 0x20800; code++)
		for (int p = 0; p < CASEMAP_PROPERTIES; p++)
			EXPECT(!casemap_is((enum casemap_property)p, code));
	EXPECT(casemap_is(CASEMAP_LETTER, 0x1f149));
	EXPECT(!casemap_is(CASEMAP_LETTER, 0x10ffff));
	EXPECT(casemap_is(CASEMAP_BETWEEN, '\''));
	EXPECT(!casemap_is(CASEMAP_BETWEEN, '.'));
}

/* Reads nothing behind a text; writes at most PAST bytes behind a result.
 */
static void
test_edges(void)
{
	static const char *const fills[] = {
	    "a", "\xc3\xa9", "\xe1\xbc\x88", "\xf0\x90\x90\x80", "\xce\x90"};
	transform_fn *const maps[] = {
	    casemap_lower, casemap_upper, casemap_title};
	unsigned char *text_end = unit_room(TEXT_MAX) + TEXT_MAX;
	unsigned char *room_end = unit_room(TEXT_MAX * 4) + TEXT_MAX * 4;

	for (size_t len = 0; len < 600; len++) {
		for (size_t f = 0; f < 5; f++) {
			unsigned char *text = text_end - len;
			size_t n = strlen(fills[f]), ret_len;
			bool whole = len % n == 0;

			for (size_t i = 0; i < len; i++)
				text[i] = (unsigned char)fills[f][i % n];
			for (size_t m = 0; m < 3; m++) {
				EXPECT(maps[m](text, len,
					   room_end - len * 3 - PAST,
					   len * 3 + PAST, &ret_len) == whole);
			}
		}
	}
}

/* One that fails says where, and has written no further than it may have. */
static void
test_failures(void)
{
	transform_fn *const maps[] = {
	    casemap_lower, casemap_upper, casemap_title};
	unsigned char text[1400], got[1400 * 3 + PAST];

	for (size_t bad = 0; bad < sizeof(text); bad++) {
		memset(text, 'x', sizeof(text));
		if (bad % 2 == 0)
			memcpy(text, "\xe2\x84\xaa", 3); /* shrinks */
		text[bad] = 0xff;
		for (size_t m = 0; m < 3; m++) {
			size_t end = bad * CASEMAP_GROWTH + PAST;
			size_t want = bad == 2 ? 0 : bad;
			size_t ret_len = 12345;

			memset(got, 0xaa, sizeof(got));
			EXPECT(!maps[m](
			    text, sizeof(text), got, sizeof(got), &ret_len));
			EXPECT(ret_len == want);
			for (size_t i = end; i < sizeof(got); i++)
				EXPECT(got[i] == 0xaa);
		}
	}
}

/* Sigmas that all look far: minutes if each looked to the text's end. */
static void
test_linear(void)
{
	size_t len = 4000000, ret_len;
	size_t cap = len * 3 + PAST;
	unsigned char *text = malloc(len), *got = malloc(cap);

	EXPECT(text != NULL && got != NULL);
	memset(text, '\'', len);
	for (size_t i = 0; i + 2 < len; i += i < len / 2 ? 3 : 4001)
		memcpy(text + i, SIGMA, 2);
	alarm(20);
	EXPECT(casemap_lower(text, len, got, cap, &ret_len) && ret_len == len);
	EXPECT(casemap_title(text, len, got, cap, &ret_len) && ret_len == len);
	alarm(0);
	free(text);
	free(got);
}

int
main(void)
{
	printf("casemap: beside libunistring %d.%d%s\n",
	    _libunistring_version >> 16, _libunistring_version >> 8 & 0xff,
	    is_later(later[0].first) ? ", but for letters of Unicode 16" : "");
	test_every_code_point();
	test_random_texts();
	test_ascii_runs();
	test_stray_bytes();
	test_bad_sequences();
	test_words();
	test_extremes();
	test_properties();
	test_edges();
	test_failures();
	test_linear();
	return unit_end();
}
