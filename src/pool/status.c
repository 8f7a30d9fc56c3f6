/* SPDX-License-Identifier: ISC */
/* Word to the service manager: sd_notify(3). */
#include "status.h"

#include <stdbool.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "host/log.h"

void
status_ready(const char *status)
{
	static bool is_logged;
	int result = sd_notifyf(false, "READY=1\nSTATUS=%s", status);

	if (result >= 0 || is_logged)
		return;
	is_logged = true;
	log_message(LOG_WARNING, "cannot tell the service manager: %s",
	    strerror(-result));
}

void
status_reloading(long long now_ms)
{
	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%lld", now_ms * 1000);
}

void
status_stopping(const char *status)
{
	sd_notifyf(false, "STOPPING=1\nSTATUS=%s", status);
}

void
status_show(const char *status)
{
	sd_notifyf(false, "STATUS=%s", status);
}
