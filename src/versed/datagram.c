/* SPDX-License-Identifier: ISC */
/* Requests without a connection: one datagram each, and one for the reply. */
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "session.h"
#include "wire/netstring.h"

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

/* Sends the reply to a datagram of asked bytes. */
static void
reply(struct session *session, int fd, size_t asked,
    const struct endpoint_peer *peer)
{
	size_t size = session->log.bytes_out;
	size_t header = netstring_encode(session->reply, size);

	if (header + size + 1 >= asked)
		answer_fail(session, EX_IOERR, LOG_NOTICE, "too-long",
		    "the reply is not shorter than the datagram");
	else if (io_send(fd, session->reply - header, header + size + 1,
		     &peer->addr, peer->len) != IO_OK)
		answer_fail(session, EX_IOERR, LOG_NOTICE, "undelivered",
		    strerror(errno));
}

bool
datagram_serve(struct session *session, int fd, bool is_first)
{
	struct endpoint_peer peer = {0};
	size_t asked;

	switch (
	    io_receive(fd, is_first ? 0 : session->timeout_s, session->request,
		session->request_cap, &asked, &peer.addr, &peer.len)) {
	case IO_OK:
		break;
	case IO_STOPPED:
	case IO_TIMEOUT:
		return false;
	default:
		log_die(EX_OSERR, "cannot receive: %s", strerror(errno));
	}
	/* Nothing else takes time, or tells how much it took. */
	if (session->filters != NULL || session->verbose)
		io_set_deadline(session->timeout_s);
	answer_begin(session);
	session->request_used =
	    asked < session->request_cap ? asked : session->request_cap;
	if (!answer_make(session))
		answer_fail(session, EX_DATAERR, LOG_NOTICE, "truncated",
		    "end of the datagram before the comma");
	if (session->status == EX_OK)
		reply(session, fd, asked, &peer);
	session->log.bytes_in = asked;
	session->is_failure = false; /* what anyone can forge fills no log */
	answer_log(session, &peer);
	return true;
}
