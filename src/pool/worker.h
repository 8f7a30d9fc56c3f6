/* SPDX-License-Identifier: ISC */
/* A worker: a program started on a listening socket. */
#ifndef WORKER_H
#define WORKER_H

#include <sys/types.h>

#include <stddef.h>

/* The most bytes of worker_describe's text, its NUL included. */
#define WORKER_TEXT_MAX 96

enum worker_result {
	WORKER_ANSWERED,
	WORKER_REFUSED, /* the client's fault, not the worker's */
	WORKER_FAILED,
};

struct worker_command {
	const char *path;
	char *const *argv;
	char **env;
	pid_t parent; /* the caller of worker_start */
};

/*
 * Makes a command of argv, which it keeps; argv[0] without a slash is looked
 * for in PATH, now.  Its environment is the caller's without what sd_notify(3)
 * and sd_watchdog_enabled(3) read.  Returns 0, or -1 where there is no memory.
 */
int worker_command_init(struct worker_command *command, char *const argv[]);

/*
 * Starts command with the listening socket fd as its descriptors 0 and 1, no
 * signal blocked, and SIGPIPE and the signals of the caller at their default.
 * It is killed when the calling thread dies.
 *
 * Returns its process ID once it runs command; or -1, and then there is no
 * process and errno says why: EAGAIN or ENOMEM where the system could not
 * start it, otherwise an error of execve(2).
 */
pid_t worker_start(const struct worker_command *command, int fd);

/* Tells from a status of wait(2) how a worker did, by sysexits.h. */
enum worker_result worker_judge(int status);

/* Writes what a status of wait(2) says, in words, to ret_text. */
void worker_describe(int status, char ret_text[WORKER_TEXT_MAX]);

#endif
