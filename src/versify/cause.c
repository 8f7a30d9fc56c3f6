/* SPDX-License-Identifier: ISC */
/* Why there was no reply. */
#include "cause.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "dial.h"
#include "wire/netstring.h"
#include "wire/protocol.h"

static const char listing[] = "transforms.";

bool
cause_is_ours(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == ENOBUFS || error == EAGAIN;
}

void
cause_from_errno(int error, struct exchange_failure *failure)
{
	exchange_fail(failure, EXCHANGE_CONNECT,
	    cause_is_ours(error) ? EX_OSERR : EX_UNAVAILABLE,
	    "cannot start: %s", strerror(error));
	failure->is_final = failure->status == EX_UNAVAILABLE;
}

void
cause_from_exit(
    int status, const char *transform, struct exchange_failure *failure)
{
	if (WIFSIGNALED(status)) {
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
		return;
	}
	/* These are versed's, of a transform. */
	switch (transform != NULL ? WEXITSTATUS(status) : -1) {
	case EX_DATAERR:
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "the request is too long for it");
		break;
	case EX_UNAVAILABLE:
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "no transform \"%s\"", transform);
		break;
	case EX_SOFTWARE:
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "cannot be done on this text");
		break;
	default:
		if (WEXITSTATUS(status) == EX_TEMPFAIL)
			exchange_fail(failure, EXCHANGE_SEND, EX_TEMPFAIL,
			    "out of time: the handler gave up");
		else
			exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
			    "exited with status %d", WEXITSTATUS(status));
		if (WEXITSTATUS(status) < 126 &&
		    WEXITSTATUS(status) != EX_USAGE)
			return;
	}
	failure->is_final = true;
}

/* Asks by another request.  Returns whether there was a list, or a close. */
static bool
ask(const struct look_up_address *address, struct exchange *exchange,
    bool *ret_is_left)
{
	struct exchange_failure failure = {.name = "asking why"};
	int fd = dial_address(address, CLOCK_NEVER);
	bool done = fd >= 0 && exchange_run(exchange, fd, &failure);

	if (fd >= 0)
		close(fd);
	*ret_is_left = exchange_is_left(&failure);
	return done || *ret_is_left;
}

/* Tells whether name is a line of the list. */
static bool
has_line(const struct exchange *list, const char *name)
{
	const unsigned char *line = list->reply + list->start, *next;
	size_t size = list->size;
	const size_t len = strlen(name);

	for (; size > 0; size -= (size_t)(next - line), line = next) {
		next = memchr(line, '\n', size);
		next = next != NULL ? next + 1 : line + size;
		if ((size_t)(next - line) >= len &&
		    memcmp(line, name, len) == 0 &&
		    (line + len == next || line[len] == '\n'))
			return true;
	}
	return false;
}

/* As cause_ask; writes the reason, and returns whether it is final. */
static bool
find(const struct look_up_address *address, const char *transform,
    struct exchange *plain, struct exchange *same, unsigned char *content,
    struct exchange_failure *failure)
{
	const int status = failure->status;
	bool is_left = false;

	if (!ask(address, plain, &is_left))
		return false;
	if (is_left)
		return exchange_fail(failure, EXCHANGE_SEND, status,
		    "closed without a reply: busy");
	if (!has_line(plain, transform))
		return !exchange_fail(failure, EXCHANGE_SEND, status,
		    "no transform \"%s\"", transform);
	/* Who ignores a text tells whether it is too long for him. */
	if ((size_t)(same->request + same->request_len - content) >=
	    sizeof(listing)) {
		memcpy(content, listing, sizeof(listing) - 1);
		if (!ask(address, same, &is_left))
			return false;
	}
	return !exchange_fail(failure, EXCHANGE_SEND, status,
	    is_left ? "the request is too long for it"
		    : "cannot be done on this text");
}

void
cause_ask(const struct look_up_address *address, const char *transform,
    const struct exchange *exchange, struct exchange_failure *failure)
{
	static unsigned char wish[] = "11:transforms.,";
	static unsigned char
	    list[NETSTRING_HEADER_MAX + PROTOCOL_LENGTH_MAX + 1];
	struct exchange plain = {.request = wish,
	    .request_len = sizeof(wish) - 1,
	    .reply = list,
	    .max = PROTOCOL_LENGTH_MAX};
	struct exchange same = plain;
	unsigned char *copy = malloc(exchange->request_len), *colon;
	int64_t soon = clock_after(CAUSE_ASK_MS), before;

	if (copy == NULL)
		return;
	memcpy(copy, exchange->request, exchange->request_len);
	same.request = copy;
	same.request_len = exchange->request_len;
	colon = memchr(copy, ':', same.request_len);
	before = clock_set_deadline(soon);
	if (before < soon)
		clock_set_deadline(before);
	failure->is_final =
	    find(address, transform, &plain, &same, colon + 1, failure);
	clock_set_deadline(before);
	free(copy);
}
