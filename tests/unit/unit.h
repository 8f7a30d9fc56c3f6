/* SPDX-License-Identifier: ISC */
/* What the unit tests share. */
#ifndef UNIT_H
#define UNIT_H

#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int unit_failures;

/* Counts a failure, naming the place, where condition does not hold. */
#define EXPECT(condition) \
	((condition) ? (void)0 : unit_fail(__FILE__, __LINE__, #condition))

static inline void
unit_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
	if (++unit_failures >= 20)
		exit(EXIT_FAILURE);
}

/*
 * Returns room for size bytes that no byte can be touched behind, filled
 * with 0xaa.  It is never given back.
 */
static inline unsigned char *
unit_room(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page;
	unsigned char *p = mmap(NULL, whole + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + whole, page, PROT_NONE) != 0) {
		perror("unit_room");
		exit(EXIT_FAILURE);
	}
	memset(p, 0xaa, whole);
	return p + whole - size;
}

/* Returns a copy of the len bytes that no byte can be read behind. */
static inline unsigned char *
unit_copy(const void *bytes, size_t len)
{
	unsigned char *copy = unit_room(len);

	memcpy(copy, bytes, len);
	return copy;
}

/* Returns how main ends. */
static inline int
unit_end(void)
{
	return unit_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
