/* SPDX-License-Identifier: ISC */
/* What a request may be, as far as its variables tell. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

struct gateway;
struct response;

/*
 * Tells whether the program or the transform that gateway's request names is
 * there, and has the request's method.  Returns false with response a refusal.
 */
bool check_resource(const struct gateway *gateway, struct response *response);

/* Tells, in the same way, whether a body is one that is read. */
bool check_body(const struct gateway *gateway, struct response *response);

#endif
