/* SPDX-License-Identifier: ISC */
/* The requests that a process of versed serves, one after another. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "host/log.h"
#include "service/service.h"

struct endpoint_peer;

struct session {
	/* What the command line says. */
	const char *filters_dirs[FILTERS_DIRS_MAX + 1];
	size_t filters_count;
	const char *poem_file; /* or NULL */
	bool list;
	bool verbose;		    /* log successes too */
	size_t max;		    /* bytes of a request's content */
	unsigned long max_requests; /* of a socket that many ask; 0: any */
	unsigned long timeout_s;    /* 0 is none */

	/* What all requests share. */
	struct filters *filters; /* or NULL */
	size_t poem_len;	 /* in reply: no request is read for it */
	unsigned char *request;
	size_t request_cap;
	size_t request_used;
	unsigned char *reply; /* with room for a netstring's header before it */
	size_t reply_cap;
	size_t reply_used;

	/* What the request in hand comes to. */
	int status;	 /* of sysexits.h */
	bool is_failure; /* to be logged without verbose, too */
	struct log_request log;
};

/*
 * Of options.c: makes a session of the command line, whose strings it keeps.
 * What was only to be printed, and what is wrong with it, ends the process.
 */
void versed_options_parse(int argc, char *argv[], struct session *ret_session);

/*
 * Reserves the memory for requests of session->max bytes and their replies;
 * none is taken before it is used.  Where there is none the process ends.
 */
void session_open(struct session *session);

/*
 * Reads one request from in_fd, writes its reply, or without that the poem, to
 * out_fd, and logs what peer did.  is_socket says that in_fd and out_fd are one
 * connected socket, which is then lingered on.  How it went is in
 * session->status.
 */
void session_serve(struct session *session, int in_fd, int out_fd,
    bool is_socket, const struct endpoint_peer *peer);

/*
 * The same for a datagram that comes to the socket fd.  A reply is sent only
 * where it is shorter than what asked for it, padding included, as any sender's
 * address can be forged.  The first is waited for without end, others for the
 * time of a request; returns false where none came.
 */
bool session_serve_datagram(struct session *session, int fd, bool is_first);

/* Wipes what the last request left in memory and below the caller's stack. */
void session_wipe(struct session *session);

/*
 * Of datagram.c: ends the process unless the datagram socket fd can be served:
 * an Internet one is bound to one unicast address, so that a reply comes from
 * where it was asked and no broadcast arrives.
 */
void datagram_prepare(const struct session *session, int fd);

#endif
