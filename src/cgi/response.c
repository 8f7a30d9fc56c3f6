/* SPDX-License-Identifier: ISC */
/* The forms of a response, and its way to the web server. */
#include "response.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "host/io.h"

/* How long a refusal may take, where the time is over already. */
#define REFUSAL_S 2

bool
response_fail(
    struct response *response, int code, const char *result, const char *reason)
{
	response->header.code = code;
	response->log.priority = code >= 500   ? LOG_ERR
				 : code == 422 ? LOG_WARNING
					       : LOG_NOTICE;
	response->log.result = result;
	response->log.reason = reason;
	return false;
}

/* What is on its way to fd; after a failure nothing more is. */
struct sender {
	int fd;
	enum io_result result;
	size_t used;
	unsigned char bytes[16384];
};

static void
flush(struct sender *sender)
{
	if (sender->result == IO_OK)
		sender->result =
		    io_write(sender->fd, sender->bytes, sender->used);
	sender->used = 0;
}

static void
send_bytes(void *context, const void *bytes, size_t size)
{
	struct sender *sender = context;

	if (size > sizeof(sender->bytes) - sender->used)
		flush(sender);
	if (size <= sizeof(sender->bytes)) {
		memcpy(sender->bytes + sender->used, bytes, size);
		sender->used += size;
	} else if (sender->result == IO_OK) {
		sender->result = io_write(sender->fd, bytes, size);
	}
}

static void
count(void *context, const void *bytes, size_t size)
{
	(void)bytes;
	*(size_t *)context += size;
}

static const char *
told(const struct response *response)
{
	return response->told != NULL ? response->told : response->log.reason;
}

/* Puts the answer, or the lack of one, into the page; its size is counted. */
static void
answer_page(struct response *response)
{
	response->page.name = response->log.name;
	response->page.name_len = response->log.name_len;
	response->page.problem = told(response);
	response->header.is_html = response->header.is_utf8 = true;
	response->header.size = 0;
	page_write(&response->page, count, &response->header.size);
}

/* Says in a line of text why there is no answer. */
static void
answer_line(struct response *response)
{
	int len = snprintf(
	    response->line, sizeof(response->line), "%s\n", told(response));

	response->content = response->line;
	response->header.is_utf8 = true;
	response->header.size = (size_t)len;
}

int
response_write(struct response *response, int fd)
{
	static struct sender sender; /* of zeros: takes no page of the file */
	char header[HEADER_MAX];
	size_t size, header_len;

	if (response->is_page)
		answer_page(response);
	else if (response->header.code >= 400)
		answer_line(response);
	size = response->is_head ? 0 : response->header.size;
	if (response->header.code >= 400) {
		response->log.ms = io_elapsed_ms();
		io_set_deadline(REFUSAL_S);
	}
	sender.fd = fd;
	sender.result = IO_OK;
	header_len = header_write(&response->header, header);
	send_bytes(&sender, header, header_len);
	if (response->is_page && !response->is_head)
		page_write(&response->page, send_bytes, &sender);
	else if (size > 0)
		send_bytes(&sender, response->content, size);
	flush(&sender);
	if (sender.result == IO_OK) {
		response->log.bytes_out = size;
		return EX_OK;
	}
	if (sender.result == IO_TIMEOUT) {
		response_fail(response, 0, "timeout",
		    "the response was not taken before the deadline");
		return EX_TEMPFAIL;
	}
	response_fail(response, 0, "undelivered", strerror(errno));
	return EX_IOERR;
}
