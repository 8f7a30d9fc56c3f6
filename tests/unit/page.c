/* SPDX-License-Identifier: ISC */
/* The page, and the header of a response. */
#include "cgi/page.h"

#include <stdbool.h>
#include <stdint.h>

#include "cgi/header.h"
#include "unit.h"

#define BYTES(string) (const unsigned char *)(string), sizeof(string) - 1

/* Writes the page into just enough room; returns it as a string. */
static const char *
page_string(const struct page *page)
{
	size_t len = page_write(page, unit_room(0), 0);
	char *html = (char *)unit_room(len + 1);

	EXPECT(len <=
	       page_capacity(page->list_len, page->text_len, page->result_len));
	EXPECT(page_write(page, (unsigned char *)html, len) == len);
	EXPECT((unsigned char)html[len] == 0xaa);
	html[len] = '\0';
	EXPECT(strlen(html) == len);
	EXPECT(page_write(page, unit_room(len - 1), len - 1) == len);
	return html;
}

static void
test_page(void)
{
	static const unsigned char marks[] = "\n</pre><&>\"'\0\xff";
	struct page page = {
	    BYTES("one\ntwo\n"), NULL, 0, NULL, 0, NULL, 0, NULL};
	const char *html = page_string(&page);

	EXPECT(strstr(html, "<option>one</option>\n<option>two</option>\n"));
	EXPECT(!strstr(html, "selected") && !strstr(html, "id=\"result\""));
	page.name = (const unsigned char *)"two";
	page.name_len = 3;
	page.text = page.result = marks;
	page.text_len = page.result_len = sizeof(marks) - 1;
	html = page_string(&page);
	EXPECT(strstr(html, "<option selected>two</option>"));
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
	    "<title>Transform a poem</title>\n<style>\n", "</style>\n</head>\n",
	    "<form method=\"post\"", "<textarea ", "</textarea>\n", "<select ",
	    "</select>\n", "</form>\n</div>\n</main>\n</body>\n</html>\n",
	    NULL};
	static const char *const result[] = {
	    "<title>Result – Transform a poem<",
	    "</form>\n<section id=\"result\" ",
	    ">Result of a</h2>\n<pre lang=\"\" dir=\"auto\">\nX</pre>\n"
	    "</section>\n</div>\n",
	    "</html>\n", NULL};
	static const char *const problem[] = {
	    "<title>No result – Transform a poem</title>",
	    "</form>\n<section id=\"result\" ",
	    ">No result</h2>\n<p class=\"problem\">it is so</p>\n"
	    "</section>\n</div>\n",
	    "</html>\n", NULL};
	struct page page = {BYTES("\na\n"), NULL, 0, BYTES("x"), NULL, 0, NULL};
	const char *html = page_string(&page);

	EXPECT(in_order(html, form) && !strstr(html, "Result"));
	/* No name is not an empty one. */
	EXPECT(strstr(html, "<option></option>\n<option>a</option>\n"));
	page.name = (const unsigned char *)"a";
	page.name_len = 1;
	page.result = (const unsigned char *)"X";
	page.result_len = 1;
	html = page_string(&page);
	EXPECT(in_order(html, result));
	EXPECT(strstr(html, "<option></option>\n<option selected>a</option>"));
	page.problem = "it is so";
	EXPECT(in_order(page_string(&page), problem));
}

/* The capacity is enough for the page's own bytes, and no great waste. */
static void
test_page_capacity(void)
{
	size_t own = page_capacity(0, 0, 0);

	EXPECT(own >= 4096 && own <= 16384);
	EXPECT(page_capacity(1000, 0, 0) >= own + 18000);
	EXPECT(page_capacity(1000, 0, 0) <= own + 50000);
	EXPECT(page_capacity(0, 1000, 0) == own + 5000);
	EXPECT(page_capacity(0, 0, 1000) == own + 5000);
}

/* What grows the most is still within the capacity. */
static void
test_page_growth(void)
{
	unsigned char *worst = unit_room(20000), *list = unit_room(20000);
	struct page page = {
	    list, 20000, BYTES("a"), worst, 20000, worst, 20000, NULL};

	memset(worst, '&', 20000);
	for (size_t i = 0; i < 20000; i++)
		list[i] = i % 2 ? '\n' : '&';
	page_string(&page);
}

static void
test_reply(void)
{
	static const char want[] = "Status: 200 OK\n"
				   "Content-Type: text/html; charset=utf-8\n"
				   "Content-Length: 7\n"
				   "Cache-Control: no-store\n"
				   "Content-Security-Policy: none\n"
				   "Referrer-Policy: no-referrer\n"
				   "Vary: Accept\n"
				   "X-Content-Type-Options: nosniff\n"
				   "\n";
	char *header = (char *)unit_room(REPLY_HEADER_MAX);
	struct reply reply = {
	    .code = 200, .is_html = true, .policy = "none", .size = 7};
	size_t len = reply_header(&reply, header);

	EXPECT(len == strlen(want) && strcmp(header, want) == 0);
	reply.allow = "GET, HEAD, POST";
	reply.is_html = false;
	reply.size = SIZE_MAX;
	reply.policy = page_policy;
	len = reply_header(&reply, header);
	EXPECT(len == strlen(header) && len < REPLY_HEADER_MAX);
	EXPECT(strstr(header, "\nContent-Type: text/plain; charset=utf-8\n"));
	EXPECT(strstr(header, "\nAllow: GET, HEAD, POST\n"));
	EXPECT(strstr(header, "\nContent-Length: 18446744073709551615\n"));
	EXPECT(strcmp(header + len - 2, "\n\n") == 0);
}

static void
test_reply_phrases(void)
{
	static const struct {
		int code;
		const char *want;
	} cases[] = {
	    {200, "Status: 200 OK\n"},
	    {400, "Status: 400 Bad Request\n"},
	    {404, "Status: 404 Not Found\n"},
	    {405, "Status: 405 Method Not Allowed\n"},
	    {411, "Status: 411 Length Required\n"},
	    {413, "Status: 413 Content Too Large\n"},
	    {422, "Status: 422 Unprocessable Content\n"},
	    {500, "Status: 500 Internal Server Error\n"},
	};
	char *header = (char *)unit_room(REPLY_HEADER_MAX);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply = {.code = cases[i].code, .policy = "none"};

		reply_header(&reply, header);
		EXPECT(
		    strncmp(header, cases[i].want, strlen(cases[i].want)) == 0);
	}
}

int
main(void)
{
	test_page();
	test_page_parts();
	test_page_capacity();
	test_page_growth();
	test_reply();
	test_reply_phrases();
	return unit_end();
}
