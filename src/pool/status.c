/* SPDX-License-Identifier: ISC */
/* Word to the service manager: sd_notify(3). */
#include "status.h"

#include <stdbool.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "host/log.h"
#include "pool.h"

void
status_send(const struct pool *pool, const char *assignments)
{
	static bool is_logged;
	const struct crew_shared *shared = &pool->shared;
	bool is_pausing = false;
	int result;

	for (size_t i = 0; i < pool->count; i++)
		is_pausing |= pool->crews[i].pause_ms != 0;
	result = sd_notifyf(false,
	    "%sSTATUS=%zu workers, at most %zu%s, %ld waiting, %llu started, "
	    "%llu answered, %llu refused, %llu cut, %llu failed%s",
	    assignments, shared->alive, shared->max_workers,
	    shared->alive >= shared->max_workers ? " (reached)" : "",
	    pool_waiting(pool), shared->started, shared->answered,
	    shared->refused, shared->cut, shared->failed,
	    is_pausing ? ", pausing" : "");
	if (result < 0 && !is_logged)
		log_message(LOG_WARNING, "cannot tell the service manager: %s",
		    strerror(-result));
	is_logged |= result < 0;
}
