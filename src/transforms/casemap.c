/* SPDX-License-Identifier: ISC */
/*
 * Full case mapping of UTF-8 (The Unicode Standard, 3.13): 64 bytes at a time
 * while no character changes its length, else one character at a time.
 */
#include "casemap.h"

#include "transforms.h"
#include "utf8.h"

static bool
apply(const struct casemap *map, unsigned char *ret_text, size_t cap,
    size_t *ret_len)
{
	size_t len = (size_t)(map->end - map->start);
	const unsigned char *p = map->start, *mapped = p;
	unsigned char *out = ret_text;
	bool good = true;
	size_t n = 0;

	*ret_len = len;
	if (cap < len * CASEMAP_GROWTH + CASEMAP_RUN)
		return false;
	while (good && n != CASEMAP_BAD && map->end - p >= CASEMAP_BLOCK) {
		if (mapped - p < CASEMAP_BLOCK) {
			n = casemap_ascii(map, p, out, &mapped);
			p += n;
			out += n;
			continue;
		}
		n = casemap_block(map, p, out);
		if (n == 0) {
			do
				good = casemap_codes(map, &p, p + 1, &out);
			while (good && p < map->end && *p >= 0xf0);
			mapped = p; /* their place in out has changed */
		} else if (n != CASEMAP_BAD) {
			p += n;
			out += n;
		}
	}
	/* A bad block is looked at again for its first bad byte. */
	good = (n != CASEMAP_BAD) & casemap_codes(map, &p, map->end, &out);
	*ret_len = (size_t)(good ? out - ret_text : p - map->start);
	return good;
}

bool
casemap_lower(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const struct casemap lower = {
	    text, text + len, casemap_pages[CASEMAP_LOWER], 'A'};

	return apply(&lower, ret_text, cap, ret_len);
}

bool
casemap_upper(const unsigned char *text, size_t len, unsigned char *ret_text,
    size_t cap, size_t *ret_len)
{
	const struct casemap upper = {
	    text, text + len, casemap_pages[CASEMAP_UPPER], 'a'};

	return apply(&upper, ret_text, cap, ret_len);
}

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
	struct casemap title = {
	    .pages = casemap_pages[CASEMAP_TITLE], .first = 'a'};
	struct casemap lower = {
	    .pages = casemap_pages[CASEMAP_LOWER], .first = 'A'};
	unsigned char *out = ret_text;
	bool good = true;

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
