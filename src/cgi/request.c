/* SPDX-License-Identifier: ISC */
/* The readers of a CGI program's environment. */
#include "request.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A weight of 1, in the thousandths that RFC 9110, section 12.4.2, counts. */
#define WEIGHT_ONE 1000

enum cgi_method
cgi_method(const char *method)
{
	if (method == NULL || *method == '\0')
		return CGI_NONE;
	if (strcmp(method, "GET") == 0)
		return CGI_GET;
	if (strcmp(method, "HEAD") == 0)
		return CGI_HEAD;
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

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/*
 * Tells whether the word at the front of text, blanks before it passed over,
 * is word, in any case.  Returns what follows it and its blanks, or NULL.
 */
static const char *
skip_word(const char *text, const char *word)
{
	while (is_space(*text))
		text++;
	for (; *word != '\0'; word++, text++) {
		if (lower(*text) != *word)
			return NULL;
	}
	while (is_space(*text))
		text++;
	return text;
}

bool
cgi_is_form(const char *content_type)
{
	const char *rest;

	if (content_type == NULL)
		return false;
	rest = skip_word(content_type, "application/x-www-form-urlencoded");
	return rest != NULL && (*rest == '\0' || *rest == ';');
}

/* Reads "0.5" and the like, in thousandths; what is no weight is 0. */
static int
read_weight(const char *text)
{
	int weight, place = WEIGHT_ONE / 10;

	if (*text == '1')
		return WEIGHT_ONE;
	if (text[0] != '0' || text[1] != '.')
		return 0;
	weight = 0;
	for (text += 2; place > 0 && is_digit(*text); text++, place /= 10)
		weight += (*text - '0') * place;
	return weight;
}

/* Returns where the element of a list that text is in ends. */
static const char *
element_end(const char *text, char separator)
{
	while (*text != '\0' && *text != ',' && *text != separator)
		text++;
	return text;
}

/* The weight that accept gives to the media type by its name; 0 is none. */
static int
media_weight(const char *accept, const char *type)
{
	const char *rest, *value;
	int weight;

	for (;; accept++) {
		rest = skip_word(accept, type);
		if (rest != NULL &&
		    (*rest == '\0' || *rest == ',' || *rest == ';'))
			break;
		accept = element_end(accept, ',');
		if (*accept == '\0')
			return 0;
	}
	weight = WEIGHT_ONE;
	while (*rest == ';') {
		value = skip_word(rest + 1, "q=");
		if (value != NULL)
			weight = read_weight(value);
		rest = element_end(rest + 1, ';');
	}
	return weight;
}

bool
cgi_wants_html(const char *accept)
{
	int html;

	if (accept == NULL)
		return false;
	html = media_weight(accept, "text/html");
	return html > 0 && html >= media_weight(accept, "text/plain");
}

/* Appends the part of an address at text to the len bytes at peer. */
static size_t
append_part(char *peer, size_t len, const char *text)
{
	for (; *text != '\0' && len < CGI_PEER_MAX - 1; text++) {
		bool plain = is_digit(*text) || *text == '.' || *text == ':' ||
			     *text == '%' ||
			     (lower(*text) >= 'a' && lower(*text) <= 'z');

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
