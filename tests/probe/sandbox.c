/* SPDX-License-Identifier: ISC */
/*
 * What a program may still do once its system call filter is up, found out by
 * trying: for each number the program is started anew, its next system call
 * after the filter is replaced, and what becomes of it is seen.
 *
 *     sandbox PROGRAM [ARGUMENT ...]
 *
 * Prints the calls that do not kill, one a line, by name or number, and last
 * how many were tried.
 */
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef __x86_64__
#error "registers are x86-64's here"
#endif

#define LAST_CALL 470
#define X32_BIT	  0x40000000L
/* In 32-bit code; the number 20 is getpid(2) there and writev(2) here. */
#define INT_80	     0x80cdL
#define GETPID_IN_32 20

/* uretprobe and uprobe are the kernel's own: it lets them pass any filter. */
#define URETPROBE 335
#define UPROBE	  336

static const char *const names[LAST_CALL + 1] = {
    [SYS_accept4] = "accept4",
    [SYS_close] = "close",
    [SYS_exit_group] = "exit_group",
    [SYS_poll] = "poll",
    [SYS_read] = "read",
    [SYS_recvmsg] = "recvmsg",
    [SYS_restart_syscall] = "restart_syscall",
    [SYS_rt_sigreturn] = "rt_sigreturn",
    [SYS_sendmsg] = "sendmsg",
    [SYS_setitimer] = "setitimer",
    [SYS_shutdown] = "shutdown",
    [SYS_write] = "write",
    [UPROBE] = "uprobe",
    [URETPROBE] = "uretprobe",
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* Waits for the next stop at a system call; false: the process ended. */
static bool
next_stop(pid_t pid, int *ret_status)
{
	do {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0 ||
		    waitpid(pid, ret_status, 0) != pid)
			die("ptrace");
		if (!WIFSTOPPED(*ret_status))
			return false;
	} while (WSTOPSIG(*ret_status) != (SIGTRAP | 0x80));
	return true;
}

/* Starts the program and runs it to where its filter has just gone up. */
static pid_t
start(char *argv[], struct user_regs_struct *ret_regs)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		alarm(10); /* nothing here lasts longer */
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execv(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		die("ptrace");
	do {
		if (!next_stop(pid, &status) || !next_stop(pid, &status)) {
			fprintf(stderr, "%s put no filter up\n", argv[0]);
			exit(EXIT_FAILURE);
		}
		if (ptrace(PTRACE_GETREGS, pid, NULL, ret_regs) < 0)
			die("ptrace");
	} while (ret_regs->orig_rax != SYS_prctl ||
		 ret_regs->rdi != PR_SET_SECCOMP || ret_regs->rax != 0);
	return pid;
}

/*
 * Lets the process go on; returns whether the filter killed it.  That shows
 * only after the stop at the end of the call.
 */
static bool
is_killed(pid_t pid)
{
	int status;

	for (int stops = 0; stops < 2; stops++) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0 ||
		    waitpid(pid, &status, 0) != pid)
			die("ptrace");
		if (!WIFSTOPPED(status))
			return WIFSIGNALED(status) &&
			       WTERMSIG(status) == SIGSYS;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

/*
 * Whether the call dies when it is made with argument as its third argument
 * and, that it do no harm where it does not die, nonsense as the others.
 */
static bool
kills(char *argv[], long number, unsigned long argument)
{
	struct user_regs_struct regs;
	pid_t pid = start(argv, &regs);
	int status;

	if (!next_stop(pid, &status) ||
	    ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		die("no call after the filter");
	regs.orig_rax = (unsigned long)number;
	regs.rdi = regs.rsi = regs.r10 = regs.r8 = regs.r9 = (unsigned long)-1;
	regs.rdx = argument;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0)
		die("ptrace");
	return is_killed(pid);
}

/* The same of the interface for 32-bit programs, which has other numbers. */
static bool
kills_32(char *argv[])
{
	struct user_regs_struct regs;
	pid_t pid = start(argv, &regs);
	int status;

	regs.rax = GETPID_IN_32;
	if (ptrace(PTRACE_POKETEXT, pid, regs.rip, INT_80) < 0 ||
	    ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0 ||
	    !next_stop(pid, &status))
		die("ptrace");
	return is_killed(pid);
}

int
main(int argc, char *argv[])
{
	int tried = 1;

	if (argc < 2)
		return EXIT_FAILURE;
	argv++;
	for (long n = 0; n <= LAST_CALL; n++, tried += 2) {
		if (!kills(argv, n, (unsigned long)-1)) {
			if (names[n] != NULL)
				printf("%s\n", names[n]);
			else
				printf("%ld\n", n);
		}
		if (!kills(argv, n | X32_BIT, (unsigned long)-1))
			printf("%ld of x32\n", n);
	}
	if (!kills_32(argv))
		printf("getpid of 32-bit programs\n");
	printf("%d tried\n", tried);
	return EXIT_SUCCESS;
}
