/* SPDX-License-Identifier: ISC */
/* The one way in which a program is started. */
#include "spawn.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where the child tells its errno, when all else is closed. */
#define REPORT (STDERR_FILENO + 1)

/* Makes descriptors 0 to 2, and keeps no other but REPORT. */
static bool
set_descriptors(const struct spawn *spawn, int report)
{
	for (int i = 0; i < 3; i++) {
		int fd = spawn->fds[i];

		if (fd == i ? fcntl(fd, F_SETFD, 0) < 0
			    : fd >= 0 && dup2(fd, i) < 0)
			return false;
	}
	if (!spawn->closes_others)
		return true;
	if (report != REPORT && dup3(report, REPORT, O_CLOEXEC) < 0)
		return false;
	if (syscall(SYS_close_range, REPORT + 1, ~0U, 0) != 0)
		for (int fd = REPORT + 1; fd < 1024; fd++)
			close(fd);
	return true;
}

/*
 * Defaults before any signal is let through: a handler of the parent's would
 * run in the parent's memory.  Not by the library's sigaction(2), which keeps
 * some signals to itself, and notes in that memory what it did.
 */
static void
set_signals(const sigset_t *defaults)
{
	const unsigned long by_default[4] = {0}; /* no flags, no mask */
	const unsigned char none[_NSIG / 8] = {0};

	for (int signo = 1; signo < _NSIG; signo++)
		if (sigismember(defaults, signo) == 1)
			syscall(SYS_rt_sigaction, signo, by_default, NULL,
			    _NSIG / 8);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, sizeof(none));
}

/* The child's part.  It may be in its parent's memory, and returns nowhere. */
static _Noreturn void
become(const struct spawn *spawn, pid_t parent, int report)
{
	errno = ESRCH; /* who has died already would not end this one */
	if (spawn->dies_with_parent &&
	    (prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L) != 0 ||
		getppid() != parent))
		goto failed;
	if (spawn->group == SPAWN_OWN_SESSION)
		setsid();
	if (spawn->group == SPAWN_OWN_GROUP)
		setpgid(0, 0);
	if (!set_descriptors(spawn, report))
		goto failed;
	if (spawn->closes_others)
		report = REPORT;
	if (spawn->dir != NULL && chdir(spawn->dir) != 0)
		goto failed;
	set_signals(&spawn->defaults);
	/* Not execvp(3), which runs what it does not know by a shell. */
	execve(spawn->path, spawn->argv, spawn->env);
failed:
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

/* A pipe that exec closes, its second end above the standard streams. */
static bool
make_report(int fds[2])
{
	int low;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	low = fds[1];
	if (low > STDERR_FILENO)
		return true;
	fds[1] = fcntl(low, F_DUPFD_CLOEXEC, REPORT);
	close(low);
	if (fds[1] >= 0)
		return true;
	close(fds[0]);
	return false;
}

/*
 * fork(2) would copy page tables, at the rate of connections; musl's vfork on
 * some processors is a fork, so that errno comes by a pipe, not in memory.
 */
pid_t
spawn_start(const struct spawn *spawn)
{
	int report[2], error = 0;
	pid_t parent = getpid(), pid;
	sigset_t all, before;

	if (!make_report(report))
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0)
		become(spawn, parent, report[1]);
	if (pid < 0)
		error = errno;
	/* Else no end of file would come; musl's close(2) hides EINTR. */
	if (syscall(SYS_close, report[1]) != 0)
		error = errno;
	else if (pid > 0 && read(report[0], &error, sizeof(error)) < 0)
		error = errno;
	if (pid > 0 && error != 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(report[0]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (error == 0)
		return pid;
	errno = error;
	return -1;
}

bool
spawn_find(const char *name, const char *folders, char ret_path[PATH_MAX])
{
	struct stat st;
	int error = ENOENT;
	size_t len;

	if (strchr(name, '/') != NULL) {
		errno = ENAMETOOLONG;
		return snprintf(ret_path, PATH_MAX, "%s", name) < PATH_MAX;
	}
	for (; *folders != '\0'; folders += len + (folders[len] == ':')) {
		len = strcspn(folders, ":");
		if (len == 0 ||
		    snprintf(ret_path, PATH_MAX, "%.*s/%s", (int)len, folders,
			name) >= PATH_MAX ||
		    stat(ret_path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		if (access(ret_path, X_OK) == 0)
			return true;
		error = errno;
	}
	errno = error;
	return false;
}
