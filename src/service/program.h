/* SPDX-License-Identifier: ISC */
/* Runs a program over a text, and ends all that it started. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

#include "filter.h"

/*
 * Launches the filter called name, the program at path, on text.  It is done
 * when it has exited and nobody holds its standard output; what it started
 * beside is killed.  It is late at the deadline of host/io.  What it writes to
 * its standard error is logged, as is why it failed.
 *
 * SERVICE_OK writes what it wrote, at most cap bytes, to ret_text and the
 * length to ret_len; else ret_len is left alone, ret_text holds nothing, and
 * filters->reason says why.  Meanwhile the process is the subreaper of its
 * descendants.
 */
enum service_result program_run(struct filters *filters, const char *path,
    const char *name, const unsigned char *text, size_t text_len,
    unsigned char *ret_text, size_t cap, size_t *ret_len);

#endif
