# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154 # command lines are run later; run sets variables
# A poem for whoever connects.

setup() {
	load lib/lib
	need /usr/bin/python3
	T=$BATS_TEST_TMPDIR
	printf 'so much depends\nupon\0\xff' >"$T/poem"
	{ printf '22:' && cat "$T/poem" && printf ,; } >"$T/want"
}

teardown() {
	stop_started
}

# serve ARGUMENT ...: versed with the arguments on a listening socket, to be
# reached at $server; its log is in $T/log.
serve() {
	rm -f "$T/at"
	start "$ROOT/tests/peers/listen.py" 127.0.0.1 "$T/at" \
		"$VERSED" "$@" 2>>"$T/log"
	wait_until 20 test -s "$T/at"
	server=$(<"$T/at")
}

# gets FILE: who connects, and says what standard input has, gets this.
gets() {
	"$ROOT/tests/peers/client.py" "$server" >"$T/got"
	cmp "$1" "$T/got"
}

# refused MESSAGE ARGUMENT ...: exit status 66, or $status; nothing is sent.
refused() {
	run -"${status:-66}" --separate-stderr timeout 10 "$VERSED" "${@:2}" \
		</dev/null
	assert_equal "$output" ''
	assert_equal "$stderr" "versed: $1"
}

@test "-p and --poem send a file as it is, over a pipe and a connection" {
	"$VERSED" -p "$T/poem" </dev/null | cmp "$T/want" -
	"$VERSED" --poem "$T/poem" </dev/zero | cmp "$T/want" -
	serve -v -p "$T/poem"
	gets "$T/want" </dev/null
	wait "$started"
	grep -q '^peer=127.0.0.1:[0-9]* .*bytes_out=22 result=ok' "$T/log"
}

@test "a poem may be empty, and as long as -m" {
	: >"$T/empty"
	run -0 "$VERSED" -p "$T/empty" </dev/null
	assert_output '0:,'
	head -c 99999 /dev/zero >"$T/long"
	"$VERSED" -p "$T/long" </dev/null |
		cmp <(printf 99999: && cat "$T/long" && printf ,) -
	run -0 "$VERSED" -m 22 -p "$T/poem" </dev/null
}

@test "whatever the client says, and however much, it gets the poem" {
	serve -n 0 -p "$T/poem"
	gets "$T/want" <<<'27:cummingsify.HERE IS MY POEM,'
	gets "$T/want" < <(head -c 60000 /dev/urandom)
	gets "$T/want" </dev/null
}

@test "a file that cannot be sent is refused before anything is sent" {
	refused "cannot read $T/none: No such file or directory" -p "$T/none"
	refused "cannot read $T: it is no regular file" -p "$T"
	mkfifo "$T/fifo"
	refused "cannot read $T/fifo: it is no regular file" -p "$T/fifo"
	refused 'cannot read /dev/zero: it is no regular file' -p /dev/zero
	refused "cannot read $T/poem: it is longer than the maximum length (-m)" \
		-m 21 -p "$T/poem"
	refused "cannot read : No such file or directory" -p ''
}

@test "a file that its user may not read is refused" {
	need_root
	need setpriv
	chmod 600 "$T/poem"
	chmod 755 "$T" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
	cp "$VERSED" "$T/versed"
	run -66 --separate-stderr setpriv --reuid 65534 --clear-groups \
		"$T/versed" -p "$T/poem" </dev/null
	assert_equal "$output" ''
	[[ $stderr = *'Permission denied'* ]]
}

@test "a poem goes with neither filters, a list nor datagrams" {
	local why='a poem (-p) is not transformed: neither -f nor -L goes with it'
	status=64 refused "$why" -p "$T/poem" -f /
	status=64 refused "$why" -L -p "$T/poem"
	run -64 "$ROOT/tests/peers/listen.py" --kind datagram 127.0.0.1 "$T/at" "$VERSED" \
		-p "$T/poem"
	assert_output 'versed: cannot serve a datagram socket: a poem (-p) is for who connects'
}

@test "a server sends the poem that it began with, whole" {
	serve -n 0 -p "$T/poem"
	printf 'another' >"$T/new"
	mv "$T/new" "$T/poem"
	for _ in {1..20}; do
		gets "$T/want" </dev/null
	done
	serve -p "$T/poem"
	gets <(printf 7:another,) </dev/null
}

@test "a client that does not read does not keep others from the poem for ever" {
	head -c 9000000 /dev/zero >"$T/long"
	serve -n 0 -t 1 -m 9000000 -p "$T/long"
	start bash -c 'exec 9<>"/dev/tcp/$0/$1"; exec sleep 100' 127.0.0.1 \
		"${server#*:}"
	wait_until 20 grep -q 'result=timeout' "$T/log"
	gets <(printf 9000000: && cat "$T/long" && printf ,) </dev/null
}
