/* SPDX-License-Identifier: ISC */
/* The folder of filters: what may be run from it, and under which name. */
#include "filter.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

enum filters_result
filters_open(struct filters *filters, const char *dir)
{
	struct stat st;

	if (realpath(dir, filters->dir) == NULL || stat(filters->dir, &st) != 0)
		return FILTERS_ERROR;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return FILTERS_ERROR;
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return FILTERS_WRITABLE;
	if (access(filters->dir, R_OK | X_OK) != 0)
		return FILTERS_ERROR;
	return program_can_clean_up() ? FILTERS_OK : FILTERS_NO_PROC;
}

void
filters_set_deadline(struct filters *filters, unsigned long timeout_s)
{
	filters->deadline = (struct timespec){0};
	if (timeout_s == 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &filters->deadline);
	filters->deadline.tv_sec += (time_t)timeout_s;
}

static bool
is_name(const char *name, size_t len)
{
	if (len == 0 || len > FILTER_NAME_MAX || *name == '_' || *name == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!(name[i] >= 'a' && name[i] <= 'z') &&
		    !(name[i] >= '0' && name[i] <= '9') && name[i] != '_' &&
		    name[i] != '-')
			return false;
	}
	return true;
}

/* Writes the path of the filter called name; false where there is none. */
static bool
find(const struct filters *filters, const char *name, char ret_path[PATH_MAX])
{
	struct stat st;
	int len = snprintf(ret_path, PATH_MAX, "%s/%s", filters->dir, name);

	return len < PATH_MAX && stat(ret_path, &st) == 0 &&
	       S_ISREG(st.st_mode) && access(ret_path, X_OK) == 0;
}

enum service_result
filters_run(const struct filters *filters, const unsigned char *name,
    size_t name_len, const unsigned char *text, size_t text_len,
    unsigned char *ret_text, size_t cap, size_t *ret_len)
{
	char name_z[FILTER_NAME_MAX + 1], path[PATH_MAX];
	const struct program program = {
	    .path = path,
	    .name = name_z,
	    .deadline = filters->deadline,
	    .on_line = filters->on_line,
	    .is_over = filters->is_over,
	    .context = filters->context,
	};
	enum program_result result;

	if (!is_name((const char *)name, name_len))
		return SERVICE_UNKNOWN;
	memcpy(name_z, name, name_len);
	name_z[name_len] = '\0';
	if (!find(filters, name_z, path))
		return SERVICE_UNKNOWN;
	result = program_run(&program, text, text_len, ret_text, cap, ret_len);
	if (result == PROGRAM_OK)
		return SERVICE_OK;
	return result == PROGRAM_LATE ? SERVICE_LATE : SERVICE_FAILED;
}

static int
has_name(const struct dirent *entry)
{
	return is_name(entry->d_name, strlen(entry->d_name));
}

static int
compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

bool
filters_list(const struct filters *filters, bool (*is_taken)(const char *name),
    unsigned char *ret_text, size_t cap, size_t *ret_len)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int count = scandir(filters->dir, &entries, has_name, compare);
	bool fits = count >= 0;
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		size_t len = strlen(name);

		if (fits && !is_taken(name) && find(filters, name, path)) {
			fits = cap - used > len;
			if (fits) {
				memcpy(ret_text + used, name, len);
				ret_text[used + len] = '\n';
				used += len + 1;
			}
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (fits)
		*ret_len = used;
	return fits;
}
