/* SPDX-License-Identifier: ISC */
/* Why there was no reply. */
#include "cause.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "wire/netstring.h"
#include "wire/protocol.h"

#define TRANSFORMS "transforms."

bool
cause_is_ours(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == ENOBUFS || error == EAGAIN;
}

void
cause_from_exit(
    int status, const char *transform, struct exchange_failure *failure)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	/* These are versed's, of a transform. */
	const bool is_refused = transform != NULL &&
				(code == EX_DATAERR || code == EX_UNAVAILABLE ||
				    code == EX_SOFTWARE);

	if (code == -1)
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (code == EX_TEMPFAIL)
		exchange_fail(failure, EXCHANGE_SEND, code,
		    "out of time: the handler gave up");
	else if (is_refused && code == EX_UNAVAILABLE)
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "no transform \"%s\"", transform);
	else if (is_refused)
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    code == EX_DATAERR ? "the request is too long for it"
				       : "cannot be done on this text");
	else
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "exited with status %d", code);
	failure->is_final = is_refused || code == EX_USAGE || code >= 126;
}

/* Asks by another request.  Returns whether there was a list, or a close. */
static bool
ask(struct dial *dial, struct dial_server *server, struct exchange *exchange,
    bool *ret_is_left)
{
	struct exchange_failure failure = {.name = "asking why"};
	bool done;
	int fd;

	server->connected->state = DIAL_TO_DO;
	if (dial_next(dial, &fd) == NULL)
		return false;
	done = exchange_run(exchange, fd, &failure);
	close(fd);
	*ret_is_left = exchange_is_left(&failure);
	return done || *ret_is_left;
}

/* Tells whether name is a line of the list, whose ends become newlines. */
static bool
has_line(struct exchange *list, const char *name)
{
	unsigned char *start = list->reply + list->start - 1;
	char *line;
	bool has;

	if (asprintf(&line, "\n%s\n", name) < 0)
		return true;
	start[0] = start[list->size + 1] = '\n';
	has = memmem(start, list->size + 2, line, strlen(line)) != NULL;
	free(line);
	return has;
}

/*
 * As cause_ask.  list asks for the transforms; same is to ask for them by its
 * content, whose beginning it overwrites.  Returns whether the reason is final.
 */
static bool
find(struct dial *dial, struct dial_server *server, const char *transform,
    struct exchange *list, struct exchange *same)
{
	struct exchange_failure *failure = &server->failure;
	const size_t header = strcspn((char *)same->request, ":") + 1;
	const size_t name_len = strlen(TRANSFORMS);
	bool is_left = false;

	if (!ask(dial, server, list, &is_left))
		return false;
	if (is_left)
		return exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "closed without a reply: busy");
	if (!has_line(list, transform))
		return !exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "no transform \"%s\"", transform);
	/* Who ignores a text tells whether it is too long for him. */
	memcpy(same->request + header, TRANSFORMS, name_len);
	if (same->request_len > header + name_len &&
	    !ask(dial, server, same, &is_left))
		return false;
	return !exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
	    is_left ? "the request is too long for it"
		    : "cannot be done on this text");
}

void
cause_ask(struct dial *dial, struct dial_server *server, const char *transform,
    const struct exchange *exchange)
{
	static unsigned char wish[] = "11:" TRANSFORMS ",";
	static unsigned char
	    room[NETSTRING_HEADER_MAX + PROTOCOL_LENGTH_MAX + 1];
	struct exchange list = {
	    wish, sizeof(wish) - 1, room, PROTOCOL_LENGTH_MAX, 0, 0};
	struct exchange same = list;
	const int64_t soon = clock_after(CAUSE_ASK_MS);
	const int64_t before = clock_set_deadline(soon);

	if (before < soon)
		clock_set_deadline(before);
	same.request_len = exchange->request_len;
	same.request = malloc(same.request_len + sizeof(TRANSFORMS));
	if (same.request != NULL) {
		memcpy(same.request, exchange->request, same.request_len);
		server->failure.is_final =
		    find(dial, server, transform, &list, &same);
	}
	free(same.request);
	clock_set_deadline(before);
}
