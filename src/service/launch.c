/* SPDX-License-Identifier: ISC */
/* Starts a program that inherits nothing. */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/spawn.h"

#define PATH_LINE "PATH=/usr/local/bin:/usr/bin:/bin"
#define LANG_LINE "LANG=C.UTF-8"

/*
 * Makes a pipe whose ends do not lie where the standard streams go; an end
 * that cannot be had is -1, and errno says why.
 */
static void
make_pipe(int fds[2])
{
	fds[0] = fds[1] = -1;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return;
	for (int i = 0; i < 2; i++) {
		int low = fds[i];

		if (low > STDERR_FILENO)
			continue;
		fds[i] = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close(low);
	}
}

/* Opens the pipes, ours of them non-blocking. */
static bool
open_pipes(int ours[3], int theirs[3])
{
	int pipe[2];

	for (int i = 0; i < 3; i++) {
		make_pipe(pipe);
		ours[i] = pipe[i == STDIN_FILENO ? 1 : 0];
		theirs[i] = pipe[i == STDIN_FILENO ? 0 : 1];
		if (ours[i] < 0 || theirs[i] < 0 ||
		    fcntl(ours[i], F_SETFL, O_NONBLOCK) != 0)
			return false;
	}
	return true;
}

static void
close_three(const int fds[3])
{
	for (int i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

pid_t
launch(const char *path, const char *name, int ret_ours[3])
{
	char name_line[sizeof("VERSED_TRANSFORM=") + LAUNCH_NAME_MAX];
	char path_line[] = PATH_LINE, lang_line[] = LANG_LINE,
	     own_path[PATH_MAX];
	char *argv[] = {own_path, NULL};
	char *env[] = {path_line, lang_line, name_line, NULL};
	struct spawn program = {
	    .path = path,
	    .argv = argv,
	    .env = env,
	    .dir = "/",
	    .group = SPAWN_OWN_SESSION,
	    .dies_with_parent = true,
	    .closes_others = true,
	};
	int ours[3] = {-1, -1, -1}, reason;
	pid_t pid = -1;

	snprintf(own_path, sizeof(own_path), "%s", path);
	snprintf(name_line, sizeof(name_line), "VERSED_TRANSFORM=%s", name);
	/* Not sigfillset(3), which leaves out what the library uses. */
	memset(&program.defaults, 0xff, sizeof(program.defaults));
	for (int i = 0; i < 3; i++)
		program.fds[i] = -1;
	if (open_pipes(ours, program.fds))
		pid = spawn_start(&program);
	reason = errno;
	close_three(program.fds);
	if (pid > 0)
		memcpy(ret_ours, ours, sizeof(ours));
	else
		close_three(ours);
	errno = reason;
	return pid;
}
