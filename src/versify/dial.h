/* SPDX-License-Identifier: ISC */
/* From servers' names on a command line to a connection with one of them. */
#ifndef DIAL_H
#define DIAL_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange.h"
#include "look-up.h"

#define DIAL_SERVERS_MAX 16

/* Another attempt is begun where one has come to nothing for so long. */
#define DIAL_DELAY_MS 250

/* How long until a UNIX socket whose queue is full is tried again. */
#define DIAL_FULL_MS 20

struct dial_server {
	struct exchange_failure failure; /* with its name */
	struct look_up_name name;
	struct dial_attempt *connected; /* the last that was, or NULL */
};

enum dial_state {
	DIAL_NONE,
	DIAL_TO_DO,
	DIAL_UNDER_WAY,
	DIAL_DONE, /* with or without success */
};

/* The look-up of a server's name, or a connection to one of its addresses. */
struct dial_attempt {
	enum dial_state state;
	struct dial_server *server;
	struct look_up_address address;
	int fd;	       /* while it is under way, as are the next three */
	pid_t pid;     /* of a look-up, or 0 */
	int64_t until; /* then it is given up */
	int64_t again; /* then it is to be tried again; or 0 */
};

/* Each server has its look-up and, once they are known, its addresses. */
#define DIAL_EACH (1 + LOOK_UP_ADDRESSES_MAX)

/* How servers are connected to; to be zero at first. */
struct dial {
	struct dial_server servers[DIAL_SERVERS_MAX];
	size_t len;
	struct dial_attempt attempts[DIAL_SERVERS_MAX * DIAL_EACH];
	int family;	    /* AF_UNSPEC, AF_INET or AF_INET6 */
	int type;	    /* SOCK_STREAM or SOCK_DGRAM */
	int64_t timeout_ms; /* of each attempt; 0 is any time */
};

/*
 * Connects as RFC 8305 says to one of the addresses that are still to do: the
 * first one at once, the next one when one fails or DIAL_DELAY_MS have passed.
 * Whichever connects first is done, and all others that were under way are to
 * do again.  Looking a name up is an attempt, too.  Returns the server, with
 * the connection, to be closed by the caller, in ret_fd; or NULL, at the latest
 * at the deadline, each failure being noted.  What is final is let be.
 */
struct dial_server *dial_next(struct dial *dial, int *ret_fd);

/* All is to do, but looking up again what was found. */
void dial_renew(struct dial *dial);

#endif
