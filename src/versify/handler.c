/* SPDX-License-Identifier: ISC */
/* Starting and ending a handler over a socket pair. */
#include "handler.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/spawn.h"

/* What is ended with us: a process, or minus its group; and its pidfd. */
static volatile sig_atomic_t target, target_fd;

/* Tells whether it has exited by then; a signal may cut the wait short. */
static bool
exits_within(int timeout_ms)
{
	struct pollfd pfd = {.fd = target_fd, .events = POLLIN};

	return target_fd >= 0 && poll(&pfd, 1, timeout_ms) > 0;
}

/*
 * Not SIGKILL at first: who reads a secret from the terminal has turned its
 * echo off, and is to turn it on again.
 */
static bool
stop(int signo)
{
	kill(target, signo);
	kill(target, SIGCONT);
	exits_within(HANDLER_TERM_MS);
	return kill(target, SIGKILL) == 0 || errno != EPERM;
}

static void
on_end(int signo)
{
	if (target != 0)
		stop(signo);
	signal(signo, SIG_DFL);
	raise(signo);
}

/*
 * Who ignored a signal goes on ignoring it; but children must be waited for.
 * Writes those that the handler must not inherit as they are.
 */
static void
catch_ends(sigset_t *ret_defaults)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	struct sigaction action, before;

	sigemptyset(ret_defaults);
	sigaddset(ret_defaults, SIGALRM);
	sigaddset(ret_defaults, SIGPIPE);
	sigaddset(ret_defaults, SIGXFSZ);
	signal(SIGCHLD, SIG_DFL);
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_end;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], NULL, &before) != 0 ||
		    before.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &action, NULL);
		sigaddset(ret_defaults, signals[i]);
	}
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

/* Only root has versed's folder in PATH, as a rule. */
static int
find(const char *name, char ret_path[PATH_MAX])
{
	const char *path = getenv("PATH");
	char own[PATH_MAX], *folders;
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	int error;

	own[len < 0 ? 0 : len] = '\0';
	if (strrchr(own, '/') != NULL)
		*strrchr(own, '/') = '\0';
	if (asprintf(&folders, "%s:%s:%s", path != NULL ? path : _PATH_DEFPATH,
		own, SBINDIR) < 0)
		return ENOMEM;
	error = spawn_find(name, folders, ret_path) ? 0 : errno;
	free(folders);
	return error;
}

static bool
have_terminal(void)
{
	int fd = open(_PATH_TTY, O_RDWR | O_CLOEXEC | O_NOCTTY);

	return fd >= 0 && close(fd) == 0;
}

int
handler_start(const char *command, pid_t *ret_pid, int *ret_fd)
{
	char *words[HANDLER_WORDS_MAX + 1], *copy = strdup(command);
	char path[PATH_MAX];
	struct spawn spawn = {.path = path,
	    .argv = words,
	    .env = environ,
	    /* Reading the terminal stops a group that is not in front. */
	    .group = have_terminal() ? SPAWN_SAME_GROUP : SPAWN_OWN_GROUP};
	int error = copy != NULL ? split(copy, words) : ENOMEM, pair[2];

	if (error == 0)
		error = find(words[0], path);
	if (error == 0 &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		error = errno;
	if (error == 0) {
		catch_ends(&spawn.defaults);
		memcpy(spawn.fds, (int[]){pair[1], pair[1], -1},
		    sizeof(spawn.fds));
		*ret_pid = spawn_start(&spawn);
		error = *ret_pid < 0 ? errno : 0;
		close(pair[1]);
		*ret_fd = pair[0];
		if (error != 0)
			close(pair[0]);
	}
	free(copy);
	if (error != 0)
		return error;
	target_fd = (int)syscall(SYS_pidfd_open, *ret_pid, 0);
	target = spawn.group == SPAWN_OWN_GROUP ? -*ret_pid : *ret_pid;
	return 0;
}

int
handler_end(pid_t pid, bool at_once)
{
	bool exited = !at_once && exits_within(HANDLER_GRACE_MS);
	/* One of another user, as sudo's, may be ours to start but not to end.
	 */
	bool ends = exited || stop(SIGTERM);
	int status = -1;

	while (waitpid(pid, &status, ends ? 0 : WNOHANG) < 0 && errno == EINTR)
		continue;
	target = 0;
	if (target_fd >= 0)
		close(target_fd);
	return exited ? status : -1;
}
