/* SPDX-License-Identifier: ISC */
/* Failover and retries: transforms are pure, so that asking again is safe. */
#include "client.h"

#include <sys/socket.h>

#include <sysexits.h>
#include <unistd.h>

#include "cause.h"
#include "clock.h"
#include "handler.h"
#include "say.h"

/* Asks each address until one replies. */
static bool
ask_servers(struct client *client)
{
	bool (*run)(struct exchange *, int, struct exchange_failure *) =
	    client->dial.type == SOCK_DGRAM ? exchange_datagrams : exchange_run;
	struct dial_server *server;
	bool done = false;
	int fd;

	while (!done && (server = dial_next(&client->dial, &fd)) != NULL) {
		done = run(&client->exchange, fd, &server->failure);
		close(fd);
	}
	return done;
}

/* Asks why, where that is not known.  Returns whether to ask all again. */
static bool
may_help(struct client *client)
{
	bool may = false;

	for (size_t i = 0; i < client->dial.len; i++) {
		struct dial_server *server = &client->dial.servers[i];

		if (client->asks_why && !server->failure.is_final &&
		    exchange_is_left(&server->failure) && !clock_is_late())
			cause_ask(client, server);
		may = may || !server->failure.is_final;
	}
	return may;
}

/* Says all failures.  Returns what client_ask does. */
static int
say_failures(const struct client *client)
{
	const struct exchange_failure *failure, *furthest = NULL;

	for (size_t i = 0; i < client->dial.len; i++) {
		failure = &client->dial.servers[i].failure;
		if (failure->status == EX_OK)
			continue;
		if (!client->verbose)
			say(SAY_FAILURES, "%s: %s", failure->name,
			    failure->reason);
		if (furthest == NULL || failure->stage >= furthest->stage)
			furthest = failure;
	}
	if (furthest == NULL)
		say(SAY_FAILURES, "out of time");
	return furthest == NULL || clock_is_late() ? EX_TEMPFAIL
						   : furthest->status;
}

int
client_ask(struct client *client)
{
	int pause_ms = CLIENT_PAUSE_MS;
	unsigned long retries = client->retries;

	while (!clock_is_late()) {
		if (client->command != NULL ? handler_ask(client)
					    : ask_servers(client))
			return EX_OK;
		if (!may_help(client) || retries-- == 0)
			break;
		dial_renew(&client->dial);
		clock_wait(-1, 0, clock_after(pause_ms));
		pause_ms *= 2;
		if (pause_ms > CLIENT_PAUSE_MAX_MS)
			pause_ms = CLIENT_PAUSE_MAX_MS;
	}
	return say_failures(client);
}
