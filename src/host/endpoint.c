/* SPDX-License-Identifier: ISC */
/* What a super-server handed to us. */
#include "endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

enum endpoint_passed
endpoint_passed(void)
{
	const char *pid_text = getenv("LISTEN_PID");
	const char *fds_text = getenv("LISTEN_FDS");
	unsigned long pid, fds;

	if (pid_text == NULL || fds_text == NULL ||
	    !options_number(pid_text, 1, 999999999, &pid) ||
	    pid != (unsigned long)getpid())
		return ENDPOINT_PASSED_NONE;
	if (!options_number(fds_text, 0, 1, &fds))
		return ENDPOINT_PASSED_OTHER;
	return fds > 0 ? ENDPOINT_PASSED_ONE : ENDPOINT_PASSED_NONE;
}

static void
name_inet(uint32_t addr, in_port_t port, char ret_name[ENDPOINT_NAME_MAX])
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr, text, sizeof(text));
	snprintf(ret_name, ENDPOINT_NAME_MAX, "%s:%u", text,
	    (unsigned int)ntohs(port));
}

static void
name_inet6(const struct sockaddr_in6 *sin6, char ret_name[ENDPOINT_NAME_MAX])
{
	char text[INET6_ADDRSTRLEN];
	uint32_t mapped;

	if (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
		memcpy(&mapped, &sin6->sin6_addr.s6_addr[12], sizeof(mapped));
		name_inet(mapped, sin6->sin6_port, ret_name);
		return;
	}
	inet_ntop(AF_INET6, &sin6->sin6_addr, text, sizeof(text));
	snprintf(ret_name, ENDPOINT_NAME_MAX, "[%s]:%u", text,
	    (unsigned int)ntohs(sin6->sin6_port));
}

void
endpoint_name(const struct sockaddr_storage *addr, socklen_t len,
    char ret_name[ENDPOINT_NAME_MAX])
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;

	if (len == 0)
		strcpy(ret_name, "-");
	else if (addr->ss_family == AF_INET && len >= sizeof(*sin))
		name_inet(sin->sin_addr.s_addr, sin->sin_port, ret_name);
	else if (addr->ss_family == AF_INET6 &&
		 len >= sizeof(struct sockaddr_in6))
		name_inet6((const struct sockaddr_in6 *)addr, ret_name);
	else if (addr->ss_family == AF_UNIX)
		strcpy(ret_name, "unix");
	else
		strcpy(ret_name, "-");
}

enum endpoint_kind
endpoint_inspect(int fd, struct endpoint_peer *ret_peer)
{
	socklen_t len = sizeof(ret_peer->addr), int_len = sizeof(int);
	int type, listening;

	ret_peer->len = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &int_len) < 0)
		return errno == ENOTSOCK ? ENDPOINT_FILE : ENDPOINT_ERROR;
	if (type == SOCK_DGRAM)
		return ENDPOINT_DATAGRAM;
	if (type != SOCK_STREAM)
		return ENDPOINT_OTHER;
	if (getpeername(fd, (struct sockaddr *)&ret_peer->addr, &len) == 0) {
		ret_peer->len = len;
		return ENDPOINT_CONNECTION;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &int_len) < 0)
		return ENDPOINT_ERROR;
	/* Where it does not listen, the peer has gone: reading will say so. */
	return listening ? ENDPOINT_LISTENER : ENDPOINT_CONNECTION;
}
