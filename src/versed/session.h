/* SPDX-License-Identifier: ISC */
/* One request from its first byte to the end of its reply. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>

struct endpoint_peer;
struct filters;

/* What all sessions of a process share. */
struct session {
	struct filters *filters; /* or NULL; the caller's */
	unsigned long timeout_s; /* 0 is none */
	bool verbose;		 /* log successes too */
	size_t max;		 /* bytes of a request's content */
	bool has_poem;		 /* in reply: no request is read for it */
	size_t poem_len;
	unsigned char *request; /* from here on the session's own */
	size_t request_cap;
	size_t request_used;
	unsigned char *reply;
	size_t reply_cap;
	size_t reply_used;
};

/*
 * Reserves the memory for requests of session->max bytes and their replies;
 * none is taken before it is used.  Returns false where there is none; errno
 * says why.
 */
bool session_open(struct session *session);

/*
 * Reads one request from in_fd, writes its reply, or without that the poem, to
 * out_fd, and logs what peer did.  is_socket says that in_fd and out_fd are one
 * connected socket, which is then lingered on.  Returns the exit status of
 * sysexits.h that says how it went.
 */
int session_serve(struct session *session, int in_fd, int out_fd,
    bool is_socket, const struct endpoint_peer *peer);

/* Wipes what the last session left in memory and below the caller's stack. */
void session_wipe(struct session *session);

#endif
