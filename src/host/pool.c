/* SPDX-License-Identifier: ISC */
/* The pool: which worker to start, to replace, to tell to go, to kill. */
#include "pool.h"

#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "log.h"

/* The place in pool of the worker pid, or NULL; pid 0 is a free place. */
static struct pool_worker *
find_in(const struct pool_socket *sock, pid_t pid)
{
	for (size_t i = 0; i < sock->places; i++)
		if (sock->workers[i].pid == pid)
			return &sock->workers[i];
	return NULL;
}

static struct pool_worker *
find(const struct pool *pool, pid_t pid, struct pool_socket **ret_sock)
{
	struct pool_worker *worker;

	for (size_t i = 0; i < pool->socket_count; i++) {
		worker = find_in(&pool->sockets[i], pid);
		if (worker != NULL) {
			*ret_sock = &pool->sockets[i];
			return worker;
		}
	}
	return NULL;
}

static void
pause_starts(struct pool_socket *sock, long long now_ms)
{
	if (now_ms < sock->resume_ms)
		return;
	sock->pause_ms *= 2;
	if (sock->pause_ms < POOL_PAUSE_MIN_MS)
		sock->pause_ms = POOL_PAUSE_MIN_MS;
	if (sock->pause_ms > POOL_PAUSE_MAX_MS)
		sock->pause_ms = POOL_PAUSE_MAX_MS;
	sock->resume_ms = now_ms + sock->pause_ms;
}

/* Returns whether sock now has one worker more. */
static bool
start(struct pool *pool, struct pool_socket *sock, long long now_ms)
{
	struct pool_worker *worker = find_in(sock, 0);
	pid_t pid;
	int error;

	if (worker == NULL || now_ms < sock->resume_ms)
		return false;
	pid = worker_start(&pool->command, sock->listener.fd);
	if (pid < 0) {
		error = errno;
		if (sock->start_error != error)
			log_message(LOG_ERR, "cannot start %s for %s: %s",
			    pool->command.argv[0], sock->listener.name,
			    strerror(error));
		sock->start_error = error;
		pause_starts(sock, now_ms);
		return false;
	}
	worker->pid = pid;
	worker->generation = pool->generation;
	worker->started_ms = now_ms;
	worker->told_ms = 0;
	sock->alive++;
	if (++sock->staying >= pool->wanted)
		sock->start_error = 0;
	pool->started++;
	return true;
}

int
pool_open(struct pool *pool, const struct listener *listeners, size_t count,
    long long now_ms)
{
	/* While all are replaced there may be twice as many as wanted. */
	size_t places = 2 * pool->wanted;

	pool->sockets = calloc(count, sizeof(*pool->sockets));
	if (pool->sockets == NULL) {
		log_message(LOG_ERR, "out of memory");
		return EX_OSERR;
	}
	pool->socket_count = count;
	for (size_t i = 0; i < count; i++) {
		struct pool_socket *sock = &pool->sockets[i];

		sock->listener = listeners[i];
		sock->places = places;
		sock->workers = calloc(places, sizeof(*sock->workers));
		if (sock->workers == NULL) {
			log_message(LOG_ERR, "out of memory");
			return EX_OSERR;
		}
		if (start(pool, sock, now_ms))
			continue;
		if (sock->start_error == EAGAIN || sock->start_error == ENOMEM)
			return EX_OSERR;
		return EX_UNAVAILABLE;
	}
	return 0;
}

/* One line a second at most, and one for failures that follow each other. */
static void
log_failure(struct pool *pool, const struct pool_socket *sock,
    const struct pool_worker *worker, int status, long long now_ms)
{
	char text[WORKER_TEXT_MAX];

	if (!pool->verbose &&
	    (sock->failures > 1 ||
		(pool->last_log_ms != 0 &&
		    now_ms - pool->last_log_ms < POOL_AT_ONCE_MS)))
		return;
	pool->last_log_ms = now_ms;
	worker_describe(status, text);
	log_message(LOG_WARNING, "worker %d of %s %s", (int)worker->pid,
	    sock->listener.name, text);
}

static void
judge(struct pool *pool, struct pool_socket *sock,
    const struct pool_worker *worker, int status, long long now_ms)
{
	enum worker_result result = worker_judge(status);

	if (result == WORKER_FAILED) {
		pool->failed++;
		if (now_ms - worker->started_ms < POOL_AT_ONCE_MS)
			sock->failures++;
		else
			sock->failures = 1;
		log_failure(pool, sock, worker, status, now_ms);
		/* A round of workers may fail before it is the rule. */
		if (sock->failures > pool->wanted)
			pause_starts(sock, now_ms);
		return;
	}
	if (result == WORKER_ANSWERED)
		pool->answered++;
	else
		pool->refused++;
	sock->failures = 0;
	sock->pause_ms = 0;
	sock->resume_ms = 0;
}

size_t
pool_reap(struct pool *pool, long long now_ms)
{
	struct pool_socket *sock;
	struct pool_worker *worker;
	size_t count = 0;
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		worker = find(pool, pid, &sock);
		if (worker == NULL)
			continue; /* not ours: adopted as process 1 */
		/* Those told to go may end as they like. */
		if (worker->told_ms == 0) {
			judge(pool, sock, worker, status, now_ms);
			sock->staying--;
		}
		worker->pid = 0;
		sock->alive--;
		count++;
		if (!pool->draining && sock->staying < pool->wanted)
			start(pool, sock, now_ms);
	}
	return count;
}

static void
tell_to_go(struct pool *pool, struct pool_socket *sock,
    struct pool_worker *worker, long long now_ms)
{
	worker->told_ms = now_ms;
	sock->staying--;
	kill(worker->pid, SIGTERM);
	if (pool->tell_ms == 0)
		pool->tell_ms = now_ms + POOL_TELL_MS;
}

/*
 * Tells those that are to go once more, as the first signal may have come
 * between a worker's look at its flag and its accept(2).  Kills those that
 * have had their time.
 */
static void
tell_again(struct pool *pool, struct pool_socket *sock, long long now_ms)
{
	for (size_t i = 0; i < sock->places; i++) {
		struct pool_worker *worker = &sock->workers[i];

		if (worker->pid == 0 || worker->told_ms == 0)
			continue;
		if (pool->limit_ms == 0 ||
		    now_ms - worker->told_ms < pool->limit_ms) {
			kill(worker->pid, SIGTERM);
		} else {
			log_message(LOG_WARNING,
			    "worker %d of %s is killed: still there after %lld s",
			    (int)worker->pid, sock->listener.name,
			    pool->limit_ms / 1000);
			kill(worker->pid, SIGKILL);
		}
		pool->tell_ms = now_ms + POOL_TELL_MS;
	}
}

/* Returns whether all of sock's workers are of the pool's generation. */
static bool
replace_one(struct pool *pool, struct pool_socket *sock, long long now_ms)
{
	for (size_t i = 0; i < sock->places; i++) {
		struct pool_worker *worker = &sock->workers[i];

		if (worker->pid == 0 || worker->told_ms != 0 ||
		    worker->generation == pool->generation)
			continue;
		if (start(pool, sock, now_ms))
			tell_to_go(pool, sock, worker, now_ms);
		return false;
	}
	return true;
}

void
pool_tend(struct pool *pool, long long now_ms)
{
	bool replaced = true;

	if (pool->tell_ms != 0 && now_ms >= pool->tell_ms) {
		pool->tell_ms = 0;
		for (size_t i = 0; i < pool->socket_count; i++)
			tell_again(pool, &pool->sockets[i], now_ms);
	}
	if (pool->draining)
		return;
	for (size_t i = 0; i < pool->socket_count; i++) {
		struct pool_socket *sock = &pool->sockets[i];

		while (
		    sock->staying < pool->wanted && start(pool, sock, now_ms))
			;
		if (pool->replacing && !replace_one(pool, sock, now_ms))
			replaced = false;
	}
	if (replaced)
		pool->replacing = false;
}

static long long
sooner(long long a, long long b)
{
	return a == POOL_NEVER || b < a ? b : a;
}

long long
pool_next(const struct pool *pool, long long now_ms)
{
	long long next = POOL_NEVER;

	if (pool->tell_ms != 0)
		next = pool->tell_ms;
	if (pool->draining)
		return next;
	for (size_t i = 0; i < pool->socket_count; i++) {
		const struct pool_socket *sock = &pool->sockets[i];

		if (sock->staying >= pool->wanted && !pool->replacing)
			continue;
		if (sock->alive == sock->places)
			continue; /* until one of them is reaped */
		next = sooner(
		    next, sock->resume_ms > now_ms ? sock->resume_ms : now_ms);
	}
	return next;
}

void
pool_replace(struct pool *pool)
{
	pool->generation++;
	pool->replacing = true;
}

void
pool_drain(struct pool *pool, long long now_ms)
{
	pool->draining = true;
	pool->replacing = false;
	for (size_t i = 0; i < pool->socket_count; i++) {
		struct pool_socket *sock = &pool->sockets[i];

		for (size_t j = 0; j < sock->places; j++)
			if (sock->workers[j].pid != 0 &&
			    sock->workers[j].told_ms == 0)
				tell_to_go(
				    pool, sock, &sock->workers[j], now_ms);
	}
}

size_t
pool_alive(const struct pool *pool)
{
	size_t alive = 0;

	for (size_t i = 0; i < pool->socket_count; i++)
		alive += pool->sockets[i].alive;
	return alive;
}

void
pool_describe(const struct pool *pool, char *ret_text, size_t size)
{
	bool paused = false;

	for (size_t i = 0; i < pool->socket_count; i++)
		if (pool->sockets[i].pause_ms != 0)
			paused = true;
	snprintf(ret_text, size,
	    "%zu workers, %llu started, %llu answered, %llu refused, "
	    "%llu failed%s",
	    pool_alive(pool), pool->started, pool->answered, pool->refused,
	    pool->failed, paused ? ", pausing" : "");
}
