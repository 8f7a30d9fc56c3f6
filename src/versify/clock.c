/* SPDX-License-Identifier: ISC */
/* versify's deadline. */
#include "clock.h"

#include <limits.h>
#include <time.h>

static int64_t deadline = CLOCK_NEVER;

int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_after(int64_t timeout_ms)
{
	return timeout_ms > 0 ? clock_now() + timeout_ms : CLOCK_NEVER;
}

int64_t
clock_set_deadline(int64_t at)
{
	int64_t before = deadline;

	deadline = at;
	return before;
}

bool
clock_is_late(void)
{
	return clock_now() >= deadline;
}

int
clock_poll(struct pollfd *pfds, nfds_t len, int64_t until)
{
	int64_t left = (until < deadline ? until : deadline) - clock_now();

	if (left < 0)
		left = 0;
	return poll(pfds, len, left > INT_MAX ? -1 : (int)left);
}

bool
clock_wait(int fd, short events, int64_t until)
{
	struct pollfd pfd = {.fd = fd, .events = events};

	do {
		if (clock_poll(&pfd, 1, until) > 0)
			return true;
	} while (clock_now() < until && !clock_is_late());
	return false;
}
