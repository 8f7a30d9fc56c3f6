/* SPDX-License-Identifier: ISC */
/* One request that a web server handed on, to the end of its response. */
#include "gateway.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "host/io.h"
#include "host/log.h"
#include "host/memory.h"
#include "service/filter.h"
#include "service/service.h"
#include "wire/form.h"
#include "wire/page.h"
#include "wire/reply.h"

/* What a form may hold besides its text. */
#define FORM_OWN_MAX 1024
/* How long a refusal may take, where the time is over already. */
#define REFUSAL_S 2

/* How a request stands, what is to be answered, and to be logged. */
struct progress {
	struct reply reply;
	const unsigned char *content;
	struct log_request log;
	const unsigned char *text; /* the poem, or NULL: not there yet */
	size_t text_len;
	char line[128];
};

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

bool
gateway_open(struct gateway *gateway, char *(*get)(const char *variable))
{
	size_t list_cap = service_capacity(0);

	read_variables(gateway, get);
	gateway->result_cap = service_capacity(gateway->body_size);
	gateway->html_cap =
	    page_capacity(list_cap, gateway->body_size, gateway->result_cap);
	gateway->list = memory_reserve(list_cap);
	gateway->body = memory_reserve(gateway->body_size + 1);
	gateway->result = memory_reserve(gateway->result_cap);
	gateway->html = memory_reserve(gateway->html_cap + 1);
	return gateway->list != NULL && gateway->body != NULL &&
	       gateway->result != NULL && gateway->html != NULL &&
	       service_list(gateway->filters, gateway->list, list_cap,
		   &gateway->list_len) == SERVICE_OK;
}

static bool
fail(struct progress *progress, int code, int priority, const char *result,
    const char *reason)
{
	progress->reply.code = code;
	progress->log.priority = priority;
	progress->log.result = result;
	progress->log.reason = reason;
	return false;
}

static bool
refuse(
    struct progress *progress, int code, const char *result, const char *reason)
{
	return fail(progress, code, LOG_NOTICE, result, reason);
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
check_resource(const struct gateway *gateway, struct progress *progress)
{
	bool is_program = gateway->name_len == 0;

	if (gateway->method == CGI_NONE)
		return refuse(progress, 400, "malformed",
		    "no REQUEST_METHOD: versed.cgi is for web servers");
	if (gateway->name == NULL)
		return refuse(progress, 400, "malformed",
		    "PATH_INFO does not start with a slash");
	if (!is_program) {
		progress->log.name = gateway->name;
		progress->log.name_len = gateway->name_len;
		if (!is_listed(gateway))
			return refuse(
			    progress, 404, "unknown", "no such transform");
	}
	if (gateway->method == CGI_POST ||
	    (is_program && gateway->method != CGI_OTHER))
		return true;
	progress->reply.allow = is_program ? "GET, HEAD, POST" : "POST";
	return refuse(
	    progress, 405, "method", "the method is not allowed here");
}

static bool
check_body(const struct gateway *gateway, struct progress *progress)
{
	switch (gateway->length) {
	case CGI_LENGTH_OK:
		break;
	case CGI_LENGTH_NONE:
		return refuse(progress, 411, "malformed",
		    "the length of the body is not given");
	case CGI_LENGTH_BAD:
		return refuse(progress, 400, "malformed",
		    "the length of the body is no number");
	case CGI_LENGTH_TOO_LONG:
		return refuse(
		    progress, 413, "too-long", "the length is past the limit");
	}
	if (gateway->name_len == 0 && !gateway->is_form)
		return refuse(progress, 400, "malformed",
		    "neither a transform at the end of the path nor a form");
	return true;
}

static bool
read_body(const struct gateway *gateway, int fd, struct progress *progress)
{
	size_t n, *len = &progress->log.bytes_in;

	while (*len < gateway->body_size) {
		switch (io_read(
		    fd, gateway->body + *len, gateway->body_size - *len, &n)) {
		case IO_OK:
			*len += n;
			break;
		case IO_EOF:
		case IO_RESET:
			return refuse(progress, 400, "truncated",
			    "the body ended before its length");
		case IO_TIMEOUT:
			return refuse(progress, 400, "timeout",
			    "the request was not whole at the deadline");
		default:
			return fail(progress, 500, LOG_ERR, "error",
			    "the body cannot be read");
		}
	}
	return true;
}

/* Finds a field of the form in the body, and decodes it where it lies. */
static bool
read_field(const struct gateway *gateway, const char *name,
    const unsigned char **ret_text, size_t *ret_len)
{
	const unsigned char *value;
	unsigned char *text;
	size_t len;

	if (!form_find(gateway->body, gateway->body_size, name, &value, &len))
		return false;
	text = gateway->body + (value - gateway->body);
	if (!form_decode(text, len, text, ret_len))
		return false;
	*ret_text = text;
	return true;
}

static bool
read_form(const struct gateway *gateway, struct progress *progress)
{
	const unsigned char *text;
	size_t len;

	if (!read_field(gateway, "transform", &progress->log.name,
		&progress->log.name_len) ||
	    !read_field(gateway, "text", &text, &len))
		return refuse(progress, 400, "malformed",
		    "the form lacks its transform or its text");
	if (len > gateway->max)
		return refuse(
		    progress, 413, "too-long", "the text is past the limit");
	progress->text = text;
	progress->text_len = len;
	return true;
}

static bool
transform(const struct gateway *gateway, struct progress *progress)
{
	switch (service_transform(gateway->filters, progress->log.name,
	    progress->log.name_len, progress->text, progress->text_len,
	    gateway->result, gateway->result_cap, &progress->reply.size)) {
	case SERVICE_OK:
		progress->content = gateway->result;
		return true;
	case SERVICE_UNKNOWN:
		return refuse(progress, 404, "unknown", "no such transform");
	case SERVICE_LATE:
		return refuse(progress, 422, "timeout",
		    "the filter was not done at the deadline");
	case SERVICE_FAILED:
		break;
	}
	return fail(progress, 422, LOG_WARNING, "failed",
	    "the transform failed on this text");
}

/* Finds out the answer, or the reason why there is none. */
static bool
answer(const struct gateway *gateway, int fd, struct progress *progress)
{
	if (!check_resource(gateway, progress))
		return false;
	if (gateway->method != CGI_POST) {
		progress->content = gateway->list;
		progress->reply.size = gateway->list_len;
		return true;
	}
	if (!check_body(gateway, progress) || !read_body(gateway, fd, progress))
		return false;
	if (gateway->name_len == 0)
		return read_form(gateway, progress) &&
		       transform(gateway, progress);
	progress->text = gateway->body;
	progress->text_len = gateway->body_size;
	return transform(gateway, progress);
}

/* A browser's list is the page, and a form's answer once its text is there. */
static bool
wants_page(const struct gateway *gateway, const struct progress *progress)
{
	if (gateway->method == CGI_POST)
		return gateway->name_len == 0 && progress->text != NULL;
	return gateway->wants_html && progress->reply.code == 200;
}

/* Puts the answer, or the lack of one, into the page. */
static void
answer_page(const struct gateway *gateway, struct progress *progress)
{
	const struct page page = {
	    .list = gateway->list,
	    .list_len = gateway->list_len,
	    .name = progress->log.name,
	    .name_len = progress->log.name_len,
	    .text = progress->text,
	    .text_len = progress->text_len,
	    .result = gateway->method == CGI_POST ? progress->content : NULL,
	    .result_len = progress->reply.size,
	    .problem = progress->log.reason,
	};

	progress->content = gateway->html;
	progress->reply.size =
	    page_write(&page, gateway->html, gateway->html_cap);
	progress->reply.is_html = true;
}

/* Says the reason in a line of text. */
static void
answer_line(struct progress *progress)
{
	int len = snprintf(progress->line, sizeof(progress->line), "%s\n",
	    progress->log.reason);

	progress->content = (const unsigned char *)progress->line;
	progress->reply.size = (size_t)len;
}

/* Returns the exit status. */
static int
write_reply(const struct gateway *gateway, int fd, struct progress *progress)
{
	char header[REPLY_HEADER_MAX];
	size_t size = gateway->method == CGI_HEAD ? 0 : progress->reply.size;
	enum io_result output;

	if (progress->reply.code != 200)
		io_set_deadline(REFUSAL_S);
	output = io_write(fd, header, reply_header(&progress->reply, header));
	if (output == IO_OK)
		output = io_write(fd, progress->content, size);
	if (output == IO_OK) {
		progress->log.bytes_out = size;
		return EX_OK;
	}
	if (output == IO_TIMEOUT) {
		refuse(progress, 0, "timeout",
		    "the response was not taken before the deadline");
		return EX_TEMPFAIL;
	}
	refuse(progress, 0, "undelivered", strerror(errno));
	return EX_IOERR;
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
	struct progress progress = {
	    .reply = {.code = 200, .policy = page_policy},
	    .log = {.priority = LOG_INFO,
		.peer = gateway->peer,
		.result = "ok"},
	};
	int status;

	io_set_deadline(gateway->timeout_s);
	if (gateway->filters != NULL)
		filters_set_deadline(gateway->filters, gateway->timeout_s);
	answer(gateway, in_fd, &progress);
	if (wants_page(gateway, &progress))
		answer_page(gateway, &progress);
	else if (progress.reply.code != 200)
		answer_line(&progress);
	status = write_reply(gateway, out_fd, &progress);
	if (gateway->verbose || progress.log.priority != LOG_INFO)
		log_request(&progress.log);
	drop_body(gateway, in_fd, progress.log.bytes_in);
	return status;
}

void
gateway_apologize(int out_fd)
{
	static const char content[] = "versed.cgi cannot run here\n";
	const struct reply reply = {
	    .code = 500, .policy = page_policy, .size = sizeof(content) - 1};
	char header[REPLY_HEADER_MAX];

	if (io_write(out_fd, header, reply_header(&reply, header)) == IO_OK)
		io_write(out_fd, content, reply.size);
}
