/* SPDX-License-Identifier: ISC */
/* Starts a program that inherits nothing. */
#include "spawn.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static void
close_all_but_standard(void)
{
	if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0)
		return;
	for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
		close(fd);
}

/* Not sigaction(2) of the library, which keeps some signals to itself. */
static void
reset_signals(void)
{
	const unsigned long defaults[4] = {0}; /* SIG_DFL, no flags, no mask */
	sigset_t none;

	for (int signal = 1; signal < _NSIG; signal++)
		syscall(SYS_rt_sigaction, signal, defaults, NULL, _NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The child's part: becomes the program, its streams being theirs. */
static _Noreturn void
become(const char *path, const char *name, pid_t parent, const int theirs[3])
{
	char name_line[sizeof("VERSED_TRANSFORM=") + SPAWN_NAME_MAX];
	char path_line[] = PATH_LINE, lang_line[] = LANG_LINE,
	     own_path[PATH_MAX];
	char *argv[] = {own_path, NULL};
	char *envp[] = {path_line, lang_line, name_line, NULL};

	if (prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L) != 0 ||
	    getppid() != parent)
		_exit(127);
	for (int i = 0; i < 3; i++) {
		if (dup2(theirs[i], i) < 0)
			_exit(127);
	}
	close_all_but_standard();
	reset_signals();
	setsid();
	snprintf(own_path, sizeof(own_path), "%s", path);
	snprintf(name_line, sizeof(name_line), "VERSED_TRANSFORM=%s", name);
	if (chdir("/") == 0)
		execve(own_path, argv, envp);
	dprintf(STDERR_FILENO, "cannot run it: %s\n", strerror(errno));
	_exit(127);
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
spawn(const char *path, const char *name, int ret_ours[3])
{
	int ours[3] = {-1, -1, -1}, theirs[3] = {-1, -1, -1}, reason;
	pid_t parent = getpid(), pid = -1;

	if (open_pipes(ours, theirs))
		pid = fork();
	if (pid == 0)
		become(path, name, parent, theirs);
	reason = errno;
	close_three(theirs);
	if (pid > 0)
		memcpy(ret_ours, ours, sizeof(ours));
	else
		close_three(ours);
	errno = reason;
	return pid;
}
