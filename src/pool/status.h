/* SPDX-License-Identifier: ISC */
/* Word to the service manager, at a bounded rate: sd_notify(3). */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>

/* STATUS= is sent at most this often. */
#define NOTIFY_STATUS_MS 1000

struct notify {
	long long watchdog_ms; /* how often it is to be fed; 0 is never */
	long long fed_ms;
	long long status_ms; /* when a status was last sent */
};

/* Learns from the environment what the service manager expects. */
void notify_open(struct notify *notify);

/*
 * Says that the service is ready, with a status for people to read.  Returns
 * 0, also where no one listens, or a negative errno.
 */
int notify_ready(struct notify *notify, const char *status, long long now_ms);

/* Says that workers are being replaced; notify_ready ends it. */
void notify_reloading(long long now_ms);

/* Says that the service is going to end. */
void notify_stopping(const char *status);

/*
 * Whether notify_tick is due at now_ms; is_news tells that the status has
 * changed since it was sent.
 */
bool notify_is_due(const struct notify *notify, bool is_news, long long now_ms);

/* Feeds the watchdog and sends the status. */
void notify_tick(struct notify *notify, const char *status, long long now_ms);

/* Returns the next time at which notify_is_due will be true, or -1: never. */
long long notify_next(const struct notify *notify, bool is_news);

#endif
