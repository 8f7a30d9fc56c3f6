/* SPDX-License-Identifier: ISC */
/* Filters: the programs of folders as transforms. */
#ifndef FILTER_H
#define FILTER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "service.h"

/* The longest name of a filter. */
#define FILTER_NAME_MAX	   64
#define FILTERS_DIRS_MAX   8
#define FILTERS_REASON_MAX 512

/* Folders of filters; of zeros before filters_open. */
struct filters {
	char dirs[FILTERS_DIRS_MAX][PATH_MAX];
	size_t count;
	bool explains; /* filters_list logs of what is no filter why */
	/* Why the last that failed, was late or broken was so. */
	char reason[FILTERS_REASON_MAX];
};

/*
 * Checks the folder dir and adds it to those of filters.  Returns NULL, or the
 * reason why it cannot be.
 */
const char *filters_open(struct filters *filters, const char *dir);

/*
 * Looks for the filter called name.  The name is checked by
 * [a-z0-9][a-z0-9_-]{0,63} before a folder is looked into, and each folder as
 * by filters_open.  SERVICE_OK writes the name and the path of the first folder
 * that has one; else it is SERVICE_UNKNOWN or SERVICE_BROKEN.
 */
enum service_result filters_find(struct filters *filters,
    const unsigned char *name, size_t name_len,
    char ret_name[FILTER_NAME_MAX + 1], char ret_path[PATH_MAX]);

/*
 * Runs the filter called name, as service_transform, until it has exited and
 * nobody holds its standard output, or the deadline of host/io; no process of
 * it is left.  Its standard error is logged, as is why it failed.
 */
enum service_result filters_run(struct filters *filters,
    const unsigned char *name, size_t name_len, const unsigned char *text,
    size_t text_len, unsigned char *ret_text, size_t cap, size_t *ret_len);

/*
 * Writes the names of the filters that no transform of the table has, sorted,
 * one a line, to ret_text, which has cap bytes, and how many these are to
 * ret_len.  Returns SERVICE_OK, or SERVICE_BROKEN where a folder cannot be read
 * or the names do not fit.
 */
enum service_result filters_list(struct filters *filters,
    unsigned char *ret_text, size_t cap, size_t *ret_len);

#endif
