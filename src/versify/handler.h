/* SPDX-License-Identifier: ISC */
/* A handler of our own, as a super-server would start it. */
#ifndef HANDLER_H
#define HANDLER_H

#include "client.h"

#define HANDLER_GRACE_MS 2000 /* for it to exit after its last byte */
#define HANDLER_TERM_MS	 500  /* or when told to */

/*
 * Starts the client's command, split into words at blanks, no shell, with one
 * end of a stream socket pair as its standard input and output, asks it, and
 * has it exit or kills it.  It is looked up in PATH, beside this program, and
 * in SBINDIR.  Where there is a terminal it can use that, else it has a process
 * group of its own, which is killed with it.  Returns whether there is a reply,
 * else with the failure of the first server, which the command is.
 */
bool handler_ask(struct client *client);

/*
 * Notes in failure what the exit status of a handler tells of its leaving
 * without a reply to a request for transform, or NULL: a poem.
 */
void handler_fail(
    struct exchange_failure *failure, int status, const char *transform);

/*
 * Ends it, where there is one, by signo or else by force.  Returns whether that
 * may be.  For a signal's handler, too.
 */
bool handler_kill(int signo);

#endif
