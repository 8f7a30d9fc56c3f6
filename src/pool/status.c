/* SPDX-License-Identifier: ISC */
/* sd_notify(3), not once a request. */
#include "status.h"

#include <stdint.h>
#include <systemd/sd-daemon.h>

void
notify_open(struct notify *notify)
{
	uint64_t watchdog_us = 0;

	notify->watchdog_ms = 0;
	/* Twice in the time given, as sd_watchdog_enabled(3) advises. */
	if (sd_watchdog_enabled(false, &watchdog_us) > 0)
		notify->watchdog_ms = (long long)(watchdog_us / 2000);
	notify->fed_ms = 0;
	notify->status_ms = 0;
}

int
notify_ready(struct notify *notify, const char *status, long long now_ms)
{
	notify->fed_ms = now_ms;
	notify->status_ms = now_ms;
	return sd_notifyf(false, "READY=1\nSTATUS=%s\nWATCHDOG=1", status);
}

void
notify_reloading(long long now_ms)
{
	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%lld", now_ms * 1000);
}

void
notify_stopping(const char *status)
{
	sd_notifyf(false, "STOPPING=1\nSTATUS=%s", status);
}

long long
notify_next(const struct notify *notify, bool is_news)
{
	long long status_ms = notify->status_ms + NOTIFY_STATUS_MS;
	long long watchdog_ms = notify->fed_ms + notify->watchdog_ms;

	if (notify->watchdog_ms == 0)
		return is_news ? status_ms : -1;
	return is_news && status_ms < watchdog_ms ? status_ms : watchdog_ms;
}

bool
notify_is_due(const struct notify *notify, bool is_news, long long now_ms)
{
	long long next = notify_next(notify, is_news);

	return next >= 0 && now_ms >= next;
}

void
notify_tick(struct notify *notify, const char *status, long long now_ms)
{
	notify->fed_ms = now_ms;
	notify->status_ms = now_ms;
	sd_notifyf(false, "STATUS=%s\nWATCHDOG=1", status);
}
