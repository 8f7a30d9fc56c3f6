/* SPDX-License-Identifier: ISC */
/* The log. */
#include "log.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "printable.h"

/* The most bytes of a quoted field, of a line, and of what goes before it. */
#define FIELD_MAX      (32 + LOG_FILTER_LINE_MAX * PRINTABLE_MAX)
#define LINE_MAX_BYTES (2 * FIELD_MAX + 256)
#define HEAD_MAX       32

static const char *program_name;
static bool has_stderr; /* and nothing else has that descriptor now */
static bool is_clients; /* what goes there reaches the client */
static bool to_journal; /* it is the journal */
static bool to_syslog;	/* rather than there */
static bool is_serving;
static bool is_sealed; /* nothing can be opened any more */
static int syslog_fd = -1;
static bool is_stream; /* of which a NUL ends a line */
static int pid;	       /* asked for once: not possible inside the sandbox */
static int wait_ms = LOG_WAIT_MS;
static int lowest = LOG_DEBUG; /* priority of a message */

/* Whether standard error takes a line, or with events of 0 has no reader. */
static bool
is_ready(short events, int timeout_ms)
{
	struct pollfd pfd = {.fd = STDERR_FILENO, .events = events};

	return poll(&pfd, 1, timeout_ms) > 0;
}

static bool
connect_syslog(int type)
{
	const struct sockaddr_un addr = {AF_UNIX, "/dev/log"};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0)
		/* Never one of the three that a client may be on. */
		syslog_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	close(fd);
	is_stream = type == SOCK_STREAM;
	pid = getpid();
	return syslog_fd >= 0;
}

static bool
open_syslog(void)
{
	return !is_sealed &&
	       (connect_syslog(SOCK_DGRAM) || connect_syslog(SOCK_STREAM));
}

/*
 * syslog(3) will not do: it waits for a syslogd that does not read, and may
 * reconnect inside the sandbox, which is forbidden there.
 */
static bool
write_syslog(int priority, const char *text)
{
	char line[HEAD_MAX + LINE_MAX_BYTES];
	size_t len;

	if (syslog_fd < 0 && !open_syslog())
		return false;
	len = (size_t)snprintf(line, sizeof(line), "<%d>%s[%d]: %s",
	    LOG_DAEMON | priority, program_name, pid, text);
	if (write(syslog_fd, line, len + is_stream) > 0)
		return true;
	if (errno == EAGAIN || is_sealed)
		return false;
	close(syslog_fd); /* it has been started anew since */
	syslog_fd = -1;
	return open_syslog() && write(syslog_fd, line, len + is_stream) > 0;
}

/* Whether standard input is a terminal, or the like: no client is there. */
static bool
is_typed(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && S_ISCHR(st.st_mode);
}

/* Of a message the program's name is a part. */
static bool
write_stderr(int priority, bool is_message, const char *text)
{
	char line[HEAD_MAX + LINE_MAX_BYTES];
	size_t start = to_journal ? 0 : strlen("<N>"), len;

	if (!has_stderr || (is_clients && (is_serving || !is_typed())))
		return false;
	if (!is_ready(POLLOUT, wait_ms)) {
		wait_ms = 0; /* what takes none is waited for once */
		return false;
	}
	wait_ms = LOG_WAIT_MS;
	len = (size_t)snprintf(line, sizeof(line), "<%d>%s%s%s\n", priority,
	    is_message ? program_name : "", is_message ? ": " : "", text);
	/* One write a line, so that lines of many processes do not mix. */
	return write(STDERR_FILENO, line + start, len - start) > 0;
}

static void
write_line(int priority, bool is_message, const char *text)
{
	if ((to_syslog && write_syslog(priority, text)) ||
	    write_stderr(priority, is_message, text) || to_syslog)
		return;
	write_syslog(priority, text);
}

/* Whether standard error is the socket or the pipe fd. */
static bool
is_stderr(const struct stat *err, int fd)
{
	struct stat st;

	return (S_ISSOCK(err->st_mode) || S_ISFIFO(err->st_mode)) &&
	       fstat(fd, &st) == 0 && st.st_dev == err->st_dev &&
	       st.st_ino == err->st_ino;
}

/* Whether standard error is the journal (systemd.exec(5), JOURNAL_STREAM). */
static bool
is_journal(const struct stat *err)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[48];

	if (stream == NULL)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)err->st_dev,
	    (uintmax_t)err->st_ino);
	return strcmp(stream, own) == 0;
}

void
log_open(const char *program, int in_fd, int out_fd)
{
	struct stat err;

	program_name = program;
	/* What is at its limit of size is to cost lines, or a status, only. */
	signal(SIGXFSZ, SIG_IGN);
	has_stderr = fstat(STDERR_FILENO, &err) == 0;
	to_journal = has_stderr && is_journal(&err);
	is_clients = has_stderr && !to_journal &&
		     (is_stderr(&err, in_fd) || is_stderr(&err, out_fd) ||
			 (out_fd >= 0 && getenv("SSH_CONNECTION") &&
			     !getenv("SSH_TTY")));
}

void
log_use_syslog(void)
{
	to_syslog = true;
}

void
log_to_caller(void)
{
	is_clients = false;
}

void
log_up_to(int priority)
{
	lowest = priority;
}

void
log_serve(bool can_open, bool lives_long)
{
	is_serving = true;
	if (!can_open &&
	    (lives_long || to_syslog || is_clients || !has_stderr ||
		/* A journal that was started anew reads it not. */
		(to_journal && is_ready(0, 0))))
		open_syslog();
	is_sealed = !can_open;
}

/* Of a value, not NULL, at most max bytes. */
static void
quote(char ret_field[FIELD_MAX], const char *key, const void *value, size_t len,
    size_t max)
{
	int n = sprintf(ret_field, " %s=\"", key);

	n += (int)printable_write(
	    value, len < max ? len : max, PRINTABLE_QUOTED, ret_field + n);
	strcpy(ret_field + n, "\"");
}

void
log_request(const struct log_request *request)
{
	char text[LINE_MAX_BYTES], name[FIELD_MAX] = "", reason[FIELD_MAX] = "";
	char owner[64] = "";

	if (request->name != NULL)
		quote(name, "transform", request->name, request->name_len,
		    LOG_NAME_MAX);
	if (request->reason != NULL)
		quote(reason, "reason", request->reason,
		    strlen(request->reason), LOG_FILTER_LINE_MAX);
	if (request->pid != 0)
		snprintf(owner, sizeof(owner), " uid=%ld pid=%ld", request->uid,
		    request->pid);
	snprintf(text, sizeof(text),
	    "peer=%s%s bytes_in=%zu bytes_out=%zu result=%s%s%s ms=%lu",
	    request->peer, name, request->bytes_in, request->bytes_out,
	    request->result, reason, owner, request->ms);
	write_line(request->priority, false, text);
}

void
log_filter_line(const char *name, const void *text, size_t len)
{
	const int before_ms = wait_ms;
	char message[FIELD_MAX], line[LINE_MAX_BYTES];

	quote(message, "message", text, len, LOG_FILTER_LINE_MAX);
	snprintf(line, sizeof(line), "filter=\"%s\"%s", name, message);
	wait_ms = 0;
	write_line(LOG_WARNING, false, line);
	wait_ms = before_ms;
}

static void
message_va(int priority, const char *format, va_list args)
{
	char text[LINE_MAX_BYTES], shown[LINE_MAX_BYTES * PRINTABLE_MAX + 1];

	if (priority > lowest)
		return;
	vsnprintf(text, sizeof(text), format, args);
	printable_write(text, strlen(text), PRINTABLE_LINE, shown);
	shown[LINE_MAX_BYTES - 1] = '\0';
	write_line(priority, true, shown);
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
