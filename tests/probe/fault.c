/* SPDX-License-Identifier: ISC */
/*
 * Runs a program and makes system calls of its first process fail, or take
 * fewer bytes than asked for.  strace's injection will not do: it turns the
 * call into number -1, for which the handler's filter kills.
 *
 *     fault REPORT list             PROGRAM [ARGUMENT ...]
 *     fault REPORT error:N:WHEN:E   PROGRAM ...   call N fails with errno E
 *     fault REPORT short:N:WHEN:LEN PROGRAM ...   call N is for LEN bytes
 *
 * WHEN is the number of the occurrence, from 1; negative: from there on.
 * Writes to the file REPORT the pid, with list the number of each call, and at
 * the end "exit STATUS" or "signal NUMBER".
 */
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef __x86_64__
#error "registers are x86-64's here"
#endif

enum mode { LIST, ERROR, SHORT };

struct plan {
	enum mode mode;
	unsigned long call;
	long when;
	unsigned long value;
	long seen; /* occurrences so far */
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(125);
}

static struct plan
parse_plan(const char *text)
{
	struct plan plan = {.mode = LIST};
	char mode[6];

	if (strcmp(text, "list") == 0)
		return plan;
	if (sscanf(text, "%5[a-z]:%lu:%ld:%lu", mode, &plan.call, &plan.when,
		&plan.value) != 4)
		die(text);
	plan.mode = strcmp(mode, "error") == 0 ? ERROR : SHORT;
	return plan;
}

static pid_t
start(char *argv[])
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			die("ptrace");
		execv(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		die("ptrace");
	return pid;
}

/* Whether the call that is about to be made is one to meddle with. */
static bool
is_due(struct plan *plan, unsigned long call)
{
	if (plan->mode == LIST || call != plan->call)
		return false;
	plan->seen++;
	return plan->when < 0 ? plan->seen >= -plan->when
			      : plan->seen == plan->when;
}

/* At a call's start; returns whether its result is to be replaced. */
static bool
enter_call(pid_t pid, struct plan *plan, FILE *report)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		die("ptrace");
	if (plan->mode == LIST)
		fprintf(report, "%lu\n", (unsigned long)regs.orig_rax);
	if (!is_due(plan, regs.orig_rax))
		return false;
	if (plan->mode == SHORT) {
		if (regs.rdx > plan->value)
			regs.rdx = plan->value;
	} else {
		/* A call that every filter allows and that does nothing. */
		regs.orig_rax = SYS_write;
		regs.rdi = (unsigned long)-1;
	}
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0)
		die("ptrace");
	return plan->mode == ERROR;
}

static void
leave_call(pid_t pid, const struct plan *plan, struct user_regs_struct before)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		die("ptrace");
	regs.rax = -plan->value;
	regs.rdi = before.rdi;
	/* Not to be taken for a call that a signal broke off. */
	regs.orig_rax = (unsigned long)-1;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0)
		die("ptrace");
}

static int
follow(pid_t pid, struct plan *plan, FILE *report)
{
	struct user_regs_struct before;
	bool inside = false, replace = false;
	int status, signo = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)signo) < 0 ||
		    waitpid(pid, &status, 0) != pid)
			die("ptrace");
		signo = 0;
		if (!WIFSTOPPED(status))
			return status;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			signo = WSTOPSIG(status);
			continue;
		}
		inside = !inside;
		if (inside) {
			ptrace(PTRACE_GETREGS, pid, NULL, &before);
			replace = enter_call(pid, plan, report);
		} else if (replace) {
			leave_call(pid, plan, before);
		}
	}
}

int
main(int argc, char *argv[])
{
	struct plan plan;
	FILE *report;
	pid_t pid;
	int status;

	if (argc < 4)
		return 125;
	plan = parse_plan(argv[2]);
	pid = start(argv + 3);
	report = fopen(argv[1], "we");
	if (report == NULL)
		die(argv[1]);
	fprintf(report, "pid %d\n", (int)pid);
	fflush(report);
	status = follow(pid, &plan, report);
	if (WIFSIGNALED(status))
		fprintf(report, "signal %d\n", WTERMSIG(status));
	else
		fprintf(report, "exit %d\n", WEXITSTATUS(status));
	return fclose(report) == 0 ? 0 : 125;
}
