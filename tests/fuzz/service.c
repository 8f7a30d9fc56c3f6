/* SPDX-License-Identifier: ISC */
/* The transforms: not only that they stand it, but what holds of each. */
#include <stdbool.h>

#include "property.h"
#include "service/service.h"
#include "transforms/utf8.h"

struct text {
	unsigned char *bytes;
	size_t len;
	bool done;
};

static struct text
apply(const char *name, const unsigned char *text, size_t len)
{
	size_t cap = service_capacity(len);
	unsigned char *copy = property_copy(text, len);
	struct text result = {property_room(cap), 12345, false};
	enum service_result said =
	    service_transform(NULL, (const unsigned char *)name, strlen(name),
		copy, len, result.bytes, cap, &result.len);

	PROPERTY(said == SERVICE_OK || said == SERVICE_FAILED);
	result.done = said == SERVICE_OK;
	PROPERTY(result.len <= (result.done ? cap : len));
	PROPERTY(len == 0 || memcmp(copy, text, len) == 0);
	free(copy);
	return result;
}

static bool
is_utf8(const unsigned char *text, size_t len)
{
	const unsigned char *end = text + len;
	uint32_t code;
	size_t n;

	for (; text < end; text += n) {
		n = utf8_decode(text, end, &code);
		if (n == 0)
			return false;
		PROPERTY(n <= 4 && code <= 0x10ffff);
	}
	return true;
}

static bool
begins_well(const unsigned char *text, size_t len)
{
	uint32_t code;

	return utf8_decode(text, text + len, &code) > 0;
}

static bool
is_same(const struct text *a, const unsigned char *bytes, size_t len)
{
	return a->done && a->len == len &&
	       (len == 0 || memcmp(a->bytes, bytes, len) == 0);
}

/* Bytes in another order: each as often as before. */
static bool
is_shuffled(const struct text *a, const unsigned char *bytes, size_t len)
{
	size_t counts[256] = {0};

	if (!a->done || a->len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		counts[bytes[i]]++;
		counts[a->bytes[i]]--;
	}
	for (size_t i = 0; i < 256; i++)
		if (counts[i] != 0)
			return false;
	return true;
}

/* What a case mapping owes: it fails on what is not UTF-8, and that alone. */
static void
check_case(const char *name, size_t growth, bool is_idempotent,
    const unsigned char *text, size_t len)
{
	struct text once = apply(name, text, len), twice;

	PROPERTY(once.done == is_utf8(text, len));
	/* It says where: what is before that byte is good, with it it is not.
	 */
	PROPERTY(once.done || (once.len < len && is_utf8(text, once.len)));
	PROPERTY(once.done || !begins_well(text + once.len, len - once.len));
	if (once.done) {
		PROPERTY(once.len <= len * growth / 2);
		PROPERTY(is_utf8(once.bytes, once.len));
		twice = apply(name, once.bytes, once.len);
		PROPERTY(twice.done);
		PROPERTY(
		    !is_idempotent || is_same(&twice, once.bytes, once.len));
		free(twice.bytes);
	}
	free(once.bytes);
}

static void
check_bytes(const unsigned char *text, size_t len)
{
	struct text once = apply("rot13", text, len);
	struct text twice = apply("rot13", once.bytes, once.len);
	struct text reversed = apply("reverse", text, len);
	struct text numbered = apply("number", text, len);
	struct text list = apply("transforms", text, len);

	PROPERTY(is_same(&twice, text, len));
	PROPERTY(is_shuffled(&reversed, text, len));
	PROPERTY(numbered.done && numbered.len >= len);
	PROPERTY(list.done && list.len > 0);
	free(once.bytes);
	free(twice.bytes);
	free(reversed.bytes);
	free(numbered.bytes);
	free(list.bytes);
}

/* No name but those of the list is known. */
static void
check_names(const unsigned char *name, size_t len)
{
	unsigned char room[65536 + 64];
	size_t room_len = 0;
	enum service_result said = service_transform(NULL, name, len,
	    (const unsigned char *)"", 0, room, sizeof(room), &room_len);

	PROPERTY(said == SERVICE_OK || said == SERVICE_UNKNOWN);
	if (said == SERVICE_OK)
		PROPERTY(len >= 5 && len <= 11 && name[0] >= 'a');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 4096)
		return 0;
	check_case("cummingsify", 3, true, data, size);
	check_case("shout", 6, true, data, size);
	check_case("title", 6, false, data, size);
	check_bytes(data, size);
	check_names(data, size);
	return 0;
}
