/* SPDX-License-Identifier: ISC */
/* Starting a worker, looking at it, and reading its end. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/log.h"
#include "pool.h"

static bool
is_private(const char *variable)
{
	return strncmp(variable, "NOTIFY_SOCKET=", 14) == 0 ||
	       strncmp(variable, "WATCHDOG_PID=", 13) == 0 ||
	       strncmp(variable, "WATCHDOG_USEC=", 14) == 0;
}

/* The caller's environment as a worker has it, or NULL. */
static char **
make_environment(void)
{
	size_t count = 0, kept = 0;
	char **env;

	while (environ[count] != NULL)
		count++;
	env = calloc(count + 1, sizeof(*env));
	for (size_t i = 0; env != NULL && i < count; i++)
		if (!is_private(environ[i]))
			env[kept++] = environ[i];
	return env;
}

/* Writes the path of this program's folder, or "". */
static void
find_own_folder(char ret_folder[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", ret_folder, PATH_MAX - 1);
	char *slash;

	ret_folder[len > 0 ? len : 0] = '\0';
	slash = strrchr(ret_folder, '/');
	if (slash != NULL)
		*slash = '\0';
}

void
worker_find_command(char *const argv[], struct spawn *ret_command)
{
	static const int defaults[] = {
	    SIGCHLD, SIGHUP, SIGINT, SIGPIPE, SIGTERM};
	static char path[PATH_MAX];
	static char *const own_argv[] = {path, NULL};
	const char *name = argv != NULL ? argv[0] : "versed";
	const char *folders = getenv("PATH");
	char own_folder[PATH_MAX] = "";

	*ret_command = (struct spawn){.path = path,
	    .argv = argv != NULL ? argv : own_argv,
	    .env = make_environment(),
	    .fds = {-1, -1, -1},
	    .dies_with_parent = true};
	sigemptyset(&ret_command->defaults);
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		sigaddset(&ret_command->defaults, defaults[i]);
	if (argv == NULL)
		find_own_folder(own_folder);
	if (ret_command->env == NULL ||
	    (!spawn_find(name, own_folder, path) &&
		!spawn_find(name, folders != NULL ? folders : "", path)))
		log_die(EX_UNAVAILABLE, "cannot start %s: %s", name,
		    strerror(errno));
}

bool
worker_is_busy(pid_t pid, int fd)
{
	struct stat own, err = {0}, other;
	const struct dirent *entry;
	bool found = false;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	fstat(fd, &own);
	fstat(STDERR_FILENO, &err);
	while (!found && (entry = readdir(dir)) != NULL)
		found = fstatat(dirfd(dir), entry->d_name, &other, 0) == 0 &&
			S_ISSOCK(other.st_mode) && other.st_ino != own.st_ino &&
			other.st_ino != err.st_ino;
	closedir(dir);
	return found;
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
		return WORKER_REFUSED;
	case EX_TEMPFAIL:
		return WORKER_CUT;
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
