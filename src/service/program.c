/* SPDX-License-Identifier: ISC */
/* Runs a filter, and hears both of its pipes until it is done. */
#include "filter.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"
#include "host/log.h"

#define LINE_LEN_MAX 200
#define LINES_MAX    100

/* What is polled: our ends of the pipes, and the program's exit. */
enum { OUT, ERR, EXIT, ENDS };

struct run {
	struct filters *filters;
	const char *name;
	struct pollfd ends[ENDS];
	unsigned char *out;
	size_t out_cap;
	size_t out_len;
	char line[LINE_LEN_MAX];
	size_t line_len;
	unsigned lines;
	pid_t pid;
	enum service_result result;
};

/* Ends a run with result, for a reason, a printf format. */
__attribute__((format(printf, 3, 4))) static void
fail(struct run *run, enum service_result result, const char *format, ...)
{
	char *reason = run->filters->reason;
	va_list args;

	va_start(args, format);
	vsnprintf(reason, FILTERS_REASON_MAX, format, args);
	va_end(args);
	log_filter_line(run->name, reason, strlen(reason));
	run->result = result;
}

static void
fail_late(struct run *run)
{
	fail(run, SERVICE_LATE, "%s",
	    io_late_reason(run->ends[OUT].fd >= 0 && run->ends[EXIT].fd < 0
			       ? "it exited, but a process that it started "
				 "holds its output"
			       : "it ran past the deadline"));
}

static void
flush_line(struct run *run)
{
	static const char no_more[] = "more lines are not logged";

	if (run->line_len > 0 && run->lines < LINES_MAX) {
		log_filter_line(run->name, run->line, run->line_len);
		if (++run->lines == LINES_MAX)
			log_filter_line(run->name, no_more, strlen(no_more));
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
	if (!process_children(ret_before))
		return false;
	errno = EAGAIN;
	return ret_before->count < CHILDREN_MAX &&
	       signal(SIGCHLD, SIG_DFL) != SIG_ERR &&
	       prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == 0;
}

/* Starts the program and opens all ends. */
static void
start(struct run *run, const char *path, const unsigned char *text, size_t len)
{
	run->pid = process_start(
	    path, run->name, text, len, &run->ends[OUT].fd, &run->ends[ERR].fd);
	if (run->pid > 0)
		run->ends[EXIT].fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	if (run->ends[EXIT].fd >= 0)
		return;
	if (io_is_late())
		fail_late(run);
	else
		fail(run, SERVICE_BROKEN, "cannot start it: %s",
		    process_explain(path, errno));
}

/* Takes output. */
static void
collect(struct run *run)
{
	unsigned char beyond;
	size_t room = run->out_cap - run->out_len;
	ssize_t n = read(run->ends[OUT].fd,
	    room > 0 ? run->out + run->out_len : &beyond, room > 0 ? room : 1);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		fail(run, SERVICE_BROKEN, "cannot read from it: %s",
		    strerror(errno));
	else if (n > 0 && room == 0)
		fail(run, SERVICE_FAILED, "it wrote more than %zu bytes",
		    run->out_cap);
	else if (n > 0)
		run->out_len += (size_t)n;
	else if (n == 0)
		close_end(run, OUT);
}

/* Takes messages; false where there are none now. */
static bool
hear(struct run *run)
{
	char buf[LINE_LEN_MAX];
	ssize_t n = read(run->ends[ERR].fd, buf, sizeof(buf));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
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
	for (int i = 0; run->ends[ERR].fd >= 0 && i < LINES_MAX; i++)
		if (!hear(run))
			break;
	flush_line(run);
}

/* Takes the exit status, if it has exited. */
static void
reap(struct run *run)
{
	int status, error;
	pid_t pid = waitpid(run->pid, &status, WNOHANG);

	if (pid == 0)
		return;
	error = errno;
	close_end(run, EXIT);
	hear_last(run);
	if (pid < 0)
		fail(run, SERVICE_BROKEN, "cannot wait for it: %s",
		    strerror(error));
	else if (WIFSIGNALED(status))
		fail(run, SERVICE_FAILED, "it was killed by signal %d: %s",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127)
		fail(run, SERVICE_BROKEN, /* as the shell has them */
		    "it exited with status %d: what it wants to run cannot be",
		    WEXITSTATUS(status));
	else if (WEXITSTATUS(status) != 0)
		fail(run, SERVICE_FAILED, "it exited with status %d",
		    WEXITSTATUS(status));
}

/* Hears the program until it has exited and its output has ended. */
static void
attend(struct run *run)
{
	while (run->result == SERVICE_OK &&
	       (run->ends[OUT].fd >= 0 || run->ends[EXIT].fd >= 0)) {
		if (io_is_late()) {
			fail_late(run);
			break;
		}
		/* The deadline's alarm interrupts, and repeats. */
		if (poll(run->ends, ENDS, -1) < 0) {
			if (errno != EINTR)
				fail(run, SERVICE_BROKEN, "cannot poll: %s",
				    strerror(errno));
			continue;
		}
		if (run->ends[ERR].revents != 0)
			hear(run);
		if (run->ends[OUT].revents != 0)
			collect(run);
		if (run->result == SERVICE_OK && run->ends[EXIT].revents != 0)
			reap(run);
	}
}

enum service_result
filters_run(struct filters *filters, const unsigned char *name, size_t name_len,
    const unsigned char *text, size_t text_len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	char name_z[FILTER_NAME_MAX + 1], path[PATH_MAX];
	struct run run = {
	    .filters = filters,
	    .name = name_z,
	    .ends = {{-1, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}},
	    .out = ret_text,
	    .out_cap = cap,
	    .result = filters_find(filters, name, name_len, name_z, path),
	};
	struct children before;

	if (run.result != SERVICE_OK)
		return run.result;
	if (!prepare(&before)) {
		fail(&run, SERVICE_BROKEN, "cannot start it: %s",
		    strerror(errno));
		return run.result;
	}
	start(&run, path, text, text_len);
	attend(&run);
	hear_last(&run);
	for (int i = 0; i < ENDS; i++)
		close_end(&run, i);
	if (!process_kill_children(&before))
		fail(&run, SERVICE_BROKEN, "its processes cannot be killed");
	prctl(PR_SET_CHILD_SUBREAPER, 0L, 0L, 0L, 0L);
	if (run.result == SERVICE_OK)
		*ret_len = run.out_len;
	else
		memset(ret_text, 0, run.out_len);
	return run.result;
}
