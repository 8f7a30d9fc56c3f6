/* SPDX-License-Identifier: ISC */
/* Filters: the programs of a folder as transforms. */
#ifndef FILTER_H
#define FILTER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "launch.h"
#include "service.h"

#define FILTER_NAME_MAX LAUNCH_NAME_MAX

/* A folder of filters: the caller's, who sets all but dir. */
struct filters {
	char dir[PATH_MAX];
	/* Of CLOCK_MONOTONIC: when a filter has failed; {0, 0} is never. */
	struct timespec deadline;
	/*
	 * Is given each line that the filter called name writes to its standard
	 * error, and one that says why it failed, if it did; or NULL.
	 */
	void (*on_line)(void *context, const char *name,
	    const unsigned char *line, size_t len);
	/*
	 * Is asked after each signal whether the deadline is to pass now; or
	 * NULL.
	 */
	bool (*is_over)(void);
	void *context;
};

enum filters_result {
	FILTERS_OK,
	FILTERS_ERROR,	  /* errno says why */
	FILTERS_WRITABLE, /* others than the owner can write to it */
	FILTERS_NO_PROC,  /* a filter's processes could not be found */
};

/*
 * Checks the folder dir and writes its absolute name to filters->dir; the
 * other members are left alone.
 */
enum filters_result filters_open(struct filters *filters, const char *dir);

/* Sets the deadline to timeout_s seconds from now; 0 is none. */
void filters_set_deadline(struct filters *filters, unsigned long timeout_s);

/*
 * Runs the filter called name, as service_transform.  The name is checked by
 * [a-z0-9][a-z0-9_-]{0,63} before the folder is looked into.  No process of
 * the filter is left when it returns.
 */
enum service_result filters_run(const struct filters *filters,
    const unsigned char *name, size_t name_len, const unsigned char *text,
    size_t text_len, unsigned char *ret_text, size_t cap, size_t *ret_len);

/*
 * Writes the filters' names, sorted, one a line, to ret_text, which has cap
 * bytes; those that is_taken says yes to are left out.  Returns false, and
 * leaves ret_len alone, where they do not fit or cannot be read.
 */
bool filters_list(const struct filters *filters,
    bool (*is_taken)(const char *name), unsigned char *ret_text, size_t cap,
    size_t *ret_len);

#endif
