# SPDX-License-Identifier: ISC
# The handler's command line.

setup() {
	load lib/lib
}

# usage_error MESSAGE ARGUMENT ...: exit 64, one line, nothing for a client.
usage_error() {
	local message=$1 status=0
	shift
	"$VERSED" "$@" </dev/null >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" || status=$?
	[ "$status" = 64 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	diff <(echo "versed: $message") "$BATS_TEST_TMPDIR/err"
}

@test "-h and --help show every option, and fit a screen" {
	run -0 --separate-stderr "$VERSED" -h
	[ "${#lines[@]}" -le 24 ]
	help=$output
	for option in filters help list max-length max-requests poem syslog timeout \
		verbose version; do
		[[ $help = *"--$option"* ]]
		grep -q "^\.It Fl . , -$option" "$ROOT/man/versed.8"
	done
	run -0 --separate-stderr "$VERSED" --help
	assert_output "$help"
}

@test "no line of the help is wider than 80 columns" {
	run -1 grep -E '.{81}' <("$VERSED" --help)
}

@test "-V and --version show the version" {
	run -0 --separate-stderr "$VERSED" -V
	assert_output --regexp '^versed [0-9]+\.[0-9]+$'
	version=$output
	run -0 --separate-stderr "$VERSED" --version
	assert_output "$version"
}

@test "-L and --list list the whitelist" {
	run -0 --separate-stderr "$VERSED" -L
	assert_line cummingsify
	list=$output
	run -0 --separate-stderr "$VERSED" --list
	assert_output "$list"
	# No text is waited for: its limit takes no memory.
	run -0 bash -c 'ulimit -v 100000; "$@"' - "$VERSED" -L -m 999999999
	assert_output "$list"
}

@test "what is printed is checked" {
	for option in -h -L -V; do
		run -74 bash -c '"$@" >/dev/full' - "$VERSED" $option
	done
}

@test "numbers are digits within their bounds" {
	for value in 0 1000000000 -1 +5 5x '' ' 5' 0x10 99999999999999999999; do
		usage_error "the maximum length must be a number from 1 to 999999999" \
			-m "$value"
	done
	for value in 1000000000 -1 x; do
		usage_error "the maximum of requests must be a number from 0 to 999999999" \
			--max-requests="$value"
		usage_error "the timeout must be a number from 0 to 999999999" \
			-t "$value"
	done
}

@test "an unknown option, a lacking argument and a stray one are refused" {
	usage_error 'unknown option: -x' -x
	usage_error 'unknown option: --nosuch' --nosuch
	usage_error 'option -m lacks its argument' -m
	usage_error 'option -t lacks its argument' --timeout
	usage_error 'option --list takes no argument' --list=poem
	usage_error 'unknown option: -x' --verbose -xv
	usage_error 'unexpected argument: poem' poem
	usage_error 'unexpected argument: poem' -v -- poem
}

@test "a message is one printable line, however strange the argument" {
	run -64 "$VERSED" "$(printf 'a\nb\033[2J')"
	[ "${#lines[@]}" = 1 ]
	[[ $output != *$'\033'* ]]
}

@test "the manual's numbers are those of the program" {
	options=$ROOT/src/versed/options.c
	protocol=$ROOT/src/wire/protocol.h
	grep -q 'The default is 99999, the least 1, the most 999999999' "$ROOT/man/versed.8"
	grep -q 'define PROTOCOL_LENGTH_MAX[[:space:]]*99999 ' "$protocol"
	"$VERSED" --help | grep -q '(99999)$'
	grep -q 'The default is 30, the most 999999999;' "$ROOT/man/versed.8"
	grep -q 'define PROTOCOL_TIMEOUT_S[[:space:]]*30[[:space:]]' "$protocol"
	"$VERSED" --help | grep -q '(30; 0: never)$'
	grep -q 'define OPTIONS_SECONDS_MAX[[:space:]]*999999999$' \
		"$ROOT/src/host/options.h"
	grep -q 'The default is 1, the most 999999999;' "$ROOT/man/versed.8"
	grep -q 'define MAX_REQUESTS_DEFAULT[[:space:]]*1$' "$options"
	grep -q 'define MAX_REQUESTS_MAX[[:space:]]*999999999$' "$options"
}
