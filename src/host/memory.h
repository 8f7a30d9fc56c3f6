/* SPDX-License-Identifier: ISC */
/* Memory that is taken from the system only as it is used. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* Texts of fewer bytes than this are not worth memory_expect's while. */
#define MEMORY_EXPECT_MIN ((size_t)4 << 20)

/* Returns size bytes of zeros, the caller's to the end, or NULL (errno). */
void *memory_reserve(size_t size);

/*
 * Tells the system that the size bytes at start, of reserved memory, will all
 * be written: where they are many, it then gives it in large pieces.  Not one
 * byte beside them is taken for that.
 */
void memory_expect(unsigned char *start, size_t size);

#endif
