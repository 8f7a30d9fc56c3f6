/* SPDX-License-Identifier: ISC */
/* The command line of versify. */
#ifndef VERSIFY_OPTIONS_H
#define VERSIFY_OPTIONS_H

#include "client.h"

/*
 * Reads the command line into client, which is zero, the strings being those of
 * argv.  Prints what was only to be printed, and where something is wrong with
 * it says what; both end the process.
 */
void versify_options_parse(int argc, char *argv[], struct client *client);

#endif
