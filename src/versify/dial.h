/* SPDX-License-Identifier: ISC */
/* From servers' names on a command line to a connection with one of them. */
#ifndef DIAL_H
#define DIAL_H

#include <sys/socket.h>
#include <sys/types.h>

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange.h"

#define DIAL_SERVERS_MAX   16
#define DIAL_ADDRESSES_MAX 16  /* of each */
#define DIAL_DELAY_MS	   250 /* until another attempt is begun */
#define DIAL_FULL_MS	   20  /* until a full UNIX socket is tried again */

struct dial_server {
	struct exchange_failure failure; /* with its name */
	char host[NI_MAXHOST];
	char port[sizeof("65535")];
	struct dial_attempt *connected; /* the last that was, or NULL */
};

/* The look-up of a server's host, or a connection to one of its addresses. */
struct dial_attempt {
	enum dial_state {
		DIAL_NONE, /* there is no such attempt */
		DIAL_TO_DO,
		DIAL_UNDER_WAY,
		DIAL_DONE, /* with or without success */
	} state;
	struct dial_server *server;
	struct sockaddr_storage addr; /* of a connection */
	socklen_t len;
	int error;     /* that a look-up came to */
	int fd;	       /* from when it is under way, as are the next three */
	pid_t pid;     /* of a look-up, or 0 */
	int64_t until; /* then it is given up */
	bool is_full;  /* it is to be tried again */
};

/* Each server has its look-up and, once they are known, its addresses. */
#define DIAL_EACH     (1 + DIAL_ADDRESSES_MAX)
#define DIAL_ATTEMPTS (DIAL_SERVERS_MAX * DIAL_EACH)

/* How servers are connected to; to be zero at first. */
struct dial {
	struct dial_server servers[DIAL_SERVERS_MAX];
	size_t len;
	struct dial_attempt attempts[DIAL_ATTEMPTS];
	int family;	    /* AF_UNSPEC, AF_INET or AF_INET6 */
	int type;	    /* SOCK_STREAM or SOCK_DGRAM */
	int64_t timeout_ms; /* of each attempt */
};

/*
 * Adds a server, where there are not DIAL_SERVERS_MAX: HOST, HOST:PORT, IPV6,
 * [IPV6], [IPV6]:PORT, @NAME or, where it has a slash, the path of a UNIX
 * socket.  Keeps name.  Returns NULL, or a few words that say what is wrong.
 */
const char *dial_add(struct dial *dial, const char *name);

/*
 * Connects as RFC 8305 says to one of the addresses that are still to do: the
 * first one at once, the next one when one fails or DIAL_DELAY_MS have passed.
 * Whichever connects first is done, and all others that were under way are to
 * do again.  Looking a host up is an attempt, too.  Returns the connection, its
 * fd to be closed by the caller; or NULL, at the latest at the deadline, each
 * failure being noted.  What is final is let be.
 */
struct dial_attempt *dial_next(struct dial *dial, int64_t deadline);

/* All is to do, but looking up again what was found. */
void dial_renew(struct dial *dial);

#endif
