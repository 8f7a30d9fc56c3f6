# SPDX-License-Identifier: ISC
# The clients that people have, against the installed socket unit.

setup_file() {
	load box
	box_boot
	[[ ! -e $BOX/pid ]] || box systemctl start versed.socket
}

teardown_file() {
	load box
	box_stop
}

setup() {
	load lib
	load box
	need_box
	printf '27:cummingsify.HERE IS MY POEM,' >"$BATS_TEST_TMPDIR/short"
	printf '15:here is my poem,' >"$BATS_TEST_TMPDIR/short.reply"
	printf '90006:rot13.%090000d,' 0 >"$BATS_TEST_TMPDIR/long"
	printf '90000:%090000d,' 0 >"$BATS_TEST_TMPDIR/long.reply"
	for size in short long; do
		cp "$BATS_TEST_TMPDIR/$size.reply" \
			"$BATS_TEST_TMPDIR/$size-newline.reply"
		{
			cat "$BATS_TEST_TMPDIR/$size"
			echo
		} >"$BATS_TEST_TMPDIR/$size-newline"
	done
}

# answered COMMAND ...: a client that sends its standard input gets, whatever
# the request, the whole reply and nothing but it, and complains of nothing.
answered() {
	need "$1"
	for request in short short-newline long long-newline; do
		timeout 20 "$BATS_TEST_DIRNAME/booted-systemd" run "$BOX" "$@" \
			<"$BATS_TEST_TMPDIR/$request" \
			>"$BATS_TEST_TMPDIR/got" 2>"$BATS_TEST_TMPDIR/err"
		cmp "$BATS_TEST_TMPDIR/$request.reply" "$BATS_TEST_TMPDIR/got"
		run -0 cat "$BATS_TEST_TMPDIR/err"
		assert_output ''
	done
}

@test "nc.openbsd" {
	answered nc.openbsd 127.0.0.1 11000
}

@test "nc.openbsd -N" {
	answered nc.openbsd -N 127.0.0.1 11000
}

@test "nc.openbsd -q 0" {
	answered nc.openbsd -q 0 127.0.0.1 11000
}

@test "nc.traditional" {
	answered nc.traditional 127.0.0.1 11000
}

@test "nc.traditional -q 1" {
	answered nc.traditional -q 1 127.0.0.1 11000
}

@test "ncat" {
	answered ncat 127.0.0.1 11000
}

@test "socat" {
	answered socat -t 10 - TCP:127.0.0.1:11000
}

@test "bash's /dev/tcp" {
	# shellcheck disable=SC2016
	answered bash -c 'exec 3<>/dev/tcp/127.0.0.1/11000; cat >&3; cat <&3'
}

@test "Twisted's NetstringReceiver, which never half-closes" {
	skip_unless "/usr/bin/python3 -c 'import twisted'" python3-twisted
	answered tests/netstring-receiver.py 127.0.0.1 11000
}

@test "the manual's example" {
	line=$(manual_block versed.8 EXAMPLES)
	run -0 box bash -c "$line"
	assert_output '15:here is my poem,'
}
