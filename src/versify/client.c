/* SPDX-License-Identifier: ISC */
/* Failover and retries: transforms are pure, so that asking again is safe. */
#include "client.h"

#include <sys/param.h>
#include <sys/socket.h>

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "handler.h"
#include "host/log.h"
#include "wire/netstring.h"
#include "wire/protocol.h"

#define TRANSFORMS     "transforms."
#define TRANSFORMS_LEN (sizeof(TRANSFORMS) - 1)

static bool
is_late(const struct client *client)
{
	return exchange_now() >= client->exchange.deadline;
}

/* Asks each address until one replies. */
static bool
ask_servers(struct client *client)
{
	bool (*run)(struct exchange *, int, struct exchange_failure *) =
	    client->dial.type == SOCK_DGRAM ? exchange_datagrams : exchange_run;
	struct exchange *exchange = &client->exchange;
	struct dial_attempt *attempt;
	bool done = false;

	while (!done && (attempt = dial_next(
			     &client->dial, exchange->deadline)) != NULL) {
		done = run(exchange, attempt->fd, &attempt->server->failure);
		close(attempt->fd);
	}
	return done;
}

/*
 * Asks the server by another request.  Returns EX_OK where it replies,
 * EX_UNAVAILABLE where it leaves without a reply, or another failure's status.
 */
static int
ask_again(
    struct dial *dial, struct dial_server *server, struct exchange *exchange)
{
	struct exchange_failure failure = {.name = "asking why"};

	server->connected->state = DIAL_TO_DO;
	if (dial_next(dial, exchange->deadline) == NULL)
		return EX_TEMPFAIL;
	exchange_run(exchange, server->connected->fd, &failure);
	close(server->connected->fd);
	return failure.status;
}

/* Tells whether name is a line of the list, which is cut into lines. */
static bool
has_line(const struct exchange *list, const char *name)
{
	char *line;

	list->reply[list->start + list->size] = '\0';
	line = strtok((char *)list->reply + list->start, "\n");
	while (line != NULL && strcmp(line, name) != 0)
		line = strtok(NULL, "\n");
	return line != NULL;
}

/*
 * Notes in its failure what a server that left without a reply lets out:
 * whether it lists the transform, and whether it takes so long a request.
 */
static void
ask_why(struct client *client, struct dial_server *server)
{
	static unsigned char wish[] = "11:" TRANSFORMS ",";
	static unsigned char
	    room[NETSTRING_HEADER_MAX + PROTOCOL_LENGTH_MAX + 1];
	struct exchange list = {.request = wish,
	    .request_len = sizeof(wish) - 1,
	    .reply = room,
	    .max = PROTOCOL_LENGTH_MAX,
	    .deadline =
		MIN(exchange_now() + CLIENT_WHY_MS, client->exchange.deadline)};
	unsigned char *request = client->exchange.request;
	const size_t len = client->exchange.request_len;
	unsigned char *content = (unsigned char *)memchr(request, ':', len) + 1;
	unsigned char kept[TRANSFORMS_LEN];
	int status = ask_again(&client->dial, server, &list);
	int cause = EX_UNAVAILABLE;

	if (status == EX_UNAVAILABLE)
		exchange_fail(&server->failure, EXCHANGE_SEND, 0,
		    "closed without a reply: busy");
	if (status == EX_OK && has_line(&list, client->transform))
		cause = EX_SOFTWARE;
	list.request = request;
	list.request_len = len;
	if (cause == EX_SOFTWARE && request + len > content + TRANSFORMS_LEN) {
		/* Who ignores a text tells whether it is too long for him. */
		memcpy(kept, content, TRANSFORMS_LEN);
		memcpy(content, TRANSFORMS, TRANSFORMS_LEN);
		status = ask_again(&client->dial, server, &list);
		memcpy(content, kept, TRANSFORMS_LEN);
		if (status == EX_UNAVAILABLE)
			cause = EX_DATAERR;
	}
	if (status == EX_OK || cause == EX_DATAERR)
		handler_fail(&server->failure, cause, client->transform);
}

/* Asks why, where that is not known.  Returns whether to ask all again. */
static bool
may_help(struct client *client)
{
	bool may = false;

	for (size_t i = 0; i < client->dial.len; i++) {
		struct dial_server *server = &client->dial.servers[i];

		if (client->asks_why && client->transform != NULL &&
		    server->connected != NULL && !server->failure.is_final &&
		    exchange_is_left(&server->failure) && !is_late(client))
			ask_why(client, server);
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
		if (!client->is_verbose)
			log_message(
			    LOG_ERR, "%s: %s", failure->name, failure->reason);
		if (furthest == NULL || failure->stage >= furthest->stage)
			furthest = failure;
	}
	if (furthest == NULL)
		log_message(LOG_ERR, "out of time");
	return furthest == NULL || is_late(client) ? EX_TEMPFAIL
						   : furthest->status;
}

int
client_ask(struct client *client)
{
	int pause_ms = CLIENT_PAUSE_MS;
	unsigned long retries = client->retries;

	while (!is_late(client)) {
		if (client->command != NULL ? handler_ask(client)
					    : ask_servers(client))
			return EX_OK;
		if (!may_help(client) || retries-- == 0)
			break;
		dial_renew(&client->dial);
		exchange_wait(NULL, 0,
		    MIN(exchange_now() + pause_ms, client->exchange.deadline));
		pause_ms = MIN(pause_ms * 2, CLIENT_PAUSE_MAX_MS);
	}
	return say_failures(client);
}
