/* SPDX-License-Identifier: ISC */
/* Failover and retries: transforms are pure, so that asking again is safe. */
#include "client.h"

#include <sys/socket.h>

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cause.h"
#include "clock.h"
#include "handler.h"
#include "say.h"

void
client_set_command(struct client *client, const char *command)
{
	client->command = command;
	client->dial.len = 1;
	client->dial.servers[0].failure.name = command;
}

void
client_add_servers(struct client *client, char *text)
{
	struct dial *dial = &client->dial;
	struct dial_server *server;
	const char *error;
	char *name;

	while ((name = strsep(&text, ",")) != NULL) {
		if (dial->len == DIAL_SERVERS_MAX)
			say_die(
			    EX_USAGE, "more than %d servers", DIAL_SERVERS_MAX);
		server = &dial->servers[dial->len];
		dial->attempts[dial->len++ * DIAL_EACH] = (struct dial_attempt){
		    .state = DIAL_TO_DO, .server = server};
		server->failure.name = name;
		error = look_up_parse(name, &server->name);
		if (error != NULL)
			say_die(EX_USAGE, "\"%s\": %s", name, error);
	}
}

/* Asks each address until one replies. */
static bool
ask_servers(struct client *client)
{
	struct dial_server *server;
	bool done = false;
	int fd;

	while (!done && (server = dial_next(&client->dial, &fd)) != NULL) {
		done =
		    client->dial.type == SOCK_DGRAM
			? exchange_datagrams(
			      &client->exchange, fd, &server->failure)
			: exchange_run(&client->exchange, fd, &server->failure);
		close(fd);
	}
	return done;
}

static bool
ask_command(struct client *client)
{
	struct exchange_failure *failure = &client->dial.servers[0].failure;
	int fd, error, status;
	bool done;
	pid_t pid;

	error = handler_start(client->command, &pid, &fd);
	if (error != 0) {
		exchange_fail(failure, EXCHANGE_CONNECT,
		    cause_is_ours(error) ? EX_OSERR : EX_UNAVAILABLE,
		    "cannot start: %s", strerror(error));
		failure->is_final = !cause_is_ours(error);
		return false;
	}
	done = exchange_run(&client->exchange, fd, failure);
	close(fd);
	status = handler_end(pid, !done && !exchange_is_left(failure));
	if (!done && status != -1 && exchange_is_left(failure))
		cause_from_exit(status, client->transform, failure);
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
			cause_ask(&client->dial, server, client->transform,
			    &client->exchange);
		may = may || !server->failure.is_final;
	}
	return may;
}

/* Says all failures.  Returns the status of the one that went furthest. */
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
	if (furthest != NULL)
		return furthest->status;
	say(SAY_FAILURES, "out of time");
	return EX_TEMPFAIL;
}

int
client_ask(struct client *client)
{
	int pause_ms = CLIENT_PAUSE_MS, status;

	for (unsigned long i = 0; i <= client->retries; i++) {
		if (i > 0) {
			dial_renew(&client->dial);
			clock_wait(-1, 0, clock_after(pause_ms));
			pause_ms *= 2;
			if (pause_ms > CLIENT_PAUSE_MAX_MS)
				pause_ms = CLIENT_PAUSE_MAX_MS;
		}
		if (clock_is_late())
			break;
		if (client->command != NULL ? ask_command(client)
					    : ask_servers(client))
			return EX_OK;
		if (!may_help(client))
			break;
	}
	status = say_failures(client);
	return clock_is_late() ? EX_TEMPFAIL : status;
}
