/* SPDX-License-Identifier: ISC */
/* What the programs that face strangers do before they read a byte. */
#include "setup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "filter.h"
#include "host/io.h"
#include "host/log.h"
#include "host/sandbox.h"

static void
log_filter(
    void *context, const char *name, const unsigned char *line, size_t len)
{
	(void)context;
	log_filter_line(name, line, len);
}

struct filters *
setup_filters(const char *dir, const char **ret_reason)
{
	static struct filters filters; /* of zeros: takes no page of the file */

	filters.on_line = log_filter;
	filters.is_over = io_is_late;
	switch (filters_open(&filters, dir)) {
	case FILTERS_OK:
		return &filters;
	case FILTERS_ERROR:
		*ret_reason = strerror(errno);
		break;
	case FILTERS_WRITABLE:
		*ret_reason = "others than its owner can write to it";
		break;
	case FILTERS_NO_PROC:
		*ret_reason = "/proc/thread-self/children cannot be read";
		break;
	}
	return NULL;
}

bool
setup_sandbox(bool with_filters, unsigned int also)
{
	switch (
	    with_filters ? sandbox_enter_with_filters() : sandbox_enter(also)) {
	case SANDBOX_OK:
		return true;
	case SANDBOX_NO_FILTER:
		log_message(LOG_WARNING, "no system call filter here");
		return true;
	case SANDBOX_ERROR:
		break;
	}
	return false;
}
