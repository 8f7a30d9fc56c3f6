/* SPDX-License-Identifier: ISC */
/* The whitelist, and the look-up of a name in it. */
#include "filter.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "transforms/transforms.h"
#include "transforms/utf8.h"

/* What a filter may write for each byte of the longest text. */
#define FILTER_GROWTH 11
/* Room for the list of names, whatever the text. */
#define LIST_MAX 65536

/* Returns the row of the table that name is in, or the one that ends it. */
static const struct transform *
find(const unsigned char *name, size_t name_len)
{
	const struct transform *row = transforms;

	while (row->name != NULL && (strlen(row->name) != name_len ||
					memcmp(row->name, name, name_len) != 0))
		row++;
	return row;
}

const char *
service_summary(const unsigned char *name, size_t name_len)
{
	return find(name, name_len)->summary;
}

bool
service_is_utf8(const unsigned char *text, size_t len)
{
	const unsigned char *end = text + len;
	uint32_t code;
	size_t n;

	while ((n = utf8_decode(text, end, &code)) > 0)
		text += n;
	return text == end;
}

size_t
service_capacity(size_t len)
{
	size_t growth = FILTER_GROWTH;

	for (const struct transform *row = transforms; row->name != NULL; row++)
		if (row->growth > growth)
			growth = row->growth;
	return len * growth + LIST_MAX;
}

enum service_result
service_list(struct filters *filters, unsigned char *ret_text, size_t cap,
    size_t *ret_len)
{
	char *end = (char *)ret_text;
	size_t used, filters_len = 0;
	enum service_result result = SERVICE_OK;

	if (cap < LIST_MAX)
		return SERVICE_FAILED;
	for (const struct transform *row = transforms; row->name != NULL; row++)
		end = stpcpy(stpcpy(end, row->name), "\n");
	used = (size_t)(end - (char *)ret_text);
	if (filters != NULL)
		result = filters_list(
		    filters, ret_text + used, cap - used, &filters_len);
	if (result == SERVICE_OK)
		*ret_len = used + filters_len;
	return result;
}

/*
 * Applies a transform of the table, which is told the room that its row says.
 * One that claims to have written more is not believed.
 */
static enum service_result
apply(const struct transform *row, const unsigned char *text, size_t text_len,
    unsigned char *ret_text, size_t cap, size_t *ret_len)
{
	size_t room = text_len * row->growth + TRANSFORM_SPARE;

	if (cap < room)
		return SERVICE_FAILED;
	if (row->apply(text, text_len, ret_text, room, ret_len) &&
	    *ret_len <= room)
		return SERVICE_OK;
	if (*ret_len > text_len)
		*ret_len = text_len;
	memset(ret_text, 0, *ret_len * row->growth + TRANSFORM_SPARE);
	return SERVICE_FAILED;
}

const char *
service_failure(const unsigned char *text, size_t text_len, size_t offset)
{
	static char words[64];
	uint32_t code;

	if (offset >= text_len)
		return "the transform failed on this text";
	snprintf(words, sizeof(words), "%s at byte %zu",
	    utf8_decode(text + offset, text + text_len, &code) > 0
		? "the transform failed"
		: "not UTF-8",
	    offset + 1);
	return words;
}

enum service_result
service_transform(struct filters *filters, const unsigned char *name,
    size_t name_len, const unsigned char *text, size_t text_len,
    unsigned char *ret_text, size_t cap, size_t *ret_len)
{
	const struct transform *row = find(name, name_len);

	*ret_len = text_len;
	if (row->apply != NULL)
		return apply(row, text, text_len, ret_text, cap, ret_len);
	if (row->name != NULL)
		return service_list(filters, ret_text, cap, ret_len);
	if (filters == NULL)
		return SERVICE_UNKNOWN;
	return filters_run(
	    filters, name, name_len, text, text_len, ret_text, cap, ret_len);
}
