/* SPDX-License-Identifier: ISC */
/* A request as the web server describes it, and its refusals for that. */
#include "gateway.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/memory.h"
#include "service/service.h"

/* What a form may hold besides its text. */
#define FORM_OWN_MAX 1024
/* So much of a form is read, whatever the limit, to give the poem back. */
#define FORM_READ_MIN ((size_t)1 << 20)

static void
read_variables(struct gateway *gateway)
{
	const char *path = getenv("PATH_INFO"); /* percent-decoded */
	size_t max = gateway->max;

	gateway->method = cgi_method(getenv("REQUEST_METHOD"));
	if (path != NULL && *path != '\0' && strcmp(path, "/") != 0) {
		path += *path == '/';
		gateway->page.name = (const unsigned char *)path;
		gateway->page.name_len = strlen(path);
	} else if (gateway->method == CGI_POST)
		gateway->is_page = cgi_is_form(getenv("CONTENT_TYPE"));
	else if (gateway->method <= CGI_HEAD)
		gateway->is_page = cgi_wants_html(getenv("HTTP_ACCEPT"));
	if (gateway->is_page) {
		max = max * CGI_FORM_GROWTH + FORM_OWN_MAX;
		max = max < FORM_READ_MIN ? FORM_READ_MIN : max;
	}
	gateway->length = cgi_content_length(
	    getenv("CONTENT_LENGTH"), max, &gateway->body_size);
}

const char *
gateway_open(struct gateway *gateway)
{
	size_t list_cap = service_capacity(0), html_cap = PAGE_OWN_MAX;
	size_t result_cap = service_capacity(gateway->max);
	unsigned char *list = memory_reserve(list_cap + 1);

	read_variables(gateway);
	/* A text past the limit may be longer, but has no result beside it. */
	if (gateway->is_page)
		html_cap +=
		    PAGE_GROWTH * (FORM_READ_MIN + gateway->max + result_cap);
	gateway->body = memory_reserve(gateway->body_size);
	gateway->result = memory_reserve(result_cap);
	gateway->html = memory_reserve(html_cap);
	if (list == NULL || gateway->body == NULL || gateway->result == NULL ||
	    gateway->html == NULL)
		return strerror(errno);
	if (service_list(gateway->filters, list, list_cap, &gateway->size) !=
	    SERVICE_OK)
		return "the transforms cannot be listed";
	gateway->content = gateway->page.list = (char *)list;
	gateway->page.text_max = gateway->max;
	return NULL;
}

static bool
is_listed(const struct page *page)
{
	size_t len;

	for (const char *line = page->list; *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		if (len == page->name_len && memcmp(line, page->name, len) == 0)
			return true;
	}
	return false;
}

static bool
check_body(struct gateway *gateway)
{
	const char *coding = getenv("HTTP_CONTENT_ENCODING");
	const char *type = getenv("CONTENT_TYPE");

	if (gateway->length == CGI_LENGTH_NONE)
		return gateway_fail(gateway, 411, "malformed",
		    "the length of the body is not given");
	if (gateway->length == CGI_LENGTH_BAD)
		return gateway_fail(gateway, 400, "malformed",
		    "the length of the body is no number");
	if (gateway->length == CGI_LENGTH_TOO_LONG)
		return gateway_fail(
		    gateway, 413, "too-long", "the length is past the limit");
	if (coding != NULL && *coding != '\0' &&
	    strcasecmp(coding, "identity") != 0) {
		gateway->extra = "Accept-Encoding: identity\n";
		return gateway_fail(gateway, 415, "malformed",
		    "a body with a content coding is not read");
	}
	if (type != NULL && strncasecmp(type, "multipart/", 10) == 0)
		return gateway_fail(gateway, 415, "malformed",
		    "a body of several parts is not read: send the text alone");
	if (!cgi_is_utf8(type))
		return gateway_fail(gateway, 415, "malformed",
		    "the charset that is read is UTF-8");
	if (gateway->page.name == NULL && !gateway->is_page)
		return gateway_fail(gateway, 400, "malformed",
		    "neither a transform at the end of the path nor a form");
	return true;
}

bool
gateway_check(struct gateway *gateway)
{
	const char *path = getenv("PATH_INFO");
	bool is_program = gateway->page.name == NULL;

	if (gateway->method == CGI_NONE)
		return gateway_fail(gateway, 400, "malformed",
		    "no REQUEST_METHOD: versed.cgi is for web servers");
	if (path != NULL && path[0] != '\0' && path[0] != '/')
		return gateway_fail(gateway, 400, "malformed",
		    "PATH_INFO does not start with a slash");
	if (!is_program && !is_listed(&gateway->page)) {
		gateway_fail(gateway, 404, "unknown", "no such transform");
		gateway->page.problem = "no such transform; GET the URL "
					"without the name lists them";
		return false;
	}
	if (gateway->method == CGI_POST)
		return check_body(gateway);
	if (is_program && gateway->method <= CGI_HEAD)
		return false;
	gateway->extra = is_program ? "Allow: GET, HEAD, OPTIONS, POST\n"
				    : "Allow: OPTIONS, POST\n";
	if (gateway->method == CGI_OPTIONS) {
		gateway->code = 204;
		return false;
	}
	gateway_fail(gateway, 405, "method", "the method is not allowed here");
	gateway->page.problem =
	    is_program
		? "GET lists the transforms; POST the text to one of them"
		: "POST the text here";
	return false;
}
