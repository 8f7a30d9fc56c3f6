/* SPDX-License-Identifier: ISC */
/* Requests without a connection: one datagram each, and one for the reply. */
#ifndef DATAGRAM_H
#define DATAGRAM_H

struct session;

/*
 * Checks that an Internet datagram socket is bound to one unicast address, so
 * that a reply comes from where the request was sent to and no broadcast
 * arrives; has SIGUSR1 mean nothing.  Returns NULL, or a few words that say why
 * it cannot be served.
 */
const char *datagram_prepare(int fd);

/*
 * Answers max_requests datagrams (0: any number) that come to the socket fd.
 * A reply is sent only where it is shorter than what asked for it, padding
 * included, as any sender's address can be forged.  The first datagram is
 * waited for without end, each further one for the time of a request.
 *
 * Returns the exit status of sysexits.h: of the one request where
 * max_requests is 1.
 */
int datagram_serve(struct session *session, int fd, unsigned long max_requests);

#endif
