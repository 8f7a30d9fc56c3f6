/* SPDX-License-Identifier: ISC */
/* Watching a socket: are all that could accept its connections taken? */
#include "watch.h"

#include <sys/epoll.h>

#include <stdint.h>
#include <time.h>

static int
on_connection(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct watch *watch = data;
	uint64_t now_us = 0;

	(void)fd;
	(void)events;
	sd_event_now(
	    sd_event_source_get_event(source), CLOCK_MONOTONIC, &now_us);
	watch->is_awake = true;
	watch->looks = 1;
	watch->asked_ms = (long long)(now_us / 1000);
	watch->look_ms = watch->asked_ms + WATCH_LOOK_MS;
	return 0;
}

int
watch_open(struct watch *watch, sd_event *event,
    const struct listener *listener, long long now_ms)
{
	int result;

	*watch = (struct watch){.listener = listener, .asked_ms = now_ms};
	result = sd_event_add_io(
	    event, &watch->source, listener->fd, EPOLLIN, on_connection, watch);
	if (result < 0)
		return result;
	return sd_event_source_set_enabled(watch->source, SD_EVENT_ONESHOT);
}

bool
watch_look(struct watch *watch, long long now_ms)
{
	if (!listener_is_asked(watch->listener)) {
		watch->is_awake = false;
		sd_event_source_set_enabled(watch->source, SD_EVENT_ONESHOT);
		return false;
	}
	watch->asked_ms = now_ms;
	/* Where this process has to wait for a processor others have to. */
	if (now_ms - watch->look_ms > WATCH_LOOK_MS)
		watch->looks = 0;
	watch->look_ms = now_ms + WATCH_LOOK_MS;
	if (++watch->looks < WATCH_LOOKS)
		return false;
	watch->looks = 1;
	return true;
}

void
watch_forget(struct watch *watch)
{
	watch->looks = 0;
}
