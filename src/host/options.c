/* SPDX-License-Identifier: ISC */
/* Numbers on command lines. */
#include "options.h"

#include <stdbool.h>

bool
options_number(const char *text, unsigned long min, unsigned long max,
    unsigned long *ret_value)
{
	unsigned long value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned long)(*text - '0');
		if (value > max)
			return false;
	}
	if (value < min)
		return false;
	*ret_value = value;
	return true;
}
