/* SPDX-License-Identifier: ISC */
/* Starts a program that inherits nothing. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <sys/types.h>

/* The longest name of a program. */
#define LAUNCH_NAME_MAX 64

/*
 * Starts the program at path, an absolute one, without a shell: in /, in a
 * session of its own, with PATH, LANG and its name in VERSED_TRANSFORM for an
 * environment, no descriptors but 0 to 2, and default signal dispositions.
 * It dies with this process.
 *
 * Returns its pid and writes the other, non-blocking ends of its three streams
 * to ret_ours, by their numbers; or -1, errno says why.
 */
pid_t launch(const char *path, const char *name, int ret_ours[3]);

#endif
