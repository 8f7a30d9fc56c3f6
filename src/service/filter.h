/* SPDX-License-Identifier: ISC */
/* Filters: the programs of folders as transforms, and their processes. */
#ifndef FILTER_H
#define FILTER_H

#include <sys/types.h>

#include <limits.h>

#include "service.h"

/*
 * Looks for the filter called name, which is checked before a folder is looked
 * into, and each folder as by filters_open.  SERVICE_OK writes the name and the
 * path in the first folder that has it; else SERVICE_UNKNOWN or SERVICE_BROKEN.
 */
enum service_result filters_find(struct filters *filters,
    const unsigned char *name, size_t name_len,
    char ret_name[FILTER_NAME_MAX + 1], char ret_path[PATH_MAX]);

/*
 * Runs the filter called name, as service_transform, until it has exited and
 * nobody holds its standard output, or the deadline of host/io; no process of
 * it is left.  Its standard error is logged, as is why it failed.
 */
enum service_result filters_run(struct filters *filters,
    const unsigned char *name, size_t name_len, const unsigned char *text,
    size_t text_len, unsigned char *ret_text, size_t cap, size_t *ret_len);

/*
 * Writes the names of the filters that no transform of the table has, sorted,
 * one a line, to ret_text, which has cap bytes, and how many these are to
 * ret_len.  Returns SERVICE_OK, or SERVICE_BROKEN where a folder cannot be read
 * or the names do not fit.
 */
enum service_result filters_list(struct filters *filters,
    unsigned char *ret_text, size_t cap, size_t *ret_len);

/* Of process.c, from here on. */

#define CHILDREN_MAX	 64
#define PROCESS_CHILDREN "/proc/thread-self/children"

/* The children of this process, of one thread, those it adopted included. */
struct children {
	pid_t pids[CHILDREN_MAX];
	size_t count;
};

/* Writes the first of them, oldest first; false where proc(5) does not tell. */
bool process_children(struct children *ret_children);

/*
 * Kills all children but those of keep, and what they leave behind, until
 * none is left; needs PR_SET_CHILD_SUBREAPER.  Returns false where some
 * were left after two seconds: the kernel holds on to them.
 */
bool process_kill_children(const struct children *keep);

/*
 * Starts the program at path, an absolute one, as versed(8) tells (Filters).
 * Its standard input is a file of its own in memory that holds text and cannot
 * be changed.  It dies with this process.
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
