/* SPDX-License-Identifier: ISC */
/* The page's parts and how they are put together. */
#include "page.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* All of the page's own bytes are fewer; what is escaped grows fivefold. */
#define OWN_MAX	      8192
#define ESCAPE_GROWTH 5
#define OPTION_GROWTH 32

/* The hash is that of style[]; a test compares them. */
const char page_policy[] =
    "default-src 'none'; "
    "style-src 'sha256-02OeWpFERtaTJbhtqqDwEEAbjlbPfdEdB0Si/lbJQUs='; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static const char style[] =
    "\n"
    ":root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1d1d22;\n"
    "  --field: #fff; --edge: #74747e; --accent: #0b57a4; --on-accent: #fff;\n"
    "  --alarm: #a3161a; }\n"
    "@media (prefers-color-scheme: dark) { :root { --paper: #17181c;\n"
    "  --ink: #ececf0; --field: #202228; --edge: #92929e; --accent: #8dbcff;\n"
    "  --on-accent: #0d1420; --alarm: #ff9c9c; } }\n"
    "* { box-sizing: border-box; }\n"
    "body { margin: 0; background: var(--paper); color: var(--ink);\n"
    "  font: 1rem/1.5 system-ui, sans-serif; }\n"
    "main { max-width: 68rem; margin: 0 auto; padding: 1.5rem; }\n"
    "h1 { margin: 0 0 1rem; font-size: 1.6rem; }\n"
    "h2, .label { display: block; margin: 0 0 .4rem; font-size: 1rem;\n"
    "  font-weight: 600; line-height: 1.5; }\n"
    ".sides { display: grid; gap: 1.5rem;\n"
    "  grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }\n"
    "textarea, pre { display: block; width: 100%; min-height: 21rem; margin: 0;\n"
    "  padding: .75rem; border: 1px solid var(--edge); border-radius: .3rem;\n"
    "  background: var(--field); color: inherit;\n"
    "  font: 1.1rem/1.6 Georgia, \"DejaVu Serif\", serif;\n"
    "  white-space: pre-wrap; overflow-wrap: anywhere; }\n"
    "textarea { height: 21rem; resize: vertical; }\n"
    ".choice { display: flex; flex-wrap: wrap; gap: .75rem;\n"
    "  align-items: center; margin: 1rem 0 0; }\n"
    ".choice .label { margin: 0; }\n"
    "select, button { min-height: 2.75rem; padding: .4rem .9rem; font: inherit;\n"
    "  border: 1px solid var(--edge); border-radius: .3rem;\n"
    "  background: var(--field); color: inherit; }\n"
    "button { border-color: var(--accent); background: var(--accent);\n"
    "  color: var(--on-accent); font-weight: 600; cursor: pointer; }\n"
    ":focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }\n"
    "#result:focus { outline: none; }\n"
    "#result:focus pre { border-color: var(--accent); }\n"
    ".problem { margin: 0; color: var(--alarm); font-weight: 600; }\n";

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<title>";

static const char body[] = "Transform a poem</title>\n"
			   "<style>";

static const char form[] =
    "</style>\n"
    "</head>\n"
    "<body>\n"
    "<main>\n"
    "<h1>Transform a poem</h1>\n"
    "<div class=\"sides\">\n"
    "<form method=\"post\" action=\"#result\">\n"
    "<label class=\"label\" for=\"text\">Your poem</label>\n"
    /* A parser drops the first newline: without it, it would be a text's. */
    "<textarea id=\"text\" name=\"text\" lang=\"\" dir=\"auto\">\n";

static const char choice[] =
    "</textarea>\n"
    "<p class=\"choice\">\n"
    "<label class=\"label\" for=\"transform\">Transform</label>\n"
    "<select id=\"transform\" name=\"transform\">\n";

static const char form_end[] =
    "</select>\n"
    "<button type=\"submit\">Transform the poem</button>\n"
    "</p>\n"
    "</form>\n";

static const char section[] =
    "<section id=\"result\" tabindex=\"-1\" aria-labelledby=\"result-title\">\n"
    "<h2 id=\"result-title\">";

static const char page_end[] = "</div>\n"
			       "</main>\n"
			       "</body>\n"
			       "</html>\n";

/* A page in the making: all is counted, what fits is written. */
struct out {
	unsigned char *html;
	size_t cap;
	size_t len;
};

static void
put(struct out *out, const void *bytes, size_t size)
{
	if (out->len <= out->cap && size <= out->cap - out->len)
		memcpy(out->html + out->len, bytes, size);
	out->len += size;
}

static void
put_string(struct out *out, const char *string)
{
	put(out, string, strlen(string));
}

/* Returns what stands for c in HTML, or NULL: c itself does. */
static const char *
escape(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&#34;";
	case '\'':
		return "&#39;";
	case '\0':
		return "\xef\xbf\xbd"; /* U+FFFD, as a parser would have it */
	default:
		return NULL;
	}
}

static void
put_escaped(struct out *out, const unsigned char *text, size_t len)
{
	size_t plain = 0; /* where the bytes not yet put start */
	const char *entity;

	for (size_t i = 0; i < len; i++) {
		entity = escape(text[i]);
		if (entity == NULL)
			continue;
		put(out, text + plain, i - plain);
		put_string(out, entity);
		plain = i + 1;
	}
	if (plain < len)
		put(out, text + plain, len - plain);
}

static void
put_options(struct out *out, const struct page *page)
{
	const unsigned char *line = page->list, *next;
	size_t rest = page->list_len, len;

	while ((next = memchr(line, '\n', rest)) != NULL) {
		len = (size_t)(next - line);
		put_string(out, len > 0 && len == page->name_len &&
					memcmp(line, page->name, len) == 0
				    ? "<option selected>"
				    : "<option>");
		put_escaped(out, line, len);
		put_string(out, "</option>\n");
		rest -= len + 1;
		line = next + 1;
	}
}

static void
put_section(struct out *out, const struct page *page)
{
	if (page->problem != NULL) {
		put_string(out, section);
		put_string(out, "No result</h2>\n<p class=\"problem\">");
		put_string(out, page->problem);
		put_string(out, "</p>\n</section>\n");
	} else if (page->result != NULL) {
		put_string(out, section);
		put_string(out, "Result of ");
		put_escaped(out, page->name, page->name_len);
		put_string(out, "</h2>\n<pre lang=\"\" dir=\"auto\">\n");
		put_escaped(out, page->result, page->result_len);
		put_string(out, "</pre>\n</section>\n");
	}
}

size_t
page_capacity(size_t list_len, size_t text_len, size_t result_len)
{
	return OWN_MAX + list_len * OPTION_GROWTH +
	       (text_len + result_len) * ESCAPE_GROWTH;
}

size_t
page_write(const struct page *page, unsigned char *ret_html, size_t cap)
{
	struct out out = {.html = ret_html, .cap = cap};

	put_string(&out, head);
	if (page->problem != NULL)
		put_string(&out, "No result – ");
	else if (page->result != NULL)
		put_string(&out, "Result – ");
	put_string(&out, body);
	put_string(&out, style);
	put_string(&out, form);
	put_escaped(&out, page->text, page->text_len);
	put_string(&out, choice);
	put_options(&out, page);
	put_string(&out, form_end);
	put_section(&out, page);
	put_string(&out, page_end);
	return out.len;
}
