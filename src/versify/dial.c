/* SPDX-License-Identifier: ISC */
/* Names, addresses and connections of servers. */
#include "dial.h"

#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/options.h"
#include "wire/protocol.h"

/* A look-up; one that is given up goes on in libc's thread, with all of it. */
struct look_up {
	struct gaicb request;
	struct addrinfo hints;
	struct dial_server server;
};

static const char *
parse_path(const char *text, struct dial_server *ret_server)
{
	if (strlen(text) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return "the socket's path is too long";
	ret_server->is_path = true;
	strcpy(ret_server->host, text);
	return NULL;
}

/* Writes the len bytes at host, and the port; port is NULL or ":PORT". */
static const char *
parse_host(const char *host, size_t len, const char *port,
    struct dial_server *ret_server)
{
	unsigned long number = PROTOCOL_PORT;

	if (len == 0)
		return "a host is missing";
	if (len >= sizeof(ret_server->host))
		return "the host's name is too long";
	if (port != NULL &&
	    (*port != ':' || !options_number(port + 1, 1, 65535, &number)))
		return "the port must be a number from 1 to 65535";
	ret_server->is_path = false;
	memcpy(ret_server->host, host, len);
	ret_server->host[len] = '\0';
	snprintf(ret_server->port, sizeof(ret_server->port), "%lu", number);
	return NULL;
}

const char *
dial_parse(const char *text, struct dial_server *ret_server)
{
	const char *colon = strchr(text, ':'), *bracket = strchr(text, ']');

	if (strchr(text, '/') != NULL)
		return parse_path(text, ret_server);
	if (text[0] == '[' && bracket == NULL)
		return "a bracket is missing";
	if (text[0] == '[')
		return parse_host(text + 1, (size_t)(bracket - text - 1),
		    bracket[1] == '\0' ? NULL : bracket + 1, ret_server);
	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		return parse_host(text, strlen(text), NULL, ret_server);
	return parse_host(text, (size_t)(colon - text), colon, ret_server);
}

static void
path_address(const char *path, struct dial_address *ret_address)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&ret_address->addr;

	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	strcpy(sun->sun_path, path);
	ret_address->len = sizeof(*sun);
}

/* Waits for the look-up.  Returns what it came to, an EAI_ number or 0. */
static int
await(struct look_up *look_up, unsigned long timeout_s)
{
	const struct timespec timeout = {.tv_sec = (time_t)timeout_s};
	const struct gaicb *const list[1] = {&look_up->request};
	int error;

	do
		error = gai_suspend(list, 1, timeout_s > 0 ? &timeout : NULL);
	while (error == EAI_INTR && !io_is_late());
	return error == 0 || error == EAI_ALLDONE ? gai_error(&look_up->request)
						  : EAI_INPROGRESS;
}

/*
 * getaddrinfo(3) cannot be interrupted.  So libc does it in a thread of its
 * own, which is left behind at a deadline.
 */
static int
start(const struct dial_server *server, int family, struct look_up **ret)
{
	struct look_up *look_up = calloc(1, sizeof(*look_up));
	struct gaicb *list[1];
	int error;

	if (look_up == NULL)
		return EAI_MEMORY;
	look_up->server = *server;
	look_up->hints.ai_family = family;
	look_up->hints.ai_socktype = SOCK_STREAM;
	look_up->request.ar_name = look_up->server.host;
	look_up->request.ar_service = look_up->server.port;
	look_up->request.ar_request = &look_up->hints;
	list[0] = &look_up->request;
	error = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	if (error != 0)
		free(look_up);
	else
		*ret = look_up;
	return error;
}

/* Copies the addresses that were found, and frees the look-up. */
static size_t
finish(struct look_up *look_up,
    struct dial_address ret_addresses[DIAL_ADDRESSES_MAX])
{
	const struct addrinfo *info = look_up->request.ar_result;
	size_t count = 0;

	for (; info != NULL && count < DIAL_ADDRESSES_MAX;
	     info = info->ai_next) {
		memcpy(&ret_addresses[count].addr, info->ai_addr,
		    info->ai_addrlen);
		ret_addresses[count++].len = info->ai_addrlen;
	}
	freeaddrinfo(look_up->request.ar_result);
	free(look_up);
	return count;
}

enum io_result
dial_look_up(const struct dial_server *server, int family,
    unsigned long timeout_s,
    struct dial_address ret_addresses[DIAL_ADDRESSES_MAX], size_t *ret_count,
    const char **ret_reason)
{
	struct look_up *look_up;
	int error;

	if (server->is_path) {
		path_address(server->host, &ret_addresses[0]);
		*ret_count = 1;
		return IO_OK;
	}
	error = start(server, family, &look_up);
	if (error == 0)
		error = await(look_up, timeout_s);
	if (error == 0) {
		*ret_count = finish(look_up, ret_addresses);
		return IO_OK;
	}
	*ret_reason =
	    error == EAI_INPROGRESS ? strerror(ETIMEDOUT) : gai_strerror(error);
	return io_is_late() ? IO_TIMEOUT : IO_ERROR;
}

static void
set_timeout(int fd, unsigned long timeout_s)
{
	const struct timeval timeout = {.tv_sec = (time_t)timeout_s};

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

/*
 * Tells whether the kernel has connected the socket to itself, as it may
 * where nobody listens on a port that it gives to clients: every request
 * would be answered by itself.
 */
static bool
is_own_peer(int fd)
{
	struct sockaddr_storage own, peer;
	socklen_t own_len = sizeof(own), peer_len = sizeof(peer);

	return getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 &&
	       getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 &&
	       own.ss_family != AF_UNIX && own_len == peer_len &&
	       memcmp(&own, &peer, own_len) == 0;
}

/* Connects the socket fd.  Returns 0 or what errno was. */
static int
connect_socket(int fd, const struct dial_address *address)
{
	int error = 0;

	do
		if (connect(fd, (const struct sockaddr *)&address->addr,
			address->len) < 0)
			error = errno;
		else
			error = is_own_peer(fd) ? ECONNREFUSED : 0;
	while (error == EINTR && !io_is_late());
	/* These two are what SO_SNDTIMEO makes of a connect(2). */
	return error == EINPROGRESS || error == EAGAIN ? ETIMEDOUT : error;
}

enum io_result
dial_connect(
    const struct dial_address *address, unsigned long timeout_s, int *ret_fd)
{
	int error, fd;

	if (io_is_late())
		return IO_TIMEOUT;
	fd = socket(address->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return IO_ERROR;
	set_timeout(fd, timeout_s);
	error = connect_socket(fd, address);
	if (error == 0) {
		set_timeout(fd, 0);
		*ret_fd = fd;
		return IO_OK;
	}
	close(fd);
	errno = error;
	return io_is_late() ? IO_TIMEOUT : IO_ERROR;
}
