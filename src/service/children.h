/* SPDX-License-Identifier: ISC */
/* The children of this process, of one thread, those it adopted included. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#define CHILDREN_MAX 64

struct children {
	pid_t pids[CHILDREN_MAX];
	size_t count;
};

/*
 * Writes the first CHILDREN_MAX children, oldest first.  Returns false, and
 * writes nothing, where the system does not tell (proc(5), children).
 */
bool children_read(struct children *ret_children);

/*
 * Kills all children but those of keep, and what they leave behind, until
 * none is left; needs PR_SET_CHILD_SUBREAPER.  Returns false where some
 * were left after two seconds: the kernel holds on to them.
 */
bool children_kill(const struct children *keep);

#endif
