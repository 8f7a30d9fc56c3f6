/* SPDX-License-Identifier: ISC */
/* What is said on standard error, by all of versify. */
#ifndef SAY_H
#define SAY_H

enum say_level {
	SAY_NOTHING,
	SAY_FAILURES,
	SAY_ALL,
};

/* From now on say no more than level; at first it is SAY_FAILURES. */
void say_no_more_than(enum say_level level);

/*
 * Says one line, "versify: MESSAGE", as PRINTABLE_LINE shows it, where it is
 * not above the level.
 */
void say(enum say_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a failure, after which the process ends with status. */
void say_die(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#endif
