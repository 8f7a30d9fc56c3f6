/* SPDX-License-Identifier: ISC */
/* Memory that is taken from the system only as it is used. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/*
 * Returns size bytes of zeros, the caller's to the end, or NULL (errno).  Who
 * touches the byte behind them is killed.
 */
void *memory_reserve(size_t size);

#endif
