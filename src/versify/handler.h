/* SPDX-License-Identifier: ISC */
/* A handler of our own, as a super-server would start it. */
#ifndef HANDLER_H
#define HANDLER_H

#include <sys/types.h>

#include <stdbool.h>

/* How long a handler may take to exit after its last byte, or when told to. */
#define HANDLER_GRACE_MS 2000
#define HANDLER_TERM_MS	 500

/* The most words of a command. */
#define HANDLER_WORDS_MAX 64

/*
 * Starts command, split into words at blanks, no shell, with one end of a
 * stream socket pair as its standard input and output.  It is looked up in
 * PATH, beside this program, and in SBINDIR.  Where there is a terminal it can
 * use that, else it has a process group of its own.  Returns 0 with the
 * process in ret_pid, to be ended by handler_end, and our end in ret_fd, to be
 * closed by the caller; or what errno would say.  A signal that ends us from
 * the terminal or from kill(1) then ends it too.
 */
int handler_start(const char *command, pid_t *ret_pid, int *ret_fd);

/*
 * Waits HANDLER_GRACE_MS for the process pid to exit, or where at_once is true
 * tells it to; then it is killed, with its group where that is its own.
 * Returns its status as waitpid(2) has it, or -1 where it did not exit by
 * itself.
 */
int handler_end(pid_t pid, bool at_once);

#endif
