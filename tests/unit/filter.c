/* SPDX-License-Identifier: ISC */
/* Filters under a storm of signals, at the edges of room, leaving nothing. */
#include "service/filter.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>

#include "service/children.h"
#include "unit.h"

#define TEXT_LEN 1000000

static char dir[PATH_MAX];
static struct filters filters;
static char said[65536];
static size_t said_len;

static void
on_line(void *context, const char *name, const unsigned char *line, size_t len)
{
	EXPECT(context == said);
	said_len += (size_t)snprintf(said + said_len, sizeof(said) - said_len,
	    "%s: %.*s\n", name, (int)len, (const char *)line);
}

static void
add(const char *name, const char *script)
{
	char path[PATH_MAX + 64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	EXPECT(fd >= 0 && write(fd, script, strlen(script)) > 0);
	EXPECT(fchmod(fd, 0755) == 0 && close(fd) == 0);
}

/* Below TMPDIR, that what a crash leaves is not left in /tmp. */
static void
make_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s/versed-unit-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	EXPECT(mkdtemp(name) != NULL && chmod(name, 0755) == 0);
	EXPECT(realpath(name, dir) != NULL);
}

/* By rm(1): paths may be too long. */
static void
clean_up(void)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	EXPECT(system(command) == 0);
}

static enum service_result
ask(const char *name, const unsigned char *text, size_t len,
    unsigned char *room, size_t cap, size_t *ret_len)
{
	said_len = 0;
	said[0] = '\0';
	return filters_run(&filters, (const unsigned char *)name, strlen(name),
	    text, len, room, cap, ret_len);
}

static void
test_open(void)
{
	static struct filters none;

	EXPECT(filters_open(&filters, dir) == FILTERS_OK);
	EXPECT(strcmp(filters.dir, dir) == 0);
	EXPECT(filters_open(&none, "/nonexistent") == FILTERS_ERROR &&
	       errno == ENOENT);
	EXPECT(filters_open(&none, "/etc/passwd") == FILTERS_ERROR &&
	       errno == ENOTDIR);
	EXPECT(filters_open(&none, "/tmp") == FILTERS_WRITABLE);
}

static void
test_room(void)
{
	unsigned char text[4] = "abcd", *room = unit_room(4);
	size_t len = 77;

	EXPECT(ask("cat", text, 4, room, 4, &len) == SERVICE_OK);
	EXPECT(len == 4 && memcmp(room, "abcd", 4) == 0);
	len = 77;
	EXPECT(ask("cat", text, 4, room + 1, 3, &len) == SERVICE_FAILED);
	EXPECT(len == 77 && memcmp(room + 1, "\0\0\0", 3) == 0);
	EXPECT(strcmp(said, "cat: it wrote more than 3 bytes\n") == 0);
	EXPECT(ask("cat", text, 1, room, 4, &len) == SERVICE_OK);
	EXPECT(len == 1 && room[0] == 'a');
	EXPECT(ask("cat", text, 0, room + 4, 0, &len) == SERVICE_OK);
	EXPECT(len == 0);
	EXPECT(ask("fail", text, 4, room, 4, &len) == SERVICE_FAILED);
	EXPECT(memcmp(room, "\0\0\0\0", 4) == 0);
	EXPECT(strcmp(said, "fail: a\nfail: b\nfail: it exited with status 9"
			    "\n") == 0);
}

/* Not a byte past the room, however much comes at once, or in how many. */
static void
test_room_is_kept(void)
{
	static unsigned char text[300000], room[400000];
	size_t len = 77, touched = 0;

	for (size_t cap = 100000; cap < 100002; cap++) {
		memset(room, 0xaa, sizeof(room));
		EXPECT(ask("cat", text, sizeof(text), room, cap, &len) ==
		       SERVICE_FAILED);
		for (size_t i = cap; i < sizeof(room); i++)
			touched += room[i] != 0xaa;
		EXPECT(touched == 0 && len == 77);
	}
}

static bool
is_past_deadline(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec != filters.deadline.tv_sec
		   ? now.tv_sec > filters.deadline.tv_sec
		   : now.tv_nsec >= filters.deadline.tv_nsec;
}

static void
test_deadline(void)
{
	unsigned char room[64];
	struct timespec now;
	size_t len = 77;

	clock_gettime(CLOCK_MONOTONIC, &filters.deadline);
	filters.deadline.tv_nsec += 50000000;
	if (filters.deadline.tv_nsec >= 1000000000) {
		filters.deadline.tv_sec++;
		filters.deadline.tv_nsec -= 1000000000;
	}
	EXPECT(ask("hang", room, 0, room, 64, &len) == SERVICE_LATE);
	EXPECT(len == 77 && is_past_deadline());
	EXPECT(strcmp(said, "hang: it ran past the deadline\n") == 0);
	/* One at a whole second. */
	clock_gettime(CLOCK_MONOTONIC, &filters.deadline);
	filters.deadline.tv_sec++;
	filters.deadline.tv_nsec = 0;
	EXPECT(ask("hang", room, 0, room, 64, &len) == SERVICE_LATE);
	EXPECT(is_past_deadline());
	filters_set_deadline(&filters, 0);
	EXPECT(filters.deadline.tv_sec == 0 && filters.deadline.tv_nsec == 0);
	filters_set_deadline(&filters, 20);
	clock_gettime(CLOCK_MONOTONIC, &now);
	EXPECT(filters.deadline.tv_sec >= now.tv_sec + 19);
	EXPECT(filters.deadline.tv_sec <= now.tv_sec + 20);
}

static bool
is_over(void)
{
	return true;
}

static bool
is_over_once_heard(void)
{
	return said_len > 0;
}

/* Without a deadline; told that it is over; at a deadline in the far future. */
static void
test_other_deadlines(void)
{
	unsigned char room[4];
	size_t len = 77;

	filters_set_deadline(&filters, 0);
	EXPECT(ask("cat", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	filters.is_over = is_over;
	EXPECT(ask("hang", room, 0, room, 4, &len) == SERVICE_LATE);
	EXPECT(strcmp(said, "hang: it ran past the deadline\n") == 0);
	/* The line that it has begun is shown, too. */
	filters.is_over = is_over_once_heard;
	EXPECT(ask("partly", room, 0, room, 4, &len) == SERVICE_LATE);
	EXPECT(strcmp(said, "partly: one\npartly: it ran past the deadline\n"
			    "partly: two\n") == 0);
	filters.is_over = NULL;
	filters.deadline = (struct timespec){.tv_nsec = 1};
	EXPECT(ask("hang", room, 0, room, 4, &len) == SERVICE_LATE);
	filters_set_deadline(&filters, 999999999);
	EXPECT(ask("cat", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	clock_gettime(CLOCK_MONOTONIC, &filters.deadline);
	EXPECT(ask("cat", room, 0, room, 4, &len) == SERVICE_LATE);
	filters.deadline.tv_sec -= filters.deadline.tv_sec > 1;
	EXPECT(ask("cat", room, 0, room, 4, &len) == SERVICE_LATE);
	filters_set_deadline(&filters, 20);
}

static void
test_killed(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("die", room, 0, room, 4, &len) == SERVICE_FAILED);
	EXPECT(strcmp(said, "die: it was killed by signal 11: Segmentation "
			    "fault\n") == 0);
	EXPECT(len == 77);
}

static bool
is_never_taken(const char *name)
{
	(void)name;
	return false;
}

/* Makes a link to cat in the folder that this process is in. */
static void
link_cat(const char *name)
{
	EXPECT(symlink("/bin/cat", name) == 0);
}

/* Whether the name is a filter's: it is cat, and gives what it gets. */
static bool
is_cat(const struct filters *of, const char *name)
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
	EXPECT(filters_open(&of, ".") == FILTERS_OK);
	filters_set_deadline(&of, 20);
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
	EXPECT(filters_list(
	    &of, is_never_taken, (unsigned char *)got, sizeof(got), &len));
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
	EXPECT(filters_open(&of, ".") == FILTERS_OK);
	filters_set_deadline(&of, 20);
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
	EXPECT(service_list(&of, room, cap, &len) == SERVICE_FAILED);
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
	EXPECT(filters_open(&of, ".") == FILTERS_OK);
	filters_set_deadline(&of, 20);
	link_cat("ab");
	link_cat("abc");
	EXPECT(is_cat(&of, "ab"));
	EXPECT(!is_cat(&of, "abc"));
	while (depth-- > 0)
		EXPECT(chdir("..") == 0);
}

static bool
is_taken(const char *name)
{
	return strcmp(name, "hang") == 0;
}

static void
test_list(void)
{
	static struct filters other = {.dir = "/nonexistent"};
	static const char want[] =
	    "cat\nclosing\ndeaf\ndie\nfail\nflood\nlate\n"
	    "lost\nmute\nname\npartly\nsay\nsession\n"
	    "signals\n";
	const size_t cap = sizeof(want) - 1;
	unsigned char *room = unit_room(cap);
	size_t len = 77;

	EXPECT(filters_list(&filters, is_taken, room, cap, &len) && len == cap);
	EXPECT(memcmp(room, want, len) == 0);
	len = 77;
	EXPECT(!filters_list(&filters, is_taken, room + 1, cap - 1, &len));
	EXPECT(!filters_list(&other, is_taken, room, cap, &len) && len == 77);
	EXPECT(mkdir("empty", 0755) == 0);
	EXPECT(filters_open(&other, "empty") == FILTERS_OK);
	EXPECT(filters_list(&other, is_taken, room, cap, &len) && len == 0);
}

/* What the filter called name gives of nothing is want. */
static void
expect_given(const char *name, const char *want)
{
	unsigned char room[1024] = "";
	size_t len = 77;

	EXPECT(ask(name, room, 0, room, sizeof(room), &len) == SERVICE_OK);
	EXPECT(len == strlen(want) && memcmp(room, want, len) == 0);
}

/* Its signals, session, folder and name, whatever those of its parent are. */
static void
test_surroundings(void)
{
	char name[FILTER_NAME_MAX + 1], path[PATH_MAX + 128];
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	for (int i = 1; i < 32; i++)
		if (i != SIGCHLD)
			signal(i, SIG_IGN);
	expect_given("signals", "SigBlk:\t0000000000000000\n"
				"SigIgn:\t0000000000000000\n");
	for (int i = 1; i < 32; i++)
		signal(i, i == SIGPIPE ? SIG_IGN : SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	expect_given("session", "own /");
	memset(name, 'n', FILTER_NAME_MAX);
	name[FILTER_NAME_MAX] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	EXPECT(symlink("name", path) == 0);
	expect_given(name, name);
	EXPECT(unlink(path) == 0);
}

/* One that cannot run fails as in a shell. */
static void
test_lost(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("lost", room, 0, room, 4, &len) == SERVICE_FAILED);
	EXPECT(strcmp(said, "lost: cannot run it: No such file or directory\n"
			    "lost: it exited with status 127\n") == 0);
}

/* Closes the standard streams; returns the first of three copies in a row. */
static int
put_streams_aside(void)
{
	int copy = 500;

	for (int i = 0; i < 3; i++)
		EXPECT(dup2(i, copy + i) == copy + i && close(i) == 0);
	return copy;
}

static void
put_streams_back(int copy)
{
	bool is_closed = true;

	for (int i = 0; i < 3; i++)
		is_closed &= fcntl(i, F_GETFD) < 0;
	for (int i = 0; i < 3; i++)
		is_closed &= dup2(copy + i, i) == i && close(copy + i) == 0;
	EXPECT(is_closed);
}

/* Descriptors 0 to 2 are as good as any, not mixed up, and given back. */
static void
test_without_streams(void)
{
	unsigned char text[4] = "abcd", room[4];
	size_t len = 77;
	int copy = put_streams_aside();
	enum service_result cat = ask("cat", text, 4, room, 4, &len);
	enum service_result closing = ask("closing", text, 4, room, 4, &len);
	enum service_result fail = ask("fail", text, 4, room, 4, &len);

	put_streams_back(copy);
	EXPECT(cat == SERVICE_OK && len == 4);
	EXPECT(closing == SERVICE_FAILED && fail == SERVICE_FAILED);
	EXPECT(strcmp(said, "fail: a\nfail: b\nfail: it exited with status 9"
			    "\n") == 0);
}

/* Nobody need be told. */
static void
test_without_listener(void)
{
	unsigned char room[4];
	size_t len = 77;

	filters.on_line = NULL;
	EXPECT(ask("fail", room, 4, room, 4, &len) == SERVICE_FAILED);
	filters.on_line = on_line;
}

static void
on_alarm(int signal)
{
	(void)signal;
}

/* A timer that goes off every 200 microseconds, without SA_RESTART. */
static void
test_signals(void)
{
	const struct sigaction action = {.sa_handler = on_alarm};
	const struct itimerval storm = {{0, 200}, {0, 200}}, calm = {0};
	unsigned char *text = malloc(TEXT_LEN), *room = malloc(TEXT_LEN);
	size_t len = 0;

	EXPECT(text != NULL && room != NULL);
	for (size_t i = 0; i < TEXT_LEN; i++)
		text[i] = (unsigned char)(i % 251);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &storm, NULL);
	EXPECT(ask("cat", text, TEXT_LEN, room, TEXT_LEN, &len) == SERVICE_OK);
	EXPECT(ask("fail", text, 4, room, 4, &len) == SERVICE_FAILED);
	setitimer(ITIMER_REAL, &calm, NULL);
	EXPECT(len == TEXT_LEN && memcmp(text + 4, room + 4, len - 4) == 0);
	free(text);
	free(room);
}

static int
lowest_free_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

/* What "say" is given it says; expects what is to be heard of it. */
static void
expect_said(const char *text, const char *want)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("say", (const unsigned char *)text, strlen(text), room, 4,
		   &len) == SERVICE_OK);
	EXPECT(len == 0);
	EXPECT(strcmp(said, want) == 0);
}

/* Lines of up to 200 bytes, and 100 of them, as filter.h's caller gets them. */
static void
test_messages(void)
{
	char text[8192], want[8192], line[256];

	expect_said("", "");
	expect_said("one\ntwo three\n\n\nlast", "say: one\nsay: two three\n"
						"say: last\n");
	for (int size = 198; size < 203; size++) {
		snprintf(text, sizeof(text), "%0*d\n%0*d", size, 0, size, 1);
		snprintf(want, sizeof(want), "say: %0*d\n",
		    size < 200 ? size : 200, 0);
		if (size > 200)
			snprintf(want + strlen(want), 300, "say: %0*d\n",
			    size - 200, 0);
		snprintf(want + strlen(want), 300, "say: %0*d\n",
		    size < 200 ? size : 200, size > 200 ? 0 : 1);
		if (size > 200)
			snprintf(want + strlen(want), 300, "say: %0*d\n",
			    size - 200, 1);
		expect_said(text, want);
	}
	for (int lines = 98; lines < 103; lines++) {
		text[0] = want[0] = '\0';
		for (int i = 0; i < lines; i++) {
			snprintf(line, sizeof(line), "line %d\n", i);
			strcat(text, line);
			snprintf(line, sizeof(line), "say: line %d\n", i);
			if (i < 100)
				strcat(want, line);
		}
		if (lines >= 100)
			strcat(want, "say: more lines are not logged\n");
		expect_said(text, want);
	}
}

static long long
cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * 1000LL + used.tv_nsec / 1000000;
}

/* One that takes no text, and speaks late; waiting for it is no work. */
static void
test_deaf(void)
{
	static unsigned char text[TEXT_LEN];
	unsigned char room[4];
	long long before = cpu_ms();
	size_t len = 77;

	EXPECT(ask("deaf", text, TEXT_LEN, room, 4, &len) == SERVICE_OK);
	EXPECT(len == 4 && memcmp(room, "good", 4) == 0);
	EXPECT(strcmp(said, "deaf: one\ndeaf: two\n") == 0);
	EXPECT(cpu_ms() - before < 100);
}

/* One without messages; waiting for it is no work either. */
static void
test_mute(void)
{
	unsigned char room[4];
	long long before = cpu_ms();
	size_t len = 77;

	EXPECT(ask("mute", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	EXPECT(said_len == 0 && cpu_ms() - before < 100);
}

/* What holds on to its messages, and goes on, does not hold it up. */
static void
test_flood_of_messages(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("flood", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	EXPECT(strstr(said, "flood: more lines are not logged\n") != NULL);
}

/* Those who still hold its output are heard, too. */
static void
test_late_words(void)
{
	unsigned char room[4];
	size_t len = 77;

	EXPECT(ask("late", room, 0, room, 4, &len) == SERVICE_OK && len == 0);
	EXPECT(strcmp(said, "late: first\nlate: late\nlate: last\n") == 0);
}

/* What it says at its end is heard whole, however quickly it has ended. */
static void
test_last_words(void)
{
	char text[18001];

	for (int i = 0; i < 90; i++)
		snprintf(text + i * 200, 201, "%0199d\n", i);
	for (int i = 0; i < 20; i++) {
		unsigned char room[4];
		size_t len;

		EXPECT(ask("say", (const unsigned char *)text, 18000, room, 4,
			   &len) == SERVICE_OK);
		EXPECT(said_len == 90 * 205 &&
		       memcmp(said + 205 * 89 + 5, text + 200 * 89, 200) == 0);
	}
}

/* Asks for cat with all descriptors below limit; says whether it started. */
static bool
starts_below(int limit)
{
	static const char reason[] = "cat: cannot start it: ";
	struct rlimit all, few;
	unsigned char room[4];
	size_t len = 77;
	enum service_result result;

	getrlimit(RLIMIT_NOFILE, &all);
	few = all;
	few.rlim_cur = (rlim_t)limit;
	setrlimit(RLIMIT_NOFILE, &few);
	result = ask("cat", room, 0, room, 4, &len);
	setrlimit(RLIMIT_NOFILE, &all);
	if (strncmp(said, reason, strlen(reason)) != 0)
		return true;
	EXPECT(result == SERVICE_FAILED && len == 77);
	EXPECT(strchr(said, '\n') == said + strlen(said) - 1);
	return false;
}

/* Where descriptors run out there is a reason, and none is kept. */
static void
test_no_descriptors(void)
{
	int free_fd = lowest_free_fd(), started[13], copy;

	/* Three pipes are open at the most, */
	for (int n = 0; n < 9; n++) {
		EXPECT(starts_below(free_fd + n) == (n >= 6));
		EXPECT(lowest_free_fd() == free_fd);
	}
	/* past the standard streams. */
	copy = put_streams_aside();
	for (int n = 0; n < 13; n++)
		started[n] = starts_below(n);
	put_streams_back(copy);
	for (int n = 0; n < 13; n++)
		EXPECT(started[n] == (n >= 9));
	EXPECT(lowest_free_fd() == free_fd);
}

/* As many children as can be told from a filter's, and one more. */
static void
test_children_of_others(void)
{
	unsigned char room[4];
	pid_t pids[CHILDREN_MAX];
	size_t len = 77;

	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		if (i == CHILDREN_MAX - 1)
			EXPECT(
			    ask("cat", room, 0, room, 4, &len) == SERVICE_OK);
		pids[i] = fork();
		if (pids[i] == 0)
			prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
		while (pids[i] == 0)
			pause();
	}
	EXPECT(ask("cat", room, 0, room, 4, &len) == SERVICE_FAILED);
	EXPECT(strcmp(said, "cat: cannot start it: Resource temporarily "
			    "unavailable\n") == 0);
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		EXPECT(kill(pids[i], SIGKILL) == 0);
		EXPECT(waitpid(pids[i], NULL, 0) == pids[i]);
	}
}

int
main(void)
{
	int free_fd = lowest_free_fd(), reaper = 77;

	signal(SIGPIPE, SIG_IGN);
	alarm(60);
	make_folder();
	add("cat", "#!/bin/sh\nexec cat\n");
	add("fail", "#!/bin/sh\ncat; printf 'a\\n\\nb' >&2; exit 9\n");
	add("closing", "#!/bin/sh\nexec >&-; sleep 0.1; exit 1\n");
	add("deaf", "#!/bin/sh\nexec <&-\nsleep 0.2; echo one >&2\n"
		    "sleep 0.2; echo two >&2; printf good\n");
	add("die", "#!/bin/sh\nkill -SEGV $$\n");
	add("flood", "#!/bin/sh\nyes >&2 &\nsleep 0.1\n");
	add("late", "#!/bin/sh\necho first >&2\n"
		    "(sleep 0.1; echo late >&2; sleep 0.1; echo last >&2) &\n");
	add("lost", "#!/nonexistent\n");
	add("mute", "#!/bin/sh\nexec 2>&-\nsleep 0.3\n");
	add("name", "#!/bin/sh\nprintf %s \"$VERSED_TRANSFORM\"\n");
	add("partly", "#!/bin/sh\nprintf 'one\\ntwo' >&2; sleep 1000\n");
	add("say", "#!/bin/sh\nexec cat >&2\n");
	add("session", "#!/bin/sh\n"
		       "read -r pid _ _ _ _ session _ </proc/$$/stat\n"
		       "[ $pid = $session ] && printf 'own %s' \"$(pwd)\"\n");
	add("signals", "#!/bin/sh\nexec grep -E '^Sig(Blk|Ign)' "
		       "/proc/self/status\n");
	add("hang", "#!/bin/sh\nsleep 1000 & sleep 1000\n");
	filters.on_line = on_line;
	filters.context = said;
	test_open();
	EXPECT(chdir(dir) == 0);
	test_names();
	test_service();
	test_long_folder();
	test_list();
	EXPECT(chdir("/") == 0);
	filters_set_deadline(&filters, 20);
	test_surroundings();
	test_lost();
	test_without_streams();
	test_without_listener();
	test_other_deadlines();
	test_killed();
	test_messages();
	test_late_words();
	test_deaf();
	test_mute();
	test_flood_of_messages();
	test_last_words();
	test_no_descriptors();
	test_children_of_others();
	test_room();
	test_room_is_kept();
	test_deadline();
	test_signals();
	EXPECT(lowest_free_fd() == free_fd);
	EXPECT(waitpid(-1, NULL, 0) < 0 && errno == ECHILD);
	EXPECT(prctl(PR_GET_CHILD_SUBREAPER, &reaper) == 0 && reaper == 0);
	clean_up();
	return unit_end();
}
