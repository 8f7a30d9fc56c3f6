# SPDX-License-Identifier: ISC
# The page of versed.cgi in real browsers, Debian's Chromium and Firefox, and
# under the eyes of axe-core.

load lib/box
load lib/web

setup_file() {
	load lib/lib
	web_start lighttpd
}

setup() {
	load lib/lib
	need_web lighttpd
	AXE=$ROOT/build/axe/axe.min.js
	skip_unless "test -s '$AXE'" 'axe-core; make check-deps gets it'
}

# shown_by BROWSER: all is well with the page.
shown_by() {
	export HOME=$BATS_TEST_TMPDIR
	URL=http://$(<"$SETTINGS.lighttpd")/versed
	# A busy machine's browser is at times not as fast as its driver thinks;
	# what is wrong with the page is wrong each time.
	for try in 1 2 3; do
		mkdir "$BATS_TEST_TMPDIR/$try"
		cd "$BATS_TEST_TMPDIR/$try" || return
		run timeout 180 "$BATS_TEST_DIRNAME/peers/browser.py" "$1" "$URL" \
			"$PWD" "$AXE"
		[[ $status != 0 ]] || break
		echo "$output" >&2
	done
	[[ $status = 0 ]]
	assert_output ''
	[[ -s dark-result.png && -s light-result.png ]]
}

@test "Chromium: by keyboard, in light and dark, on a phone, on paper, and Back" {
	need chromedriver chromium
	shown_by chromium
}

@test "Firefox: by keyboard, in light and dark, and Back" {
	need firefox-esr
	shown_by firefox
}
