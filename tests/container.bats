# SPDX-License-Identifier: ISC
# A container that holds nothing but the programs, made and run as versed(8)
# says.
# shellcheck disable=SC2016 # what is for other shells
# shellcheck disable=SC2030,SC2031 # each test has variables of its own
# shellcheck disable=SC2153 # SERVER is of box.bash

load lib/box

setup_file() {
	[[ -z ${INSTRUMENTED-} ]] || return 0
	box_boot
	[[ -e $BOX/pid ]] && command -v podman >/dev/null || return 0
	# What this machine in a machine cannot give: resource controllers, an
	# overlay over an overlay.
	box mkdir -p /etc/containers
	box tee /etc/containers/containers.conf >/dev/null <<-END
		[containers]
		cgroups = "disabled"
	END
	box tee /etc/containers/storage.conf >/dev/null <<-END
		[storage]
		driver = "vfs"
		runroot = "/run/containers/storage"
		graphroot = "/var/lib/containers/storage"
	END
	manual_block versed.8 'A container' |
		box tee Containerfile >/dev/null
	commands | grep -E '^(make|podman build) ' | box bash -e >&2
}

setup() {
	load lib/lib
	need_shipped programs
	need_box
	need podman
	commands | grep '^systemd-run ' | box bash -e
}

teardown() {
	[[ -e $BOX/pid ]] || return 0
	box podman stop poems >/dev/null 2>&1 || true
	box systemctl stop poems.socket poems.service 2>/dev/null || true
	box systemctl reset-failed
}

commands() {
	manual_block versed.8 'A container' 2
}

healthy() {
	box podman healthcheck run poems
}

@test "nothing but the two programs: the exchange, and its own check of health" {
	served
	wait_until 20 healthy
	box podman export -o /run/image poems
	run -0 box tar -tf /run/image
	assert_equal "$(grep -v '/$' <<<"$output" |
		grep -vE '^(dev|etc|proc|run|sys)/' | sort | xargs)" \
		'versed versify'
}

@test "stopped under load, three times: nothing is lost" {
	box tests/peers/versify-loop 0 /run/stop "$SERVER" \
		>"$BATS_TEST_TMPDIR/versified" 2>/dev/null 3>&- &
	versifier=$!
	box build/bench/load -c 8 -x /run/stop 11000 \
		>"$BATS_TEST_TMPDIR/loaded" 3>&- &
	loader=$!
	for _ in 1 2 3; do
		wait_until 20 healthy
		box podman stop poems >/dev/null
	done
	wait_until 20 healthy
	box touch /run/stop
	wait "$loader" || true
	wait "$versifier" || true
	box rm /run/stop
	cat "$BATS_TEST_TMPDIR/loaded" "$BATS_TEST_TMPDIR/versified"
	grep -qE '^answered=[1-9][0-9]* failed=0$' "$BATS_TEST_TMPDIR/versified"
	grep -qE '^answered=[1-9][0-9]* failed=0 .* refused=0 wrong=0 ' \
		"$BATS_TEST_TMPDIR/loaded"
	# It ended of itself, and was not killed.
	run ! box_logged_now 'resorting to SIGKILL' -u poems
}
