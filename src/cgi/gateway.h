/* SPDX-License-Identifier: ISC */
/* One request that a web server handed on, to the end of its response. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>
#include <stddef.h>

#include "host/endpoint.h"
#include "request.h"

struct filters;
struct response;

/* Of zeros, but for what is the caller's to set. */
struct gateway {
	struct filters *filters;   /* or NULL; the caller's */
	bool verbose;		   /* log successes too */
	size_t max;		   /* bytes of a text */
	enum cgi_method method;	   /* from here on the gateway's own */
	const unsigned char *name; /* or NULL: PATH_INFO is no path */
	size_t name_len;	   /* 0: the program itself */
	const char *type, *coding; /* of the body, or NULL */
	bool is_form;		   /* for the program itself */
	enum cgi_length length;
	size_t body_size;
	char peer[ENDPOINT_NAME_MAX];
	unsigned char *list; /* of the transforms */
	size_t list_len;
	unsigned char *body, *result;
	size_t result_cap;
};

/*
 * Reads the request's variables and reserves the memory for it; none is taken
 * before it is used.  Returns NULL, or the reason why there is no memory or no
 * list of the transforms.
 */
const char *gateway_open(struct gateway *gateway);

/*
 * Reads the request's body from in_fd, writes the response to out_fd and logs
 * what the peer did.  The deadline for it, io_set_deadline, is the caller's to
 * set.  Returns the exit status of sysexits.h: EX_OK where a whole response
 * was written, whatever it says.
 */
int gateway_serve(const struct gateway *gateway, int in_fd, int out_fd);

/*
 * Of check.c: whether there is what the request names, and with its method; and
 * whether its body is one that is read.  Where not, response is a refusal.
 */
bool gateway_has_resource(
    const struct gateway *gateway, struct response *response);
bool gateway_takes_body(
    const struct gateway *gateway, struct response *response);

#endif
