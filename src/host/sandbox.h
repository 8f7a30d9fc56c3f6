/* SPDX-License-Identifier: ISC */
/* The kernel's cage around a process that reads a stranger's bytes. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>

/*
 * Gives up, for this process and its children, all ways to new privileges, core
 * dumps, and all but a few open files.  Returns false where it cannot; errno
 * says why.
 */
bool sandbox_enter_with_filters(void);

/* What sandbox_enter may leave open beside the rest. */
enum {
	SANDBOX_ACCEPT = 1,    /* accepting connections, and closing them */
	SANDBOX_DATAGRAM = 2,  /* datagrams; in place of reading streams */
	SANDBOX_LONG_LIFE = 4, /* nothing more, but made for many calls */
};

/*
 * Gives up new privileges, then by a filter (seccomp(2)) all system calls but
 * those that host/io needs on open file descriptors, and what also names; any
 * other kills the process.  Where the machine or its kernel has no such filter,
 * logs that.  Returns false where it cannot; errno says why.
 */
bool sandbox_enter(unsigned int also);

#endif
