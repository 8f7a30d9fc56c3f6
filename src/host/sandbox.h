/* SPDX-License-Identifier: ISC */
/* The kernel's cage around a process that reads a stranger's bytes. */
#ifndef SANDBOX_H
#define SANDBOX_H

enum sandbox_result {
	SANDBOX_OK,
	SANDBOX_NO_FILTER, /* no filter for this machine or in this kernel */
	SANDBOX_ERROR,	   /* errno says why */
};

/* Gives up, for this process and its children, all ways to new privileges. */
enum sandbox_result sandbox_drop_privileges(void);

/*
 * sandbox_drop_privileges, then limits for this process and its children: no
 * core dumps, few open files.
 */
enum sandbox_result sandbox_enter_with_filters(void);

/* What sandbox_enter may leave open beside the rest. */
enum {
	SANDBOX_ACCEPT = 1,    /* accepting connections, and closing them */
	SANDBOX_DATAGRAM = 2,  /* datagrams; in place of reading streams */
	SANDBOX_LONG_LIFE = 4, /* nothing more, but made for many calls */
};

/*
 * sandbox_drop_privileges, then a seccomp filter (seccomp(2)) under which only
 * the system calls are left that host/io needs on open file descriptors, and
 * what also names; any other kills the process.  SANDBOX_NO_FILTER has done
 * the first only.
 */
enum sandbox_result sandbox_enter(unsigned int also);

#endif
