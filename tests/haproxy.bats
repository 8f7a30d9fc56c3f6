# SPDX-License-Identifier: ISC
# Three pools behind HAProxy, with the configuration that the manual shows.
# shellcheck disable=SC2016 # what is for later
# shellcheck disable=SC2030,SC2031 # each test has variables of its own
# shellcheck disable=SC2153 # SERVER is of box.bash

load lib/box

setup() {
	load lib/lib
	need_box
	need haproxy
	for pool in a b c; do
		start_pool "$pool"
	done
	manual_block versed-pool.8 'Several machines' |
		box tee /run/haproxy.cfg >/dev/null
	# For the tests to ask who is in service.
	printf 'global\n\tstats socket /run/haproxy.sock\n' |
		box tee /run/stats.cfg >/dev/null
	box systemd-run -q --unit=balancer --collect -p SyslogIdentifier=haproxy \
		haproxy -db -f /run/stats.cfg -f /run/haproxy.cfg
	wait_until 20 in_service a b c
}

teardown() {
	[[ -e $BOX/pid ]] || return 0
	box systemctl stop balancer pool-a pool-b pool-c 2>/dev/null || true
	box systemctl reset-failed
}

# start_pool NAME: on 127.0.0.1:11001 and so on.  By INVOCATION_ID instrumented
# programs see that they are in a unit of systemd.
start_pool() {
	local -A port=([a]=11001 [b]=11002 [c]=11003)
	box systemd-run -q --unit="pool-$1" --collect \
		-p SyslogIdentifier="pool-$1" \
		systemd-socket-activate -E INVOCATION_ID \
		-l "127.0.0.1:${port[$1]}" /usr/local/sbin/versed-pool -w 8
}

# field NAME SERVER: of HAProxy's statistics.
field() {
	echo 'show stat' | box socat - UNIX-CONNECT:/run/haproxy.sock |
		awk -F, -v name="$1" -v server="$2" '
			NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
			$1 == "pools" && $2 == server { print $column[name] }'
}

# in_service SERVER ...: these are, and no others.
in_service() {
	local server up=
	for server in a b c; do
		[[ $(field status "$server") != UP ]] || up+=" $server"
	done
	[[ $up == " $*" ]]
}

# answered_by SERVER MORE: it has had so many connections more than in $before.
answered_by() {
	(($(field stot "$1") >= before + $2))
}

@test "the exchange" {
	served
}

@test "the health check is the exchange: a pool that answers wrongly is out" {
	box systemctl stop pool-b
	wait_until 10 in_service a c
	box systemd-run -q --unit=pool-b --collect \
		socat TCP-LISTEN:11002,bind=127.0.0.1,reuseaddr,fork \
		EXEC:'/usr/bin/printf 2\:OK,'
	wait_until 20 eval '[[ $(field check_status b) == *L7RSP ]]'
	in_service a c
	box systemctl stop pool-b
	start_pool b
	wait_until 20 in_service a b c
}

@test "a pool stopped under load, and started again: nothing is lost" {
	box build/bench/load -c 8 -r 2 -x /run/stop 11000 \
		>"$BATS_TEST_TMPDIR/loaded" 3>&- &
	loader=$!
	box tests/peers/versify-loop 2 /run/stop "$SERVER" \
		>"$BATS_TEST_TMPDIR/versified" 3>&- &
	versifier=$!
	before=0
	for server in a b c; do
		wait_until 20 answered_by "$server" 100
	done
	box systemctl stop pool-b
	wait_until 20 in_service a c
	before=$(field stot c)
	wait_until 20 answered_by c 100
	start_pool b
	wait_until 20 in_service a b c
	before=$(field stot b)
	wait_until 20 answered_by b 100
	box touch /run/stop
	wait "$loader" || true
	wait "$versifier" || true
	box rm /run/stop
	cat "$BATS_TEST_TMPDIR/loaded" "$BATS_TEST_TMPDIR/versified"
	grep -qE '^answered=[1-9][0-9]* failed=0$' "$BATS_TEST_TMPDIR/versified"
	grep -qE '^answered=[1-9][0-9]* failed=0 .* refused=0 wrong=0 ' \
		"$BATS_TEST_TMPDIR/loaded"
}
