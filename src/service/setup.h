/* SPDX-License-Identifier: ISC */
/* What the programs that face strangers do before they read a byte. */
#ifndef SETUP_H
#define SETUP_H

#include <stdbool.h>

struct filters;

/*
 * Opens the folder of filters dir, whose lines then go to the log.  Returns
 * the process's only filters, or NULL with the reason in ret_reason.
 */
struct filters *setup_filters(const char *dir, const char **ret_reason);

/*
 * Enters the sandbox: from here on the process can only talk on what is open,
 * or, with_filters, run them; also is sandbox_enter's.  Logs where a kernel has
 * no system call filter. Returns false where it cannot be entered; errno says
 * why.
 */
bool setup_sandbox(bool with_filters, unsigned int also);

#endif
