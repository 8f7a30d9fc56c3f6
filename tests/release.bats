# SPDX-License-Identifier: ISC
# What a stranger can check of a release: its tarball and its programs.
# shellcheck disable=SC2016 # conditions are evaluated later

setup() {
	load lib/lib
	need git make
	# Whoever's the repository is.
	export GIT_CONFIG_GLOBAL=$BATS_TEST_TMPDIR/gitconfig
	git config --global safe.directory '*'
	skip_unless 'git -C "$ROOT" rev-parse HEAD' 'a git repository'
}

# clone FOLDER: what is committed, in a folder of the test's.
clone() {
	git clone -q --no-hardlinks "$ROOT" "$BATS_TEST_TMPDIR/$1"
}

# make_in FOLDER TARGET ...
make_in() {
	make -s -C "$BATS_TEST_TMPDIR/$1" "${@:2}"
}

@test "two folders give the same tarball, and the same four programs" {
	need_shipped programs
	need musl-gcc
	clone a
	clone another/folder
	# Neither the time nor who makes it are in there.
	make_in a dist
	(umask 077 && git config --global core.autocrlf true &&
		make_in another/folder dist)
	cd "$BATS_TEST_TMPDIR" || return
	tarball=(a/build/versed-*.tar.gz)
	[ "${#tarball[@]}" = 1 ]
	cmp "${tarball[0]}" "another/folder/${tarball[0]#a/}"

	tar -xzf "${tarball[0]}"
	unpacked=$(basename "${tarball[0]}" .tar.gz)
	diff -r --exclude=.git --exclude=build a "$unpacked"
	make_in a all
	make_in "$unpacked" all
	for program in versed versed.cgi versed-pool versify; do
		cmp "a/build/$program" "$unpacked/build/$program"
	done
}
