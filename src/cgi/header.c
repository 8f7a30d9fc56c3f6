/* SPDX-License-Identifier: ISC */
/* The header of a CGI program's response. */
#include "header.h"

#include <stddef.h>
#include <stdio.h>

static const char *
phrase(int code)
{
	switch (code) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 411:
		return "Length Required";
	case 413:
		return "Content Too Large";
	case 422:
		return "Unprocessable Content";
	case 503:
		return "Service Unavailable";
	default:
		return "Internal Server Error";
	}
}

size_t
reply_header(const struct reply *reply, char ret_header[REPLY_HEADER_MAX])
{
	int len = snprintf(ret_header, REPLY_HEADER_MAX,
	    "Status: %d %s\n"
	    "Content-Type: text/%s; charset=utf-8\n"
	    "Content-Length: %zu\n"
	    "%s%s%s"
	    "Cache-Control: no-store\n"
	    "Content-Security-Policy: %s\n"
	    "Referrer-Policy: no-referrer\n"
	    "Vary: Accept\n"
	    "X-Content-Type-Options: nosniff\n"
	    "\n",
	    reply->code, phrase(reply->code), reply->is_html ? "html" : "plain",
	    reply->size, reply->allow != NULL ? "Allow: " : "",
	    reply->allow != NULL ? reply->allow : "",
	    reply->allow != NULL ? "\n" : "", reply->policy);

	return (size_t)len;
}
