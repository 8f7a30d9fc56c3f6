/* SPDX-License-Identifier: ISC */
/* What versify makes of whatever a server sends before it closes. */
#include <sys/socket.h>

#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "host/log.h"
#include "property.h"
#include "versify/exchange.h"
#include "wire/netstring.h"

#define MAX 999

/* A reply is one netstring, whole, and nothing else. */
static bool
is_reply(const uint8_t *data, size_t size, size_t *ret_start, size_t *ret_len)
{
	return netstring_decode(data, size, MAX, ret_start, ret_len) ==
		   NETSTRING_OK &&
	       *ret_start + *ret_len + 1 == size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char request[] = "7:rot13.x,";
	struct exchange_failure failure = {0};
	struct exchange exchange = {.request = request,
	    .request_len = sizeof(request) - 1,
	    .max = MAX,
	    .deadline = exchange_now() + 5000};
	size_t want_start = 0, want_len = 0;
	int fds[2];
	bool good, want;

	if (size > 4096)
		return 0;
	signal(SIGPIPE, SIG_IGN);
	log_up_to(-1);
	PROPERTY(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	PROPERTY(write(fds[1], data, size) == (ssize_t)size);
	/* Not closed: the request must find someone who takes it. */
	PROPERTY(shutdown(fds[1], SHUT_WR) == 0);
	exchange.reply = property_room(NETSTRING_HEADER_MAX + MAX + 1);
	good = exchange_run(&exchange, fds[0], &failure);
	want = is_reply(data, size, &want_start, &want_len);
	PROPERTY(good == want);
	if (good)
		PROPERTY(exchange.start == want_start &&
			 exchange.size == want_len &&
			 memcmp(exchange.reply, data, size) == 0);
	else
		PROPERTY(failure.status >= 64 && failure.status <= 78 &&
			 failure.reason[0] != '\0');
	free(exchange.reply);
	close(fds[0]);
	close(fds[1]);
	return 0;
}
