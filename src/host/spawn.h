/* SPDX-License-Identifier: ISC */
/* Starts a program that inherits nothing. */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

/* The longest name of a program. */
#define SPAWN_NAME_MAX 64

/*
 * Starts the program at path, an absolute one, without a shell: in /, in a
 * session of its own, with PATH, LANG and its name in VERSED_TRANSFORM for an
 * environment, no descriptors but 0 to 2, and default signal dispositions.
 * It dies with this process.  Where it cannot be run it says so on its
 * standard error and exits with 127.
 *
 * Returns its pid and writes the other, non-blocking ends of its three streams
 * to ret_ours, by their numbers; or -1, errno says why.
 */
pid_t spawn(const char *path, const char *name, int ret_ours[3]);

#endif
