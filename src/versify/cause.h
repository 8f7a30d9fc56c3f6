/* SPDX-License-Identifier: ISC */
/* Why there was no reply: a close tells nothing. */
#ifndef CAUSE_H
#define CAUSE_H

#include <stdbool.h>

#include "dial.h"

/* How long a server may be asked why; no longer than the deadline. */
#define CAUSE_ASK_MS 2000

/* Tells whether the errno is for this machine's lack, no fault of a server. */
bool cause_is_ours(int error);

/*
 * Notes in failure what the status of a handler, as waitpid(2) has it, tells of
 * its leaving without a reply to a request for transform, or NULL: a poem.
 */
void cause_from_exit(
    int status, const char *transform, struct exchange_failure *failure);

/*
 * Notes in its failure what the server, which was connected to and left without
 * a reply to the request of exchange, for transform, lets out: whether it lists
 * that, and whether it takes so long a request.  Nothing is under way in dial.
 */
void cause_ask(struct dial *dial, struct dial_server *server,
    const char *transform, const struct exchange *exchange);

#endif
