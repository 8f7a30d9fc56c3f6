/* SPDX-License-Identifier: ISC */
/* What a super-server handed to us. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <sys/socket.h>

/* The most bytes of an address's name, its NUL included. */
#define ENDPOINT_NAME_MAX 64

enum endpoint_kind {
	ENDPOINT_CONNECTION, /* a connected stream socket */
	ENDPOINT_LISTENER,   /* a listening stream socket */
	ENDPOINT_FILE,	     /* no socket: a pipe, a file, a terminal */
	ENDPOINT_DATAGRAM,   /* a datagram socket */
	ENDPOINT_OTHER,	     /* a socket of another type */
	ENDPOINT_ERROR,	     /* errno says why */
};

enum endpoint_passed {
	ENDPOINT_PASSED_NONE,
	ENDPOINT_PASSED_ONE,
	ENDPOINT_PASSED_OTHER, /* not exactly one */
};

/*
 * Tells, from LISTEN_PID and LISTEN_FDS (sd_listen_fds(3)), whether file
 * descriptors were passed to this process, the first being 3.
 */
enum endpoint_passed endpoint_passed(void);

/* Who is at the other end; len is 0 where that is not known. */
struct endpoint_peer {
	struct sockaddr_storage addr;
	socklen_t len;
};

/*
 * Tells what fd is.  ENDPOINT_CONNECTION and ENDPOINT_FILE write the peer to
 * ret_peer.
 */
enum endpoint_kind endpoint_inspect(int fd, struct endpoint_peer *ret_peer);

/*
 * Writes the name of the address addr, of len bytes, to ret_name:
 * "192.0.2.7:4711", "[2001:db8::1]:4711", "unix", or "-" where len is 0 or the
 * address is of another family.
 */
void endpoint_name(const struct sockaddr_storage *addr, socklen_t len,
    char ret_name[ENDPOINT_NAME_MAX]);

#endif
