/* SPDX-License-Identifier: ISC */
/* The forms of a response, and its way to the web server. */
#include "response.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "gateway.h"
#include "host/io.h"
#include "page.h"

/* How long a refusal may take, where the time is over already. */
#define REFUSAL_S 2

bool
response_fail(struct response *response, int code, int priority,
    const char *result, const char *reason)
{
	response->reply.code = code;
	response->log.priority = priority;
	response->log.result = result;
	response->log.reason = reason;
	return false;
}

/* A browser's list is the page, and a form's answer once its text is there. */
static bool
wants_page(const struct gateway *gateway, const struct response *response)
{
	if (gateway->method == CGI_POST)
		return gateway->name_len == 0 && response->text != NULL;
	return gateway->wants_html && response->reply.code == 200;
}

/* Puts the answer, or the lack of one, into the page. */
static void
answer_page(const struct gateway *gateway, struct response *response)
{
	const struct page page = {
	    .list = gateway->list,
	    .list_len = gateway->list_len,
	    .name = response->log.name,
	    .name_len = response->log.name_len,
	    .text = response->text,
	    .text_len = response->text_len,
	    .result = gateway->method == CGI_POST ? response->content : NULL,
	    .result_len = response->reply.size,
	    .problem = response->log.reason,
	};

	response->content = gateway->html;
	response->reply.size =
	    page_write(&page, gateway->html, gateway->html_cap);
	response->reply.is_html = true;
}

/* Says the reason in a line of text. */
static void
answer_line(struct response *response)
{
	int len = snprintf(response->line, sizeof(response->line), "%s\n",
	    response->log.reason);

	response->content = (const unsigned char *)response->line;
	response->reply.size = (size_t)len;
}

int
response_write(struct response *response, const struct gateway *gateway, int fd)
{
	char header[REPLY_HEADER_MAX];
	size_t size;
	enum io_result output;

	if (wants_page(gateway, response))
		answer_page(gateway, response);
	else if (response->reply.code != 200)
		answer_line(response);
	size = gateway->method == CGI_HEAD ? 0 : response->reply.size;
	if (response->reply.code != 200) {
		response->log.ms = io_elapsed_ms();
		io_set_deadline(REFUSAL_S);
	}
	output = io_write(fd, header, reply_header(&response->reply, header));
	if (output == IO_OK)
		output = io_write(fd, response->content, size);
	if (output == IO_OK) {
		response->log.bytes_out = size;
		return EX_OK;
	}
	if (output == IO_TIMEOUT) {
		response_fail(response, 0, LOG_NOTICE, "timeout",
		    "the response was not taken before the deadline");
		return EX_TEMPFAIL;
	}
	response_fail(response, 0, LOG_NOTICE, "undelivered", strerror(errno));
	return EX_IOERR;
}

void
response_apologize(int fd)
{
	static const char content[] = "versed.cgi cannot run here\n";
	const struct reply reply = {
	    .code = 500, .policy = page_policy, .size = sizeof(content) - 1};
	char header[REPLY_HEADER_MAX];

	if (io_write(fd, header, reply_header(&reply, header)) == IO_OK)
		io_write(fd, content, reply.size);
}
