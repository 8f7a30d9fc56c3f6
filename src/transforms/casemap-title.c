/* SPDX-License-Identifier: ISC */
/* Title case, word by word. */
#include "casemap-block.h"
#include "casemap-code.h"
#include "casemap.h"
#include "utf8.h"

/* What the word that a character ends or goes on with needs to go on. */
enum word {
	WORD_NONE, /* a new one */
	WORD_OF_LETTERS,
	WORD_OF_NUMBERS,
	WORD_OPEN, /* a letter or a digit next */
};

static bool
is_apostrophe(uint32_t code)
{
	return code == '\'' || code == 0x2018 || code == 0x2019 ||
	       code == 0xff07;
}

static enum word
go_on(enum word word, uint32_t code)
{
	if (casemap_is(CASEMAP_LETTER, code))
		return WORD_OF_LETTERS;
	if (casemap_is(CASEMAP_NUMBER, code))
		return WORD_OF_NUMBERS;
	if (casemap_is(CASEMAP_INSIDE, code))
		return word;
	if (casemap_is(CASEMAP_BETWEEN, code) &&
	    (word == WORD_OF_LETTERS ||
		(word == WORD_OF_NUMBERS && is_apostrophe(code))))
		return WORD_OPEN;
	return WORD_NONE;
}

/* Returns where the word that starts at p ends, and what is behind it. */
static const unsigned char *
word_end(const unsigned char *p, const unsigned char *end)
{
	enum word word = WORD_NONE;
	uint32_t code;
	size_t n;

	do {
		n = utf8_decode(p, end, &code);
		if (n == 0)
			return end;
		word = go_on(word, code);
		p += n;
	} while (word != WORD_NONE);
	return p;
}

bool
casemap_title(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const unsigned char *p = text, *end = text + len;
	struct casemap title = {.pages = casemap_pages[CASEMAP_TITLE]};
	struct casemap lower = {.pages = casemap_pages[CASEMAP_LOWER]};
	unsigned char *out = ret_text;
	bool good = true;

	title.first = 'a';
	lower.first = 'A';
	*ret_len = len;
	if (cap < len * CASEMAP_GROWTH + CASEMAP_RUN)
		return false;
	while (good && p < end) {
		/* A sigma looks at its own word alone. */
		title.start = lower.start = p;
		title.end = lower.end = word_end(p, end);
		good = casemap_codes(&title, &p, p + 1, &out) &&
		       casemap_codes(&lower, &p, lower.end, &out);
	}
	*ret_len = (size_t)(good ? out - ret_text : p - text);
	return good;
}
