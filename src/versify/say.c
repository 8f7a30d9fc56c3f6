/* SPDX-License-Identifier: ISC */
/* What is said on standard error. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/printable.h"

#define MESSAGE_MAX 4096

static enum say_level most = SAY_FAILURES;

void
say_no_more_than(enum say_level level)
{
	most = level;
}

static void
say_list(enum say_level level, const char *format, va_list ap)
{
	char text[MESSAGE_MAX], line[MESSAGE_MAX * PRINTABLE_MAX + 1];

	vsnprintf(text, sizeof(text), format, ap);
	printable_write(text, strlen(text), PRINTABLE_LINE, line);
	if (level <= most)
		fprintf(stderr, "versify: %s\n", line);
}

void
say(enum say_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say_list(level, format, ap);
	va_end(ap);
}

void
say_die(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say_list(SAY_FAILURES, format, ap);
	va_end(ap);
	exit(status);
}
