/* SPDX-License-Identifier: ISC */
/* Starting and ending a handler over a socket pair. */
#include "handler.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"

/* The process group to be killed with us, or 0. */
static volatile sig_atomic_t group;

static void
on_end(int signo)
{
	if (group > 0)
		kill(-group, SIGKILL);
	signal(signo, SIG_DFL);
	raise(signo);
}

/* Who ignored a signal goes on ignoring it; but children must be waited for. */
static void
catch_ends(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	struct sigaction action, before;

	signal(SIGCHLD, SIG_DFL);
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_end;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &before) == 0 &&
		    before.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
}

/* Cuts command, which is changed, into words.  Returns 0 or E2BIG. */
static int
split(char *command, char *ret_words[HANDLER_WORDS_MAX + 1])
{
	char *rest, *word = strtok_r(command, " \t\n", &rest);
	size_t n = 0;

	for (; word != NULL; word = strtok_r(NULL, " \t\n", &rest)) {
		if (n == HANDLER_WORDS_MAX)
			return E2BIG;
		ret_words[n++] = word;
	}
	ret_words[n] = NULL;
	return n > 0 ? 0 : ENOENT;
}

/* In a group of its own, and without the signals that we ignore. */
static int
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t defaults;
	int error;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGXFSZ);
	error = posix_spawnattr_setsigdefault(attributes, &defaults);
	if (error == 0)
		error = posix_spawnattr_setpgroup(attributes, 0);
	if (error == 0)
		error = posix_spawnattr_setflags(
		    attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	return error;
}

static int
spawn(char *const words[], int fd, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	error = posix_spawn_file_actions_init(&actions);
	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error != 0)
		goto out_actions;
	error = set_attributes(&attributes);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(
		    &actions, fd, STDIN_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(
		    &actions, fd, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawnp(
		    ret_pid, words[0], &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
out_actions:
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int
handler_start(const char *command, pid_t *ret_pid, int *ret_fd)
{
	char *words[HANDLER_WORDS_MAX + 1], *copy = strdup(command);
	int error, pair[2];

	if (copy == NULL)
		return ENOMEM;
	error = split(copy, words);
	if (error != 0)
		goto out_copy;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		error = errno;
		goto out_copy;
	}
	catch_ends();
	error = spawn(words, pair[1], ret_pid);
	close(pair[1]);
	if (error == 0) {
		group = *ret_pid;
		*ret_fd = pair[0];
	} else {
		close(pair[0]);
	}
out_copy:
	free(copy);
	return error;
}

void
handler_end(pid_t pid, bool at_once)
{
	int pidfd = -1;

	if (!at_once)
		pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 || !io_wait(pidfd, HANDLER_GRACE_MS))
		kill(-pid, SIGKILL);
	if (pidfd >= 0)
		close(pidfd);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	group = 0;
}
