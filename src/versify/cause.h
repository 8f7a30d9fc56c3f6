/* SPDX-License-Identifier: ISC */
/* Why there was no reply: a close tells nothing. */
#ifndef CAUSE_H
#define CAUSE_H

#include "client.h"

/* How long a server may be asked why; no longer than the deadline. */
#define CAUSE_ASK_MS 2000

/* Tells whether the errno is for this machine's lack, no fault of a server. */
bool cause_is_ours(int error);

/*
 * Notes in failure what the exit status of a handler tells of its leaving
 * without a reply to a request for transform, or NULL: a poem.  Returns false.
 */
bool cause_from_exit(
    int status, const char *transform, struct exchange_failure *failure);

/*
 * Notes in its failure what the server, which was connected to and left without
 * a reply to the client's request, lets out: whether it lists the transform,
 * and whether it takes so long a request.  Nothing is under way.
 */
void cause_ask(struct client *client, struct dial_server *server);

#endif
