/* SPDX-License-Identifier: ISC */
/* Finds and kills the children of this process. */
#include "children.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define TRIES_OF_1_MS 2000

bool
children_read(struct children *ret_children)
{
	char buf[CHILDREN_MAX * 12];
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	ssize_t size;
	size_t n = 0;
	pid_t pid = 0;

	if (fd < 0)
		return false;
	size = read(fd, buf, sizeof(buf));
	close(fd);
	if (size < 0)
		return false;
	for (ssize_t i = 0; i < size && n < CHILDREN_MAX; i++) {
		if (buf[i] == ' ') {
			ret_children->pids[n++] = pid;
			pid = 0;
		} else {
			pid = pid * 10 + (buf[i] - '0');
		}
	}
	ret_children->count = n;
	return true;
}

static bool
contains(const struct children *children, pid_t pid)
{
	for (size_t i = 0; i < children->count; i++)
		if (children->pids[i] == pid)
			return true;
	return false;
}

bool
children_kill(const struct children *keep)
{
	struct children all;

	for (int i = 0; i < TRIES_OF_1_MS; i++) {
		bool found = false;

		if (!children_read(&all))
			return false;
		for (size_t k = 0; k < all.count; k++) {
			if (contains(keep, all.pids[k]))
				continue;
			found = true;
			kill(all.pids[k], SIGKILL);
			waitpid(all.pids[k], NULL, WNOHANG);
		}
		if (!found)
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}
