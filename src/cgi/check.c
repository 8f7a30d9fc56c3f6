/* SPDX-License-Identifier: ISC */
/* The refusals of a request before its body is read. */
#include "gateway.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "response.h"

static bool
is_listed(const struct gateway *gateway)
{
	const unsigned char *line = gateway->list, *next;
	const unsigned char *end = line + gateway->list_len;

	for (; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (line + gateway->name_len == next &&
		    memcmp(line, gateway->name, gateway->name_len) == 0)
			return true;
	}
	return false;
}

bool
gateway_has_resource(const struct gateway *gateway, struct response *response)
{
	bool is_program = gateway->name_len == 0;

	if (gateway->method == CGI_NONE)
		return response_fail(response, 400, "malformed",
		    "no REQUEST_METHOD: versed.cgi is for web servers");
	if (gateway->name == NULL)
		return response_fail(response, 400, "malformed",
		    "PATH_INFO does not start with a slash");
	if (!is_program) {
		response->log.name = gateway->name;
		response->log.name_len = gateway->name_len;
		response->told = "no such transform; GET the URL without the "
				 "name lists them";
		if (!is_listed(gateway))
			return response_fail(
			    response, 404, "unknown", "no such transform");
		response->told = NULL;
	}
	if (gateway->method == CGI_POST ||
	    (is_program && gateway->method <= CGI_HEAD))
		return true;
	response->header.extra = is_program
				     ? "Allow: GET, HEAD, OPTIONS, POST\n"
				     : "Allow: OPTIONS, POST\n";
	if (gateway->method == CGI_OPTIONS) {
		response->header.code = 204;
		return true;
	}
	response->told =
	    is_program
		? "GET lists the transforms; POST the text to one of them"
		: "POST the text here";
	return response_fail(
	    response, 405, "method", "the method is not allowed here");
}

static bool
check_type(const struct gateway *gateway, struct response *response)
{
	if (gateway->coding != NULL && *gateway->coding != '\0' &&
	    strcasecmp(gateway->coding, "identity") != 0) {
		response->header.extra = "Accept-Encoding: identity\n";
		return response_fail(response, 415, "malformed",
		    "a body with a content coding is not read");
	}
	if (gateway->type != NULL &&
	    strncasecmp(gateway->type, "multipart/", 10) == 0)
		return response_fail(response, 415, "malformed",
		    "a body of several parts is not read: send the text alone");
	if (!cgi_is_utf8(gateway->type))
		return response_fail(response, 415, "malformed",
		    "the charset that is read is UTF-8");
	if (gateway->name_len == 0 && !gateway->is_form)
		return response_fail(response, 400, "malformed",
		    "neither a transform at the end of the path nor a form");
	return true;
}

bool
gateway_takes_body(const struct gateway *gateway, struct response *response)
{
	switch (gateway->length) {
	case CGI_LENGTH_OK:
		return check_type(gateway, response);
	case CGI_LENGTH_NONE:
		return response_fail(response, 411, "malformed",
		    "the length of the body is not given");
	case CGI_LENGTH_BAD:
		return response_fail(response, 400, "malformed",
		    "the length of the body is no number");
	case CGI_LENGTH_TOO_LONG:
		break;
	}
	return response_fail(
	    response, 413, "too-long", "the length is past the limit");
}
