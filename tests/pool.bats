#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# versed-pool: workers on a listening socket, kept, replaced, drained.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own
# shellcheck disable=SC2016 # what is for other shells, or for later
# shellcheck disable=SC2154 # started, status and lines: of lib.bash and bats

setup() {
	load lib/lib
	POOL=${POOL:-$BUILD/versed-pool}
	T=$BATS_TEST_TMPDIR
	PORTS=$T/ports
	printf '27:cummingsify.HERE IS MY POEM,' >"$T/request"
	printf '15:here is my poem,' >"$T/want"
}

teardown() {
	[ -z "${inner-}" ] || kill "$inner" || true
	stop_started
	[ -z "${PUBLIC-}" ] || rm -r "$PUBLIC"
}

# pool ARGUMENT ...: versed-pool on a socket of its own; its pid in $pool, its
# port in $port, its log in $T/log.  Words before -- are for listen.py.
pool() {
	local for_listen=()
	while [ "$1" != -- ]; do
		for_listen+=("$1")
		shift
	done
	shift
	start /usr/bin/python3 "$ROOT/tests/peers/listen.py" "${for_listen[@]}" \
		127.0.0.1 "$PORTS" "${under[@]}" "$POOL" "$@" 2>"$T/log"
	pool=$started
	wait_until 10 test -s "$PORTS"
	port=$(sed -n '1s/.*://p' "$PORTS")
}
under=()

# ask PORT: one request; the reply must be the right one.
ask() {
	/usr/bin/python3 "$ROOT/tests/peers/client.py" "127.0.0.1:$1" \
		<"$T/request" >"$T/got" &&
		cmp "$T/want" "$T/got"
}

# workers: the pids of the pool's workers that run their command already.
workers() {
	ps -o pid= --ppid "$pool" | tr -d ' '
}

has_workers() {
	[ "$(workers | wc -l)" = "$1" ]
}

# gone PID ...: none of these processes is there.
gone() {
	local pid
	for pid; do
		[ ! -e "/proc/$pid" ] || return 1
	done
}

# ends STATUS: the pool ends, with STATUS.
ends() {
	local status=0
	wait_until 10 gone_or_zombie "$pool"
	wait "$pool" || status=$?
	[ "$status" = "$1" ] || {
		echo "exit status $status, not $1" >&2
		cat "$T/log" >&2
		return 1
	}
}

gone_or_zombie() {
	[ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"
}

# script NAME: a COMMAND made of standard input.
script() {
	{
		echo '#!/bin/bash'
		cat
	} >"$T/$1"
	chmod +x "$T/$1"
}

# notified PATTERN: a line that was sent to the service manager.
notified() {
	grep -qE -- "$1" "$T/notified"
}

listen_to_notify() {
	start /usr/bin/python3 "$ROOT/tests/peers/notify-socket.py" "$T/notify" \
		>"$T/notified"
	wait_until 10 test -S "$T/notify"
	under=(env NOTIFY_SOCKET="$T/notify")
}

# load ARGUMENT ...: requests at the pool, each reply checked.
load_pool() {
	"$BUILD/bench/load" "$@" "$port"
}

@test "serves from a listening standard input, 32 workers for one socket" {
	pool --
	wait_until 10 has_workers 32
	ask "$port"
	wait_until 10 has_workers 32
	kill "$pool"
	ends 0
	[ ! -s "$T/log" ]
}

@test "serves each of the sockets that systemd passes, WORKERS for each" {
	pool --systemd first,second -- -w 3
	wait_until 10 has_workers 6
	while IFS=: read -r _ port; do
		ask "$port"
	done <"$PORTS"
	wait_until 10 has_workers 6
}

@test "a socket that is not blocking is made blocking" {
	script blocking <<-END
		read -r _ flags < <(grep flags /proc/self/fdinfo/0)
		echo \$((flags & 04000)) >$T/flags
		exec sleep 60
	END
	pool --nonblock -- -w 1 "$T/blocking"
	wait_until 10 test -s "$T/flags"
	[ "$(cat "$T/flags")" = 0 ]
}

@test "a worker has the socket as 0 and 1, and nothing of the pool's own" {
	script look <<-END
		env >$T/env
		ls -l /proc/\$\$/fd >$T/fds
		readlink /proc/\$\$/fd/0 >$T/socket
		cp /proc/self/status $T/status.new
		mv $T/status.new $T/status
		exec sleep 60
	END
	listen_to_notify
	under+=(WATCHDOG_USEC=60000000 ATTITUDE=kept nohup)
	pool --systemd only -- -w 1 "$T/look"
	wait_until 10 test -s "$T/status"
	[ "$(grep -cF "$(cat "$T/socket")" "$T/fds")" = 2 ]
	grep -qx ATTITUDE=kept "$T/env"
	run ! grep -E '^(LISTEN|NOTIFY|WATCHDOG)_' "$T/env"
	# HUP, INT, PIPE, TERM and CHLD: neither blocked nor ignored; USR1 is
	# ignored, so that it harms nobody who does not know it.
	run -0 awk '/^Sig(Blk|Ign):/ { print $2 }' "$T/status"
	for mask in "${lines[@]}"; do
		[ $((0x$mask & 0x15003)) = 0 ]
	done
	[ $((0x${lines[1]} & 0x200)) != 0 ]
}

@test "two thousand requests of 16 clients, one process for each" {
	pool -- -w 4
	run -0 load_pool -c 16 -n 2000
	[[ $output == *"answered=2000 failed=0 retried=0 refused=0 wrong=0"* ]]
	[ ! -s "$T/log" ]
}

@test "a worker that is killed is replaced, and logged with its name" {
	pool --systemd http -- -w 2
	wait_until 10 has_workers 2
	victim=$(workers | head -n 1)
	kill -SEGV "$victim"
	wait_until 10 gone "$victim"
	wait_until 10 has_workers 2
	wait_until 10 test -s "$T/log"
	[ "$(cat "$T/log")" = "versed-pool: worker $victim of http was killed by signal 11 (Segmentation fault)" ]
	ask "$port"
}

@test "the service manager learns of ready, status, reloading and stopping" {
	listen_to_notify
	pool -- -w 2
	wait_until 10 notified '^READY=1\|STATUS=2 workers, at most 1000, 0 waiting, 2 started, 0 answered, 0 refused, 0 cut, 0 failed$'
	ask "$port"
	printf 'bad' >"$T/request"
	run ! ask "$port"
	wait_until 10 notified '^STATUS=2 workers, at most 1000, 0 waiting, 4 started, 1 answered, 1 refused, 0 cut, 0 failed'
	kill -HUP "$pool"
	wait_until 10 notified '^RELOADING=1\|MONOTONIC_USEC=[0-9]+$'
	wait_until 10 eval '[ "$(grep -c READY=1 "$T/notified")" = 2 ]'
	kill "$pool"
	wait_until 10 notified '^STOPPING=1'
	ends 0
}

@test "the watchdog is fed in time, and the status is not sent for each request" {
	listen_to_notify
	under+=(WATCHDOG_USEC=500000)
	pool -- -w 2
	run -0 load_pool -c 4 -d 2
	count=$(wc -l <"$T/notified")
	echo "messages: $count"
	[ "$count" -le 30 ]
	[ "$(grep -c ^STATUS= "$T/notified")" -le 4 ]
	[ "$(grep -c '^WATCHDOG=1$' "$T/notified")" -ge 5 ]
}

@test "a load that never lets up: the watchdog is fed, TERM is heard" {
	listen_to_notify
	under+=(WATCHDOG_USEC=500000)
	pool -- -w 32
	load_pool -c 64 -d 20 >"$T/loaded" 3>&- &
	loader=$!
	wait_until 10 notified ' [1-9][0-9]* answered'
	# Fed each quarter of a second.
	before=$(wc -l <"$T/notified")
	wait_until 3 eval '[ "$(wc -l <"$T/notified")" -ge $((before + 4)) ]'
	kill "$pool"
	ends 0
	kill "$loader"
	wait "$loader" || true
}

@test "TERM: a request under way is answered, idle workers go, exit 0" {
	pool -- -w 2
	ask_slowly "$port"
	kill "$pool"
	wait_until 10 has_workers 1
	finish_asking
	ends 0
}

# ask_slowly PORT: begins a request, waits until a worker has begun to read it.
ask_slowly() {
	exec 9<>"/dev/tcp/127.0.0.1/$1"
	printf '27:cummingsify.HERE IS' >&9
	wait_until 10 accepted "$1"
}

# finish_asking: sends the rest; the reply must be the right one.
finish_asking() {
	printf ' MY POEM,' >&9
	cat <&9 >"$T/got"
	exec 9>&-
	cmp "$T/want" "$T/got"
}

# accepted PORT: a connection to it was accepted and what came was read.
accepted() {
	ss -Htn state established "sport = :$1" | grep -q '^0 '
}

@test "INT is as TERM" {
	pool -- -w 2
	wait_until 10 has_workers 2
	kill -INT "$pool"
	ends 0
}

@test "-t: what is not done after its time is killed, and logged" {
	script stubborn <<-END
		trap '' TERM
		: >$T/started
		while :; do sleep 0.1; done
	END
	pool -- -w 1 -t 1 "$T/stubborn"
	wait_until 10 test -e "$T/started"
	kill "$pool"
	ends 0
	run -0 cat "$T/log"
	[[ $output == "versed-pool: worker "*" of standard input is killed: still there after 1 s" ]]
}

@test "HUP: all workers are replaced, and a request under way is answered" {
	pool -- -w 3
	wait_until 10 has_workers 3
	before=$(workers)
	ask_slowly "$port"
	kill -HUP "$pool"
	wait_until 10 has_workers 4
	finish_asking
	# shellcheck disable=SC2086
	wait_until 10 gone $before
	wait_until 10 has_workers 3
	ask "$port"
	[ ! -s "$T/log" ]
}

# plain_handler: a COMMAND that does not catch TERM, and serves one connection.
plain_handler() {
	cat >"$T/plain" <<-'END'
		#!/usr/bin/python3
		import socket
		connection, _ = socket.socket(fileno=0).accept()
		request = b""
		while not request.endswith(b","):
		    request += connection.recv(100) or b","
		connection.sendall(b"15:here is my poem,")
	END
	chmod +x "$T/plain"
}

@test "TERM: a command that does not catch it loses its request" {
	plain_handler
	pool -- -w 3 "$T/plain"
	wait_until 10 has_workers 3
	ask_slowly "$port"
	kill "$pool"
	ends 0
	cat <&9 >"$T/got" || true
	exec 9>&-
	[ ! -s "$T/got" ]
	[ ! -s "$T/log" ]
}

@test "HUP: a command that does not catch TERM is told when it has no request" {
	plain_handler
	pool -- -w 3 "$T/plain"
	wait_until 10 has_workers 3
	ask_slowly "$port"
	kill -HUP "$pool"
	wait_until 10 has_workers 4
	finish_asking
	wait_until 10 has_workers 3
	[ ! -s "$T/log" ]
}

@test "HUP: a new binary takes over, under load, with no request lost" {
	not_under valgrind 'the process has its name'
	cp "$VERSED" "$T/handler"
	pool -- -w 4 -x 4 "$T/handler" -n 1000
	wait_until 10 has_workers 4
	start load_pool -c 4 -x "$T/stop" >"$T/loaded"
	loader=$started
	for _ in 1 2 3; do
		cp "$VERSED" "$T/handler.new"
		mv "$T/handler.new" "$T/handler"
		kill -HUP "$pool"
		wait_until 10 runs_only "$T/handler"
	done
	touch "$T/stop"
	wait "$loader"
	grep 'failed=0 retried=0 refused=0 wrong=0' "$T/loaded"
	run ! grep -v -e 'are taken and' -e 'nobody waits' "$T/log"
}

@test "HUP, again and again: no more workers than before, and all are new" {
	pool -- -w 2 -x 2 "$VERSED" -n 0
	wait_until 10 has_workers 2
	before=$(workers)
	for _ in {1..30}; do
		kill -HUP "$pool"
		sleep 0.01
	done
	# shellcheck disable=SC2086
	wait_until 10 gone $before
	wait_until 10 has_workers 2
	ask "$port"
	[ ! -s "$T/log" ]
}

@test "HUP with a command that is missing: the old workers stay" {
	not_under valgrind 'vfork(2) is fork(2)'
	cp "$VERSED" "$T/handler"
	listen_to_notify
	pool -- -w 2 "$T/handler" -n 0
	wait_until 10 has_workers 2
	before=$(workers)
	rm "$T/handler"
	kill -HUP "$pool"
	wait_until 10 test -s "$T/log"
	# It is over.
	wait_until 10 eval '[ "$(grep -c READY=1 "$T/notified")" = 2 ]'
	[ "$(workers)" = "$before" ]
	ask "$port"
	run -0 cat "$T/log"
	[ "$output" = "versed-pool: cannot start $T/handler for standard input: No such file or directory" ]
	cp "$VERSED" "$T/handler.new"
	mv "$T/handler.new" "$T/handler"
	kill -HUP "$pool"
	# shellcheck disable=SC2086
	wait_until 10 gone $before
	wait_until 10 has_workers 2
	[ "$(wc -l <"$T/log")" = 1 ]
}

@test "HUP with a command that fails at once: the old workers stay, and the log says why" {
	not_under valgrind 'the process has its name'
	cp "$VERSED" "$T/handler"
	listen_to_notify
	pool -- -w 4 "$T/handler" -n 0
	wait_until 10 has_workers 4
	before=$(workers)
	script broken <<<'exit 3'
	mv "$T/broken" "$T/handler"
	kill -HUP "$pool"
	wait_until 10 eval '[ "$(grep -c READY=1 "$T/notified")" = 2 ]'
	wait_until 10 has_workers 4
	[ "$(workers)" = "$before" ]
	ask "$port"
	run -0 cat "$T/log"
	[ "$output" = "versed-pool: the workers of standard input are not replaced: a new $T/handler exited with status 3" ]
}

@test "HUP cuts nobody: who sends for long, who takes a reply for long" {
	for command in "$VERSED" "$VERSED -n 1000"; do
		# shellcheck disable=SC2086
		pool -- -w 2 $command
		wait_until 10 has_workers 2
		ask_slowly "$port"
		before=$(workers)
		kill -HUP "$pool"
		# Others are served by new ones meanwhile.
		wait_until 10 eval '! has_all $before'
		sleep 3
		ask "$port"
		finish_asking
		# shellcheck disable=SC2086
		wait_until 10 gone $before
		wait_until 10 has_workers 2
		[ ! -s "$T/log" ]
		stop_started
		rm "$PORTS"
	done
}

# has_all PID ...: all are among the workers.
has_all() {
	local pid
	for pid; do
		workers | grep -qx "$pid" || return 1
	done
}

# runs_only FILE: all workers run what FILE is now, and there are four.
runs_only() {
	local pid
	has_workers 4 || return 1
	for pid in $(workers); do
		[ "/proc/$pid/exe" -ef "$1" ] || return 1
	done
}

# stopped COUNT: so many clients that stop in mid-request, until stop_started.
stopped() {
	start /usr/bin/python3 "$ROOT/tests/peers/stopped.py" "${2:-127.0.0.1:$port}" \
		"$1" "$T/stopped"
	wait_until 20 test -e "$T/stopped"
}

has_workers_at_least() {
	[ "$(workers | wc -l)" -ge "$1" ]
}

@test "it grows where stopped clients take all workers, and shrinks again" {
	pool -- -w 4
	wait_until 10 has_workers 4
	stopped 60
	stopper=$started
	for _ in {1..10}; do
		ask "$port"
	done
	has_workers_at_least 60
	kill "$stopper"
	wait_until 30 has_workers 4
	ask "$port"
	# What it said was of the clients that were killed.
	run ! grep versed-pool: "$T/log"
}

@test "the same on a UNIX socket, of workers that serve a thousand" {
	start /usr/bin/python3 "$ROOT/tests/peers/listen.py" "$T/socket" "$PORTS" \
		"$POOL" -w 2 "$VERSED" -n 1000 2>"$T/log"
	pool=$started
	wait_until 10 has_workers 2
	stopped 20 "$T/socket"
	for _ in {1..5}; do
		/usr/bin/python3 "$ROOT/tests/peers/client.py" "$T/socket" \
			<"$T/request" | cmp "$T/want"
	done
	has_workers_at_least 20
	[ ! -s "$T/log" ]
}

@test "-x reached: stopped clients are cut, others served; one line, and one when it is over" {
	listen_to_notify
	pool -- -w 2 -x 4
	wait_until 10 has_workers 2
	stopped 13
	for _ in {1..3}; do
		ask "$port"
	done
	wait_until 20 notified ' at most 4 \(reached\), '
	wait_until 20 eval '[ "$(wc -l <"$T/log")" = 2 ]'
	grep -qE "^versed-pool: all 4 workers \(-x 4\) are taken and [0-9]+ connections wait: " "$T/log"
	grep -qE "nobody waits for a worker any more: they were taken for [0-9]+ s$" "$T/log"
	wait_until 40 notified ' 3 answered, 0 refused, 13 cut, 0 failed'
	run ! notified ' ([5-9]|[0-9][0-9]+) workers, at most'
}

@test "at the limit of processes stopped clients are cut, too; one line says why" {
	need_root
	as_somebody 6
	pool -- -w 2 -x 50
	wait_until 10 has_workers 2
	stopped 15
	for _ in {1..3}; do
		ask "$port"
	done
	[ "$(grep -c 'cannot start .*: Resource temporarily unavailable' "$T/log")" = 1 ]
	run ! grep -v -e 'cannot start' -e 'are taken and' -e 'nobody waits' "$T/log"
}

@test "honest clients without a pause, and slow ones beside them: no growth, nobody cut" {
	need_shipped speed
	listen_to_notify
	for command in "$VERSED" "$VERSED -n 1000"; do
		# shellcheck disable=SC2086
		pool -- -w 32 $command
		wait_until 10 has_workers 32
		start load_pool -c 16 -x "$T/stop" >"$T/loaded"
		loader=$started
		run -0 /usr/bin/python3 "$ROOT/tests/peers/client.py" \
			"127.0.0.1:$port" 10 10 <"$T/request"
		assert_output '10 15:here is my poem,'
		touch "$T/stop"
		wait "$loader"
		grep 'failed=0 retried=0 refused=0 wrong=0' "$T/loaded"
		run ! notified '=(6[4-9]|[7-9].|[0-9]{3,}) workers'
		run ! notified ' [1-9][0-9]* cut'
		[ ! -s "$T/log" ]
		stop_started
		rm "$PORTS" "$T/stop"
		listen_to_notify
	done
}

@test "twenty thousand requests while SIGUSR1 flies: none is wrong" {
	pool -- -w 4 -x 4 "$VERSED" -n 0
	wait_until 10 has_workers 4
	flying() {
		while [ ! -e "$T/landed" ]; do
			# shellcheck disable=SC2046 # one word for each
			kill -USR1 $(<"/proc/$pool/task/$pool/children") || true
		done
	}
	start flying
	run -0 load_pool -c 8 -n 20000
	assert_output --partial 'answered=20000 failed=0 retried=0 refused=0 wrong=0'
	touch "$T/landed"
}

@test "busy filters are no dawdlers: -x is how many run, none is cut" {
	mkdir -m 755 "$T/filters"
	cat >"$T/filters/slow" <<-END
		#!/bin/bash
		echo >>$T/runs
		n=\$(ls $T/running | wc -l)
		: >$T/running/\$\$
		echo \$((n + 1)) >>$T/most
		sleep 1
		rm $T/running/\$\$
		exec cat
	END
	chmod 755 "$T/filters/slow"
	mkdir "$T/running"
	printf '11:slow.MYPOEM,' >"$T/request"
	pool -- -w 16 -x 16 "$VERSED" -f "$T/filters"
	run -0 /usr/bin/python3 "$ROOT/tests/peers/client.py" "127.0.0.1:$port" 200 \
		<"$T/request"
	assert_output '200 6:MYPOEM,'
	[ "$(sort -n "$T/most" | tail -n 1)" -le 16 ]
}

@test "TERM: who is queued is answered, beside a stopped client" {
	pool -- -w 1 -x 1
	wait_until 10 has_workers 1
	ask_slowly "$port"
	# So that it does not see them before the signal.
	kill -STOP "$pool"
	/usr/bin/python3 "$ROOT/tests/peers/client.py" "127.0.0.1:$port" 5 \
		<"$T/request" >"$T/queued" 3>&- &
	asker=$!
	wait_until 10 queued 5
	kill "$pool"
	kill -CONT "$pool"
	ends 0
	wait "$asker"
	[ "$(cat "$T/queued")" = '5 15:here is my poem,' ]
	exec 9>&-
}

# queued N: so many connections wait to be accepted.
queued() {
	[ "$(ss -Hltn "sport = :$port" | awk '{ print $2 }')" = "$1" ]
}

@test "TERM: clients that never cease to come do not keep it" {
	pool -- -w 2 -x 2
	start load_pool -c 8 -x "$T/stop" >"$T/loaded"
	wait_until 10 has_workers_at_least 1
	kill "$pool"
	ends 0
	touch "$T/stop"
}

@test "-i: a pool that nobody asks exits 0, and says so at the end only" {
	listen_to_notify
	pool -- -w 2 -i 5
	ask "$port"
	kill -HUP "$pool"
	ends 0
	[ "$(tail -n 1 "$T/notified" | cut -d '|' -f 1)" = STOPPING=1 ]
	[ ! -s "$T/log" ]
}

@test "-i: a filter at work keeps the pool, and who comes meanwhile is served" {
	mkdir -m 755 "$T/filters"
	printf '#!/bin/sh\nsleep 8\nexec cat\n' >"$T/filters/slow"
	chmod 755 "$T/filters/slow"
	pool -- -w 2 -i 1 "$VERSED" -f "$T/filters"
	exec 8<>"/dev/tcp/127.0.0.1/$port"
	printf '11:slow.MYPOEM,' >&8
	# It is leaving: the other worker has gone.
	wait_until 10 has_workers 1
	ask "$port"
	[ "$(cat <&8)" = 6:MYPOEM, ]
	exec 8>&-
	ends 0
	[ ! -s "$T/log" ]
}

@test "-i: asked in the very moment in which it goes, again and again: none lost" {
	# Whoever holds the socket starts it again.
	cat >"$T/again" <<-END
		#!/bin/bash
		while :; do
			echo >>$T/exits
			$POOL -w 1 -i 1 || echo "\$?" >>$T/bad
		done
	END
	chmod +x "$T/again"
	start /usr/bin/python3 "$ROOT/tests/peers/listen.py" 127.0.0.1 "$PORTS" \
		"$T/again" 2>"$T/log"
	wait_until 10 test -s "$PORTS"
	run -0 /usr/bin/python3 "$ROOT/tests/peers/idle-moment.py" \
		"$(sed -n '1s/.*://p' "$PORTS")" 995 10 20
	assert_output --partial 'answered=10 failed=0 '
	[ ! -e "$T/bad" ]
}

@test "a reply that is not taken is bounded by the send buffer" {
	pool -- -w 1 "$VERSED"
	STOP=reply start /usr/bin/python3 "$ROOT/tests/peers/stopped.py" \
		"127.0.0.1:$port" 1 "$T/stopped"
	wait_until 20 test -e "$T/stopped"
	# Of ss: t the sending side, tb its bound.
	wait_until 10 eval 'ss -Htnm state established "sport = :$port" | grep -q ",tb[1-9]"'
	bound=$(ss -Htnm state established "sport = :$port" |
		sed -n 's/.*,tb\([0-9]*\),.*/\1/p')
	echo "the kernel may hold $bound bytes"
	[ "$bound" -le 131072 ]
}

# ask_datagram: one request that is larger than its reply.
ask_datagram() {
	/usr/bin/python3 "$ROOT/tests/peers/datagram.py" "127.0.0.1:$port" \
		--pad 200 <"$T/request" >"$T/got" && cmp "$T/want" "$T/got"
}

@test "a datagram socket beside a listening one: -w workers, no more, no signal" {
	listen_to_notify
	pool --kind datagram,listening --systemd one,two -- -w 2
	wait_until 10 has_workers 4
	for _ in {1..5}; do
		ask_datagram
	done
	port=$(sed -n '2s/.*://p' "$PORTS")
	ask "$port"
	wait_until 10 notified ' 6 answered, 0 refused, 0 cut, 0 failed'
	wait_until 10 has_workers 4
	kill "$pool"
	ends 0
	[ ! -s "$T/log" ]
}

@test "datagrams that nobody has time for: no growth, and no signal to others" {
	# A worker that takes one datagram and then no more.
	cat >"$T/slow" <<-END
		#!/usr/bin/python3
		import signal, socket, time
		signal.signal(signal.SIGUSR1, lambda *_: open("$T/hurried", "w"))
		sock = socket.socket(fileno=0)
		open("$T/started", "w")
		sock.recv(100)
		time.sleep(60)
	END
	chmod +x "$T/slow"
	listen_to_notify
	pool --kind datagram -- -w 1 -x 1 "$T/slow"
	wait_until 10 test -e "$T/started"
	for _ in {1..20}; do
		printf x >"/dev/udp/127.0.0.1/$port"
	done
	sleep 1.5
	has_workers 1
	[ ! -e "$T/hurried" ]
	[ ! -s "$T/log" ]
}

@test "-n 0 on datagrams: HUP replaces the workers, none is lost; -i" {
	pool --kind datagram -- -w 2 -i 5 "$VERSED" -n 0
	wait_until 10 has_workers 2
	before=$(workers)
	ask_datagram
	kill -HUP "$pool"
	# shellcheck disable=SC2086
	wait_until 10 gone $before
	ask_datagram
	ends 0
	[ ! -s "$T/log" ]
}

@test "-p: HUP has the pool send the new poem" {
	printf 'OLD' >"$T/poem"
	pool -- -w 2 "$VERSED" -p "$T/poem"
	wait_until 10 has_workers 2
	before=$(workers)
	[ "$(cat <"/dev/tcp/127.0.0.1/$port")" = 3:OLD, ]
	printf 'NEWER' >"$T/poem.new"
	mv "$T/poem.new" "$T/poem"
	kill -HUP "$pool"
	# shellcheck disable=SC2086
	wait_until 10 gone $before
	[ "$(cat <"/dev/tcp/127.0.0.1/$port")" = 5:NEWER, ]
	rm "$T/poem"
	kill -HUP "$pool"
	wait_until 10 grep 'are not replaced: a new .* exited with status 66' "$T/log"
}

@test "a service manager that cannot be reached: one line, and it serves" {
	under=(env NOTIFY_SOCKET="$T/nowhere")
	pool -- -w 2
	ask "$port"
	ask "$port"
	kill -HUP "$pool"
	ask "$port"
	run -0 cat "$T/log"
	assert_output 'versed-pool: cannot tell the service manager: No such file or directory'
}

@test "sockets passed to another process are named" {
	not_under valgrind 'it opens descriptors first'
	run -64 env LISTEN_PID=1 LISTEN_FDS=1 "$POOL" </dev/null
	assert_line --regexp '^versed-pool: the sockets passed are for process 1 \(LISTEN_PID\), and this is [0-9]+$'
}

@test "a folder called versed is no program" {
	not_under valgrind 'the process has its name'
	mkdir -p "$T/beside/versed" "$T/first/versed" "$T/path"
	cp "$POOL" "$T/beside"
	ln -s "$VERSED" "$T/path/versed"
	under=(env PATH="$T/first:$T/path:$PATH")
	POOL=$T/beside/versed-pool
	pool -- -w 1
	ask "$port"
}

@test "a pool killed by KILL leaves no worker" {
	pool -- -w 5 "$VERSED" -n 0
	wait_until 10 has_workers 5
	before=$(workers)
	ask_slowly "$port"
	kill -KILL "$pool"
	# shellcheck disable=SC2086
	wait_until 10 gone $before
	exec 9>&-
}

@test "workers killed at random under load: others are not harmed" {
	pool -- -w 4 "$VERSED" -n 100
	wait_until 10 has_workers 4
	start load_pool -c 4 -r 3 -x "$T/stop" >"$T/loaded"
	loader=$started
	for _ in {1..20}; do
		victim=$(workers | shuf -n 1)
		kill -KILL "$victim" || continue
		wait_until 10 gone "$victim"
	done
	touch "$T/stop"
	wait "$loader"
	grep 'failed=0 .* refused=0 wrong=0' "$T/loaded"
}

@test "naming a filter that cannot run makes no pool pause" {
	mkdir -m 755 "$T/filters"
	printf '#!/nonexistent\n' >"$T/filters/broken"
	chmod 755 "$T/filters/broken"
	pool -- -w 2 -v -- "$VERSED" -f "$T/filters"
	printf '9:broken.ab,' >"$T/broken"
	for _ in {1..12}; do
		start bash -c '"$@" <"$0"' "$T/broken" /usr/bin/python3 \
			"$ROOT/tests/peers/client.py" "127.0.0.1:$port"
		ask "$port"
	done
	wait_until 20 eval '[ "$(grep -c result=broken "$T/log")" = 12 ]'
	run ! grep -E 'worker|pause' "$T/log"
}

@test "workers that fail at once: a growing pause, one line, then the cure" {
	script failing <<-END
		echo >>$T/starts
		[ -e $T/cured ] || exit 3
		exec $VERSED
	END
	listen_to_notify
	pool -- -w 2 "$T/failing"
	wait_until 10 notified 'pausing'
	wait_until 10 lines_at_least 12 "$T/starts"
	begun=$EPOCHREALTIME
	count=$(wc -l <"$T/starts")
	wait_until 10 lines_at_least $((count + 4)) "$T/starts"
	# Two rounds of two workers with nearly a second before each.
	took_ms=$((${EPOCHREALTIME/./} / 1000 - ${begun/./} / 1000))
	echo "four starts took $took_ms ms"
	[ "$took_ms" -ge 300 ]
	[ "$(wc -l <"$T/starts")" -le 30 ]
	run -0 cat "$T/log"
	[[ $output == "versed-pool: worker "*" of standard input exited with status 3" ]]
	touch "$T/cured"
	wait_until 10 ask "$port"
	wait_until 10 has_workers 2
}

lines_at_least() {
	[ "$(wc -l <"$2")" -ge "$1" ]
}

@test "workers that fail are not said to be taken by slow clients" {
	script failing <<-END
		exit 3
	END
	listen_to_notify
	pool -- -w 2 "$T/failing"
	wait_until 10 notified 'pausing'
	start /usr/bin/python3 "$ROOT/tests/peers/client.py" "127.0.0.1:$port" \
		<"$T/request"
	wait_until 10 notified '1 waiting.*pausing'
	run -0 cat "$T/log"
	[[ $output == "versed-pool: worker "*" of standard input exited with status 3" ]]
}

@test "a command that vanishes: one line, requests wait until it is back" {
	not_under valgrind 'vfork(2) is fork(2)'
	cp "$VERSED" "$T/handler"
	pool -- -w 2 "$T/handler"
	wait_until 10 has_workers 2
	rm "$T/handler"
	ask "$port"
	ask "$port"
	wait_until 10 has_workers 0
	ask "$port" 3>&- &
	asker=$!
	wait_until 10 test -s "$T/log"
	cp "$VERSED" "$T/handler.new"
	mv "$T/handler.new" "$T/handler"
	wait "$asker"
	wait_until 10 has_workers 2
	run -0 cat "$T/log"
	[ "$output" = "versed-pool: cannot start $T/handler for standard input: No such file or directory" ]
}

# as_somebody PROCESSES: the pool is to run under such a limit, as a user of
# whom there are no other processes.
as_somebody() {
	need_shipped 'needs of processes'
	PUBLIC=$(mktemp -d)
	chmod 755 "$PUBLIC"
	cp "$POOL" "$VERSED" "$PUBLIC"
	POOL=$PUBLIC/versed-pool
	as_user=(setpriv --reuid $((100000 + BASHPID)) --clear-groups)
	under=("${as_user[@]}" prlimit --nproc="$1":100)
}

@test "at the process limit: one line, fewer workers, and it serves on" {
	need_root
	as_somebody 4
	pool -- -w 8
	wait_until 10 has_workers 3
	for _ in {1..8}; do
		ask "$port"
	done
	"${as_user[@]}" prlimit --pid "$pool" --nproc=100:100
	wait_until 10 has_workers 8
	run -0 cat "$T/log"
	[ "$output" = "versed-pool: cannot start $PUBLIC/versed for standard input: Resource temporarily unavailable" ]
}

@test "no process at all: exit 71" {
	need_root
	as_somebody 1
	pool --
	refuses 71 'Resource temporarily unavailable'
}

@test "without COMMAND it runs the versed beside it, or else that of PATH" {
	not_under valgrind 'the process has its name'
	mkdir "$T/beside" "$T/path"
	cp "$POOL" "$T/beside"
	printf '#!/bin/sh\nexec sleep 60\n' | tee "$T/beside/versed" >"$T/path/versed"
	chmod +x "$T/beside/versed" "$T/path/versed"
	under=(env PATH="$T/path:$PATH")
	POOL=$T/beside/versed-pool
	pool -- -w 1
	wait_until 10 has_workers 1
	tr '\0' ' ' <"/proc/$(workers)/cmdline"
	wait_until 10 eval 'grep -q sleep "/proc/$(workers)/cmdline"'
	stop_started
	rm "$T/beside/versed" "$PORTS"
	pool -- -w 1
	wait_until 10 has_workers 1
}

# refuses STATUS TEXT: the pool ends with STATUS and logs a line with TEXT.
refuses() {
	ends "$1"
	[ "$(wc -l <"$T/log")" = 1 ]
	grep -F -- "$2" "$T/log"
}

@test "no listening socket: exit 64" {
	not_under valgrind 'it opens descriptors first'
	run -64 "$POOL" </dev/null
	[ "$output" = "versed-pool: a listening socket is needed, but standard input (file descriptor 0) is not a socket" ]
	run -64 bash -c '"$0" <&-' "$POOL"
	[ "$output" = "versed-pool: a listening socket is needed, but standard input (file descriptor 0) is not open" ]
}

@test "a connected socket: exit 64" {
	pool --kind connected --
	refuses 64 "is connected, not listening"
}

@test "sockets of other kinds are named, and the others served" {
	pool --kind packets,connected,listening --systemd one,two,three -- -w 1
	port=$(sed -n '3s/.*://p' "$PORTS")
	ask "$port"
	grep -F "one (file descriptor 3) is a socket for sequenced packets" "$T/log"
	grep -F "two (file descriptor 4) is connected, not listening" "$T/log"
	[ "$(wc -l <"$T/log")" = 2 ]
}

@test "no socket that will do: exit 64" {
	pool --kind packets --
	refuses 64 "standard input (file descriptor 0) is a socket for sequenced packets"
}

@test "COMMAND missing or not to be run: exit 69" {
	not_under valgrind 'vfork(2) is fork(2)'
	pool -- /nonexistent/handler
	refuses 69 "cannot start /nonexistent/handler for standard input: No such file"
	rm "$PORTS"
	pool -- nonexistent-handler
	refuses 69 "cannot start nonexistent-handler"
	rm "$PORTS"
	: >"$T/plain"
	pool -- "$T/plain"
	refuses 69 "Permission denied"
}

@test "bad options: exit 64" {
	for bad in "-w 0" "-w 1001" "-w x" "-w" "-t -1" "-t" "-x" "-x 0" "-x 20001" "-i x" "--nonsense"; do
		# shellcheck disable=SC2086
		run -64 "$POOL" $bad </dev/null
		[[ $output == "versed-pool: "* ]]
		[ "${#lines[@]}" = 1 ]
	done
}

@test "a wrong option is named, in a group and in its long form too" {
	run -64 "$POOL" -vy
	assert_output 'versed-pool: unknown option: -y'
	run -64 "$POOL" -v --nosuch
	assert_output 'versed-pool: unknown option: --nosuch'
	for option in -w -vw --workers; do
		run -64 "$POOL" "$option"
		assert_output 'versed-pool: option -w lacks its argument'
	done
}

@test "-h and -V, in the long form too" {
	for option in -h --help; do
		run -0 "$POOL" "$option"
		[[ ${lines[0]} == "usage: versed-pool "* ]]
	done
	for option in -V --version; do
		run -0 "$POOL" "$option"
		[[ $output == "versed-pool "[0-9]* ]]
	done
	run -74 bash -c '"$0" -h >/dev/full' "$POOL"
}

@test "options after COMMAND are its own; long options; -v logs each failure" {
	script fail <<-END
		echo "\$*" >>$T/arguments
		exit 3
	END
	pool -- --workers 2 --timeout 5 --verbose "$T/fail" -h -w 9
	wait_until 10 lines_at_least 4 "$T/log"
	grep -qx -- '-h -w 9' "$T/arguments"
	rm "$PORTS"
	pool -- -w 1 -- "$T/fail"
	wait_until 10 test -s "$T/log"
}

@test "it is process 1 of a container, and reaps what is left to it" {
	skip_unless 'unshare -p -f --mount-proc true' "process namespaces"
	script orphan <<-END
		(sleep 0.1 &)
		exec $VERSED
	END
	under=(unshare -p -f --kill-child --mount-proc)
	pool -- -w 1 "$T/orphan"
	ask "$port"
	inner=$(ps -o pid= --ppid "$pool" | tr -d ' ')
	no_zombies() {
		! pgrep -r Z -P "$inner"
	}
	wait_until 10 no_zombies
	ask "$port"
}
