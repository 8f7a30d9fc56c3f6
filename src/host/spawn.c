/* SPDX-License-Identifier: ISC */
/* The one way in which a program is started. */
#include "spawn.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* More than the child's part takes. */
#define STACK_SIZE 16384

/* What the child is to do, and why it could not: in the parent's memory. */
struct child {
	const struct spawn *spawn;
	pid_t parent;
	int error;
};

/* Makes descriptors 0 to 2, and keeps others where it may. */
static bool
set_descriptors(const struct spawn *spawn)
{
	for (int i = 0; i < 3; i++) {
		int fd = spawn->fds[i];

		if (fd == i ? fcntl(fd, F_SETFD, 0) < 0
			    : fd >= 0 && dup2(fd, i) < 0)
			return false;
	}
	if (spawn->closes_others && syscall(SYS_close_range, 3, ~0U, 0) != 0)
		for (int fd = 3; fd < 1024; fd++)
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
	static const unsigned long by_default[4]; /* no flags, no mask */
	static const unsigned char none[_NSIG / 8];

	for (int signo = 1; signo < _NSIG; signo++)
		if (sigismember(defaults, signo) == 1)
			syscall(SYS_rt_sigaction, signo, by_default, NULL,
			    _NSIG / 8);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, sizeof(none));
}

/* The child's part, on a stack of its own; it returns where it failed. */
static int
become(void *arg)
{
	struct child *child = arg;
	const struct spawn *spawn = child->spawn;

	errno = ESRCH; /* who has died already would not end this one */
	if (spawn->dies_with_parent &&
	    (prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L) != 0 ||
		getppid() != child->parent))
		goto failed;
	if (spawn->group == SPAWN_OWN_SESSION)
		setsid();
	if (spawn->group == SPAWN_OWN_GROUP)
		setpgid(0, 0);
	if (!set_descriptors(spawn))
		goto failed;
	if (spawn->dir != NULL && chdir(spawn->dir) != 0)
		goto failed;
	set_signals(&spawn->defaults);
	/* Not execvp(3), which runs what it does not know by a shell. */
	execve(spawn->path, spawn->argv, spawn->env);
failed:
	child->error = errno;
	return 127;
}

/*
 * fork(2) would copy page tables, at the rate of connections, and so does
 * musl's vfork on some processors.
 */
pid_t
spawn_start(const struct spawn *spawn)
{
	struct child child = {.spawn = spawn, .parent = getpid()};
	char stack[STACK_SIZE];
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = clone(become, stack + sizeof(stack),
	    CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
	if (pid < 0)
		child.error = errno;
	else if (child.error != 0)
		waitpid(pid, NULL, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child.error == 0)
		return pid;
	errno = child.error;
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
