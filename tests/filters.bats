# SPDX-License-Identifier: ISC
# Filters: which programs of a folder can be named, and that none of their
# failures reaches a client or outlives the request.

setup() {
	load lib/lib
	DIR=$BATS_TEST_TMPDIR/filters
	PIDS=$BATS_TEST_TMPDIR/pids
	mkdir -m 755 "$DIR"
}

# filter NAME: makes a filter of the shell script on standard input.
filter() {
	{
		printf '#!/bin/sh\n'
		cat
	} >"$DIR/$1"
	chmod 755 "$DIR/$1"
}

# refused_start REASON DIR: versed does not start, and says why.
refused_start() {
	run -64 --separate-stderr "$VERSED" -f "$2" </dev/null
	[ -z "$output" ]
	# shellcheck disable=SC2154 # run sets it
	[ "$stderr" = "versed: cannot use $2: $1" ]
}

# none_left COUNT: so many processes wrote their pids, and all are gone.
none_left() {
	[ "$(wc -w <"$PIDS")" = "$1" ]
	local pid
	while read -r pid; do
		run ! kill -0 "$pid"
	done <"$PIDS"
}

# as_nobody [ARGUMENT ...]: runs versed as a user who is not root.
as_nobody() {
	local up=$BATS_TEST_TMPDIR
	install -m 755 "$VERSED" "$BATS_TEST_TMPDIR/versed"
	while [ "$up" != / ]; do
		chmod o+x "$up"
		up=$(dirname "$up")
	done
	cd /
	run --separate-stderr setpriv --reuid=65534 --regid=65534 \
		--clear-groups "$BATS_TEST_TMPDIR/versed" "$@"
}

@test "a link to rev, tac or fmt is a transform" {
	ln -s /usr/bin/rev /usr/bin/tac /usr/bin/fmt "$DIR"
	exchange 0 '11:rev.one two,' '7:owt eno,' -f "$DIR"
	exchange 0 '8:tac.a\nb\n,' '4:b\na\n,' -f "$DIR"
	exchange 0 '8:fmt.a\nb\n,' '4:a b\n,' --filters="$DIR"
	exchange 0 '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,' -f "$DIR"
}

@test "without -f there are no filters" {
	exchange 69 '11:rev.one two,' ''
	exchange 69 '12:.rev.one two,' ''
}

@test "-L and transforms list them after the table, sorted" {
	ln -s /usr/bin/tac "$DIR/tac"
	ln -s /usr/bin/rev "$DIR/0rev"
	ln -s /usr/bin/rev "$DIR/shout"
	ln -s /usr/bin/rev "$DIR/Rev"
	ln -s /nonexistent "$DIR/gone"
	mkdir "$DIR/folder"
	touch "$DIR/no-x"
	"$VERSED" -L >"$BATS_TEST_TMPDIR/want"
	printf '0rev\ntac\n' >>"$BATS_TEST_TMPDIR/want"
	"$VERSED" -L -f "$DIR" 2>"$BATS_TEST_TMPDIR/log" |
		cmp "$BATS_TEST_TMPDIR/want"
	[ ! -s "$BATS_TEST_TMPDIR/log" ]
	netstring "$(cat "$BATS_TEST_TMPDIR/want")
" >"$BATS_TEST_TMPDIR/reply"
	printf '11:transforms.,' | "$VERSED" -f "$DIR" |
		cmp "$BATS_TEST_TMPDIR/reply"
}

@test "a second -f adds its folder; the first that has a filter wins" {
	local other=$BATS_TEST_TMPDIR/other
	mkdir -m 755 "$other"
	ln -s /usr/bin/rev "$DIR/both"
	ln -s /usr/bin/tac "$other/both"
	ln -s /usr/bin/tac "$DIR/z"
	ln -s /usr/bin/rev "$other/a"
	exchange 0 '7:both.ab,' '2:ba,' -f "$DIR" -f "$other"
	exchange 0 '4:a.ab,' '2:ba,' -f "$DIR" -f "$other"
	"$VERSED" -L >"$BATS_TEST_TMPDIR/want"
	printf 'a\nboth\nz\n' >>"$BATS_TEST_TMPDIR/want"
	"$VERSED" -L -f "$DIR" -f "$other" | cmp "$BATS_TEST_TMPDIR/want"
	run -0 --separate-stderr "$VERSED" -v -L -f "$DIR" -f "$other"
	[ "$stderr" = "versed: $other/both is no filter:\
 a folder before has a filter of its name" ]
	refused_start 'No such file or directory' /nonexistent
	run -64 --separate-stderr "$VERSED" -f "$DIR" -f /nonexistent
	run -64 --separate-stderr "$VERSED" -f / -f / -f / -f / -f / -f / -f / \
		-f / -f /
	[ "$stderr" = 'versed: cannot use /: there are too many folders of filters' ]
}

# says NAME REASON: why it is no filter, as the last run of versed said.
says() {
	# shellcheck disable=SC2154 # run sets it
	grep -qxF "versed: $DIR/$1 is no filter: $2" <<<"$stderr" || {
		printf '%s\n' "$stderr" >&2
		return 1
	}
}

@test "-v -L says of each file why it is no filter" {
	mkdir "$DIR/folder"
	touch "$DIR/no-x"
	ln -s /nonexistent "$DIR/gone"
	ln -s /usr/bin/rev "$DIR/shout"
	ln -s /usr/bin/rev "$DIR/Rev"
	ln -s /usr/bin/rev "$DIR/rev.sh"
	ln -s /usr/bin/rev "$DIR/fine"
	run -0 --separate-stderr "$VERSED" -v -L -f "$DIR"
	says folder 'it is not a file'
	says no-x 'it is not executable'
	says gone 'it links to nothing'
	says shout 'a transform that is built in has its name'
	says Rev 'its name is not [a-z0-9][a-z0-9_-]{0,63}'
	says rev.sh 'its name is not [a-z0-9][a-z0-9_-]{0,63}'
	[ "$(wc -l <<<"$stderr")" = 6 ]
}

# shellcheck disable=SC2016 # the shell within is to expand them
@test "-v -L tells what is mounted noexec" {
	need_root
	skip_unless 'unshare --mount mount -t tmpfs none /mnt' namespaces
	run -0 --separate-stderr unshare --mount sh -c '
		mount -t tmpfs -o noexec,mode=755 none "$1"
		cp -L /usr/bin/rev "$1/rev"
		exec "$0" -v -L -f "$1"' "$VERSED" "$DIR"
	says rev 'its file system is mounted noexec'
}

@test "-v -L tells what this user cannot reach or execute" {
	not_under valgrind 'other messages'
	need setpriv
	need_root
	mkdir -m 700 "$BATS_TEST_TMPDIR/closed"
	cp -L /usr/bin/rev "$BATS_TEST_TMPDIR/closed/rev"
	ln -s "$BATS_TEST_TMPDIR/closed/rev" "$DIR/rev"
	install -m 700 /usr/bin/rev "$DIR/own"
	as_nobody -v -L -f "$DIR"
	says rev 'this user cannot reach it'
	says own 'this user cannot execute it'
}

@test "a built-in name wins" {
	ln -s /usr/bin/rev "$DIR/rot13"
	exchange 0 '8:rot13.AB,' '2:NO,' -f "$DIR"
}

@test "a name may have 64 bytes" {
	long=$(printf '%064d' 0)
	ln -s /usr/bin/rev "$DIR/$long"
	exchange 0 "67:$long.ab," '2:ba,' -f "$DIR"
}

@test "a name that breaks the rule never reaches the file system" {
	need strace
	ln -s /usr/bin/rev "$BATS_TEST_TMPDIR/x"
	for name in Rev -rev _rev 're v' 'r/v' 'rev~' $'r\xc3\xa9v' \
		"$(printf '%065d' 0)"; do
		[[ $name = */* ]] || ln -s /usr/bin/rev "$DIR/$name"
	done
	for name in '' '/' '/usr/bin/rev' Rev -rev _rev 're v' 'r/v' 'rev~' \
		$'r\xc3\xa9v' "$(printf '%065d' 0)"; do
		exchange 69 "$(netstring "$name.ab")" '' -f "$DIR"
		netstring "$name.ab" >"$BATS_TEST_TMPDIR/request"
		run -69 strace -o "$BATS_TEST_TMPDIR/trace" -e trace=%file \
			"$VERSED" -f "$DIR" <"$BATS_TEST_TMPDIR/request"
		run ! grep -F "$DIR/" "$BATS_TEST_TMPDIR/trace"
	done
	# Cut at the first dot, these have no name at all.
	exchange 69 '8:../x.abc,' '' -f "$DIR"
	exchange 69 '4:..ab,' '' -f "$DIR"
}

@test "a folder, a dangling link and a file without its x bit are no filters" {
	mkdir "$DIR/folder"
	ln -s /nonexistent "$DIR/gone"
	printf '#!/bin/sh\ncat\n' >"$DIR/plain"
	exchange 69 '9:folder.ab,' '' -f "$DIR"
	exchange 69 '7:gone.ab,' '' -f "$DIR"
	exchange 69 '8:plain.ab,' '' -f "$DIR"
	logged 'result=unknown'
}

@test "a folder that is missing, no folder or writable by others is refused" {
	refused_start 'No such file or directory' "$DIR/missing"
	touch "$DIR/file"
	refused_start 'Not a directory' "$DIR/file"
	refused_start 'No such file or directory' ''
	for mode in 775 757 1777; do
		chmod "$mode" "$DIR"
		refused_start 'others than its owner can write to it' "$DIR"
	done
	chmod 755 "$DIR"
	exchange 69 '6:rev.ab,' '' -f "$DIR"
}

@test "a folder that cannot be read is refused" {
	need_shipped messages
	need setpriv
	need_root
	chmod 700 "$DIR"
	as_nobody -f "$DIR"
	# shellcheck disable=SC2154 # run sets it
	[ "$status" = 64 ]
	[ "$stderr" = "versed: cannot use $DIR: Permission denied" ]
}

# shellcheck disable=SC2016 # the shell within is to expand them
@test "without a /proc to find a filter's processes in there are no filters" {
	not_under sanitized 'leaks are looked for in /proc'
	need_root
	skip_unless 'unshare --mount mount -t tmpfs none /proc' namespaces
	run -64 --separate-stderr unshare --mount sh -c '
		mount -t tmpfs none /proc &&
		exec "$0" -f "$1"' "$VERSED" "$DIR"
	[ "$stderr" = "versed: cannot use $DIR:\
 /proc/thread-self/children cannot be read" ]
}

@test "a filter gets a fixed environment, / and three descriptors" {
	filter look <<-'END'
		env | sort
		pwd
		grep -E '^Sig(Blk|Ign)|^NoNewPrivs' /proc/self/status
		ls /proc/$$/fd
		ulimit -c
		cat
	END
	printf 'LANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\nPWD=/\n' \
		>"$BATS_TEST_TMPDIR/want"
	printf 'VERSED_TRANSFORM=look\n/\nSigBlk:\t%016d\nSigIgn:\t%016d\n' 0 0 \
		>>"$BATS_TEST_TMPDIR/want"
	# The shell itself has its script open as 10.
	printf 'NoNewPrivs:\t1\n0\n1\n10\n2\n0\ntext' >>"$BATS_TEST_TMPDIR/want"
	printf '9:look.text,' |
		SECRET=1 LD_DEBUG=all "$VERSED" -f "$DIR" 5</etc/passwd |
		sed '1s/^[0-9]*://; $s/,$//' >"$BATS_TEST_TMPDIR/got"
	cmp "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/got"
}

@test "without close_range(2) a filter has its three descriptors only" {
	need strace
	filter look <<-'END'
		ls /proc/$$/fd
	END
	printf '5:look.,' >"$BATS_TEST_TMPDIR/request"
	strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=close_range \
		-e inject=close_range:error=ENOSYS "$VERSED" -f "$DIR" \
		<"$BATS_TEST_TMPDIR/request" >"$BATS_TEST_TMPDIR/got" \
		3</etc/passwd 4</etc/passwd 255</etc/passwd 1023</etc/passwd
	printf '9:0\n1\n10\n2\n,' | cmp - "$BATS_TEST_TMPDIR/got"
	grep -q 'close_range(3, .*INJECTED' "$BATS_TEST_TMPDIR/trace"
}

@test "a launcher that ignores signals does no harm" {
	filter look <<-'END'
		grep SigIgn /proc/self/status >&2
		cat
	END
	printf '7:look.ab,' | bash -c 'trap "" CHLD HUP INT QUIT PIPE ALRM TERM
		exec "$0" -t 5 -f "$1"' "$VERSED" "$DIR" \
		2>"$BATS_TEST_TMPDIR/log" | cmp - <(printf '2:ab,')
	grep -q 'SigIgn:.u00090*"$' "$BATS_TEST_TMPDIR/log"
}

# shellcheck disable=SC2016 # nothing is to be expanded
@test "no shell sees the text" {
	ln -s /usr/bin/printf "$DIR/printf"
	ln -s /bin/cat "$DIR/cat"
	exchange 70 '22:printf.$(touch /tmp/x),' '' -f "$DIR"
	exchange 0 '14:cat.`id`;$(id),' '10:`id`;$(id),' -f "$DIR"
}

@test "a filter that exits non-zero gives no reply; its message is logged" {
	filter failing <<-'END'
		cat
		printf 'out of "ink"\nand\001paper' >&2
		exit 3
	END
	exchange 70 '15:failing.My text,' '' -f "$DIR"
	logged 'transform="failing" .* result=failed'
	printf '%s\n' 'filter="failing" message="out of \"ink\""' \
		'filter="failing" message="and\u0001paper"' \
		'filter="failing" message="it exited with status 3"' |
		cmp - <(grep filter= "$BATS_TEST_TMPDIR/log")
	run ! grep 'My text' "$BATS_TEST_TMPDIR/log"
}

@test "a filter that is killed gives no reply" {
	filter dying <<-'END'
		cat
		kill -SEGV $$
	END
	exchange 70 '8:dying.ab,' '' -f "$DIR"
	grep -q 'filter="dying" message="it was killed by signal 11' \
		"$BATS_TEST_TMPDIR/log"
}

@test "a filter that cannot be waited for gives no reply, and the reason is told" {
	need strace
	# Whose messages may still come.
	filter cat <<-'END'
		sleep 1000 </dev/null >/dev/null &
		exec cat
	END
	printf '6:cat.ab,' >"$BATS_TEST_TMPDIR/request"
	run -70 --separate-stderr strace -o "$BATS_TEST_TMPDIR/trace" -e trace=wait4 \
		-e inject=wait4:error=ECHILD:when=1 \
		"$VERSED" -f "$DIR" <"$BATS_TEST_TMPDIR/request"
	# shellcheck disable=SC2154 # run sets it
	assert_regex "$stderr" 'message="cannot wait for it: No child process'
}

@test "a program that cannot run gives no reply" {
	printf '#!/nonexistent\n' >"$DIR/lost"
	printf 'no program\n' >"$DIR/text"
	chmod 755 "$DIR/lost" "$DIR/text"
	exchange 70 '7:lost.ab,' '' -f "$DIR"
	grep -q 'filter="lost" message="cannot start it: its interpreter /nonexistent: No such file' \
		"$BATS_TEST_TMPDIR/log"
	exchange 70 '7:text.ab,' '' -f "$DIR"
	grep -q 'filter="text" message="cannot start it: Exec format error' \
		"$BATS_TEST_TMPDIR/log"
}

@test "what a filter cannot run for is told, and is the server's fault" {
	printf '#!/bin/sh\r\ncat\r\n' >"$DIR/dos"
	# The name of what is to load it is in the program.
	sed 's,/ld-,/no-,g' /bin/true >"$DIR/unloadable"
	filter lacking <<<'exec nonesuch'
	filter unrunnable <<<'exec /etc/passwd'
	chmod 755 "$DIR/dos" "$DIR/unloadable"
	exchange 70 '13:unloadable.ab,' '' -f "$DIR"
	logged 'result=broken reason="cannot start it: what is to load it is not there"'
	exchange 70 '6:dos.ab,' '' -f "$DIR"
	[ "$(grep -cF '="cannot start it: its interpreter /bin/sh\\r: No such file or directory"' \
		"$BATS_TEST_TMPDIR/log")" = 2 ]
	exchange 70 '10:lacking.ab,' '' -f "$DIR"
	logged 'result=broken reason="it exited with status 127: what it wants to run cannot be"'
	exchange 70 '13:unrunnable.ab,' '' -f "$DIR"
	logged 'result=broken reason="it exited with status 126: what it wants to run cannot be"'
}

@test "a folder that others can write to from now on is refused from now on" {
	ln -s /usr/bin/rev "$DIR/rev"
	local socket=$BATS_TEST_TMPDIR/socket
	need systemd-socket-activate ncat
	start systemd-socket-activate -l "$socket" \
		"$VERSED" -n 0 -f "$DIR" 2>"$BATS_TEST_TMPDIR/log"
	wait_until 5 test -S "$socket"
	printf '6:rev.ab,' | ncat -U "$socket" >"$BATS_TEST_TMPDIR/got"
	printf '2:ba,' | cmp - "$BATS_TEST_TMPDIR/got"
	chmod 777 "$DIR"
	for request in '6:rev.ab,' '11:transforms.,'; do
		printf %s "$request" | ncat -U "$socket" >"$BATS_TEST_TMPDIR/got"
		[ ! -s "$BATS_TEST_TMPDIR/got" ]
	done
	printf '8:rot13.ab,' | ncat -U "$socket" >"$BATS_TEST_TMPDIR/got"
	printf '2:no,' | cmp - "$BATS_TEST_TMPDIR/got"
	chmod 755 "$DIR"
	printf '6:rev.ab,' | ncat -U "$socket" >"$BATS_TEST_TMPDIR/got"
	printf '2:ba,' | cmp - "$BATS_TEST_TMPDIR/got"
	stop_started
	[ "$(grep -c "result=broken reason=\"cannot use $DIR:\
 others than its owner can write to it\"" "$BATS_TEST_TMPDIR/log")" = 2 ]
}

@test "a filter that hangs is killed at the deadline" {
	filter hanging <<-END
		trap '' TERM HUP INT
		echo \$\$ >>$PIDS
		sh -c 'echo \$\$ >>$PIDS; exec sleep 1000' &
		cat
		wait
	END
	local start=$SECONDS
	exchange 75 '10:hanging.ab,' '' -f "$DIR" -t 1
	[ $((SECONDS - start)) -le 4 ]
	logged 'result=timeout reason="the filter was not done at the deadline"'
	none_left 2
}

@test "a background process that holds the output cannot outlive the deadline" {
	filter holding <<-END
		sh -c 'echo \$\$ >>$PIDS; exec sleep 1000' &
		cat
	END
	exchange 75 '10:holding.ab,' '' -f "$DIR" -t 3
	none_left 1
	grep -q 'message="it exited, but a process that it started holds its output"' \
		"$BATS_TEST_TMPDIR/log"
}

# serve_one OPTION: versed serves request in the background; OPTION is env's.
# shellcheck disable=SC2016 # the shell within is to expand them
serve_one() {
	start env --default-signal=HUP "$1" bash -c 'cd "$1" && exec "$0" -t 0 -f "$2" <request >got 2>log' \
		"$VERSED" "$BATS_TEST_TMPDIR" "$DIR"
}

# shellcheck disable=SC2016,SC2154 # the condition is for later; started is start's
@test "TERM, HUP and INT end a filter and what it started" {
	filter slow <<-END
		setsid sh -c 'echo \$\$ >>$PIDS; exec sleep 1000' &
		echo \$\$ >>$PIDS
		exec sleep 1000
	END
	printf '7:slow.ab,' >"$BATS_TEST_TMPDIR/request"
	# As a shell's & leaves it, SIGINT is ignored.
	for signal in TERM HUP INT; do
		: >"$PIDS"
		serve_one --ignore-signal=INT
		wait_until 10 eval '[ "$(wc -w <"$PIDS")" = 2 ]'
		kill -s "$signal" "$started"
		status=0
		wait "$started" || status=$?
		[ "$status" = 75 ]
		[ ! -s "$BATS_TEST_TMPDIR/got" ]
		logged result=timeout
		# Neither the filter nor its time is to blame.
		logged 'message="a signal ended it"'
		logged 'reason="a signal ended it"'
		none_left 2
	done
	# But not a SIGHUP that nohup(1) has ignored.
	filter short <<-END
		echo \$\$ >>$PIDS
		until [ -e $PIDS.go ]; do
			sleep 0.01
		done
		cat
	END
	: >"$PIDS"
	printf '8:short.ab,' >"$BATS_TEST_TMPDIR/request"
	serve_one --ignore-signal=HUP
	wait_until 10 test -s "$PIDS"
	kill -s HUP "$started"
	touch "$PIDS.go"
	wait "$started"
	printf '2:ab,' | cmp - "$BATS_TEST_TMPDIR/got"
}

@test "a daemon of its own session dies with its filter's success" {
	filter daemon <<-END
		setsid sh -c 'trap "" TERM HUP; (echo go >$PIDS.go)
			sh -c "echo \\\$\\\$ >>$PIDS; exec sleep 1000" &
			echo \$\$ >>$PIDS; wait' </dev/null >/dev/null 2>&1 &
		until [ -e $PIDS.go ] && [ "\$(wc -w <$PIDS)" = 2 ]; do
			sleep 0.01
		done
		cat
	END
	exchange 0 '9:daemon.ab,' '2:ab,' -f "$DIR" -t 10
	none_left 2
}

@test "a daemon of its own session dies with its filter's failure" {
	filter daemon <<-END
		setsid sh -c 'echo \$\$ >>$PIDS; exec sleep 1000' &
		until [ -s $PIDS ]; do
			sleep 0.01
		done
		exit 1
	END
	exchange 70 '9:daemon.ab,' '' -f "$DIR" -t 10
	none_left 1
}

@test "children that versed did not start live on" {
	ln -s /usr/bin/rev "$DIR/rev"
	export DIR VERSED
	# exec: the child of the shell is then versed's.
	printf '6:rev.ab,' | bash -c 'sleep 1000 >/dev/null 2>&1 3>&- &
		echo $! >"$0"; exec "$VERSED" -f "$DIR"' "$PIDS" \
		>"$BATS_TEST_TMPDIR/got"
	printf '2:ba,' | cmp - "$BATS_TEST_TMPDIR/got"
	kill "$(cat "$PIDS")"
}

@test "where a filter cannot be started, children that versed did not start live on" {
	need strace
	ln -s /usr/bin/rev "$DIR/rev"
	# The second prctl(2) makes orphans versed's.
	export DIR VERSED
	printf '6:rev.ab,' | bash -c 'sleep 1000 >/dev/null 2>&1 3>&- &
		echo $! >"$0"; exec strace -D -qq -o "$0.trace" \
		-e trace=prctl -e inject=prctl:error=EINVAL:when=2 \
		"$VERSED" -f "$DIR"' "$PIDS" 2>"$BATS_TEST_TMPDIR/log" || true
	grep -q 'cannot start it: Invalid argument' "$BATS_TEST_TMPDIR/log"
	kill "$(cat "$PIDS")"
}

@test "a filter that floods is killed" {
	ln -s /usr/bin/yes "$DIR/yes"
	exchange 70 '6:yes.ab,' '' -f "$DIR" -t 20 -m 1000
	# 11 times the longest request and a little more, versed(8).
	grep -q 'filter="yes" message="it wrote more than 76536 bytes"' \
		"$BATS_TEST_TMPDIR/log"
}

@test "a flood of messages is cut, and does not stop the filter" {
	filter noisy <<-'END'
		yes warning | head -n 100000 >&2
		cat
	END
	exchange 0 '8:noisy.ab,' '2:ab,' -f "$DIR" -t 20
	[ "$(grep -c 'message="warning"' "$BATS_TEST_TMPDIR/log")" = 100 ]
	[ "$(grep -c 'not logged' "$BATS_TEST_TMPDIR/log")" = 1 ]
}

@test "a filter's text is a file that it can read again, but not change" {
	filter again <<-'END'
		echo x 2>/dev/null >&0
		cat /dev/stdin
		exec cat /dev/stdin
	END
	exchange 0 '8:again.ab,' '4:abab,' -f "$DIR"
}

@test "a text that no file may hold is the server's fault" {
	ln -s /usr/bin/rev "$DIR/rev"
	(
		ulimit -f 0
		printf '6:rev.ab,' | "$VERSED" -f "$DIR" 2>&1 >/dev/null
	) | grep -q 'result=broken reason="cannot start it: File too large"'
}

@test "a log that nobody reads costs a filter lines, and no time" {
	need strace
	filter noisy <<-'END'
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
			echo "$i" >&2
		done
		cat
	END
	# The log is a pipe that is full, and not that of standard output.
	run -0 /usr/bin/python3 -c '
import os, subprocess, sys
ours, theirs = os.pipe()
os.set_blocking(theirs, False)
try:
    while True:
        os.write(theirs, bytes(4096))
except BlockingIOError:
    os.set_blocking(theirs, True)
print(subprocess.run(sys.argv[1:], input=b"8:noisy.ab,", stderr=theirs,
                     stdout=subprocess.PIPE).stdout)' \
		strace -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=poll,write \
		"$VERSED" -t 9 -f "$DIR"
	[ "$output" = "b'2:ab,'" ]
	grep -q 'poll(.*fd=2.*, 0)' "$BATS_TEST_TMPDIR/trace"
	run ! grep 'poll(.*fd=2.*, 1000)' "$BATS_TEST_TMPDIR/trace"
}

@test "a filter need not read its text" {
	filter deaf <<-'END'
		echo hello
	END
	ln -s /bin/true "$DIR/true"
	head -c 5000000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/text"
	for name in deaf true; do
		printf '%d:%s.%s,' $((5000001 + ${#name})) "$name" \
			"$(cat "$BATS_TEST_TMPDIR/text")" >"$BATS_TEST_TMPDIR/big"
		"$VERSED" -m 5000100 -f "$DIR" <"$BATS_TEST_TMPDIR/big" \
			>"$BATS_TEST_TMPDIR/$name"
	done
	printf '6:hello\n,' | cmp - "$BATS_TEST_TMPDIR/deaf"
	printf '0:,' | cmp - "$BATS_TEST_TMPDIR/true"
}

@test "a filter may write much before it reads" {
	filter eager <<-'END'
		head -c 3000000 /dev/zero
		cat
	END
	head -c 3000000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/text"
	{
		printf '3000006:eager.'
		cat "$BATS_TEST_TMPDIR/text"
		printf ,
	} | "$VERSED" -m 4000000 -f "$DIR" >"$BATS_TEST_TMPDIR/got"
	{
		printf '6000000:'
		head -c 3000000 /dev/zero
		cat "$BATS_TEST_TMPDIR/text"
		printf ,
	} | cmp - "$BATS_TEST_TMPDIR/got"
}

@test "a filter that closes its output early is still waited for" {
	filter closing <<-'END'
		echo ab
		exec >&-
		sleep 0.3
		exit 1
	END
	exchange 70 '10:closing.ab,' '' -f "$DIR"
}

@test "a worker runs filters for one connection after another" {
	need ncat systemd-socket-activate
	ln -s /usr/bin/rev "$DIR/rev"
	filter failing <<<'exit 1'
	local socket=$BATS_TEST_TMPDIR/socket
	start systemd-socket-activate -l "$socket" \
		"$VERSED" -n 0 -f "$DIR" 2>/dev/null
	wait_until 5 test -S "$socket"
	for _ in 1 2 3; do
		printf '6:rev.ab,' | ncat -U "$socket" >"$BATS_TEST_TMPDIR/got"
		printf '2:ba,' | cmp - "$BATS_TEST_TMPDIR/got"
		printf '8:failing.,' | ncat -U "$socket" \
			>"$BATS_TEST_TMPDIR/got"
		[ ! -s "$BATS_TEST_TMPDIR/got" ]
	done
	stop_started
}

@test "with filters there are no core dumps and few open files" {
	filter limits <<-'END'
		ulimit -Hc
		ulimit -Hn
	END
	exchange 0 '7:limits.,' '6:0\n256\n,' -f "$DIR"
}

@test "a filter has its three streams where the handler has none" {
	ln -s /usr/bin/rev "$DIR/rev"
	run -0 /usr/bin/python3 -c '
import os, socket, sys
ours, theirs = socket.socketpair()
if os.fork() == 0:
    os.dup2(theirs.fileno(), 9)
    os.closerange(0, 9)
    os.dup2(9, 3)
    os.close(9)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    os.execv(sys.argv[1], sys.argv[1:])
theirs.close()
ours.sendall(b"6:rev.ab,")
print(ours.recv(100))' "$VERSED" -f "$DIR"
	[ "$output" = "b'2:ba,'" ]
}

# The rows of a table in versed(8), as NAME, blanks, COMMAND.
manual_filters() {
	awk '/^\.Ss/ { found = /Filters to start from/ }
		/^\.Ed/ { literal = 0 }
		found && literal && n == 1 { print }
		found && /^\.Bd/ { literal = 1; n++ }' "$ROOT/man/versed.8" |
		sed "s/\\\\(aq/'/g; s/\\\\e/\\\\/g"
}

# filtered NAME TEXT RESULT: the last two are formats of printf.
filtered() {
	# shellcheck disable=SC2059
	printf -- "$2" >"$BATS_TEST_TMPDIR/text"
	# shellcheck disable=SC2059
	printf -- "$3" >"$BATS_TEST_TMPDIR/want"
	"$BUILD/versify" -e "$VERSED -f $DIR" "$1" "$BATS_TEST_TMPDIR/text" |
		cmp "$BATS_TEST_TMPDIR/want" - || {
		echo "(filter $1)" >&2
		return 1
	}
	filters_tried+=" $1"
}

# shellcheck disable=SC1112 # poems have such quotes
@test "the manual's filters do what it says of them" {
	need cmark
	local name command filters_tried=''
	while read -r name command; do
		# What is not installed is that of the build.
		filter "$name" <<<"${command/versify -e versed/"'$BUILD/versify' -e '$VERSED'"}"
	done < <(manual_filters)
	filtered sort 'so much\ndepends\nupon\n' 'depends\nso much\nupon\n'
	filtered unique 'a rose\nis\na rose\nis\n' 'a rose\nis\n'
	filtered strip 'a rose \t \n is\n' 'a rose\n is\n'
	filtered wrap60 'Shall I compare thee to a summer’s day? Thou art more lovely\n' \
		'Shall I compare thee to a summer’s day? Thou art more lovely\n'
	filtered wrap60 '\nShall I compare thee to a summer’s day? Thou art more lovely than\n' \
		'\nShall I compare thee to a summer’s day? Thou art more lovely\nthan\n'
	ln -s wrap60 "$DIR/wrap9"
	filtered wrap9 'rough winds do shake\n' 'rough\nwinds do\nshake\n'
	filtered sentence 'ÖD’ UND LEER.  DAS MEER! wo?\ndA\n' \
		'Öd’ und leer.  Das meer! Wo?\nDa\n'
	filtered headline "THE RIME of the ANCIENT mariner, and a bird\n" \
		"The Rime of the Ancient Mariner, and a Bird\n"
	filtered headline "don't go IN to andes\n" "Don't Go in to Andes\n"
	filtered swapcase 'Éa bC1\n' 'éA Bc1\n'
	filtered ascii 'Ça, déjà: Łódź\n' 'Ca, deja: Lodz\n'
	filtered latin1 'D\xc9J\xc0\n' 'déjà\n'
	filtered html '# Rose\n\n*is* <b>a</b>\n' \
		'<h1>Rose</h1>\n<p><em>is</em> <!-- raw HTML omitted -->a<!-- raw HTML omitted --></p>\n'
	filtered words 'a rose is\na rose\n' '5\n'
	filtered roses 'A Rose\nis a lily\n' 'A Rose\n'
	filtered roses 'lilies\n' ''
	# Each, that is.
	for name in $(manual_filters | cut -d ' ' -f 1); do
		[[ " $filters_tried " == *" $name "* ]]
	done
	[ "$(wc -w <<<"$filters_tried")" -ge 15 ]
}
