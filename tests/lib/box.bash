# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What the bats files have in common that run in a machine of their own, a
# systemd booted by tests/lib/booted-systemd: ports and syslog are theirs alone.
#
# They load it outside of all functions; setup() calls need_box.  One that has
# more to do in setup_file() calls box_boot there.

# Newer bats reads the files once before there is a folder.
BOX=${BATS_FILE_TMPDIR-}/box
SERVER=127.0.0.1:11000

# box COMMAND ...: in there, in a copy of the repository.
box() {
	"$BATS_TEST_DIRNAME/lib/booted-systemd" run "$BOX" "$@"
}

# Boots it, where this machine can, with versed installed as by default.
box_boot() {
	local repository
	repository=$(realpath "$BATS_TEST_DIRNAME/..")
	! "$BATS_TEST_DIRNAME/lib/booted-systemd" can ||
		"$BATS_TEST_DIRNAME/lib/booted-systemd" start "$BOX"
	[[ -e $BOX/pid ]] || return 0
	box make -s install B="$(
		realpath --relative-to="$repository" "${BUILD:-$repository/build}"
	)"
	[[ -z ${INSTRUMENTED-} ]] || box_at_home "$repository"
}

# box_at_home REPOSITORY: the copy is to be had at the repository's own path,
# too, by which instrumented programs name their files.
box_at_home() {
	box test -e "$1" && return
	box mkdir -p "${1%/*}"
	box ln -s /usr/src/versed "$1"
}

# What instrumented programs reported in there would go with it.
box_reports() {
	# shellcheck disable=SC2016
	box bash -c 'find "$1/reports" -newer /etc/machine-id -type f -exec cat {} +
		journalctl -q -o cat -g "Sanitizer|runtime error"' - "$BUILD"
}

box_stop() {
	[[ -z ${INSTRUMENTED-} || ! -e $BOX/pid ]] ||
		box_reports >>"$BUILD/box-reports" || true
	"$BATS_TEST_DIRNAME/lib/booted-systemd" stop "$BOX"
}

setup_file() {
	box_boot
}

teardown_file() {
	box_stop
}

# Also sets the time from which box_logged looks.
need_box() {
	skip_unless "'$BATS_TEST_DIRNAME/lib/booted-systemd' can" \
		"root and a kernel that lets it boot systemd"
	SINCE=@$(date +%s.%N)
}

# box_logged_now PATTERN [ARGUMENT ...]: the journal, as journalctl shows it
# with the arguments, has a matching line since the test's start.
box_logged_now() {
	# shellcheck disable=SC2016
	box bash -c 'journalctl -q -o cat --since="$1" "${@:3}" |
		grep -q -- "$2"' - "$SINCE" "$@"
}

# box_logged PATTERN [ARGUMENT ...]: the same, now or soon.
box_logged() {
	wait_until 10 box_logged_now "$@" && return 0
	box journalctl -q --since="$SINCE" >&2
	return 1
}

# manual_block PAGE SUBSECTION [N]: the Nth literal block of a subsection of a
# manual.
manual_block() {
	awk -v subsection="$2" -v wanted="${3:-1}" '
		$1 == ".Ss" || $1 == ".Sh" {
			sub(/\\&/, "")
			found = substr($0, 5) == subsection
		}
		$1 == ".Ed" { literal = 0 }
		found && literal && n == wanted { print; some = 1 }
		found && $1 == ".Bd" { literal = 1; n++ }
		END { exit !some }' "$BATS_TEST_DIRNAME/../man/$1"
}

# drop_in UNIT: standard input is a drop-in of it, until drop_in_end.
drop_in() {
	box mkdir -p "/run/systemd/system/$1.d"
	box tee "/run/systemd/system/$1.d/test.conf" >/dev/null
	box systemctl daemon-reload
}

drop_in_end() {
	box rm -rf "/run/systemd/system/$1.d"
	box systemctl daemon-reload
}

# asked REQUEST REPLY [ADDRESS]: REQUEST, a printf format, sent to the server
# has exactly REPLY for an answer, and the connection then ends without a reset.
# shellcheck disable=SC2059
asked() {
	printf "$2" >"$BATS_TEST_TMPDIR/want"
	printf "$1" | box tests/peers/client.py "${3:-$SERVER}" \
		>"$BATS_TEST_TMPDIR/got" || return 1
	cmp "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/got"
}

# unanswered REQUEST [ADDRESS]: no byte comes back for it, only a close or a
# reset.
# shellcheck disable=SC2059
unanswered() {
	local got
	got=$(printf "$1" | box tests/peers/client.py "${2:-$SERVER}" || true)
	case $got in
	'' | 'error: '*'reset'* | 'error: Connection lost') return 0 ;;
	esac
	echo "got: $got" >&2
	return 1
}

# The exchange of versed-protocol(7), with and without a stray newline, the
# longest request with more behind it than the handler has read, and a refusal.
served() {
	asked '27:cummingsify.HERE IS MY POEM,' '15:here is my poem,' "$@" &&
		asked '27:cummingsify.HERE IS MY POEM,\n' \
			'15:here is my poem,' "$@" &&
		asked '99999:rot13.%099993d,%1000s' '99993:%099993d,' "$@" &&
		asked '24:nonesuch.HERE IS MY POEM,' '' "$@"
}
