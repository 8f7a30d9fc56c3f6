# SPDX-License-Identifier: ISC
# The short forms of what `make enumerate` and its like do at length.
# shellcheck disable=SC2016 # conditions are evaluated later

setup() {
	load lib/lib
	need /usr/bin/python3
}

@test "every short string is read as the regular expressions say, in every split" {
	run -0 /usr/bin/python3 "$ROOT/tests/enumerate/specification" \
		"$BUILD/enumerate/reader" 2
	assert_output '449492 strings, 229464558 splits'
}

# survive SCENARIO ...: each of its faults, as `make faults` tries them all.
survive() {
	need_shipped 'system calls'
	skip_unless '[ "$(uname -m)" = x86_64 ]' 'an x86-64 machine'
	run -0 /usr/bin/python3 "$ROOT/tests/faults/campaign" "$BUILD" "$@"
	assert_line --regexp '^[1-9][0-9]{2,} faults tried, 0 not survived$'
}

@test "whatever system call fails: one right reply, or no netstring" {
	survive versed-socket
}

@test "a filter whose text or pipes fail: its output is not taken for whole" {
	survive versed-filter:read versed-filter:write
}

# mutate FATES KEY [OPTION ...]: what the campaign says of the mutants of KEY.
mutate() {
	need_shipped builds
	skip_unless 'unshare --fork --pid --mount-proc --net true' namespaces
	run /usr/bin/python3 "$ROOT/tests/mutation/campaign" -u "${@:3}" "$2"
	assert_output --partial "$1 changed no machine code"
}

@test "of mutants it is told which are noticed, the same, argued or survive" {
	mutate '1 mutants: 1 killed, 0 equivalent (argued), 0 survived; 0 more' \
		"if (buf[colon] < '0' || buf[colon] > '9'): < -> <="
	assert_success
	mutate '0 mutants: 0 killed, 0 equivalent (argued), 0 survived; 1 more' \
		'digits[NUMBER_MAX];: NUMBER_MAX -> (NUMBER_MAX - 1)'
	assert_success
	argued="if (buf[colon] < '0' || buf[colon] > '9'): '9' -> ('9' + 1)"
	mutate '1 mutants: 0 killed, 1 equivalent (argued), 0 survived; 0 more' \
		"$argued"
	assert_success
	mutate '1 mutants: 0 killed, 0 equivalent (argued), 1 survived; 0 more' \
		"$argued" -l /dev/null
	assert_failure 1
}

@test "an exchange takes no more instructions and system calls than it did" {
	need_shipped instructions
	need musl-gcc readelf
	skip_unless '[ "$(uname -m)" = x86_64 ]' 'an x86-64 machine'
	skip_unless '! readelf -l "$VERSED" | grep INTERP' 'musl-gcc'
	compiler="musl-gcc $(musl-gcc -dumpfullversion)"
	# A path's length counts.
	cd "${VERSED%/*}"
	printf '27:cummingsify.HERE IS MY POEM,' |
		"$BUILD/probe/steps" ./versed >"$BATS_TEST_TMPDIR/got" \
			2>"$BATS_TEST_TMPDIR/steps"
	printf '15:here is my poem,' | cmp - "$BATS_TEST_TMPDIR/got"
	read -r instructions _ calls _ <"$BATS_TEST_TMPDIR/steps"
	figures=$(sed -n "s/^$compiler: //p" "$ROOT/tests/probe/figures")
	echo "now $instructions instructions and $calls system calls;" \
		"$compiler had ${figures:-no figures in tests/probe/figures}"
	skip_unless '[ -n "$figures" ]' "figures for $compiler"
	read -r most_instructions _ most_calls _ <<<"$figures"
	((instructions * 100 <= most_instructions * 101))
	((calls <= most_calls))
}

@test "the benchmark writes nothing where the machine has other things to do" {
	need_root
	skip_unless 'unshare --mount true' namespaces
	echo '0.51 0 0 1/1 1' >"$BATS_TEST_TMPDIR/loadavg"
	run -75 unshare --mount sh -c 'mount --bind "$1" /proc/loadavg &&
		exec "$2"' - "$BATS_TEST_TMPDIR/loadavg" "$ROOT/tests/bench/run"
	assert_output --partial 'the load is 0.51'
}
