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
#include <sysexits.h>
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
 * Not by SIGKILL at first: who reads a secret from the terminal has turned its
 * echo off, and is to turn it on again.
 */
bool
handler_kill(int signo)
{
	if (target == 0)
		return true;
	kill(target, signo);
	kill(target, SIGCONT);
	exits_within(HANDLER_TERM_MS);
	return kill(target, SIGKILL) == 0 || errno != EPERM;
}

/* Only root has versed's folder in PATH, as a rule. */
static bool
find(const char *name, char ret_path[PATH_MAX])
{
	const char *env = getenv("PATH");
	const char *path = env != NULL ? env : _PATH_DEFPATH;
	char own[PATH_MAX] = "";
	char folders[strlen(path) + sizeof(own) + sizeof(SBINDIR) + 1];

	if (readlink("/proc/self/exe", own, sizeof(own) - 1) > 0)
		*strrchr(own, '/') = '\0';
	sprintf(folders, "%s:%s:%s", path, own, SBINDIR);
	return spawn_find(name, folders, ret_path);
}

/* Starts the command.  Returns 0 with our end of its socket, or errno. */
static int
start(const struct client *client, int *ret_fd)
{
	const int tty = open(_PATH_TTY, O_RDWR | O_CLOEXEC | O_NOCTTY);
	const size_t len = strlen(client->command);
	char copy[len + 1], *rest = strcpy(copy, client->command);
	char *words[len / 2 + 2], path[PATH_MAX];
	struct spawn spawn = {.path = path,
	    .argv = words,
	    .env = environ,
	    .fds = {-1, -1, -1},
	    .defaults = client->signals,
	    /* Reading the terminal stops a group that is not in front. */
	    .group = tty >= 0 ? SPAWN_SAME_GROUP : SPAWN_OWN_GROUP};
	int error, pair[2];
	sigset_t before;
	size_t n = 0;
	pid_t pid;

	while ((words[n] = strsep(&rest, " \t\n")) != NULL)
		if (words[n][0] != '\0')
			n++;
	close(tty);
	errno = ENOENT;
	if (n == 0 || !find(words[0], path) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return errno;
	spawn.fds[0] = spawn.fds[1] = pair[1];
	/* None may come while it runs and is not known to on_end. */
	sigprocmask(SIG_BLOCK, &client->signals, &before);
	pid = spawn_start(&spawn);
	error = pid < 0 ? errno : 0;
	if (pid > 0) {
		target_fd = (int)syscall(SYS_pidfd_open, pid, 0);
		target = spawn.group == SPAWN_OWN_GROUP ? -pid : pid;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(pair[1]);
	if (pid < 0)
		close(pair[0]);
	*ret_fd = pair[0];
	return error;
}

bool
handler_ask(struct client *client)
{
	struct exchange_failure *failure = &client->dial.servers[0].failure;
	int error, fd, status = 0;
	bool done, exited;

	error = start(client, &fd);
	if (error != 0) {
		exchange_fail(failure, EXCHANGE_CONNECT, error,
		    "cannot start: %s", strerror(error));
		failure->is_final = !exchange_is_ours(error);
		return false;
	}
	done = exchange_run(&client->exchange, fd, failure);
	close(fd);
	exited = (done || exchange_is_left(failure)) &&
		 exits_within(HANDLER_GRACE_MS);
	/* One of another user, as sudo's, may be ours to start, not to end. */
	waitpid(abs(target), &status,
	    exited || handler_kill(SIGTERM) ? 0 : WNOHANG);
	target = 0;
	close(target_fd);
	if (done || !exited)
		return done;
	if (WIFSIGNALED(status))
		return exchange_fail(failure, EXCHANGE_SEND, 0,
		    "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	handler_fail(failure, WEXITSTATUS(status), client->transform);
	return false;
}

void
handler_fail(
    struct exchange_failure *failure, int status, const char *transform)
{
	const char *refusal = NULL;

	/* These are versed's, of a transform. */
	if (transform != NULL && status == EX_UNAVAILABLE)
		refusal = "no transform \"%s\"";
	if (transform != NULL && status == EX_DATAERR)
		refusal = "the request is too long for it";
	if (transform != NULL && status == EX_SOFTWARE)
		refusal = "cannot be done on this text";
	if (refusal != NULL)
		exchange_fail(failure, EXCHANGE_SEND, 0, refusal, transform);
	else if (status == EX_TEMPFAIL)
		exchange_fail(failure, EXCHANGE_SEND, ETIME,
		    "out of time: the handler gave up");
	else
		exchange_fail(
		    failure, EXCHANGE_SEND, 0, "exited with status %d", status);
	failure->is_final =
	    refusal != NULL || status == EX_USAGE || status >= 126;
}
