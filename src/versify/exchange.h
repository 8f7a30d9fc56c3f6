/* SPDX-License-Identifier: ISC */
/* One request and its reply, as the client sees them. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

/* How long a server may take to close after its reply. */
#define EXCHANGE_CLOSE_MS 2000

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

/*
 * Notes a failure, one that asking again may mend, in ret_failure, where it
 * went as far as what that holds; and says it, to who wants to know all.
 * Returns false.
 */
bool exchange_fail(struct exchange_failure *ret_failure,
    enum exchange_stage stage, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells whether it is that the other side left without a byte of a reply. */
bool exchange_is_left(const struct exchange_failure *failure);

/*
 * Sends the len bytes of request on the connected stream socket fd and reads
 * until a whole netstring and the end of the connection are there: all that
 * came is written to reply, of which the caller owns NETSTRING_HEADER_MAX +
 * max + 1 bytes, where max is the longest content accepted (at most
 * 999999999).  A server that keeps the connection open is given
 * EXCHANGE_CLOSE_MS to send a byte that does not belong there.
 *
 * Returns true with the content's place in reply and its size, or false with
 * the failure; at clock_deadline at the latest.
 */
bool exchange_run(int fd, const unsigned char *request, size_t len,
    unsigned char *reply, size_t max, size_t *ret_start, size_t *ret_size,
    struct exchange_failure *ret_failure);

#endif
