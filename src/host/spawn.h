/* SPDX-License-Identifier: ISC */
/* The one way in which a program is started. */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

#include <limits.h>
#include <signal.h>
#include <stdbool.h>

enum spawn_group {
	SPAWN_SAME_GROUP,
	SPAWN_OWN_GROUP,
	SPAWN_OWN_SESSION,
};

/* A program, and what is to surround it. */
struct spawn {
	const char *path; /* is not looked up: spawn_find does that */
	char *const *argv;
	char *const *env;
	const char *dir; /* where it runs, or NULL: here */
	/*
	 * What become its descriptors 0 to 2, in this order, so that none may
	 * be what another became before it; -1 leaves what is there.
	 */
	int fds[3];
	/*
	 * Signals that are set to their default, among them all that the
	 * caller catches; of the others those ignored stay so.
	 */
	sigset_t defaults;
	enum spawn_group group;
	bool dies_with_parent; /* is killed when the calling thread ends */
	bool closes_others;    /* has no descriptors but 0 to 2 */
};

/*
 * Starts a program, with no signal blocked.  Returns its process ID once it
 * runs; or -1, and then there is no process and errno says why, be it of
 * execve(2) or of what comes before.
 */
pid_t spawn_start(const struct spawn *spawn);

/*
 * Looks for the executable file called name in folders, a list as in PATH
 * whose empty items are skipped.  Returns whether there is one, and writes
 * its path to ret_path; a name with a slash is its own path, looked at no
 * further.  Otherwise errno says why: EACCES where some file could not be run.
 */
bool spawn_find(const char *name, const char *folders, char ret_path[PATH_MAX]);

#endif
