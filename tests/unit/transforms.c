/* SPDX-License-Identifier: ISC */
/* The transforms that take any bytes, and the whitelist. */
#include "transforms/transforms.h"

#include <stdbool.h>
#include <stdint.h>

#include "service/service.h"
#include "unit.h"

/* Expects that map makes want of text, both of which may hold NULs. */
static void
expect_map(transform_fn *map, const char *text, size_t len, const char *want,
    size_t want_len, int line)
{
	unsigned char *room = unit_room(service_capacity(len));
	unsigned char *copy = unit_room(len);
	size_t got_len = 0;

	memcpy(copy, text, len);
	if (map(copy, len, room, &got_len) && got_len == want_len &&
	    memcmp(room, want, want_len) == 0 && room[want_len] == 0xaa)
		return;
	fprintf(stderr, "got %zu bytes: %.*s\n", got_len, (int)got_len,
	    (const char *)room);
	unit_fail(__FILE__, line, text);
}

#define EXPECT_MAP(map, text, want) \
	expect_map(                 \
	    map, text, sizeof(text) - 1, want, sizeof(want) - 1, __LINE__)

static void
test_rot13(void)
{
	EXPECT_MAP(transform_rot13, "", "");
	EXPECT_MAP(
	    transform_rot13, "AMNZamnz@[`{09\xff\0x", "NZAMnzam@[`{09\xff\0k");
}

static void
test_reverse(void)
{
	EXPECT_MAP(transform_reverse, "", "");
	EXPECT_MAP(transform_reverse, "a", "a");
	EXPECT_MAP(transform_reverse, "\n", "\n");
	EXPECT_MAP(transform_reverse, "a\n", "a\n");
	EXPECT_MAP(transform_reverse, "a\nb", "b\na");
	EXPECT_MAP(transform_reverse, "a\nb\n", "b\na\n");
	EXPECT_MAP(transform_reverse, "\na", "a\n");
	EXPECT_MAP(transform_reverse, "\n\nab\n", "ab\n\n\n");
	EXPECT_MAP(transform_reverse, "one\n\ntwo", "two\n\none");
	EXPECT_MAP(transform_reverse, "\xff\0\nb\r\n", "b\r\n\xff\0\n");
}

static void
test_number(void)
{
	EXPECT_MAP(transform_number, "", "");
	EXPECT_MAP(transform_number, "\n", "     1\t\n");
	EXPECT_MAP(
	    transform_number, "a\n\n\0", "     1\ta\n     2\t\n     3\t\0");
}

/* The numbers may outgrow their six places; the room never does. */
static void
test_number_of_many(void)
{
	size_t len = 1000001, ret_len;
	unsigned char *text = unit_room(len);
	unsigned char *room = unit_room(len * 11);

	memset(text, '\n', len);
	EXPECT(transform_number(text, len, room, &ret_len));
	EXPECT(ret_len == len * 8 + 2 && room[ret_len] == 0xaa);
	EXPECT(memcmp(room + ret_len - 26, "999999\t\n1000000\t\n1000001\t\n",
		   25) == 0);
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
	static const char all[] = "cummingsify\nshout\ntitle\nrot13\nreverse\n"
				  "number\ntransforms\n";
	size_t cap = service_capacity(1), len = 77;
	unsigned char *room = unit_room(cap);

	EXPECT(service_list(NULL, room, cap, &len) == SERVICE_OK);
	EXPECT(len == strlen(all) && memcmp(room, all, len) == 0);
	EXPECT(ask("transforms", 10, "x", cap, room, &len) == SERVICE_OK);
	EXPECT(len == strlen(all) && memcmp(room, all, len) == 0);
	EXPECT(ask("cummingsify", 11, "X", cap, room, &len) == SERVICE_OK);
	EXPECT(len == 1 && room[0] == 'x');
	EXPECT(ask("shout", 5, "x", cap, room, &len) == SERVICE_OK);
	EXPECT(len == 1 && room[0] == 'X');
	len = 77;
	EXPECT(ask("shout", 4, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(ask("shout", 6, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(ask("Shout", 5, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(ask("", 0, "x", cap, room, &len) == SERVICE_UNKNOWN);
	EXPECT(ask("shout", 5, "\xff", cap, room, &len) == SERVICE_FAILED);
	EXPECT(ask("shout", 5, "x", cap - 1, room, &len) == SERVICE_FAILED);
	EXPECT(service_list(NULL, room, 65535, &len) == SERVICE_FAILED);
	EXPECT(len == 77);
	EXPECT(service_list(NULL, room, 65536, &len) == SERVICE_OK);
	/* What versed(8) says of a filter's output. */
	EXPECT(service_capacity(1000) == 76536);
}

int
main(void)
{
	test_rot13();
	test_reverse();
	test_number();
	test_number_of_many();
	test_whitelist();
	return unit_end();
}
