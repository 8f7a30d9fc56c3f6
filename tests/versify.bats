# SPDX-License-Identifier: ISC
# The client: whom it asks, what it takes for a reply, what it writes.
# shellcheck disable=SC2016,SC2030,SC2031,SC2059,SC2154 # command lines are run later; a list is a format; listen() sets variables

setup() {
	load lib/lib
	need /usr/bin/python3
	VERSIFY=${VERSIFY:-$BUILD/versify}
	T=$BATS_TEST_TMPDIR
	printf 'HERE IS MY POEM' >"$T/poem"
	printf 'here is my poem' >"$T/wanted"
}

teardown() {
	stop_started
}

# listen NAME ADDRESS COMMAND ...: a server, from here to the test's end; what
# to connect to is then in $NAME.
listen() {
	start "$BATS_TEST_DIRNAME/peers/listen.py" --backlog 16 "$2" \
		"$T/$1.address" "${@:3}"
	wait_until 20 test -e "$T/$1.address"
	declare -g "$1=$(cat "$T/$1.address")"
}

# a_server [NAME [ADDRESS]]: one that serves; misbehaving ACTION ...: one that
# does as tests/peers/faulty-server.py says.  Both are $server.
a_server() {
	listen "${1:-server}" "${2:-127.0.0.1}" "$VERSED" -n 0
}

misbehaving() {
	rm -f "$T/server.address"
	listen server 127.0.0.1 "$BATS_TEST_DIRNAME/peers/faulty-server.py" "$@"
}

# asks STATUS ARGUMENT ...: versify with the arguments, the poem as input,
# exits with STATUS and writes the wanted poem, or where STATUS is not 0
# nothing.  What it says is left in $T/err.
asks() {
	local want=$1 status=0
	shift
	timeout 20 "$VERSIFY" "$@" <"$T/poem" >"$T/got" 2>"$T/err" || status=$?
	if [[ $status != "$want" ]]; then
		echo "exit status $status, not $want: $(cat "$T/err")" >&2
		return 1
	fi
	if [[ $want = 0 ]]; then
		cmp "$T/wanted" "$T/got"
	else
		cmp /dev/null "$T/got"
	fi
}

# said LINE ...: these lines, and no other, on standard error.
said() {
	diff <((($# == 0)) || printf 'versify: %s\n' "$@") "$T/err" >&2
}

# falls_back ARGUMENT ...: with -f and the arguments versify writes the poem as
# it is, and says so.
falls_back() {
	cp "$T/poem" "$T/wanted"
	asks 0 -f "$@"
	tail -n 1 "$T/err" | grep -qx 'versify: the text is written as it is'
}

# exits STATUS COMMAND-LINE: so the command line exits; what it says is left in
# $T/err.
exits() {
	local status=0
	V=$VERSIFY D=$VERSED T=$T server=${server:-} \
		timeout 60 bash -c "$2" 2>"$T/err" || status=$?
	[[ $status != "$1" ]] || return 0
	echo "exit status $status, not $1: $(cat "$T/err")" >&2
	return 1
}

# fills SERVER: takes all places in its queue, which nobody empties.
fills() {
	local i
	for ((i = 0; i <= 16; i++)); do
		start "$VERSIFY" -t 30 "$1" x "$T/poem" 2>/dev/null
	done
	wait_until 10 bash -c '! "$0" -v -c 1 -t 1 "$1" x </dev/null 2>&1 |
		grep -q "no reply"' "$VERSIFY" "$1"
}

# apart SCRIPT: runs it in a network of its own, with the files of $T/etc, if
# any, in the place of those of /etc.
apart() {
	skip_unless 'unshare -r -m -n ip link set lo up' \
		'unshare and iproute2'
	T=$T VERSIFY=$VERSIFY VERSED=$VERSED BUILD=$BUILD LIB=$ROOT/tests/lib \
		LISTEN=$BATS_TEST_DIRNAME/peers/listen.py \
		PEERS=$BATS_TEST_DIRNAME/peers \
		unshare -r -m -n bash -euc '
		. "$LIB/wait.bash"
		ip link set lo up
		for file in "$T"/etc/*; do
			[[ ! -e $file ]] || mount --bind "$file" "/etc/${file##*/}"
		done
		'"$1" 3>&-
}

@test "FILE, - and standard input" {
	asks 0 -e "$VERSED" cummingsify
	said
	asks 0 -e "$VERSED" cummingsify -
	asks 0 -e "$VERSED" cummingsify "$T/poem" </dev/null
	asks 0 --execute="$VERSED" cummingsify "$T/poem"
	printf 'HERE IS MY POEM' | "$VERSIFY" -e "$VERSED" cummingsify | cat |
		cmp "$T/wanted" -
}

@test "no text, a text of NULs, the longest text" {
	: >"$T/poem"
	: >"$T/wanted"
	asks 0 -e "$VERSED" cummingsify
	head -c 5000 /dev/zero | tee "$T/poem" >"$T/wanted"
	asks 0 -e "$VERSED" rot13
	head -c 99993 /dev/zero | tee "$T/poem" >"$T/wanted"
	asks 0 -e "$VERSED" rot13
}

@test "terminals on both sides" {
	need script
	printf 'HERE IS MY POEM\n\004' |
		script -qefc "'$VERSIFY' -e '$VERSED' cummingsify" /dev/null \
			>"$T/got"
	grep -q 'here is my poem' "$T/got"
}

@test "a host, an IPv6 address, a UNIX socket" {
	a_server
	asks 0 "$server" cummingsify
	said
	asks 0 "localhost:${server##*:}" cummingsify
	a_server six '[::1]'
	asks 0 "$six" cummingsify
	a_server unix "$T/socket"
	asks 0 "$unix" cummingsify
	cd "$T"
	asks 0 ./socket cummingsify
}

@test "-4 and -6" {
	a_server
	port=${server##*:}
	asks 0 -4 "127.0.0.1:$port" cummingsify
	asks 0 --ipv4 "localhost:$port" cummingsify
	asks 68 -6 "127.0.0.1:$port" cummingsify
	said "127.0.0.1:$port: cannot look up the host: Address family for hostname not supported"
	asks 68 --ipv6 "127.0.0.1:$port" cummingsify
	asks 68 -4 "[::1]:$port" cummingsify
}

@test "the port is 11000; an IPv6 address needs no brackets" {
	apart '
	for server in 127.0.0.1 [::1] ::1; do
		code=0
		"$VERSIFY" -v "$server" cummingsify "$T/poem" || code=$?
		[[ $code = 69 ]]
	done' 2>"$T/err"
	said "127.0.0.1: trying 127.0.0.1:11000" \
		"127.0.0.1: cannot connect: Connection refused" \
		"[::1]: trying [::1]:11000" \
		"[::1]: cannot connect: Connection refused" \
		"::1: trying [::1]:11000" \
		"::1: cannot connect: Connection refused"
}

@test "-l lists the server's transforms, and reads nothing" {
	"$VERSED" -L >"$T/wanted"
	a_server
	asks 0 -l "$server"
	asks 0 --list "$server" <&-
	asks 0 -l -e "$VERSED"
}

@test "-l: what a server lists reaches a terminal printable" {
	misbehaving read 'send=23:\x1b[2Jred\n\xc2\x9b0m\rok\x7f\nb\0d\n\x9b\n,' end
	printf '%s\n' '\u001b[2Jred' '\u009b0m\u000dok\u007f' 'b\u0000d' \
		'\u009b' >"$T/wanted"
	asks 0 -l "$server"
	misbehaving read 'send=17:a\xe2\x80\xaeb\xe2\x81\xa9c\xc3\xa9\nd\xe2\x80\xab\n,' end
	printf '%s\n' 'a\u202eb\u2069cé' 'd\u202b' >"$T/wanted"
	asks 0 -l "$server"
	asks 69 $'\xe2\x80\xae/\x9b' x
	said '\u202e/\u009b: cannot connect: no such socket'
	asks 66 -e "$VERSED" x $'\e[2J\n\xc2\x9b'
	said 'cannot read \u001b[2J\u000a\u009b: No such file or directory'
	asks 69 $'\e[2J/x' x
	said '\u001b[2J/x: cannot connect: no such socket'
}

@test "-q says nothing: the exit status tells" {
	asks 69 -q "$T/nosuch" x
	said
	falls_back "$T/nosuch" x
	asks 0 --quiet -f "$T/nosuch" x
	said
	asks 66 -q -e "$VERSED" x "$T/nosuch"
	said
}

@test "- is the server of VERSIFY_SERVER" {
	a_server
	export VERSIFY_SERVER=$T/nosuch,$server
	asks 0 - cummingsify
	"$VERSED" -L >"$T/wanted"
	asks 0 -l -
	for VERSIFY_SERVER in '' ' '; do
		asks 64 '-' x || asks 68 '-' x
	done
	unset VERSIFY_SERVER
	asks 64 - x
	said 'no server: VERSIFY_SERVER is not set'
}

@test "an empty server is blamed on no variable" {
	asks 64 '' x
	said '"": a host is missing'
}

@test "fractions of a second" {
	misbehaving hold
	for t in 0.3 .3 0.0001; do
		asks 75 -t "$t" "$server" x
		grep -q 'versify: .*out of time' "$T/err"
	done
	a_server good
	asks 0 -t 20. -c 9.999999999999999999999 "$good" cummingsify
	for t in . 1.x 1..2 1e3 ' 1' 1000000000 1,5; do
		asks 64 -t "$t" "$good" x
		said 'the timeout must be a number of seconds from 0 to 999999999'
		asks 64 -c "$t" "$good" x
	done
}

@test "-o replaces a file in one step, the input too" {
	cd "$T"
	cp poem file
	chmod 640 file
	inode=$(stat -c %i file)
	asks=("$VERSIFY" -e "$VERSED" -o)
	"${asks[@]}" file cummingsify file
	cmp wanted file
	[[ $(stat -c %a file) = 640 && $(stat -c %i file) != "$inode" ]]
	# A new one.
	(umask 027 && "${asks[@]}" new cummingsify poem)
	cmp wanted new
	[[ $(stat -c %a new) = 640 ]]
	# A link is followed, one that leads nowhere too.
	mkdir folder
	cp poem folder/target
	ln -s folder/target link
	ln -s folder/nothing broken
	"${asks[@]}" link cummingsify poem
	"${asks[@]}" broken cummingsify poem
	[[ -L link && -L broken ]]
	cmp wanted folder/target
	cmp wanted folder/nothing
	# What is no regular file is written, not replaced.
	mkfifo fifo
	"${asks[@]}" fifo cummingsify poem &
	cmp wanted fifo
	wait $!
	[[ -p fifo ]]
	"${asks[@]}" /dev/stdout cummingsify poem | cmp wanted -
	"${asks[@]}" - cummingsify poem | cmp wanted -
	"${asks[@]}" closed cummingsify poem >&-
	cmp wanted closed
	# -f has the original there.
	"$VERSIFY" -q -f -o file nosuch/ cummingsify poem
	cmp poem file
	run -0 find . -name '.versify*'
	assert_output ''
}

@test "-o: a file that is not replaced is as it was, and nothing is left" {
	cd "$T"
	cp poem file
	head -c 90000 /dev/zero >long
	exits 69 '"$V" -o "$T/file" "$T/nosuch" x "$T/poem"'
	exits 74 'ulimit -f 50; "$V" -e "$D" -o "$T/file" rot13 "$T/long"'
	said "cannot write $T/file: File too large"
	exits 74 '"$V" -e "$D" -o "$T/no/file" rot13 "$T/poem"'
	said "cannot write $T/no/file: No such file or directory"
	exits 74 '"$V" -e "$D" -o "$T" rot13 "$T/poem"'
	exits 74 '"$V" -e "$D" -o /dev/full rot13 "$T/poem"'
	cmp poem file
	run -0 find . -name '.versify*'
	assert_output ''
}

@test "-o: a signal that ends versify leaves nothing in the folder" {
	cd "$T"
	cp poem file
	head -c 100000 /dev/zero >long
	mkfifo fifo
	local signal status
	for signal in ALRM HUP INT QUIT TERM; do
		start bash -c 'exec env --default-signal "$@" <fifo' - \
			"$VERSIFY" -q -f -o file nosuch/ x
		exec 8>fifo
		cat long >&8
		wait_until 10 compgen -G '.versify-*'
		kill -s "$signal" "$started"
		status=0
		wait "$started" || status=$?
		exec 8>&-
		[[ $status = $((128 + $(kill -l "$signal"))) ]]
		run ! compgen -G '.versify-*'
		cmp poem file
	done
}

@test "-o keeps the owner as far as it may" {
	need_root
	need setpriv
	chmod 777 "$T"
	cd "$T"
	cp poem file
	chown 65534:12345 file
	chmod 4755 file
	"$VERSIFY" -e "$VERSED" -o file cummingsify file
	[[ $(stat -c '%u %g %a' file) = '65534 12345 4755' ]]
	cp poem file
	chown 0:0 file
	chmod 4664 file
	# What is another group's now is not that group's to write.
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$VERSIFY" -e "$VERSED" -o file cummingsify file
	cmp wanted file
	[[ $(stat -c '%u %g %a' file) = '65534 65534 604' ]]
}

@test "the input is not the output" {
	cp "$T/poem" "$T/file"
	exits 64 '"$V" -e "$D" cummingsify "$T/file" >>"$T/file"'
	said 'the input is the output: -o replaces a file'
	exits 64 '"$V" -e "$D" cummingsify <"$T/file" 1<>"$T/file"'
	exits 64 '"$V" -f nosuch/ cummingsify "$T/file" >>"$T/file"'
	cmp "$T/poem" "$T/file"
	exits 0 '"$V" -e "$D" cummingsify </dev/null >/dev/null'
}

@test "reading the text from a terminal, it says so" {
	terminal 'ready>' '"$V" -e "$D" cummingsify\n' \
		'reading the text from the terminal' 'POEM\n\x04' 'poem' ''
}

@test "-g gets the poem that a server sends to whoever connects" {
	need_poem_server() {
		listen poems "${1:-127.0.0.1}" "$VERSED" -n 0 -p "$T/wanted"
	}
	need_poem_server
	asks 0 -g "$poems"
	asks 0 --get -4 -c 5 -m 15 -t 5 "$T/nosuch,$poems" </dev/null
	asks 76 -g -m 14 "$poems"
	asks 0 -g -o "$T/file" "$poems" || cmp "$T/wanted" "$T/file"
	rm "$T/poems.address"
	need_poem_server "$T/socket"
	asks 0 -g "$poems"
	asks 0 -g -e "$VERSED -p $T/wanted"
	asks 69 -g -e "$VERSED -p $T/nosuch"
	said "$VERSED -p $T/nosuch: exited with status 66" ||
		tail -n 1 "$T/err" | grep -q 'exited with status 66'
	misbehaving 'send=15:here is my poem,' next 'send=4:half'
	asks 0 -g "$server"
	asks 76 -g "$server"
	misbehaving 'send=15:here is my poem,1:a,'
	asks 76 -g "$server"
	misbehaving send=4:half reset next 'send=15:here is my poem,'
	asks 0 -g -r 1 "$server"
	misbehaving close
	asks 69 -g -v "$server"
	run ! grep why "$T/err"
	asks 64 -f -g "$server"
	asks 64 -g "$server" x
	asks 64 -g -l "$server"
	asks 64 -g
}

@test "poems: Twisted's NetstringReceiver, client and server, each against ours" {
	skip_unless "/usr/bin/python3 -c 'import twisted'" python3-twisted
	listen server 127.0.0.1 "$BATS_TEST_DIRNAME/peers/twisted-server.py" \
		'here is my poem'
	asks 0 -g "$server"
	listen poems 127.0.0.1 "$VERSED" -n 0 -p "$T/wanted"
	"$BATS_TEST_DIRNAME/peers/twisted-client.py" "${poems%:*}" \
		"${poems#*:}" </dev/null >"$T/got"
	printf '15:here is my poem,' | cmp - "$T/got"
}

# datagrams NAME COMMAND ...: a server on a datagram socket; see listen.
datagrams() {
	rm -f "$T/$1.address"
	start "$BATS_TEST_DIRNAME/peers/listen.py" --kind datagram \
		"${at:-127.0.0.1}" "$T/$1.address" "${@:2}"
	wait_until 20 test -e "$T/$1.address"
	declare -g "$1=$(cat "$T/$1.address")"
}

@test "-u asks by datagrams" {
	datagrams udp "$VERSED" -n 0
	asks 0 -u "$udp" cummingsify
	asks 0 --udp -4 -t 5 "$udp" cummingsify "$T/poem"
	printf '     1\tHERE IS MY POEM' >"$T/wanted"
	asks 0 -u "$udp" number
	"$VERSED" -L >"$T/wanted"
	asks 0 -u -l "$udp"
	printf 'here is my poem' >"$T/wanted"
	at='[::1]' datagrams six "$VERSED" -n 0
	asks 0 -u "$six" cummingsify
	at=$T/socket datagrams unix "$VERSED" -n 0
	asks 0 -u "$unix" cummingsify
	# Refused: the next one.
	misbehaving kill
	asks 0 -u "127.0.0.1:1,$T/nosuch,$udp" cummingsify
	asks 69 -u 127.0.0.1:1 cummingsify
	said '127.0.0.1:1: cannot ask: Connection refused'
	falls_back -u -t 0.3 "$udp" nosuch
	asks 75 -u -t 0.3 "$udp" nosuch
	said "$udp: out of time: no reply"
	asks 64 -u -e "$VERSED" x
	asks 64 -u -g "$udp"
}

@test "-u: what no datagram can hold is 65; a reply as long as its request comes" {
	datagrams udp "$VERSED" -n 0
	head -c 65494 /dev/zero | tee "$T/poem" >"$T/wanted"
	asks 0 -u "$udp" rot13
	head -c 65495 /dev/zero >"$T/poem"
	asks 65 -u "$udp" rot13
	said 'the text cannot fit: a request has at most 65500 bytes (see -u)'
	asks 65 -u -m 70000 "$udp" rot13
	said 'the text cannot fit: a request has at most 65500 bytes (see -u)'
	datagrams udp "$BATS_TEST_DIRNAME/peers/faulty-datagrams.py" shorter \
		2>"$T/sizes"
	printf x >"$T/poem"
	printf 'x%3000s' '' >"$T/wanted"
	asks 0 -u "$udp" rot13
	printf '%s\n' 1200 2400 1200 4800 | diff - "$T/sizes"
}

@test "-u: a stray or forged datagram is let be" {
	datagrams udp "$BATS_TEST_DIRNAME/peers/faulty-datagrams.py" forge
	asks 0 -u "$udp" cummingsify
	asks 0 -u -m 15 "$udp" cummingsify
	asks 75 -u -m 14 -t 0.5 "$udp" cummingsify
}

@test "-u: half of the datagrams lost, half of the others twice: each poem comes, once" {
	not_under valgrind 'too slow'
	datagrams udp "$VERSED" -n 0
	datagrams relay "$BATS_TEST_DIRNAME/peers/faulty-datagrams.py" \
		relay "${udp#*:}" 4711
	local pids=() i
	for ((i = 0; i < 20; i++)); do
		printf 'POEM %s' "$i" |
			"$VERSIFY" -u -t 60 "$relay" cummingsify >"$T/got$i" 3>&- &
		pids+=($!)
	done
	for ((i = 0; i < 20; i++)); do
		wait "${pids[i]}"
		printf 'poem %s' "$i" | cmp - "$T/got$i"
	done
}

@test "-h fits a screen, -V tells the version" {
	not_under valgrind 'it opens descriptors first'
	run -0 "$VERSIFY" --help
	[[ ${#lines[@]} -le 24 ]]
	for line in "${lines[@]}"; do
		[[ ${#line} -le 80 ]]
	done
	"$VERSIFY" -h | cmp - <("$VERSIFY" --help)
	run -0 "$VERSIFY" -V
	assert_output --regexp '^versify [0-9.]+$'
	run -0 "$VERSIFY" --version
	exits 74 '"$V" --version >&-'
	exits 74 '"$V" --help >/dev/full'
}

@test "bad usage is 64" {
	for arguments in '' 'host' 'a,,b x' ', x' 'host:0 x' 'host:65536 x' \
		'host: x' 'host:http x' '[::1 x' '[::1]1 x' ':1 x' '[]:1 x' \
		'host x f g' 'host a.b' '-l' '-l host x' '-f -l host' \
		'-c x host y' '-t -1 host y' '-r 1000 host y' '-m 0 host y' \
		'-m 1000000000 host y' '-x host y' '--nosuch host y' '-t' \
		'-e versed' '-e versed a b c'; do
		# shellcheck disable=SC2086
		asks 64 $arguments
		[[ $(wc -l <"$T/err") = 1 ]]
	done
	asks 64 -vx host y
	said 'unknown option: -x'
	asks 64 --nosuch host y
	said 'unknown option: --nosuch'
	asks 64 host y -vt
	said 'option -t lacks its argument'
	asks 64 host ''
	asks 64 shout poem.txt
	grep -q '"poem.txt" is no transform: .* usage: .*see versify --help' \
		"$T/err"
	asks 64 host "$(printf '%099999d' 0)"
	said "the transform's name is too long: see versify --help"
	asks 64 localhost:12000, x
	said '"": a host is missing'
	asks 64 "/$(printf '%0108d' 0)" x
	asks 64 "$(printf 'a,%.0s' {1..17})" x
	said 'more than 16 servers'
	asks 64 host:99999 x
	said '"host:99999": the port must be a number from 1 to 65535'
}

@test "a text beyond the limit is 65; -m raises it" {
	head -c 99994 /dev/zero | tee "$T/poem" >"$T/wanted"
	asks 65 -e "$VERSED" rot13
	said 'the text cannot fit: a request has at most 99999 bytes (see -m)'
	asks 65 -m 99999 -e "$VERSED" rot13
	asks 0 -m 100000 -e "$VERSED -m 100000" rot13
	asks 0 --max-length 5000000 -e "$VERSED -m 100000" rot13
	asks 69 -m 100000 -e "$VERSED" rot13
	head -c 300000 /dev/zero >"$T/poem"
	falls_back -e "$VERSED" rot13
}

@test "input that cannot be read is 66, -f or not" {
	for f in '' -f; do
		asks 66 $f -e "$VERSED" cummingsify "$T/nosuch"
		said "cannot read $T/nosuch: No such file or directory"
		asks 66 $f -e "$VERSED" cummingsify "$T"
		said "cannot read $T: Is a directory"
	done
	exits 66 '"$V" -e "$D" cummingsify <&-'
	said 'cannot read standard input: Bad file descriptor'
	not_under valgrind 'it opens descriptors first'
	exits 66 '"$V" -e "$D" cummingsify <&- 2>&- >"$T/got"'
	cmp /dev/null "$T/got"
}

@test "an unknown host is 68" {
	host=$(printf '%064d' 0).invalid
	asks 68 "$host:1" cummingsify
	said "$host:1: cannot look up the host: Name or service not known"
	falls_back "$host" cummingsify
}

@test "a server that is not there is 69" {
	not_under valgrind 'vfork(2) is fork(2)'
	misbehaving kill
	asks 69 "$server" cummingsify
	wait_until 10 bash -c "! kill -0 $started"
	asks 69 "$server" cummingsify
	said "$server: cannot connect: Connection refused"
	falls_back "$server" cummingsify
	asks 69 "$T/nosuch" cummingsify
	said "$T/nosuch: cannot connect: no such socket"
	asks 69 -e "$T/nosuch" cummingsify
	said "$T/nosuch: cannot start: No such file or directory"
	asks 69 -e ' ' cummingsify
}

@test "a server that closes without a reply is 69" {
	misbehaving read close
	asks 69 "$server" cummingsify
	said "$server: closed without a reply: refused, or busy"
	falls_back "$server" cummingsify
	misbehaving read reset
	asks 69 "$server" cummingsify
	said "$server: reset without a reply: refused, or busy"
	a_server good
	asks 69 "$good" nosuch
}

@test "a server that closes before it read is 69" {
	misbehaving reset
	head -c 9000000 /dev/zero >"$T/poem"
	asks 69 -m 9999999 "$server" rot13
	asks 69 -m 9999999 -e true rot13
}

@test "a reply that is cut off is 76" {
	for reply in 1 15 15: 15:here '15:here is my poem'; do
		misbehaving read "send=$reply"
		asks 76 "$server" cummingsify
		said "$server: the reply was cut off after ${#reply} bytes"
		misbehaving read "send=$reply" reset
		asks 76 "$server" cummingsify
	done
	falls_back "$server" cummingsify
}

@test "a reply that is no netstring is 76, at its first wrong byte" {
	while read -r reply reason; do
		misbehaving read "send=$reply" hold
		asks 76 "$server" cummingsify
		said "$server: the reply $reason"
	done <<-'END'
		99999999999: is longer than 999999 bytes (see -m)
		1000000 is longer than 999999 bytes (see -m)
		15:here\x20is\x20my\x20poem; is no netstring: no comma after the content
		015:here\x20is\x20my\x20poem, is no netstring: leading zero in the length
		x is no netstring: no length
		\x20 is no netstring: no length
		15;here\x20is\x20my\x20poem, is no netstring: not a digit in the length
		HTTP/1.1 is no netstring: no length
	END
	falls_back "$server" cummingsify
}

@test "bytes or a reset after the reply are 76" {
	misbehaving read 'send=15:here is my poem,\n'
	asks 76 "$server" cummingsify
	said "$server: bytes follow the reply"
	misbehaving read 'send=15:here is my poem,1:a,' hold
	asks 76 "$server" cummingsify
	falls_back "$server" cummingsify
	misbehaving read 'send=15:here is my poem,' reset
	asks 76 "$server" cummingsify
	said "$server: the connection was reset after the reply"
}

@test "a server that does not close after its reply is no failure" {
	misbehaving read 'send=15:here is my poem,' hold
	asks 0 "$server" cummingsify
	said
}

@test "a server that closes when we do is not waited for" {
	misbehaving read 'send=15:here is my poem,' end
	asks 0 -t 1 "$server" cummingsify
	said
}

@test "-m bounds the reply" {
	asks 0 -m 15 -e "$VERSED" cummingsify
	asks 76 -m 14 -e "$VERSED" cummingsify
	said "$VERSED: the reply is longer than 14 bytes (see -m)"
}

@test "a silent server is 75 after -t" {
	misbehaving hold
	asks 75 -t 1 "$server" cummingsify
	said "$server: out of time: no reply"
	asks 75 --timeout=1 "$server,$server" cummingsify
	falls_back -t 1 "$server" cummingsify
}

@test "a server that trickles is 75 after -t" {
	misbehaving read trickle
	asks 75 -t 1 "$server" cummingsify
	said "$server: out of time: the reply is not whole"
}

@test "-t does not count how long the text and its taking take" {
	mkfifo "$T/fifo"
	start bash -c 'exec >"$1/fifo"
		printf "HERE IS"
		sleep 1.5
		printf " MY POEM"' - "$T"
	asks 0 -t 1 -e "$VERSED" cummingsify "$T/fifo"
	said
	head -c 90000 /dev/zero | tr '\0' a >"$T/poem"
	"$VERSIFY" -t 1 -e "$VERSED" rot13 "$T/poem" | {
		sleep 1.5
		cmp - <(head -c 90000 /dev/zero | tr '\0' n)
	}
}

@test "an alarm from before versify started ends it, where -t does not" {
	need perl
	misbehaving hold
	local alarm='$SIG{ALRM} = "DEFAULT"; alarm shift; exec @ARGV'
	for t in 0 20; do
		status=0
		timeout 20 perl -e "$alarm" 1 "$VERSIFY" -t "$t" "$server" x "$T/poem" ||
			status=$?
		[[ $status = 142 ]]
	done
	asks_with_alarm() {
		timeout 20 perl -e "$alarm" 10 "$VERSIFY" -t 0.5 "$server" x \
			"$T/poem" 2>"$T/err"
	}
	run -75 asks_with_alarm
}

@test "what the system refuses is 71" {
	need_shipped 'needs of memory'
	exits 71 'ulimit -v 100000; "$V" -m 999999999 -e "$D" rot13 </dev/null'
	said 'cannot make a request: Cannot allocate memory'
}

@test "a server that does not read is 75 after -t" {
	misbehaving hold
	head -c 20000000 /dev/zero >"$T/poem"
	asks 75 -t 1 -m 20000012 "$server" cummingsify
	said "$server: out of time: the request was not taken"
}

@test "-e: the handler's exit status tells why it did not reply" {
	# tells STATUS REASON COMMAND: versify -r 2, asking once, exits so.
	tells() {
		printf 'echo x >>"%s/asked"; %s\n' "$T" "$3" >"$T/handler"
		rm -f "$T/asked"
		asks "$1" -r 2 -e "sh $T/handler" "${4:-shout}"
		grep -qxF "versify: sh $T/handler: $2" "$T/err"
		[[ $(wc -l <"$T/asked") = "${5:-1}" ]]
	}
	tells 69 'no transform "shuot"' "exec $VERSED" shuot
	tells 69 'the request is too long for it' "exec $VERSED -m 5"
	tells 75 'out of time: the handler gave up' \
		'exit 75' shout 3
	tells 69 'exited with status 127' 'exec 2>&-; exec /nosuch'
	tells 69 'exited with status 64' "exec $VERSED -x"
	tells 69 'exited with status 0' 'exit 0' shout 3
	tells 69 'exited with status 1' 'exec false' shout 3
	tells 69 'killed by signal 11 (Segmentation fault)' \
		'kill -SEGV $$' shout 3
	printf '\377' >"$T/poem"
	tells 69 'cannot be done on this text' "exec $VERSED"
}

@test "-e: a handler is not asked why, its exit status has told" {
	local status kind
	for status in 0 1 75 127; do
		echo "exit $status" >"$T/handler"
		for kind in x -l -g; do
			asks $((status == 75 ? 75 : 69)) -v -r 1 \
				-e "sh $T/handler" "$kind"
		done
	done
}

@test "-e: a handler that cannot be started is not tried again" {
	not_under valgrind 'vfork(2) is fork(2)'
	asks 69 -v -r 3 -e "$T/nosuch" x
	said "$T/nosuch: cannot start: No such file or directory"
	asks 69 -v -r 3 -e nosuch-at-all x
	said 'nosuch-at-all: cannot start: No such file or directory'
	: >"$T/file"
	asks 69 -v -r 3 -e "$T/file" x
	said "$T/file: cannot start: Permission denied"
}

@test "-e looks in PATH, then beside versify, then in SBINDIR" {
	mkdir "$T/bin" "$T/path" "$T/folder" "$T/folder/versed"
	cp "$VERSIFY" "$VERSED" "$T/bin"
	PATH=/usr/bin:/bin
	VERSIFY=$T/bin/versify
	asks 0 -e versed cummingsify
	PATH=$T/folder:$PATH # a folder is no command
	asks 0 -e versed cummingsify
	(
		unset PATH
		/usr/bin/env -u PATH "$VERSIFY" -e versed cummingsify \
			<"$T/poem" | /usr/bin/cmp - "$T/wanted"
	)
	printf '#!/bin/sh\nexit 7\n' >"$T/path/versed"
	chmod +x "$T/path/versed"
	PATH=$T/path:$PATH
	asks 69 -e versed cummingsify
	said 'versed: exited with status 7'
	need strace
	strace -f -qq -o "$T/trace" -e trace=stat,newfstatat \
		"$VERSIFY" -e nosuch x <"$T/poem" 2>"$T/err" || true
	run -0 grep -oE '"/[^"]*/nosuch"' "$T/trace"
	assert_line -n 0 "\"$T/path/nosuch\""
	assert_line -n -2 "\"$T/bin/nosuch\""
	assert_line -n -1 '"/usr/local/sbin/nosuch"'
}

# terminal [WAIT TEXT] ...: as tests/peers/on-terminal.py says; left in
# $T/screen.
terminal() {
	V=$VERSIFY D=$VERSED T=$T "$BATS_TEST_DIRNAME/peers/on-terminal.py" \
		"$@" >"$T/screen" && return 0
	cat -A "$T/screen" >&2
	return 1
}

@test "-e: a handler can use the terminal; Ctrl-Z, fg and Ctrl-C" {
	not_under valgrind 'too slow'
	cat >"$T/secret" <<-'END'
		trap 'stty echo </dev/tty; exit 1' INT TERM
		stty -echo </dev/tty
		printf 'secret? ' >/dev/tty
		read -r secret </dev/tty
		stty echo </dev/tty
		[ "$secret" = sesame ] && exec "$1"
	END
	local line='"$V" -e "sh $T/secret $D" cummingsify "$T/poem" | cat -A'
	# The blank before fg may be read by who is about to stop.
	terminal 'ready>' "$line\n" 'secret?' 'sesame\n' 'here is my poem' ''
	run ! grep sesame "$T/screen"
	terminal 'ready>' "$line\n" 'secret?' '\x1a' 'Stopped' '' \
		'ready>' ' fg\n' 'cat -A' 'sesame\n' 'here is my poem' ''
	terminal 'ready>' "$line\n" 'secret?' '\x03' 'ready>' \
		'echo =${PIPESTATUS[0]}; stty -a | tr ";" "\\n"\n' \
		'=130' '' ' echo ' ''
	# Out of time, it is told to go, and leaves the terminal as it was.
	terminal 'ready>' "\"\$V\" -t 1 ${line#* }; echo =\${PIPESTATUS[0]}\n" \
		'secret?' '' '=75' 'stty -a | tr ";" "\\n"\n' ' echo ' ''
}

@test "-e: a handler that hangs is killed, and what it started" {
	cat >"$T/hang" <<-'END'
		sleep 60 &
		echo $! $$ >"${0%/*}/pids"
		sleep 60
	END
	# Where there is a terminal, it is no group of its own.
	printf '#!/bin/sh\nexec setsid -w "%s" "$@"\n' "$VERSIFY" \
		>"$T/no-terminal"
	chmod +x "$T/no-terminal"
	VERSIFY=$T/no-terminal
	asks 75 -t 1 -e "sh $T/hang" cummingsify
	read -r child parent <"$T/pids"
	wait_until 10 bash -c "! kill -0 $child && ! kill -0 $parent"
}

@test "-e: a handler ignores no signal on our account" {
	printf 'grep SigIgn /proc/$$/status >%s/ignored; exec %s' \
		"$T" "$VERSED" >"$T/handler"
	asks 0 -e "sh $T/handler" cummingsify
	read -r _ ignored <"$T/ignored"
	# SIGPIPE and SIGXFSZ, which versify itself does ignore.
	[[ $((0x$ignored & (1 << 12 | 1 << 24))) = 0 ]]
}

@test "-e: a handler ends with versify" {
	cat >"$T/hang" <<-'END'
		echo $$ >"${0%/*}/pid.new"
		mv "${0%/*}/pid.new" "${0%/*}/pid"
		sleep 60
	END
	start "$VERSIFY" -e "sh $T/hang" cummingsify "$T/poem"
	wait_until 10 test -e "$T/pid"
	kill "$started"
	status=0
	wait "$started" || status=$?
	[ "$status" = 143 ]
	wait_until 10 bash -c "! kill -0 $(cat "$T/pid")"
}

@test "-e: a handler ends with versify, however soon that is told to" {
	need strace
	printf 'echo $$ >"%s/pid"; kill $PPID; exec sleep 60' "$T" >"$T/hang"
	exits 143 'exec strace -qq -o /dev/null -e trace=pidfd_open \
		-e inject=pidfd_open:delay_enter=300000 \
		"$V" -e "sh $T/hang" cummingsify "$T/poem"'
	wait_until 10 bash -c "! kill -0 $(cat "$T/pid")"
}

@test "-e: a handler is waited for, whoever ignored SIGCHLD" {
	exits 0 'trap "" CHLD; exec strace -qq -o "$T/trace" -e trace=wait4 \
		"$V" -e "$D" cummingsify "$T/poem" >"$T/got"'
	cmp "$T/wanted" "$T/got"
	grep -q 'wait4([1-9].*= [1-9]' "$T/trace"
}

@test "-e: a handler that stays after its reply is killed" {
	cat >"$T/stay" <<-END
		echo \$\$ >$T/pid
		"$VERSED"
		exec >&- sleep 60
	END
	asks 0 -e "sh $T/stay" cummingsify
	said
	run ! kill -0 "$(cat "$T/pid")"
}

@test "-t 0 is no deadline" {
	misbehaving read trickle
	timeout 3 "$VERSIFY" -t 0 "$server" cummingsify "$T/poem" >"$T/got" &&
		return 1
	[[ $? = 124 ]]
}

@test "an output that fails is 74, -f or not, and no file is left half full" {
	not_under valgrind 'it opens descriptors first'
	a_server
	head -c 90000 /dev/zero >"$T/long"
	for f in '' -f; do
		exits 74 "\"\$V\" $f \$server cummingsify \$T/poem >/dev/full"
		said 'cannot write: No space left on device'
		exits 74 "\"\$V\" $f \$server cummingsify \$T/poem >&-"
		said 'cannot write: Bad file descriptor'
		exits 74 "\"\$V\" $f \$server cummingsify \$T/poem >/dev/null 1</dev/null"
		said 'cannot write: Bad file descriptor'
		# Who left knows.
		exits 74 "exec > >(exec true); wait \$!
			\"\$V\" $f \$server rot13 \$T/long"
		said
		printf before >"$T/file"
		exits 74 "ulimit -f 50
			\"\$V\" $f \$server rot13 \$T/long >>\$T/file"
		said 'cannot write: File too large'
		printf before | cmp - "$T/file"
	done
	exits 74 'ulimit -f 50
		"$V" -f 127.0.0.1:1 rot13 "$T/long" >"$T/file"'
	cmp /dev/null "$T/file"
}

@test "an output that fails only when it is closed is 74" {
	need strace
	exits 74 'exec strace -qq -o /dev/null -P "$T/file" -e trace=close \
		-e inject=close:error=EIO:when=1 "$V" -e "$D" rot13 "$T/poem" \
		>"$T/file"'
	said 'cannot write: Input/output error'
	cmp /dev/null "$T/file"
}

@test "closed standard streams are not taken for others" {
	not_under valgrind 'it opens descriptors first'
	a_server
	exits 0 '"$V" -v "$server" cummingsify "$T/poem" <&- 2>&- >"$T/got"'
	cmp "$T/wanted" "$T/got"
	exits 0 '"$V" -v -e "$D" cummingsify "$T/poem" <&- 2>&- >"$T/got"'
	cmp "$T/wanted" "$T/got"
	misbehaving hold
	start bash -c 'exec "$@" <&- 2>&-' - "$VERSIFY" "$server" x "$T/poem"
	wait_until 10 bash -c "ls -l /proc/$started/fd | grep -q socket:"
	run -0 readlink "/proc/$started/fd/2"
	assert_output /dev/null
}

@test "-r repeats: a handler killed in mid-reply costs nothing" {
	cat >"$T/half" <<-END
		[ -e $T/tried ] && exec "$VERSED"
		touch $T/tried
		head -c 31 >/dev/null
		printf 15:here
		kill -9 \$\$
	END
	asks 76 -e "sh $T/half" cummingsify
	rm "$T/tried"
	asks 0 -r 1 -e "sh $T/half" cummingsify
	said
	misbehaving read send=15:here reset next read close next \
		read 'send=15:here is my poem,'
	asks 0 --retries=2 "$server" cummingsify
	said
}

@test "-r: so often and no more" {
	misbehaving read close next read close next read \
		'send=15:here is my poem,'
	asks 69 -r 1 "$server" cummingsify
	asks 0 -r 1 "$server" cummingsify
	misbehaving read close
	asks 75 -t 1 -r 999 "$server" cummingsify
	said "$server: closed without a reply: refused, or busy"
}

@test "one of three servers down, another killed in mid-reply, costs nothing" {
	misbehaving kill
	asks 69 "$server" cummingsify
	down=$server
	misbehaving read send=15:here kill
	a_server good
	for servers in "$down,$server,$good" "$good,$down,$server"; do
		asks 0 "$servers" cummingsify
		said
	done
}

@test "where all fail, each is named, and the failure that got furthest counts" {
	misbehaving read send=15:here
	for servers in "$T/nosuch,$server" "$server,$T/nosuch"; do
		asks 76 "$servers" cummingsify
		sort "$T/err" >"$T/sorted"
		mv "$T/sorted" "$T/err"
		said "$T/nosuch: cannot connect: no such socket" \
			"$server: the reply was cut off after 7 bytes" ||
			said "$server: the reply was cut off after 7 bytes" \
				"$T/nosuch: cannot connect: no such socket"
	done
	asks 69 "[::1%nosuch]:1,$T/nosuch,$(printf '%064d' 0).invalid" x
}

@test "-v says what is tried" {
	misbehaving read close next read close next \
		read 'send=15:here is my poem,'
	asks 0 -v -r 1 "$server" cummingsify
	said "$server: trying $server" \
		"$server: closed without a reply: refused, or busy" \
		"$server: trying $server" \
		"asking why: closed without a reply: refused, or busy" \
		"$server: closed without a reply: busy" \
		"$server: trying $server"
	asks 69 --verbose "$T/nosuch" cummingsify
	said "$T/nosuch: trying unix" \
		"$T/nosuch: cannot connect: no such socket"
}

@test "after a close without a reply a server is asked why" {
	# why STATUS REASON [ARGUMENT ...]: that is what is said at the end.
	why() {
		asks 69 -v -r 1 "${@:3}" "$server" "${name:-shout}"
		[[ $(tail -n 1 "$T/err") = "versify: $server: $2" ]]
		[[ $(grep -c ": trying" "$T/err") = "$1" ]]
	}
	a_server
	name=shuot why 2 'no transform "shuot"'
	printf '\377' >"$T/poem"
	why 2 'cannot be done on this text'
	head -c 99998 /dev/zero >"$T/poem"
	why 3 'the request is too long for it' -m 200000
	printf '' >"$T/poem"
	name=xx why 2 'no transform "xx"'
	misbehaving close
	why 4 'closed without a reply: busy'
	# On a terminal, too; not for a program; not where it should be quiet.
	misbehaving read close
	asks 69 "$server" shout
	said "$server: closed without a reply: refused, or busy"
	terminal 'ready>' "\"\$V\" $server shout </dev/null\n" 'reply: busy' ''
	terminal 'ready>' "\"\$V\" -q $server x </dev/null; echo =\$?\n" \
		'=69' ''
	run ! grep busy "$T/screen"
}

@test "a server that is asked why changes nothing of the result" {
	local answer
	for answer in hold trickle 'send=99999999999:' 'send=4:\x1b[2J,' \
		'send=2:x\n,' 'send=6:\nshout,' reset 'send=0:,1:a,' \
		'send=9:shout\0 x\n,' 'send=18:shout2\nxshout\nshou,'; do
		misbehaving read close next read "$answer"
		asks 69 -v "$server" shout
		run ! grep -q $'\e' "$T/err"
	done
}

@test "who is dead is not waited for, and tried once" {
	mkdir "$T/etc"
	cat >"$T/etc/hosts" <<-'END'
		2001:db8::2 poetry one three
		2001:db8::3 three
		2001:db8::4 three
		127.0.0.1 one three localhost
		192.0.2.2 poetry
		::1 localhost
		127.0.0.1 localhost
	END
	apart '
		# Whatever goes there is lost.
		ip link add v0 type veth peer name v1
		ip addr add 192.0.2.1/24 dev v0
		ip addr add 2001:db8::1/64 dev v0 nodad
		ip link set v0 up
		ip link set v1 up
		for address in 192.0.2.{2..4} 2001:db8::{2..4}; do
			ip neigh add "$address" lladdr 02:00:00:00:00:02 dev v0
		done
		"$LISTEN" 127.0.0.1 "$T/address" "$VERSED" -n 0 &
		trap "kill $!" EXIT
		wait_until 10 test -e "$T/address"
		port=$(cut -d: -f2 "$T/address")
		for servers in one: three: 192.0.2.2,192.0.2.3,192.0.2.4,127.0.0.1: \
			poetry,localhost:; do
			timeout 5 "$VERSIFY" "$servers$port" cummingsify "$T/poem" |
				cmp "$T/wanted" -
		done
		"$VERSIFY" -v -r 1 localhost:1 x <"$T/poem" 2>"$T/twice" ||
			[[ $? = 69 ]]
		"$VERSIFY" -v three:1 x <"$T/poem" 2>"$T/turns" || [[ $? = 69 ]]
		"$VERSIFY" -t 0.4 poetry x "$T/poem" || [[ $? = 75 ]]
		"$VERSIFY" -c 0.4 poetry x "$T/poem" || [[ $? = 69 ]]' 2>"$T/err"
	said 'poetry: out of time: not connected' \
		'poetry: cannot connect: Connection timed out'
	[[ $(grep -c 'trying 127.0.0.1:1$' "$T/twice") = 2 ]]
	[[ $(grep -c 'trying \[::1\]:1$' "$T/twice") = 2 ]]
	# The families in turn, whichever is first.
	run -0 grep -o 'trying .*' "$T/turns"
	assert_line -n 0 'trying [2001:db8::2]:1'
	assert_line -n 1 'trying 127.0.0.1:1'
	assert_line -n 2 'trying [2001:db8::3]:1'
}

@test "the failure that got furthest is told of a name with many addresses" {
	mkdir "$T/etc"
	printf '::1 poetry\n127.0.0.1 poetry\n' >"$T/etc/hosts"
	apart '
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		"$VERSIFY" poetry:1 x "$T/poem" || [[ $? = 69 ]]
		"$LISTEN" 127.0.0.1:2 "$T/address" "$PEERS/faulty-server.py" \
			read send=3:cut next read close &
		trap "kill $!" EXIT
		wait_until 10 test -e "$T/address"
		"$VERSIFY" poetry:2 x "$T/poem" || [[ $? = 76 ]]
		"$VERSIFY" poetry:2 x "$T/poem" || [[ $? = 69 ]]' 2>"$T/err"
	said 'poetry:1: cannot connect: Connection refused' \
		'poetry:2: the reply was cut off after 5 bytes' \
		'poetry:2: closed without a reply: refused, or busy'
}

@test "a name that cannot be looked up now is 75" {
	mkdir "$T/etc"
	: >"$T/etc/resolv.conf"
	echo 'hosts: files dns' >"$T/etc/nsswitch.conf"
	apart '"$VERSIFY" poetry x "$T/poem" || [[ $? = 75 ]]' 2>"$T/err"
	said 'poetry: cannot look up the host: Temporary failure in name resolution'
}

@test "what this machine lacks is 71, and no server is blamed" {
	need_root
	need_shipped 'needs of processes and descriptors'
	need setpriv prlimit
	a_server
	chmod 755 "$T"
	# lacks STATUS LIMIT SERVER: so it exits, as another user, with the limit.
	lacks() {
		local status=0
		setpriv --reuid=65534 --clear-groups prlimit "$2" "$VERSIFY" \
			"$3" cummingsify <"$T/poem" >"$T/got" 2>"$T/err" 3>&- ||
			status=$?
		[[ $status = "$1" ]] || { cat "$T/err" >&2; return 1; }
	}
	# A number needs no resolver, thread or process.
	lacks 0 --nproc=0 "$server"
	cmp "$T/wanted" "$T/got"
	lacks 0 --nofile=4 "$server"
	lacks 71 --nproc=0 poetry
	said 'poetry: cannot look up the host: Resource temporarily unavailable'
	lacks 71 --nofile=4 poetry
	said 'poetry: cannot look up the host: Too many open files'
}

@test "names of other scripts, abstract sockets, IPv6 zones" {
	mkdir "$T/etc"
	echo '127.0.0.1 xn--bcher-kva' >"$T/etc/hosts"
	apart '
		ip link add v0 type veth peer name v1
		ip addr add fe80::1/64 dev v0 nodad
		ip link set v0 up
		ip link set v1 up
		"$LISTEN" 127.0.0.1 "$T/address" "$VERSED" -n 0 &
		socat ABSTRACT-LISTEN:poetry,fork EXEC:"$VERSED" &
		socat TCP6-LISTEN:3,bind=[fe80::1%v0],fork EXEC:"$VERSED" &
		trap "kill $(jobs -p | tr "\n" " ")" EXIT
		wait_until 10 test -e "$T/address"
		wait_until 10 grep -q @poetry /proc/net/unix
		for server in "bücher:$(cut -d: -f2 "$T/address")" @poetry \
			"[fe80::1%v0]:3"; do
			"$VERSIFY" -r 9 "$server" cummingsify "$T/poem" |
				cmp "$T/wanted" -
		done
		"$VERSIFY" -v "[fe80::1%v0]:4" x <"$T/poem" 2>"$T/err" ||
			[[ $? = 69 ]]'
	said '[fe80::1%v0]:4: trying [fe80::1%v0]:4' \
		'[fe80::1%v0]:4: cannot connect: Connection refused'
}

@test "a UNIX socket whose queue is full is tried again" {
	listen unix "$T/socket" bash -c 'until [[ -e $1/go ]]; do sleep 0.1; done
		exec "$2" -n 0' - "$T" "$VERSED"
	local i
	for ((i = 0; i <= 20; i++)); do
		start "$VERSIFY" "$unix" cummingsify "$T/poem" >"$T/got$i"
	done
	wait_until 10 bash -c '! "$0" -v -c 0.2 -t 1 "$1" x </dev/null 2>&1 |
		grep -q "no reply"' "$VERSIFY" "$unix"
	touch "$T/go"
	asks 0 "$unix" cummingsify
	for ((i = 0; i <= 20; i++)); do
		wait_until 10 cmp "$T/wanted" "$T/got$i"
	done
}

@test "-c bounds an attempt to connect, to each server" {
	not_under valgrind 'too slow'
	listen tcp 127.0.0.1 sleep 60
	fills "$tcp"
	listen unix "$T/socket" sleep 60
	fills "$unix"
	asks 69 -c 1 "$tcp,$unix" cummingsify
	said "$tcp: cannot connect: Connection timed out" \
		"$unix: cannot connect: Connection timed out"
	for server in "$tcp" "$unix"; do
		asks 75 --connect-timeout=0 -t 1 "$server" cummingsify
		said "$server: out of time: not connected"
	done
}

@test "-c and -t bound the looking up of a name" {
	mkdir "$T/etc"
	echo 'nameserver 127.0.0.1' >"$T/etc/resolv.conf"
	echo 'hosts: dns' >"$T/etc/nsswitch.conf"
	apart '
		/usr/bin/python3 -c "
import signal, socket
server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((\"127.0.0.1\", 53))
open(\"$T/silent\", \"w\")
signal.pause()" &
		trap "kill $!" EXIT
		wait_until 10 test -e "$T/silent"
		code=0
		timeout 5 "$VERSIFY" -t 1 poetry x "$T/poem" || code=$?
		[[ $code = 75 ]]
		"$VERSIFY" -c 1 poetry x "$T/poem" || code=$?
		[[ $code = 75 ]]
		"$LISTEN" 127.0.0.1 "$T/address" "$VERSED" -n 0 &
		trap "kill $(jobs -p | tr "\n" " ")" EXIT
		wait_until 10 test -e "$T/address"
		timeout 5 "$VERSIFY" "poetry,$(cat "$T/address")" cummingsify \
			"$T/poem" >"$T/got"' 2>"$T/err"
	said 'poetry: out of time: the host is not looked up' \
		'poetry: out of time: the host is not looked up'
	cmp "$T/wanted" "$T/got"
}

@test "a connection to itself is none" {
	# The kernel gives no other port to clients than the one that is asked.
	apart '
		echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range
		code=0
		"$VERSIFY" 127.0.0.1:40000 x "$T/poem" || code=$?
		[[ $code = 69 ]]' 2>"$T/err"
	said '127.0.0.1:40000: cannot connect: Connection refused'
}

@test "built with musl it needs nothing about it: a health check in an empty folder" {
	need musl-gcc make
	need_shipped libraries
	a_server
	mkdir "$T/root"
	make -s -C "$ROOT" B="$T/musl" VERSIFY_CC=musl-gcc "$T/musl/versify"
	cp "$T/musl/versify" "$T/root"
	skip_unless 'unshare -r true' unshare
	unshare -r chroot "$T/root" /versify -q -t 2 -l "$server" >"$T/list"
	"$VERSED" -L | cmp - "$T/list"
	"$T/musl/versify" -q -l "localhost:${server##*:}" | cmp - "$T/list"
	run -69 unshare -r chroot "$T/root" /versify -q -t 2 -l 127.0.0.1:1
	assert_output ''
}

@test "the original service" {
	skip_unless "/usr/bin/python3 -c 'import twisted'" python3-twisted
	listen server 127.0.0.1 "$BATS_TEST_DIRNAME/peers/twisted-server.py"
	asks 0 "$server" cummingsify
	said
	printf 'ΟΔΥΣΣΕΥΣ' >"$T/poem"
	printf 'οδυσσευς' >"$T/wanted"
	asks 0 "$server" cummingsify
	yes POEM | head -c 99987 >"$T/poem"
	yes poem | head -c 99987 >"$T/wanted"
	asks 0 "$server" cummingsify
	printf '\377' >"$T/poem"
	asks 69 "$server" cummingsify
	asks 69 "$server" nosuch
	falls_back "$server" nosuch
}

@test "the examples of the manual, for one who has no sbin in PATH" {
	load lib/box
	mkdir "$T/etc" "$T/stub"
	echo '127.0.0.1 localhost poems transformer' >"$T/etc/hosts"
	# What sshd(8) gives a command is as little.
	printf '#!/bin/sh\nshift\nexec env -i PATH=/usr/bin:/bin sh -c "$*"\n' \
		>"$T/stub/ssh"
	chmod +x "$T/stub/ssh"
	for ((n = 1; n <= 12; n++)); do
		manual_block versify.1 EXAMPLES "$n" >"$T/example$n"
	done
	run ! manual_block versify.1 EXAMPLES "$n"
	grep -q 11443 "$T/example6" # over TLS: tests/gateway.bats
	"$VERSED" -L >"$T/wanted3"
	printf 'HERE IS MY POEM' | tee "$T/text" >"$T/wanted5"
	apart '
		mount -t tmpfs none /run
		mount -t tmpfs none /usr/local
		mkdir /usr/local/bin /usr/local/sbin
		cp "$VERSIFY" /usr/local/bin
		cp "$VERSED" /usr/local/sbin
		cd "$T"
		PATH=$T/stub:/usr/local/bin:/usr/bin:/bin
		"$LISTEN" 127.0.0.1:11000 tcp "$VERSED" -n 0 &
		transformer=$!
		"$LISTEN" /run/versed.sock unix "$VERSED" -n 0 &
		"$LISTEN" 127.0.0.1:10000 poems "$VERSED" -n 0 -p text &
		trap "kill $(jobs -p | tr "\n" " ")" EXIT
		wait_until 10 test -e tcp -a -e unix -a -e poems
		for n in 1 2 3 4 5 7 8 12; do
			bash -eu "example$n" >"got$n"
		done
		vim=$(command -v vim || command -v vim.tiny)
		edit() {
			cp text "$1"
			"$vim" -es -u NONE -c "set nofixeol" -c "$(tail -c +2 example10)" \
				-c wq "$1" </dev/null
		}
		edit up
		kill "$transformer"
		wait_until 10 bash -c "! kill -0 $transformer"
		edit down
		bash -eu example8 >down8 2>err8
		! bash -eu example9 2>err9
		bash -eu example9 2>err9 || code=$?
		[[ $code = 69 ]]
		! bash -eu example12'
	cmp "$T/wanted" "$T/got1"
	echo "here is my poem" | cmp - "$T/got2"
	cmp "$T/wanted3" "$T/got3"
	cmp "$T/wanted" "$T/got4"
	cmp "$T/wanted5" "$T/loud"
	cmp "$T/wanted" "$T/got7"
	cmp "$T/wanted" "$T/got8"
	cmp "$T/text" "$T/down8"
	cmp "$T/text" "$T/poem" # example 9 left it alone
	cmp "$T/wanted" "$T/up"
	cmp "$T/text" "$T/down"
}

@test "TAB: nothing that a server sends is run, or reaches the command line" {
	not_under valgrind 'too slow'
	need python3
	cd "$T"
	local list
	list='$(touch ran)\n`touch ran`\n;touch ran\nx;touch ran\nok two\n'
	list+='-rf\nUPPER\n\033[2J\nb\0d\n../up\n<(touch ran)\n'
	list+="$(printf 'z%.0s' {1..65})\nok-1\nyes_2\n"
	misbehaving read "send=$(printf -- "$list" | wc -c):$list," end
	# tab LINE: what is seen after two TABs; the file "ran" is not there.
	tab() {
		"$BATS_TEST_DIRNAME/peers/press-tab.py" \
			"$ROOT/src/versify/completion.bash" "$BUILD" "$1" >screen
		[ ! -e ran ]
	}
	tab "versify $server "
	grep -aq 'ok-1 *yes_2' screen
	run ! grep -aE 'touch|two|-rf|UPPER|/up|zzz|b.?d' screen
	tab "versify $server ok-"
	grep -aq "versify $server ok-1 " screen
	tab "versify $server x"
	run ! grep -a touch screen
	tab "versify $server "'$(touch ran)'
}

@test "bash completion" {
	not_under valgrind 'too slow'
	# shellcheck source=/dev/null
	. "$ROOT/src/versify/completion.bash"
	PATH=$BUILD:$PATH
	# completes LINE WORD ...: what is offered at the end of the line.
	completes() {
		COMP_LINE=$1
		COMP_POINT=${#COMP_LINE}
		COMPREPLY=()
		_versify versify "${1##* }" ''
		diff <(printf '%s\n' "${@:2}" | sort) \
			<(printf '%s\n' "${COMPREPLY[@]}" | sort) >&2
	}
	a_server
	completes 'versify --ti' --timeout
	completes "versify -v $server cu" cummingsify
	completes "versify $server t" title transforms
	completes 'versify -e versed rot' rot13
	completes "versify -t 3 --list $server x" ''
	mapfile -t all < <("$VERSED" -L)
	completes 'versify --execute versed ' "${all[@]}"
	cd "$T"
	completes 'versify localhost cummingsify po' poem
	mapfile -t options < <(grep -o -- '--[a-z0-9-]*' <("$VERSIFY" -h))
	completes 'versify --' "${options[@]}"
}
