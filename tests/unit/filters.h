/* SPDX-License-Identifier: ISC */
/* What the tests of filters share: a folder of scripts, and what these say. */
#ifndef FILTERS_H
#define FILTERS_H

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "host/io.h"
#include "service/filter.h"
#include "unit.h"

static char dir[PATH_MAX];
static struct filters filters;
static char said[65536]; /* lines as they are logged, "NAME: LINE" */
static size_t said_len;

/* In place of log_filter_line. */
void __wrap_log_filter_line(const char *name, const void *line, size_t len);
void
__wrap_log_filter_line(const char *name, const void *line, size_t len)
{
	said_len += (size_t)snprintf(said + said_len, sizeof(said) - said_len,
	    "%s: %.*s\n", name, (int)len, (const char *)line);
}

static inline void
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
static inline void
make_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s/versed-unit-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	EXPECT(mkdtemp(name) != NULL && chmod(name, 0755) == 0);
	EXPECT(realpath(name, dir) != NULL);
}

static inline enum service_result
ask(const char *name, const unsigned char *text, size_t len,
    unsigned char *room, size_t cap, size_t *ret_len)
{
	said_len = 0;
	said[0] = '\0';
	return filters_run(&filters, (const unsigned char *)name, strlen(name),
	    text, len, room, cap, ret_len);
}

/* Returns how many descriptors are open. */
static inline int
count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static int filters_open_fds;

/* Ends this process in a minute; alarm(2) is host/io's. */
static inline void
watch(void)
{
	const struct itimerspec minute = {.it_value.tv_sec = 60};
	struct sigevent event = {
	    .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	timer_t timer;

	EXPECT(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	EXPECT(timer_settime(timer, 0, &minute, NULL) == 0);
}

/* Makes the folder, empty, and lets the filters in it have 50 seconds. */
static inline void
filters_begin(void)
{
	filters_open_fds = count_open();
	watch();
	io_init();
	io_set_deadline(50);
	make_folder();
	EXPECT(chdir(dir) == 0);
	EXPECT(filters_open(&filters, ".") == NULL);
}

/*
 * Expects that nothing is left: no descriptor, no child.  The folder goes by
 * rm(1), as paths in it may be too long.  Returns how main ends.
 */
static inline int
filters_end(void)
{
	char command[PATH_MAX + 16];
	int reaper = 77;

	EXPECT(count_open() == filters_open_fds);
	EXPECT(waitpid(-1, NULL, 0) < 0 && errno == ECHILD);
	EXPECT(prctl(PR_GET_CHILD_SUBREAPER, &reaper) == 0 && reaper == 0);
	EXPECT(chdir("/") == 0);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	EXPECT(system(command) == 0);
	return unit_end();
}

#endif
