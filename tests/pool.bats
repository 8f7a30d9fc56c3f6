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
	# HUP, INT, PIPE, TERM and CHLD: neither blocked nor ignored.
	run -0 awk '/^Sig(Blk|Ign):/ { print $2 }' "$T/status"
	for mask in "${lines[@]}"; do
		[ $((0x$mask & 0x15003)) = 0 ]
	done
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
	wait_until 10 notified '^READY=1\|STATUS=2 workers, 2 started, 0 answered, 0 refused, 0 failed\|'
	ask "$port"
	printf 'bad' >"$T/request"
	run ! ask "$port"
	wait_until 10 notified '^STATUS=2 workers, 4 started, 1 answered, 1 refused, 0 failed'
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
	[ "$count" -ge 5 ]
	[ "$count" -le 20 ]
	run ! grep -v WATCHDOG=1 "$T/notified"
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
	pool -- -w 2 -t 1
	ask_slowly "$port"
	kill "$pool"
	ends 0
	cat <&9 >"$T/got"
	exec 9>&-
	[ ! -s "$T/got" ]
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
	wait_until 10 has_workers 3
	# shellcheck disable=SC2086
	gone $before
	ask "$port"
	[ ! -s "$T/log" ]
}

@test "a worker is told to go until it goes" {
	script deaf <<-END
		trap 'echo >>$T/told; [ \$(wc -l <$T/told) -lt 3 ] || exit 0' TERM
		: >$T/told
		while :; do sleep 0.01; done
	END
	pool -- -w 1 "$T/deaf"
	wait_until 10 test -e "$T/told"
	kill "$pool"
	ends 0
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

@test "TERM: a command that does not catch it still finishes its request" {
	plain_handler
	pool -- -w 3 "$T/plain"
	wait_until 10 has_workers 3
	ask_slowly "$port"
	kill "$pool"
	wait_until 10 has_workers 1
	finish_asking
	ends 0
	[ ! -s "$T/log" ]
}

@test "HUP: the same for a command that does not catch TERM" {
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
	pool -- -w 4 "$T/handler" -n 1000
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
	[ ! -s "$T/log" ]
}

@test "HUP while the command is missing: the old workers stay until it is back" {
	not_under valgrind 'vfork(2) is fork(2)'
	cp "$VERSED" "$T/handler"
	pool -- -w 2 "$T/handler" -n 0
	wait_until 10 has_workers 2
	before=$(workers)
	rm "$T/handler"
	kill -HUP "$pool"
	wait_until 10 test -s "$T/log"
	[ "$(workers)" = "$before" ]
	ask "$port"
	cp "$VERSED" "$T/handler.new"
	mv "$T/handler.new" "$T/handler"
	# shellcheck disable=SC2086
	wait_until 10 gone $before
	wait_until 10 has_workers 2
	[ "$(wc -l <"$T/log")" = 1 ]
}

# runs_only FILE: all workers run what FILE is now, and there are four.
runs_only() {
	local pid
	has_workers 4 || return 1
	for pid in $(workers); do
		[ "/proc/$pid/exe" -ef "$1" ] || return 1
	done
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

@test "a datagram socket among others: exit 64" {
	pool --kind datagram --systemd one,two --
	refuses 64 "but one (file descriptor 3) is not a stream socket"
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
	for bad in "-w 0" "-w 1001" "-w x" "-w" "-t -1" "-t" "-x" "--nonsense"; do
		# shellcheck disable=SC2086
		run -64 "$POOL" $bad </dev/null
		[[ $output == "versed-pool: "* ]]
		[ "${#lines[@]}" = 1 ]
	done
}

@test "a wrong option is named, in a group and in its long form too" {
	run -64 "$POOL" -vx
	assert_output 'versed-pool: unknown option: -x'
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
