# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2059,SC2154 # requests are formats; serve sets variables
# Requests without a connection: one datagram each, and one for the reply.

setup() {
	load lib/lib
	need /usr/bin/python3
	T=$BATS_TEST_TMPDIR
}

teardown() {
	stop_started
}

# serve [ARGUMENT ...]: versed -v with the arguments on a datagram socket of
# its own, to be reached at $server; its log is in $T/log, its exit status
# comes into $T/status.
serve() {
	rm -f "$T/at" "$T/status"
	start env --default-signal=HUP bash -c '"$@" 2>>"$0/log"; echo $? >"$0/status"' "$T" \
		/usr/bin/python3 "$ROOT/tests/peers/listen.py" \
		--kind datagram 127.0.0.1 "$T/at" "$VERSED" -v "$@"
	wait_until 20 test -s "$T/at"
	server=$(<"$T/at")
}

# asked REQUEST REPLY [ARGUMENT ...]: the datagram REQUEST, a printf format, has
# exactly this reply; none where REPLY is empty.
asked() {
	local want=0
	[[ -n $2 ]] || want=1
	printf "$2" >"$T/want"
	run -"$want" bash -c 'printf "$1" |
		"$2"/tests/peers/datagram.py "${@:4}" >"$3"/got' - "$1" "$ROOT" \
		"$T" "$server" "${@:3}"
	cmp "$T/want" "$T/got"
}

# logged_last PATTERN
logged_last() {
	wait_until 10 bash -c 'tail -n 1 "$1"/log | grep -q -- "$2"' - "$T" "$1"
}

ended() {
	wait_until 20 test -s "$T/status"
	[ "$(<"$T/status")" = "$1" ]
}

@test "a datagram's request has a datagram for its reply" {
	serve -n 0
	asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,'
	logged_last 'peer=127.0.0.1:[0-9]* transform="cummingsify" bytes_in=31 bytes_out=15 result=ok'
	asked '9:rot13.abc,what follows the comma' '3:nop,'
	asked '6:rot13.,xxx' '0:,'
}

@test "what would be a close is silence, and costs the next nothing" {
	serve -n 0
	asked '' ''
	logged_last 'result=truncated'
	asked '9:rot13.ab' ''
	logged_last 'result=truncated reason="end of the datagram'
	asked '09:rot13.abc,' ''
	logged_last 'result=malformed'
	asked '9:rot13.abcd,' ''
	asked '8:nope.abc,' ''
	logged_last 'result=unknown'
	asked '11:shout.ab\xff\xff\xff,' ''
	logged_last 'result=failed'
	asked '100000:rot13.' ''
	logged_last 'result=too-long'
	asked '9:rot13.abc,' '3:nop,'
}

@test "without -v nothing that anyone can forge is logged" {
	start /usr/bin/python3 "$ROOT/tests/peers/listen.py" --kind datagram \
		127.0.0.1 "$T/at" "$VERSED" -n 4 2>"$T/log"
	wait_until 20 test -s "$T/at"
	server=$(<"$T/at")
	asked 'x' ''
	asked '8:nope.abc,' ''
	asked '10:number.abc,' ''
	asked '9:rot13.abc,' '3:nop,'
	wait "$started"
	[ ! -s "$T/log" ]
}

@test "a reply that is not shorter than its datagram is not sent" {
	serve -n 0
	# 3:XXX, for shout.xxx has 6 bytes: 9:shout.xxx, has 12; number adds 7.
	asked '10:number.abc,' ''
	logged_last 'bytes_out=0 result=too-long reason="the reply is not shorter'
	asked '10:number.abc,' '' --pad 14
	asked '10:number.abc,' '10:     1\tabc,' --pad 15
	# The size that counts is the datagram's, not what a small -m keeps of it.
	stop_started
	serve -n 0 -m 20
	asked '12:transforms.x,' "$("$VERSED" -L | wc -c):$("$VERSED" -L)\n," \
		--pad 1200
}

@test "two services set upon each other fall silent, whatever the transform" {
	mkdir -m 755 "$T/filters"
	printf '#!/bin/sh\nprintf twice.; cat; cat </dev/null\n' >"$T/filters/twice"
	printf '#!/bin/sh\nprintf rot13.; cat\n' >"$T/filters/ask"
	chmod 755 "$T/filters"/*
	serve -n 0 -f "$T/filters"
	local one=$server name text size previous
	serve -n 0 -f "$T/filters"
	for name in $("$VERSED" -L -f "$T/filters"); do
		# Answers that are requests again.
		text=$(printf "$name.%.0s" {1..20})x
		for pad in 0 1200 9000; do
			netstring "$text" | "$ROOT/tests/peers/datagram.py" "$one" \
				--pad "$pad" --relay "$server" >"$T/sizes"
			previous=100000
			while read -r size; do
				((size < previous))
				previous=$size
			done <"$T/sizes"
		done
	done
	((previous < 9000))
}

@test "-n counts every datagram, answered or not" {
	serve -n 3
	asked 'x' ''
	asked '9:rot13.abc,' '3:nop,'
	asked '' ''
	ended 0
	serve
	asked '8:nope.abc,' ''
	ended 69
}

@test "the first datagram is waited for without end, a further one for -t" {
	serve -n 0 -t 1
	run ! wait_until 2 test -s "$T/status"
	asked '9:rot13.abc,' '3:nop,'
	ended 0
}

@test "SIGTERM ends it with 0, SIGUSR1 means nothing" {
	serve -n 0
	asked '9:rot13.abc,' '3:nop,'
	local pid
	pid=$(pgrep -P "$started")
	kill -USR1 "$pid"
	asked '9:rot13.abc,' '3:nop,'
	kill "$pid"
	ended 0
}

@test "SIGHUP and SIGINT, too, end it after the datagram in hand, filter and all" {
	mkdir -m 755 "$T/filters"
	cat >"$T/filters/slow" <<-END
		#!/bin/sh
		setsid sh -c 'echo \$\$ >>$T/pids; exec sleep 1000' >/dev/null &
		until [ -e $T/go ]; do sleep 0.01; done
		printf ab
	END
	chmod 755 "$T/filters/slow"
	for signal in HUP INT; do
		rm -f "$T/pids" "$T/go"
		serve -n 0 -f "$T/filters"
		asked '9:slow.abcd,' '2:ab,' &
		wait_until 10 test -s "$T/pids"
		kill -s "$signal" "$(pgrep -P "$started")"
		touch "$T/go"
		wait $!
		ended 0
		run ! kill -0 "$(cat "$T/pids")"
	done
}

@test "a filter's time is bounded by -t" {
	mkdir -m 755 "$T/filters"
	printf '#!/bin/sh\nexec sleep 100\n' >"$T/filters/slow"
	chmod 755 "$T/filters/slow"
	serve -t 1 -f "$T/filters"
	asked '6:slow.a,' ''
	logged_last 'result=timeout'
	ended 75
}

@test "an Internet socket that is bound to no single host is refused" {
	local address
	for address in 0.0.0.0 '[::]' 127.255.255.255 224.0.0.1 '[ff0e::1]' \
		'[::ffff:0.0.0.0]' 255.255.255.255; do
		run -64 "$ROOT/tests/peers/listen.py" --kind datagram \
			"$address" "$T/at" "$VERSED"
		assert_output --partial 'bound to the one address that clients ask'
	done
}

@test "IPv6" {
	start "$ROOT/tests/peers/listen.py" --kind datagram '[::1]' "$T/at" \
		"$VERSED"
	wait_until 20 test -s "$T/at"
	server=$(<"$T/at")
	asked '9:rot13.abc,' '3:nop,'
}

@test "UNIX datagrams: a sender without an address gets no answer" {
	start /usr/bin/python3 "$ROOT/tests/peers/listen.py" --kind datagram \
		"$T/socket" "$T/at" "$VERSED" -v -n 2 2>"$T/log"
	wait_until 20 test -s "$T/at"
	server=$T/socket
	asked '9:rot13.abc,' '' --nameless
	logged_last 'result=undelivered'
	asked '9:rot13.abc,' '3:nop,'
}

@test "a connected socket whose peer has gone costs the next nothing" {
	run -0 /usr/bin/python3 - "$VERSED" <<-'END'
		import socket, subprocess, sys
		server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		server.bind(("127.0.0.1", 0))
		client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		client.bind(("127.0.0.1", 0))
		own = client.getsockname()
		server.connect(own)
		versed = subprocess.Popen([sys.argv[1], "-n", "2"], stdin=server)
		client.sendto(b"9:rot13.abc,", server.getsockname())
		client.close()
		versed.poll()
		client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		client.bind(own)
		client.settimeout(10)
		for _ in range(2):
		    client.sendto(b"9:rot13.abc,", server.getsockname())
		    try:
		        assert client.recv(100) == b"3:nop,"
		        break
		    except ConnectionRefusedError:
		        pass
		versed.terminate()
		assert versed.wait(10) == 0
	END
}

@test "a client that does not read blocks nobody" {
	run -0 timeout 20 /usr/bin/python3 - "$VERSED" "$T" <<-'END'
		import os, socket, subprocess, sys
		os.chdir(sys.argv[2])
		server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		server.bind("server")
		versed = subprocess.Popen([sys.argv[1], "-n", "0"], stdin=server)
		deaf = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		deaf.bind("deaf")
		for _ in range(1000):
		    deaf.sendto(b"9:rot13.abc,", "server")
		client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		client.bind("client")
		client.sendto(b"9:rot13.abc,", "server")
		assert client.recv(100) == b"3:nop,"
		versed.terminate()
		assert versed.wait() == 0
	END
}

@test "sequenced packets are refused by name" {
	run -64 /usr/bin/python3 - "$VERSED" <<-'END'
		import os, socket, sys
		a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		os.dup2(a.fileno(), 0)
		os.execv(sys.argv[1], sys.argv[1:2])
	END
	assert_output 'versed: sequenced packets are not served: a stream or datagram socket is needed'
}
