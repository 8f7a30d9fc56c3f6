/* SPDX-License-Identifier: ISC */
/*
 * steps PROGRAM [ARGUMENT ...]: what one exchange over pipes costs, whatever
 * else the machine does.  Runs PROGRAM in an empty environment, with standard
 * input as its own, step by step, and prints on standard error how many user
 * instructions it took and how many system calls, execve's included.
 */
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#ifndef __x86_64__
#error "registers and instructions are x86-64's here"
#endif

/* The two bytes of a system call's instruction, as the low ones of a word. */
#define SYSCALL	     0x050f
#define SYSCALL_MASK 0xffff

static pid_t
start(char *argv[])
{
	static char *none[] = {NULL};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execve(argv[0], argv, none);
		err(EX_UNAVAILABLE, "%s", argv[0]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		errx(EX_OSERR, "cannot trace %s", argv[0]);
	return pid;
}

int
main(int argc, char *argv[])
{
	long instructions = 0, calls = 1;
	int status;
	pid_t pid;

	if (argc < 2)
		errx(EX_USAGE, "usage: steps PROGRAM [ARGUMENT ...]");
	pid = start(&argv[1]);
	do {
		long address = ptrace(PTRACE_PEEKUSER, pid,
		    offsetof(struct user_regs_struct, rip), NULL);

		instructions++;
		calls += (ptrace(PTRACE_PEEKTEXT, pid, address, NULL) &
			     SYSCALL_MASK) == SYSCALL;
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0 ||
		    waitpid(pid, &status, 0) < 0)
			err(EX_OSERR, "ptrace");
		if (WIFSTOPPED(status) && WSTOPSIG(status) != SIGTRAP)
			errx(EX_SOFTWARE, "signal %d", WSTOPSIG(status));
	} while (WIFSTOPPED(status));
	fprintf(stderr, "%ld instructions, %ld system calls\n", instructions,
	    calls);
	if (WIFSIGNALED(status))
		errx(EX_SOFTWARE, "killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}
