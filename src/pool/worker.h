/* SPDX-License-Identifier: ISC */
/* A worker: a program started on a listening socket. */
#ifndef WORKER_H
#define WORKER_H

#include <sys/types.h>

#include <stdbool.h>

#include "host/spawn.h"

/* The most bytes of worker_describe's text, its NUL included. */
#define WORKER_TEXT_MAX 96

enum worker_result {
	WORKER_ANSWERED,
	WORKER_REFUSED, /* the client's fault, not the worker's */
	WORKER_CUT,	/* out of time, or others waited */
	WORKER_FAILED,
};

/*
 * Makes a description of how a worker is started: with argv, which is kept, or
 * where that is NULL as the versed beside this program or else of PATH.  A name
 * without a slash is looked for in PATH, now.  Its environment is the caller's
 * without what sd_notify(3) and sd_watchdog_enabled(3) read; no signal is
 * blocked, those that the pool waits for and SIGPIPE are at their default; it
 * is killed when the calling thread dies.  Returns false where there is no such
 * program or no memory; errno says why.
 */
bool worker_describe_start(char *const argv[], struct spawn *ret_command);

/*
 * Starts a worker with the socket fd as its descriptors 0 and 1.  Returns as
 * spawn_start does.
 */
pid_t worker_start(const struct spawn *command, int fd);

/*
 * Returns whether the worker pid has a connection: a socket open that is not
 * the caller's fd nor its standard error; false where proc(5) does not tell.
 */
bool worker_is_busy(pid_t pid, int fd);

/* Tells from a status of wait(2) how a worker did, by sysexits.h. */
enum worker_result worker_judge(int status);

/* Writes what a status of wait(2) says, in words, to ret_text. */
void worker_describe(int status, char ret_text[WORKER_TEXT_MAX]);

#endif
