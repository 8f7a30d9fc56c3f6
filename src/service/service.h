/* SPDX-License-Identifier: ISC */
/* The service: a name and a text in, a text or a failure out. */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>
#include <stddef.h>

struct filters;

enum service_result {
	SERVICE_OK,
	SERVICE_UNKNOWN, /* the name is not on the whitelist */
	SERVICE_FAILED,	 /* the transform cannot be done on this text */
	SERVICE_LATE,	 /* a filter was not done at its deadline */
	SERVICE_BROKEN,	 /* the server is at fault: a filter cannot run */
};

/*
 * Returns the capacity in bytes that service_transform wants for the results
 * of texts of at most len bytes (len <= 999999999).
 */
size_t service_capacity(size_t len);

/*
 * Applies the transform called name to text.  filters adds the programs of a
 * folder to the whitelist; NULL adds none.  ret_text is the caller's, has cap
 * bytes (at least service_capacity(text_len)) and does not overlap text.
 *
 * SERVICE_OK writes the result to ret_text and its length, at most cap, to
 * ret_len.  Any other result leaves nothing of the text in ret_text, and in
 * ret_len at which offset of the text it failed, or text_len.
 */
enum service_result service_transform(struct filters *filters,
    const unsigned char *name, size_t name_len, const unsigned char *text,
    size_t text_len, unsigned char *ret_text, size_t cap, size_t *ret_len);

/*
 * Returns in words why service_transform failed on text at that offset: good
 * until it is called again.
 */
const char *service_failure(
    const unsigned char *text, size_t text_len, size_t offset);

/*
 * Writes the whitelist, one name a line, to ret_text, which has cap bytes:
 * the table's names in its order, then those of filters, sorted.
 *
 * SERVICE_BROKEN where filters cannot be listed or the names do not fit;
 * otherwise as service_transform.
 */
enum service_result service_list(struct filters *filters,
    unsigned char *ret_text, size_t cap, size_t *ret_len);

/*
 * Returns in a few words what the transform called name does, as in "lower
 * case", or NULL where it is none of the table.
 */
const char *service_summary(const unsigned char *name, size_t name_len);

/* Tells whether the len bytes of text are UTF-8. */
bool service_is_utf8(const unsigned char *text, size_t len);

#endif
