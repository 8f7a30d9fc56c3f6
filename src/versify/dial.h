/* SPDX-License-Identifier: ISC */
/* From a server's name on a command line to a connection with it. */
#ifndef DIAL_H
#define DIAL_H

#include <sys/socket.h>

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

#include "host/io.h"

/* So many addresses of one name are tried. */
#define DIAL_ADDRESSES_MAX 16

/* A server: a host and a port, or the path of a UNIX socket. */
struct dial_server {
	bool is_path;
	char host[NI_MAXHOST];
	char port[sizeof("65535")];
};

struct dial_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

/*
 * Reads text as HOST, HOST:PORT, IPV6, [IPV6], [IPV6]:PORT or, where it has a
 * slash, the path of a UNIX socket.  Returns NULL with the server in
 * ret_server, or a few words that say what is wrong.
 */
const char *dial_parse(const char *text, struct dial_server *ret_server);

/*
 * Finds the addresses of server, those of family (AF_UNSPEC is any), within
 * timeout_s seconds (0 is any time) and the deadline of io_set_deadline.
 *
 * IO_OK writes them and their number, at least one.  IO_TIMEOUT is the
 * deadline; IO_ERROR anything else, and a few words say what in ret_reason.
 */
enum io_result dial_look_up(const struct dial_server *server, int family,
    unsigned long timeout_s,
    struct dial_address ret_addresses[DIAL_ADDRESSES_MAX], size_t *ret_count,
    const char **ret_reason);

/*
 * Connects to address within timeout_s seconds (0 is any time) and the
 * deadline of io_set_deadline.  IO_OK writes the connection, to be closed by
 * the caller.  IO_TIMEOUT is the deadline; IO_ERROR anything else, and errno
 * says what: ETIMEDOUT where it was timeout_s.
 */
enum io_result dial_connect(
    const struct dial_address *address, unsigned long timeout_s, int *ret_fd);

#endif
