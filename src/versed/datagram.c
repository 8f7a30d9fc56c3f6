/* SPDX-License-Identifier: ISC */
/* Requests without a connection: one datagram each, and one for the reply. */
#include "datagram.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "host/endpoint.h"
#include "host/io.h"
#include "session.h"
#include "wire/netstring.h"

/* Of an address as IPv4 has it, in the network's byte order. */
static bool
is_one_host(uint32_t addr)
{
	return addr != htonl(INADDR_ANY) && !IN_MULTICAST(ntohl(addr));
}

static bool
is_one_host6(const struct in6_addr *addr)
{
	uint32_t mapped;

	memcpy(&mapped, &addr->s6_addr[12], sizeof(mapped));
	if (IN6_IS_ADDR_V4MAPPED(addr))
		return is_one_host(mapped);
	return !IN6_IS_ADDR_UNSPECIFIED(addr) && !IN6_IS_ADDR_MULTICAST(addr);
}

/* Whether a socket that may not broadcast may send there; sends nothing. */
static bool
is_broadcast(const struct sockaddr_storage *addr, socklen_t len)
{
	int fd = socket(addr->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool result =
	    fd < 0 || (connect(fd, (const struct sockaddr *)addr, len) < 0 &&
			  errno == EACCES);

	if (fd >= 0)
		close(fd);
	return result;
}

const char *
datagram_prepare(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	bool is_single = true;

	signal(SIGUSR1, SIG_IGN);
	if (getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		return strerror(errno);
	if (addr.ss_family == AF_INET)
		is_single = is_one_host(
		    ((const struct sockaddr_in *)&addr)->sin_addr.s_addr);
	else if (addr.ss_family == AF_INET6)
		is_single = is_one_host6(
		    &((const struct sockaddr_in6 *)&addr)->sin6_addr);
	else
		return NULL;
	if (is_single && !is_broadcast(&addr, len))
		return NULL;
	return "it must be bound to the one address that clients ask";
}

/* Finds the request in the size bytes that came, of which room kept what fits.
 */
static bool
decode(const struct session *session, size_t size, struct answer *answer,
    size_t *ret_start, size_t *ret_size)
{
	size_t kept = size < session->request_cap ? size : session->request_cap;

	switch (netstring_decode(
	    session->request, kept, session->max, ret_start, ret_size)) {
	case NETSTRING_OK:
		return true;
	case NETSTRING_BAD:
		return answer_fail(answer, EX_DATAERR, LOG_NOTICE, "malformed",
		    netstring_error(session->request, kept));
	case NETSTRING_TOO_LONG:
		return answer_fail(answer, EX_DATAERR, LOG_NOTICE, "too-long",
		    "the length is past the limit");
	case NETSTRING_MORE:
		break;
	}
	return answer_fail(answer, EX_DATAERR, LOG_NOTICE, "truncated",
	    "end of the datagram before the comma");
}

static bool
reply(struct session *session, int fd, size_t asked, struct answer *answer,
    const struct endpoint_peer *peer)
{
	size_t size = answer->log.bytes_out;
	size_t header = netstring_encode(session->reply, size);

	session->reply_used = size + 1;
	answer->log.bytes_out = 0;
	if (header + size + 1 >= asked)
		return answer_fail(answer, EX_IOERR, LOG_NOTICE, "too-long",
		    "the reply is not shorter than the datagram");
	if (io_send(fd, session->reply - header, header + size + 1, &peer->addr,
		peer->len) != IO_OK)
		return answer_fail(answer, EX_IOERR, LOG_NOTICE, "undelivered",
		    strerror(errno));
	answer->log.bytes_out = size;
	return true;
}

static int
serve_one(struct session *session, int fd, size_t asked,
    const struct endpoint_peer *peer)
{
	struct answer answer = ANSWER_OPEN;
	size_t start, size;

	answer.log.bytes_in = asked;
	session->request_used =
	    asked < session->request_cap ? asked : session->request_cap;
	if (decode(session, asked, &answer, &start, &size) &&
	    answer_make(&answer, session, session->request + start, size))
		reply(session, fd, asked, &answer, peer);
	/* What anyone can forge fills no log. */
	if (session->verbose)
		answer_log(&answer, peer);
	return answer.status;
}

int
datagram_serve(struct session *session, int fd, unsigned long max_requests)
{
	struct endpoint_peer peer = {0};
	int status = EX_OK;
	size_t size;

	for (unsigned long i = 0; max_requests == 0 || i < max_requests; i++) {
		switch (io_receive(fd, i > 0 ? session->timeout_s : 0,
		    session->request, session->request_cap, &size, &peer.addr,
		    &peer.len)) {
		case IO_OK:
			break;
		case IO_STOPPED:
		case IO_TIMEOUT:
			return EX_OK;
		default:
			log_die(
			    EX_OSERR, "cannot receive: %s", strerror(errno));
		}
		/* Nothing else takes time, or tells how much it took. */
		if (session->filters != NULL || session->verbose)
			io_set_deadline(session->timeout_s);
		status = serve_one(session, fd, size, &peer);
		if (max_requests != 1)
			session_wipe(session);
	}
	return max_requests == 1 ? status : EX_OK;
}
