# SPDX-License-Identifier: ISC
# Every launcher of versed(8) but the units, the real program, with the very
# lines that the manual shows.

load lib/box

setup_file() {
	! "$BATS_TEST_DIRNAME/lib/booted-systemd" can ||
		"$BATS_TEST_DIRNAME/lib/get-inetds" || true
	box_boot
}

setup() {
	load lib/lib
	need_box
	INETDS=/usr/src/versed/build/inetds
}

teardown() {
	[[ ! -e $BOX/pid ]] || launcher_stop
}

is_listening() {
	if [[ -n ${DATAGRAMS-} ]]; then
		box grep -q ':2AF8 ' /proc/net/udp
	else
		box grep -q ':2AF8 0*:0000 0A' /proc/net/tcp
	fi
}

# launch COMMAND ...: runs it in the background, until the test's end.
launch() {
	box systemd-run -q --unit=launcher --collect -p SyslogIdentifier=launcher \
		"$@"
	wait_until 20 is_listening
}

launcher_stop() {
	box systemctl stop launcher 2>/dev/null || true
	box systemctl reset-failed
}

# launch_line LINE: a shell's command line, as the manual shows it.
launch_line() {
	need "${1%% *}"
	launch /bin/sh -c "exec $1"
}

# need_unpacked PACKAGE
need_unpacked() {
	skip_unless "test -d '$ROOT/build/inetds/$1'" "$1 (make check-deps)"
}

# openbsd_inetd LINE, inetutils_inetd LINE, xinetd ENTRY: with this, as the
# manual shows it, for configuration.
openbsd_inetd() {
	need_unpacked openbsd-inetd
	box tee /etc/inetd.conf >/dev/null <<<"$1"
	launch "$INETDS/openbsd-inetd/usr/sbin/inetd" -i
}

inetutils_inetd() {
	need_unpacked inetutils-inetd
	box tee /etc/inetd.conf >/dev/null <<<"$1"
	launch "$INETDS/inetutils-inetd/usr/sbin/inetutils-inetd" \
		-d /etc/inetd.conf
}

xinetd() {
	need_unpacked xinetd
	box tee /etc/xinetd.versed >/dev/null <<<"$1"
	launch "$INETDS/xinetd/usr/sbin/xinetd" -dontfork -f /etc/xinetd.versed
}

# refusal_logged PEER: the refusal that `served` caused, once, on one line.
refusal_logged() {
	box_logged "^peer=$1 transform=\"nonesuch\" bytes_in=24 .* result=unknown"
}

# Datagrams are answered, more than one, and silence where there is no reply.
served_datagrams() {
	local asking="tests/peers/datagram.py $SERVER"
	for _ in 1 2; do
		run -0 box bash -c "printf 12:rot13.abcdef, | $asking"
		assert_output 6:nopqrs,
	done
	run -1 box bash -c "printf x | $asking"
	assert_output ''
}

@test "datagrams: openbsd-inetd" {
	DATAGRAMS=yes
	openbsd_inetd "$(manual_block versed.8 inetd 3)"
	served_datagrams
}

@test "datagrams: inetutils-inetd" {
	DATAGRAMS=yes
	inetutils_inetd "$(manual_block versed.8 inetd 3)"
	served_datagrams
}

@test "datagrams: xinetd" {
	DATAGRAMS=yes
	xinetd "$(manual_block versed.8 xinetd 2)"
	served_datagrams
}

@test "datagrams: systemd-socket-activate" {
	DATAGRAMS=yes
	launch_line "$(manual_block versed.8 systemd-socket-activate 2)"
	served_datagrams
}

@test "openbsd-inetd" {
	openbsd_inetd "$(manual_block versed.8 inetd 1)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "openbsd-inetd, wait" {
	openbsd_inetd "$(manual_block versed.8 inetd 2)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "inetutils-inetd" {
	inetutils_inetd "$(manual_block versed.8 inetd 1)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "inetutils-inetd, wait" {
	inetutils_inetd "$(manual_block versed.8 inetd 2)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "xinetd" {
	xinetd "$(manual_block versed.8 xinetd)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "tcpserver" {
	launch_line "$(manual_block versed.8 tcpserver)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "tcpsvd" {
	launch_line "$(manual_block versed.8 tcpsvd)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "socat EXEC,nofork" {
	launch_line "$(manual_block versed.8 socat 1)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "socat EXEC" {
	launch_line "$(manual_block versed.8 socat 2)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "ncat -e" {
	launch_line "$(manual_block versed.8 ncat)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "systemd-socket-activate --inetd" {
	launch_line "$(manual_block versed.8 systemd-socket-activate | sed -n 1p)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "systemd-socket-activate" {
	launch_line "$(manual_block versed.8 systemd-socket-activate | sed -n 2p)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "systemd-socket-activate with the listening socket" {
	launch_line "$(manual_block versed.8 systemd-socket-activate | sed -n 3p)"
	served
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "openbsd-inetd, versed-pool" {
	openbsd_inetd "$(manual_block versed-pool.8 inetd)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "systemd-socket-activate, versed-pool" {
	launch_line "$(manual_block versed-pool.8 systemd-socket-activate)"
	served
	refusal_logged 127.0.0.1:[0-9]*
}

# ssh_to COMMAND ...: as whom the key lets in.
ssh_to() {
	box ssh -T -i /run/key -p 11000 -o BatchMode=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o LogLevel=ERROR "$@"
}

# sshd_with SETTING: one that lets in poet.
sshd_with() {
	need sshd ssh
	# shellcheck disable=SC2016
	box bash -ec '
		id -u poet >/dev/null 2>&1 || useradd -m -p "*" -s /bin/sh poet
		mkdir -p /run/sshd /home/poet/.ssh
		[ -e /run/key ] || ssh-keygen -q -t ed25519 -N "" -f /run/key
		[ -e /run/host-key ] || ssh-keygen -q -t ed25519 -N "" -f /run/host-key
		read -r -d "" line || true
		echo "${line/KEY/$(cat /run/key.pub)}" >/home/poet/.ssh/authorized_keys
		chown -R poet: /home/poet/.ssh' <<<"$1"
	box tee /usr/local/bin/server >/dev/null <<-'END'
		#!/bin/sh
		exec ssh -i /run/key -p 11000 -o BatchMode=yes -o StrictHostKeyChecking=no \
			-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@"
	END
	box chmod +x /usr/local/bin/server
	launch /usr/sbin/sshd -D -e -f /dev/null -h /run/host-key -p 11000 \
		-o ListenAddress=127.0.0.1 -o UsePAM=no ${2:+-o "$2"}
}

@test "sshd: a key that is good for versed alone, and sees no log" {
	sshd_with "$(manual_block versed.8 sshd)"
	for command in '' versed 'cat /etc/passwd'; do
		printf 27:cummingsify.HERE\ IS\ MY\ POEM, >"$BATS_TEST_TMPDIR/request"
		run -0 ssh_to poet@127.0.0.1 "$command" <"$BATS_TEST_TMPDIR/request"
		assert_output '15:here is my poem,'
	done
	printf 10:nonesuch.A, >"$BATS_TEST_TMPDIR/request"
	run -69 ssh_to poet@127.0.0.1 <"$BATS_TEST_TMPDIR/request"
	assert_output ''
	box_logged '^peer=127.0.0.1:[0-9]* transform="nonesuch" ' -t versed
	run -0 box sh -c "echo A POEM | $(manual_block versed.8 sshd 3 |
		sed -n "s/\\\\(aq/'/g; 1s/ssh poet@server/server poet@127.0.0.1/p")"
	assert_output 'a poem'
}

@test "sshd: a subsystem" {
	sshd_with KEY "$(manual_block versed.8 sshd 2)"
	run -0 box sh -c "echo A POEM | $(manual_block versed.8 sshd 3 |
		sed -n "s/\\\\(aq/'/g; 2s/ssh -s poet@server/server -s poet@127.0.0.1/p")"
	assert_output 'a poem'
	printf 10:nonesuch.A, >"$BATS_TEST_TMPDIR/request"
	# shellcheck disable=SC2034 # box_logged looks from then on
	SINCE=@$(date +%s.%N)
	run ssh_to -s poet@127.0.0.1 versed <"$BATS_TEST_TMPDIR/request"
	assert_output ''
	box_logged '^peer=127.0.0.1:[0-9]* transform="nonesuch" ' -t versed
}

@test "stunnel, exec" {
	need stunnel4 openssl
	box mkdir -p /etc/stunnel
	box sh -c 'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=a \
		-keyout /etc/stunnel/versed.pem -out /run/cert 2>/dev/null
		cat /run/cert >>/etc/stunnel/versed.pem'
	(
		echo 'foreground = yes'
		manual_block versed.8 stunnel
	) | box tee /run/stunnel.conf >/dev/null
	launch stunnel4 /run/stunnel.conf
	# A newer socat has a warning for its own caller.
	run -0 --separate-stderr box versify \
		-e 'socat - OPENSSL:127.0.0.1:11000,verify=0' cummingsify <<<'A POEM'
	assert_output 'a poem'
	run ! box versify -q -e 'socat - OPENSSL:127.0.0.1:11000,verify=0' \
		nonesuch <<<'A POEM'
	box_logged '^peer=127.0.0.1:[0-9]* transform="nonesuch" '
}

@test "supervisord" {
	need supervisord
	(
		printf '[supervisord]\nnodaemon = true\nlogfile = /run/supervisord.log\n'
		manual_block versed.8 supervisord
	) | box tee /run/supervisord.conf >/dev/null
	launch supervisord -c /run/supervisord.conf
	served
	pid=$(box pidof versed)
	box kill "$pid"
	# shellcheck disable=SC2016
	wait_until 20 box sh -c 'now=$(pidof versed) && [ "$now" != "$1" ]' - "$pid"
	served
}

@test "daemontools" {
	need supervise tcpserver
	box mkdir -p /run/service
	manual_block versed.8 daemontools | box tee /run/service/run >/dev/null
	box chmod +x /run/service/run
	launch supervise /run/service
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "no super-server" {
	run -0 box bash -c "$(manual_block versed.8 'No super-server')"
	assert_output '15:here is my poem,'
}

@test "the README has the manual's lines" {
	local subsection line count=0
	for subsection in 'inetd 1' 'inetd 2' 'tcpserver 1' 'tcpsvd 1' \
		'socat 1' 'socat 2' 'ncat 1' 'systemd-socket-activate 1'; do
		while read -r line; do
			grep -qF "\`$line\`" "$ROOT/README.md"
			count=$((count + 1))
		done < <(manual_block versed.8 "${subsection% [12]}" \
			"${subsection#* }")
	done
	assert_equal "$count" 10
	for subsection in inetd systemd-socket-activate; do
		line=$(manual_block versed-pool.8 "$subsection")
		grep -qF "\`$line\`" "$ROOT/README.md"
	done
}

@test "inetd, dgram, on every address: refused with a reason" {
	need_unpacked openbsd-inetd
	box tee /etc/inetd.conf >/dev/null <<-END
		*:11000 dgram udp4 wait.3 nobody /usr/local/sbin/versed versed
	END
	box systemd-run -q --unit=launcher --collect \
		"$INETDS/openbsd-inetd/usr/sbin/inetd" -i
	wait_until 20 box grep -q ':2AF8' /proc/net/udp
	printf '27:cummingsify.HERE IS MY POEM,' |
		box socat -u STDIN "UDP:$SERVER"
	box_logged 'bound to the one address that clients ask' -p err
}

# Under openbsd-inetd, the script that is standard input starts versed, as some
# other launcher might.
wrapped() {
	box tee /usr/local/sbin/wrapper >/dev/null
	box chmod 755 /usr/local/sbin/wrapper
	openbsd_inetd "$(manual_block versed.8 inetd 1 |
		sed 's,/versed versed$,/wrapper wrapper,')"
}

@test "a handler that is missing, or not executable" {
	box install -m 644 /dev/null /usr/local/sbin/not-executable
	for program in missing not-executable; do
		openbsd_inetd "$(manual_block versed.8 inetd 1 |
			sed "s,/versed versed$,/$program versed,")"
		unanswered '27:cummingsify.HERE IS MY POEM,'
		box_logged "/usr/local/sbin/$program: "
		launcher_stop
	done
}

@test "descriptors that do not block" {
	wrapped <<-'END'
		#!/usr/bin/python3
		import os
		for fd in 0, 1, 2:
		    os.set_blocking(fd, False)
		os.execv("/usr/local/sbin/versed", ["versed"])
	END
	served
	printf '90006:rot13.%090000d,' 0 |
		box tests/peers/client.py "$SERVER" >"$BATS_TEST_TMPDIR/got"
	printf '90000:%090000d,' 0 | cmp - "$BATS_TEST_TMPDIR/got"
}

@test "descriptors that leaked" {
	wrapped <<-'END'
		#!/bin/bash
		exec 3</etc/passwd 4<&0 9>/dev/null 200</
		exec /usr/local/sbin/versed
	END
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "no standard error" {
	not_under valgrind 'it opens descriptors first'
	wrapped <<-'END'
		#!/bin/bash
		exec 2>&-
		exec /usr/local/sbin/versed
	END
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "no environment whatever" {
	wrapped <<-'END'
		#!/bin/bash
		exec env -i /usr/local/sbin/versed
	END
	served
	refusal_logged 127.0.0.1:[0-9]*
}

@test "signals blocked and ignored" {
	wrapped <<-'END'
		#!/usr/bin/python3
		import os, signal
		for signo in signal.SIGPIPE, signal.SIGALRM, signal.SIGTERM:
		    signal.signal(signo, signal.SIG_IGN)
		signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
		os.execv("/usr/local/sbin/versed", ["versed", "-t", "1"])
	END
	served
	asked '27:cummingsify.' ''
	box_logged 'result=timeout'
}

@test "no syslog at all" {
	box mv /dev/log /dev/log.away
	openbsd_inetd "$(manual_block versed.8 inetd 1)"
	run served
	box mv /dev/log.away /dev/log
	assert_success
}

# xinetd: the other inetds themselves wait for such a syslog for ever.
@test "a syslog that takes no more" {
	xinetd "$(manual_block versed.8 xinetd)"
	box mv /dev/log /dev/log.away
	box systemd-run -q --unit=full-syslog --collect \
		/usr/src/versed/tests/peers/full-syslog.py
	wait_until 10 box test -e /run/syslog-full
	run served
	box systemctl stop full-syslog
	box mv /dev/log.away /dev/log
	assert_success
}

# no_syslog COMMAND ...: while it runs nothing is at /dev/log.
no_syslog() {
	local status=0
	box mv /dev/log /dev/log.away
	"$@" || status=$?
	box mv /dev/log.away /dev/log
	return "$status"
}

# refused_here OPTION ...: versed refuses a request, its log being standard
# error, which comes out.
refused_here() {
	# shellcheck disable=SC2016
	box sh -c 'printf 10:nonesuch.A, |
		/usr/local/sbin/versed "$@" 2>&1 >/dev/null' - "$@" || true
}

@test "what would reach the client is in syslog" {
	run box sh -c 'printf 9:nosuch1.A, | versed 2>&1 | cat'
	assert_output ''
	box_logged '^peer=- transform="nosuch1" .* result=unknown' -t versed -p notice
	run box sh -c 'printf 9:nosuch2.A, | SSH_CONNECTION=1 versed 2>&1 >/dev/null'
	assert_output ''
	box_logged '^peer=.* transform="nosuch2" .* result=unknown' -t versed -p notice
}

@test "standard error stands in for a syslog that is not there" {
	run -0 no_syslog refused_here -l
	assert_output --partial 'transform="nonesuch"'
	run -0 no_syslog refused_here -l -x
	assert_output 'versed: unknown option: -x'
}

@test "syslog stands in for a standard error that takes nothing" {
	box sh -c '/usr/local/sbin/versed -x 2>/dev/full' || true
	box_logged '^unknown option: -x' -t versed -p err
	box mkdir -p -m 755 /etc/versed-none
	# With -f it can be opened when it is needed, else before there is a client.
	run -0 box sh -c 'printf 7:rot13.A, |
		/usr/local/sbin/versed -v -f /etc/versed-none 2>/dev/full'
	box_logged '^peer=- transform="rot13" .* result=ok' -t versed -p notice
	launch_line 'systemd-socket-activate -l 127.0.0.1:11000 /bin/sh -c \
		"exec /usr/local/sbin/versed -n 0 2>/dev/full"'
	served
	refusal_logged 127.0.0.1:[0-9]*
}

stream_refusal() {
	box systemd-run -q --unit=stream-syslog --collect \
		socat -u UNIX-LISTEN:/dev/log CREATE:/run/stream-syslog
	wait_until 10 box test -S /dev/log
	refused_here -l
	wait_until 10 box grep -aq result=unknown /run/stream-syslog
	box rm -f /dev/log
}

@test "a syslog whose socket is a stream" {
	need socat
	run -0 no_syslog stream_refusal
	assert_output ''
	run -0 box sh -c "tr '\\0' '#' </run/stream-syslog"
	assert_output --regexp '^<29>versed\[[0-9]+\]: peer=.* reason="no such transform" ms=[0-9]+#$'
}

@test "syslog's socket does not take the place of a closed output" {
	not_under valgrind 'it opens descriptors first'
	run -74 box sh -c 'printf 7:rot13.A, | /usr/local/sbin/versed -l >&- 2>&-'
	box_logged 'result=undelivered reason="Bad file descriptor"'
}

@test "a client that resets, under inetd" {
	not_under valgrind 'the process has its name'
	openbsd_inetd "$(manual_block versed.8 inetd 1)"
	for request in '' 27: '27:cummingsify.HERE IS MY POEM,'; do
		box tests/peers/resetting-client.py "$SERVER" "$request"
	done
	box_logged 'result=truncated'
	served
}
