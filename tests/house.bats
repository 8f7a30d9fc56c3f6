# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are awk's
# The house's plan: which room may know of which, and what is pure.

setup() {
	load lib/lib
	cd "$ROOT" || return
}

# includes ROOT: a line "ROOM/NAME ROOM/NAME" for each include of ours, be it
# in NAME.c or NAME.h.
includes() {
	(cd "$1" && grep -H '^#include "' ./*/*.[ch]) | sed -E '
		s,^\./(([^/]*)/[^.]*)\.[ch]:#include "([^/]*)\.h".*,\1 \2/\3,
		s,^\./([^.]*)\.[ch]:#include "(.*)\.h".*,\1 \2,'
}

# strange_arrows ROOT: the includes from room to room that the plan does not
# have: programs on what they share, service on transforms and host, never up,
# never from program to program.
strange_arrows() {
	includes "$1" | awk '
		BEGIN {
			plan["versed"] = plan["cgi"] = " service wire host "
			plan["versify"] = " wire host "
			plan["pool"] = " host "
			plan["service"] = " transforms host "
		}
		{
			split($1, from, "/")
			split($2, to, "/")
		}
		from[1] != to[1] && !index(plan[from[1]], " " to[1] " ") {
			print $1 " includes " $2
		}'
}

@test "no room includes one that the plan does not have it include" {
	[ "$(includes src | wc -l)" -gt 100 ]
	run -0 strange_arrows src
	assert_output ''
	cp -r src "$BATS_TEST_TMPDIR"
	echo '#include "service/service.h"' >>"$BATS_TEST_TMPDIR/src/host/io.c"
	echo '#include "pool/pool.h"' >>"$BATS_TEST_TMPDIR/src/versify/dial.h"
	run -0 strange_arrows "$BATS_TEST_TMPDIR/src"
	assert_output 'host/io includes service/service
versify/dial includes pool/pool'
}

@test "what is in transforms and wire asks nothing of the system" {
	need_shipped objects
	need nm
	run -0 nm -u -A "$BUILD"/handler/{transforms,wire}/*.o
	nm "$BUILD"/handler/{transforms,wire}/*.o |
		awk '$2 ~ /[TRD]/ { print $3 }' >"$BATS_TEST_TMPDIR/ours"
	printf '%s\n' memchr memcmp memcpy memmove memset strlen strcmp \
		_GLOBAL_OFFSET_TABLE_ __stack_chk_fail >>"$BATS_TEST_TMPDIR/ours"
	run ! grep -vwFf "$BATS_TEST_TMPDIR/ours" <<<"$output"
	assert_output ''
}

@test "src/ has at most 8 500 lines, the case table aside" {
	local lines
	lines=$(find "$ROOT/src" -name '*.[ch]' ! -name casemap-table.c \
		-exec cat {} + | wc -l)
	echo "$lines lines"
	((lines > 1000 && lines <= 8500))
}
