/* SPDX-License-Identifier: ISC */
/* Why there was no reply. */
#include "cause.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "wire/netstring.h"
#include "wire/protocol.h"

#define TRANSFORMS     "transforms."
#define TRANSFORMS_LEN (sizeof(TRANSFORMS) - 1)

bool
cause_is_ours(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == ENOBUFS || error == EAGAIN;
}

bool
cause_from_exit(
    int status, const char *transform, struct exchange_failure *failure)
{
	const char *refusal = NULL;

	/* These are versed's, of a transform. */
	if (transform != NULL && status == EX_UNAVAILABLE)
		refusal = "no transform \"%s\"";
	if (transform != NULL && status == EX_DATAERR)
		refusal = "the request is too long for it";
	if (transform != NULL && status == EX_SOFTWARE)
		refusal = "cannot be done on this text";
	if (refusal != NULL)
		exchange_fail(
		    failure, EXCHANGE_SEND, EX_UNAVAILABLE, refusal, transform);
	else if (status == EX_TEMPFAIL)
		exchange_fail(failure, EXCHANGE_SEND, status,
		    "out of time: the handler gave up");
	else
		exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "exited with status %d", status);
	failure->is_final =
	    refusal != NULL || status == EX_USAGE || status >= 126;
	return false;
}

/*
 * Asks the server by another request.  Returns EX_OK where it replies,
 * EX_UNAVAILABLE where it leaves without a reply, or another failure's status.
 */
static int
ask(struct dial *dial, struct dial_server *server, struct exchange *exchange)
{
	struct exchange_failure failure = {.name = "asking why"};
	int fd;

	server->connected->state = DIAL_TO_DO;
	if (dial_next(dial, &fd) == NULL)
		return EX_TEMPFAIL;
	exchange_run(exchange, fd, &failure);
	close(fd);
	return failure.status;
}

/* Tells whether name is a line of the list, which is cut into lines. */
static bool
has_line(const struct exchange *list, const char *name)
{
	char *line;

	list->reply[list->start + list->size] = '\0';
	line = strtok((char *)list->reply + list->start, "\n");
	while (line != NULL && strcmp(line, name) != 0)
		line = strtok(NULL, "\n");
	return line != NULL;
}

/*
 * As cause_ask.  Returns what the exit status of a handler would be, or EX_OK
 * where nothing is to be noted but what has been.
 */
static int
find_status(struct client *client, struct dial_server *server)
{
	static unsigned char wish[] = "11:" TRANSFORMS ",";
	static unsigned char
	    room[NETSTRING_HEADER_MAX + PROTOCOL_LENGTH_MAX + 1];
	struct exchange list = {
	    wish, sizeof(wish) - 1, room, PROTOCOL_LENGTH_MAX, 0, 0};
	unsigned char *request = client->exchange.request;
	unsigned char *content = request + strcspn((char *)request, ":") + 1;
	unsigned char kept[TRANSFORMS_LEN];
	int status = ask(&client->dial, server, &list);

	if (status == EX_UNAVAILABLE)
		exchange_fail(&server->failure, EXCHANGE_SEND, EX_UNAVAILABLE,
		    "closed without a reply: busy");
	if (status != EX_OK)
		return EX_OK;
	if (!has_line(&list, client->transform))
		return EX_UNAVAILABLE;
	list.request = request;
	list.request_len = client->exchange.request_len;
	if (list.request_len <= (size_t)(content - request) + TRANSFORMS_LEN)
		return EX_SOFTWARE;
	/* Who ignores a text tells whether it is too long for him. */
	memcpy(kept, content, TRANSFORMS_LEN);
	memcpy(content, TRANSFORMS, TRANSFORMS_LEN);
	status = ask(&client->dial, server, &list);
	memcpy(content, kept, TRANSFORMS_LEN);
	if (status == EX_OK)
		return EX_SOFTWARE;
	return status == EX_UNAVAILABLE ? EX_DATAERR : EX_OK;
}

void
cause_ask(struct client *client, struct dial_server *server)
{
	const int64_t soon = clock_after(CAUSE_ASK_MS);
	const int64_t before = clock_set_deadline(soon);
	int status;

	if (before < soon)
		clock_set_deadline(before);
	status = find_status(client, server);
	if (status != EX_OK)
		cause_from_exit(status, client->transform, &server->failure);
	clock_set_deadline(before);
}
