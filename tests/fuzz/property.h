/* SPDX-License-Identifier: ISC */
/* What the fuzz targets share: a property that must hold, and fresh memory. */
#ifndef PROPERTY_H
#define PROPERTY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROPERTY(condition)                                          \
	do {                                                         \
		if (!(condition)) {                                  \
			fprintf(stderr, "not so: %s\n", #condition); \
			abort();                                     \
		}                                                    \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns size bytes of 0xaa, of just that size, to be freed by the caller. */
static inline unsigned char *
property_room(size_t size)
{
	unsigned char *room = malloc(size > 0 ? size : 1);

	PROPERTY(room != NULL);
	memset(room, 0xaa, size);
	return room;
}

/* Returns a copy of size bytes, to be freed by the caller. */
static inline unsigned char *
property_copy(const void *bytes, size_t size)
{
	unsigned char *copy = property_room(size);

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

#endif
