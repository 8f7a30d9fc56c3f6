/* SPDX-License-Identifier: ISC */
/* The parts of the page, from page.html and page.css, as the build has them. */
#ifndef PARTS_H
#define PARTS_H

extern const char parts_style[];
/* Its SHA-256 in Base64, as a Content-Security-Policy has it. */
extern const char parts_style_hash[];

/* In each {name} stands for what page.c puts there. */
extern const char parts_page[], parts_problem[], parts_unread[];
extern const char parts_too_long[], parts_result[], parts_empty[];

#endif
