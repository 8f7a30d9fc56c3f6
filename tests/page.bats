# SPDX-License-Identifier: ISC
# The page of versed.cgi in a real browser, Debian's Chromium.

setup_file() {
	load lib
	load box
	load web
	web_start lighttpd
}

teardown_file() {
	load web
	web_stop
}

setup() {
	load lib
	load box
	load web
	need_web lighttpd chromedriver chromium
}

@test "by keyboard, to a screen reader, in light and dark, in 320 pixels" {
	export HOME=$BATS_TEST_TMPDIR
	URL=http://$(<"$SETTINGS.lighttpd")/versed
	run -0 timeout 120 "$BATS_TEST_DIRNAME/browser.py" "$URL" \
		"$BATS_TEST_TMPDIR"
	assert_output ''
	[[ -s dark-result.png && -s light-result.png && -s narrow.png ]]
}
