/* SPDX-License-Identifier: ISC */
/* Runs a program between three pipes, none of which can block the others. */
#include "program.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "children.h"
#include "launch.h"

#define LINE_LEN_MAX 200
#define LINES_MAX    100

/* What is polled: our ends of the pipes, and the program's exit. */
enum { IN, OUT, ERR, EXIT, ENDS };

struct run {
	const struct program *program;
	struct pollfd ends[ENDS];
	const unsigned char *text; /* what is left to write */
	size_t text_len;
	unsigned char *out;
	size_t out_cap;
	size_t out_len;
	unsigned char line[LINE_LEN_MAX];
	size_t line_len;
	unsigned lines;
	pid_t pid;
};

bool
program_can_clean_up(void)
{
	struct children children;

	return children_read(&children);
}

static void
emit_line(struct run *run, const unsigned char *line, size_t len)
{
	if (run->program->on_line != NULL)
		run->program->on_line(
		    run->program->context, run->program->name, line, len);
}

/* Fails a run for a reason, a printf format. */
__attribute__((format(printf, 2, 3))) static enum program_result
fail(struct run *run, const char *format, ...)
{
	char reason[LINE_LEN_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	emit_line(run, (const unsigned char *)reason, strlen(reason));
	return PROGRAM_FAILED;
}

static void
flush_line(struct run *run)
{
	if (run->line_len > 0 && run->lines < LINES_MAX) {
		emit_line(run, run->line, run->line_len);
		if (++run->lines == LINES_MAX)
			fail(run, "more lines are not logged");
	}
	run->line_len = 0;
}

static void
close_end(struct run *run, int end)
{
	if (run->ends[end].fd >= 0)
		close(run->ends[end].fd);
	run->ends[end].fd = -1;
}

/*
 * Makes orphans of the program this process's, remembers whose are not, and
 * wants to be told how a child ends, which some launchers do not.
 */
static bool
prepare(struct children *ret_before)
{
	const struct sigaction action = {.sa_handler = SIG_DFL};

	if (!children_read(ret_before))
		return false;
	errno = EAGAIN;
	return ret_before->count < CHILDREN_MAX &&
	       sigaction(SIGCHLD, &action, NULL) == 0 &&
	       prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == 0;
}

/* Starts the program and opens all ends; errno says why it cannot be. */
static bool
start(struct run *run)
{
	int ours[3];

	run->pid = launch(run->program->path, run->program->name, ours);
	if (run->pid < 0)
		return false;
	for (int i = 0; i < 3; i++)
		run->ends[i].fd = ours[i];
	run->ends[EXIT].fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	return run->ends[EXIT].fd >= 0;
}

/* Whether a call on a pipe failed only for now. */
static bool
is_for_now(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* Gives the program more of its text; one that takes no more needs none. */
static enum program_result
feed(struct run *run)
{
	ssize_t n = write(run->ends[IN].fd, run->text, run->text_len);

	if (n < 0 && errno != EPIPE && !is_for_now(errno))
		return fail(run, "cannot write to it: %s", strerror(errno));
	if (n > 0) {
		run->text += n;
		run->text_len -= (size_t)n;
	}
	if (run->text_len == 0 || (n < 0 && errno == EPIPE))
		close_end(run, IN);
	return PROGRAM_OK;
}

/* Takes output. */
static enum program_result
collect(struct run *run)
{
	unsigned char beyond;
	bool full = run->out_len == run->out_cap;
	ssize_t n =
	    read(run->ends[OUT].fd, full ? &beyond : run->out + run->out_len,
		full ? 1 : run->out_cap - run->out_len);

	if (n < 0 && !is_for_now(errno))
		return fail(run, "cannot read from it: %s", strerror(errno));
	if (n > 0 && full)
		return fail(run, "it wrote more than %zu bytes", run->out_cap);
	if (n > 0)
		run->out_len += (size_t)n;
	if (n == 0)
		close_end(run, OUT);
	return PROGRAM_OK;
}

/* Takes messages; false where there are none now. */
static bool
hear(struct run *run)
{
	unsigned char buf[LINE_LEN_MAX];
	ssize_t n = read(run->ends[ERR].fd, buf, sizeof(buf));

	if (n == 0 || (n < 0 && !is_for_now(errno)))
		close_end(run, ERR);
	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] != '\n')
			run->line[run->line_len++] = buf[i];
		if (buf[i] == '\n' || run->line_len == LINE_LEN_MAX)
			flush_line(run);
	}
	return n > 0;
}

/* Takes what messages there are, from a program that has ended. */
static void
hear_last(struct run *run)
{
	for (int i = 0; run->ends[ERR].fd >= 0 && i < LINES_MAX; i++) {
		if (!hear(run))
			break;
	}
	flush_line(run);
}

/* Takes the exit status, if it has exited. */
static enum program_result
reap(struct run *run)
{
	int status;
	pid_t pid = waitpid(run->pid, &status, WNOHANG);
	int reason = errno;

	if (pid == 0)
		return PROGRAM_OK;
	close_end(run, EXIT);
	hear_last(run);
	if (pid < 0)
		return fail(run, "cannot wait for it: %s", strerror(reason));
	if (WIFSIGNALED(status))
		return fail(run, "it was killed by signal %d: %s",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return fail(
		    run, "it exited with status %d", WEXITSTATUS(status));
	return PROGRAM_OK;
}

/* Returns the milliseconds until the deadline, rounded up; -1 is for ever. */
static int
time_left_ms(const struct program *program)
{
	const struct timespec *deadline = &program->deadline;
	struct timespec now;
	long long ms;

	if (program->is_over != NULL && program->is_over())
		return 0;
	if (deadline->tv_sec == 0 && deadline->tv_nsec == 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (long long)(deadline->tv_sec - now.tv_sec) * 1000 +
	     (deadline->tv_nsec - now.tv_nsec + 999999) / 1000000;
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

/* Serves the pipes until the program has exited and its output has ended. */
static enum program_result
attend(struct run *run)
{
	enum program_result result = PROGRAM_OK;

	while (run->ends[OUT].fd >= 0 || run->ends[EXIT].fd >= 0) {
		int left_ms = time_left_ms(run->program);

		if (left_ms == 0) {
			fail(run, "it ran past the deadline");
			return PROGRAM_LATE;
		}
		if (poll(run->ends, ENDS, left_ms) < 0) {
			if (errno == EINTR)
				continue;
			return fail(run, "cannot poll: %s", strerror(errno));
		}
		if (run->ends[IN].revents != 0)
			result = feed(run);
		if (run->ends[ERR].revents != 0)
			hear(run);
		if (result == PROGRAM_OK && run->ends[OUT].revents != 0)
			result = collect(run);
		if (result == PROGRAM_OK && run->ends[EXIT].revents != 0)
			result = reap(run);
		if (result != PROGRAM_OK)
			return result;
	}
	return PROGRAM_OK;
}

enum program_result
program_run(const struct program *program, const unsigned char *text,
    size_t text_len, unsigned char *ret_text, size_t cap, size_t *ret_len)
{
	struct run run = {
	    .program = program,
	    .ends = {{-1, POLLOUT, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0},
		{-1, POLLIN, 0}},
	    .text = text,
	    .text_len = text_len,
	    .out = ret_text,
	    .out_cap = cap,
	};
	enum program_result result;
	struct children before;

	if (!prepare(&before))
		return fail(&run, "cannot start it: %s", strerror(errno));
	if (!start(&run))
		result = fail(&run, "cannot start it: %s", strerror(errno));
	else
		result = attend(&run);
	hear_last(&run);
	for (int i = 0; i < ENDS; i++)
		close_end(&run, i);
	if (!children_kill(&before))
		result = fail(&run, "its processes cannot be killed");
	prctl(PR_SET_CHILD_SUBREAPER, 0L, 0L, 0L, 0L);
	if (result == PROGRAM_OK)
		*ret_len = run.out_len;
	else
		memset(ret_text, 0, run.out_len);
	return result;
}
