/* SPDX-License-Identifier: ISC */
/* What is asked for: the method, the body's length and type, what is wanted. */
#include "request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* More than any weight that read_weight returns. */
#define RANK 10000

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
	unsigned long long size;

	if (text == NULL || *text == '\0')
		return CGI_LENGTH_NONE;
	if (text[strspn(text, "0123456789")] != '\0')
		return CGI_LENGTH_BAD;
	size = strtoull(text, NULL, 10); /* or as much as can be said */
	if (size > max)
		return CGI_LENGTH_TOO_LONG;
	*ret_size = (size_t)size;
	return CGI_LENGTH_OK;
}

/* A view of a name or a value; no NUL ends it. */
struct word {
	const char *start;
	size_t len;
};

/*
 * Reads the word at text, be it in quotes, after blanks.  Returns where the
 * next of the characters of ends is.
 */
static const char *
read_word(const char *text, const char *ends, struct word *ret)
{
	text += strspn(text, " \t");
	ret->start = text + (*text == '"');
	if (*text == '"')
		for (text++; *text != '\0' && *text != '"'; text++)
			text += *text == '\\' && text[1] != '\0';
	else
		text += strcspn(text, " \t=;,");
	ret->len = (size_t)(text - ret->start);
	return text + strcspn(text, ends);
}

/* The same for a parameter, at whose semicolon text is. */
static const char *
read_parameter(const char *text, struct word *ret_name, struct word *ret_value)
{
	text = read_word(text + 1, "=;,", ret_name);
	*ret_value = (struct word){text, 0};
	return *text == '=' ? read_word(text + 1, ";,", ret_value) : text;
}

/* Whatever their case. */
static bool
is_word(const struct word *word, const char *other)
{
	return word->len == strlen(other) &&
	       strncasecmp(word->start, other, word->len) == 0;
}

bool
cgi_is_form(const char *content_type)
{
	struct word type;

	read_word(content_type != NULL ? content_type : "", ";", &type);
	return is_word(&type, "application/x-www-form-urlencoded");
}

bool
cgi_is_utf8(const char *content_type)
{
	struct word name, value;

	content_type =
	    read_word(content_type != NULL ? content_type : "", ";", &name);
	while (*content_type == ';') {
		content_type = read_parameter(content_type, &name, &value);
		if (is_word(&name, "charset") && !is_word(&value, "utf-8") &&
		    !is_word(&value, "utf8") && !is_word(&value, "us-ascii") &&
		    !is_word(&value, "ascii"))
			return false;
	}
	return true;
}

/* Reads "0.5" and the like, in thousandths; what is no number is 0. */
static int
read_weight(const char *text)
{
	int weight = 0;

	for (int place = 1000; place > 0 && *text >= '0' && *text <= '9';
	     place /= 10) {
		weight += (*text++ - '0') * place;
		text += *text == '.';
	}
	return weight;
}

/*
 * Returns the weight of the most specific range of Accept that a media type is
 * in and, as a multiple of RANK before it, how specific that is; or 0.
 */
static int
weigh(const char *accept, const char *type)
{
	struct word range, name, value;
	int best = 0, rank, weight;

	if (accept == NULL)
		return 0;
	do {
		accept = read_word(accept, ";,", &range);
		rank = is_word(&range, type)	   ? 3
		       : is_word(&range, "text/*") ? 2
		       : is_word(&range, "*/*")	   ? 1
						   : 0;
		weight = 1000;
		while (*accept == ';') {
			accept = read_parameter(accept, &name, &value);
			if (is_word(&name, "q"))
				weight = read_weight(value.start);
		}
		weight += rank * RANK;
		if (rank > 0 && weight > best)
			best = weight;
	} while (*accept++ == ',');
	return best;
}

bool
cgi_wants_html(const char *accept)
{
	int html = weigh(accept, "text/html");
	int plain = weigh(accept, "text/plain");

	return html % RANK > plain % RANK ||
	       (html % RANK == plain % RANK && html > 3 * RANK);
}
