/* SPDX-License-Identifier: ISC */
/* Why there was no reply. */
#include "cause.h"

#include <sys/wait.h>

#include <errno.h>
#include <string.h>
#include <sysexits.h>

bool
cause_is_ours(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == ENOBUFS || error == EAGAIN;
}

void
cause_from_exit(
    int status, const char *transform, struct exchange_failure *failure)
{
	if (WIFSIGNALED(status)) {
		exchange_fail(failure, EXCHANGE_LEFT, EX_UNAVAILABLE,
		    "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
		return;
	}
	switch (WEXITSTATUS(status)) {
	case EX_DATAERR:
		exchange_fail(failure, EXCHANGE_LEFT, EX_UNAVAILABLE,
		    "the request is too long for it");
		break;
	case EX_UNAVAILABLE:
		exchange_fail(failure, EXCHANGE_LEFT, EX_UNAVAILABLE,
		    "no transform \"%s\"", transform);
		break;
	case EX_SOFTWARE:
		exchange_fail(failure, EXCHANGE_LEFT, EX_UNAVAILABLE,
		    "cannot be done on this text");
		break;
	case EX_TEMPFAIL:
		exchange_fail(failure, EXCHANGE_LEFT, EX_TEMPFAIL,
		    "out of time: the handler gave up");
		return;
	default:
		exchange_fail(failure, EXCHANGE_LEFT, EX_UNAVAILABLE,
		    "exited with status %d", WEXITSTATUS(status));
		if (WEXITSTATUS(status) < 126 &&
		    WEXITSTATUS(status) != EX_USAGE)
			return;
	}
	failure->is_final = true;
}
