/* SPDX-License-Identifier: ISC */
/* Input and output under a deadline kept by an alarm. */
#include "io.h"

#include <sys/syscall.h>
#include <sys/time.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/*
 * A signal that comes just before a system call does not interrupt it.  So the
 * alarm repeats: the next one will.
 */
#define ALARM_INTERVAL_US 100000

static volatile sig_atomic_t deadline_passed;
static volatile sig_atomic_t term_came;

static void
on_alarm(int signo)
{
	(void)signo;
	deadline_passed = 1;
}

static void
on_term(int signo)
{
	(void)signo;
	term_came = 1;
}

/* The alarm comes at once, so that it repeats. */
static void
on_hurry(int signo)
{
	const struct itimerval timer = {
	    .it_interval.tv_usec = ALARM_INTERVAL_US, .it_value.tv_usec = 1};

	on_alarm(signo);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Without SA_RESTART: the signal is to interrupt. */
static void
set_handler(int signo, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	sigaction(signo, &action, NULL);
}

void
io_init(void)
{
	sigset_t none;

	set_handler(SIGPIPE, SIG_IGN);
	set_handler(SIGALRM, on_alarm);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
io_catch_term(void)
{
	set_handler(SIGTERM, on_term);
}

void
io_hurry_on_term(void)
{
	set_handler(SIGTERM, on_hurry);
}

void
io_set_deadline(unsigned long timeout_s)
{
	struct itimerval timer = {
	    .it_interval.tv_usec = timeout_s > 0 ? ALARM_INTERVAL_US : 0,
	    .it_value.tv_sec = (time_t)timeout_s,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
	deadline_passed = 0;
}

bool
io_is_late(void)
{
	return deadline_passed;
}

/*
 * To be called when a system call on fd failed: waits where fd is not ready.
 * Returns true where the call is worth another try.
 */
static bool
can_retry(int fd, short events)
{
	struct pollfd pfd = {.fd = fd, .events = events};

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	return poll(&pfd, 1, -1) >= 0 || errno == EINTR;
}

enum io_result
io_read(int fd, void *buf, size_t len, size_t *ret_len)
{
	ssize_t n;

	do {
		if (deadline_passed)
			return IO_TIMEOUT;
		n = read(fd, buf, len);
	} while (n < 0 && can_retry(fd, POLLIN));
	if (n == 0)
		return IO_EOF;
	if (n < 0)
		return errno == ECONNRESET ? IO_RESET : IO_ERROR;
	*ret_len = (size_t)n;
	return IO_OK;
}

enum io_result
io_write(int fd, const void *buf, size_t len)
{
	const unsigned char *p = buf;
	ssize_t n;

	while (len > 0) {
		if (deadline_passed)
			return IO_TIMEOUT;
		n = write(fd, p, len);
		if (n < 0) {
			if (!can_retry(fd, POLLOUT))
				return IO_ERROR;
			continue;
		}
		p += n;
		len -= (size_t)n;
	}
	return IO_OK;
}

bool
io_wait(int fd, int timeout_ms)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	return !deadline_passed && poll(&pfd, 1, timeout_ms) > 0;
}

/* A connection that failed before it was accepted is not ours to report. */
static bool
is_lost_connection(int error)
{
	switch (error) {
	case ECONNABORTED:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENETDOWN:
	case ENETUNREACH:
	case ENONET:
	case ENOPROTOOPT:
	case EPROTO:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

enum io_result
io_accept(int fd, int *ret_fd, struct sockaddr_storage *ret_peer,
    socklen_t *ret_peer_len)
{
	int conn;

	do {
		if (term_came)
			return IO_STOPPED;
		if (deadline_passed)
			io_set_deadline(0); /* the last one's alarm */
		*ret_peer_len = sizeof(*ret_peer);
		/* musl's accept4 would try accept where this says EINVAL. */
		conn = (int)syscall(
		    SYS_accept4, fd, ret_peer, ret_peer_len, SOCK_CLOEXEC);
	} while (
	    conn < 0 && (is_lost_connection(errno) || can_retry(fd, POLLIN)));
	if (conn < 0)
		return IO_ERROR;
	*ret_fd = conn;
	return IO_OK;
}

enum io_result
io_receive(int fd, void *buf, size_t cap, size_t *ret_len,
    struct sockaddr_storage *ret_peer, socklen_t *ret_peer_len)
{
	struct iovec data = {buf, cap};
	struct msghdr message = {
	    .msg_name = ret_peer, .msg_iov = &data, .msg_iovlen = 1};
	ssize_t n;

	do {
		if (term_came)
			return IO_STOPPED;
		if (deadline_passed)
			return IO_TIMEOUT;
		message.msg_namelen = sizeof(*ret_peer);
		n = recvmsg(fd, &message, MSG_TRUNC);
		/* What is refused is what was sent before. */
	} while (n < 0 && (errno == ECONNREFUSED || is_lost_connection(errno) ||
			      can_retry(fd, POLLIN)));
	if (n < 0)
		return IO_ERROR;
	*ret_len = (size_t)n;
	*ret_peer_len = message.msg_namelen;
	return IO_OK;
}

enum io_result
io_send(int fd, const void *buf, size_t len,
    const struct sockaddr_storage *peer, socklen_t peer_len)
{
	/* Neither is written to. */
	struct iovec data = {(void *)buf, len};
	const struct msghdr message = {
	    .msg_name = peer_len > 0 ? (void *)peer : NULL,
	    .msg_namelen = peer_len,
	    .msg_iov = &data,
	    .msg_iovlen = 1};
	ssize_t n;

	do
		n = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? IO_ERROR : IO_OK;
}

void
io_drain(int fd, size_t max)
{
	unsigned char buf[4096];
	size_t n, dropped = 0;

	io_set_deadline(IO_LINGER_S);
	while (dropped < max &&
	       io_read(fd, buf,
		   max - dropped < sizeof(buf) ? max - dropped : sizeof(buf),
		   &n) == IO_OK)
		dropped += n;
}

void
io_linger(int fd)
{
	if (shutdown(fd, SHUT_WR) == 0)
		io_drain(fd, IO_LINGER_MAX);
}
