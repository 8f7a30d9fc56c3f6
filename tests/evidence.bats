# SPDX-License-Identifier: ISC
# The short forms of what `make enumerate` and its like do at length.

setup() {
	load lib
	need /usr/bin/python3
}

@test "every short string is read as the regular expressions say, in every split" {
	run -0 /usr/bin/python3 "$ROOT/tests/enumerate/specification" \
		"$BUILD/enumerate/reader" 2
	assert_output '449492 strings, 229464558 splits'
}
