/* SPDX-License-Identifier: ISC */
/* A filter's processes: how the first is started, and how all are ended. */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#define CHILDREN_MAX	 64
#define PROCESS_CHILDREN "/proc/thread-self/children"

/* The children of this process, of one thread, those it adopted included. */
struct children {
	pid_t pids[CHILDREN_MAX];
	size_t count;
};

/*
 * Writes the first CHILDREN_MAX children, oldest first.  Returns false where
 * the system does not tell (proc(5), children).
 */
bool process_children(struct children *ret_children);

/*
 * Kills all children but those of keep, and what they leave behind, until
 * none is left; needs PR_SET_CHILD_SUBREAPER.  Returns false where some
 * were left after two seconds: the kernel holds on to them.
 */
bool process_kill_children(const struct children *keep);

/*
 * Starts the program at path, an absolute one, without a shell: in /, in a
 * session of its own, with PATH, LANG and its name in VERSED_TRANSFORM for an
 * environment, no descriptors but 0 to 2, and default signal dispositions.
 * Its standard input is a file of its own in memory that holds text and
 * cannot be changed.  It dies with this process.
 *
 * Returns its pid, or -1; errno says why.  Where the other, non-blocking ends
 * of its standard output and error are opened they are in out and err, and the
 * caller's to close.  What RLIMIT_FSIZE forbids is EFBIG where SIGXFSZ is
 * ignored.
 */
pid_t process_start(const char *path, const char *name,
    const unsigned char *text, size_t text_len, int *out, int *err);

/*
 * Says as strerror(3) does why the program at path could not be launched; of
 * error, ENOENT and others may mean what is to run it.
 */
const char *process_explain(const char *path, int error);

#endif
