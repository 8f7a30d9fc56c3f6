/* SPDX-License-Identifier: ISC */
/* One request's body, what becomes of it, and the end of its response. */
#include "gateway.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "host/endpoint.h"
#include "host/io.h"
#include "service/service.h"

static bool
read_body(struct gateway *gateway)
{
	size_t n, *len = &gateway->log.bytes_in;
	enum io_result input;

	while (*len < gateway->body_size) {
		input = io_read(STDIN_FILENO, gateway->body + *len,
		    gateway->body_size - *len, &n);
		if (input == IO_TIMEOUT)
			return gateway_fail(gateway, 400, "timeout",
			    "the request was not whole at the deadline");
		if (input == IO_ERROR)
			return gateway_fail(
			    gateway, 503, "error", "the body cannot be read");
		if (input != IO_OK)
			return gateway_fail(gateway, 400, "truncated",
			    "the body ended before its length");
		*len += n;
	}
	gateway->page.text = gateway->body;
	gateway->page.text_len = gateway->body_size;
	return true;
}

/* What there is is the page's, whatever is missing. */
static bool
read_form(struct gateway *gateway)
{
	struct page *page = &gateway->page;
	struct cgi_field fields[] = {
	    {.name = "transform"}, {.name = "text"}, {.name = "as"}};

	cgi_read_form(gateway->body, gateway->body_size, fields, 3);
	page->name = fields[0].value;
	page->name_len = fields[0].len;
	page->text = fields[1].value;
	page->text_len = fields[1].len;
	if (page->name == NULL || page->text == NULL)
		return gateway_fail(gateway, 400, "malformed",
		    "the form lacks its transform or its text");
	if (page->text_len > gateway->max)
		return gateway_fail(
		    gateway, 413, "too-long", "the text is past the limit");
	gateway->is_file =
	    fields[2].len == 4 && memcmp(fields[2].value, "file", 4) == 0;
	return true;
}

static bool
transform(struct gateway *gateway)
{
	struct page *page = &gateway->page;

	switch (service_transform(gateway->filters, page->name, page->name_len,
	    page->text, page->text_len, gateway->result,
	    service_capacity(gateway->max), &page->result_len)) {
	case SERVICE_OK:
		gateway->content = page->result = gateway->result;
		gateway->size = page->result_len;
		gateway->is_page &= !gateway->is_file;
		gateway->is_binary =
		    !gateway->is_page &&
		    !service_is_utf8(page->result, page->result_len);
		return true;
	case SERVICE_UNKNOWN:
		return gateway_fail(
		    gateway, 404, "unknown", "no such transform");
	case SERVICE_LATE:
		return gateway_fail(gateway, 503, "timeout",
		    "the filter was not done at the deadline");
	case SERVICE_BROKEN:
		gateway_fail(gateway, 503, "broken", gateway->filters->reason);
		page->problem = "the server cannot run this transform";
		return false;
	case SERVICE_FAILED:
		break;
	}
	return gateway_fail(gateway, 422, "failed",
	    service_failure(page->text, page->text_len, page->result_len));
}

/*
 * A web server that cannot hand on the whole body may not hand back the
 * response: Apache httpd takes it for cut off, fcgiwrap makes it a 502.
 */
static void
drop_body(const struct gateway *gateway)
{
	size_t rest = gateway->body_size - gateway->log.bytes_in;

	if (gateway->length == CGI_LENGTH_NONE
		? gateway->method > CGI_OPTIONS
		: gateway->length != CGI_LENGTH_OK)
		rest = SIZE_MAX;
	io_drain(STDIN_FILENO, rest);
}

int
gateway_serve(struct gateway *gateway)
{
	const struct endpoint_peer server = {.is_single = true};
	char peer[ENDPOINT_NAME_MAX];
	int status;

	endpoint_peer_name(&server, peer);
	gateway->log = (struct log_request){
	    .priority = LOG_INFO, .peer = peer, .result = "ok"};
	gateway->code = 200;
	if (gateway_check(gateway) && read_body(gateway) &&
	    (!gateway->is_page || read_form(gateway)))
		transform(gateway);
	status = gateway_respond(gateway);
	gateway->log.name = gateway->page.name;
	gateway->log.name_len = gateway->page.name_len;
	gateway->log.ms += io_elapsed_ms();
	if (gateway->verbose || gateway->log.priority != LOG_INFO)
		log_request(&gateway->log);
	drop_body(gateway);
	return status;
}
