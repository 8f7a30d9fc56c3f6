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

#include "cause.h"
#include "host/spawn.h"

/* What is ended with us: a process, or minus its group; and its pidfd. */
static volatile sig_atomic_t target, target_fd;

/* Tells whether it has exited by then; a signal may cut the wait short. */
static bool
exits_within(int timeout_ms)
{
	struct pollfd pfd = {.fd = target_fd, .events = POLLIN};

	return poll(&pfd, 1, timeout_ms) > 0;
}

/*
 * Not SIGKILL at first: who reads a secret from the terminal has turned its
 * echo off, and is to turn it on again.  Returns whether it ends.
 */
static bool
stop(int signo)
{
	kill(target, signo);
	kill(target, SIGCONT);
	exits_within(HANDLER_TERM_MS);
	return kill(target, SIGKILL) == 0 || errno != EPERM;
}

void
handler_kill(int signo)
{
	if (target != 0)
		stop(signo);
}

/* Only root has versed's folder in PATH, as a rule.  Returns 0 or errno. */
static int
find(const char *name, char ret_path[PATH_MAX])
{
	const char *path = getenv("PATH");
	char own[PATH_MAX] = "", *folders;
	int error;

	if (readlink("/proc/self/exe", own, sizeof(own) - 1) > 0)
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

/* Starts the command.  Returns 0 with our end of its socket, or errno. */
static int
start(const struct client *client, int *ret_fd)
{
	const size_t len = strlen(client->command);
	char copy[len + 1], *words[len / 2 + 2], path[PATH_MAX];
	struct spawn spawn = {.path = path,
	    .argv = words,
	    .env = environ,
	    .fds = {-1, -1, -1},
	    .defaults = client->signals,
	    /* Reading the terminal stops a group that is not in front. */
	    .group = have_terminal() ? SPAWN_SAME_GROUP : SPAWN_OWN_GROUP};
	int error, pair[2];
	size_t n = 0;
	pid_t pid;

	words[0] = strtok(strcpy(copy, client->command), " \t\n");
	if (words[0] == NULL)
		return ENOENT;
	while (words[n] != NULL)
		words[++n] = strtok(NULL, " \t\n");
	error = find(words[0], path);
	if (error != 0)
		return error;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return errno;
	spawn.fds[0] = spawn.fds[1] = pair[1];
	pid = spawn_start(&spawn);
	error = errno;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return error;
	}
	*ret_fd = pair[0];
	target_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	target = spawn.group == SPAWN_OWN_GROUP ? -pid : pid;
	return 0;
}

/*
 * Waits HANDLER_GRACE_MS for it to exit, or where at_once is true tells it to;
 * then it is killed, with its group where that is its own.  Returns its status
 * as waitpid(2) has it, or -1 where it did not exit by itself.
 */
static int
end(bool at_once)
{
	const bool exited = !at_once && exits_within(HANDLER_GRACE_MS);
	/* One of another user, as sudo's, may be ours to start but not to end.
	 */
	const bool ends = exited || stop(SIGTERM);
	int status = -1;

	waitpid(abs(target), &status, ends ? 0 : WNOHANG);
	target = 0;
	close(target_fd);
	return exited ? status : -1;
}

bool
handler_ask(struct client *client)
{
	struct exchange_failure *failure = &client->dial.servers[0].failure;
	int error, fd, status;
	bool done, is_left;

	error = start(client, &fd);
	if (error != 0) {
		exchange_fail(failure, EXCHANGE_CONNECT,
		    cause_is_ours(error) ? EX_OSERR : EX_UNAVAILABLE,
		    "cannot start: %s", strerror(error));
		failure->is_final = !cause_is_ours(error);
		return false;
	}
	done = exchange_run(&client->exchange, fd, failure);
	close(fd);
	is_left = !done && exchange_is_left(failure);
	status = end(!done && !is_left);
	if (!is_left || status == -1)
		return done;
	if (WIFEXITED(status))
		return cause_from_exit(
		    WEXITSTATUS(status), client->transform, failure);
	return exchange_fail(failure, EXCHANGE_SEND, EX_UNAVAILABLE,
	    "killed by signal %d (%s)", WTERMSIG(status),
	    strsignal(WTERMSIG(status)));
}
