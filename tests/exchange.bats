# SPDX-License-Identifier: ISC
# The exchange: what is answered, byte for byte, and what is refused.
# shellcheck disable=SC2059 # requests are formats

setup() {
	load lib/lib
}

@test "the exchange of the protocol's manual" {
	exchange 0 '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,'
	[ ! -s "$BATS_TEST_TMPDIR/log" ]
}

@test "the text may be empty, and hold dots, commas and NULs" {
	exchange 0 '6:rot13.,' '0:,'
	exchange 0 '12:rot13.a.b,:c,' '6:n.o,:p,'
	exchange 0 '9:rot13.A\0B,' '3:N\0O,'
}

@test "transforms lists the whitelist" {
	"$VERSED" -L >"$BATS_TEST_TMPDIR/list"
	grep -qx cummingsify "$BATS_TEST_TMPDIR/list"
	printf '11:transforms.,' | "$VERSED" >"$BATS_TEST_TMPDIR/got"
	netstring "$(cat "$BATS_TEST_TMPDIR/list")
" | cmp - "$BATS_TEST_TMPDIR/got"
}

@test "bytes after the request are ignored" {
	exchange 0 '7:rot13.A,\n' '1:N,'
	exchange 0 '7:rot13.A,7:rot13.B,' '1:N,'
	exchange 0 '7:rot13.A,x' '1:N,'
}

@test "a client that leaves without a byte is no error" {
	exchange 0 '' ''
	[ ! -s "$BATS_TEST_TMPDIR/log" ]
	exchange 0 '' '' -v
	logged 'bytes_in=0 bytes_out=0 result=left ms=[0-9]*$'
}

@test "a length is digits only, without a leading zero" {
	exchange 65 ':rot13.A,' ''
	logged 'result=malformed reason="no length"'
	for request in ' 7:rot13.A,' '+7:rot13.A,' '-7:rot13.A,' '\n7:rot13.A,' \
		'x7:rot13.A,' '\0'; do
		exchange 65 "$request" ''
		logged 'result=malformed reason="no length"'
	done
	for request in '07:rot13.A,' '00:,'; do
		exchange 65 "$request" ''
		logged 'result=malformed reason="leading zero in the length"'
	done
	for request in '7 :rot13.A,' '7\n:rot13.A,' '7;rot13.A,' '7/:' '7a:'; do
		exchange 65 "$request" ''
		logged 'result=malformed reason="not a digit in the length"'
	done
}

@test "a content is followed by a comma" {
	for request in '7:rot13.A;' '7:rot13.AB,' '7:rot13.A\n,' '0::,'; do
		exchange 65 "$request" ''
		logged 'result=malformed reason="no comma after the content"'
	done
}

@test "a request is refused at its first wrong byte, without waiting" {
	for request in x 01 7x 7:rot13.A. 100000; do
		mkfifo "$BATS_TEST_TMPDIR/fifo"
		status=0
		# The writer never closes: only the byte itself can end it.
		{ printf %s "$request"; exec sleep 20; } \
			>"$BATS_TEST_TMPDIR/fifo" 3>&- &
		writer=$!
		timeout 10 "$VERSED" <"$BATS_TEST_TMPDIR/fifo" 2>/dev/null ||
			status=$?
		kill "$writer"
		rm "$BATS_TEST_TMPDIR/fifo"
		[ "$status" = 65 ]
	done
}

@test "every proper prefix of a request gets no byte" {
	request='27:cummingsify.HERE IS MY POEM,'
	for ((n = 1; n < ${#request}; n++)); do
		exchange 65 "${request:0:n}" ''
		logged "bytes_in=$n bytes_out=0 result=truncated"
	done
}

@test "a content without a dot is malformed, an unknown name is unknown" {
	exchange 65 '0:,' ''
	logged 'result=malformed reason="no dot'
	exchange 65 '5:rot13,' ''
	for name in nosuch ROT13 'rot13 ' rot1 rot133 '' ' rot13' 'rot13\0'; do
		size=$(printf "$name.A" | wc -c)
		exchange 69 "$size:$name.A," ''
		logged 'result=unknown reason="no such transform"'
	done
}

@test "a name is logged printable and cut at 64 bytes" {
	exchange 69 '7:a"\\\n\x7f\xc3.,' ''
	logged 'transform="a\\"\\\\\\u000a\\u007f\\u00c3"'
	exchange 69 '5:%%n%%s.,' ''
	logged 'transform="%n%s"'
	name=$(head -c 10000 /dev/zero | tr '\0' n)
	exchange 69 "10001:$name.," ''
	logged "transform=\"${name:0:64}\" bytes_in=10001"
	name=$(head -c 10000 /dev/zero | tr '\0' '\1')
	exchange 69 "10001:$name.," ''
	logged 'transform="\(\\u0001\)\{64\}" '
}

@test "the limit is 99999 bytes, and what -m says" {
	text=$(head -c 99993 /dev/zero | tr '\0' A)
	exchange 0 "99999:rot13.$text," "99993:$(tr A N <<<"$text"),"
	exchange 65 100000 ''
	logged 'result=too-long'
	exchange 0 '7:rot13.A,' '1:N,' -m 7
	exchange 65 '7:rot13.A,' '' -m 6
	logged 'result=too-long reason="the length is past the limit"'
	exchange 65 '99999999999999999999999999' '' --max-length=999999999
	logged 'result=too-long'
}

@test "a request as long as -m lets it be is answered, whatever -m is" {
	for max in 9 4194303 4194304; do
		# Over a pipe, that it come in parts.
		{
			printf '%d:rot13.' "$max"
			head -c "$((max - 6))" /dev/zero | tr '\0' A
			printf ,
		} | tee "$BATS_TEST_TMPDIR/request" |
			"$VERSED" -m "$max" >"$BATS_TEST_TMPDIR/got"
		sed 's/^[0-9]*:rot13\./'"$((max - 6)):/; y/A/N/" \
			"$BATS_TEST_TMPDIR/request" |
			cmp - "$BATS_TEST_TMPDIR/got"
	done
}

@test "memory is not taken for a length that is only claimed" {
	need_shipped 'needs of memory'
	need /usr/bin/python3
	peak_kib=$(printf '999999999:rot13.' | /usr/bin/python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
' "$VERSED" -m 999999999 2>"$BATS_TEST_TMPDIR/log")
	logged 'result=truncated'
	# Python itself, before it becomes versed, is what is seen here.
	[ "$peak_kib" -lt 40000 ]
}

@test "-v logs what was answered, in logfmt" {
	exchange 0 '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,' -v
	logged '^peer=- transform="cummingsify" bytes_in=27 bytes_out=15 result=ok ms=[0-9]*$'
	exchange 0 '7:rot13.A,' '1:N,' --verbose
	logged 'result=ok'
}
