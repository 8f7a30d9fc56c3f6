/* SPDX-License-Identifier: ISC */
/* One request and its reply, as the client sees them. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXCHANGE_CLOSE_MS     2000 /* for a server to close after its reply */
#define EXCHANGE_DATAGRAM_MIN 1200
#define EXCHANGE_DATAGRAM_MAX 65507

/* How far it went until it failed. */
enum exchange_stage {
	EXCHANGE_LOOK_UP, /* its name is not known */
	EXCHANGE_ROUTE,	  /* or this machine does not get to it */
	EXCHANGE_CONNECT, /* or it does not take connections */
	EXCHANGE_SEND,	  /* or did not answer */
	EXCHANGE_REPLY,	  /* or not well */
};

/* The failure that went furthest, of equals the last.  Zero is none. */
struct exchange_failure {
	const char *name; /* of whom */
	enum exchange_stage stage;
	int status;    /* of sysexits.h */
	bool is_final; /* asking again would not help */
	char reason[160];
};

/* Tells whether the errno is for this machine's lack, no fault of a server. */
bool exchange_is_ours(int error);

/*
 * Notes a failure, one that asking again may mend, in ret_failure, where it
 * went as far as what that holds; and says it, to who wants to know all.  The
 * status is that of the stage, but where errno was one of ours, or ETIME, which
 * is that time is over.  Returns false.
 */
bool exchange_fail(struct exchange_failure *ret_failure,
    enum exchange_stage stage, int error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells whether it is that the other side left without a byte of a reply. */
bool exchange_is_left(const struct exchange_failure *failure);

struct exchange {
	unsigned char *request; /* a netstring */
	size_t request_len;	/* or 0: the reply is asked for by nothing */
	unsigned char *reply;	/* NETSTRING_HEADER_MAX + max + 1 bytes */
	size_t max;		/* of its content, at most 999999999 */
	int64_t deadline;
	size_t start, size; /* of that in reply, once it is whole */
};

/*
 * The time, in milliseconds of a clock that nobody sets.  It is no alarm: one
 * that was set before versify started is left to end it.
 */
int64_t exchange_now(void);

/* As poll(2), but until that time.  Returns whether anything is ready. */
bool exchange_wait(struct pollfd *pfds, nfds_t len, int64_t until);

/*
 * Sends the request on the connected stream socket fd and reads until a whole
 * netstring and the end of the connection are there.  A server that keeps the
 * connection open is given EXCHANGE_CLOSE_MS to send a byte that does not
 * belong there.  Returns whether there is a reply, else with the failure.
 */
bool exchange_run(
    struct exchange *exchange, int fd, struct exchange_failure *ret_failure);

/*
 * The same on a datagram socket: sends the request each second until there is a
 * reply.  As no server's datagram is longer than its client's, it is padded, by
 * turns to EXCHANGE_DATAGRAM_MIN and to a size that doubles up to the longest.
 * What is no netstring may be anybody's, and is let be.
 */
bool exchange_datagrams(
    struct exchange *exchange, int fd, struct exchange_failure *ret_failure);

#endif
