/* SPDX-License-Identifier: ISC */
/* Connections, as RFC 8305 has them: who is dead is not waited for. */
#include "dial.h"

#include <sys/param.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/log.h"
#include "host/options.h"
#include "wire/protocol.h"

/* Names of other scripts than ASCII, where the C library knows of them. */
#ifndef AI_IDN
#define AI_IDN 0
#endif

/* Adds an address to those that follow a look-up, unless it is among them. */
static void
add_address(struct dial_attempt *attempt, const struct addrinfo *info)
{
	struct dial_attempt *const end = attempt + DIAL_EACH;
	struct dial_attempt new = {.state = DIAL_TO_DO,
	    .server = attempt->server,
	    .len = info->ai_addrlen};

	memcpy(&new.addr, info->ai_addr, info->ai_addrlen);
	while (++attempt < end && attempt->state != DIAL_NONE)
		if (memcmp(&attempt->addr, &new.addr, sizeof(new.addr)) == 0)
			return;
	if (attempt < end)
		*attempt = new;
}

/* Adds all addresses.  Returns 0, what getaddrinfo(3) does, or errno. */
static int
find_addresses(struct dial_attempt *attempt, int family, int flags)
{
	const struct addrinfo hints = {.ai_family = family,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICSERV | flags};
	const struct dial_server *server = attempt->server;
	struct addrinfo *list, *next[2];
	int error = getaddrinfo(server->host, server->port, &hints, &list);

	if (error != 0)
		return error == EAI_SYSTEM ? errno : error;
	/* In turn one of the first's family, and one of another. */
	next[0] = next[1] = list;
	for (int i = 0; next[0] != NULL || next[1] != NULL; i = !i) {
		while (next[i] != NULL &&
		       (next[i]->ai_family == list->ai_family) == i)
			next[i] = next[i]->ai_next;
		if (next[i] == NULL)
			continue;
		add_address(attempt, next[i]);
		next[i] = next[i]->ai_next;
	}
	freeaddrinfo(list);
	return 0;
}

static const char *
add_path(struct dial_attempt *attempt, const char *path)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&attempt->addr;

	if (strlen(path) >= sizeof(sun->sun_path))
		return "the socket's path is too long";
	attempt->state = DIAL_TO_DO;
	sun->sun_family = AF_UNIX;
	strcpy(sun->sun_path, path);
	attempt->len = (socklen_t)SUN_LEN(sun);
	if (path[0] == '@')
		sun->sun_path[0] = '\0';
	return NULL;
}

const char *
dial_add(struct dial *dial, const char *name)
{
	struct dial_server *server = &dial->servers[dial->len];
	struct dial_attempt *attempt = &dial->attempts[dial->len++ * DIAL_EACH];
	const bool has_bracket = name[0] == '[';
	const bool is_ipv6 = strchr(name, ':') != strrchr(name, ':');
	const char *host = name + has_bracket, *rest;
	const size_t len = strcspn(host, has_bracket ? "]"
					 : is_ipv6   ? ""
						     : ":");
	unsigned long port = PROTOCOL_PORT;

	server->failure.name = name;
	attempt[0].server = attempt[1].server = server;
	if (name[0] == '@' || strchr(name, '/') != NULL)
		return add_path(&attempt[1], name);
	if (len == 0)
		return "a host is missing";
	if (len >= sizeof(server->host))
		return "the host's name is too long";
	if (has_bracket && host[len] == '\0')
		return "a bracket is missing";
	rest = host + len + has_bracket;
	if (*rest != '\0' &&
	    (*rest != ':' || !options_number(rest + 1, 1, 65535, &port)))
		return "the port must be a number from 1 to 65535";
	memcpy(server->host, host, len);
	snprintf(server->port, sizeof(server->port), "%lu", port);
	/* A number needs no look-up. */
	if (find_addresses(attempt, dial->family, AI_NUMERICHOST) != 0)
		attempt->state = DIAL_TO_DO;
	return NULL;
}

/* Ends what it has under way. */
static void
stop(struct dial_attempt *attempt, enum dial_state state)
{
	if (attempt->fd >= 0)
		close(attempt->fd);
	if (attempt->pid > 0) {
		kill(attempt->pid, SIGKILL);
		waitpid(attempt->pid, NULL, 0);
	}
	attempt->state = state;
}

/*
 * Looks up in a process: getaddrinfo(3) can neither be interrupted nor be told
 * how long.  Returns whether it is under way, as do the next ones.
 */
static bool
start_looking_up(struct dial_attempt *attempt, int family)
{
	int fds[2] = {-1, -1};

	attempt->pid = pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0 ? fork() : -1;
	if (attempt->pid == 0) {
		prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
		setlocale(LC_CTYPE, "C.UTF-8");
		attempt->error = find_addresses(attempt, family, AI_IDN);
		/* A pipe takes so little whole. */
		_exit(write(fds[1], attempt, DIAL_EACH * sizeof(*attempt)) < 0);
	}
	attempt->fd = fds[0];
	if (attempt->pid < 0)
		exchange_fail(&attempt->server->failure, EXCHANGE_LOOK_UP,
		    errno, "cannot look up the host: %s", strerror(errno));
	close(fds[1]);
	return attempt->pid > 0;
}

static bool
go_on_looking_up(struct dial_attempt *attempt)
{
	struct exchange_failure *failure = &attempt->server->failure;
	/* What it is where the process has died. */
	struct dial_attempt found[DIAL_EACH] = {{.error = EAI_MEMORY}};
	int error;

	if (read(attempt->fd, found, sizeof(found)) < 0 && errno == EAGAIN)
		return exchange_now() < attempt->until ||
		       exchange_fail(failure, EXCHANGE_LOOK_UP, ETIME,
			   "out of time: the host is not looked up");
	memcpy(attempt + 1, found + 1, sizeof(found) - sizeof(found[0]));
	error = found[0].error;
	if (error != 0)
		exchange_fail(failure, EXCHANGE_LOOK_UP,
		    error == EAI_AGAIN	  ? ETIME
		    : error == EAI_MEMORY ? ENOMEM
					  : error,
		    "cannot look up the host: %s",
		    error > 0 ? strerror(error) : gai_strerror(error));
	return false;
}

static bool
fail_to_connect(struct dial_attempt *attempt, int error)
{
	const bool is_unrouted = error == EADDRNOTAVAIL ||
				 error == ENETUNREACH ||
				 error == EHOSTUNREACH || error == EAFNOSUPPORT;

	return exchange_fail(&attempt->server->failure,
	    is_unrouted ? EXCHANGE_ROUTE : EXCHANGE_CONNECT, error,
	    "cannot connect: %s",
	    error == ENOENT ? "no such socket" : strerror(error));
}

static bool
start_connecting(struct dial_attempt *attempt, int type)
{
	const struct sockaddr *addr = (const struct sockaddr *)&attempt->addr;
	const char *format = "%s: trying unix";
	char host[NI_MAXHOST], port[8];

	if (addr->sa_family != AF_UNIX &&
	    getnameinfo(addr, attempt->len, host, sizeof(host), port,
		sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		format = addr->sa_family == AF_INET ? "%s: trying %s:%s"
						    : "%s: trying [%s]:%s";
	log_message(
	    LOG_INFO, format, attempt->server->failure.name, host, port);
	attempt->fd =
	    socket(addr->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (attempt->fd < 0)
		return fail_to_connect(attempt, errno);
	/* On a UNIX socket who has no name gets no answer. */
	if (type == SOCK_DGRAM && addr->sa_family == AF_UNIX)
		bind(attempt->fd, addr, sizeof(sa_family_t));
	return true;
}

/*
 * Tells whether the kernel has connected the socket to itself, as it may where
 * nobody listens on a port that it gives to clients.
 */
static bool
is_own_peer(int fd)
{
	struct sockaddr_storage own, peer;
	socklen_t own_len = sizeof(own), peer_len = sizeof(peer);

	return getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 &&
	       getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 &&
	       own_len == peer_len && memcmp(&own, &peer, own_len) == 0;
}

/* Connects, or finds out what came of it: once it is connected it is done. */
static bool
go_on_connecting(struct dial_attempt *attempt, int64_t deadline)
{
	const struct sockaddr *addr = (const struct sockaddr *)&attempt->addr;
	int error = 0;

	if (connect(attempt->fd, addr, attempt->len) < 0)
		error = errno;
	else if (is_own_peer(attempt->fd))
		error = ECONNREFUSED;
	else
		attempt->state = DIAL_DONE;
	attempt->is_full = error == EAGAIN;
	if (error != EAGAIN && error != EALREADY && error != EINPROGRESS &&
	    error != EINTR)
		return error == 0 || fail_to_connect(attempt, error);
	if (exchange_now() >= deadline)
		return exchange_fail(&attempt->server->failure,
		    EXCHANGE_CONNECT, ETIME, "out of time: not connected");
	return exchange_now() < attempt->until ||
	       fail_to_connect(attempt, ETIMEDOUT);
}

/* Starts the first that can be.  Returns when the next one is due. */
static int64_t
start_one(struct dial *dial, int64_t deadline)
{
	const int64_t now = exchange_now();

	for (size_t i = 0; i < DIAL_ATTEMPTS && now < deadline; i++) {
		struct dial_attempt *attempt = &dial->attempts[i];

		if (attempt->state != DIAL_TO_DO ||
		    attempt->server->failure.is_final)
			continue;
		attempt->state = DIAL_UNDER_WAY;
		attempt->until = MIN(now + dial->timeout_ms, deadline);
		if (i % DIAL_EACH == 0 ? start_looking_up(attempt, dial->family)
				       : start_connecting(attempt, dial->type))
			return now + DIAL_DELAY_MS;
		stop(attempt, DIAL_DONE);
	}
	return INT64_MAX;
}

struct dial_attempt *
dial_next(struct dial *dial, int64_t deadline)
{
	struct dial_attempt *const end = &dial->attempts[DIAL_ATTEMPTS];
	struct dial_attempt *attempt, *won = NULL;
	struct pollfd pfds[DIAL_ATTEMPTS];
	int64_t due = 0, until = 0;
	nfds_t n = 0;
	bool goes_on;

	do {
		exchange_wait(pfds, n, MIN(until, due));
		if (exchange_now() >= due)
			due = start_one(dial, deadline);
		until = deadline;
		n = 0;
		for (attempt = dial->attempts; attempt < end && won == NULL;
		     attempt++) {
			if (attempt->state != DIAL_UNDER_WAY)
				continue;
			goes_on = attempt->pid > 0
				      ? go_on_looking_up(attempt)
				      : go_on_connecting(attempt, deadline);
			if (attempt->state == DIAL_DONE)
				won = attempt;
			if (!goes_on) {
				stop(attempt, DIAL_DONE);
				due = 0;
				continue;
			}
			pfds[n++] = (struct pollfd){
			    .fd = attempt->is_full ? -1 : attempt->fd,
			    .events = POLLIN | POLLOUT};
			until = MIN(until, attempt->is_full
					       ? exchange_now() + DIAL_FULL_MS
					       : attempt->until);
		}
	} while (won == NULL && (n > 0 || due != INT64_MAX));
	for (attempt = dial->attempts; attempt < end; attempt++)
		if (attempt->state == DIAL_UNDER_WAY)
			stop(attempt, DIAL_TO_DO);
	if (won != NULL)
		won->server->connected = won;
	return won;
}

void
dial_renew(struct dial *dial)
{
	struct dial_attempt *attempt = dial->attempts;

	for (size_t i = 0; i < DIAL_ATTEMPTS; i++, attempt++)
		if (attempt->state == DIAL_DONE &&
		    (i % DIAL_EACH != 0 || attempt[1].state == DIAL_NONE))
			attempt->state = DIAL_TO_DO;
}
