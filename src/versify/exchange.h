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
	EXCHANGE_NOWHERE,
	EXCHANGE_CONNECTED, /* and had nothing back in time */
	EXCHANGE_LEFT,	    /* the other side left without a byte of a reply */
	EXCHANGE_REPLIED,   /* but not well */
};

/* What went wrong. */
struct exchange_failure {
	enum exchange_stage stage;
	int status;    /* of sysexits.h */
	bool is_final; /* asking again would not help */
	char reason[160];
};

/* Writes the failure, one that asking again may mend.  Returns false. */
bool exchange_fail(struct exchange_failure *ret_failure,
    enum exchange_stage stage, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Sends the len bytes of request on the connected stream socket fd and reads
 * until a whole netstring and the end of the connection are there: all that
 * came is written to reply, of which the caller owns NETSTRING_HEADER_MAX +
 * max + 1 bytes, where max is the longest content accepted (at most
 * 999999999).  A server that keeps the connection open is given
 * EXCHANGE_CLOSE_MS to send a byte that does not belong there.
 *
 * Returns true with the content's place in reply and its size, or false with
 * the failure.
 */
bool exchange_run(int fd, const unsigned char *request, size_t len,
    unsigned char *reply, size_t max, size_t *ret_start, size_t *ret_size,
    struct exchange_failure *ret_failure);

#endif
