# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2059 # conditions are evaluated later; requests are formats
# What all bats files have in common; each loads it in its setup().

# The programs under test, by default those of build/.
ROOT=$(cd "${BATS_TEST_DIRNAME:?}/.." && pwd)
BUILD=${BUILD:-$ROOT/build}
VERSED=${VERSED:-$BUILD/versed}

# Tests run make as a user does, not with what a make around them was told.
unset MAKEFLAGS MAKELEVEL
# Where they say that sshd started it versed does not log to standard error.
unset SSH_CONNECTION SSH_TTY
# Nor where standard input might be a client: side by side bats has a pipe there.
exec </dev/null

bats_require_minimum_version 1.5.0
load_library() {
	load "/usr/lib/bats/$1/load"
}
load_library bats-support
load_library bats-assert
load lib/wait

# skip_unless CONDITION NAME: skips the test where the command line CONDITION
# fails, saying that NAME is needed; under STRICT=1 the test fails instead.
skip_unless() {
	if eval "$1" >/dev/null 2>&1; then
		return 0
	fi
	if [ "${STRICT:-0}" = 1 ]; then
		echo "STRICT: this test needs $2" >&2
		return 1
	fi
	skip "needs $2"
}

# need_shipped WHAT: skips the test where the programs are not those that are
# shipped but tests/instrumented's, and so differ in WHAT; STRICT=1 or not.
need_shipped() {
	[ -z "${INSTRUMENTED-}" ] || skip "$INSTRUMENTED: other $1"
}

# not_under KIND REASON: skips the test on such programs only; KIND is
# coverage, valgrind or sanitized.
not_under() {
	[[ ${INSTRUMENTED-} != *"$1" ]] || skip "$INSTRUMENTED: $2"
}

need_root() {
	skip_unless '[ "$(id -u)" = 0 ]' root
}

# need COMMAND ...: each must be installed.
need() {
	local command
	for command; do
		skip_unless "command -v '$command'" "$command"
	done
}

# start COMMAND ...: runs it in the background, its pid in $started and among
# those that stop_started ends.  bats' file descriptor 3 is not inherited.
start() {
	"$@" 3>&- &
	started=$!
	STARTED+=("$started")
}
STARTED=()

stop_started() {
	local pid
	for pid in "${STARTED[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	STARTED=()
}

# netstring TEXT: TEXT as a netstring, its length counted in bytes.
netstring() {
	local LC_ALL=C
	printf '%d:%s,' "${#1}" "$1"
}

# exchange STATUS REQUEST REPLY [ARGUMENT ...]: REQUEST, a printf format, piped
# into versed must give exactly REPLY and exit with STATUS.  What versed
# logged is left in $BATS_TEST_TMPDIR/log.
exchange() {
	local want=$1 request=$2 reply=$3 status=0
	shift 3
	printf -- "$reply" >"$BATS_TEST_TMPDIR/want"
	printf -- "$request" | "$VERSED" "$@" >"$BATS_TEST_TMPDIR/got" \
		2>"$BATS_TEST_TMPDIR/log" || status=$?
	cmp "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/got" || return 1
	if [ "$status" != "$want" ]; then
		echo "exit status $status, not $want" >&2
		cat "$BATS_TEST_TMPDIR/log" >&2
		return 1
	fi
}

# logged PATTERN: the one line that versed logged matches the pattern.
logged() {
	[ "$(grep -c result= "$BATS_TEST_TMPDIR/log")" = 1 ] &&
		grep -q -- "$1" "$BATS_TEST_TMPDIR/log" && return 0
	echo "not in the log: $1" >&2
	cat "$BATS_TEST_TMPDIR/log" >&2
	return 1
}
