/* SPDX-License-Identifier: ISC */
/* Connections, as RFC 8305 has them: who is dead is not waited for. */
#include "dial.h"

#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "say.h"

#define ATTEMPTS_MAX ((size_t)DIAL_SERVERS_MAX * DIAL_EACH)

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

/*
 * Connects fd, or where that has begun finds out what came of it.  Returns 0
 * once it is connected, or errno; EINPROGRESS and EAGAIN are no failures yet.
 */
static int
connect_socket(int fd, const struct look_up_address *address, bool has_begun)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (has_begun)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	else if (connect(fd, (const struct sockaddr *)&address->addr,
		     address->len) < 0)
		error = errno == EINTR ? EINPROGRESS : errno;
	return error == 0 && is_own_peer(fd) ? ECONNREFUSED : error;
}

/* Ends what it has under way. */
static void
stop(struct dial_attempt *attempt, enum dial_state state)
{
	if (attempt->pid > 0)
		look_up_end(attempt->pid, attempt->fd, NULL);
	else if (attempt->fd >= 0)
		close(attempt->fd);
	attempt->pid = 0;
	attempt->state = state;
}

static void
fail(struct dial_attempt *attempt, int error)
{
	const bool is_unrouted = error == EADDRNOTAVAIL ||
				 error == ENETUNREACH ||
				 error == EHOSTUNREACH || error == EAFNOSUPPORT;

	stop(attempt, DIAL_DONE);
	exchange_fail(&attempt->server->failure,
	    is_unrouted ? EXCHANGE_ROUTE : EXCHANGE_CONNECT,
	    exchange_is_ours(error) ? EX_OSERR : EX_UNAVAILABLE,
	    "cannot connect: %s",
	    error == ENOENT ? "no such socket" : strerror(error));
}

/* Makes known what came of connecting.  Returns whether it is connected. */
static bool
judge(struct dial_attempt *attempt, int error)
{
	attempt->again = error == EAGAIN ? clock_now() + DIAL_FULL_MS : 0;
	if (error == 0) {
		attempt->state = DIAL_DONE;
		attempt->server->connected = attempt;
	} else if (error != EINPROGRESS && error != EAGAIN) {
		fail(attempt, error);
	}
	return error == 0;
}

static bool
start_connecting(const struct dial *dial, struct dial_attempt *attempt)
{
	const struct look_up_address *address = &attempt->address;
	const char *format = "%s: trying unix";
	char host[NI_MAXHOST], port[8];

	if (address->addr.ss_family != AF_UNIX &&
	    getnameinfo((const struct sockaddr *)&address->addr, address->len,
		host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		format = address->addr.ss_family == AF_INET
			     ? "%s: trying %s:%s"
			     : "%s: trying [%s]:%s";
	say(SAY_ALL, format, attempt->server->failure.name, host, port);
	attempt->fd = socket(address->addr.ss_family,
	    dial->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* On a UNIX socket who has no name gets no answer. */
	if (dial->type == SOCK_DGRAM && address->addr.ss_family == AF_UNIX &&
	    attempt->fd >= 0)
		bind(attempt->fd, (const struct sockaddr *)&address->addr,
		    sizeof(sa_family_t));
	if (attempt->fd >= 0)
		return judge(
		    attempt, connect_socket(attempt->fd, address, false));
	fail(attempt, errno);
	return false;
}

/* The addresses of a server follow its look-up. */
static void
take_addresses(
    struct dial_attempt *attempt, const struct look_up_result *result)
{
	attempt->state = DIAL_DONE;
	if (result->status != EX_OK)
		exchange_fail(&attempt->server->failure, EXCHANGE_LOOK_UP,
		    result->status, "cannot look up the host: %s",
		    result->reason);
	for (size_t i = 0; i < result->len; i++)
		attempt[i + 1] = (struct dial_attempt){.state = DIAL_TO_DO,
		    .server = attempt->server,
		    .address = result->addresses[i]};
}

/*
 * Starts the first that is to do.  Returns whether there was any; one that is
 * connected at once is ret_won.
 */
static bool
start_one(struct dial *dial, struct dial_attempt **ret_won)
{
	struct look_up_result result;

	for (size_t i = 0; i < dial->len * DIAL_EACH; i++) {
		struct dial_attempt *attempt = &dial->attempts[i];

		if (attempt->state != DIAL_TO_DO ||
		    attempt->server->failure.is_final)
			continue;
		attempt->state = DIAL_UNDER_WAY;
		attempt->until = clock_after(dial->timeout_ms);
		if (i % DIAL_EACH == 0) {
			attempt->pid = look_up_start(&attempt->server->name,
			    dial->family, &attempt->fd, &result);
			if (attempt->pid == 0)
				take_addresses(attempt, &result);
		} else if (start_connecting(dial, attempt)) {
			*ret_won = attempt;
		}
		if (i % DIAL_EACH != 0 || attempt->state == DIAL_UNDER_WAY)
			return true;
	}
	return false;
}

/*
 * Waits for any that is under way, and until then at most.  Returns how many
 * are, which is the number of ret_pfds, in this order.
 */
static nfds_t
wait_for_all(const struct dial *dial, int64_t until,
    struct pollfd ret_pfds[ATTEMPTS_MAX])
{
	const struct dial_attempt *attempt = dial->attempts;
	nfds_t n = 0;

	for (size_t i = 0; i < ATTEMPTS_MAX; i++, attempt++) {
		if (attempt->state != DIAL_UNDER_WAY)
			continue;
		ret_pfds[n++] = (struct pollfd){
		    .fd = attempt->again == 0 ? attempt->fd : -1,
		    .events = attempt->pid > 0 ? POLLIN : POLLOUT};
		if (attempt->again != 0 && attempt->again < until)
			until = attempt->again;
		if (attempt->until < until)
			until = attempt->until;
	}
	if (n > 0)
		clock_poll(ret_pfds, n, until);
	return n;
}

static void
give_up(struct dial_attempt *attempt)
{
	const bool looks_up = attempt->pid > 0;

	if (!looks_up && !clock_is_late()) {
		fail(attempt, ETIMEDOUT);
		return;
	}
	stop(attempt, DIAL_DONE);
	exchange_fail(&attempt->server->failure,
	    looks_up ? EXCHANGE_LOOK_UP : EXCHANGE_CONNECT, EX_TEMPFAIL,
	    "out of time: %s",
	    looks_up ? "the host is not looked up" : "not connected");
}

/* Goes on with one that is under way.  Returns whether it is connected. */
static bool
go_on(struct dial_attempt *attempt, bool is_ready)
{
	const bool has_begun = attempt->again == 0;
	struct look_up_result result;

	if (attempt->pid > 0 && is_ready) {
		look_up_end(attempt->pid, attempt->fd, &result);
		attempt->pid = 0;
		take_addresses(attempt, &result);
		return false;
	}
	if (is_ready || (!has_begun && clock_now() >= attempt->again))
		return judge(attempt,
		    connect_socket(attempt->fd, &attempt->address, has_begun));
	if (clock_is_late() || clock_now() >= attempt->until)
		give_up(attempt);
	return false;
}

struct dial_server *
dial_next(struct dial *dial, int *ret_fd)
{
	struct dial_attempt *attempt, *won = NULL;
	struct pollfd pfds[ATTEMPTS_MAX];
	int64_t due = 0;
	nfds_t n, k;

	while (won == NULL) {
		if (clock_now() >= due && !clock_is_late())
			due = start_one(dial, &won) ? clock_after(DIAL_DELAY_MS)
						    : CLOCK_NEVER;
		n = won == NULL ? wait_for_all(dial, due, pfds) : 0;
		if (n == 0 && won == NULL &&
		    (due == CLOCK_NEVER || clock_is_late()))
			return NULL;
		due = n == 0 ? 0 : due; /* the last one failed at once */
		attempt = dial->attempts;
		for (k = 0; won == NULL && k < n; attempt++) {
			if (attempt->state != DIAL_UNDER_WAY)
				continue;
			if (go_on(attempt, pfds[k++].revents != 0))
				won = attempt;
			if (attempt->state == DIAL_DONE)
				due = 0;
		}
	}
	for (size_t i = 0; i < ATTEMPTS_MAX; i++)
		if (dial->attempts[i].state == DIAL_UNDER_WAY)
			stop(&dial->attempts[i], DIAL_TO_DO);
	*ret_fd = won->fd;
	return won->server;
}

void
dial_renew(struct dial *dial)
{
	struct dial_attempt *attempt = dial->attempts;

	for (size_t i = 0; i < dial->len * DIAL_EACH; i++, attempt++)
		if (attempt->state == DIAL_DONE &&
		    (i % DIAL_EACH != 0 || attempt[1].state == DIAL_NONE))
			attempt->state = DIAL_TO_DO;
}
