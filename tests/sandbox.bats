# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2086 # conditions are evaluated later; lists are split
# What the shipped handlers can still ask of the kernel, found out by trying.

setup() {
	load lib/lib
	need_shipped 'system calls'
	need /usr/bin/python3
	skip_unless '[ "$(uname -m)" = x86_64 ]' 'an x86-64 machine'
	printf '9:rot13.abc,' >"$BATS_TEST_TMPDIR/request"
}

# left_to WANTED COMMAND ...: of 943 system calls, those WANTED are all that
# COMMAND can make once its filter is up; any other kills it.
left_to() {
	local wanted=$1
	shift
	"$@" <"$BATS_TEST_TMPDIR/request" >"$BATS_TEST_TMPDIR/left"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/left")" = '943 tried' ]
	# Newer kernels let these two pass every filter; they do nothing but
	# return to the kernel's own trampolines.
	run -0 sed -e '$d' -e /uprobe/d -e /uretprobe/d "$BATS_TEST_TMPDIR/left"
	assert_output "$(printf '%s\n' $wanted)"
}

requests='read write poll rt_sigreturn setitimer shutdown restart_syscall exit_group'

@test "one request: eight system calls, any other kills" {
	left_to "$requests" "$BUILD/probe/sandbox" "$VERSED"
}

@test "a listening socket: accept4 and close besides" {
	left_to "read write close poll rt_sigreturn setitimer shutdown
		restart_syscall exit_group accept4" \
		/usr/bin/python3 "$ROOT/tests/peers/listen.py" \
		127.0.0.1 "$BATS_TEST_TMPDIR/ports" "$BUILD/probe/sandbox" "$VERSED"
}

@test "a datagram socket: recvmsg and sendmsg in place of reading a stream" {
	left_to "write poll rt_sigreturn setitimer sendmsg recvmsg
		restart_syscall exit_group" \
		"$ROOT/tests/peers/listen.py" --kind datagram 127.0.0.1 \
		"$BATS_TEST_TMPDIR/ports" "$BUILD/probe/sandbox" "$VERSED"
}

@test "versed.cgi: eight system calls, any other kills" {
	export GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST PATH_INFO=/rot13 \
		CONTENT_LENGTH=3 SERVER_PROTOCOL=HTTP/1.1
	left_to "$requests" "$BUILD/probe/sandbox" "$BUILD/versed.cgi"
}
