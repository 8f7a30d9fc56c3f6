/* SPDX-License-Identifier: ISC */
/* The folders of filters: what may be run from them, and under which name. */
#include "filter.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/log.h"

/* Why no filter of the folder dir may be run, or NULL. */
static const char *
refuse_folder(const char *dir)
{
	struct stat st;

	if (stat(dir, &st) != 0)
		return strerror(errno);
	if (!S_ISDIR(st.st_mode))
		return strerror(ENOTDIR);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "others than its owner can write to it";
	return access(dir, R_OK | X_OK) == 0 ? NULL : strerror(errno);
}

const char *
filters_open(struct filters *filters, const char *dir)
{
	char *own = realpath(dir, NULL);
	const char *reason = own != NULL ? refuse_folder(own) : strerror(errno);

	if (reason == NULL && access(PROCESS_CHILDREN, R_OK) != 0)
		reason = PROCESS_CHILDREN " cannot be read";
	if (reason == NULL && filters->count == FILTERS_DIRS_MAX)
		reason = "there are too many folders of filters";
	if (reason == NULL)
		filters->dirs[filters->count++] = own;
	else
		free(own);
	return reason;
}

static bool
is_name(const char *name)
{
	size_t len = strspn(name, "_-0123456789abcdefghijklmnopqrstuvwxyz");

	return len > 0 && len <= FILTER_NAME_MAX && name[len] == '\0' &&
	       *name != '_' && *name != '-';
}

/* Why what is called name in dir is no filter; or NULL and its path. */
static const char *
refuse_file(const char *dir, const char *name, char ret_path[PATH_MAX])
{
	struct statvfs fs = {.f_flag = 0};
	struct stat st;

	if (snprintf(ret_path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		return strerror(ENAMETOOLONG);
	if (stat(ret_path, &st) != 0)
		return errno == ENOENT	 ? "it links to nothing"
		       : errno == EACCES ? "this user cannot reach it"
					 : strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "it is not a file";
	if (access(ret_path, X_OK) == 0)
		return NULL;
	if ((st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		return "it is not executable";
	statvfs(ret_path, &fs);
	if ((fs.f_flag & ST_NOEXEC) != 0)
		return "its file system is mounted noexec";
	return "this user cannot execute it";
}

static enum service_result
fail(struct filters *filters, const char *dir, const char *reason)
{
	snprintf(filters->reason, FILTERS_REASON_MAX, "cannot use %s: %s", dir,
	    reason);
	return SERVICE_BROKEN;
}

enum service_result
filters_find(struct filters *filters, const unsigned char *name,
    size_t name_len, char ret_name[FILTER_NAME_MAX + 1],
    char ret_path[PATH_MAX])
{
	const char *reason;

	snprintf(ret_name, FILTER_NAME_MAX + 1, "%.*s", (int)name_len, name);
	if (strlen(ret_name) != name_len || !is_name(ret_name))
		return SERVICE_UNKNOWN;
	for (size_t i = 0; i < filters->count; i++) {
		reason = refuse_folder(filters->dirs[i]);
		if (reason != NULL)
			return fail(filters, filters->dirs[i], reason);
		if (refuse_file(filters->dirs[i], ret_name, ret_path) == NULL)
			return SERVICE_OK;
	}
	return SERVICE_UNKNOWN;
}

/* Lines in the making, sorted. */
struct list {
	char *text;
	size_t cap;
	size_t len;
	bool is_full;
};

/* Adds a line; false where it is there already. */
static bool
add_line(struct list *list, const char *name)
{
	char line[FILTER_NAME_MAX + 2];
	size_t len = (size_t)snprintf(line, sizeof(line), "%s\n", name);
	char *at = list->text, *end = at + list->len;
	int order = 1;

	list->is_full = list->cap - list->len < len;
	if (list->is_full)
		return true;
	/* A newline, which ends each, is less than what is in names. */
	while (at < end && (order = memcmp(line, at, len)) > 0)
		at = strchr(at, '\n') + 1;
	if (order == 0)
		return false;
	memmove(at + len, at, (size_t)(end - at));
	memcpy(at, line, len);
	list->len += len;
	return true;
}

/* Lists what dir has; returns NULL, or the reason why it cannot. */
static const char *
list_folder(const char *dir, bool explain, struct list *list)
{
	const char *name, *reason = refuse_folder(dir);
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *folder;

	if (reason != NULL)
		return reason;
	folder = opendir(dir);
	if (folder == NULL)
		return strerror(errno);
	while (!list->is_full && (entry = readdir(folder)) != NULL) {
		name = entry->d_name;
		if (!is_name(name))
			reason = "its name is not [a-z0-9][a-z0-9_-]{0,63}";
		else if (service_summary(
			     (const unsigned char *)name, strlen(name)) != NULL)
			reason = "a transform that is built in has its name";
		else
			reason = refuse_file(dir, name, path);
		if (reason == NULL && !add_line(list, name))
			reason = "a folder before has a filter of its name";
		if (reason != NULL && explain && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0)
			log_message(LOG_NOTICE, "%s/%s is no filter: %s", dir,
			    name, reason);
	}
	closedir(folder);
	return list->is_full ? "there are too many names" : NULL;
}

enum service_result
filters_list(struct filters *filters, unsigned char *ret_text, size_t cap,
    size_t *ret_len)
{
	struct list list = {.text = (char *)ret_text, .cap = cap};
	const char *reason;

	for (size_t i = 0; i < filters->count; i++) {
		reason =
		    list_folder(filters->dirs[i], filters->explains, &list);
		if (reason != NULL)
			return fail(filters, filters->dirs[i], reason);
	}
	*ret_len = list.len;
	return SERVICE_OK;
}
