/* SPDX-License-Identifier: ISC */
/* The log: the journal, another standard error, or syslog; never a client. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

/* A client's name of a transform, and a filter's line or a reason, are cut at
 * so much. */
#define LOG_NAME_MAX	    64
#define LOG_FILTER_LINE_MAX 200

/* How long a line waits for a log that takes none, which is then lost or
 * waited for no more. */
#define LOG_WAIT_MS 1000

/* What is said of one request. */
struct log_request {
	int priority;		   /* LOG_INFO, LOG_NOTICE, … of syslog(3) */
	const char *peer;	   /* as endpoint_peer_name writes it */
	const unsigned char *name; /* the transform's, or NULL: not known */
	size_t name_len;
	size_t bytes_in;  /* of the content, or all that came */
	size_t bytes_out; /* of the reply's content, or 0 */
	const char *result;
	const char *reason; /* or NULL */
	long uid, pid;	    /* of a process of this machine; pid 0: not known */
	unsigned long ms;   /* that it took */
};

/*
 * Finds out where the log goes: to standard error, unless that reaches the
 * client, as it is the socket or pipe in_fd or out_fd, or sshd's; then to
 * syslog.  Each stands in for the other where that takes no line.  out_fd is
 * -1 where in_fd serves many clients.  program names the lines that are not
 * about a request.  Call before any other of these.
 */
void log_open(const char *program, int in_fd, int out_fd);

/* The log goes to syslog, whatever standard error is. */
void log_use_syslog(void);

/* There is no client: standard error, whatever it is, is the caller's. */
void log_to_caller(void);

/* From now on no message of a lower priority is written; with -1 none is. */
void log_up_to(int priority);

/*
 * From now on a client is served; where can_open is false nothing can be opened
 * any more, so that what the log needs, or may if it lives_long, is opened now.
 */
void log_serve(bool can_open, bool lives_long);

/* Writes one line, in logfmt, about a request. */
void log_request(const struct log_request *request);

/*
 * Writes one line, in logfmt, that the filter called name wrote; waits for no
 * log, as a client waits for the filter.
 */
void log_filter_line(const char *name, const void *text, size_t len);

/*
 * Writes one line "PROGRAM: MESSAGE", as PRINTABLE_LINE shows it.
 */
void log_message(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes one line "PROGRAM: MESSAGE", as LOG_ERR, and exits with status. */
void log_die(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#endif
