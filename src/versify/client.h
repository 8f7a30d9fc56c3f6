/* SPDX-License-Identifier: ISC */
/* What versify is to do, and asking one server after another for it. */
#ifndef CLIENT_H
#define CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "dial.h"

#define CLIENT_PAUSE_MS	    100	 /* before the first retry; it doubles */
#define CLIENT_PAUSE_MAX_MS 1000 /* up to this */
#define CLIENT_WHY_MS	    2000 /* at most, for asking a server why */

struct client {
	const char *transform; /* or NULL: a poem is asked for */
	const char *file;      /* of the text, or NULL: standard input */
	const char *output;    /* or NULL: standard output */
	int mode; /* of -f, -g (a poem) or -l (a list) the letter, or 0 */
	bool is_verbose; /* failures are said when they happen */
	bool asks_why;	 /* a server that left without a reply */
	size_t request_max;
	int64_t timeout_ms; /* of the exchange */
	unsigned long retries;
	const char *command; /* in a server's place, the first one's, or NULL */
	sigset_t signals;    /* that it must not inherit as they are */
	struct dial dial;
	struct exchange exchange;
};

/*
 * Asks the command or the servers, all addresses of each, and all again
 * retries times, but those to whom that would not help, until one gives a good
 * reply or at the deadline.  Returns EX_OK; or the status of the failure that
 * went furthest, where that of each server has been said.
 */
int client_ask(struct client *client);

#endif
