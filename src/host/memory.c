/* SPDX-License-Identifier: ISC */
/* Reserved memory, each piece up to a page that cannot be touched. */
#include "memory.h"

#include <sys/mman.h>

#include <stdint.h>
#include <unistd.h>

/* Where the default limits fit: a mapping less to make and to tear down. */
static unsigned char small[(size_t)3 << 19];

void *
memory_reserve(size_t size)
{
	static size_t used;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t skip = -(uintptr_t)small % page;
	size_t whole = (size + page - 1) / page * page;
	unsigned char *memory = small + skip + used;

	if (skip + used + whole + page <= sizeof(small))
		used += whole + page;
	else
		memory = mmap(NULL, whole + page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED ||
	    mprotect(memory + whole, page, PROT_NONE) != 0)
		return NULL;
	return memory + whole - size;
}
