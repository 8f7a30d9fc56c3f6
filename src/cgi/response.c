/* SPDX-License-Identifier: ISC */
/* The forms of a response, and its way to the web server. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "gateway.h"
#include "host/io.h"

/* How long a refusal may take, where the time is over already. */
#define REFUSAL_S 2

static const char *const statuses[] = {"200 OK", "204 No Content",
    "400 Bad Request", "404 Not Found", "405 Method Not Allowed",
    "411 Length Required", "413 Content Too Large",
    "415 Unsupported Media Type", "422 Unprocessable Content",
    "503 Service Unavailable"};

bool
gateway_fail(
    struct gateway *gateway, int code, const char *result, const char *reason)
{
	gateway->code = code;
	gateway->page.problem = reason;
	gateway->log.priority = code >= 500   ? LOG_ERR
				: code == 422 ? LOG_WARNING
					      : LOG_NOTICE;
	gateway->log.result = result;
	gateway->log.reason = reason;
	return false;
}

size_t
gateway_write_header(const struct gateway *gateway, char ret_header[HEADER_MAX])
{
	char content[128] = "";
	size_t i = 0;

	while (atoi(statuses[i]) != gateway->code)
		i++;
	if (gateway->code != 204)
		snprintf(content, sizeof(content),
		    "Content-Type: text/%s%s\nContent-Length: %zu\n",
		    gateway->is_page ? "html" : "plain",
		    gateway->is_binary ? "" : "; charset=utf-8", gateway->size);
	return (size_t)snprintf(ret_header, HEADER_MAX,
	    "Status: %s\n%s%s%s"
	    /* Of a page that is not stored, browsers forget the form, too. */
	    "Cache-Control: %s\n"
	    /* Its own style sheet and form; CSP Level 3. */
	    "Content-Security-Policy: default-src 'none'; "
	    "style-src 'sha256-%s'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\n"
	    /* With none, the form's own Origin would be null. */
	    "Referrer-Policy: same-origin\n"
	    "Vary: Accept\n"
	    "X-Content-Type-Options: nosniff\n"
	    "\n",
	    statuses[i], content,
	    gateway->is_file && !gateway->is_page
		? "Content-Disposition: attachment; filename=\"poem.txt\"\n"
		: "",
	    gateway->extra != NULL ? gateway->extra : "",
	    gateway->is_page || gateway->is_file ? "private, no-cache"
						 : "no-store",
	    page_style_hash);
}

int
gateway_respond(struct gateway *gateway)
{
	static char line[128];
	char header[HEADER_MAX];
	enum io_result output;

	if (gateway->is_page) {
		gateway->content = gateway->html;
		gateway->size = page_write(&gateway->page, gateway->html);
	} else if (gateway->code >= 400) {
		gateway->content = line;
		gateway->size = (size_t)snprintf(
		    line, sizeof(line), "%s\n", gateway->page.problem);
	}
	if (gateway->code >= 400) {
		gateway->log.ms = io_elapsed_ms();
		io_set_deadline(REFUSAL_S);
	}
	output = io_write(
	    STDOUT_FILENO, header, gateway_write_header(gateway, header));
	if (gateway->method == CGI_HEAD || gateway->code == 204)
		gateway->size = 0;
	if (output == IO_OK)
		output =
		    io_write(STDOUT_FILENO, gateway->content, gateway->size);
	if (output == IO_OK) {
		gateway->log.bytes_out = gateway->size;
		return EX_OK;
	}
	if (output == IO_TIMEOUT) {
		gateway_fail(gateway, 0, "timeout",
		    "the response was not taken before the deadline");
		return EX_TEMPFAIL;
	}
	gateway_fail(gateway, 0, "undelivered", strerror(errno));
	return EX_IOERR;
}
