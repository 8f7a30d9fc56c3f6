/* SPDX-License-Identifier: ISC */
/* What the command lines of all programs have in common. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The highest limit for the bytes of a text.  Its request, result and page take
 * up to 80 times as many; in 32 bits these must be counted, too.
 */
#define OPTIONS_LENGTH_MAX \
	(SIZE_MAX / 256 < 999999999 ? SIZE_MAX / 256 : 999999999)

/*
 * Reads text as a decimal number of digits only, from min to max
 * (max <= 999999999).  Returns true with the number in ret_value, or false.
 */
bool options_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *ret_value);

#endif
