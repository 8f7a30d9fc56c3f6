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

int
endpoint_passed(void)
{
	const char *text = getenv("LISTEN_PID");
	unsigned long pid;

	if (text == NULL || !options_number(text, 1, 999999999, &pid) ||
	    pid != (unsigned long)getpid())
		return 0;
	text = getenv("LISTEN_FDS");
	if (text == NULL || strcmp(text, "0") == 0)
		return 0;
	return strcmp(text, "1") == 0 ? 1 : 2;
}

/* The bytes of an address of IPv4, be it within one of IPv6; or NULL. */
static const unsigned char *
as_inet(const struct endpoint_peer *peer)
{
	if (peer->addr.ss_family == AF_INET)
		return (const unsigned char *)&peer->in.sin_addr;
	if (peer->addr.ss_family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED(&peer->in6.sin6_addr))
		return &peer->in6.sin6_addr.s6_addr[12];
	return NULL;
}

/* Whether it may be a launcher, or what stands before it, on this machine. */
static bool
is_near(const struct endpoint_peer *peer)
{
	const unsigned char *inet = as_inet(peer);

	if (inet != NULL)
		return *inet == IN_LOOPBACKNET;
	return peer->addr.ss_family != AF_INET6 ||
	       IN6_IS_ADDR_LOOPBACK(&peer->in6.sin6_addr);
}

/* Of text, as in "fe80::1%eth0" or "[fe80::1]"; port NULL: it has that, too. */
static bool
read_address(const char *text, const char *port, struct endpoint_peer *ret_peer)
{
	const char *start = text + (*text == '['), *space = strchr(text, ' ');
	size_t len = strcspn(start, "]% ");
	char addr[INET6_ADDRSTRLEN] = "";
	unsigned long number;

	memset(ret_peer, 0, sizeof(*ret_peer));
	if (len < sizeof(addr))
		memcpy(addr, start, len);
	if (port == NULL)
		port = space != NULL ? space : "";
	if (inet_pton(AF_INET, addr, &ret_peer->in.sin_addr) == 1)
		ret_peer->addr.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, addr, &ret_peer->in6.sin6_addr) == 1)
		ret_peer->addr.ss_family = AF_INET6;
	else
		return false;
	number = strtoul(port, NULL, 10);
	/* A port is in the same place in both. */
	ret_peer->in.sin_port = htons(number <= 65535 ? (uint16_t)number : 0);
	ret_peer->len = sizeof(ret_peer->in6);
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
	char text[INET6_ADDRSTRLEN], zone[IF_NAMESIZE + 1] = "", port[8] = "";
	int family;

	/* xinetd says no more than the address, of whoever is as near as it. */
	if (peer->is_single && is_near(peer) && read_environment(&told) &&
	    (told.in.sin_port != 0 || !is_near(&told)))
		peer = &told;
	family = peer->len > 0 ? peer->addr.ss_family : AF_UNSPEC;
	if (family != AF_INET && family != AF_INET6) {
		strcpy(ret_name, family == AF_UNIX ? "unix" : "-");
		return;
	}
	if (peer->in.sin_port != 0)
		snprintf(port, sizeof(port), ":%u", ntohs(peer->in.sin_port));
	if (as_inet(peer) != NULL) {
		inet_ntop(AF_INET, as_inet(peer), text, sizeof(text));
		snprintf(ret_name, ENDPOINT_NAME_MAX, "%s%s", text, port);
		return;
	}
	if (peer->zone[0] != '\0')
		snprintf(zone, sizeof(zone), "%%%s", peer->zone);
	else if (peer->in6.sin6_scope_id != 0)
		snprintf(zone, sizeof(zone), "%%%u", peer->in6.sin6_scope_id);
	inet_ntop(AF_INET6, &peer->in6.sin6_addr, text, sizeof(text));
	snprintf(ret_name, ENDPOINT_NAME_MAX, "[%s%s]%s", text, zone, port);
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
	if (getpeername(fd, (struct sockaddr *)&ret_peer->addr, &len) != 0) {
		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening,
			&int_len) < 0)
			return ENDPOINT_ERROR;
		/* Who does not listen has lost its peer: reading says so. */
		return listening ? ENDPOINT_LISTENER : ENDPOINT_CONNECTION;
	}
	ret_peer->len = len;
	/* What is not to be had in a sandbox. */
	len = sizeof(ret_peer->owner);
	if (ret_peer->addr.ss_family == AF_UNIX)
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ret_peer->owner, &len);
	if (ret_peer->addr.ss_family == AF_INET6 &&
	    ret_peer->in6.sin6_scope_id != 0)
		if_indextoname(ret_peer->in6.sin6_scope_id, ret_peer->zone);
	return ENDPOINT_CONNECTION;
}
