/* SPDX-License-Identifier: ISC */
/* The command line of versify. */
#ifndef VERSIFY_OPTIONS_H
#define VERSIFY_OPTIONS_H

#include "client.h"

/*
 * Reads the command line into client, which is zero and keeps words of argv.
 * What is only to be printed, or what is wrong, ends the process.
 */
void versify_options_parse(int argc, char *argv[], struct client *client);

#endif
