/* SPDX-License-Identifier: ISC */
/* What is asked for, and how long its body is. */
#include "request.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum cgi_method
cgi_method(const char *method)
{
	static const char *const names[] = {"GET", "HEAD", "OPTIONS", "POST"};
	int i = CGI_GET;

	if (method == NULL || *method == '\0')
		return CGI_NONE;
	while (i < CGI_OTHER && strcmp(method, names[i]) != 0)
		i++;
	return (enum cgi_method)i;
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

enum cgi_length
cgi_content_length(const char *text, size_t max, size_t *ret_size)
{
	size_t digit, size = 0;
	bool too_long = false;

	if (text == NULL || *text == '\0')
		return CGI_LENGTH_NONE;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
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
