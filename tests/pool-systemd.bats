# SPDX-License-Identifier: ISC
# The pool's units, under a real systemd, and under load.
# shellcheck disable=SC2016 # what is for other shells
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load lib/box

setup() {
	load lib/lib
	need_box
	box systemctl start versed-pool.socket
}

teardown() {
	[[ -e $BOX/pid ]] || return 0
	[[ -z ${loader-} ]] || end_load || true
	drop_in_end versed-pool.service
	[[ -z ${slow-} ]] || kill "$slow" || true
	box systemctl stop versed-pool.socket versed-pool.service versed.socket
	box systemctl reset-failed
}

# property NAME: of the service.
property() {
	box systemctl show -P "$1" versed-pool.service
}

workers() {
	box pgrep -P "$(property MainPID)"
}

# running N: the pool is there with N workers.
running() {
	[[ $(property ActiveState) == active && $(workers | wc -l) == "$1" ]]
}

serving() {
	[[ $(property SubState) == running ]]
}

# begin_load RETRIES: 8 clients and versify, until end_load.
begin_load() {
	box tests/peers/versify-loop "$1" /run/stop "$SERVER" \
		>"$BATS_TEST_TMPDIR/versified" 3>&- &
	versifier=$!
	box build/bench/load -c 8 -r "$1" -x /run/stop 11000 \
		>"$BATS_TEST_TMPDIR/loaded" 3>&- &
	loader=$!
	wait_until 10 serving
}

# end_load [PATTERN]: no request was refused or failed, no reply was wrong.
end_load() {
	box touch /run/stop
	wait "$loader" || true
	wait "$versifier" || true
	loader=
	box rm /run/stop
	cat "$BATS_TEST_TMPDIR/loaded" "$BATS_TEST_TMPDIR/versified"
	grep -qE '^answered=[1-9][0-9]* failed=0$' \
		"$BATS_TEST_TMPDIR/versified" || return 1
	grep -qE "^answered=[1-9][0-9]* failed=0 ${1-} refused=0 wrong=0 " \
		"$BATS_TEST_TMPDIR/loaded"
}

answered_more() {
	local status
	status=$(property StatusText)
	[[ $status =~ \ ([0-9]+)\ answered ]] && ((BASH_REMATCH[1] > $1))
}

passed() {
	((SECONDS > $1))
}

nothing_failed() {
	box systemctl is-active versed-pool.socket &&
		[[ -z $(box systemctl list-units -q --state=failed) ]]
}

@test "systemd has nothing to say about the pool's units" {
	run -0 box systemd-analyze verify --man=no versed-pool.socket \
		versed-pool.service
	assert_output ''
}

@test "the exchange on IPv4 and IPv6, 32 workers for each" {
	served 127.0.0.1:11000
	served '[::1]:11000'
	wait_until 10 running 64
	wait_until 10 eval '[[ $(property StatusText) == \
		"64 workers, at most 1000, 0 waiting, 72 started, 6 answered, 2 refused, 0 cut, 0 failed" ]]'
	box_logged 'peer=127.0.0.1:[0-9]* transform="nonesuch"' -t versed-pool
	nothing_failed
}

@test "of the pool's and the single handlers' sockets the last one has the port" {
	box systemctl start versed.socket
	run ! box systemctl -q is-active versed-pool.socket
	served
	run ! box systemctl -q is-active versed-pool.service
	box systemctl start versed-pool.socket
	run ! box systemctl -q is-active versed.socket
	served
	box systemctl -q is-active versed-pool.service
}

@test "the manual's line for a thousand requests a process" {
	manual_block versed-pool.8 systemd 2 | drop_in versed-pool.service
	served
	wait_until 10 running 64
	run -0 box cat "/proc/$(workers | head -n 1)/cmdline"
	assert_output --partial -n1000
	run -0 box build/bench/load -c 4 -n 2000 11000
	# A busy machine may have had it grow, for ten seconds.
	wait_until 30 running 64
	nothing_failed
}

@test "the manual's options for the pool itself, which lose none of the handler's" {
	(
		manual_block versed-pool.8 systemd 3
		manual_block versed-pool.8 systemd 2
	) | drop_in versed-pool.service
	served
	wait_until 10 running 200
	run -0 box cat "/proc/$(workers | head -n 1)/cmdline"
	assert_output --partial -n1000
	nothing_failed
}

@test "the manual's line for more workers, and its line for filters" {
	box rm -rf /etc/versed
	box mkdir -m 755 /etc/versed
	box ln -s /usr/bin/rev /etc/versed/rev
	manual_block versed-pool.8 systemd 3 | drop_in versed-pool.service
	served
	wait_until 20 running 200
	manual_block versed-pool.8 systemd 4 | drop_in versed-pool.service
	box systemctl restart versed-pool.service
	asked '7:rev.ABC,' '3:CBA,'
	wait_until 10 running 32
	[[ $(property StatusText) == *" at most 32 "* ]]
	nothing_failed
}

@test "the status counts exactly the requests that were sent" {
	run -0 box build/bench/load -c 4 -n 500 11000
	unanswered '7:nosuch.,'
	unanswered 'x'
	wait_until 10 eval '[[ $(property StatusText) == \
		*" 500 answered, 2 refused, 0 cut, 0 failed" ]]'
}

@test "restarts under load: no connection refused, no request lost" {
	begin_load 0
	for _ in 1 2 3; do
		before=$(property MainPID)
		box systemctl restart versed-pool.service
		[[ $(property MainPID) != "$before" ]]
		wait_until 10 answered_more 100
	done
	end_load retried=0
	nothing_failed
}

@test "reloads under load: no connection refused, no request lost" {
	begin_load 0
	before=$(property MainPID)
	for _ in 1 2 3 4 5; do
		answered=$(property StatusText | grep -o '[0-9]* answered')
		box systemctl reload versed-pool.service
		wait_until 10 answered_more "${answered% *}"
	done
	[[ $(property MainPID) == "$before" ]]
	end_load retried=0
	wait_until 10 serving
	nothing_failed
}

@test "workers killed at random under load: -r 1 loses no request" {
	begin_load 1
	pool=$(property MainPID)
	box bash -c 'for _ in {1..40}; do
		kill -KILL "$(pgrep -P $1 | shuf -n 1)" || true
		sleep 0.02
	done' - "$pool" 2>/dev/null
	wait_until 10 answered_more 1000
	end_load 'retried=[0-9]*'
	[[ $(property MainPID) == "$pool" ]]
	nothing_failed
}

@test "the pool killed by KILL under load: it comes back, -r 1 loses no request" {
	begin_load 1
	for _ in 1 2; do
		before=$(property MainPID)
		box kill -KILL "$before"
		wait_until 10 eval '[[ $(property MainPID) != "$before" ]]'
		wait_until 10 serving
		wait_until 10 answered_more 100
	done
	end_load 'retried=[0-9]*'
	nothing_failed
}

@test "a stop lets a request under way finish" {
	box bash -c 'exec 9<>/dev/tcp/127.0.0.1/11000
		printf 27:cummingsify. >&9
		touch /run/half
		until [[ -e /run/rest ]]; do sleep 0.1; done
		printf "HERE IS MY POEM," >&9
		cat <&9' >"$BATS_TEST_TMPDIR/held" 3>&- &
	held=$!
	wait_until 10 serving
	wait_until 10 box test -e /run/half
	wait_until 10 eval '[[ $(box ss -Htn state established \
		"sport = :11000") == "0 "* ]]'
	box systemctl stop versed-pool.socket versed-pool.service 3>&- &
	stopper=$!
	box touch /run/rest
	wait "$held" "$stopper"
	assert_equal "$(cat "$BATS_TEST_TMPDIR/held")" '15:here is my poem,'
	[[ $(property Result) == success ]]
}

# The pool has ended by itself, and systemd has the port.
idle() {
	[[ $(property ActiveState) == inactive &&
		$(box systemctl show -P SubState versed-pool.socket) == listening ]]
}

@test "a pool that nobody asks is not there, and comes back when it is asked" {
	drop_in versed-pool.service <<-END
		[Service]
		Environment="VERSED_POOL_OPTIONS=-i 1 -w 2"
	END
	for _ in 1 2 3; do
		served
		wait_until 15 idle
	done
	[[ $(property Result) == success ]]
	nothing_failed
}

@test "connections in the very moment in which the pool goes: none lost, none refused" {
	drop_in versed-pool.service <<-END
		[Service]
		Environment="VERSED_POOL_OPTIONS=-i 1 -w 2"
	END
	run -0 box tests/peers/idle-moment.py 11000 1000 8
	assert_output --regexp '^answered=8 failed=0 '
	wait_until 15 idle
	nothing_failed
}

# slow_client: one that holds a worker, until the next one or the test's end.
slow_client() {
	[[ -z ${slow-} ]] || kill "$slow" 2>/dev/null || true
	box bash -c 'exec 9<>/dev/tcp/127.0.0.1/11000 && printf 27:cum >&9 &&
		sleep 60' 3>&- 2>/dev/null &
	slow=$!
	wait_until 10 eval '[[ $(box ss -Htn state established \
		"sport = :11000" | wc -l) -ge 1 ]]'
}

# While systemd starts an instance of versed@.service its child has the port.
settled() {
	! box pgrep -x '\(versed\)'
}

@test "start, stop, restart of the four units in each order: one answers, or none" {
	local active=pool unit verb steps step
	# Each of the eight after each.
	steps=$(/usr/bin/python3 -c '
left = {i: list(range(8)) for i in range(8)}
stack, walk = [0], []
while stack:
    at = stack[-1]
    if left[at]:
        stack.append(left[at].pop())
    else:
        walk.append(stack.pop())
print(*walk[::-1])')
	local verbs=(start stop restart start stop restart stop restart)
	local units=(versed.socket versed.socket versed.socket
		versed-pool.socket versed-pool.socket versed-pool.socket
		versed-pool.service versed-pool.service)
	for step in $steps; do
		verb=${verbs[step]} unit=${units[step]}
		wait_until 10 settled
		box systemctl "$verb" "$unit" || {
			echo "$verb $unit fails after ${active:-none}"
			box journalctl -q -n 30 -u 'versed*.s*'
			return 1
		}
		case $verb,$unit in
		stop,versed.socket) [[ $active == pool ]] || active= ;;
		stop,versed-pool.socket) [[ $active == versed ]] || active= ;;
		stop,*) ;;
		*,versed.socket) active=versed ;;
		*) active=pool ;;
		esac
		echo "after $verb $unit: ${active:-none}"
		case $active in
		pool) asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,'
			box systemctl -q is-active versed-pool.socket
			# It answers before it says that it is ready.
			wait_until 10 box systemctl -q is-active versed-pool.service
			run ! box systemctl -q is-active versed.socket ;;
		versed) asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,'
			box systemctl -q is-active versed.socket
			run ! box systemctl -q is-active versed-pool.socket
			run ! box systemctl -q is-active versed-pool.service ;;
		*) run ! box bash -c ': </dev/tcp/127.0.0.1/11000' ;;
		esac
		[[ -z $active ]] || ((step % 3)) || slow_client
	done
	[[ -z $(box systemctl list-units -q --state=failed) ]]
}

@test "disable --now of the one and enable --now of the other, both ways" {
	served
	box systemctl disable -q --now versed-pool.socket
	box systemctl enable -q --now versed.socket
	served
	run ! box systemctl -q is-active versed-pool.service
	box systemctl disable -q --now versed.socket
	box systemctl enable -q --now versed-pool.socket
	served
	box systemctl disable -q versed-pool.socket
	box systemctl -q is-active versed-pool.service
}

@test "a pool that is killed without its socket does not come back for ever" {
	served
	box systemctl kill -s KILL versed-pool.service
	box systemctl stop versed-pool.socket
	wait_until 15 eval '[[ $(property ActiveState) == inactive ||
		$(property ActiveState) == failed ]]'
	box systemctl start versed-pool.socket
	served
}

@test "restart with a stopped client: others wait two and a half seconds at most" {
	need_shipped speed
	served
	slow_client
	box systemctl restart versed-pool.service 3>&- &
	restarter=$!
	begun=${EPOCHREALTIME/./}
	asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,'
	took_ms=$(((${EPOCHREALTIME/./} - begun) / 1000))
	wait "$restarter"
	echo "waited $took_ms ms"
	# Twice what the design allows, as the machine may be busy.
	((took_ms < 5000))
}

@test "a pool that hangs is replaced by the watchdog" {
	drop_in versed-pool.service <<-END
		[Service]
		WatchdogSec=2
	END
	served
	before=$(property MainPID)
	# Fed: it is still the same one after more than its time.
	wait_until 10 passed $((SECONDS + 3))
	[[ $(property MainPID) == "$before" ]]
	box kill -STOP "$before"
	wait_until 20 eval '[[ $(property MainPID) != "$before" ]]'
	wait_until 10 running 64
	box_logged 'Watchdog timeout' -u versed-pool.service
	served
}

@test "workers have the handler's sandbox and the unit's" {
	served
	wait_until 10 running 64
	worker=$(workers | head -n 1)
	box cat "/proc/$worker/status" >"$BATS_TEST_TMPDIR/status"
	for line in 'Seccomp:.2' 'NoNewPrivs:.1' 'CapEff:.0*' 'CapBnd:.0*'; do
		grep -qx "$line" "$BATS_TEST_TMPDIR/status"
	done
	run ! grep -q '^Uid:.0' "$BATS_TEST_TMPDIR/status"
	for namespace in mnt net ipc user; do
		[[ $(box readlink "/proc/$worker/ns/$namespace") != \
			$(box readlink "/proc/1/ns/$namespace") ]]
	done
}

@test "after journald and its sockets were started anew the log goes on" {
	served
	box systemctl stop systemd-journald.socket systemd-journald-dev-log.socket \
		systemd-journald-audit.socket systemd-journald.service
	box systemctl start systemd-journald.socket \
		systemd-journald-dev-log.socket systemd-journald.service
	# Who was waiting since before loses its line, as it can open nothing.
	run -0 box build/bench/load -c 4 -n 200 11000
	asked '10:nothing1.A,' ''
	# By syslog; systemd 257 keeps the streams that were there.
	box_logged 'transform="nothing1"'
	box kill -KILL "$(workers | head -n 1)"
	box_logged 'killed by signal 9' -t versed-pool
	box systemctl restart versed-pool.service
}
