# SPDX-License-Identifier: ISC
# The examples of versed-protocol(7), taken from the page itself.

setup() {
	load lib/lib
	page=$ROOT/man/versed-protocol.7
	rows=$BATS_TEST_TMPDIR/rows
	# Rows of three columns, with \e for a backslash.
	sed -n 's/^\.It "\(.*\)" Ta "\(.*\)" Ta \([0-9]*\)$/\1\t\2\t\3/p' \
		"$page" | sed 's/\\e/\\/g' >"$rows"
}

@test "every example of the manual page" {
	[ "$(wc -l <"$rows")" -ge 20 ]
	while IFS=$'\t' read -r request reply status; do
		[ "$reply" != - ] || reply=
		exchange "$status" "$request" "$reply"
	done <"$rows"
}

@test "every example of the manual page, over a connection that stays open" {
	not_under valgrind 'too slow'
	need /usr/bin/python3
	while IFS=$'\t' read -r request reply status; do
		case $request in
		7:rot13.A) continue ;; # is refused at end of input only
		esac
		[ "$reply" != - ] || reply=
		# shellcheck disable=SC2059
		run -0 /usr/bin/python3 "$ROOT/tests/peers/check-exchange.py" \
			"$(printf "$request" | od -An -v -tx1 | tr -d ' \n')" \
			"$(printf -- "$reply" | od -An -v -tx1 | tr -d ' \n')" \
			"$status" "$VERSED"
	done <"$rows"
}
