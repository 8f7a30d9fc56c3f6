/* SPDX-License-Identifier: ISC */
/* A handler of our own, as a super-server would start it. */
#ifndef HANDLER_H
#define HANDLER_H

#include "client.h"

/* How long a handler may take to exit after its last byte, or when told to. */
#define HANDLER_GRACE_MS 2000
#define HANDLER_TERM_MS	 500

/*
 * Starts the client's command, split into words at blanks, no shell, with one
 * end of a stream socket pair as its standard input and output, asks it, and
 * ends it.  It is looked up in PATH, beside this program, and in SBINDIR.
 * Where there is a terminal it can use that, else it has a process group of
 * its own.  Returns whether there is a reply, else with the failure of the
 * first server, which the command is.
 */
bool handler_ask(struct client *client);

/* Ends it, where there is one, by signo or else by force; for a signal's
 * handler. */
void handler_kill(int signo);

#endif
