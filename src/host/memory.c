/* SPDX-License-Identifier: ISC */
/* Reserved memory, each piece up to a page that cannot be touched. */
#include "memory.h"

#include <sys/mman.h>

#include <unistd.h>

void *
memory_reserve(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page;
	unsigned char *memory = mmap(NULL, whole + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED ||
	    mprotect(memory + whole, page, PROT_NONE) != 0)
		return NULL;
	return memory + whole - size;
}
