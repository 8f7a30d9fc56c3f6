/* SPDX-License-Identifier: ISC */
/* The kernel's cage around a process that reads a stranger's bytes. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>

/* What a process needs yet when it is in the sandbox. */
enum {
	SANDBOX_STREAMS = 1,   /* reading, and ending a connection */
	SANDBOX_ACCEPT = 2,    /* accepting connections, and closing them */
	SANDBOX_DATAGRAMS = 4, /* receiving and sending them */
	SANDBOX_PROGRAMS = 8, /* starting programs: then no call is forbidden */
	SANDBOX_LONG_LIFE = 16, /* nothing more, but it makes many calls */
	SANDBOX_ALL = 31,
};

/*
 * Gives up all ways to new privileges, then by a filter (seccomp(2)) all system
 * calls but those that host/io makes for these needs, on open file descriptors;
 * any other kills the process.  Where the machine or its kernel has no such
 * filter, logs that.  With SANDBOX_PROGRAMS gives up core dumps and all but a
 * few open files instead, for the children, too.  Returns false where it
 * cannot; errno says why.
 */
bool sandbox_enter(unsigned int needs);

#endif
