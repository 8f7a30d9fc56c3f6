# SPDX-License-Identifier: ISC
# make install and make uninstall.

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
	assert_output ExecStart=/opt/poetry/bin/versed
	[[ -x $TREE/opt/poetry/bin/versed ]]
	run ! grep -r /usr/local "$TREE"/opt/poetry/lib
	run -0 grep -rho '/[a-z/]*/versed[.a-z-]*' "$TREE/opt/poetry/share/man/man8"
	assert_line /opt/poetry/bin/versed-pool
	assert_line /opt/poetry/libexec/versed.cgi
	refute_output --partial /usr/local
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

@test "the service units' exposure is at most 0.4, the pool's 0.6" {
	need systemd-analyze
	run -0 systemd-analyze security --no-pager --offline=true --threshold=4 \
		systemd/versed@.service
	run -0 systemd-analyze security --no-pager --offline=true --threshold=6 \
		systemd/versed-pool.service
}
