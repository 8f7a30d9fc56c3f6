/* SPDX-License-Identifier: ISC */
/* The service over a table of transforms that do not keep to their contract. */
#include <stdbool.h>
#include <stdint.h>

#include "service/service.h"
#include "transforms/transforms.h"
#include "unit.h"

/* Claims to have written more than there is room. */
static bool
boast(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	memcpy(ret_text, text, len);
	*ret_len = cap + 1;
	return true;
}

/* Fails behind the end of its text. */
static bool
point_away(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	(void)cap;
	memcpy(ret_text, text, len);
	*ret_len = SIZE_MAX;
	return false;
}

/* Fails, and does not say where. */
static bool
be_silent(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	(void)cap;
	(void)ret_len;
	memcpy(ret_text, text, len);
	return false;
}

const struct transform transforms[] = {
    {"boast", 1, boast, ""},
    {"point", 30, point_away, ""},
    {"silent", 1, be_silent, ""},
    {NULL, 0, NULL, NULL},
};

int
main(void)
{
	static const unsigned char text[] = "a text of a client";
	const size_t len = sizeof(text) - 1;

	for (const struct transform *t = transforms; t->name != NULL; t++) {
		size_t cap = len * t->growth + TRANSFORM_SPARE, ret_len = 77;
		unsigned char *room = unit_room(cap);

		EXPECT(service_transform(NULL, (const unsigned char *)t->name,
			   strlen(t->name), text, len, room, cap,
			   &ret_len) == SERVICE_FAILED);
		EXPECT(ret_len == len);
		EXPECT(memchr(room, 'c', cap) == NULL);
	}
	/* The largest growth decides how much a caller has to have. */
	EXPECT(service_capacity(1000) >= 30000 + TRANSFORM_SPARE);
	return unit_end();
}
