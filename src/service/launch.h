/* SPDX-License-Identifier: ISC */
/* Starts a program that inherits nothing, and reads a text. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <sys/types.h>

#include <stddef.h>

/*
 * Starts the program at path, an absolute one, without a shell: in /, in a
 * session of its own, with PATH, LANG and its name in VERSED_TRANSFORM for an
 * environment, no descriptors but 0 to 2, and default signal dispositions.
 * Its standard input is a file of its own in memory that holds text and
 * cannot be changed.  It dies with this process.
 *
 * Returns its pid and writes the other, non-blocking ends of its standard
 * output and error to ret_ours; or -1, errno says why.  What RLIMIT_FSIZE
 * forbids is EFBIG where SIGXFSZ is ignored.
 */
pid_t launch(const char *path, const char *name, const unsigned char *text,
    size_t text_len, int ret_ours[2]);

/*
 * Says as strerror(3) does why the program at path could not be launched; of
 * error, ENOENT and others may mean what is to run it.
 */
const char *launch_explain(const char *path, int error);

#endif
