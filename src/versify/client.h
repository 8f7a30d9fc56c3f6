/* SPDX-License-Identifier: ISC */
/* Asking one server after another until there is a reply. */
#ifndef CLIENT_H
#define CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "dial.h"

/* The pause before the first retry; it doubles up to the longest. */
#define CLIENT_PAUSE_MS	    100
#define CLIENT_PAUSE_MAX_MS 1000

struct client {
	const char *command; /* in a server's place, the first one's, or NULL */
	sigset_t signals;    /* that it must not inherit as they are */
	struct dial dial;
	unsigned long retries;
	bool verbose;	       /* failures are said when they happen */
	bool asks_why;	       /* a server that left without a reply */
	const char *transform; /* or NULL: a poem is asked for */
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
