/* SPDX-License-Identifier: ISC */
/* Names of servers and their addresses. */
#ifndef LOOK_UP_H
#define LOOK_UP_H

#include <sys/socket.h>
#include <sys/types.h>

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

/* So many addresses of one name are tried. */
#define LOOK_UP_ADDRESSES_MAX 16

/* A server: a host and a port, or the path of a UNIX socket, or @NAME. */
struct look_up_name {
	bool is_path;
	char host[NI_MAXHOST];
	char port[sizeof("65535")];
};

struct look_up_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* What a look-up came to. */
struct look_up_result {
	int status; /* EX_OK, or of sysexits.h */
	char reason[64];
	size_t len;
	struct look_up_address addresses[LOOK_UP_ADDRESSES_MAX];
};

/*
 * Reads text as HOST, HOST:PORT, IPV6, [IPV6], [IPV6]:PORT, @NAME or, where it
 * has a slash, the path of a UNIX socket.  Returns NULL with the server in
 * ret_name, or a few words that say what is wrong.
 */
const char *look_up_parse(const char *text, struct look_up_name *ret_name);

/*
 * Starts to look name up, for addresses of family (AF_UNSPEC is any), in a
 * process: getaddrinfo(3) can neither be interrupted nor be told how long.
 * Returns the process, and ret_fd becomes readable when there is a result; or
 * 0 and the result, where that is known at once, as of a number or a path.
 */
pid_t look_up_start(const struct look_up_name *name, int family, int *ret_fd,
    struct look_up_result *ret_result);

/*
 * Ends it, and closes fd.  Writes the result, once there is one, the families
 * in turn and no address twice; or where ret_result is NULL drops it.
 */
void look_up_end(pid_t pid, int fd, struct look_up_result *ret_result);

#endif
