/* SPDX-License-Identifier: ISC */
/*
 * start FLOOR VERSED POEM [RUNS]: what a start costs.  Runs the programs in
 * turn, RUNS times (5000), versed on the protocol's example over a socket pair
 * and over pipes, versed -p and cat on POEM, which is the text of its reply,
 * and prints the median of each, its ratio to the floor's, page faults, system
 * calls (execve included) and peak memory.
 */
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define RUNS_DEFAULT 5000
#define RUNS_MAX     100000

static const char request[] = "27:cummingsify.HERE IS MY POEM,";
static const char reply[] = "15:here is my poem,";
static const char poem[] = "here is my poem";

enum input { NOTHING, SOCKET, PIPE };

static struct row {
	const char *what;
	enum input input;
	const char *reply;
	char *argv[4];
} rows[] = {
    {"a program that only exits", NOTHING, NULL, {0}},
    {"versed, over a socket", SOCKET, reply, {0}},
    {"versed, over pipes", PIPE, reply, {0}},
    {"versed -p FILE, over pipes", PIPE, reply, {0}},
    {"cat FILE, over pipes", PIPE, poem, {0}},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct rusage usage[ROWS];

static double
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void
open_input(enum input input, int ours[2], int theirs[2])
{
	int down[2], up[2];

	if (input == SOCKET) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, down) < 0)
			err(EX_OSERR, "socketpair");
		ours[0] = ours[1] = down[0];
		theirs[0] = theirs[1] = down[1];
		return;
	}
	if (pipe(down) < 0 || pipe(up) < 0)
		err(EX_OSERR, "pipe");
	ours[0] = up[0];
	ours[1] = down[1];
	theirs[0] = down[0];
	theirs[1] = up[1];
}

static void
close_both(const int fds[2])
{
	close(fds[0]);
	if (fds[1] != fds[0])
		close(fds[1]);
}

/* Starts a row's program with theirs as its standard input and output, if any.
 */
static pid_t
start(const struct row *row, const int theirs[2], bool traced)
{
	char *const envp[] = {NULL};
	pid_t pid = vfork();

	if (pid < 0)
		err(EX_OSERR, "vfork");
	if (pid > 0)
		return pid;
	if (row->input != NOTHING) {
		dup2(theirs[0], 0);
		dup2(theirs[1], 1);
	}
	if (traced)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execve(row->argv[0], row->argv, envp);
	_exit(127);
}

/* Sends the request; a client that has no more to say, as most in the end. */
static void
open_and_ask(enum input input, int ours[2], int theirs[2])
{
	if (input == NOTHING)
		return;
	open_input(input, ours, theirs);
	if (write(ours[1], request, sizeof(request) - 1) < 0)
		err(EX_OSERR, "write");
	if (input == SOCKET)
		shutdown(ours[1], SHUT_WR);
}

static void
check_and_close(const struct row *row, const int ours[2], const int theirs[2])
{
	char got[sizeof(reply)];
	size_t len;

	if (row->input == NOTHING)
		return;
	close_both(theirs);
	len = strlen(row->reply);
	if (read(ours[0], got, sizeof(got)) != (ssize_t)len ||
	    memcmp(got, row->reply, len) != 0)
		errx(EX_SOFTWARE, "%s: wrong reply", row->what);
	close_both(ours);
}

/* One run from start to exit; returns how long it took. */
static double
run(const struct row *row, struct rusage *ret_usage)
{
	int ours[2], theirs[2], status;
	double start_us, time_us;
	pid_t pid;

	open_and_ask(row->input, ours, theirs);
	start_us = now_us();
	pid = start(row, theirs, false);
	if (wait4(pid, &status, 0, ret_usage) < 0 || status != 0)
		errx(EX_SOFTWARE, "%s: wait status %d", row->what, status);
	time_us = now_us() - start_us;
	check_and_close(row, ours, theirs);
	return time_us;
}

/* The peak of a process's resident memory so far. */
static long
peak_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "r");
	if (status == NULL)
		err(EX_OSERR, "%s", path);
	while (fgets(line, sizeof(line), status) != NULL)
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	fclose(status);
	return kib;
}

/* One run under ptrace: counts system calls, and looks before the exit. */
static void
trace(const struct row *row, int *ret_calls, long *ret_peak_kib)
{
	int ours[2], theirs[2], status, stops = 0;
	pid_t pid;

	open_and_ask(row->input, ours, theirs);
	pid = start(row, theirs, true);
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		err(EX_OSERR, "ptrace");
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	    (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT));
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
			break;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			stops++;
		else if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8)))
			*ret_peak_kib = peak_kib(pid);
	}
	/* Each has two stops, but for the last, exit's; execve was before. */
	*ret_calls = (stops + 1) / 2 + 1;
	check_and_close(row, ours, theirs);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, size_t count)
{
	qsort(values, count, sizeof(values[0]), compare);
	return values[count / 2];
}

int
main(int argc, char *argv[])
{
	static double times_us[ROWS][RUNS_MAX];
	double medians_us[ROWS];
	int runs = argc > 4 ? atoi(argv[4]) : RUNS_DEFAULT;

	if (argc < 4 || runs < 1 || runs > RUNS_MAX)
		errx(EX_USAGE, "usage: start FLOOR VERSED POEM [RUNS]");
	rows[0].argv[0] = argv[1];
	rows[1].argv[0] = rows[2].argv[0] = rows[3].argv[0] = argv[2];
	rows[3].argv[1] = "-p";
	rows[3].argv[2] = argv[3];
	rows[4].argv[0] = "/bin/cat";
	rows[4].argv[1] = argv[3];
	for (int n = 0; n < runs; n++)
		for (size_t i = 0; i < ROWS; i++)
			times_us[i][n] = run(&rows[i], &usage[i]);
	for (size_t i = 0; i < ROWS; i++)
		medians_us[i] = median(times_us[i], (size_t)runs);
	printf("| start to exit | µs | ratio | page faults | system calls | "
	       "peak KiB |\n|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < ROWS; i++) {
		int calls;
		long kib = 0;

		trace(&rows[i], &calls, &kib);
		printf("| %s | %.0f | %.2f | %ld | %d | %ld |\n", rows[i].what,
		    medians_us[i], medians_us[i] / medians_us[0],
		    usage[i].ru_minflt, calls, kib);
	}
	return 0;
}
