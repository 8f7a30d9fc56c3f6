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

# What was released before, by its commit, and what is to come.
RELEASES=(0b1be04)

# examples FILE: the rows of the manual's examples, of the first release, which
# hold for all that follow: request, reply and exit status.
examples() {
	git -C "$ROOT" show "${RELEASES[0]}:man/versed-protocol.7" |
		sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' | grep -P '\t[0-9]+$' |
		sed 's/\\e/\\/g; s/\t-\t/\t\t/' | tr '\t' '|' >"$1"
}

# content FILE: what the netstring that is FILE holds.
content() {
	local len
	IFS=: read -r -d : len <"$1"
	tail -c "+$((${#len} + 2))" "$1" | head -c "$len"
}

# served_by CLIENT SERVER REQUEST REPLY STATUS, of which the last are a row:
# over a pipe, and where the request is a netstring that names a transform, by
# versify over a socket pair and a UNIX socket.
served_by() {
	local client=$1 server=$2 request=$3 reply=$4 status=$5 name result
	echo "versify of $client, versed of $server: $request"
	VERSED=$server/versed exchange "$status" "$request" "$reply"
	# shellcheck disable=SC2059
	printf -- "$request" >request
	name=$(content request 2>/dev/null | tr '\0' . | cut -d . -f 1 | head -n 1)
	[[ $status != 65 && $name ]] || return 0
	content request | tail -c "+$((${#name} + 2))" >text
	: >wanted
	[[ $status != 0 ]] || content want >wanted
	[[ $status == 0 ]] || status=69
	for how in "$server.socket" "-e $server/versed"; do
		result=0
		# shellcheck disable=SC2086
		"$client/versify" $how "$name" text >got || result=$?
		cmp wanted got
		assert_equal "$result" "$status"
	done
}

@test "each release's versify and versed understand each other, and this one's" {
	need_shipped programs
	need musl-gcc systemd-socket-activate
	! [ "$(git -C "$ROOT" rev-parse --is-shallow-repository)" = true ] ||
		skip 'the history is cut off: git fetch --unshallow has it'
	cd "$BATS_TEST_TMPDIR" || return
	for release in "${RELEASES[@]}"; do
		clone "$release"
		git -C "$release" checkout -q "$release"
		make_in "$release" all
		ln -s "$release/build" "$release.built"
	done
	ln -s "$BUILD" now.built
	for server in *.built; do
		start systemd-socket-activate -l "$PWD/$server.socket" \
			"$server/versed" -n 0
		wait_until 20 test -S "$server.socket"
	done
	examples rows
	assert_equal "$(wc -l <rows)" 23
	for server in *.built; do
		for client in *.built; do
			while IFS='|' read -r request reply status; do
				served_by "./$client" "./$server" "$request" "$reply" \
					"$status"
			done <rows
		done
	done
	stop_started
}
