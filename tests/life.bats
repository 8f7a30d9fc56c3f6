# SPDX-License-Identifier: ISC
# The handler's life: what it is handed, its deadline, its log, its end.

setup() {
	load lib/lib
	need /usr/bin/python3
}

teardown() {
	stop_started
}

# life SCENARIO: one of tests/peers/life.py, which says what went wrong.
life() {
	run -0 /usr/bin/python3 "$ROOT/tests/peers/life.py" "$1" "$VERSED"
	assert_output ''
}

@test "a connection on file descriptor 3, with LISTEN_PID and LISTEN_FDS" {
	life connection_on_3
}

@test "a listening socket on file descriptor 3" {
	life listener_on_3
}

@test "another process's LISTEN_PID does not count, nor no socket; two are refused" {
	life listen_variables
}

@test "a listening socket as standard input: one connection, then the end" {
	life listener_once
}

@test "a peer's name: IPv4, IPv6, IPv4 in IPv6, a UNIX socket" {
	skip_unless '/usr/bin/python3 -c "
import socket
socket.socket(socket.AF_INET6).bind((\"::1\", 0))"' IPv6
	life peers
}

@test "a peer's name where the launcher stands between, and a UNIX peer's process" {
	life told_peers
}

@test "a line ends with how long it took, whatever the deadline" {
	life durations
}

@test "lines have a priority where standard error is the journal" {
	life journal
}

@test "a connection lost before it was accepted is passed over, no other error" {
	not_under valgrind 'it is traced instead'
	need strace
	life accept_fails
}

@test "a listening socket that is shut down is an error, no violation" {
	life listener_shut
}

@test "-n 3 serves three connections, whatever becomes of each" {
	life listener_three
}

@test "-n 0 serves until SIGTERM, which lets a request under way finish" {
	life listener_until_term
}

@test "SIGUSR1: who is slow to send has one to two seconds, no line, exit 75" {
	life others_wait_for_a_request
}

@test "SIGUSR1: who has had a second is cut at once, and the next one served" {
	life others_wait_for_a_stalled_request
}

@test "SIGUSR1: so is who does not take the reply" {
	life others_wait_for_a_reader
}

@test "SIGUSR1: no filter is cut, and between requests it means nothing" {
	life others_wait_in_vain
}

@test "TERM, HUP, INT, also an ignored INT: who is queued is answered, exit 0" {
	life stop_answers_the_queue
}

@test "the same as process 1 of a namespace" {
	need_root
	need unshare
	skip_unless 'unshare --pid --fork true' 'process namespaces'
	life stop_as_process_1
}

@test "TERM at any moment ends it; a HUP that was ignored stays so" {
	life stop_idle
}

@test "TERM among endless arrivals: an end after five seconds" {
	life stop_among_arrivals
}

@test "no byte of one client's text is left for the next" {
	need_shipped 'stacks'
	life listener_wipes
}

@test "a socket that is not connected is no request" {
	life unconnected
}

@test "nothing is written to standard error where it is the client's" {
	life stderr_is_client
}

@test "nor where that is one pipe with standard output, or sshd's" {
	life one_pipe
}

@test "usage errors do not reach a client either" {
	life usage_is_not_for_clients
}

@test "one byte a second does not extend the deadline" {
	life trickle
}

@test "a client that sends nothing is cut at the deadline" {
	life silent
}

@test "a client that never reads its reply is cut at the deadline" {
	life never_reads
}

@test "a blocked SIGALRM and an ignored SIGPIPE are undone" {
	life blocked_alarm
}

@test "a client that resets before a byte costs nothing" {
	life reset_at_once
}

@test "a client that has gone before its reply is exit status 74" {
	life gone
}

@test "a log that takes nothing holds up no request" {
	life log_is_stuck
}

@test "a log that is slow loses no line" {
	life log_is_late
}

@test "a log file at its limit of size costs no reply" {
	not_under valgrind 'its own log is limited, too'
	life log_file_at_its_limit
}

@test "a file at its limit of size: the reply could not be delivered" {
	not_under valgrind 'its own log is limited, too'
	life file_at_its_limit
}

@test "the linger ends at two seconds, and at 64 KiB" {
	life linger
}

@test "O_NONBLOCK descriptors are waited on" {
	not_under valgrind 'too slow'
	life nonblocking
}

@test "closed descriptors are an error, and nothing else is taken for them" {
	not_under valgrind 'it opens descriptors first'
	life closed_descriptors
}

@test "files and pipes: one request each way, and a full disk" {
	printf '7:rot13.A,' >"$BATS_TEST_TMPDIR/request"
	"$VERSED" <"$BATS_TEST_TMPDIR/request" >"$BATS_TEST_TMPDIR/got"
	[ "$(cat "$BATS_TEST_TMPDIR/got")" = 1:N, ]
	run -74 bash -c '"$@" >/dev/full' - "$VERSED" \
		<"$BATS_TEST_TMPDIR/request"
	assert_output --partial 'result=undelivered reason="No space left on device"'
	run -71 --separate-stderr "$VERSED" </
	# shellcheck disable=SC2154 # run sets it
	assert_regex "$stderr" 'result=error reason="Is a directory"'
}
