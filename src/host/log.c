/* SPDX-License-Identifier: ISC */
/* The log. */
#include "log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

static const char *program_name;
static int log_fd = STDERR_FILENO; /* -1: nowhere */
static bool to_syslog;
static int pid; /* asked for once: not possible inside the sandbox */
static bool to_journal;

/* A line in the making; what does not fit is cut. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

static void append(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
append_va(struct line *line, const char *format, va_list args)
{
	size_t room = sizeof(line->text) - line->len;
	int n = vsnprintf(line->text + line->len, room, format, args);

	if (n > 0)
		line->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void
append(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append_va(line, format, args);
	va_end(args);
}

/* A stranger's bytes: at most max of them, all made printable. */
static void
append_printable(
    struct line *line, const unsigned char *bytes, size_t len, size_t max)
{
	for (size_t i = 0; i < len && i < max; i++) {
		if (bytes[i] == '"' || bytes[i] == '\\')
			append(line, "\\%c", bytes[i]);
		else if (bytes[i] >= ' ' && bytes[i] <= '~')
			append(line, "%c", bytes[i]);
		else
			append(line, "\\x%02x", bytes[i]);
	}
}

static void
start_line(struct line *line, int priority)
{
	line->len = 0;
	if (to_syslog)
		append(line, "<%d>%s[%d]: ", LOG_DAEMON | priority,
		    program_name, pid);
	else if (to_journal)
		append(line, "<%d>", priority);
}

/* Whether the log takes a line, or does so soon. */
static bool
is_ready(void)
{
	struct pollfd pfd = {.fd = log_fd, .events = POLLOUT};

	return poll(&pfd, 1, LOG_WAIT_MS) > 0;
}

static void
end_line(struct line *line)
{
	ssize_t n;

	if (log_fd < 0)
		return;
	if (!to_syslog) {
		if (!is_ready())
			return;
		if (line->len == sizeof(line->text) - 1)
			line->len--;
		line->text[line->len++] = '\n';
	}
	/* One write a line, so that lines of many processes do not mix.
	 * Where the log cannot take it, there is nobody to tell. */
	n = write(log_fd, line->text, line->len);
	(void)n;
}

/* Whether standard error is the socket fd. */
static bool
is_stderr(const struct stat *err, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == err->st_dev &&
	       st.st_ino == err->st_ino;
}

/* Whether standard error is the journal (systemd.exec(5), JOURNAL_STREAM). */
static bool
is_journal(const struct stat *err)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[48];

	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)err->st_dev,
	    (uintmax_t)err->st_ino);
	return stream != NULL && strcmp(stream, own) == 0;
}

static void
on_full_file(int signo)
{
	(void)signo;
}

void
log_open(const char *program, int in_fd, int out_fd)
{
	struct stat err;

	program_name = program;
	if (fstat(STDERR_FILENO, &err) < 0) {
		log_use_syslog();
		return;
	}
	if (S_ISREG(err.st_mode)) /* at its limit it is to cost lines only */
		signal(SIGXFSZ, on_full_file);
	if (!S_ISSOCK(err.st_mode))
		return;
	to_journal = is_journal(&err);
	if (is_stderr(&err, in_fd) || is_stderr(&err, out_fd))
		log_use_syslog();
}

/*
 * syslog(3) will not do: it may reconnect, which the sandbox forbids, and it
 * waits for a syslogd that does not read.
 */
void
log_use_syslog(void)
{
	const struct sockaddr_un addr = {
	    .sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd;

	if (to_syslog)
		return;
	to_syslog = true;
	pid = getpid();
	log_fd = -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0)
		/* Never one of the three that a client may be on. */
		log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	close(fd);
}

void
log_request(const struct log_request *request)
{
	struct line line;

	start_line(&line, request->priority);
	append(&line, "peer=%s", request->peer);
	if (request->name != NULL) {
		append(&line, " transform=\"");
		append_printable(
		    &line, request->name, request->name_len, LOG_NAME_MAX);
		append(&line, "\"");
	}
	append(&line, " bytes_in=%zu bytes_out=%zu result=%s",
	    request->bytes_in, request->bytes_out, request->result);
	if (request->reason != NULL)
		append(&line, " reason=\"%s\"", request->reason);
	end_line(&line);
}

void
log_filter_line(const char *name, const unsigned char *text, size_t len)
{
	struct line line;

	start_line(&line, LOG_WARNING);
	append(&line, "filter=\"%s\" message=\"", name);
	append_printable(&line, text, len, LOG_FILTER_LINE_MAX);
	append(&line, "\"");
	end_line(&line);
}

static void
message_va(int priority, const char *format, va_list args)
{
	struct line line;

	start_line(&line, priority);
	if (!to_syslog)
		append(&line, "%s: ", program_name);
	append_va(&line, format, args);
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.text[i] < ' ' || line.text[i] == 0x7f)
			line.text[i] = '?';
	end_line(&line);
}

void
log_message(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message_va(priority, format, args);
	va_end(args);
}

void
log_die(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message_va(LOG_ERR, format, args);
	va_end(args);
	exit(status);
}
