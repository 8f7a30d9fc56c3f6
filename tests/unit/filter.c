/* SPDX-License-Identifier: ISC */
/* The folder of filters: which of it are, by their names, and their list. */
#include "service/filter.h"

#include <sys/resource.h>

#include "filters.h"

static void
test_open(void)
{
	static struct filters none;

	EXPECT(filters.count == 1 && strcmp(filters.dirs[0], dir) == 0);
	EXPECT(strcmp(filters_open(&none, "/nonexistent"),
		   "No such file or directory") == 0);
	EXPECT(
	    strcmp(filters_open(&none, "/etc/passwd"), "Not a directory") == 0);
	EXPECT(strcmp(filters_open(&none, "/tmp"),
		   "others than its owner can write to it") == 0);
	EXPECT(none.count == 0);
	for (size_t i = 0; i < FILTERS_DIRS_MAX; i++)
		EXPECT(filters_open(&none, dir) == NULL);
	EXPECT(filters_open(&none, dir) != NULL);
	EXPECT(none.count == FILTERS_DIRS_MAX);
}

/* Makes a link to cat in the folder that this process is in. */
static void
link_cat(const char *name)
{
	EXPECT(symlink("/bin/cat", name) == 0);
}

/* Whether the name is a filter's: it is cat, and gives what it gets. */
static bool
is_cat(struct filters *of, const char *name)
{
	unsigned char room[8] = "";
	size_t len = 77;
	enum service_result result =
	    filters_run(of, (const unsigned char *)name, strlen(name),
		(const unsigned char *)"poem", 4, room, sizeof(room), &len);

	EXPECT(result == SERVICE_OK ? len == 4 && memcmp(room, "poem", 4) == 0
				    : result == SERVICE_UNKNOWN && len == 77);
	return result == SERVICE_OK;
}

/* Appends name and a newline to the string. */
static void
append_line(char *string, const char *name)
{
	strcat(strcat(string, name), "\n");
}

/* [a-z0-9][a-z0-9_-]{0,63}, of programs only: all else is no filter. */
static void
test_names(void)
{
	static const char firsts[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	static const char others[] = "-0123456789_abcdefghijklmnopqrstuvwxyz";
	static struct filters of;
	char name[FILTER_NAME_MAX + 2], want[1024] = "", got[1024];
	size_t len = 0;

	EXPECT(mkdir("names", 0755) == 0 && chdir("names") == 0);
	EXPECT(filters_open(&of, ".") == NULL);
	for (int c = 1; c < 256; c++) {
		if (c == '/')
			continue;
		name[0] = 'x';
		name[1] = (char)c;
		name[2] = '\0';
		link_cat(name);
		EXPECT(is_cat(&of, name) == (strchr(others, c) != NULL));
		if (c == '.')
			continue;
		link_cat(name + 1);
		EXPECT(is_cat(&of, name + 1) == (strchr(firsts, c) != NULL));
	}
	EXPECT(!is_cat(&of, ""));
	memset(name, '0', FILTER_NAME_MAX + 1);
	name[FILTER_NAME_MAX + 1] = '\0';
	link_cat(name);
	EXPECT(!is_cat(&of, name));
	name[FILTER_NAME_MAX] = '\0';
	link_cat(name);
	EXPECT(is_cat(&of, name));
	EXPECT(mkdir("folder", 0755) == 0 && !is_cat(&of, "folder"));
	link_cat("folder/cat");
	EXPECT(!is_cat(&of, "folder/cat"));
	EXPECT(symlink("gone", "dangling") == 0 && !is_cat(&of, "dangling"));
	EXPECT(symlink("loop", "loop") == 0 && !is_cat(&of, "loop"));
	EXPECT(mknod("plain", S_IFREG | 0644, 0) == 0 && !is_cat(&of, "plain"));
	append_line(want, "0");
	append_line(want, name);
	for (const char *c = firsts + 1; *c != '\0'; c++) {
		snprintf(name, sizeof(name), "%c", *c);
		append_line(want, name);
		for (const char *d = others; *c == 'x' && *d != '\0'; d++) {
			snprintf(name, sizeof(name), "x%c", *d);
			append_line(want, name);
		}
	}
	EXPECT(filters_list(&of, (unsigned char *)got, sizeof(got), &len) ==
	       SERVICE_OK);
	EXPECT(len == strlen(want) && memcmp(got, want, len) == 0);
	EXPECT(chdir("..") == 0);
}

/* The whitelist comes first, in a request and in the list. */
static void
test_service(void)
{
	static struct filters of;
	static char want[65536];
	unsigned char *room = unit_room(service_capacity(0));
	size_t cap = service_capacity(0), len = 77, want_len;
	char name[FILTER_NAME_MAX + 1];

	EXPECT(service_list(NULL, (unsigned char *)want, cap, &want_len) ==
	       SERVICE_OK);
	EXPECT(mkdir("service", 0755) == 0 && chdir("service") == 0);
	EXPECT(filters_open(&of, ".") == NULL);
	for (const char *line = want, *end; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		snprintf(name, sizeof(name), "%.*s", (int)(end - line), line);
		link_cat(name);
	}
	link_cat("cummings");
	link_cat("zz");
	strcpy(want + want_len, "cummings\nzz\n");
	EXPECT(service_list(&of, room, cap, &len) == SERVICE_OK);
	EXPECT(len == strlen(want) && memcmp(room, want, len) == 0);
	EXPECT(
	    service_transform(&of, (const unsigned char *)"rot13", 5,
		(const unsigned char *)"", 0, room, cap, &len) == SERVICE_OK);
	EXPECT(len == 0);
	EXPECT(
	    service_transform(&of, (const unsigned char *)"transforms", 10,
		(const unsigned char *)"", 0, room, cap, &len) == SERVICE_OK);
	EXPECT(len == strlen(want) && memcmp(room, want, len) == 0);
	EXPECT(
	    service_transform(&of, (const unsigned char *)"zz", 2,
		(const unsigned char *)"", 0, room, cap, &len) == SERVICE_OK);
	EXPECT(len == 0);
	EXPECT(service_transform(NULL, (const unsigned char *)"zz", 2,
		   (const unsigned char *)"", 0, room, cap,
		   &len) == SERVICE_UNKNOWN);
	/* More than can be listed. */
	for (int i = 0; i < 1010; i++) {
		snprintf(name, sizeof(name), "%064d", i);
		link_cat(name);
	}
	len = 77;
	EXPECT(service_list(&of, room, cap, &len) == SERVICE_BROKEN);
	EXPECT(len == 77 && chdir("..") == 0);
}

/* A path one byte too long is not that of another filter. */
static void
test_long_folder(void)
{
	static struct filters of;
	char path[PATH_MAX], name[201];
	size_t rest;
	int depth = 0;

	for (; getcwd(path, PATH_MAX) != NULL; depth++) {
		rest = PATH_MAX - sizeof("/ab") - strlen(path);
		if (rest == 0)
			break;
		memset(name, 'd', 200);
		name[rest <= 201 ? rest - 1 : rest <= 300 ? 100 : 200] = '\0';
		EXPECT(mkdir(name, 0755) == 0 && chdir(name) == 0);
	}
	EXPECT(filters_open(&of, ".") == NULL);
	link_cat("ab");
	link_cat("abc");
	EXPECT(is_cat(&of, "ab"));
	EXPECT(!is_cat(&of, "abc"));
	while (depth-- > 0)
		EXPECT(chdir("..") == 0);
}

static void
test_list(void)
{
	static struct filters of;
	static const char *const gone =
	    "cannot use /nonexistent: No such file or directory";
	static char path[] = "/nonexistent";
	unsigned char *room = unit_room(9);
	struct rlimit limit, none;
	size_t len = 77;

	of.dirs[0] = path;
	of.count = 1;
	EXPECT(filters_list(&of, room, 9, &len) == SERVICE_BROKEN);
	EXPECT(len == 77 && strcmp(of.reason, gone) == 0);
	of.count = 0;
	EXPECT(mkdir("list", 0755) == 0);
	EXPECT(filters_open(&of, "list") == NULL);
	EXPECT(filters_list(&of, room, 9, &len) == SERVICE_OK);
	EXPECT(len == 0);
	link_cat("list/cat");
	link_cat("list/a");
	link_cat("list/number");
	link_cat("list/0-");
	EXPECT(filters_list(&of, room, 9, &len) == SERVICE_OK);
	EXPECT(len == 9);
	EXPECT(memcmp(room, "0-\na\ncat\n", 9) == 0);
	len = 77;
	EXPECT(filters_list(&of, room + 1, 8, &len) == SERVICE_BROKEN);
	EXPECT(len == 77);
	EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	none = limit;
	none.rlim_cur = 0;
	EXPECT(setrlimit(RLIMIT_NOFILE, &none) == 0);
	EXPECT(filters_list(&of, room, 9, &len) == SERVICE_BROKEN);
	EXPECT(len == 77 && strstr(of.reason, ": Too many open files") != NULL);
	EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

int
main(void)
{
	filters_begin();
	test_open();
	test_names();
	test_service();
	test_list();
	test_long_folder();
	return filters_end();
}
