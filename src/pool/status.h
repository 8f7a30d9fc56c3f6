/* SPDX-License-Identifier: ISC */
/* Word to the service manager: sd_notify(3). */
#ifndef STATUS_H
#define STATUS_H

struct pool;

/*
 * Sends the assignments, each with a newline at its end, and how pool stands,
 * in a line for people.  A manager that cannot be reached is logged, once, and
 * no reason to end.
 */
void status_send(const struct pool *pool, const char *assignments);

#endif
