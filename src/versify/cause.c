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
	switch (WEXITSTATUS(status)) {
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
	case EX_TEMPFAIL:
		exchange_fail(failure, EXCHANGE_SEND, EX_TEMPFAIL,
		    "out of time: the handler gave up");
		return;
	default:
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
ask(const struct look_up_address *address, const unsigned char *request,
    size_t len, unsigned char *list, size_t *ret_size, bool *ret_is_left)
{
	struct exchange_failure failure = {.name = "asking why"};
	int fd = dial_address(address, clock_deadline(CLOCK_NEVER));
	size_t start = 0;
	bool done = false;

	if (fd >= 0) {
		done = exchange_run(fd, request, len, list, PROTOCOL_LENGTH_MAX,
		    &start, ret_size, &failure);
		close(fd);
	}
	if (done)
		memmove(list, list + start, *ret_size);
	*ret_is_left = exchange_is_left(&failure);
	return done || *ret_is_left;
}

/* Tells whether name is a line of the list. */
static bool
has_line(const unsigned char *list, size_t size, const char *name)
{
	const size_t len = strlen(name);
	const unsigned char *end;

	for (; size > 0; size -= (size_t)(end - list), list = end) {
		end = memchr(list, '\n', size);
		end = end != NULL ? end + 1 : list + size;
		if ((size_t)(end - list) >= len &&
		    memcmp(list, name, len) == 0 &&
		    (list + len == end || list[len] == '\n'))
			return true;
	}
	return false;
}

/* As cause_ask, with the request in copy, which is changed. */
static void
find(const struct look_up_address *address, const char *transform,
    unsigned char *copy, size_t len, unsigned char *list,
    struct exchange_failure *failure)
{
	static const unsigned char plain[] = "11:transforms.,";
	unsigned char *content =
	    (unsigned char *)memchr(copy, ':', NETSTRING_HEADER_MAX) + 1;
	bool is_left = false;
	size_t size = 0;

	if (!ask(address, plain, sizeof(plain) - 1, list, &size, &is_left))
		return;
	if (is_left) {
		exchange_fail(failure, EXCHANGE_SEND, failure->status,
		    "closed without a reply: busy");
		return;
	}
	if (!has_line(list, size, transform)) {
		exchange_fail(failure, EXCHANGE_SEND, failure->status,
		    "no transform \"%s\"", transform);
	} else {
		/* Who ignores a text tells whether it is too long for him. */
		if ((size_t)(copy + len - content) >= sizeof(listing)) {
			memcpy(content, listing, sizeof(listing) - 1);
			if (!ask(address, copy, len, list, &size, &is_left))
				return;
		}
		exchange_fail(failure, EXCHANGE_SEND, failure->status,
		    is_left ? "the request is too long for it"
			    : "cannot be done on this text");
	}
	failure->is_final = true;
}

void
cause_ask(const struct look_up_address *address, const char *transform,
    const unsigned char *request, size_t len, struct exchange_failure *failure)
{
	unsigned char *list =
	    malloc(NETSTRING_HEADER_MAX + PROTOCOL_LENGTH_MAX + 1);
	unsigned char *copy = malloc(len);
	int64_t before =
	    clock_set_deadline(clock_deadline(clock_after(CAUSE_ASK_MS)));

	if (list != NULL && copy != NULL) {
		memcpy(copy, request, len);
		find(address, transform, copy, len, list, failure);
	}
	clock_set_deadline(before);
	free(copy);
	free(list);
}
