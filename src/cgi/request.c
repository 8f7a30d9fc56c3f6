/* SPDX-License-Identifier: ISC */
/* What is asked for: the method, the body's length and type, what is wanted. */
#include "request.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A weight of 1, in the thousandths that RFC 9110, section 12.4.2, counts. */
#define WEIGHT_ONE 1000

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
	errno = 0;
	size = strtoull(text, NULL, 10);
	if (errno != 0 || size > max)
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
 * Reads the word at text, up to one of the characters of ends, without the
 * blanks around it and the quotes.  Returns where the one that ends it is.
 */
static const char *
read_word(const char *text, const char *ends, struct word *ret)
{
	text += strspn(text, " \t");
	ret->start = text;
	if (*text == '"') {
		ret->start++;
		for (text++; *text != '\0' && *text != '"'; text++)
			text += *text == '\\' && text[1] != '\0';
		ret->len = (size_t)(text - ret->start);
		return text + strcspn(text, ends);
	}
	ret->len = strcspn(text, ends);
	text += ret->len;
	while (ret->len > 0 && strchr(" \t", ret->start[ret->len - 1]) != NULL)
		ret->len--;
	return text;
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
	bool is_utf8 = true;

	if (content_type == NULL)
		return true;
	content_type = read_word(content_type, ";", &name);
	while (*content_type == ';') {
		content_type = read_parameter(content_type, &name, &value);
		if (is_word(&name, "charset"))
			is_utf8 &= is_word(&value, "utf-8") ||
				   is_word(&value, "utf8") ||
				   is_word(&value, "us-ascii") ||
				   is_word(&value, "ascii");
	}
	return is_utf8;
}

/* Reads "0.5" and the like, in thousandths; what is no weight is 0. */
static int
read_weight(const char *text)
{
	int weight = 0;

	if (*text == '1')
		return WEIGHT_ONE;
	if (text[0] != '0' || text[1] != '.')
		return 0;
	text += 2;
	for (int place = WEIGHT_ONE / 10;
	     place > 0 && *text >= '0' && *text <= '9'; text++, place /= 10)
		weight += (*text - '0') * place;
	return weight;
}

/* The most specific range so far that a media type is in. */
struct match {
	int rank; /* 3 its own name, 2 text, 1 all, 0 none yet */
	int weight;
};

static void
consider(
    struct match *match, const struct word *range, const char *type, int weight)
{
	int rank = is_word(range, type)	      ? 3
		   : is_word(range, "text/*") ? 2
		   : is_word(range, "*/*")    ? 1
					      : 0;

	if (rank > match->rank ||
	    (rank == match->rank && weight > match->weight && rank > 0))
		*match = (struct match){rank, weight};
}

bool
cgi_wants_html(const char *accept)
{
	struct match html = {0}, plain = {0};
	struct word range, name, value;
	int weight;

	for (; accept != NULL; accept = *accept == ',' ? accept + 1 : NULL) {
		accept = read_word(accept, ";,", &range);
		weight = WEIGHT_ONE;
		while (*accept == ';') {
			accept = read_parameter(accept, &name, &value);
			if (is_word(&name, "q"))
				weight = read_weight(value.start);
		}
		consider(&html, &range, "text/html", weight);
		consider(&plain, &range, "text/plain", weight);
	}
	return html.weight > plain.weight ||
	       (html.weight == plain.weight && html.weight > 0 &&
		   html.rank == 3);
}
