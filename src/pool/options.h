/* SPDX-License-Identifier: ISC */
/* What versed-pool's options mean. */
#ifndef POOL_OPTIONS_H
#define POOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct pool_options {
	size_t workers;	    /* for each socket */
	size_t max_workers; /* for all stream sockets; 0: not given */
	long long idle_s;   /* 0 is never */
	long long timeout_s;
	bool verbose;
	char *const *command; /* or NULL: the default */
};

/*
 * Reads the command line.  Writes ret_options, or prints what was asked for, or
 * says what is wrong, and ends the process.
 */
void pool_options_parse(
    int argc, char *argv[], struct pool_options *ret_options);

#endif
