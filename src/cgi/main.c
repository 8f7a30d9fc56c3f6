/* SPDX-License-Identifier: ISC */
/*
 * versed.cgi: the service behind a web server, as a CGI program.  The command
 * line is not looked at: a web server may put a query there (RFC 3875, 4.4).
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "gateway.h"
#include "host/io.h"
#include "host/log.h"
#include "host/options.h"
#include "host/sandbox.h"
#include "service/service.h"
#include "wire/protocol.h"

/* Ends a process that cannot serve, with a response that says so. */
static _Noreturn void
give_up(int status, const char *what, const char *why)
{
	struct gateway gateway = {0};

	log_message(LOG_ERR, "%s: %s", what, why);
	gateway_fail(&gateway, 503, "error", "versed.cgi cannot run here");
	gateway_respond(&gateway);
	/* With its body unread some web servers lose the response. */
	if (getenv("CONTENT_LENGTH") != NULL)
		io_drain(STDIN_FILENO, SIZE_MAX);
	exit(status);
}

/* A setting of the web server's administrator. */
static unsigned long
setting(const char *variable, unsigned long min, unsigned long max,
    unsigned long otherwise)
{
	const char *text = getenv(variable);
	unsigned long value;

	if (text == NULL)
		return otherwise;
	if (!options_number(text, min, max, &value))
		give_up(EX_CONFIG, variable, "not a number in its bounds");
	return value;
}

int
main(void)
{
	static struct filters filters; /* of zeros: takes no page of the file */
	const char *dir = getenv("VERSED_FILTERS"), *reason;
	struct gateway gateway = {0};

	log_open("versed.cgi", STDIN_FILENO, STDOUT_FILENO);
	io_init();
	gateway.max = setting(
	    "VERSED_MAX_LENGTH", 1, OPTIONS_LENGTH_MAX, PROTOCOL_LENGTH_MAX);
	io_set_deadline(setting(
	    "VERSED_TIMEOUT", 0, OPTIONS_SECONDS_MAX, PROTOCOL_TIMEOUT_S));
	/* lighttpd sends it as soon as it has the response, before the log. */
	io_hurry_on_end();
	gateway.verbose = setting("VERSED_VERBOSE", 0, 1, 0) == 1;
	if (dir != NULL) {
		reason = filters_open(&filters, dir);
		if (reason != NULL)
			give_up(EX_CONFIG, "VERSED_FILTERS", reason);
		gateway.filters = &filters;
	}
	reason = gateway_open(&gateway);
	if (reason != NULL)
		give_up(EX_OSERR, "cannot prepare", reason);
	if (!sandbox_enter(dir != NULL ? SANDBOX_PROGRAMS : SANDBOX_STREAMS))
		give_up(EX_OSERR, "cannot enter the sandbox", strerror(errno));
	return gateway_serve(&gateway);
}
