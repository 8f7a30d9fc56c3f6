/* SPDX-License-Identifier: ISC */
/*
 * Blocking input and output with one absolute deadline: EINTR, short counts
 * and O_NONBLOCK are dealt with here and nowhere else.
 */
#ifndef IO_H
#define IO_H

#include <stdbool.h>
#include <stddef.h>

struct endpoint_peer;

/* How long, and for how many bytes, io_linger waits for the other side. */
#define IO_LINGER_S   2
#define IO_LINGER_MAX 65536

/* How long who is queued is answered yet by a process that is to end. */
#define IO_STOP_S 5

enum io_result {
	IO_OK,
	IO_EOF,	    /* end of input */
	IO_RESET,   /* the other side reset the connection (io_read only) */
	IO_TIMEOUT, /* the deadline passed */
	IO_CUT,	    /* others wait (after io_take_turns only) */
	IO_STOPPED, /* it is to end (io_accept, io_receive only) */
	IO_ERROR,   /* errno says why */
};

/*
 * Takes over the signals that input and output depend on: ignores SIGPIPE,
 * catches SIGALRM, unblocks all.  Call once, before any other of these.
 */
void io_init(void);

/*
 * For who serves many clients in turn: from now on SIGUSR1 says that others
 * wait.  A stage of a request is then cut (IO_CUT) at the next tick of the
 * clock, which ticks once a second, or at once where it has had one: after one
 * to two seconds.  SIGTERM, SIGINT and SIGHUP (unless ignored) have each stage
 * cut at a tick, and end io_receive, and io_accept when nobody is queued or
 * after IO_STOP_S seconds.
 */
void io_take_turns(void);

/* From now on the same three make the deadline pass, until another is set. */
void io_hurry_on_end(void);

/*
 * Sets the deadline of all further calls to timeout_s seconds from now; 0 is
 * none.  Begins a stage, too.  Runs on the timer of setitimer(2), which the
 * caller leaves alone.
 */
void io_set_deadline(unsigned long timeout_s);

/*
 * A stage of a request begins: its reply, with the linger; or ends: while a
 * request is worked on nothing is cut.
 */
void io_begin_stage(void);
void io_end_stage(void);

/* The milliseconds since io_set_deadline. */
unsigned long io_elapsed_ms(void);

/* Tells whether the deadline has passed, or a signal has put an end to it. */
bool io_is_late(void);

/* What is told of that: deadline_reason, unless it was a signal. */
const char *io_late_reason(const char *deadline_reason);

/*
 * Reads at most len bytes (len > 0) into buf.  IO_OK writes how many came, at
 * least one, to ret_len; any other result leaves it alone.
 */
enum io_result io_read(int fd, void *buf, size_t len, size_t *ret_len);

/* Writes all len bytes of buf.  Never IO_EOF: who left is IO_ERROR (EPIPE). */
enum io_result io_write(int fd, const void *buf, size_t len);

/*
 * Waits, without a deadline, for a connection on the listening socket fd, after
 * io_take_turns.  IO_OK writes it, to be closed by the caller, to ret_fd and
 * the address and its length to ret_peer.  Never IO_EOF or IO_TIMEOUT.
 */
enum io_result io_accept(int fd, int *ret_fd, struct endpoint_peer *ret_peer);

/*
 * Takes a datagram from fd, and where none is queued sets a deadline, timeout_s
 * seconds from now, 0 for none, and waits.  IO_OK writes it to buf as far as
 * cap bytes hold it, its whole length to ret_len, and its sender's address and
 * the length of that to ret_peer: 0 is a sender without one.  Never IO_EOF or
 * IO_RESET.
 */
enum io_result io_receive(int fd, unsigned long timeout_s, void *buf,
    size_t cap, size_t *ret_len, struct endpoint_peer *ret_peer);

/*
 * Sends the len bytes of buf as one datagram to peer, or where that has no
 * address to whom fd is connected to; does not wait.  IO_OK or IO_ERROR.
 */
enum io_result io_send(
    int fd, const void *buf, size_t len, const struct endpoint_peer *peer);

/* Drops what comes until end of file, max bytes or IO_LINGER_S seconds. */
void io_drain(int fd, size_t max);

/*
 * Ends a conversation on a connected socket so that the last bytes written
 * are not lost to a reset: shuts the sending side, then drops what comes
 * until end of file, IO_LINGER_MAX bytes or IO_LINGER_S seconds.  Not for who
 * was cut: others wait.
 */
void io_linger(int fd);

#endif
