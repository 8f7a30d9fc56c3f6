# SPDX-License-Identifier: ISC
# The units, under a real systemd.

load lib/box

setup() {
	load lib/lib
	need_box
	# The quick start: the line of the manual.
	if ! box systemctl -q is-active versed.socket; then
		read -r -a line < <(manual_block versed.8 systemd)
		box "${line[@]}"
	fi
}

teardown() {
	[[ -e $BOX/pid ]] || return 0
	for unit in versed.socket versed@.service; do
		drop_in_end "$unit"
	done
	box systemctl stop versed.socket 'versed@*.service'
	box systemctl reset-failed
}

# restart_socket: standard input is a drop-in of the socket unit.
restart_socket() {
	drop_in versed.socket
	box systemctl restart versed.socket
}

# So many instances are at work.
instances() {
	[[ $(box systemctl show -P NConnections versed.socket) == "$1" ]]
}

more_instances() {
	(($(box systemctl show -P NConnections versed.socket) > $1))
}

# hold N: starts N clients that wait two seconds in the middle of a request;
# what they got comes into $BATS_TEST_TMPDIR/held.
hold() {
	printf '27:cummingsify.HERE IS MY POEM,' |
		box tests/peers/client.py "$SERVER" "$1" "$1" \
			>"$BATS_TEST_TMPDIR/held" 3>&- &
	held=$!
	wait_until 20 instances "$1"
}

no_failure_logged() {
	run ! box_logged_now 'versed@.*Failed with result' -u 'versed@*'
}

nothing_failed() {
	box systemctl is-active versed.socket &&
		[[ -z $(box systemctl list-units -q --state=failed) ]]
}

@test "systemd has nothing to say about the units" {
	run -0 box systemd-analyze verify --man=no versed.socket \
		versed@.service
	assert_output ''
}

@test "the exchange on IPv4 and IPv6" {
	served 127.0.0.1:11000
	served '[::1]:11000'
	nothing_failed
}

@test "the manual's UNIX socket, for its group only" {
	manual_block versed.8 systemd 3 | restart_socket
	served /run/versed.sock
	run -0 box stat -c '%a %G' /run/versed.sock
	assert_output '660 users'
	box_logged 'peer=unix transform="nonesuch"'
	run ! box tests/peers/client.py "$SERVER" </dev/null
}

@test "the manual's other address, for its list of clients only" {
	for address in 192.0.2.1 198.51.100.1; do
		box ip address replace "$address/32" dev lo
	done
	manual_block versed.8 systemd 2 | restart_socket
	served 192.0.2.1:11000
	run ! box tests/peers/client.py "$SERVER" </dev/null
	skip_unless "! box journalctl -b | grep -q 'BPF.*not supported'" \
		'a kernel with BPF'
	run ! box socat -u \
		TCP:192.0.2.1:11000,bind=198.51.100.1,connect-timeout=1 STDOUT
}

@test "an address that is not there yet does no harm" {
	restart_socket <<-END
		[Socket]
		ListenStream=203.0.113.1:11000
	END
	served
}

@test "the manual's options for the instances, filters included" {
	run -0 box bash -c "$(manual_block versed.8 Filters)"
	box ln -s /usr/bin/false /etc/versed/false
	manual_block versed.8 systemd 4 | drop_in versed@.service
	served
	box_logged '^peer=127.0.0.1:[0-9]* transform="cummingsify".* result=ok ms=[0-9]*$' \
		-t versed -p notice
	asked '8:rev.abcd,' '4:dcba,'
	asked '10:false.abcd,' ''
	box_logged '^filter="false" message="it exited with status 1"$' -t versed
}

@test "a refusal is logged with peer and reason, and the client sees nothing" {
	asked '24:nonesuch.HERE IS MY POEM,' ''
	box_logged '^peer=127.0.0.1:[0-9]* transform="nonesuch" .* result=unknown reason="no such transform" ms=[0-9]*$' \
		-t versed -p notice
	asked 'poem\n' ''
	box_logged '^peer=127.0.0.1:[0-9]* .* result=malformed' -t versed -p notice
	wait_until 10 instances 0
	no_failure_logged
	nothing_failed
}

@test "an answered request leaves no line, a refused one its one" {
	asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,'
	asked '24:nonesuch.HERE IS MY POEM,' ''
	box_logged 'result=unknown' -t versed
	wait_until 10 instances 0
	run box journalctl -q -o cat --since="$SINCE" -g 'versed@|result='
	assert_output --regexp '^peer=[^
]*$'
}

@test "a client that resets leaves no failed unit" {
	for request in '' 27: '27:cummingsify.HERE IS MY POEM,'; do
		box tests/peers/resetting-client.py "$SERVER" "$request"
	done
	wait_until 10 instances 0
	no_failure_logged
	nothing_failed
	served
}

@test "300 connections in a burst, 20 slow ones among them: all answered" {
	need_shipped 'speed'
	printf '27:cummingsify.HERE IS MY POEM,' >"$BATS_TEST_TMPDIR/request"
	run -0 box tests/peers/client.py "$SERVER" 320 20 \
		<"$BATS_TEST_TMPDIR/request"
	assert_output '320 15:here is my poem,'
	wait_until 10 instances 0
	nothing_failed
}

@test "one address's connections are limited, and its slots come back" {
	restart_socket <<-END
		[Socket]
		MaxConnectionsPerSource=3
	END
	hold 3
	unanswered '27:cummingsify.HERE IS MY POEM,'
	# More refusals than the default trigger limit would bear.
	run -0 box tests/peers/client.py "$SERVER" 400 </dev/null
	refute_output --partial poem
	asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,' '[::1]:11000'
	wait "$held"
	assert_equal "$(cat "$BATS_TEST_TMPDIR/held")" '3 15:here is my poem,'
	wait_until 10 instances 0
	nothing_failed
	served
}

@test "a restart of the socket unit leaves requests under way alone" {
	hold 20
	printf '27:cummingsify.HERE IS MY POEM,' |
		box tests/peers/client.py "$SERVER" 100 \
			>"$BATS_TEST_TMPDIR/burst" 3>&- &
	local burst=$!
	wait_until 20 more_instances 20
	box systemctl restart versed.socket
	wait "$burst"
	# Who came in between has a whole reply or not a byte of one.
	run ! grep -vxE '[0-9]+ (15:here is my poem,|error: .*)?' \
		"$BATS_TEST_TMPDIR/burst"
	asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,'
	wait "$held"
	assert_equal "$(cat "$BATS_TEST_TMPDIR/held")" '20 15:here is my poem,'
	nothing_failed
}

@test "a handler killed from outside: the client sees a close, the journal why" {
	hold 1
	box systemctl kill -s KILL 'versed@*.service'
	wait "$held"
	grep -qE '^1 (error: .*)?$' "$BATS_TEST_TMPDIR/held"
	box_logged "versed@.* Failed with result 'signal'" -u 'versed@*'
	wait_until 10 instances 0
	nothing_failed
	served
}

@test "a missing or non-executable handler: the same" {
	box install -m 644 /dev/null /usr/local/sbin/not-executable
	for program in missing not-executable; do
		drop_in versed@.service <<-END
			[Service]
			ExecStart=
			ExecStart=/usr/local/sbin/$program
		END
		unanswered '27:cummingsify.HERE IS MY POEM,'
		box_logged "/usr/local/sbin/$program: "
	done
	wait_until 10 instances 0
	nothing_failed
}

@test "a handler that does not stop is stopped" {
	run -0 box systemctl show -P RuntimeMaxUSec versed@x.service
	assert_output 1min
	drop_in versed@.service <<-END
		[Service]
		ExecStart=
		ExecStart=/usr/bin/sleep 1000
		RuntimeMaxSec=1
	END
	unanswered '27:cummingsify.HERE IS MY POEM,'
	box_logged "versed@.* Failed with result 'timeout'" -u 'versed@*'
}

@test "an instance has the handler's sandbox and the unit's" {
	hold 1
	instance=$(box systemctl list-units -q --plain 'versed@*' | cut -d' ' -f1)
	pid=$(box systemctl show -P MainPID "$instance")
	wait_until 10 box grep -qx versed "/proc/$pid/comm"
	box cat "/proc/$pid/status" >"$BATS_TEST_TMPDIR/status"
	for line in 'Seccomp:.2' 'NoNewPrivs:.1' 'CapEff:.0*' 'CapBnd:.0*' \
		'Threads:.1'; do
		grep -qx "$line" "$BATS_TEST_TMPDIR/status"
	done
	run ! grep -q '^Uid:.0' "$BATS_TEST_TMPDIR/status"
	for namespace in mnt net ipc; do
		[[ $(box readlink "/proc/$pid/ns/$namespace") != \
			$(box readlink "/proc/1/ns/$namespace") ]]
	done
	wait "$held"
}

@test "the manual's poem for whoever connects" {
	printf 'IN JUST-\nspring\n' | box tee /srv/poem.txt >/dev/null
	manual_block versed.8 'A poem for whoever connects' 1 |
		box tee /etc/systemd/system/versed-poem.socket >/dev/null
	box bash -ec "$(manual_block versed.8 'A poem for whoever connects' 2 |
		sed "s/\\\\(aq/'/g")"
	run -0 box systemd-analyze verify --man=no versed-poem.socket \
		versed-poem@.service
	assert_output ''
	for _ in 1 2 3; do
		run -0 box versify -g 127.0.0.1:10000
		assert_output $'IN JUST-\nspring'
	done
	run -0 box sh -c 'versify -g 127.0.0.1:10000 | versify -f 127.0.0.1 cummingsify'
	assert_output $'in just-\nspring'
	box rm /srv/poem.txt
	run -69 box versify -g 127.0.0.1:10000
	box_logged 'cannot read /srv/poem.txt: No such file or directory' -t versed -p err
	box systemctl disable --now versed-poem.socket
}

@test "what the unit forbids is forbidden to any program in it" {
	drop_in versed@.service <<-END
		[Service]
		ExecStart=
		ExecStart=/usr/src/versed/tests/peers/try-forbidden.py
		SystemCallErrorNumber=EPERM
	END
	run -0 box tests/peers/client.py "$SERVER" </dev/null
	assert_output 'nothing was possible'
}
