/* SPDX-License-Identifier: ISC */
/* The refusals of a request before its body is read. */
#include "check.h"

#include <stddef.h>
#include <string.h>

#include "gateway.h"
#include "response.h"

static bool
refuse(
    struct response *response, int code, const char *result, const char *reason)
{
	return response_fail(response, code, LOG_NOTICE, result, reason);
}

static bool
is_listed(const struct gateway *gateway)
{
	const unsigned char *line = gateway->list, *next;
	size_t rest = gateway->list_len, len;

	while (rest > 0 && (next = memchr(line, '\n', rest)) != NULL) {
		len = (size_t)(next - line);
		if (len == gateway->name_len &&
		    memcmp(line, gateway->name, len) == 0)
			return true;
		rest -= len + 1;
		line = next + 1;
	}
	return false;
}

bool
check_resource(const struct gateway *gateway, struct response *response)
{
	bool is_program = gateway->name_len == 0;

	if (gateway->method == CGI_NONE)
		return refuse(response, 400, "malformed",
		    "no REQUEST_METHOD: versed.cgi is for web servers");
	if (gateway->name == NULL)
		return refuse(response, 400, "malformed",
		    "PATH_INFO does not start with a slash");
	if (!is_program) {
		response->log.name = gateway->name;
		response->log.name_len = gateway->name_len;
		response->told = "no such transform; GET the URL without the "
				 "name lists them";
		if (!is_listed(gateway))
			return refuse(
			    response, 404, "unknown", "no such transform");
		response->told = NULL;
	}
	if (gateway->method == CGI_POST ||
	    (is_program && gateway->method <= CGI_HEAD))
		return true;
	response->header.allow =
	    is_program ? "GET, HEAD, OPTIONS, POST" : "OPTIONS, POST";
	if (gateway->method == CGI_OPTIONS) {
		response->header.code = 204;
		return true;
	}
	response->told =
	    is_program
		? "GET lists the transforms; POST the text to one of them"
		: "POST the text here";
	return refuse(
	    response, 405, "method", "the method is not allowed here");
}

static bool
check_type(const struct gateway *gateway, struct response *response)
{
	if (gateway->is_coded) {
		response->header.says_coding = true;
		return refuse(response, 415, "malformed",
		    "a body with a content coding is not read");
	}
	if (gateway->is_multipart)
		return refuse(response, 415, "malformed",
		    "a body of several parts is not read: send the text alone");
	if (!gateway->is_utf8)
		return refuse(response, 415, "malformed",
		    "the charset that is read is UTF-8");
	if (gateway->name_len == 0 && !gateway->is_form)
		return refuse(response, 400, "malformed",
		    "neither a transform at the end of the path nor a form");
	return true;
}

bool
check_body(const struct gateway *gateway, struct response *response)
{
	switch (gateway->length) {
	case CGI_LENGTH_OK:
		return check_type(gateway, response);
	case CGI_LENGTH_NONE:
		return refuse(response, 411, "malformed",
		    "the length of the body is not given");
	case CGI_LENGTH_BAD:
		return refuse(response, 400, "malformed",
		    "the length of the body is no number");
	case CGI_LENGTH_TOO_LONG:
		break;
	}
	return refuse(
	    response, 413, "too-long", "the length is past the limit");
}
