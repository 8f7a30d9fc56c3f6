/* SPDX-License-Identifier: ISC */
/* Why there was no reply: a close tells nothing. */
#ifndef CAUSE_H
#define CAUSE_H

#include <stdbool.h>

#include "exchange.h"

/* Tells whether the errno is for this machine's lack, no fault of a server. */
bool cause_is_ours(int error);

/*
 * Says in failure what the status of a handler, as waitpid(2) has it, tells of
 * its leaving without a reply to a request for transform.
 */
void cause_from_exit(
    int status, const char *transform, struct exchange_failure *failure);

#endif
