# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2059,SC2154 # a test reads the manual; texts are formats; listen sets a variable
# The clients of versed-protocol(7), In other languages, as they stand there.

setup() {
	load lib/lib
	load lib/box
	need /usr/bin/python3
	T=$BATS_TEST_TMPDIR
	cd "$T" || return
}

teardown() {
	stop_started
}

# listen COMMAND ...: a server, from here to the test's end, at 127.0.0.1 $port.
listen() {
	rm -f address
	start "$ROOT/tests/peers/listen.py" 127.0.0.1 address "$@"
	wait_until 20 test -e address
	port=$(cut -d: -f2 address)
}

misbehaving() {
	listen "$ROOT/tests/peers/faulty-server.py" "$@"
}

# the_client FILE LANGUAGE [SECONDS]: from the manual, with another deadline.
the_client() {
	local client
	client=$(manual_block versed-protocol.7 "$2" | sed 's/\\e/\\/g')
	[[ $(wc -l <<<"$client") -le 12 ]]
	[[ $client == *30* ]]
	printf '%s\n' "${client/30/${3:-30}}" >"$1"
}

# asks STATUS: the client of $command, with "text" as its input, succeeds or
# not; then it has written "wanted", else nothing.
asks() {
	local status=0
	timeout 60 env --default-signal=ALRM "${command[@]}" 127.0.0.1 "$port" \
		cummingsify <text >got 2>err 3>&- || status=$?
	if [[ $1 = 0 ]]; then
		[[ $status = 0 ]] || cat err >&2
		cmp wanted got
	else
		[[ $status != 0 ]]
		cmp /dev/null got
	fi
}

# speaks [COMMAND ...]: the client that this runs takes a good reply, and none
# that is not.  "impatient" is the same with a deadline of two seconds.
speaks() {
	local command=("$@") reply
	listen "$VERSED" -n 0
	printf 'HERE IS MY POEM' >text
	printf 'here is my poem' >wanted
	asks 0
	printf 'A\0B. \\%%s\n\n' >text
	printf 'a\0b. \\%%s\n\n' >wanted
	asks 0
	: >text
	: >wanted
	asks 0
	printf '%099987d' 0 | tee text >wanted
	asks 0
	printf '\377' >text
	asks 1
	printf x >text
	misbehaving read $'pieces=\\\n5:,'
	/usr/bin/python3 -c 'print(r"""\
5:,""" * 50000, end="")' >wanted
	asks 0
	local replies=('' 1 15 15: 15:here '15:here is my poem'
		'015:xxxxxxxxxxxxxxx,' '15;here is my poem,'
		'15:here is my poem;' ' 1:x,' '1 :x,' '+1:x,' '-1:x,' ':,' ','
		'1\0:x,' '\0001:x,' '1\n:x,' '\n1:x,' '1:x,\n' '1:x,1:y,'
		'1:xy,' '2:x,' 'x' '0x1:x,' '1e0:x,' '00:,' 'a[$(touch ran)]:x,'
		'99999999999999999999:x,' '18446744073709551617:x,')
	local actions=()
	for reply in "${replies[@]}"; do
		actions+=(read "send=$reply" next)
	done
	misbehaving "${actions[@]}" kill
	for reply in "${replies[@]}"; do
		asks 1
	done
	[[ ! -e ran ]]
	asks 1 # killed
	asks 1 # not there
	misbehaving read 'send=15:here is my' reset next \
		read 'send=15:here is my' hold next read trickle
	asks 1
	command=("${@/whole/impatient}")
	asks 1
	asks 1
}

# each LANGUAGE COMMAND ...
each() {
	the_client whole "$1"
	the_client impatient "$1" 2
	speaks "${@:2}"
}

@test "bash" {
	each bash bash whole
}

@test "Python" {
	each Python python3 whole
}

@test "Perl" {
	need perl
	each Perl perl whole
}

@test "Go" {
	need go
	the_client whole.go Go
	the_client impatient.go Go 2
	export GOCACHE=$T/cache GOFLAGS=-mod=mod GO111MODULE=off HOME=$T
	go build -o whole whole.go
	go build -o impatient impatient.go
	speaks ./whole
}

@test "PHP" {
	need php
	each PHP php whole
}

@test "JavaScript (node)" {
	need node
	each "JavaScript (node)" node whole
}
