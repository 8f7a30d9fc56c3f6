/* SPDX-License-Identifier: ISC */
/* Runs a program over a text, and ends all that it started. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct program {
	const char *path; /* absolute */
	const char *name; /* for VERSED_TRANSFORM and on_line */
	struct timespec deadline;
	void (*on_line)(void *context, const char *name,
	    const unsigned char *line, size_t len);
	bool (*is_over)(void);
	void *context;
};

enum program_result {
	PROGRAM_OK,
	PROGRAM_FAILED, /* could not start, exited non-zero, wrote too much */
	PROGRAM_LATE,	/* the deadline came first */
};

/* Says whether the processes that a program starts can be found here. */
bool program_can_clean_up(void);

/*
 * Runs program with text on its standard input, in /, without any other
 * descriptor, with a fixed environment and default signal dispositions.  It
 * is done when it has exited and nobody holds its standard output; what it
 * started beside is killed.  deadline, on_line and is_over are as struct
 * filters has them.  SIGPIPE must be ignored.
 *
 * PROGRAM_OK writes what it wrote, at most cap bytes, to ret_text and the
 * length to ret_len; else ret_len is left alone, and ret_text holds nothing.
 * Meanwhile the process is the subreaper of its descendants.
 */
enum program_result program_run(const struct program *program,
    const unsigned char *text, size_t text_len, unsigned char *ret_text,
    size_t cap, size_t *ret_len);

#endif
