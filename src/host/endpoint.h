/* SPDX-License-Identifier: ISC */
/* What a super-server handed to us. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdbool.h>

/* The most bytes of an address's name, its NUL included. */
#define ENDPOINT_NAME_MAX 80

enum endpoint_kind {
	ENDPOINT_CONNECTION, /* a connected stream socket */
	ENDPOINT_LISTENER,   /* a listening stream socket */
	ENDPOINT_FILE,	     /* no socket: a pipe, a file, a terminal */
	ENDPOINT_DATAGRAM,   /* a datagram socket */
	ENDPOINT_OTHER,	     /* a socket of another type */
	ENDPOINT_ERROR,	     /* errno says why */
};

/*
 * Returns how many file descriptors, the first being 3, LISTEN_PID and
 * LISTEN_FDS (sd_listen_fds(3)) say were passed to this process; 2 for more.
 */
int endpoint_passed(void);

/* Who is at the other end. */
struct endpoint_peer {
	union {
		struct sockaddr_storage addr;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;		/* 0 where that is not known */
	char zone[IF_NAMESIZE]; /* of an address of IPv6; or empty */
	struct ucred owner;	/* of a UNIX socket, or of zeros */
	bool is_single;		/* no other client is served by this process */
};

/*
 * Tells what fd is.  ENDPOINT_CONNECTION and ENDPOINT_FILE write the peer to
 * ret_peer.
 */
enum endpoint_kind endpoint_inspect(int fd, struct endpoint_peer *ret_peer);

/*
 * Writes the name of a peer to ret_name: "192.0.2.7:4711",
 * "[2001:db8::1]:4711", "[fe80::1%zone]:4711", "unix", or "-" where there is no
 * address or one of another family; a port of 0 is left out.  Where it is the
 * only one and has no Internet address, or a loopback one, what the launcher
 * said in the environment goes before.
 */
void endpoint_peer_name(
    const struct endpoint_peer *peer, char ret_name[ENDPOINT_NAME_MAX]);

#endif
