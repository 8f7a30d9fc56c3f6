/* SPDX-License-Identifier: ISC */
/* The command line of versify. */
#ifndef VERSIFY_OPTIONS_H
#define VERSIFY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"

/* What is to be done. */
struct versify_options {
	struct client client;
	const char *file;   /* or NULL: standard input */
	const char *output; /* or NULL: standard output */
	bool fallback;
	bool get; /* a poem */
	bool list;
	size_t request_max;
	int64_t timeout_ms; /* of the exchange; 0 is any time */
};

/*
 * Reads the command line into ret_options, the strings being those of argv.
 * Prints what was only to be printed, and where something is wrong with it
 * says what; both end the process.
 */
void versify_options_parse(
    int argc, char *argv[], struct versify_options *ret_options);

#endif
