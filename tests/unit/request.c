/* SPDX-License-Identifier: ISC */
/* The request splitter. */
#include "wire/request.h"

#include "unit.h"

static void
check(const char *bytes, size_t len, enum request_result want, size_t want_len)
{
	size_t name_len = 77;

	EXPECT(request_split(unit_copy(bytes, len), len, &name_len) == want);
	EXPECT(name_len == want_len);
}

int
main(void)
{
	check("", 0, REQUEST_BAD, 77);
	check("rot13", 5, REQUEST_BAD, 77);
	check("rot13.", 5, REQUEST_BAD, 77);
	check("rot13.", 6, REQUEST_OK, 5);
	check(".", 1, REQUEST_OK, 0);
	check("a.b.c", 5, REQUEST_OK, 1);
	check("a\0.b", 4, REQUEST_OK, 2);
	return unit_end();
}
