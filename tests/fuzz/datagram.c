/* SPDX-License-Identifier: ISC */
/* A datagram, and a good one behind it: what comes back, and how much. */
#include <sys/socket.h>

#include "host/io.h"
#include "property.h"
#include "versed/session.h"
#include "wire/netstring.h"

#define MAX	2000
#define REQUEST "9:rot13.abc,"
#define REPLY	"3:nop,"

/* Returns the length of what came, or 0 where nothing did. */
static size_t
take(int fd, unsigned char *room, size_t size)
{
	ssize_t len = recv(fd, room, size, MSG_DONTWAIT);

	return len < 0 ? 0 : (size_t)len;
}

static void
is_reply(const unsigned char *room, size_t len)
{
	PROPERTY(len == strlen(REPLY) && memcmp(room, REPLY, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct session session = {.timeout_s = 100, .max = MAX};
	static unsigned char first[65536], second[65536];
	static int pair[2];
	size_t start, content, first_len, second_len;

	if (size > 60000)
		return 0;
	if (session.request == NULL) {
		PROPERTY(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
		session_open(&session);
		io_init();
	}
	PROPERTY(send(pair[1], data, size, 0) == (ssize_t)size);
	PROPERTY(send(pair[1], REQUEST, strlen(REQUEST), 0) > 0);
	for (int i = 0; i < 2; i++) {
		PROPERTY(session_serve_datagram(&session, pair[0], i == 0));
		session_wipe(&session);
	}
	first_len = take(pair[1], first, sizeof(first));
	second_len = take(pair[1], second, sizeof(second));
	PROPERTY(take(pair[1], second, 1) == 0);
	if (second_len == 0) {
		is_reply(first, first_len);
		return 0;
	}
	is_reply(second, second_len);
	PROPERTY(first_len < size);
	PROPERTY(netstring_decode(first, first_len, sizeof(first), &start,
		     &content) == NETSTRING_OK);
	PROPERTY(start + content + 1 == first_len);
	return 0;
}
