/* SPDX-License-Identifier: ISC */
/* What is said on standard error. */
#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 4096

static enum say_level most = SAY_FAILURES;

void
say_no_more_than(enum say_level level)
{
	most = level;
}

size_t
say_printable(const char *text, size_t len, char keep, char *buf)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		/* In UTF-8 these, too, are control characters. */
		bool c1 = c >= 0x80 && c < 0xa0 && i > 0 &&
			  (unsigned char)text[i - 1] == 0xc2;

		if (c1)
			n--;
		if ((c < ' ' && text[i] != keep) || c == 0x7f || c1)
			n += (size_t)sprintf(buf + n, "\\u%04x", c);
		else
			buf[n++] = text[i];
	}
	return n;
}

static void
say_list(enum say_level level, const char *format, va_list ap)
{
	char text[MESSAGE_MAX], line[MESSAGE_MAX * SAY_PRINTABLE_MAX];
	size_t len;

	vsnprintf(text, sizeof(text), format, ap);
	len = say_printable(text, strlen(text), '\0', line);
	if (level <= most)
		fprintf(stderr, "versify: %.*s\n", (int)len, line);
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
