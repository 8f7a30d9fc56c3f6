/* SPDX-License-Identifier: ISC */
/*
 * start FLOOR VERSED [ROUNDS [RUNS]]: what a start costs.  Runs the two
 * programs in turn, ROUNDS times (9) RUNS runs (1000) each, versed on the
 * protocol's example over a socket pair and over a pipe, and prints the
 * median of each, its ratio to the floor's, page faults and peak memory.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 99

static const char request[] = "27:cummingsify.HERE IS MY POEM,";
static const char reply[] = "15:here is my poem,";

enum input { NOTHING, SOCKET, PIPE };

static const struct {
	const char *what;
	enum input input;
	int program; /* of argv */
} rows[] = {
    {"a program that only exits", NOTHING, 1},
    {"versed, over a socket", SOCKET, 2},
    {"versed, over pipes", PIPE, 2},
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

/* One run from start to exit; returns how long it took. */
static double
run(char *program, enum input input, struct rusage *ret_usage)
{
	char *const argv[] = {program, NULL}, *const envp[] = {NULL};
	char got[sizeof(reply)];
	int ours[2] = {-1, -1}, theirs[2] = {-1, -1}, status;
	double start, time_us;
	pid_t pid;

	if (input != NOTHING) {
		open_input(input, ours, theirs);
		if (write(ours[1], request, sizeof(request) - 1) < 0)
			err(EX_OSERR, "write");
		/* A client that has no more to say, as most do in the end. */
		if (input == SOCKET)
			shutdown(ours[1], SHUT_WR);
	}
	start = now_us();
	pid = vfork();
	if (pid < 0)
		err(EX_OSERR, "vfork");
	if (pid == 0) {
		if (input != NOTHING) {
			dup2(theirs[0], 0);
			dup2(theirs[1], 1);
		}
		execve(program, argv, envp);
		_exit(127);
	}
	if (wait4(pid, &status, 0, ret_usage) < 0 || status != 0)
		errx(EX_SOFTWARE, "%s: wait status %d", program, status);
	time_us = now_us() - start;
	if (input != NOTHING) {
		close_both(theirs);
		if (read(ours[0], got, sizeof(got)) != sizeof(reply) - 1 ||
		    memcmp(got, reply, sizeof(reply) - 1) != 0)
			errx(EX_SOFTWARE, "%s: wrong reply", program);
		close_both(ours);
	}
	return time_us;
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
	static double means[ROWS][ROUNDS_MAX], ratios[ROWS][ROUNDS_MAX];
	int rounds = argc > 3 ? atoi(argv[3]) : 9;
	int runs = argc > 4 ? atoi(argv[4]) : 1000;

	if (argc < 3 || rounds < 1 || rounds > ROUNDS_MAX || runs < 1)
		errx(EX_USAGE, "usage: start FLOOR VERSED [ROUNDS [RUNS]]");
	for (int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < ROWS; i++) {
			double sum = 0;

			for (int n = 0; n < runs; n++)
				sum += run(argv[rows[i].program], rows[i].input,
				    &usage[i]);
			means[i][round] = sum / runs;
			ratios[i][round] = means[i][round] / means[0][round];
		}
	}
	printf("| start to exit | µs | ratio | page faults | peak KiB |\n"
	       "|---|---|---|---|---|\n");
	for (size_t i = 0; i < ROWS; i++)
		printf("| %s | %.0f | %.2f | %ld | %ld |\n", rows[i].what,
		    median(means[i], (size_t)rounds),
		    median(ratios[i], (size_t)rounds), usage[i].ru_minflt,
		    usage[i].ru_maxrss);
	return 0;
}
