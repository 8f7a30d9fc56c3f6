/* SPDX-License-Identifier: ISC */
/* Asking one server after another until there is a reply. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "dial.h"
#include "exchange.h"

#define CLIENT_SERVERS_MAX 16

/* The pause before the first retry; it doubles up to the longest. */
#define CLIENT_PAUSE_MS	    100
#define CLIENT_PAUSE_MAX_MS 1000

struct client_server {
	const char *name; /* as in messages; the caller's */
	struct dial_server server;
	struct exchange_failure failure; /* the last */
};

struct client {
	const char *command; /* instead of servers, or NULL */
	struct client_server servers[CLIENT_SERVERS_MAX];
	size_t servers_len;
	int family;		 /* AF_UNSPEC, AF_INET or AF_INET6 */
	unsigned long connect_s; /* 0 is any time */
	unsigned long retries;
	const char *transform;
	bool verbose;		      /* say each failure when it happens */
	const unsigned char *request; /* a netstring */
	size_t request_len;
	unsigned char *reply; /* NETSTRING_HEADER_MAX + reply_max + 1 bytes */
	size_t reply_max;
};

/*
 * Adds the servers that text names, with commas between, to client; text is
 * changed and kept.  Returns true, or false having said on standard error
 * what is wrong with it.
 */
bool client_add_servers(struct client *client, char *text);

/*
 * Asks the command or the servers in turn, all addresses of each, and all
 * again retries times, until one gives a good reply or the deadline of
 * io_set_deadline has passed.  Returns EX_OK with the text's place in
 * client->reply and its size; or the last failure's status, where the last
 * failure of each server has been said on standard error.
 */
int client_ask(struct client *client, size_t *ret_start, size_t *ret_size);

#endif
