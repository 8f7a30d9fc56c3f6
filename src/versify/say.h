/* SPDX-License-Identifier: ISC */
/* What is said on standard error, by all of versify. */
#ifndef SAY_H
#define SAY_H

#include <stddef.h>

enum say_level {
	SAY_NOTHING,
	SAY_FAILURES,
	SAY_ALL,
};

/* From now on say no more than level; at first it is SAY_FAILURES. */
void say_no_more_than(enum say_level level);

/*
 * Says one line, "versify: MESSAGE", where it is not above the level; a
 * control character in it becomes \u00NN.
 */
void say(enum say_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a failure, after which the process ends with status. */
void say_die(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* The most bytes that say_printable makes of each. */
#define SAY_PRINTABLE_MAX 6

/*
 * Writes the len bytes at text to buf, of which the caller owns
 * SAY_PRINTABLE_MAX for each: a control character, other than keep, as \u00NN.
 * Returns how many it wrote.
 */
size_t say_printable(const char *text, size_t len, char keep, char *buf);

#endif
