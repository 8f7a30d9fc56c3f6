/* SPDX-License-Identifier: ISC */
/*
 * versify's deadline, in milliseconds of a clock that nobody sets.  It is no
 * alarm: one that was set before versify started is left to end it.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define CLOCK_NEVER INT64_MAX

int64_t clock_now(void);

/* Returns the time when timeout_ms, 0 being any time, will have passed. */
int64_t clock_after(int64_t timeout_ms);

/* Sets the deadline, or with CLOCK_NEVER none.  Returns what it was. */
int64_t clock_set_deadline(int64_t at);

bool clock_is_late(void);

/* As poll(2), but until a time, or the deadline where that is earlier. */
int clock_poll(struct pollfd *pfds, nfds_t len, int64_t until);

/*
 * Waits until fd, or where that is -1 nothing, is ready for events, at most as
 * long as clock_poll; signals do not end it.  Returns whether it is.
 */
bool clock_wait(int fd, short events, int64_t until);

#endif
