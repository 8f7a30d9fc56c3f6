/* SPDX-License-Identifier: ISC */
/* Input and output under a deadline kept by an alarm. */
#include "io.h"

#include <sys/syscall.h>
#include <sys/time.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "endpoint.h"

/* No tick; and no tick, as nothing is worked on. */
#define NEVER INT_MAX
#define IDLE  (INT_MAX - 1)

/*
 * The clock is an alarm each second; times are counted in its ticks.  A signal
 * that comes just before a system call does not interrupt it: the next will.
 */
static volatile sig_atomic_t ticks;
static volatile sig_atomic_t deadline = NEVER;
static volatile sig_atomic_t stage_end = IDLE; /* where others wait */
static volatile sig_atomic_t stop_end = NEVER; /* unless nobody is queued */
static volatile sig_atomic_t late; /* why nothing is waited for: a result */
static volatile sig_atomic_t others_wait;
static volatile sig_atomic_t hurry_came;
static unsigned long began_ms;

static void
set_alarm(long interval_s)
{
	const struct itimerval timer = {{interval_s, 0}, {interval_s, 0}};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void
on_tick(int signo)
{
	(void)signo;
	ticks++;
	if (ticks >= stage_end && (others_wait || stop_end != NEVER))
		late = IO_CUT;
	else if (ticks >= deadline)
		late = IO_TIMEOUT;
	else if (stage_end == IDLE && deadline == NEVER && stop_end == NEVER)
		set_alarm(0); /* it was the last one's */
}

static void
on_others_wait(int signo)
{
	(void)signo;
	others_wait = 1;
	if (ticks >= stage_end)
		late = IO_CUT;
}

static void
on_stop(int signo)
{
	(void)signo;
	if (stop_end != NEVER)
		return;
	stop_end = ticks + IO_STOP_S;
	if (stage_end == IDLE)
		set_alarm(1);
}

static void
on_hurry(int signo)
{
	(void)signo;
	hurry_came = 1;
	late = IO_TIMEOUT;
}

/* Without SA_RESTART: the signal is to interrupt, but no other's handler. */
static void
set_handler(int signo, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	sigfillset(&action.sa_mask);
	sigaction(signo, &action, NULL);
}

void
io_init(void)
{
	sigset_t none;

	set_handler(SIGPIPE, SIG_IGN);
	set_handler(SIGALRM, on_tick);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* SIGINT also where a shell's & has it ignored, but not nohup(1)'s SIGHUP. */
static void
catch_ends(void (*handler)(int))
{
	struct sigaction hup;

	set_handler(SIGTERM, handler);
	set_handler(SIGINT, handler);
	if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
		set_handler(SIGHUP, handler);
}

void
io_take_turns(void)
{
	set_handler(SIGUSR1, on_others_wait);
	catch_ends(on_stop);
}

void
io_hurry_on_end(void)
{
	catch_ends(on_hurry);
}

static unsigned long
clock_ms(void)
{
	const struct itimerval none = {{0, 0}, {0, 0}};
	struct itimerval now;

	/* getitimer(2) would be a system call more to allow. */
	setitimer(ITIMER_REAL, &none, &now);
	setitimer(ITIMER_REAL, &now, NULL);
	return (unsigned long)(ticks + 1 - now.it_value.tv_sec) * 1000 -
	       (unsigned long)now.it_value.tv_usec / 1000;
}

void
io_set_deadline(unsigned long timeout_s)
{
	/* Who is to end goes on ticking, so that it counts, however many come,
	 * and the tick that comes next is not a whole second away. */
	const bool goes_on = stop_end != NEVER;
	const int now = ticks + goes_on;

	others_wait = 0;
	stage_end = now + 1;
	deadline = timeout_s > 0 ? now + (int)timeout_s : NEVER;
	if (!goes_on)
		set_alarm(1);
	began_ms = goes_on ? clock_ms() : (unsigned long)ticks * 1000;
	late = IO_OK;
}

void
io_begin_stage(void)
{
	others_wait = 0;
	/* The tick that comes next is not a whole second away. */
	stage_end = ticks + 2;
}

void
io_end_stage(void)
{
	stage_end = NEVER;
}

unsigned long
io_elapsed_ms(void)
{
	return clock_ms() - began_ms;
}

bool
io_is_late(void)
{
	return late != IO_OK;
}

const char *
io_late_reason(const char *deadline_reason)
{
	return hurry_came ? "a signal ended it" : deadline_reason;
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
		if (late != IO_OK)
			return (enum io_result)late;
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
		if (late != IO_OK)
			return (enum io_result)late;
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

/*
 * A connection that failed before it was accepted is not ours to report, nor a
 * datagram that was sent before and is refused.
 */
static bool
is_of_another(int error)
{
	static const int lost[] = {ECONNABORTED, ECONNREFUSED, EHOSTDOWN,
	    EHOSTUNREACH, ENETDOWN, ENETUNREACH, ENONET, ENOPROTOOPT, EPROTO,
	    ETIMEDOUT};

	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++)
		if (lost[i] == error)
			return true;
	return false;
}

enum io_result
io_accept(int fd, int *ret_fd, struct endpoint_peer *ret_peer)
{
	struct pollfd queue = {.fd = fd, .events = POLLIN};
	int conn;

	stage_end = IDLE;
	deadline = NEVER;
	for (;;) {
		if (stop_end != NEVER &&
		    (ticks > stop_end || poll(&queue, 1, 0) == 0))
			return IO_STOPPED;
		ret_peer->len = sizeof(ret_peer->addr);
		/* musl's accept4 would try accept where this says EINVAL. */
		conn = (int)syscall(SYS_accept4, fd, &ret_peer->addr,
		    &ret_peer->len, SOCK_CLOEXEC);
		if (conn >= 0) {
			*ret_fd = conn;
			return IO_OK;
		}
		if (!is_of_another(errno) && !can_retry(fd, POLLIN))
			return IO_ERROR;
	}
}

enum io_result
io_receive(int fd, unsigned long timeout_s, void *buf, size_t cap,
    size_t *ret_len, struct endpoint_peer *ret_peer)
{
	struct iovec data = {buf, cap};
	struct msghdr message = {
	    .msg_name = &ret_peer->addr, .msg_iov = &data, .msg_iovlen = 1};
	bool waits = false;
	ssize_t n;

	stage_end = IDLE;
	while (stop_end == NEVER) {
		if (waits && late != IO_OK)
			return IO_TIMEOUT;
		message.msg_namelen = sizeof(ret_peer->addr);
		n = recvmsg(
		    fd, &message, MSG_TRUNC | (waits ? 0 : MSG_DONTWAIT));
		if (n >= 0) {
			*ret_len = (size_t)n;
			ret_peer->len = message.msg_namelen;
			return IO_OK;
		}
		if (errno == EAGAIN && !waits) {
			/* What is queued already costs no clock. */
			io_set_deadline(timeout_s);
			stage_end = IDLE;
			waits = true;
		} else if (!is_of_another(errno) && !can_retry(fd, POLLIN))
			return IO_ERROR;
	}
	return IO_STOPPED;
}

enum io_result
io_send(int fd, const void *buf, size_t len, const struct endpoint_peer *peer)
{
	/* Neither is written to. */
	struct iovec data = {(void *)buf, len};
	const struct msghdr message = {.msg_name = (void *)&peer->addr,
	    .msg_namelen = peer->len,
	    .msg_iov = &data,
	    .msg_iovlen = 1};

	if (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return IO_ERROR;
	return IO_OK;
}

static void
drain(int fd, size_t max)
{
	unsigned char buf[4096];
	size_t n = 0;

	for (; max > 0; max -= n)
		if (io_read(fd, buf, max < sizeof(buf) ? max : sizeof(buf),
			&n) != IO_OK)
			return;
}

void
io_drain(int fd, size_t max)
{
	io_set_deadline(IO_LINGER_S);
	drain(fd, max);
}

void
io_linger(int fd)
{
	if (late == IO_CUT || shutdown(fd, SHUT_WR) != 0)
		return;
	/* Who took a second for the reply is in the same stage still. */
	if (ticks + 1 >= stage_end) {
		deadline = ticks + IO_LINGER_S;
		late = IO_OK;
	} else
		io_set_deadline(IO_LINGER_S);
	drain(fd, IO_LINGER_MAX);
}
