# SPDX-License-Identifier: ISC
# Debian's package: how it is built, and what it does to a machine that it is
# installed on, upgraded, removed and purged.
# shellcheck disable=SC2016 # what is for other shells
# shellcheck disable=SC2030,SC2031 # each test has variables of its own
# shellcheck disable=SC2034 # SINCE is of box.bash

load lib/box

setup_file() {
	[[ -z ${INSTRUMENTED-} ]] && command -v dh dpkg-buildpackage || return 0
	build "$(realpath "$BATS_TEST_DIRNAME/..")" "$BATS_FILE_TMPDIR/built"
	# Without versed: it is the package that brings it.
	! "$BATS_TEST_DIRNAME/lib/booted-systemd" can || {
		"$BATS_TEST_DIRNAME/lib/booted-systemd" start "$BOX"
		# A container's, which forbids to start anything.
		box rm -f /usr/sbin/policy-rc.d
		box mkdir /srv/packages
		(cd "$BATS_FILE_TMPDIR/built/deb" && tar -c versed_*.deb) |
			box tar -x -C /srv/packages
	}
}

setup() {
	load lib/lib
	need_shipped programs
	need dh dpkg-buildpackage musl-gcc
}

teardown() {
	[[ -e $BOX/pid ]] || return 0
	box apt-get purge -y -qq versed >/dev/null 2>&1 || true
	box rm -rf /etc/systemd/system/versed-pool.service.d
	box systemctl daemon-reload
	box systemctl reset-failed
}

# build TREE FOLDER: the package, in FOLDER/deb; what was said, in FOLDER/log.
build() {
	mkdir -p "$2"
	(
		cd "$1" && unset MAKEFLAGS MAKELEVEL
		make deb B="$2" >"$2/log" 2>&1 3>&-
	) || {
		tail -n 20 "$2/log" >&2
		return 1
	}
}

# install [PACKAGE]: as a person types it, in the folder of the packages.
install() {
	box sh -c 'cd /srv/packages && export DEBIAN_FRONTEND=noninteractive &&
		apt-get install -y -qq ./"$1" >/dev/null' - \
		"${1-$(box sh -c 'cd /srv/packages && echo versed_*.deb')}"
}

# higher PACKAGE: beside it, the same with a higher version.
higher() {
	box sh -ec 'cd /srv/packages
		rm -rf tree
		dpkg-deb -R versed_[0-9]*.deb tree
		sed -i "s/^Version: .*/&+1/" tree/DEBIAN/control
		dpkg-deb -b tree higher.deb >/dev/null'
}

# operators FOLDER: a drop-in of the operator's in it, as systemctl edit has it.
operators() {
	box mkdir -p "$1"
	box tee "$1/override.conf" >/dev/null
	box systemctl daemon-reload
}

transformed() {
	[[ $(printf 'HERE IS MY POEM' |
		box versify "$SERVER" cummingsify) == 'here is my poem' ]]
}

# property UNIT NAME
property() {
	box systemctl show -P "$2" "$1"
}

@test "the package's version is the programs'" {
	need dpkg-parsechangelog
	assert_equal "$(dpkg-parsechangelog -l "$ROOT/debian/changelog" -S Version)" \
		"$(sed -n 's/^VERSION *= *//p' "$ROOT/Makefile")"
}

@test "lintian has nothing to say of it, nor blhc of how it was compiled" {
	need lintian blhc
	run -0 --separate-stderr lintian --fail-on error,warning \
		"$BATS_FILE_TMPDIR"/built/deb/*.changes
	assert_output ''
	run -0 --separate-stderr blhc "$BATS_FILE_TMPDIR/built/log"
	assert_output ''
	# It would say nothing, too, of a log without a compiler in it.
	run -0 grep -c 'musl-gcc.*-fstack-protector-strong.*-D_FORTIFY_SOURCE=2' \
		"$BATS_FILE_TMPDIR/built/log"
	((output > 20))
	# Overridden is only what lintian finds.
	run -0 --separate-stderr lintian --tags unused-override \
		--display-info "$BATS_FILE_TMPDIR"/built/deb/*.changes
	assert_output ''
}

@test "two builds, in two folders and by two users' habits, are the same bytes" {
	other=$BATS_TEST_TMPDIR/another/folder
	mkdir -p "$other"
	tar -C "$ROOT" -c --exclude=./build --exclude=./.git . | tar -C "$other" -x
	(umask 077 && TZ=Asia/Kathmandu LC_ALL=C.UTF-8 build "$other" "$other/b")
	cd "$BATS_FILE_TMPDIR/built/deb" || return
	built=(*.deb)
	[[ ${#built[@]} == 2 ]]
	for package in "${built[@]}"; do
		cmp "$package" "$other/b/deb/$package"
	done
}

@test "installed: a poem comes back from the port with nothing more typed" {
	need_box
	install
	transformed
	box debian/tests/exchange
	served
	run -0 box systemctl list-unit-files -q --state=enabled '*versed*'
	assert_output --regexp '^versed-pool.socket +enabled +enabled$'
	# What the manual names is there.
	run -0 box sh -c 'zcat /usr/share/man/man8/versed*.8.gz |
		grep -o "/[a-z/]*/versed[-.a-z]*\b" | grep -v ^/etc/ | sort -u'
	assert_line /usr/sbin/versed
	assert_line /usr/libexec/versed.cgi
	run ! grep /usr/local <<<"$output"
}

@test "upgraded under load: nothing is lost, the socket is left alone" {
	need_box
	install
	operators /etc/systemd/system/versed-pool.service.d \
		<<<$'[Service]\nEnvironment=VERSED_OPTIONS=-v'
	transformed
	closed=$(property versed-pool.socket InactiveEnterTimestampMonotonic)
	pool=$(property versed-pool.service MainPID)
	higher
	box tests/peers/versify-loop 0 /run/stop "$SERVER" \
		>"$BATS_TEST_TMPDIR/versified" 3>&- &
	versifier=$!
	box build/bench/load -c 8 -x /run/stop 11000 \
		>"$BATS_TEST_TMPDIR/loaded" 3>&- &
	loader=$!
	wait_until 20 box_logged_now 'result=ok' -t versed-pool
	install higher.deb
	[[ $(property versed-pool.service MainPID) != "$pool" ]]
	SINCE=@$(date +%s.%N)
	wait_until 20 box_logged_now 'result=ok' -t versed-pool
	box touch /run/stop
	wait "$loader" || true
	wait "$versifier" || true
	box rm /run/stop
	cat "$BATS_TEST_TMPDIR/loaded" "$BATS_TEST_TMPDIR/versified"
	grep -qE '^answered=[1-9][0-9]* failed=0$' "$BATS_TEST_TMPDIR/versified"
	grep -qE '^answered=[1-9][0-9]* failed=0 .* refused=0 wrong=0 ' \
		"$BATS_TEST_TMPDIR/loaded"
	run -0 box dpkg-query -W -f '${Version}' versed
	assert_output --partial +1
	box systemctl -q is-active versed-pool.socket
	[[ $(property versed-pool.socket InactiveEnterTimestampMonotonic) == \
		"$closed" ]]
	[[ $(property versed-pool.service Environment) == *VERSED_OPTIONS=-v* ]]
}

@test "upgraded where the other socket was chosen: it stays chosen" {
	need_box
	install
	box systemctl -q disable --now versed-pool.socket
	box systemctl -q enable --now versed.socket
	transformed
	higher
	install higher.deb
	box systemctl -q is-active versed.socket
	run ! box systemctl -q is-enabled versed-pool.socket
	transformed
	run ! box systemctl -q is-active versed-pool.service
}

# footprint: the machine's files outside of what every package changes, its
# users, units and ports.
footprint() {
	box sh -c 'find /etc /usr /lib/systemd/ /var/lib/systemd /var/lib/private \
			/opt /home -path /usr/src/versed -prune -o \
			-path /var/lib/systemd/linger -o -print | sort
		getent passwd
		systemctl list-unit-files -q
		ss -Hltn'
}

@test "removed it ends and frees the port; purged nothing of it is left" {
	need_box
	footprint >"$BATS_TEST_TMPDIR/before"
	install
	transformed
	wait_until 10 box systemctl -q is-active versed-pool.service
	box apt-get remove -y -qq versed >/dev/null
	run ! box systemctl -q is-active versed-pool.service
	run -0 box ss -Hltn 'sport = :11000'
	assert_output ''
	run -0 box systemctl list-units -q --state=active 'versed*'
	assert_output ''
	# As one who has second thoughts does.
	install
	transformed
	box apt-get purge -y -qq versed >/dev/null
	footprint >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	run ! box dpkg-query -W versed
	run -0 box find / -xdev -name '*versed*' -path '*dpkg*'
	assert_output ''
}
