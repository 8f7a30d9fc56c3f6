/* SPDX-License-Identifier: ISC */
/* Reserved memory, and transparent huge pages for large texts. */
#include "memory.h"

#include <sys/mman.h>

#include <stdint.h>

#define HUGE_PAGE ((size_t)2 << 20)

/* Where the default limits fit: a mapping less to make and to tear down. */
static unsigned char small[(size_t)3 << 19];

void *
memory_reserve(size_t size)
{
	static size_t used;
	void *memory;

	if (size <= sizeof(small) - used) {
		memory = small + used;
		used += size;
		return memory;
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void
memory_expect(unsigned char *start, size_t size)
{
	size_t skip = -(uintptr_t)start % HUGE_PAGE;

	if (size < MEMORY_EXPECT_MIN)
		return;
	/* Advice only: a kernel without such pages refuses, and no harm. */
	madvise(
	    start + skip, (size - skip) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
}
