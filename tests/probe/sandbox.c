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
#include <elf.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LAST_CALL 470

#ifdef __x86_64__

#define X32_BIT 0x40000000L
/* In 32-bit code; the number 20 is getpid(2) there and writev(2) here. */
#define INT_80	     0x80cdL
#define GETPID_IN_32 20

/* uretprobe and uprobe are the kernel's own: it lets them pass any filter. */
#define URETPROBE 335
#define UPROBE	  336

#define NUMBER(r) ((long)(r).orig_rax)
#define FIRST(r)  ((r).rdi)
#define RESULT(r) ((long)(r).rax)

#elif defined(__aarch64__)

#define NUMBER(r) ((long)(r).regs[8])
#define FIRST(r)  ((r).regs[0])
#define RESULT(r) ((long)(r).regs[0])

#else
#error "whose registers?"
#endif

static const char *const names[LAST_CALL + 1] = {
    [SYS_accept4] = "accept4",
    [SYS_close] = "close",
    [SYS_exit_group] = "exit_group",
#ifdef SYS_poll
    [SYS_poll] = "poll",
#else
    [SYS_ppoll] = "ppoll",
#endif
    [SYS_read] = "read",
    [SYS_recvmsg] = "recvmsg",
    [SYS_restart_syscall] = "restart_syscall",
    [SYS_rt_sigreturn] = "rt_sigreturn",
    [SYS_sendmsg] = "sendmsg",
    [SYS_setitimer] = "setitimer",
    [SYS_shutdown] = "shutdown",
    [SYS_write] = "write",
#ifdef __x86_64__
    [UPROBE] = "uprobe",
    [URETPROBE] = "uretprobe",
#endif
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

static void
get_registers(pid_t pid, struct user_regs_struct *ret_regs)
{
	struct iovec all = {ret_regs, sizeof(*ret_regs)};

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) < 0)
		die("ptrace");
}

static void
set_registers(pid_t pid, struct user_regs_struct *regs)
{
	struct iovec all = {regs, sizeof(*regs)};

	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all) < 0)
		die("ptrace");
}

/*
 * At the start of a call: it shall be this one, and that it do no harm where it
 * does not die, with nonsense as arguments.
 */
static void
set_call(pid_t pid, long number)
{
	struct user_regs_struct regs = {0};

	get_registers(pid, &regs);
#ifdef __x86_64__
	regs.orig_rax = (unsigned long)number;
	regs.rdi = regs.rsi = regs.rdx = (unsigned long)-1;
	regs.r10 = regs.r8 = regs.r9 = (unsigned long)-1;
	set_registers(pid, &regs);
#else
	int call = (int)number;
	struct iovec one = {&call, sizeof(call)};

	for (int i = 0; i < 6; i++)
		regs.regs[i] = (unsigned long)-1;
	set_registers(pid, &regs);
	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &one) < 0)
		die("ptrace");
#endif
}

/* Starts the program and runs it to where its filter has just gone up. */
static pid_t
start(char *argv[], struct user_regs_struct *ret_regs)
{
	pid_t pid = fork();
	bool is_filter;
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
		is_filter = false;
		if (next_stop(pid, &status)) {
			get_registers(pid, ret_regs);
			is_filter = NUMBER(*ret_regs) == SYS_prctl &&
				    FIRST(*ret_regs) == PR_SET_SECCOMP;
		}
		if (!next_stop(pid, &status)) {
			fprintf(stderr, "%s put no filter up\n", argv[0]);
			exit(EXIT_FAILURE);
		}
		get_registers(pid, ret_regs);
	} while (!is_filter || RESULT(*ret_regs) != 0);
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

/* Whether the process dies of this call. */
static bool
kills(char *argv[], long number)
{
	struct user_regs_struct regs = {0};
	pid_t pid = start(argv, &regs);
	int status;

	if (!next_stop(pid, &status))
		die("no call after the filter");
	set_call(pid, number);
	return is_killed(pid);
}

#ifdef __x86_64__

/* The same of the interface for 32-bit programs, which has other numbers. */
static bool
kills_32(char *argv[])
{
	struct user_regs_struct regs = {0};
	pid_t pid = start(argv, &regs);
	int status;

	regs.rax = GETPID_IN_32;
	if (ptrace(PTRACE_POKETEXT, pid, regs.rip, INT_80) < 0 ||
	    ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0 ||
	    !next_stop(pid, &status))
		die("ptrace");
	return is_killed(pid);
}

/* What x86-64 has beside its own system calls; returns how many were tried. */
static int
try_others(char *argv[])
{
	for (long n = 0; n <= LAST_CALL; n++)
		if (!kills(argv, n | X32_BIT))
			printf("%ld of x32\n", n);
	if (!kills_32(argv))
		printf("getpid of 32-bit programs\n");
	return LAST_CALL + 2;
}

#else

static int
try_others(char *argv[])
{
	(void)argv;
	return 0;
}

#endif

int
main(int argc, char *argv[])
{
	int tried = 0;

	if (argc < 2)
		return EXIT_FAILURE;
	argv++;
	for (long n = 0; n <= LAST_CALL; n++, tried++) {
		if (kills(argv, n))
			continue;
		if (names[n] != NULL)
			printf("%s\n", names[n]);
		else
			printf("%ld\n", n);
	}
	tried += try_others(argv);
	printf("%d tried\n", tried);
	return EXIT_SUCCESS;
}
