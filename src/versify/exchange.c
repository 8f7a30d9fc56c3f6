/* SPDX-License-Identifier: ISC */
/* Sending a request, and not taking anything else for its reply. */
#include "exchange.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "clock.h"
#include "say.h"
#include "wire/netstring.h"

bool
exchange_fail(struct exchange_failure *ret_failure, enum exchange_stage stage,
    int status, const char *format, ...)
{
	char reason[sizeof(ret_failure->reason)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	say(SAY_ALL, "%s: %s", ret_failure->name, reason);
	if (stage < ret_failure->stage)
		return false;
	ret_failure->stage = stage;
	ret_failure->status = status;
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

/*
 * To be called when a call on fd returned n.  Returns whether it is worth
 * another try; at the deadline it is not, and errno is EAGAIN.
 */
static bool
can_retry(ssize_t n, int fd, short events)
{
	if (n >= 0 || (errno != EINTR && errno != EAGAIN))
		return false;
	if (errno == EINTR ||
	    clock_wait(fd, events, clock_deadline(CLOCK_NEVER)))
		return !clock_is_late();
	errno = EAGAIN;
	return false;
}

static bool
send_request(int fd, const unsigned char *request, size_t len,
    struct exchange_failure *failure)
{
	ssize_t n;

	while (len > 0) {
		do {
			errno = EAGAIN;
			n = clock_is_late() ? -1
					    : send(fd, request, len,
						  MSG_DONTWAIT | MSG_NOSIGNAL);
		} while (can_retry(n, fd, POLLOUT));
		if (n < 0)
			return exchange_fail(failure, EXCHANGE_SEND,
			    errno == EAGAIN ? EX_TEMPFAIL : EX_UNAVAILABLE,
			    errno == EAGAIN
				? "out of time: the request was not taken"
				: "closed before the request was sent: refused, or busy");
		request += n;
		len -= (size_t)n;
	}
	return true;
}

/* Returns how many bytes came, 0 at the end, or -1 and errno, as recv(2). */
static ssize_t
receive(int fd, unsigned char *buf, size_t len)
{
	ssize_t n;

	do {
		errno = EAGAIN;
		n = clock_is_late() ? -1 : recv(fd, buf, len, MSG_DONTWAIT);
	} while (can_retry(n, fd, POLLIN));
	return n;
}

/* Input ended with n, as of receive, where more than the len were needed. */
static bool
fail_input(struct exchange_failure *failure, ssize_t n, size_t len)
{
	const enum exchange_stage stage =
	    len > 0 ? EXCHANGE_REPLY : EXCHANGE_SEND;

	if (n < 0 && errno == EAGAIN)
		return exchange_fail(failure, stage, EX_TEMPFAIL,
		    len > 0 ? "out of time: the reply is not whole"
			    : "out of time: no reply");
	if (n < 0 && errno != ECONNRESET)
		return exchange_fail(failure, stage,
		    len > 0 ? EX_PROTOCOL : EX_UNAVAILABLE, "cannot read: %s",
		    strerror(errno));
	if (len > 0)
		return exchange_fail(failure, stage, EX_PROTOCOL,
		    "the reply was cut off after %zu bytes", len);
	return exchange_fail(failure, stage, EX_UNAVAILABLE,
	    "%s without a reply: refused, or busy", n < 0 ? "reset" : "closed");
}

static bool
read_reply(struct exchange *exchange, int fd, size_t *ret_len,
    struct exchange_failure *failure)
{
	unsigned char *reply = exchange->reply;
	const size_t room = NETSTRING_HEADER_MAX + exchange->max + 1;
	size_t len = 0;
	ssize_t n;

	for (;;) {
		switch (netstring_decode(reply, len, exchange->max,
		    &exchange->start, &exchange->size)) {
		case NETSTRING_OK:
			*ret_len = len;
			return true;
		case NETSTRING_BAD:
			return exchange_fail(failure, EXCHANGE_REPLY,
			    EX_PROTOCOL, "the reply is no netstring: %s",
			    netstring_error(reply, len));
		case NETSTRING_TOO_LONG:
			return exchange_fail(failure, EXCHANGE_REPLY,
			    EX_PROTOCOL,
			    "the reply is longer than %zu bytes (see -m)",
			    exchange->max);
		case NETSTRING_MORE:
			break;
		}
		n = receive(fd, reply + len, room - len);
		if (n <= 0)
			return fail_input(failure, n, len);
		len += (size_t)n;
	}
}

/*
 * After a whole reply: the connection must end.  Only now is our side of it
 * shut, for there are servers that take that for a client that left.
 */
static bool
await_close(int fd, struct exchange_failure *failure)
{
	unsigned char stray;
	ssize_t n = 0;

	shutdown(fd, SHUT_WR);
	if (clock_wait(
		fd, POLLIN, clock_deadline(clock_after(EXCHANGE_CLOSE_MS))))
		n = recv(fd, &stray, sizeof(stray), MSG_DONTWAIT);
	if (n > 0)
		return exchange_fail(failure, EXCHANGE_REPLY, EX_PROTOCOL,
		    "bytes follow the reply");
	if (n < 0 && errno == ECONNRESET)
		return exchange_fail(failure, EXCHANGE_REPLY, EX_PROTOCOL,
		    "the connection was reset after the reply");
	return true;
}

bool
exchange_run(
    struct exchange *exchange, int fd, struct exchange_failure *ret_failure)
{
	size_t len = 0;

	if (!send_request(
		fd, exchange->request, exchange->request_len, ret_failure) ||
	    !read_reply(exchange, fd, &len, ret_failure))
		return false;
	if (len > exchange->start + exchange->size + 1)
		return exchange_fail(ret_failure, EXCHANGE_REPLY, EX_PROTOCOL,
		    "bytes follow the reply");
	return await_close(fd, ret_failure);
}

/* Waits for a reply.  Returns 0, ECONNREFUSED or another, or EAGAIN. */
static int
receive_datagram(struct exchange *exchange, int fd, int64_t until)
{
	const size_t room = NETSTRING_HEADER_MAX + exchange->max + 1;
	ssize_t n;

	while (clock_wait(fd, POLLIN, until)) {
		n = recv(fd, exchange->reply, room, MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return errno;
		if (n > 0 && (size_t)n <= room &&
		    netstring_decode(exchange->reply, (size_t)n, exchange->max,
			&exchange->start, &exchange->size) == NETSTRING_OK &&
		    exchange->start + exchange->size + 1 == (size_t)n)
			return 0;
		if (clock_is_late())
			break;
	}
	return EAGAIN;
}

bool
exchange_datagrams(
    struct exchange *exchange, int fd, struct exchange_failure *ret_failure)
{
	static unsigned char datagram[EXCHANGE_DATAGRAM_MAX];
	size_t len, longer = EXCHANGE_DATAGRAM_MIN;
	int error = EAGAIN;

	memcpy(datagram, exchange->request, exchange->request_len);
	for (unsigned i = 0; error == EAGAIN && !clock_is_late(); i++) {
		if (i % 2 == 1)
			longer = longer * 2 < EXCHANGE_DATAGRAM_MAX
				     ? longer * 2
				     : EXCHANGE_DATAGRAM_MAX;
		len = i % 2 == 1 ? longer : EXCHANGE_DATAGRAM_MIN;
		if (len < exchange->request_len)
			len = exchange->request_len;
		/* One that is too long for the way is as good as lost. */
		if (send(fd, datagram, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno == ECONNREFUSED)
			error = ECONNREFUSED;
		else
			error = receive_datagram(
			    exchange, fd, clock_deadline(clock_after(1000)));
	}
	if (error == EAGAIN)
		return exchange_fail(ret_failure, EXCHANGE_SEND, EX_TEMPFAIL,
		    "out of time: no reply");
	if (error != 0)
		exchange_fail(ret_failure, EXCHANGE_CONNECT, EX_UNAVAILABLE,
		    "cannot ask: %s", strerror(error));
	return error == 0;
}
