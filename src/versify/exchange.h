/* SPDX-License-Identifier: ISC */
/* One request and its reply, as the client sees them. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

/* How long a server may take to close after its reply. */
#define EXCHANGE_CLOSE_MS 2000

/* What went wrong, as exit status and in words. */
struct exchange_failure {
	int status; /* of sysexits.h */
	char reason[160];
};

/* Writes the failure.  Returns false. */
bool exchange_fail(struct exchange_failure *ret_failure, int status,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

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
