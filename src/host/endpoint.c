/* SPDX-License-Identifier: ISC */
/* What a super-server handed to us. */
#include "endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <ctype.h>
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

static bool
is_mapped(const struct sockaddr_in6 *sin6)
{
	return IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr);
}

static void
name_inet6(const struct sockaddr_in6 *sin6, const char *zone,
    char ret_name[ENDPOINT_NAME_MAX])
{
	char text[INET6_ADDRSTRLEN], number[12] = "";

	if (zone == NULL && sin6->sin6_scope_id != 0)
		snprintf(number, sizeof(number), "%u", sin6->sin6_scope_id);
	if (zone == NULL)
		zone = number;
	inet_ntop(AF_INET6, &sin6->sin6_addr, text, sizeof(text));
	snprintf(ret_name, ENDPOINT_NAME_MAX, "[%s%s%s]", text,
	    *zone != '\0' ? "%" : "", zone);
}

/* A zone of NULL is the number in the address. */
static void
name_address(const struct sockaddr_storage *addr, socklen_t len,
    const char *zone, char ret_name[ENDPOINT_NAME_MAX])
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)addr;
	in_port_t port = 0;
	size_t n;

	strcpy(ret_name, len > 0 && addr->ss_family == AF_UNIX ? "unix" : "-");
	if (addr->ss_family == AF_INET && len >= sizeof(*sin)) {
		inet_ntop(AF_INET, &sin->sin_addr, ret_name, INET_ADDRSTRLEN);
		port = sin->sin_port;
	} else if (addr->ss_family == AF_INET6 && len >= sizeof(*sin6)) {
		if (is_mapped(sin6))
			inet_ntop(AF_INET, &sin6->sin6_addr.s6_addr[12],
			    ret_name, INET_ADDRSTRLEN);
		else
			name_inet6(sin6, zone, ret_name);
		port = sin6->sin6_port;
	}
	n = strlen(ret_name);
	if (port != 0)
		snprintf(ret_name + n, ENDPOINT_NAME_MAX - n, ":%u",
		    (unsigned int)ntohs(port));
}

/* Whether it may be a launcher, or what stands before it, on this machine. */
static bool
is_near(const struct endpoint_peer *peer)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)&peer->addr;
	const struct sockaddr_in6 *sin6 =
	    (const struct sockaddr_in6 *)&peer->addr;

	if (peer->len > 0 && peer->addr.ss_family == AF_INET)
		return ntohl(sin->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	if (peer->len > 0 && peer->addr.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&sin6->sin6_addr) ||
		       (is_mapped(sin6) &&
			   sin6->sin6_addr.s6_addr[12] == IN_LOOPBACKNET);
	return true;
}

/* Of text, as in "fe80::1%eth0" or "[fe80::1]"; port NULL: it has that, too. */
static bool
read_address(const char *text, const char *port, struct endpoint_peer *ret_peer)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)&ret_peer->addr;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&ret_peer->addr;
	const char *start = text + (*text == '['), *space = strchr(text, ' ');
	size_t len = strcspn(start, "]% ");
	char addr[INET6_ADDRSTRLEN] = "";

	memset(ret_peer, 0, sizeof(*ret_peer));
	if (len < sizeof(addr))
		memcpy(addr, start, len);
	if (port == NULL)
		port = space != NULL ? space : "";
	if (inet_pton(AF_INET, addr, &sin->sin_addr) == 1)
		sin->sin_family = AF_INET;
	else if (inet_pton(AF_INET6, addr, &sin6->sin6_addr) == 1)
		sin6->sin6_family = AF_INET6;
	else
		return false;
	/* A port is in the same place in both. */
	sin6->sin6_port = htons((uint16_t)strtoul(port, NULL, 10));
	ret_peer->len = sizeof(*sin6);
	for (size_t i = 0; start[len] == '%' && i < IF_NAMESIZE - 1; i++) {
		if (!isalnum((unsigned char)start[len + 1 + i]))
			break;
		ret_peer->zone[i] = start[len + 1 + i];
	}
	return true;
}

/* What launchers say of a client, where another one is between. */
static bool
read_environment(struct endpoint_peer *ret_peer)
{
	static const char *const names[][2] = {
	    {"TCPREMOTEIP", "TCPREMOTEPORT"},
	    {"SOCAT_PEERADDR", "SOCAT_PEERPORT"},
	    {"NCAT_REMOTE_ADDR", "NCAT_REMOTE_PORT"},
	    {"REMOTE_ADDR", "REMOTE_PORT"},
	    {"REMOTE_HOST", "REMOTE_PORT"},
	    {"SSH_CONNECTION", ""},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *addr = getenv(names[i][0]);

		if (addr != NULL &&
		    read_address(addr, getenv(names[i][1]), ret_peer))
			return true;
	}
	return false;
}

void
endpoint_peer_name(
    const struct endpoint_peer *peer, char ret_name[ENDPOINT_NAME_MAX])
{
	struct endpoint_peer told;

	if (peer->is_single && is_near(peer) && read_environment(&told))
		peer = &told;
	name_address(&peer->addr, peer->len,
	    peer->zone[0] != '\0' ? peer->zone : NULL, ret_name);
}

/* What is known of a peer but its address, and not to be had in a sandbox. */
static void
learn_more(int fd, struct endpoint_peer *peer)
{
	const struct sockaddr_in6 *sin6 =
	    (const struct sockaddr_in6 *)&peer->addr;
	socklen_t len = sizeof(peer->owner);

	if (peer->addr.ss_family == AF_UNIX)
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer->owner, &len);
	if (peer->addr.ss_family == AF_INET6 && sin6->sin6_scope_id != 0)
		if_indextoname(sin6->sin6_scope_id, peer->zone);
}

enum endpoint_kind
endpoint_inspect(int fd, struct endpoint_peer *ret_peer)
{
	socklen_t len = sizeof(ret_peer->addr), int_len = sizeof(int);
	int type, listening;

	memset(ret_peer, 0, sizeof(*ret_peer));
	ret_peer->is_single = true;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &int_len) < 0)
		return errno == ENOTSOCK ? ENDPOINT_FILE : ENDPOINT_ERROR;
	if (type == SOCK_DGRAM)
		return ENDPOINT_DATAGRAM;
	if (type != SOCK_STREAM)
		return ENDPOINT_OTHER;
	if (getpeername(fd, (struct sockaddr *)&ret_peer->addr, &len) == 0) {
		ret_peer->len = len;
		learn_more(fd, ret_peer);
		return ENDPOINT_CONNECTION;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &int_len) < 0)
		return ENDPOINT_ERROR;
	/* Where it does not listen, the peer has gone: reading will say so. */
	return listening ? ENDPOINT_LISTENER : ENDPOINT_CONNECTION;
}
