/* SPDX-License-Identifier: ISC */
/* Sending a request, and not taking anything else for its reply. */
#include "exchange.h"

#include <sys/param.h>
#include <sys/socket.h>

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "host/log.h"
#include "wire/netstring.h"

bool
exchange_is_ours(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == ENOBUFS || error == EAGAIN;
}

bool
exchange_fail(struct exchange_failure *ret_failure, enum exchange_stage stage,
    int error, const char *format, ...)
{
	static const int statuses[] = {EX_NOHOST, EX_UNAVAILABLE,
	    EX_UNAVAILABLE, EX_UNAVAILABLE, EX_PROTOCOL};
	char reason[sizeof(ret_failure->reason)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	log_message(LOG_INFO, "%s: %s", ret_failure->name, reason);
	if (stage < ret_failure->stage)
		return false;
	ret_failure->stage = stage;
	ret_failure->status = error == ETIME		? EX_TEMPFAIL
			      : exchange_is_ours(error) ? EX_OSERR
							: statuses[stage];
	ret_failure->is_final = false;
	strcpy(ret_failure->reason, reason);
	return false;
}

bool
exchange_is_left(const struct exchange_failure *failure)
{
	return failure->stage == EXCHANGE_SEND &&
	       failure->status == EX_UNAVAILABLE;
}

int64_t
exchange_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool
exchange_wait(struct pollfd *pfds, nfds_t len, int64_t until)
{
	int64_t left;

	while ((left = until - exchange_now()) > 0)
		if (poll(pfds, len, left < INT_MAX ? (int)left : INT_MAX) > 0)
			return true;
	return false;
}

/* As send(2) for POLLOUT, recv(2) for POLLIN; ETIME is that time is over. */
static ssize_t
transfer(int fd, short event, unsigned char *buf, size_t len, int64_t until)
{
	struct pollfd pfd = {.fd = fd, .events = event};
	ssize_t n;

	while (exchange_wait(&pfd, 1, until)) {
		n = event == POLLOUT ? send(fd, buf, len, MSG_DONTWAIT)
				     : recv(fd, buf, len, MSG_DONTWAIT);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
	}
	errno = ETIME;
	return -1;
}

/* Input ended after len bytes, which are not enough, with errno or 0. */
static bool
fail_input(struct exchange_failure *failure, int error, size_t len)
{
	const enum exchange_stage stage =
	    len > 0 ? EXCHANGE_REPLY : EXCHANGE_SEND;

	if (error == ETIME)
		return exchange_fail(failure, stage, error,
		    len > 0 ? "out of time: the reply is not whole"
			    : "out of time: no reply");
	if (error != 0 && error != ECONNRESET)
		return exchange_fail(
		    failure, stage, error, "cannot read: %s", strerror(error));
	if (len > 0)
		return exchange_fail(failure, stage, error,
		    "the reply was cut off after %zu bytes", len);
	return exchange_fail(failure, stage, error,
	    "%s without a reply: refused, or busy",
	    error != 0 ? "reset" : "closed");
}

/* Reads a reply, and maybe extra bytes after it. */
static bool
read_reply(struct exchange *exchange, int fd, size_t *ret_extra,
    struct exchange_failure *failure)
{
	const size_t room = NETSTRING_HEADER_MAX + exchange->max + 1;
	enum netstring_result result;
	size_t len = 0;
	ssize_t n;

	while ((result = netstring_decode(exchange->reply, len, exchange->max,
		    &exchange->start, &exchange->size)) == NETSTRING_MORE) {
		n = transfer(fd, POLLIN, exchange->reply + len, room - len,
		    exchange->deadline);
		if (n <= 0)
			return fail_input(failure, n < 0 ? errno : 0, len);
		len += (size_t)n;
	}
	if (result == NETSTRING_BAD)
		return exchange_fail(failure, EXCHANGE_REPLY, 0,
		    "the reply is no netstring: %s",
		    netstring_error(exchange->reply, len));
	if (result == NETSTRING_TOO_LONG)
		return exchange_fail(failure, EXCHANGE_REPLY, 0,
		    "the reply is longer than %zu bytes (see -m)",
		    exchange->max);
	*ret_extra = len - exchange->start - exchange->size - 1;
	return true;
}

bool
exchange_run(
    struct exchange *exchange, int fd, struct exchange_failure *ret_failure)
{
	unsigned char stray;
	size_t extra = 0;
	ssize_t n;

	for (size_t i = 0; i < exchange->request_len; i += (size_t)n) {
		n = transfer(fd, POLLOUT, exchange->request + i,
		    exchange->request_len - i, exchange->deadline);
		if (n < 0)
			return exchange_fail(ret_failure, EXCHANGE_SEND, errno,
			    errno == ETIME
				? "out of time: the request was not taken"
				: "closed before the request was sent: refused, or busy");
	}
	if (!read_reply(exchange, fd, &extra, ret_failure))
		return false;
	/* Only now: there are servers that take it for a client that left. */
	shutdown(fd, SHUT_WR);
	n = (ssize_t)extra;
	if (n == 0)
		n = transfer(fd, POLLIN, &stray, sizeof(stray),
		    MIN(exchange_now() + EXCHANGE_CLOSE_MS,
			exchange->deadline));
	if (n > 0)
		return exchange_fail(
		    ret_failure, EXCHANGE_REPLY, 0, "bytes follow the reply");
	if (n < 0 && errno == ECONNRESET)
		return exchange_fail(ret_failure, EXCHANGE_REPLY, 0,
		    "the connection was reset after the reply");
	return true;
}

/* Waits a second for a reply.  Returns 0, or errno: ETIME is none. */
static int
receive_datagram(struct exchange *exchange, int fd)
{
	const size_t room = NETSTRING_HEADER_MAX + exchange->max + 1;
	const int64_t until = MIN(exchange_now() + 1000, exchange->deadline);
	ssize_t n;

	/* A whole netstring leaves room: one that fills it was cut off. */
	while ((n = transfer(fd, POLLIN, exchange->reply, room, until)) >= 0)
		if (netstring_decode(exchange->reply, (size_t)n, exchange->max,
			&exchange->start, &exchange->size) == NETSTRING_OK &&
		    exchange->start + exchange->size + 1 == (size_t)n)
			return 0;
	return errno;
}

bool
exchange_datagrams(
    struct exchange *exchange, int fd, struct exchange_failure *ret_failure)
{
	static unsigned char datagram[EXCHANGE_DATAGRAM_MAX];
	size_t len, longer = EXCHANGE_DATAGRAM_MIN;
	int error = ETIME;
	ssize_t n;

	memcpy(datagram, exchange->request, exchange->request_len);
	for (int i = 0; error == ETIME && exchange_now() < exchange->deadline;
	     i = !i) {
		if (i == 1)
			longer = MIN(longer * 2, EXCHANGE_DATAGRAM_MAX);
		len = i == 1 ? longer : EXCHANGE_DATAGRAM_MIN;
		len = MAX(len, exchange->request_len);
		/* One that is too long for the way is as good as lost. */
		n = send(fd, datagram, len, MSG_DONTWAIT);
		error = n < 0 && errno == ECONNREFUSED
			    ? errno
			    : receive_datagram(exchange, fd);
	}
	if (error == ETIME)
		return fail_input(ret_failure, error, 0);
	if (error != 0)
		exchange_fail(ret_failure, EXCHANGE_CONNECT, error,
		    "cannot ask: %s", strerror(error));
	return error == 0;
}
