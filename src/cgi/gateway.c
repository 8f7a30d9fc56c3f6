/* SPDX-License-Identifier: ISC */
/* One request that a web server handed on, to the end of its response. */
#include "gateway.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "form.h"
#include "host/io.h"
#include "host/log.h"
#include "host/memory.h"
#include "page.h"
#include "response.h"
#include "service/filter.h"
#include "service/service.h"

/* What a form may hold besides its text. */
#define FORM_OWN_MAX 1024

static void
read_variables(struct gateway *gateway, char *(*get)(const char *variable))
{
	size_t max = gateway->max;

	gateway->method = cgi_method(get("REQUEST_METHOD"));
	gateway->name = NULL;
	gateway->name_len = 0;
	cgi_name(get("PATH_INFO"), &gateway->name, &gateway->name_len);
	if (gateway->name_len == 0)
		max = max * FORM_GROWTH + FORM_OWN_MAX;
	gateway->body_size = 0;
	gateway->length =
	    cgi_content_length(get("CONTENT_LENGTH"), max, &gateway->body_size);
	gateway->is_form = cgi_is_form(get("CONTENT_TYPE"));
	gateway->wants_html = cgi_wants_html(get("HTTP_ACCEPT"));
	cgi_peer(get("REMOTE_ADDR"), get("REMOTE_PORT"), gateway->peer);
}

const char *
gateway_open(struct gateway *gateway, char *(*get)(const char *variable))
{
	size_t text_max, list_cap = service_capacity(0);

	read_variables(gateway, get);
	text_max = gateway->max; /* a form's body may be longer than its text */
	if (text_max > gateway->body_size)
		text_max = gateway->body_size;
	/* A filter's room is the same for any text. */
	gateway->result_cap = service_capacity(
	    gateway->filters != NULL ? gateway->max : text_max);
	gateway->html_cap =
	    page_capacity(list_cap, text_max, gateway->result_cap);
	gateway->list = memory_reserve(list_cap);
	gateway->body = memory_reserve(gateway->body_size + 1);
	gateway->result = memory_reserve(gateway->result_cap);
	gateway->html = memory_reserve(gateway->html_cap + 1);
	if (gateway->list == NULL || gateway->body == NULL ||
	    gateway->result == NULL || gateway->html == NULL)
		return strerror(errno);
	if (service_list(gateway->filters, gateway->list, list_cap,
		&gateway->list_len) != SERVICE_OK)
		return "the transforms cannot be listed";
	return NULL;
}

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

/* Checks that the method is one that the resource has. */
static bool
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
		if (!is_listed(gateway))
			return refuse(
			    response, 404, "unknown", "no such transform");
	}
	if (gateway->method == CGI_POST ||
	    (is_program && gateway->method != CGI_OTHER))
		return true;
	response->reply.allow = is_program ? "GET, HEAD, POST" : "POST";
	return refuse(
	    response, 405, "method", "the method is not allowed here");
}

static bool
check_body(const struct gateway *gateway, struct response *response)
{
	switch (gateway->length) {
	case CGI_LENGTH_OK:
		break;
	case CGI_LENGTH_NONE:
		return refuse(response, 411, "malformed",
		    "the length of the body is not given");
	case CGI_LENGTH_BAD:
		return refuse(response, 400, "malformed",
		    "the length of the body is no number");
	case CGI_LENGTH_TOO_LONG:
		return refuse(
		    response, 413, "too-long", "the length is past the limit");
	}
	if (gateway->name_len == 0 && !gateway->is_form)
		return refuse(response, 400, "malformed",
		    "neither a transform at the end of the path nor a form");
	return true;
}

static bool
read_body(const struct gateway *gateway, int fd, struct response *response)
{
	size_t n, *len = &response->log.bytes_in;

	while (*len < gateway->body_size) {
		switch (io_read(
		    fd, gateway->body + *len, gateway->body_size - *len, &n)) {
		case IO_OK:
			*len += n;
			break;
		case IO_EOF:
		case IO_RESET:
			return refuse(response, 400, "truncated",
			    "the body ended before its length");
		case IO_TIMEOUT:
			return refuse(response, 400, "timeout",
			    "the request was not whole at the deadline");
		default:
			return response_fail(response, 500, LOG_ERR, "error",
			    "the body cannot be read");
		}
	}
	return true;
}

/* Decodes the len bytes of value where they lie in the body. */
static bool
decode_field(
    const struct gateway *gateway, const unsigned char *value, size_t *len)
{
	return form_decode(
	    value, *len, gateway->body + (value - gateway->body), len);
}

static bool
read_form(const struct gateway *gateway, struct response *response)
{
	const unsigned char *name, *text, *body = gateway->body;
	size_t name_len, len, size = gateway->body_size;

	/* Found before either is decoded: a value may then look like a field.
	 */
	if (!form_find(body, size, "transform", &name, &name_len) ||
	    !form_find(body, size, "text", &text, &len) ||
	    !decode_field(gateway, name, &name_len) ||
	    !decode_field(gateway, text, &len))
		return refuse(response, 400, "malformed",
		    "the form lacks its transform or its text");
	response->log.name = name;
	response->log.name_len = name_len;
	if (len > gateway->max)
		return refuse(
		    response, 413, "too-long", "the text is past the limit");
	response->text = text;
	response->text_len = len;
	return true;
}

static bool
transform(const struct gateway *gateway, struct response *response)
{
	switch (service_transform(gateway->filters, response->log.name,
	    response->log.name_len, response->text, response->text_len,
	    gateway->result, gateway->result_cap, &response->reply.size)) {
	case SERVICE_OK:
		response->content = gateway->result;
		return true;
	case SERVICE_UNKNOWN:
		return refuse(response, 404, "unknown", "no such transform");
	case SERVICE_LATE:
		return refuse(response, 503, "timeout",
		    "the filter was not done at the deadline");
	case SERVICE_BROKEN:
		response->cause = gateway->filters->reason;
		return response_fail(response, 503, LOG_ERR, "broken",
		    "the server cannot run this transform");
	case SERVICE_FAILED:
		break;
	}
	return response_fail(response, 422, LOG_WARNING, "failed",
	    service_failure(
		response->text, response->text_len, response->reply.size));
}

/* Finds out the answer, or the reason why there is none. */
static bool
answer(const struct gateway *gateway, int fd, struct response *response)
{
	if (!check_resource(gateway, response))
		return false;
	if (gateway->method != CGI_POST) {
		response->content = gateway->list;
		response->reply.size = gateway->list_len;
		return true;
	}
	if (!check_body(gateway, response) || !read_body(gateway, fd, response))
		return false;
	if (gateway->name_len == 0)
		return read_form(gateway, response) &&
		       transform(gateway, response);
	response->text = gateway->body;
	response->text_len = gateway->body_size;
	return transform(gateway, response);
}

/*
 * A web server that cannot hand on the whole body may not hand back the
 * response: Apache httpd takes it for cut off, fcgiwrap makes it a 502.
 */
static void
drop_body(const struct gateway *gateway, int fd, size_t done)
{
	bool is_read =
	    gateway->method == CGI_GET || gateway->method == CGI_HEAD;
	size_t rest = gateway->body_size - done;

	if (gateway->length != CGI_LENGTH_OK)
		rest = SIZE_MAX;
	if (gateway->length == CGI_LENGTH_NONE && is_read)
		rest = 0;
	if (rest > 0)
		io_drain(fd, rest);
}

int
gateway_serve(const struct gateway *gateway, int in_fd, int out_fd)
{
	struct response response = {
	    .reply = {.code = 200, .policy = page_policy},
	    .log = {.priority = LOG_INFO,
		.peer = gateway->peer,
		.result = "ok"},
	};
	int status;

	answer(gateway, in_fd, &response);
	status = response_write(&response, gateway, out_fd);
	if (status == EX_OK && response.cause != NULL)
		response.log.reason = response.cause;
	response.log.ms += io_elapsed_ms();
	if (gateway->verbose || response.log.priority != LOG_INFO)
		log_request(&response.log);
	drop_body(gateway, in_fd, response.log.bytes_in);
	return status;
}
