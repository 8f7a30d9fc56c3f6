/* SPDX-License-Identifier: ISC */
/* versify's deadline. */
#include "clock.h"

#include <limits.h>
#include <poll.h>
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

int64_t
clock_deadline(int64_t until)
{
	return until < deadline ? until : deadline;
}

bool
clock_is_late(void)
{
	return clock_now() >= deadline;
}

int
clock_left_ms(int64_t until)
{
	int64_t left = until - clock_now();

	if (until == CLOCK_NEVER)
		return -1;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

bool
clock_wait(int fd, short events, int64_t until)
{
	struct pollfd pfd = {.fd = fd, .events = events};
	int left_ms;

	do {
		left_ms = clock_left_ms(until);
		if (poll(&pfd, 1, left_ms) > 0)
			return true;
	} while (left_ms != 0);
	return false;
}
