/* SPDX-License-Identifier: ISC */
/* Starting a worker, cheaply, and reading its end. */
#include "worker.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int
is_private(const char *variable)
{
	return strncmp(variable, "NOTIFY_SOCKET=", 14) == 0 ||
	       strncmp(variable, "WATCHDOG_PID=", 13) == 0 ||
	       strncmp(variable, "WATCHDOG_USEC=", 14) == 0;
}

/* The first file name of PATH that can be run, or name where there is none. */
static const char *
look_for(const char *name)
{
	static char path[PATH_MAX];
	const char *dir = getenv("PATH");
	size_t len;

	if (strchr(name, '/') != NULL)
		return name;
	for (; dir != NULL && *dir != '\0'; dir += len + (dir[len] == ':')) {
		len = strcspn(dir, ":");
		if (len > 0 &&
		    (size_t)snprintf(path, sizeof(path), "%.*s/%s", (int)len,
			dir, name) < sizeof(path) &&
		    access(path, X_OK) == 0)
			return path;
	}
	return name;
}

int
worker_command_init(struct worker_command *command, char *const argv[])
{
	size_t count = 0, kept = 0;

	while (environ[count] != NULL)
		count++;
	command->env = calloc(count + 1, sizeof(*command->env));
	if (command->env == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!is_private(environ[i]))
			command->env[kept++] = environ[i];
	command->path = look_for(argv[0]);
	command->argv = argv;
	command->parent = getpid();
	return 0;
}

/* Runs in the new process, in its parent's memory.  Returns where it fails. */
static void
become(const struct worker_command *command, int fd)
{
	sigset_t none;

	/* Where the parent has died already nobody would end this one. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    getppid() != command->parent)
		return;
	if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return;
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Not execvp(3), which runs what it does not know by a shell. */
	execve(command->path, command->argv, command->env);
}

pid_t
worker_start(const struct worker_command *command, int fd)
{
	volatile int error = 0;
	pid_t pid;

	/* fork(2) would copy page tables, at the rate of connections. */
	pid = vfork();
	if (pid == 0) {
		become(command, fd);
		error = errno;
		_exit(EX_OSERR);
	}
	if (pid > 0 && error != 0) {
		waitpid(pid, NULL, 0);
		errno = error;
		return -1;
	}
	return pid;
}

enum worker_result
worker_judge(int status)
{
	if (!WIFEXITED(status))
		return WORKER_FAILED;
	switch (WEXITSTATUS(status)) {
	case EX_OK:
		return WORKER_ANSWERED;
	case EX_DATAERR:
	case EX_UNAVAILABLE:
	case EX_SOFTWARE:
	case EX_IOERR:
	case EX_TEMPFAIL:
		return WORKER_REFUSED;
	default:
		return WORKER_FAILED;
	}
}

void
worker_describe(int status, char ret_text[WORKER_TEXT_MAX])
{
	if (WIFSIGNALED(status))
		snprintf(ret_text, WORKER_TEXT_MAX,
		    "was killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		snprintf(ret_text, WORKER_TEXT_MAX, "exited with status %d",
		    WEXITSTATUS(status));
}
