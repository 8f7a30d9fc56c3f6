/* SPDX-License-Identifier: ISC */
/* Input and output under a deadline kept by an alarm. */
#include "io.h"

#include <sys/syscall.h>
#include <sys/time.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/*
 * A signal that comes just before a system call does not interrupt it.  So the
 * alarm repeats: the next one will.
 */
#define ALARM_INTERVAL_US 100000

/* In place of stage_s: waiting for a request, and working on one. */
#define IDLE	 -3
#define NO_STAGE -2

/* When the alarm comes where there is no deadline: in thirty years. */
#define NEVER_S 999999999

/* Since the deadline was set, but for what the alarm has not counted yet. */
static volatile int64_t passed_us;
static volatile int64_t armed_us; /* the alarm's time, when it was set */
static volatile int64_t next_us;  /* and when it has come */
static volatile sig_atomic_t deadline_passed;
static volatile sig_atomic_t stop_came;
static volatile sig_atomic_t hurry_came;

/* With io_take_turns only, where the alarm ticks once a second. */
static bool takes_turns;
static volatile sig_atomic_t is_ticking;
static volatile sig_atomic_t ticked_idly;
static volatile sig_atomic_t left_s;	     /* to the deadline; 0 is none */
static volatile sig_atomic_t stage_s = IDLE; /* whole seconds of this stage */
static volatile sig_atomic_t others_wait;
static volatile sig_atomic_t is_cut; /* beside deadline_passed */
static volatile sig_atomic_t stopping_s;

static int64_t
to_us(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static void
set_alarm(long first_s, long first_us, long then_s, long then_us)
{
	const struct itimerval timer = {
	    .it_interval = {then_s, then_us}, .it_value = {first_s, first_us}};
	struct itimerval last;

	setitimer(ITIMER_REAL, &timer, &last);
	passed_us += armed_us - to_us(last.it_value);
	armed_us = to_us(timer.it_value);
	next_us = to_us(timer.it_interval);
}

static void
count_alarm(void)
{
	passed_us += armed_us;
	armed_us = next_us;
}

static void
on_alarm(int signo)
{
	(void)signo;
	count_alarm();
	deadline_passed = 1;
}

static void
cut(void)
{
	is_cut = 1;
	deadline_passed = 1;
}

static void
on_tick(int signo)
{
	(void)signo;
	count_alarm();
	if (stop_came)
		stopping_s++;
	if (left_s > 0 && --left_s == 0)
		deadline_passed = 1;
	if (stage_s == IDLE)
		ticked_idly = 1;
	if (stage_s > NO_STAGE && ++stage_s > 0 && (others_wait || stop_came))
		cut();
}

static void
on_others_wait(int signo)
{
	(void)signo;
	if (stage_s > 0)
		cut();
	else
		others_wait = 1;
}

static void
on_stop(int signo)
{
	(void)signo;
	if (!stop_came && stage_s == IDLE)
		set_alarm(0, ALARM_INTERVAL_US, 1, 0);
	stop_came = 1;
}

/* The alarm comes at once, so that it repeats. */
static void
on_hurry(int signo)
{
	(void)signo;
	hurry_came = 1;
	deadline_passed = 1;
	set_alarm(0, 1, 0, ALARM_INTERVAL_US);
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
io_stop_on_end(void)
{
	catch_ends(on_stop);
}

void
io_take_turns(void)
{
	takes_turns = true;
	set_handler(SIGALRM, on_tick);
	set_handler(SIGUSR1, on_others_wait);
	catch_ends(on_stop);
}

void
io_hurry_on_end(void)
{
	catch_ends(on_hurry);
}

void
io_set_deadline(unsigned long timeout_s)
{
	others_wait = 0;
	is_cut = 0;
	if (!takes_turns) {
		set_alarm(timeout_s > 0 ? (long)timeout_s : NEVER_S, 0, 0,
		    ALARM_INTERVAL_US);
	} else if (stop_came) {
		/* It goes on ticking, so that it counts, however many come. */
		stage_s = -1;
		left_s = (sig_atomic_t)timeout_s + (timeout_s > 0);
	} else {
		stage_s = 0;
		left_s = (sig_atomic_t)timeout_s;
		is_ticking = 1;
		set_alarm(1, 0, 1, 0);
	}
	deadline_passed = 0;
	passed_us = 0;
	if (takes_turns && stop_came) /* the alarm was set before */
		passed_us = -1000 * (int64_t)io_elapsed_ms();
}

void
io_begin_stage(void)
{
	others_wait = 0;
	/* The tick that comes next is not a whole second away. */
	stage_s = -1;
}

void
io_end_stage(void)
{
	stage_s = NO_STAGE;
}

unsigned long
io_elapsed_ms(void)
{
	const struct itimerval none = {.it_value = {0}};
	struct itimerval now;

	/* getitimer(2) would be a system call more to allow. */
	setitimer(ITIMER_REAL, &none, &now);
	setitimer(ITIMER_REAL, &now, NULL);
	return (unsigned long)(passed_us + armed_us - to_us(now.it_value)) /
	       1000;
}

bool
io_is_late(void)
{
	return deadline_passed;
}

const char *
io_late_reason(const char *deadline_reason)
{
	return hurry_came ? "a signal ended it" : deadline_reason;
}

static enum io_result
why_late(void)
{
	return is_cut ? IO_CUT : IO_TIMEOUT;
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
			return why_late();
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
			return why_late();
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

/* Whether to end: the queue of fd is empty, or was given its time. */
static bool
is_over(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	if (stopping_s > IO_STOP_S || poll(&pfd, 1, 0) == 0)
		return true;
	/* Another process may take what waits: accept4 is to be interrupted. */
	if (!is_ticking)
		set_alarm(0, ALARM_INTERVAL_US, 1, 0);
	is_ticking = 1;
	return false;
}

enum io_result
io_accept(int fd, int *ret_fd, struct sockaddr_storage *ret_peer,
    socklen_t *ret_peer_len)
{
	int conn;

	stage_s = IDLE;
	for (;;) {
		if (ticked_idly && !stop_came) {
			is_ticking = 0; /* it was the last one's alarm */
			set_alarm(0, 0, 0, 0);
		}
		ticked_idly = 0;
		if (stop_came && is_over(fd))
			return IO_STOPPED;
		*ret_peer_len = sizeof(*ret_peer);
		/* musl's accept4 would try accept where this says EINVAL. */
		conn = (int)syscall(
		    SYS_accept4, fd, ret_peer, ret_peer_len, SOCK_CLOEXEC);
		if (conn >= 0) {
			*ret_fd = conn;
			return IO_OK;
		}
		if (!is_lost_connection(errno) && !can_retry(fd, POLLIN))
			return IO_ERROR;
	}
}

enum io_result
io_receive(int fd, unsigned long timeout_s, void *buf, size_t cap,
    size_t *ret_len, struct sockaddr_storage *ret_peer, socklen_t *ret_peer_len)
{
	struct iovec data = {buf, cap};
	struct msghdr message = {
	    .msg_name = ret_peer, .msg_iov = &data, .msg_iovlen = 1};
	bool waits = false;
	ssize_t n;

	stage_s = IDLE;
	for (;;) {
		if (stop_came)
			return IO_STOPPED;
		if (waits && deadline_passed)
			return IO_TIMEOUT;
		message.msg_namelen = sizeof(*ret_peer);
		n = recvmsg(
		    fd, &message, MSG_TRUNC | (waits ? 0 : MSG_DONTWAIT));
		if (n >= 0)
			break;
		if (errno == EAGAIN && !waits) {
			/* What is queued already costs no clock. */
			io_set_deadline(timeout_s);
			waits = true;
		} else if (errno != ECONNREFUSED &&
			   !is_lost_connection(errno) && !can_retry(fd, POLLIN))
			/* What is refused is what was sent before. */
			return IO_ERROR;
	}
	stage_s = NO_STAGE;
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

static void
drain(int fd, size_t max)
{
	unsigned char buf[4096];
	size_t n;

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
	if (is_cut || shutdown(fd, SHUT_WR) != 0)
		return;
	/* Who took a second for the reply is in the same stage still. */
	if (stage_s >= 0) {
		deadline_passed = 0;
		left_s = IO_LINGER_S;
	} else
		io_set_deadline(IO_LINGER_S);
	drain(fd, IO_LINGER_MAX);
}
