/* SPDX-License-Identifier: ISC */
/* What a character says about the case of those around it. */
#ifndef CASEMAP_CONTEXT_H
#define CASEMAP_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

/* The properties Cased and Case_Ignorable (The Unicode Standard, 3.13). */
bool casemap_is_cased(uint32_t code);
bool casemap_is_ignorable(uint32_t code);

/* What becomes of a word at a character, by its Word_Break (UAX 29). */
enum casemap_word {
	CASEMAP_WORD_END,     /* it ends */
	CASEMAP_WORD_LETTER,  /* it goes on, or starts */
	CASEMAP_WORD_NUMBER,  /* the same */
	CASEMAP_WORD_INSIDE,  /* nothing: it belongs to what is before it */
	CASEMAP_WORD_BETWEEN, /* it goes on if there are letters on both sides
			       */
};

enum casemap_word casemap_word_at(uint32_t code);

/*
 * Says whether the capital sigma at sigma, in a text from start to end, is a
 * final one (Final_Sigma): the next character before it that is not
 * case-ignorable is cased, and the next one after it is not.  What is before
 * it must be UTF-8; after it, what is not UTF-8 ends the text.
 */
bool casemap_is_final(const unsigned char *start, const unsigned char *sigma,
    const unsigned char *end);

#endif
