/* SPDX-License-Identifier: ISC */
/* A handler of our own, as a super-server would start it. */
#ifndef HANDLER_H
#define HANDLER_H

#include <sys/types.h>

#include <stdbool.h>

/* How long a handler may take to exit after its reply. */
#define HANDLER_GRACE_MS 2000

/* The most words of a command. */
#define HANDLER_WORDS_MAX 64

/*
 * Starts command, split into words at blanks and looked up in PATH, no shell,
 * with one end of a stream socket pair as its standard input and output and in
 * a process group of its own.  Returns 0 with the process in ret_pid, to be
 * ended by handler_end, and our end in ret_fd, to be closed by the caller; or
 * what errno would say.  A signal that ends us from the terminal or from
 * kill(1) then ends that group too.
 */
int handler_start(const char *command, pid_t *ret_pid, int *ret_fd);

/*
 * Waits for the process pid, which is killed with its group when it has not
 * exited after HANDLER_GRACE_MS or at the deadline of io_set_deadline, or,
 * where at_once is true, now.
 */
void handler_end(pid_t pid, bool at_once);

#endif
