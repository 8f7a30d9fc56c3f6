/* SPDX-License-Identifier: ISC */
/* What the command lines of all programs have in common. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The highest limit for the bytes of a text.  Its request, result and page take
 * up to 80 times as many; in 32 bits these must be counted, too.
 */
#define OPTIONS_LENGTH_MAX \
	(SIZE_MAX / 256 < 999999999 ? SIZE_MAX / 256 : 999999999)

/* The highest limit for a time. */
#define OPTIONS_SECONDS_MAX 999999999

/* A program's options; -h and -V are among those of each. */
struct options {
	const char *letters; /* for getopt_long(3), with a ':' first */
	const struct option *names;
	const char *help;    /* whole lines */
	const char *version; /* a whole line */
};

/*
 * Returns the next option's letter, its argument in optarg, or -1 at the first
 * operand, argv[optind].  -h and -V print; they and an error end the process.
 */
int options_next(const struct options *options, int argc, char *argv[]);

/*
 * Returns optarg as options_number does; where it is none, the process ends
 * with a message that says what must be a number.
 */
unsigned long options_number_or_die(
    const char *what, unsigned long min, unsigned long max);

/*
 * Reads text as a decimal number of digits only, from min to max
 * (max <= 999999999).  Returns true with the number in ret_value, or false.
 */
bool options_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *ret_value);

#endif
