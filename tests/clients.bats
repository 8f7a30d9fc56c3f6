# SPDX-License-Identifier: ISC
# The clients that people have, against the installed socket unit.

load lib/box

setup_file() {
	box_boot
	[[ ! -e $BOX/pid ]] || box systemctl start versed.socket
}

setup() {
	load lib/lib
	need_box
	printf '27:cummingsify.HERE IS MY POEM,' >"$BATS_TEST_TMPDIR/short"
	printf '15:here is my poem,' >"$BATS_TEST_TMPDIR/short.reply"
	printf '99999:rot13.%099993d,' 0 >"$BATS_TEST_TMPDIR/long"
	printf '99993:%099993d,' 0 >"$BATS_TEST_TMPDIR/long.reply"
}

# replied_to COMMAND ...: a client that sends its standard input gets, whatever
# the request and however many stray newlines follow it, the whole reply and
# nothing but it, and complains of nothing.
replied_to() {
	need "$1"
	local request strays
	for request in short long; do
		for strays in 0 1 1000; do
			{
				cat "$BATS_TEST_TMPDIR/$request"
				head -c "$strays" /dev/zero | tr '\0' '\n'
			} >"$BATS_TEST_TMPDIR/sent"
			timeout 20 "$BATS_TEST_DIRNAME/lib/booted-systemd" \
				run "$BOX" "$@" <"$BATS_TEST_TMPDIR/sent" \
				>"$BATS_TEST_TMPDIR/got" \
				2>"$BATS_TEST_TMPDIR/err"
			cmp "$BATS_TEST_TMPDIR/$request.reply" \
				"$BATS_TEST_TMPDIR/got"
			run -0 cat "$BATS_TEST_TMPDIR/err"
			assert_output ''
		done
	done
}

@test "nc.openbsd" {
	replied_to nc.openbsd 127.0.0.1 11000
}

@test "nc.openbsd -N" {
	replied_to nc.openbsd -N 127.0.0.1 11000
}

@test "nc.openbsd -q 0" {
	replied_to nc.openbsd -q 0 127.0.0.1 11000
}

@test "nc.traditional" {
	replied_to nc.traditional 127.0.0.1 11000
}

@test "nc.traditional -q 1" {
	replied_to nc.traditional -q 1 127.0.0.1 11000
}

@test "ncat" {
	replied_to ncat 127.0.0.1 11000
}

@test "socat" {
	replied_to socat -t 10 - TCP:127.0.0.1:11000
}

@test "bash's /dev/tcp" {
	# shellcheck disable=SC2016
	replied_to bash -c 'exec 3<>/dev/tcp/127.0.0.1/11000; cat >&3; cat <&3'
}

@test "Twisted's NetstringReceiver, which never half-closes" {
	skip_unless "/usr/bin/python3 -c 'import twisted'" python3-twisted
	replied_to tests/peers/twisted-client.py 127.0.0.1 11000
}

@test "the manual's example" {
	line=$(manual_block versed.8 EXAMPLES)
	run -0 box bash -c "$line"
	assert_output '15:here is my poem,'
}
