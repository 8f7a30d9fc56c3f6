/* SPDX-License-Identifier: ISC */
/* One request that a web server handed on, to the end of its response. */
#include "gateway.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "host/io.h"
#include "host/log.h"
#include "host/memory.h"
#include "response.h"
#include "service/filter.h"
#include "service/service.h"

/* What a form may hold besides its text. */
#define FORM_OWN_MAX 1024
/* So much of a form is read, whatever the limit, to give the poem back. */
#define FORM_READ_MIN ((size_t)1 << 20)

static void
read_variables(struct gateway *gateway)
{
	const struct endpoint_peer server = {.is_single = true};
	const char *path = getenv("PATH_INFO"); /* percent-decoded */
	size_t max = gateway->max;

	gateway->method = cgi_method(getenv("REQUEST_METHOD"));
	if (path == NULL || *path == '\0')
		path = "/";
	if (*path == '/') {
		gateway->name = (const unsigned char *)path + 1;
		gateway->name_len = strlen(path + 1);
	}
	gateway->type = getenv("CONTENT_TYPE");
	gateway->coding = getenv("HTTP_CONTENT_ENCODING");
	gateway->is_form = gateway->name_len == 0 && cgi_is_form(gateway->type);
	if (gateway->is_form) {
		max = max * FORM_GROWTH + FORM_OWN_MAX;
		if (max < FORM_READ_MIN)
			max = FORM_READ_MIN;
	}
	gateway->length = cgi_content_length(
	    getenv("CONTENT_LENGTH"), max, &gateway->body_size);
	endpoint_peer_name(&server, gateway->peer);
}

const char *
gateway_open(struct gateway *gateway)
{
	size_t list_cap = service_capacity(0);

	read_variables(gateway);
	gateway->result_cap = service_capacity(gateway->max);
	gateway->list = memory_reserve(list_cap);
	gateway->body = memory_reserve(gateway->body_size + 1);
	gateway->result = memory_reserve(gateway->result_cap);
	if (gateway->list == NULL || gateway->body == NULL ||
	    gateway->result == NULL)
		return strerror(errno);
	if (service_list(gateway->filters, gateway->list, list_cap,
		&gateway->list_len) != SERVICE_OK)
		return "the transforms cannot be listed";
	return NULL;
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
			return response_fail(response, 400, "truncated",
			    "the body ended before its length");
		case IO_TIMEOUT:
			return response_fail(response, 400, "timeout",
			    "the request was not whole at the deadline");
		default:
			return response_fail(
			    response, 503, "error", "the body cannot be read");
		}
	}
	return true;
}

/*
 * Takes what the response's page needs from the form.  All fields are found
 * before one is decoded where it lies: its value may then look like another.
 */
static bool
read_form(const struct gateway *gateway, struct response *response)
{
	const unsigned char *name, *text, *as, *body = gateway->body;
	size_t name_len, text_len, as_len, size = gateway->body_size;
	bool has_name = form_find(body, size, "transform", &name, &name_len);
	bool has_text = form_find(body, size, "text", &text, &text_len);

	response->header.is_file = form_find(body, size, "as", &as, &as_len) &&
				   as_len == 4 && memcmp(as, "file", 4) == 0;
	if (has_name) {
		response->log.name_len =
		    form_decode(name, name_len, gateway->body + (name - body));
		response->log.name = name;
	}
	if (has_text) {
		response->page.text_len =
		    form_decode(text, text_len, gateway->body + (text - body));
		response->page.text = text;
	}
	if (!has_name || !has_text)
		return response_fail(response, 400, "malformed",
		    "the form lacks its transform or its text");
	if (response->page.text_len > gateway->max)
		return response_fail(
		    response, 413, "too-long", "the text is past the limit");
	return true;
}

static bool
transform(const struct gateway *gateway, struct response *response)
{
	switch (service_transform(gateway->filters, response->log.name,
	    response->log.name_len, response->page.text,
	    response->page.text_len, gateway->result, gateway->result_cap,
	    &response->header.size)) {
	case SERVICE_OK:
		response->content = response->page.result = gateway->result;
		response->page.result_len = response->header.size;
		response->header.is_utf8 =
		    service_is_utf8(gateway->result, response->header.size);
		return true;
	case SERVICE_UNKNOWN:
		return response_fail(
		    response, 404, "unknown", "no such transform");
	case SERVICE_LATE:
		return response_fail(response, 503, "timeout",
		    "the filter was not done at the deadline");
	case SERVICE_BROKEN:
		response->told = "the server cannot run this transform";
		return response_fail(
		    response, 503, "broken", gateway->filters->reason);
	case SERVICE_FAILED:
		break;
	}
	return response_fail(response, 422, "failed",
	    service_failure(response->page.text, response->page.text_len,
		response->header.size));
}

/* Finds out the answer, or the reason why there is none. */
static bool
answer(const struct gateway *gateway, int fd, struct response *response)
{
	if (!gateway_has_resource(gateway, response))
		return false;
	if (gateway->method != CGI_POST) {
		response->content = gateway->list;
		response->header.is_utf8 = true;
		if (response->header.code == 200)
			response->header.size = gateway->list_len;
		return true;
	}
	if (!gateway_takes_body(gateway, response) ||
	    !read_body(gateway, fd, response))
		return false;
	if (gateway->is_form)
		return read_form(gateway, response) &&
		       transform(gateway, response);
	response->page.text = gateway->body;
	response->page.text_len = gateway->body_size;
	return transform(gateway, response);
}

/*
 * A browser's list is the page, and so is whatever a form gets, but for a
 * result that is to be saved.
 */
static bool
wants_page(const struct gateway *gateway, const struct response *response)
{
	if (gateway->method == CGI_POST)
		return gateway->is_form && !(response->header.is_file &&
					       response->header.code == 200);
	return response->header.code == 200 &&
	       cgi_wants_html(getenv("HTTP_ACCEPT"));
}

/*
 * A web server that cannot hand on the whole body may not hand back the
 * response: Apache httpd takes it for cut off, fcgiwrap makes it a 502.
 */
static void
drop_body(const struct gateway *gateway, int fd, size_t done)
{
	size_t rest = gateway->body_size - done;

	if (gateway->length != CGI_LENGTH_OK)
		rest = SIZE_MAX;
	if (gateway->length == CGI_LENGTH_NONE &&
	    gateway->method <= CGI_OPTIONS)
		rest = 0;
	if (rest > 0)
		io_drain(fd, rest);
}

int
gateway_serve(const struct gateway *gateway, int in_fd, int out_fd)
{
	struct response response = {
	    .header = {.code = 200},
	    .is_head = gateway->method == CGI_HEAD,
	    .page = {.list = gateway->list,
		.list_len = gateway->list_len,
		.summary = service_summary,
		.text_max = gateway->max},
	    .log = {.priority = LOG_INFO,
		.peer = gateway->peer,
		.result = "ok"},
	};
	int status;

	answer(gateway, in_fd, &response);
	response.is_page = wants_page(gateway, &response);
	response.header.is_file &= !response.is_page;
	status = response_write(&response, out_fd);
	response.log.ms += io_elapsed_ms();
	if (gateway->verbose || response.log.priority != LOG_INFO)
		log_request(&response.log);
	drop_body(gateway, in_fd, response.log.bytes_in);
	return status;
}
