/* SPDX-License-Identifier: ISC */
/* Sending a request, and not taking anything else for its reply. */
#include "exchange.h"

#include <sys/socket.h>

#include <errno.h>
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

bool
exchange_is_ours(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == ENOBUFS || error == EAGAIN;
}

/* As send(2) for POLLOUT and recv(2) for POLLIN; EAGAIN is the deadline. */
static ssize_t
transfer(int fd, short event, unsigned char *buf, size_t len)
{
	ssize_t n = -1;

	do {
		if (clock_is_late() || !clock_wait(fd, event, CLOCK_NEVER)) {
			errno = EAGAIN;
			return -1;
		}
		if (event == POLLOUT)
			n = send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			n = recv(fd, buf, len, MSG_DONTWAIT);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n;
}

static bool
send_request(
    const struct exchange *exchange, int fd, struct exchange_failure *failure)
{
	ssize_t n;

	for (size_t i = 0; i < exchange->request_len; i += (size_t)n) {
		n = transfer(fd, POLLOUT, exchange->request + i,
		    exchange->request_len - i);
		if (n < 0 && errno == EAGAIN)
			return exchange_fail(failure, EXCHANGE_SEND,
			    EX_TEMPFAIL,
			    "out of time: the request was not taken");
		if (n < 0)
			return exchange_fail(failure, EXCHANGE_SEND,
			    EX_UNAVAILABLE,
			    "closed before the request was sent: refused, or busy");
	}
	return true;
}

/* Input ended with n, as of transfer, where more than the len were needed. */
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
		n = transfer(fd, POLLIN, reply + len, room - len);
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
	if (clock_wait(fd, POLLIN, clock_after(EXCHANGE_CLOSE_MS)))
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

	if (!send_request(exchange, fd, ret_failure) ||
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
			error =
			    receive_datagram(exchange, fd, clock_after(1000));
	}
	if (error == EAGAIN)
		return exchange_fail(ret_failure, EXCHANGE_SEND, EX_TEMPFAIL,
		    "out of time: no reply");
	if (error != 0)
		exchange_fail(ret_failure, EXCHANGE_CONNECT, EX_UNAVAILABLE,
		    "cannot ask: %s", strerror(error));
	return error == 0;
}
