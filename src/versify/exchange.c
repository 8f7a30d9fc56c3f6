/* SPDX-License-Identifier: ISC */
/* Sending a request, and not taking anything else for its reply. */
#include "exchange.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "host/io.h"
#include "wire/netstring.h"

bool
exchange_fail(struct exchange_failure *ret_failure, enum exchange_stage stage,
    int status, const char *format, ...)
{
	va_list ap;

	ret_failure->stage = stage;
	ret_failure->status = status;
	ret_failure->is_final = false;
	va_start(ap, format);
	vsnprintf(ret_failure->reason, sizeof(ret_failure->reason), format, ap);
	va_end(ap);
	return false;
}

static bool
send_request(int fd, const unsigned char *request, size_t len,
    struct exchange_failure *failure)
{
	switch (io_write(fd, request, len)) {
	case IO_OK:
		return true;
	case IO_TIMEOUT:
		return exchange_fail(failure, EXCHANGE_CONNECTED, EX_TEMPFAIL,
		    "out of time: the request was not taken");
	default:
		return exchange_fail(failure, EXCHANGE_LEFT, EX_UNAVAILABLE,
		    "closed before the request was sent: refused, or busy");
	}
}

/* The input ended with result where more than the len bytes were needed. */
static bool
fail_input(struct exchange_failure *failure, enum io_result result, size_t len)
{
	const enum exchange_stage stage =
	    len > 0 ? EXCHANGE_REPLIED : EXCHANGE_CONNECTED;

	if (result == IO_TIMEOUT)
		return exchange_fail(failure, stage, EX_TEMPFAIL,
		    len > 0 ? "out of time: the reply is not whole"
			    : "out of time: no reply");
	if (result == IO_ERROR)
		return exchange_fail(failure, stage,
		    len > 0 ? EX_PROTOCOL : EX_UNAVAILABLE, "cannot read: %s",
		    strerror(errno));
	if (len > 0)
		return exchange_fail(failure, EXCHANGE_REPLIED, EX_PROTOCOL,
		    "the reply was cut off after %zu bytes", len);
	return exchange_fail(failure, EXCHANGE_LEFT, EX_UNAVAILABLE,
	    "%s without a reply: refused, or busy",
	    result == IO_RESET ? "reset" : "closed");
}

static bool
read_reply(int fd, unsigned char *reply, size_t max, size_t *ret_len,
    size_t *ret_start, size_t *ret_size, struct exchange_failure *failure)
{
	size_t n, len = 0;
	enum io_result input;

	for (;;) {
		switch (
		    netstring_decode(reply, len, max, ret_start, ret_size)) {
		case NETSTRING_OK:
			*ret_len = len;
			return true;
		case NETSTRING_BAD:
			return exchange_fail(failure, EXCHANGE_REPLIED,
			    EX_PROTOCOL, "the reply is no netstring: %s",
			    netstring_error(reply, len));
		case NETSTRING_TOO_LONG:
			return exchange_fail(failure, EXCHANGE_REPLIED,
			    EX_PROTOCOL,
			    "the reply is longer than %zu bytes (see -m)", max);
		case NETSTRING_MORE:
			break;
		}
		input = io_read(
		    fd, reply + len, NETSTRING_HEADER_MAX + max + 1 - len, &n);
		if (input != IO_OK)
			return fail_input(failure, input, len);
		len += n;
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
	size_t n;

	shutdown(fd, SHUT_WR);
	if (!io_wait(fd, EXCHANGE_CLOSE_MS))
		return true;
	switch (io_read(fd, &stray, sizeof(stray), &n)) {
	case IO_OK:
		return exchange_fail(failure, EXCHANGE_REPLIED, EX_PROTOCOL,
		    "bytes follow the reply");
	case IO_RESET:
		return exchange_fail(failure, EXCHANGE_REPLIED, EX_PROTOCOL,
		    "the connection was reset after the reply");
	default:
		return true;
	}
}

bool
exchange_run(int fd, const unsigned char *request, size_t len,
    unsigned char *reply, size_t max, size_t *ret_start, size_t *ret_size,
    struct exchange_failure *ret_failure)
{
	size_t reply_len = 0;

	if (!send_request(fd, request, len, ret_failure) ||
	    !read_reply(
		fd, reply, max, &reply_len, ret_start, ret_size, ret_failure))
		return false;
	if (reply_len > *ret_start + *ret_size + 1)
		return exchange_fail(ret_failure, EXCHANGE_REPLIED, EX_PROTOCOL,
		    "bytes follow the reply");
	return await_close(fd, ret_failure);
}
