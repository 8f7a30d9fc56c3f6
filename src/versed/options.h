/* SPDX-License-Identifier: ISC */
/* The command line of versed. */
#ifndef VERSED_OPTIONS_H
#define VERSED_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "service/filter.h"

struct versed_options {
	const char *filters_dirs[FILTERS_DIRS_MAX + 1];
	size_t filters_count;
	const char *poem_file; /* or NULL */
	bool list;
	bool verbose;
	size_t max;		    /* bytes of a request's content */
	unsigned long max_requests; /* of a listening socket; 0 is no limit */
	unsigned long timeout_s;    /* 0 is none */
};

/*
 * Reads the command line into ret_options, the strings being those of argv, and
 * has the log go where it says.  Prints what was only to be printed, and logs
 * what is wrong with it; both end the process.
 */
void versed_options_parse(
    int argc, char *argv[], struct versed_options *ret_options);

/* Ends a run that was only to print something; logs where it cannot be. */
_Noreturn void versed_options_finish_printing(void);

#endif
