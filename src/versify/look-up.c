/* SPDX-License-Identifier: ISC */
/* Names of servers and their addresses. */
#include "look-up.h"

#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "exchange.h"
#include "host/options.h"
#include "wire/protocol.h"

/* Names of other scripts than ASCII, where the C library knows of them. */
#ifndef AI_IDN
#define AI_IDN 0
#endif

#define UNIX_MAX sizeof(((struct sockaddr_un *)0)->sun_path)

/* Writes the len bytes at host, and the port; port is NULL or ":PORT". */
static const char *
parse_host(const char *host, size_t len, const char *port,
    struct look_up_name *ret_name)
{
	unsigned long number = PROTOCOL_PORT;

	if (len == 0)
		return "a host is missing";
	if (len >= sizeof(ret_name->host))
		return "the host's name is too long";
	if (port != NULL &&
	    (*port != ':' || !options_number(port + 1, 1, 65535, &number)))
		return "the port must be a number from 1 to 65535";
	memcpy(ret_name->host, host, len);
	ret_name->host[len] = '\0';
	snprintf(ret_name->port, sizeof(ret_name->port), "%lu", number);
	return NULL;
}

const char *
look_up_parse(const char *text, struct look_up_name *ret_name)
{
	const char *colon = strchr(text, ':'), *bracket = strchr(text, ']');

	ret_name->is_path = text[0] == '@' || strchr(text, '/') != NULL;
	if (ret_name->is_path && strlen(text) >= UNIX_MAX)
		return "the socket's path is too long";
	if (ret_name->is_path) {
		strcpy(ret_name->host, text);
		return NULL;
	}
	if (text[0] == '[' && bracket == NULL)
		return "a bracket is missing";
	if (text[0] == '[')
		return parse_host(text + 1, (size_t)(bracket - text - 1),
		    bracket[1] == '\0' ? NULL : bracket + 1, ret_name);
	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		return parse_host(text, strlen(text), NULL, ret_name);
	return parse_host(text, (size_t)(colon - text), colon, ret_name);
}

static void
find_path(const char *path, struct look_up_address *ret_address)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&ret_address->addr;

	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	strcpy(sun->sun_path, path);
	ret_address->len = sizeof(*sun);
	if (path[0] != '@')
		return;
	sun->sun_path[0] = '\0';
	ret_address->len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
}

/* Says that of the family there is none, where error is 0. */
static void
fail(int error, struct look_up_result *ret_result)
{
	const char *reason = error == EAI_SYSTEM ? strerror(errno)
			     : error != 0	 ? gai_strerror(error)
						 : "no address of this kind";

	ret_result->status = EX_NOHOST;
	if (error == EAI_AGAIN)
		ret_result->status = EX_TEMPFAIL;
	if (error == EAI_MEMORY ||
	    (error == EAI_SYSTEM && exchange_is_ours(errno)))
		ret_result->status = EX_OSERR;
	snprintf(ret_result->reason, sizeof(ret_result->reason), "%s", reason);
}

/* The families in turn, beginning with the first, and no address twice. */
static void
sort(struct addrinfo *list, struct look_up_result *ret_result)
{
	struct addrinfo *next, *info;
	size_t n = 0;
	int last = AF_UNSPEC;

	for (; n < LOOK_UP_ADDRESSES_MAX; n++) {
		next = NULL;
		for (info = list; info != NULL; info = info->ai_next) {
			if (info->ai_addr != NULL &&
			    (next == NULL || (next->ai_family == last &&
						 info->ai_family != last)))
				next = info;
		}
		if (next == NULL)
			break;
		last = next->ai_family;
		ret_result->addresses[n].len = next->ai_addrlen;
		memcpy(&ret_result->addresses[n].addr, next->ai_addr,
		    next->ai_addrlen);
		for (info = list; info != NULL; info = info->ai_next) {
			if (info->ai_addr != NULL &&
			    info->ai_addrlen == next->ai_addrlen &&
			    memcmp(info->ai_addr,
				&ret_result->addresses[n].addr,
				info->ai_addrlen) == 0)
				info->ai_addr = NULL;
		}
	}
	ret_result->len = n;
}

/* Returns what getaddrinfo(3) does, with the flags. */
static int
find(const struct look_up_name *name, int family, int flags,
    struct look_up_result *ret_result)
{
	const struct addrinfo hints = {.ai_family = family,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICSERV | flags};
	struct addrinfo *list;
	int error = getaddrinfo(name->host, name->port, &hints, &list);

	memset(ret_result, 0, sizeof(*ret_result));
	if (error != 0) {
		fail(error, ret_result);
	} else {
		sort(list, ret_result);
		freeaddrinfo(list);
	}
	return error;
}

/* Finds what takes no resolver.  Returns false where it does. */
static bool
find_at_once(const struct look_up_name *name, int family,
    struct look_up_result *ret_result)
{
	if (name->is_path) {
		memset(ret_result, 0, sizeof(*ret_result));
		find_path(name->host, &ret_result->addresses[0]);
		ret_result->len = 1;
		return true;
	}
	if (find(name, AF_UNSPEC, AI_NUMERICHOST, ret_result) != 0)
		return false;
	if (family != AF_UNSPEC &&
	    family != ret_result->addresses[0].addr.ss_family) {
		fail(0, ret_result);
		ret_result->len = 0;
	}
	return true;
}

pid_t
look_up_start(const struct look_up_name *name, int family, int *ret_fd,
    struct look_up_result *ret_result)
{
	int fds[2];
	pid_t pid;

	if (find_at_once(name, family, ret_result))
		return 0;
	if (pipe2(fds, O_CLOEXEC) == 0) {
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
			close(fds[0]);
			setlocale(LC_CTYPE, "C.UTF-8");
			find(name, family, AI_IDN, ret_result);
			/* A pipe takes so little whole. */
			_exit(
			    write(fds[1], ret_result, sizeof(*ret_result)) < 0);
		}
		close(fds[1]);
		*ret_fd = fds[0];
		if (pid > 0)
			return pid;
		close(fds[0]);
	}
	fail(EAI_SYSTEM, ret_result);
	ret_result->status = EX_OSERR;
	return 0;
}

void
look_up_end(pid_t pid, int fd, struct look_up_result *ret_result)
{
	ssize_t n = -1;

	if (ret_result != NULL) {
		do
			n = read(fd, ret_result, sizeof(*ret_result));
		while (n < 0 && errno == EINTR);
		if (n != sizeof(*ret_result))
			*ret_result = (struct look_up_result){EX_OSERR,
			    .reason = "the process that does it has died"};
	}
	close(fd);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}
