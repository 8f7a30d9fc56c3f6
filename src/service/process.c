/* SPDX-License-Identifier: ISC */
/* A filter's processes: how the first is started, and how all are ended. */
#include "filter.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"
#include "host/spawn.h"

#define TRIES_OF_1_MS 2000

/* Since Linux 6.3. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* Not a pipe, which would want to be fed while the program is listened to. */
static bool
open_text(const unsigned char *text, size_t len, int *ret_fd)
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("text", flags | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("text", flags);
	*ret_fd = fd;
	return fd >= 0 && io_write(fd, text, len) == IO_OK &&
	       lseek(fd, 0, SEEK_SET) == 0 &&
	       fcntl(fd, F_ADD_SEALS,
		   F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

static bool
open_pipe(int *ret_ours, int *ret_theirs)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	*ret_ours = fds[0];
	*ret_theirs = fds[1];
	return fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0;
}

pid_t
process_start(const char *path, const char *name, const unsigned char *text,
    size_t text_len, int *out, int *err)
{
	char name_line[sizeof("VERSED_TRANSFORM=") + FILTER_NAME_MAX];
	/* None of which is written to. */
	char *argv[] = {(char *)path, NULL};
	char *env[] = {(char *)"PATH=/usr/local/bin:/usr/bin:/bin",
	    (char *)"LANG=C.UTF-8", name_line, NULL};
	struct spawn program = {
	    .path = path,
	    .argv = argv,
	    .env = env,
	    .dir = "/",
	    .group = SPAWN_OWN_SESSION,
	    .dies_with_parent = true,
	    .closes_others = true,
	    .fds = {-1, -1, -1},
	};
	int *fds = program.fds, error;
	pid_t pid = -1;

	snprintf(name_line, sizeof(name_line), "VERSED_TRANSFORM=%s", name);
	/* Not sigfillset(3), which leaves out what the library uses. */
	memset(&program.defaults, 0xff, sizeof(program.defaults));
	/* Opened so, each is no lower than what it becomes. */
	if (open_text(text, text_len, &fds[0]) && open_pipe(out, &fds[1]) &&
	    open_pipe(err, &fds[2]))
		pid = spawn_start(&program);
	error = errno;
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	errno = error;
	return pid;
}

const char *
process_explain(const char *path, int error)
{
	static char reason[400];
	char line[256] = "", *name = line + 2;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_script = fd >= 0 && read(fd, line, sizeof(line) - 1) > 2 &&
			 memcmp(line, "#!", 2) == 0;

	if (fd >= 0)
		close(fd);
	name += strspn(name, " \t");
	name[strcspn(name, " \t\n")] = '\0';
	if (!is_script || access(name, X_OK) == 0)
		return error == ENOENT ? "what is to load it is not there"
				       : strerror(error);
	snprintf(reason, sizeof(reason), "its interpreter %.*s%s: %s",
	    (int)strcspn(name, "\r"), name,
	    strchr(name, '\r') != NULL ? "\\r" : "", strerror(errno));
	return reason;
}

bool
process_children(struct children *ret_children)
{
	char text[CHILDREN_MAX * 12 + 1] = "", *p = text;
	int fd = open(PROCESS_CHILDREN, O_RDONLY | O_CLOEXEC);
	bool is_read = fd >= 0 && read(fd, text, sizeof(text) - 1) >= 0;
	size_t *count = &ret_children->count;

	if (fd >= 0)
		close(fd);
	for (*count = 0; *p != '\0' && *count < CHILDREN_MAX; p += *p == ' ')
		ret_children->pids[(*count)++] = (pid_t)strtol(p, &p, 10);
	return is_read;
}

static bool
contains(const struct children *children, pid_t pid)
{
	for (size_t i = 0; i < children->count; i++)
		if (children->pids[i] == pid)
			return true;
	return false;
}

bool
process_kill_children(const struct children *keep)
{
	struct children all;
	bool found = true;

	for (int i = 0; found && i < TRIES_OF_1_MS; i++) {
		if (!process_children(&all))
			return false;
		found = false;
		for (size_t k = 0; k < all.count; k++) {
			if (contains(keep, all.pids[k]))
				continue;
			found = true;
			kill(all.pids[k], SIGKILL);
			waitpid(all.pids[k], NULL, WNOHANG);
		}
		if (found)
			poll(NULL, 0, 1);
	}
	return !found;
}
