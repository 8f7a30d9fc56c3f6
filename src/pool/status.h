/* SPDX-License-Identifier: ISC */
/* Word to the service manager: sd_notify(3). */
#ifndef STATUS_H
#define STATUS_H

/*
 * Says that the service is ready, with a status for people to read.  A manager
 * that cannot be reached is logged, once, and no reason to end.
 */
void status_ready(const char *status);

/* Says that workers are being replaced; status_ready ends it. */
void status_reloading(long long now_ms);

/* Says that the service is going to end. */
void status_stopping(const char *status);

/* Says how it stands. */
void status_show(const char *status);

#endif
