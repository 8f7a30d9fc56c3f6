/* SPDX-License-Identifier: ISC */
/* The page, and the header of a response. */
#include "cgi/page.h"

#include <stdbool.h>
#include <stdint.h>

#include "cgi/gateway.h"
#include "unit.h"

/* Returns the page as a string. */
static const char *
page_string(const struct page *page)
{
	size_t room =
	    PAGE_OWN_MAX + PAGE_GROWTH * (page->text_len + page->result_len);
	char *html = (char *)unit_room(room);
	size_t len = page_write(page, html);

	EXPECT(len < room);
	html[len] = '\0';
	EXPECT(strlen(html) == len);
	return html;
}

static void
test_page(void)
{
	static const unsigned char marks[] = "\n</pre><&>\"'\0\xff";
	struct page page = {
	    .list = "rot13\ntransforms\ntwo\n",
	    .text_max = 99,
	};
	const char *html = page_string(&page);

	EXPECT(strstr(html,
	    "<option value=\"rot13\">rot13 – the ASCII letters rotated by 13</option>\n"
	    "<option value=\"two\">two</option>\n</select>"));
	EXPECT(!strstr(html, "selected") && !strstr(html, "id=\"result\""));
	EXPECT(strstr(html, "maxlength=\"99\"") && strstr(html, "At most 99 "));
	page.name = (const unsigned char *)"two";
	page.name_len = 3;
	page.text = page.result = marks;
	page.text_len = page.result_len = sizeof(marks) - 1;
	html = page_string(&page);
	EXPECT(strstr(html, "<option value=\"two\" selected>two</option>"));
	EXPECT(strstr(html, "\n\n&lt;/pre&gt;&lt;&amp;&gt;&#34;&#39;"
			    "\xef\xbf\xbd\xff</pre>"));
	EXPECT(strstr(html, "\n\n&lt;/pre&gt;&lt;&amp;&gt;&#34;&#39;"
			    "\xef\xbf\xbd\xff</textarea>"));
	page.name = (const unsigned char *)"<x>";
	html = page_string(&page);
	EXPECT(strstr(html, "Result of &lt;x&gt;") && !strstr(html, "<x>"));
	page.problem = "it is so";
	html = page_string(&page);
	EXPECT(strstr(html, "it is so") && !strstr(html, "<pre"));
}

/* Whether html is made of the parts, with whatever is between them. */
static bool
in_order(const char *html, const char *const *parts)
{
	for (; *parts != NULL; parts++) {
		html = strstr(html, *parts);
		if (html == NULL) {
			fprintf(stderr, "not there: %s\n", *parts);
			return false;
		}
		html += strlen(*parts);
	}
	return *html == '\0';
}

static void
test_page_parts(void)
{
	static const char *const form[] = {"<!DOCTYPE html>\n<html lang",
	    "<title>Transform a poem</title>\n<style>", page_style,
	    "</style>\n</head>\n", "<form method=\"post\"",
	    "<div class=\"poem\">\n<label ", "<textarea ", "</textarea>\n",
	    "<select ", "</select>\n", "</form>\n</main>\n</body>\n</html>\n",
	    NULL};
	static const char *const result[] = {
	    "<title>Result – Transform a poem<", "invalid=\"false\"",
	    "</div>\n<section id=\"result\" ",
	    ">Result of a</h2>\n<pre lang=\"\" dir=\"auto\">\nX</pre>\n"
	    "</section>\n</div>\n",
	    "</html>\n", NULL};
	static const char *const problem[] = {
	    "<title>No result – Transform a poem</title>",
	    "<section id=\"result\" ",
	    ">No result</h2>\n<p class=\"problem\">it is so</p>\n"
	    "</section>\n<label ",
	    "invalid=\"true\">\nx</textarea>", "</html>\n", NULL};
	struct page page = {.list = "\na\n",
	    .text = (const unsigned char *)"x",
	    .text_len = 1,
	    .text_max = 1};
	const char *html = page_string(&page);

	EXPECT(in_order(html, form) && !strstr(html, "Result"));
	/* No name is not an empty one. */
	EXPECT(strstr(html, "<option value=\"\"></option>\n"
			    "<option value=\"a\">a</option>\n"));
	page.name = (const unsigned char *)"a";
	page.name_len = 1;
	page.result = (const unsigned char *)"X";
	page.result_len = 1;
	html = page_string(&page);
	EXPECT(in_order(html, result));
	EXPECT(strstr(html, "<option value=\"a\" selected>a</option>"));
	page.problem = "it is so";
	EXPECT(in_order(page_string(&page), problem));
}

/* What an empty result, and a refusal, say beside it. */
static void
test_page_advice(void)
{
	struct page page = {.list = "",
	    .text = (const unsigned char *)"abc",
	    .text_len = 3,
	    .text_max = 3,
	    .result = (const unsigned char *)""};
	const char *html = page_string(&page);

	EXPECT(strstr(html, "It is empty.  Your poem has 3 bytes.") &&
	       !strstr(html, "<pre"));
	page.text_len = 0;
	EXPECT(
	    strstr(page_string(&page), "It is empty.  Your poem has 0 bytes."));
	page.problem = "no";
	page.text_len = 3;
	html = page_string(&page);
	EXPECT(!strstr(html, "It has") && !strstr(html, "one page back"));
	page.text_max = 2;
	EXPECT(strstr(page_string(&page), "<p>It has 3 bytes.</p>"));
	page.text = NULL;
	page.text_len = 0;
	EXPECT(strstr(page_string(&page), "one page back"));
}

/* The longest of what must have room, the shortest names and marks only. */
static void
test_page_room(void)
{
	static char list[65536 + 1];
	static unsigned char marks[9999];
	struct page page = {.list = list,
	    .name = marks,
	    .name_len = 64,
	    .text = marks,
	    .text_len = sizeof(marks),
	    .text_max = SIZE_MAX,
	    .result = marks,
	    .result_len = sizeof(marks)};

	for (size_t i = 0; i < sizeof(list) - 1; i++)
		list[i] = i % 2 == 0 ? 'a' : '\n';
	memset(marks, '"', sizeof(marks));
	page_string(&page);
}

/* A row a line, for browsers that do not fit the field to its text. */
static void
test_page_rows(void)
{
	unsigned char lines[1001];
	struct page page = {.list = "", .text = lines};

	memset(lines, '\n', sizeof(lines));
	EXPECT(strstr(page_string(&page), " rows=\"13\""));
	page.text_len = 11;
	EXPECT(strstr(page_string(&page), " rows=\"13\""));
	page.text_len = 12;
	EXPECT(strstr(page_string(&page), " rows=\"13\""));
	page.text_len = 13;
	EXPECT(strstr(page_string(&page), " rows=\"14\""));
	page.text_len = 1001;
	EXPECT(strstr(page_string(&page), " rows=\"1002\""));
}

static void
test_header(void)
{
	static const char start[] = "Status: 200 OK\n"
				    "Content-Type: text/html; charset=utf-8\n"
				    "Content-Length: 7\n"
				    "Cache-Control: private, no-cache\n"
				    "Content-Security-Policy: default-src "
				    "'none'; style-src 'sha256-";
	static const char rest[] =
	    "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\n"
	    "Referrer-Policy: same-origin\n"
	    "Vary: Accept\n"
	    "X-Content-Type-Options: nosniff\n"
	    "\n";
	char *text = (char *)unit_room(HEADER_MAX);
	struct gateway gateway = {.code = 200, .is_page = true, .size = 7};
	size_t len = gateway_write_header(&gateway, text);

	EXPECT(strncmp(text, start, strlen(start)) == 0);
	EXPECT(strstr(text, page_style_hash) == text + strlen(start));
	EXPECT(strlen(page_style_hash) == 44);
	EXPECT(len == strlen(start) + 44 + strlen(rest));
	EXPECT(strcmp(text + strlen(start) + 44, rest) == 0);
	gateway.extra = "Allow: GET, HEAD, OPTIONS, POST\n";
	gateway.is_page = false;
	gateway.is_file = true;
	gateway.size = SIZE_MAX;
	len = gateway_write_header(&gateway, text);
	EXPECT(len == strlen(text) && len < HEADER_MAX);
	EXPECT(strstr(text, "\nContent-Type: text/plain; charset=utf-8\n"));
	EXPECT(strstr(text, "\nAllow: GET, HEAD, OPTIONS, POST\n"));
	EXPECT(strstr(text, "\nContent-Disposition: attachment; "
			    "filename=\"poem.txt\"\n"));
	EXPECT(strstr(text, "\nContent-Length: 18446744073709551615\n"));
	EXPECT(strstr(text, "\nCache-Control: private, no-cache\n"));
	EXPECT(strcmp(text + len - 2, "\n\n") == 0);
}

/* A text that is no UTF-8 is not called so; what nobody sees is not stored. */
static void
test_header_text(void)
{
	char *text = (char *)unit_room(HEADER_MAX);
	struct gateway gateway = {.code = 200, .is_binary = true};

	gateway_write_header(&gateway, text);
	EXPECT(strstr(text, "\nContent-Type: text/plain\n"));
	EXPECT(strstr(text, "\nCache-Control: no-store\n"));
	EXPECT(!strstr(text, "Disposition") && !strstr(text, "Encoding"));
	/* A page is no file, even if a file was asked for. */
	gateway =
	    (struct gateway){.code = 404, .is_page = true, .is_file = true};
	gateway_write_header(&gateway, text);
	EXPECT(strstr(text, "\nContent-Type: text/html; charset=utf-8\n"));
	EXPECT(!strstr(text, "Disposition"));
	gateway.code = 204;
	gateway_write_header(&gateway, text);
	EXPECT(!strstr(text, "Content-Type:") && !strstr(text, "Length"));
}

static void
test_header_statuses(void)
{
	static const struct {
		int code;
		const char *want;
	} cases[] = {
	    {200, "Status: 200 OK\n"},
	    {204, "Status: 204 No Content\n"},
	    {400, "Status: 400 Bad Request\n"},
	    {404, "Status: 404 Not Found\n"},
	    {405, "Status: 405 Method Not Allowed\n"},
	    {411, "Status: 411 Length Required\n"},
	    {413, "Status: 413 Content Too Large\n"},
	    {415, "Status: 415 Unsupported Media Type\n"},
	    {422, "Status: 422 Unprocessable Content\n"},
	    {503, "Status: 503 Service Unavailable\n"},
	};
	char *text = (char *)unit_room(HEADER_MAX);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gateway gateway = {.code = cases[i].code};

		gateway_write_header(&gateway, text);
		EXPECT(
		    strncmp(text, cases[i].want, strlen(cases[i].want)) == 0);
	}
}

/* Whom a refusal concerns: who runs the server, the transforms, or nobody. */
static void
test_fail(void)
{
	struct gateway gateway = {.code = 200};

	EXPECT(!gateway_fail(&gateway, 422, "failed", "it is so"));
	EXPECT(gateway.code == 422 && gateway.log.priority == LOG_WARNING);
	EXPECT(strcmp(gateway.log.result, "failed") == 0);
	EXPECT(strcmp(gateway.log.reason, "it is so") == 0);
	EXPECT(strcmp(gateway.page.problem, "it is so") == 0);
	gateway_fail(&gateway, 400, "malformed", "it is so");
	EXPECT(gateway.log.priority == LOG_NOTICE);
	gateway_fail(&gateway, 503, "error", "it is so");
	EXPECT(gateway.log.priority == LOG_ERR);
	gateway_fail(&gateway, 500, "error", "it is so");
	EXPECT(gateway.log.priority == LOG_ERR);
	gateway_fail(&gateway, 499, "malformed", "it is so");
	EXPECT(gateway.log.priority == LOG_NOTICE);
}

int
main(void)
{
	test_page();
	test_page_parts();
	test_page_advice();
	test_page_room();
	test_page_rows();
	test_header();
	test_header_text();
	test_header_statuses();
	test_fail();
	return unit_end();
}
