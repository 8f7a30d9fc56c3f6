/* SPDX-License-Identifier: ISC */
/* The readers of a CGI program's environment. */
#include "request.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum cgi_method
cgi_method(const char *method)
{
	if (method == NULL || *method == '\0')
		return CGI_NONE;
	if (strcmp(method, "GET") == 0)
		return CGI_GET;
	if (strcmp(method, "HEAD") == 0)
		return CGI_HEAD;
	if (strcmp(method, "OPTIONS") == 0)
		return CGI_OPTIONS;
	if (strcmp(method, "POST") == 0)
		return CGI_POST;
	return CGI_OTHER;
}

bool
cgi_name(const char *path_info, const unsigned char **ret_name, size_t *ret_len)
{
	if (path_info == NULL || *path_info == '\0')
		path_info = "/";
	if (*path_info != '/')
		return false;
	*ret_name = (const unsigned char *)path_info + 1;
	*ret_len = strlen(path_info + 1);
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum cgi_length
cgi_content_length(const char *text, size_t max, size_t *ret_size)
{
	size_t digit, size = 0;
	bool too_long = false;

	if (text == NULL || *text == '\0')
		return CGI_LENGTH_NONE;
	for (; *text != '\0'; text++) {
		if (!is_digit(*text))
			return CGI_LENGTH_BAD;
		digit = (size_t)(*text - '0');
		too_long |= digit > max || size > (max - digit) / 10;
		size = size * 10 + digit;
	}
	if (too_long)
		return CGI_LENGTH_TOO_LONG;
	*ret_size = size;
	return CGI_LENGTH_OK;
}

/* Appends the part of an address at text to the len bytes at peer. */
static size_t
append_part(char *peer, size_t len, const char *text)
{
	for (; *text != '\0' && len < CGI_PEER_MAX - 1; text++) {
		bool plain = is_digit(*text) || *text == '.' || *text == ':' ||
			     *text == '%' ||
			     ((*text | 0x20) >= 'a' && (*text | 0x20) <= 'z');

		peer[len++] = plain ? *text : '?';
	}
	return len;
}

void
cgi_peer(const char *addr, const char *port, char ret_peer[CGI_PEER_MAX])
{
	bool wrapped;
	size_t len = 0;

	if (addr == NULL || *addr == '\0') {
		strcpy(ret_peer, "-");
		return;
	}
	wrapped = strchr(addr, ':') != NULL;
	if (wrapped)
		ret_peer[len++] = '[';
	len = append_part(ret_peer, len, addr);
	if (wrapped && len < CGI_PEER_MAX - 1)
		ret_peer[len++] = ']';
	if (port != NULL && *port != '\0') {
		if (len < CGI_PEER_MAX - 1)
			ret_peer[len++] = ':';
		len = append_part(ret_peer, len, port);
	}
	ret_peer[len] = '\0';
}
