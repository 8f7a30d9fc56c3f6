/* SPDX-License-Identifier: ISC */
/* What a web server hands on, and forms. */
#include <stdbool.h>
#include <stdint.h>

#include "cgi/request.h"
#include "unit.h"

static void
test_method(void)
{
	EXPECT(cgi_method(NULL) == CGI_NONE);
	EXPECT(cgi_method("") == CGI_NONE);
	EXPECT(cgi_method("GET") == CGI_GET);
	EXPECT(cgi_method("HEAD") == CGI_HEAD);
	EXPECT(cgi_method("POST") == CGI_POST);
	EXPECT(cgi_method("post") == CGI_OTHER);
	EXPECT(cgi_method("POST ") == CGI_OTHER);
	EXPECT(cgi_method("PUT") == CGI_OTHER);
	EXPECT(cgi_method("OPTIONS") == CGI_OPTIONS);
}

static void
test_length(void)
{
	size_t size = 77;

	EXPECT(cgi_content_length(NULL, 9, &size) == CGI_LENGTH_NONE);
	EXPECT(cgi_content_length("", 9, &size) == CGI_LENGTH_NONE);
	EXPECT(cgi_content_length("-1", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("+1", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length(" 1", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("1 ", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("1/", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("1:", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("1,1", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("0x1", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("99999x", 9, &size) == CGI_LENGTH_BAD);
	EXPECT(cgi_content_length("10", 9, &size) == CGI_LENGTH_TOO_LONG);
	/* Too long for good, whatever digits follow. */
	EXPECT(cgi_content_length("190", 15, &size) == CGI_LENGTH_TOO_LONG);
	EXPECT(cgi_content_length("18446744073709551617", 9, &size) ==
	       CGI_LENGTH_TOO_LONG);
	/* Even zeros, after 2^64, which is 0. */
	EXPECT(cgi_content_length("184467440737095516160", 9, &size) ==
	       CGI_LENGTH_TOO_LONG);
	EXPECT(cgi_content_length("18446744073709551616", SIZE_MAX - 1,
		   &size) == CGI_LENGTH_TOO_LONG);
	EXPECT(size == 77);
	EXPECT(cgi_content_length("18446744073709551614", SIZE_MAX - 1,
		   &size) == CGI_LENGTH_OK &&
	       size == SIZE_MAX - 1);
	EXPECT(cgi_content_length("0", 0, &size) == CGI_LENGTH_OK && size == 0);
	EXPECT(cgi_content_length("9", 9, &size) == CGI_LENGTH_OK && size == 9);
	EXPECT(cgi_content_length("011", 11, &size) == CGI_LENGTH_OK &&
	       size == 11);
}

static void
test_is_form(void)
{
	EXPECT(cgi_is_form("application/x-www-form-urlencoded"));
	EXPECT(cgi_is_form("Application/X-WWW-Form-Urlencoded ; charset=x"));
	EXPECT(cgi_is_form("\tapplication/x-www-form-urlencoded\t;"));
	EXPECT(!cgi_is_form("\napplication/x-www-form-urlencoded"));
	EXPECT(!cgi_is_form("\bapplication/x-www-form-urlencoded"));
	/* With 0x20 set it would be a slash. */
	EXPECT(!cgi_is_form("application\x0fx-www-form-urlencoded"));
	EXPECT(!cgi_is_form(NULL));
	EXPECT(!cgi_is_form(""));
	EXPECT(!cgi_is_form("text/plain"));
	EXPECT(!cgi_is_form("application/x-www-form-urlencodedly"));
	EXPECT(!cgi_is_form("application/x-www-form-urlencode"));
}

static void
test_wants_html(void)
{
	EXPECT(cgi_wants_html("text/html"));
	EXPECT(cgi_wants_html("TEXT/HTML"));
	EXPECT(cgi_wants_html("a/b, text/html;level=1;q=0.9,*/*;q=0.8"));
	EXPECT(cgi_wants_html("text/html,application/xhtml+xml,*/*;q=0.8"));
	EXPECT(cgi_wants_html("text/plain;q=0.5 , text/html; q=0.501"));
	EXPECT(cgi_wants_html("text/plain,text/html"));
	EXPECT(cgi_wants_html("text/html;q=1.0"));
	EXPECT(!cgi_wants_html(NULL));
	EXPECT(!cgi_wants_html(""));
	EXPECT(!cgi_wants_html("*/*"));
	EXPECT(!cgi_wants_html("text/*"));
	EXPECT(!cgi_wants_html("text/html;q=0"));
	EXPECT(!cgi_wants_html("text/html;q=0.000"));
	EXPECT(!cgi_wants_html("text/html;q=x"));
	EXPECT(!cgi_wants_html("text/html;q=0.5,text/plain"));
	EXPECT(!cgi_wants_html("text/htmlx,xtext/html"));
	EXPECT(!cgi_wants_html(",,,;;,"));
	EXPECT(!cgi_wants_html("x-text/html,x+text/html"));
	EXPECT(!cgi_wants_html("text/html;q=0./"));
	EXPECT(!cgi_wants_html("text/html;q=0.:"));
	EXPECT(!cgi_wants_html("text/plain;q=0"));
	EXPECT(!cgi_wants_html("text/html;q=0;a=1"));
	EXPECT(!cgi_wants_html("text/html;level=1;q=0"));
	EXPECT(!cgi_wants_html("text/html;;q=0"));
	/* Blanks, cases, quotes. */
	EXPECT(!cgi_wants_html("text/html ;\tQ = 0.5 , text/plain"));
	EXPECT(
	    !cgi_wants_html("text/html;a=\"x,y;q=1\\\",\";q=0.5,text/plain"));
	EXPECT(cgi_wants_html("a/b;a=\"x,text/plain\",text/html;q=0.1"));
	EXPECT(!cgi_wants_html("a/b;a=\"x,text/html"));
	EXPECT(!cgi_wants_html("a/b;a=\"\\"));
}

/* A wildcard counts for what nothing more specific names. */
static void
test_wildcards(void)
{
	EXPECT(!cgi_wants_html("text/html;q=0.1, */*"));
	EXPECT(!cgi_wants_html("*/*, text/html;q=0.1"));
	EXPECT(!cgi_wants_html("text/html;q=0.1, text/*"));
	EXPECT(!cgi_wants_html("text/html;q=0, */*"));
	EXPECT(cgi_wants_html("text/plain;q=0, */*"));
	EXPECT(cgi_wants_html("text/plain;q=0.1, text/*;q=0.2"));
	EXPECT(cgi_wants_html("*/*, text/*;q=0.5, text/html;q=0.6"));
	EXPECT(!cgi_wants_html("text/*, */*"));
	EXPECT(cgi_wants_html("text/html, */*"));
	EXPECT(cgi_wants_html("text/html;q=0.5, */*;q=0.5"));
	EXPECT(cgi_wants_html("text/html;q=0.1, text/html;q=0.9, */*;q=0.5"));
	EXPECT(!cgi_wants_html("*/html, text/**, *"));
}

static void
test_charset(void)
{
	EXPECT(cgi_is_utf8(NULL) && cgi_is_utf8("") && cgi_is_utf8("a/b"));
	EXPECT(cgi_is_utf8("text/plain;charset=UTF-8"));
	EXPECT(cgi_is_utf8("text/plain; Charset = \"utf-8\" ; a=b"));
	EXPECT(cgi_is_utf8("text/plain;charset=us-ascii;format=flowed"));
	EXPECT(cgi_is_utf8("text/plain;charset=ascii"));
	EXPECT(cgi_is_utf8("text/plain;xcharset=latin1;charset=utf8"));
	EXPECT(cgi_is_utf8("text/plain;a=\";charset=x\""));
	EXPECT(!cgi_is_utf8("text/plain;charset=iso-8859-1"));
	EXPECT(!cgi_is_utf8("text/plain;charset=utf-16"));
	EXPECT(!cgi_is_utf8("text/plain;charset=utf-8;charset=utf-16"));
	EXPECT(!cgi_is_utf8("text/plain;charset"));
	EXPECT(!cgi_is_utf8("text/plain;charset="));
}

/* Which of the two has the greater weight, to the thousandth. */
static void
test_weights(void)
{
	EXPECT(cgi_wants_html("text/html;q=0.001"));
	EXPECT(cgi_wants_html("text/html;q=1,text/plain"));
	EXPECT(cgi_wants_html("text/html,text/plain;q=1"));
	EXPECT(cgi_wants_html("text/html;q=0.5 , text/plain;q=0.500"));
	EXPECT(cgi_wants_html("text/plain;q=0.500 , text/html;q=0.5"));
	EXPECT(cgi_wants_html("text/plain;q=0.5 , text/html;q=0.500"));
	EXPECT(cgi_wants_html("text/html;q=0.001,text/plain;q=0.001"));
	/* Of the same range the greatest counts. */
	EXPECT(cgi_wants_html("text/html,text/html;q=0.999,text/plain"));
	EXPECT(cgi_wants_html(
	    "text/html;q=0.8,text/html;q=0.801,text/plain;q=0.801"));
	/* The third weight is nobody's. */
	EXPECT(cgi_wants_html("text/html;q=0.5,text/plain;q=0.5,a/b;q=0.9"));
	EXPECT(!cgi_wants_html("text/html;q=0.999,text/plain"));
	EXPECT(!cgi_wants_html("text/html;q=0.51,text/plain;q=0.55"));
	EXPECT(!cgi_wants_html("text/html;q=0.15,text/plain;q=0.9"));
}

/* Whether the first field of the body with that name has what is wanted. */
static bool
field_is(const char *body, size_t len, const char *name, const char *want,
    size_t want_len)
{
	struct cgi_field field = {.name = name};

	cgi_read_form(unit_copy(body, len), len, &field, 1);
	return field.value != NULL && field.len == want_len &&
	       memcmp(field.value, want, want_len) == 0;
}

#define FIELD_IS(body, name, want) \
	field_is(body, sizeof(body) - 1, name, want, sizeof(want) - 1)

static void
test_form(void)
{
	EXPECT(FIELD_IS("text=a", "text", "a"));
	EXPECT(FIELD_IS("text=", "text", ""));
	EXPECT(FIELD_IS("x=1&text=a=b&text=c", "text", "a=b"));
	EXPECT(FIELD_IS("&&text=a&", "text", "a"));
	EXPECT(FIELD_IS("text=a+b%2B%26%3d%00", "text", "a b+&=\0"));
	EXPECT(FIELD_IS("text=%CE%BF", "text", "\xce\xbf"));
	EXPECT(FIELD_IS("text=%0D%0Aa%0D%0D%0A%0A", "text", "\na\r\n\n"));
	EXPECT(FIELD_IS("text=%0d\n%", "text2", "") == false);
	EXPECT(!FIELD_IS("", "text", "") && !FIELD_IS("", "", ""));
	EXPECT(FIELD_IS("text", "text", ""));
	EXPECT(FIELD_IS("a&text&text=b", "text", ""));
	/* A name is decoded, too. */
	EXPECT(FIELD_IS("te%78t=a", "text", "a"));
	EXPECT(FIELD_IS("%74%65%78%74=a", "text", "a"));
	EXPECT(FIELD_IS("a+b=a", "a b", "a"));
	EXPECT(FIELD_IS("a%=b", "a%", "b"));
	EXPECT(!FIELD_IS("te%78=a", "text", "a"));
	EXPECT(!FIELD_IS("tex%7", "text", ""));
	EXPECT(!FIELD_IS("text%00=a", "text", "a"));
	EXPECT(!FIELD_IS("textx=a&xtext=a&tex=a", "text", "a"));
	EXPECT(FIELD_IS(
	    "text=%09%19%90%99%aA%fF", "text", "\t\x19\x90\x99\xaa\xff"));
	EXPECT(FIELD_IS("text=%4&1=1", "text", "%4"));
}

/* All are found, each by itself, before one looks like another. */
static void
test_form_fields(void)
{
	static const char body[] = "a=%26b=1&x=2&%61=3&b=%264&c";
	unsigned char *form = unit_copy(body, sizeof(body) - 1);
	struct cgi_field fields[] = {
	    {.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};

	cgi_read_form(form, sizeof(body) - 1, fields, 4);
	EXPECT(fields[0].value == form + 2 && fields[0].len == 4);
	EXPECT(memcmp(fields[0].value, "&b=1", 4) == 0);
	EXPECT(fields[1].value == form + 21 && fields[1].len == 2);
	EXPECT(memcmp(fields[1].value, "&4", 2) == 0);
	EXPECT(fields[2].value == form + 27 && fields[2].len == 0);
	EXPECT(fields[3].value == NULL);
}

/* A percent sign that starts no byte is one. */
static void
test_form_percent(void)
{
	static const char *const lone[] = {"%", "%4", "a%", "a%4", "aaa%4",
	    "%4g", "%g4", "%-1", "%/0", "%0/", "%:0", "%0:", "%@0", "%`0",
	    "%0`", "%G0", "50%-wool"};

	for (size_t i = 0; i < sizeof(lone) / sizeof(lone[0]); i++) {
		size_t len = strlen(lone[i]);

		EXPECT(field_is(lone[i], len, lone[i], "", 0));
	}
	EXPECT(
	    FIELD_IS("t=%%41&x", "t", "%A") && FIELD_IS("t=%0+", "t", "%0 "));
	EXPECT(FIELD_IS("t=%4%31", "t", "%41"));
}

/* What is before a field is not its own. */
static void
test_form_newline_first(void)
{
	unsigned char bytes[] = "\r\n=a";
	struct cgi_field field = {.name = "\n"};

	cgi_read_form(bytes + 1, 3, &field, 1);
	EXPECT(field.value == bytes + 3 && bytes[0] == '\r');
}

int
main(void)
{
	test_method();
	test_length();
	test_is_form();
	test_wants_html();
	test_wildcards();
	test_charset();
	test_weights();
	test_form();
	test_form_fields();
	test_form_percent();
	test_form_newline_first();
	return unit_end();
}
