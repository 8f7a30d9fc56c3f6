/* SPDX-License-Identifier: ISC */
/* The whitelist, and the look-up of a name in it. */
#include "service.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "filter.h"
#include "transforms/casemap.h"
#include "transforms/transforms.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Nine digits, a tab and the byte itself: what an empty line can become. */
#define GROWTH 11
/* Room for the list of names, whatever the text. */
#define LIST_MAX 65536

/* The whitelist: nothing else can be named. */
static const struct {
	const char *name;
	transform_fn *apply; /* or NULL: it is service_list */
} whitelist[] = {
    {"cummingsify", casemap_lower},
    {"shout", casemap_upper},
    {"title", casemap_title},
    {"rot13", transform_rot13},
    {"reverse", transform_reverse},
    {"number", transform_number},
    {"transforms", NULL},
};

static bool
is_built_in(const char *name)
{
	for (size_t i = 0; i < COUNT(whitelist); i++) {
		if (strcmp(whitelist[i].name, name) == 0)
			return true;
	}
	return false;
}

size_t
service_capacity(size_t len)
{
	return len * GROWTH + LIST_MAX;
}

enum service_result
service_list(const struct filters *filters, unsigned char *ret_text, size_t cap,
    size_t *ret_len)
{
	size_t used = 0, filters_len = 0;

	if (cap < LIST_MAX)
		return SERVICE_FAILED;
	for (size_t i = 0; i < COUNT(whitelist); i++) {
		size_t name_len = strlen(whitelist[i].name);

		memcpy(ret_text + used, whitelist[i].name, name_len);
		ret_text[used + name_len] = '\n';
		used += name_len + 1;
	}
	if (filters != NULL && !filters_list(filters, is_built_in,
				   ret_text + used, cap - used, &filters_len))
		return SERVICE_FAILED;
	*ret_len = used + filters_len;
	return SERVICE_OK;
}

enum service_result
service_transform(const struct filters *filters, const unsigned char *name,
    size_t name_len, const unsigned char *text, size_t text_len,
    unsigned char *ret_text, size_t cap, size_t *ret_len)
{
	if (cap < service_capacity(text_len))
		return SERVICE_FAILED;
	for (size_t i = 0; i < COUNT(whitelist); i++) {
		if (strlen(whitelist[i].name) != name_len ||
		    memcmp(whitelist[i].name, name, name_len) != 0)
			continue;
		if (whitelist[i].apply == NULL)
			return service_list(filters, ret_text, cap, ret_len);
		return whitelist[i].apply(text, text_len, ret_text, ret_len)
			   ? SERVICE_OK
			   : SERVICE_FAILED;
	}
	if (filters == NULL)
		return SERVICE_UNKNOWN;
	return filters_run(
	    filters, name, name_len, text, text_len, ret_text, cap, ret_len);
}
