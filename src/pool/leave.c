/* SPDX-License-Identifier: ISC */
/* Workers that are to go. */
#include <sys/stat.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "host/log.h"
#include "pool.h"

bool
leave_is_safe(const struct crew *crew, const struct worker *worker)
{
	struct stat own, err = {0}, other;
	const struct dirent *entry;
	bool is_safe = true;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)worker->pid);
	dir = opendir(path);
	if (dir == NULL)
		return true;
	fstat(crew->fd, &own);
	fstat(STDERR_FILENO, &err);
	while (is_safe && (entry = readdir(dir)) != NULL)
		is_safe = fstatat(dirfd(dir), entry->d_name, &other, 0) != 0 ||
			  !S_ISSOCK(other.st_mode) ||
			  other.st_ino == own.st_ino ||
			  other.st_ino == err.st_ino;
	closedir(dir);
	return is_safe;
}

/*
 * SIGTERM hurries who has a connection, so that one waits for its end; but not
 * for ever, as what looks like a connection may be another socket.
 */
void
leave_one(struct crew *crew, struct worker *worker)
{
	struct pool *pool = crew->pool;

	if (worker->leaving_ms == 0) {
		worker->leaving_ms = pool->now_ms;
		crew->staying--;
	}
	worker->is_told =
	    leave_is_safe(crew, worker) ||
	    (pool->limit_ms != 0 &&
		pool->now_ms - worker->leaving_ms >= pool->limit_ms);
	if (worker->is_told)
		kill(worker->pid, SIGTERM);
	else if (crew->release_ms == 0) /* a thousand not that often */
		crew->release_ms = pool->now_ms + 20 +
				   2 * (long long)(crew->alive - crew->staying);
	pool_is_due(pool, crew->release_ms);
}

void
leave_all_but(struct crew *crew, size_t keep)
{
	struct worker *worker = crew->workers;

	for (size_t i = 0; i < crew->alive; i++, worker++) {
		if (worker->leaving_ms != 0)
			continue;
		if (keep > 0 && leave_is_safe(crew, worker))
			keep--;
		else
			leave_one(crew, worker);
	}
}

void
leave_tend(struct crew *crew)
{
	struct worker *worker = crew->workers;

	if (!pool_is_due(crew->pool, crew->release_ms))
		return;
	crew->release_ms = 0;
	for (size_t i = 0; i < crew->alive; i++, worker++)
		if (worker->leaving_ms != 0 && !worker->is_told)
			leave_one(crew, worker);
}

void
leave_at_once(struct crew *crew)
{
	struct pool *pool = crew->pool;
	struct worker *worker = crew->workers;
	bool is_late = pool_is_due(pool, pool->kill_ms);

	for (size_t i = 0; i < crew->alive; i++, worker++) {
		if (!worker->is_told)
			kill(worker->pid, SIGTERM);
		worker->is_told = true;
		if (!is_late)
			continue;
		log_message(LOG_WARNING,
		    "worker %d of %s is killed: still there after %lld s",
		    (int)worker->pid, crew->name, pool->limit_ms / 1000);
		kill(worker->pid, SIGKILL);
	}
}
