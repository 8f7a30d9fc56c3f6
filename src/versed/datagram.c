/* SPDX-License-Identifier: ISC */
/* Which datagram sockets can be served. */
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "session.h"

static bool
is_one_host(const struct endpoint_peer *own)
{
	const struct in6_addr *in6 = &own->in6.sin6_addr;
	uint32_t inet = own->in.sin_addr.s_addr;

	if (own->addr.ss_family == AF_INET6) {
		if (!IN6_IS_ADDR_V4MAPPED(in6))
			return !IN6_IS_ADDR_UNSPECIFIED(in6) &&
			       !IN6_IS_ADDR_MULTICAST(in6);
		memcpy(&inet, &in6->s6_addr[12], sizeof(inet));
	}
	return inet != htonl(INADDR_ANY) && !IN_MULTICAST(ntohl(inet));
}

/* Whether a socket that may not broadcast may send there; sends nothing. */
static bool
is_broadcast(const struct endpoint_peer *own)
{
	int fd = socket(own->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool result = fd < 0 || (connect(fd, (const struct sockaddr *)own,
				     own->len) < 0 &&
				    errno == EACCES);

	if (fd >= 0)
		close(fd);
	return result;
}

void
datagram_prepare(const struct session *session, int fd)
{
	struct endpoint_peer own = {.len = sizeof(own.addr)};
	const char *reason = NULL;

	if (session->poem_file != NULL)
		reason = "a poem (-p) is for who connects";
	else if (getsockname(fd, (struct sockaddr *)&own.addr, &own.len) < 0)
		reason = strerror(errno);
	else if ((own.addr.ss_family == AF_INET ||
		     own.addr.ss_family == AF_INET6) &&
		 (!is_one_host(&own) || is_broadcast(&own)))
		reason = "it must be bound to the one address that clients ask";
	if (reason != NULL)
		log_die(EX_USAGE, "cannot serve a datagram socket: %s", reason);
}
