# SPDX-License-Identifier: ISC
# The page of versed.cgi in a real browser, Debian's Chromium.

setup_file() {
	load lib/lib
	load lib/box
	load lib/web
	web_start lighttpd
}

teardown_file() {
	load lib/web
	web_stop
}

setup() {
	load lib/lib
	load lib/box
	load lib/web
	need_web lighttpd chromedriver chromium
}

@test "by keyboard, to a screen reader, in light and dark, in 320 pixels" {
	export HOME=$BATS_TEST_TMPDIR
	URL=http://$(<"$SETTINGS.lighttpd")/versed
	# A busy machine's browser is at times not as fast as its driver thinks;
	# what is wrong with the page is wrong each time.
	for try in 1 2 3; do
		mkdir "$BATS_TEST_TMPDIR/$try"
		cd "$BATS_TEST_TMPDIR/$try"
		run timeout 60 "$BATS_TEST_DIRNAME/peers/browser.py" "$URL" "$PWD"
		[[ $status != 0 ]] || break
		echo "$output" >&2
	done
	[[ $status = 0 ]]
	assert_output ''
	[[ -s dark-result.png && -s light-result.png && -s narrow.png ]]
}
