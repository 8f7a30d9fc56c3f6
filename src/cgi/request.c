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
