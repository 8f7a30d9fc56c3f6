/* SPDX-License-Identifier: ISC */
/* What another process of the same user is about, from proc(5). */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

#include <stdbool.h>

/* Whether pid has a handler for signo; false where proc(5) does not tell. */
bool process_catches(pid_t pid, int signo);

/*
 * Whether pid has a socket open that is neither the caller's own fd nor the
 * caller's standard error; false where proc(5) does not tell.
 */
bool process_has_other_socket(pid_t pid, int fd);

#endif
