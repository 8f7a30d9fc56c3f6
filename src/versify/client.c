/* SPDX-License-Identifier: ISC */
/* Failover and retries: transforms are pure, so that asking again is safe. */
#include "client.h"

#include <err.h>
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cause.h"
#include "handler.h"
#include "host/endpoint.h"
#include "host/io.h"

bool
client_add_servers(struct client *client, char *text)
{
	struct client_server *server;
	const char *error;
	char *name;

	while ((name = strsep(&text, ",")) != NULL) {
		if (client->servers_len == CLIENT_SERVERS_MAX) {
			warnx("more than %d servers", CLIENT_SERVERS_MAX);
			return false;
		}
		server = &client->servers[client->servers_len++];
		server->name = name;
		error = dial_parse(name, &server->server);
		if (error != NULL) {
			warnx("%s: %s", name, error);
			return false;
		}
	}
	return true;
}

static void
say_failure(const struct client_server *server)
{
	warnx("%s: %s", server->name, server->failure.reason);
}

static bool
ask_address(const struct client *client, struct client_server *server,
    const struct dial_address *address, size_t *ret_start, size_t *ret_size)
{
	char name[ENDPOINT_NAME_MAX];
	bool done;
	int fd;

	if (client->verbose) {
		endpoint_name(&address->addr, address->len, NULL, name);
		warnx("%s: trying %s", server->name, name);
	}
	switch (dial_connect(address, client->connect_s, &fd)) {
	case IO_OK:
		break;
	case IO_TIMEOUT:
		return exchange_fail(&server->failure, EXCHANGE_NOWHERE,
		    EX_TEMPFAIL, "out of time: not connected");
	default:
		return exchange_fail(&server->failure, EXCHANGE_NOWHERE,
		    EX_UNAVAILABLE, "cannot connect: %s", strerror(errno));
	}
	done = exchange_run(fd, client->request, client->request_len,
	    client->reply, client->reply_max, ret_start, ret_size,
	    &server->failure);
	close(fd);
	return done;
}

static bool
ask_server(const struct client *client, struct client_server *server,
    size_t *ret_start, size_t *ret_size)
{
	struct dial_address addresses[DIAL_ADDRESSES_MAX];
	const char *reason;
	size_t count = 0;

	switch (dial_look_up(&server->server, client->family, client->connect_s,
	    addresses, &count, &reason)) {
	case IO_OK:
		break;
	case IO_TIMEOUT:
		exchange_fail(&server->failure, EXCHANGE_NOWHERE, EX_TEMPFAIL,
		    "out of time: the host is not looked up");
		break;
	default:
		exchange_fail(&server->failure, EXCHANGE_NOWHERE, EX_NOHOST,
		    "cannot look up the host: %s", reason);
		break;
	}
	if (count == 0 && client->verbose)
		say_failure(server);
	for (size_t i = 0; i < count; i++) {
		if (ask_address(
			client, server, &addresses[i], ret_start, ret_size))
			return true;
		if (client->verbose)
			say_failure(server);
	}
	return false;
}

static bool
ask_command(const struct client *client, struct client_server *server,
    size_t *ret_start, size_t *ret_size)
{
	struct exchange_failure *failure = &server->failure;
	bool done;
	pid_t pid;
	int fd, error, status;

	error = handler_start(client->command, &pid, &fd);
	if (error != 0) {
		exchange_fail(failure, EXCHANGE_NOWHERE,
		    cause_is_ours(error) ? EX_OSERR : EX_UNAVAILABLE,
		    "cannot start: %s", strerror(error));
		failure->is_final = failure->status == EX_UNAVAILABLE;
	} else {
		done = exchange_run(fd, client->request, client->request_len,
		    client->reply, client->reply_max, ret_start, ret_size,
		    failure);
		close(fd);
		status =
		    handler_end(pid, !done && failure->stage != EXCHANGE_LEFT);
		if (done)
			return true;
		if (failure->stage == EXCHANGE_LEFT && status != -1)
			cause_from_exit(status, client->transform, failure);
	}
	if (client->verbose)
		say_failure(server);
	return false;
}

/* Asks each once, but for whom that would not help. */
static bool
ask_all(
    struct client *client, int *ret_status, size_t *ret_start, size_t *ret_size)
{
	struct client_server *server = client->servers;

	for (; server < client->servers + client->servers_len; server++) {
		if (server->failure.is_final)
			continue;
		if (client->command != NULL
			? ask_command(client, server, ret_start, ret_size)
			: ask_server(client, server, ret_start, ret_size))
			return true;
		*ret_status = server->failure.status;
		if (io_is_late())
			break;
	}
	return false;
}

int
client_ask(struct client *client, size_t *ret_start, size_t *ret_size)
{
	int status = EX_USAGE, pause_ms = CLIENT_PAUSE_MS;

	for (unsigned long i = 0; i <= client->retries; i++) {
		if (i > 0) {
			io_wait(-1, pause_ms);
			pause_ms *= 2;
			if (pause_ms > CLIENT_PAUSE_MAX_MS)
				pause_ms = CLIENT_PAUSE_MAX_MS;
		}
		if (io_is_late()) {
			status = EX_TEMPFAIL;
			break;
		}
		if (ask_all(client, &status, ret_start, ret_size))
			return EX_OK;
	}
	for (size_t i = 0; i < client->servers_len && !client->verbose; i++)
		if (client->servers[i].failure.status != EX_OK)
			say_failure(&client->servers[i]);
	return status;
}
