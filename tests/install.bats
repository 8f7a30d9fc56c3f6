# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031 # each test has a TREE of its own
# make install and make uninstall.
# shellcheck disable=SC2016,SC2030,SC2031 # the dollar is for systemd; tests are subshells

setup() {
	load lib/lib
	TREE=$BATS_TEST_TMPDIR/tree
	cd "$ROOT" || return
}

# make_tree TARGET [ARGUMENT ...]
make_tree() {
	run -0 make -s DESTDIR="$TREE" "$@"
	assert_output ''
}

installed() {
	(cd "$TREE" && find . ! -type d | sed 's,^\.,,' | sort)
}

@test "install puts exactly what is listed, uninstall removes exactly that" {
	make_tree install
	run -0 installed
	assert_output "$(make -s list-installed | tr ' ' '\n' | sort)"
	assert_line /usr/local/bin/versify
	assert_line /usr/local/sbin/versed
	assert_line /usr/local/libexec/versed.cgi
	assert_line /usr/local/share/bash-completion/completions/versify
	assert_line /usr/local/share/man/man1/versify.1
	assert_line /usr/local/share/man/man8/versed.8
	assert_line /usr/local/lib/systemd/system/versed.socket
	assert_line /usr/local/lib/systemd/system/versed@.service

	touch "$TREE/usr/local/sbin/another's"
	make_tree uninstall
	run -0 installed
	assert_output "/usr/local/sbin/another's"
}

@test "every program, manual and unit of the repository is installed" {
	make_tree install
	local file
	for file in man/*.[1-8] systemd/*; do
		[[ -n $(find "$TREE" -name "${file##*/}") ]]
	done
}

@test "units and manuals name the installed programs" {
	make_tree install PREFIX=/opt/poetry SBINDIR=/opt/poetry/bin
	run -0 grep ^ExecStart= \
		"$TREE/opt/poetry/lib/systemd/system/versed@.service"
	assert_output "ExecStart=/opt/poetry/bin/versed \$VERSED_OPTIONS"
	[[ -x $TREE/opt/poetry/bin/versed ]]
	run ! grep -r /usr/local "$TREE"/opt/poetry/lib
	run -0 grep -rho '/[a-z/]*/versed[.a-z-]*' "$TREE/opt/poetry/share/man/man8"
	assert_line /opt/poetry/bin/versed-pool
	assert_line /opt/poetry/libexec/versed.cgi
	refute_output --partial /usr/local
}

@test "a folder with a space and quotes in its name" {
	TREE+="/a b'c\"d"
	make_tree install
	run -0 installed
	assert_output "$(make -s list-installed | tr ' ' '\n' | sort)"
	run -0 find "$BATS_TEST_TMPDIR" -mindepth 1 -maxdepth 2 -printf '%P\n'
	assert_output "tree
tree/a b'c\"d"
	make_tree uninstall
	run -0 installed
	assert_output ''
}

# Runs the installed program until the file stop is there, and says what failed.
run_on() {
	until [[ -e $BATS_TEST_TMPDIR/stop ]]; do
		"$TREE/usr/local/sbin/versed" -V >/dev/null 2>>"$BATS_TEST_TMPDIR/failed" ||
			echo "status $?" >>"$BATS_TEST_TMPDIR/failed"
	done
}

@test "while it is installed anew the program can be started" {
	make_tree install
	: >"$BATS_TEST_TMPDIR/failed"
	for _ in 1 2 3 4; do
		start run_on
	done
	for _ in {1..10}; do
		make_tree install
	done
	: >"$BATS_TEST_TMPDIR/stop"
	stop_started
	run -0 cat "$BATS_TEST_TMPDIR/failed"
	assert_output ''
}

@test "the sockets' limit of polling is lifted where systemd knows it" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	for version in '252 (252.39-1~deb12u2)' 254 '255 (255.4)' '257.8'; do
		printf '#!/bin/sh\necho "systemd %s"\n' "$version" \
			>"$BATS_TEST_TMPDIR/bin/systemctl"
		chmod +x "$BATS_TEST_TMPDIR/bin/systemctl"
		PATH=$BATS_TEST_TMPDIR/bin:$PATH make_tree install
		run grep -rl '^PollLimitIntervalSec=0$' "$TREE/usr/local/lib"
		case $version in
		252* | 254*) assert_output '' ;;
		*) [[ ${#lines[@]} == 2 ]] ;;
		esac
	done
	make_tree install POLL_LIMIT=no
	run ! grep -r PollLimit "$TREE/usr/local/lib"
	PATH=/nowhere:$PATH make_tree install POLL_LIMIT=yes
	grep -q '^PollLimitIntervalSec=0$' "$TREE/usr/local/lib/systemd/system/versed.socket"
}

@test "the modes are right under any umask" {
	umask 077
	make_tree install
	umask 022
	local programs='.*/\(bin\|sbin\|libexec\)/.*'
	run -0 find "$TREE/usr" -type d ! -perm 755 -o -type f \
		! -regex "$programs" ! -perm 644 -o -regex "$programs" ! -perm 755
	assert_output ''
}

@test "a folder that was there keeps its mode" {
	mkdir -p "$TREE/usr/local/sbin"
	chmod 2775 "$TREE/usr/local/sbin"
	make_tree install
	run -0 stat -c %a "$TREE/usr/local/sbin"
	assert_output 2775
}

@test "the service units' exposure is at most 0.4, the pool's 0.6" {
	need systemd-analyze
	run -0 systemd-analyze security --no-pager --offline=true --threshold=4 \
		systemd/versed@.service
	run -0 systemd-analyze security --no-pager --offline=true --threshold=6 \
		systemd/versed-pool.service
}
