/* SPDX-License-Identifier: ISC */
/* The transforms that take any bytes, and the whitelist. */
#include "transforms/transforms.h"

#include <stdbool.h>
#include <stdint.h>

#include "service/service.h"
#include "unit.h"

/* Returns the row of the transform called name, of which there is one. */
static const struct transform *
row(const char *name)
{
	const struct transform *row = transforms;

	while (strcmp(row->name, name) != 0)
		row++;
	return row;
}

/* Expects that name makes want of text, both of which may hold NULs. */
static void
expect_map(const char *name, const char *text, size_t len, const char *want,
    size_t want_len, int line)
{
	size_t cap = len * row(name)->growth + TRANSFORM_SPARE;
	unsigned char *room = unit_room(cap);
	unsigned char *copy = unit_room(len);
	size_t got_len = 0;

	memcpy(copy, text, len);
	if (row(name)->apply(copy, len, room, cap, &got_len) &&
	    got_len == want_len && memcmp(room, want, want_len) == 0 &&
	    room[want_len] == 0xaa)
		return;
	fprintf(stderr, "got %zu bytes: %.*s\n", got_len, (int)got_len,
	    (const char *)room);
	unit_fail(__FILE__, line, text);
}

#define EXPECT_MAP(name, text, want) \
	expect_map(                  \
	    name, text, sizeof(text) - 1, want, sizeof(want) - 1, __LINE__)

static void
test_rot13(void)
{
	EXPECT_MAP("rot13", "", "");
	EXPECT_MAP("rot13", "AMNZamnz@[`{09\xff\0x", "NZAMnzam@[`{09\xff\0k");
}

static void
test_reverse(void)
{
	EXPECT_MAP("reverse", "", "");
	EXPECT_MAP("reverse", "a", "a");
	EXPECT_MAP("reverse", "\n", "\n");
	EXPECT_MAP("reverse", "a\n", "a\n");
	EXPECT_MAP("reverse", "a\nb", "b\na");
	EXPECT_MAP("reverse", "a\nb\n", "b\na\n");
	EXPECT_MAP("reverse", "\na", "a\n");
	EXPECT_MAP("reverse", "\n\nab\n", "ab\n\n\n");
	EXPECT_MAP("reverse", "one\n\ntwo", "two\n\none");
	EXPECT_MAP("reverse", "\xff\0\nb\r\n", "b\r\n\xff\0\n");
}

/* CRLF ends a line too, and a byte order mark stays first. */
static void
test_ends_and_marks(void)
{
	unsigned char *room = unit_room(5);
	size_t len;

	EXPECT_MAP("reverse", "a\r\nb", "b\r\na");
	EXPECT_MAP("reverse", "\r\nb", "b\r\n");
	EXPECT_MAP("reverse", "a\f\nb", "b\na\f");
	EXPECT_MAP("reverse", "a\r\nb\n", "b\na\r\n");
	EXPECT_MAP("reverse", "\xef\xbb\xbf", "\xef\xbb\xbf");
	EXPECT_MAP("reverse", "\xef\xbb\xbf\na",
	    "\xef\xbb\xbf"
	    "a\n");
	EXPECT_MAP("number",
	    "\xef\xbb\xbf"
	    "a",
	    "\xef\xbb\xbf     1\ta");
	EXPECT_MAP("number", "\xef\xbb\xbf", "\xef\xbb\xbf");
	/* What cannot grow needs no more room than it has bytes. */
	EXPECT(row("reverse")->apply(
	    (const unsigned char *)"a\nb\nc", 5, room, 5, &len));
	EXPECT(row("rot13")->apply(
	    (const unsigned char *)"abcde", 5, room, 5, &len));
}

static void
test_number(void)
{
	EXPECT_MAP("number", "", "");
	EXPECT_MAP("number", "\n", "     1\t\n");
	EXPECT_MAP("number", "a\n\n\0", "     1\ta\n     2\t\n     3\t\0");
}

/* The numbers may outgrow their six places; the room never does. */
static void
test_number_of_many(void)
{
	size_t len = 1000001, ret_len;
	unsigned char *text = unit_room(len);
	size_t cap = len * row("number")->growth + TRANSFORM_SPARE;
	unsigned char *room = unit_room(cap);

	memset(text, '\n', len);
	EXPECT(row("number")->apply(text, len, room, cap, &ret_len));
	EXPECT(ret_len == len * 8 + 2 && room[ret_len] == 0xaa);
	EXPECT(memcmp(room + ret_len - 26, "999999\t\n1000000\t\n1000001\t\n",
		   25) == 0);
}

/* In less room than it needs each says so, and touches nothing past it. */
static void
test_rooms(void)
{
	static const unsigned char text[] = "\xef\xbb\xbf"
					    "A\xce\x90\n\n\r\n\xce\xa3\n";
	const size_t len = sizeof(text) - 1, most = len * 11 + TRANSFORM_SPARE;

	for (const struct transform *t = transforms; t->name != NULL; t++) {
		bool could = false;

		for (size_t cap = 0; t->apply != NULL && cap <= most; cap++) {
			unsigned char *room = unit_room(cap);
			size_t got_len = 77;

			if (t->apply(text, len, room, cap, &got_len)) {
				could = true;
				EXPECT(got_len <= cap);
			} else {
				EXPECT(!could && got_len == len);
			}
		}
		EXPECT(could || t->apply == NULL);
	}
}

/* The room that its row says is enough for a text that is not short. */
static void
test_growths(void)
{
	static unsigned char text[9000];

	memset(text, '\n', sizeof(text) / 3);
	for (size_t i = sizeof(text) / 3; i < sizeof(text); i += 2)
		memcpy(text + i, "\xce\x90", 2);
	for (const struct transform *t = transforms; t->name != NULL; t++) {
		size_t cap = sizeof(text) * t->growth + TRANSFORM_SPARE, len;

		EXPECT(t->apply == NULL ||
		       t->apply(text, sizeof(text), unit_room(cap), cap, &len));
	}
}

static enum service_result
ask(const char *name, size_t name_len, const char *text, size_t cap,
    unsigned char *room, size_t *ret_len)
{
	return service_transform(NULL, (const unsigned char *)name, name_len,
	    (const unsigned char *)text, strlen(text), room, cap, ret_len);
}

static void
test_whitelist(void)
{
	char all[4096] = "";
	size_t cap = service_capacity(1), len = 77;
	unsigned char *room = unit_room(cap);

	for (const struct transform *t = transforms; t->name != NULL; t++) {
		strcat(strcat(all, t->name), "\n");
		EXPECT(service_summary((const unsigned char *)t->name,
			   strlen(t->name)) == t->summary);
	}
	EXPECT(service_summary((const unsigned char *)"shou", 4) == NULL);
	EXPECT(service_list(NULL, room, cap, &len) == SERVICE_OK);
	EXPECT(len == strlen(all) && memcmp(room, all, len) == 0);
	EXPECT(ask("transforms", 10, "x", cap, room, &len) == SERVICE_OK);
	EXPECT(len == strlen(all) && memcmp(room, all, len) == 0);
	EXPECT(ask("cummingsify", 11, "X", cap, room, &len) == SERVICE_OK);
	EXPECT(len == 1 && room[0] == 'x');
	EXPECT(ask("shout", 5, "x", cap, room, &len) == SERVICE_OK);
	EXPECT(len == 1 && room[0] == 'X');
	EXPECT(ask("shout", 4, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(ask("shout", 6, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(ask("Shout", 5, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(ask("", 0, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(len == 1);
	EXPECT(ask("shout", 5, "x", 1027, room, &len) == SERVICE_OK);
	EXPECT(ask("shout", 5, "x", 1026, room, &len) == SERVICE_FAILED);
	EXPECT(len == 1);
	EXPECT(service_list(NULL, room, 65535, &len) == SERVICE_FAILED);
	EXPECT(service_list(NULL, room, 65536, &len) == SERVICE_OK);
	/* What versed(8) says of a filter's output. */
	EXPECT(service_capacity(1000) == 76536);
}

/* It is told where, and nothing of the text is left behind. */
static void
test_failure(void)
{
	static const unsigned char text[] = "ab\xff"
					    "cdef";
	const size_t len = sizeof(text) - 1, cap = service_capacity(len);
	unsigned char *room = unit_room(cap);
	size_t at = 0;

	EXPECT(ask("shout", 5, (const char *)text, cap, room, &at) ==
	       SERVICE_FAILED);
	EXPECT(at == 2);
	EXPECT(memchr(room, 'A', cap) == NULL && room[0] == 0);
	/* Where no byte of it can be nothing is touched. */
	EXPECT(room[2 * 3 + TRANSFORM_SPARE - 1] == 0);
	EXPECT(room[2 * 3 + TRANSFORM_SPARE] == 0xaa);
	EXPECT(
	    strcmp(service_failure(text, len, at), "not UTF-8 at byte 3") == 0);
	EXPECT(strcmp(service_failure(text, len, 0),
		   "the transform failed at byte 1") == 0);
	EXPECT(strcmp(service_failure(text, len, len),
		   "the transform failed on this text") == 0);
}

int
main(void)
{
	test_rot13();
	test_reverse();
	test_ends_and_marks();
	test_number();
	test_number_of_many();
	test_rooms();
	test_growths();
	test_whitelist();
	test_failure();
	return unit_end();
}
