/* SPDX-License-Identifier: ISC */
/* What the letters around one say about its case. */
#ifndef CASEMAP_CONTEXT_H
#define CASEMAP_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

/* The properties Cased and Case_Ignorable (The Unicode Standard, 3.13). */
bool casemap_is_cased(uint32_t code);
bool casemap_is_ignorable(uint32_t code);

/*
 * Says whether the capital sigma at sigma, in a text from start to end, is a
 * final one (Final_Sigma): the next character before it that is not
 * case-ignorable is cased, and the next one after it is not.  What is before
 * it must be UTF-8; after it, what is not UTF-8 ends the text.
 */
bool casemap_is_final(const unsigned char *start, const unsigned char *sigma,
    const unsigned char *end);

#endif
