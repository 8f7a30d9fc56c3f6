# SPDX-License-Identifier: ISC
# The units where the kernel refuses what they ask for, as in some containers,
# and under a user's own systemd.

setup() {
	load lib/lib
	load lib/box
	need_box
}

teardown() {
	box_stop
}

# boot_refusing WHAT: tests/peers/refuse.py says what.
boot_refusing() {
	export REFUSE=$1
	box_boot
}

# Each of the two socket units answers.
both_serve() {
	local unit
	for unit in versed.socket versed-pool.socket; do
		box systemctl start "$unit"
		served
		box systemctl stop "$unit" versed-pool.service
	done
}

# In a container where that is refused neither serves, but with the manual's
# drop-in both do.
contained() {
	boot_refusing "$1"
	box systemctl start versed.socket
	unanswered 7:rot13.A,
	box systemctl stop versed.socket
	box bash -ec "$(manual_block versed.8 'systemd in a container' 1)"
	for unit in versed@.service versed-pool.service; do
		manual_block versed.8 'systemd in a container' 2 | drop_in "$unit"
	done
	run -0 box systemd-analyze verify --man=no versed@.service \
		versed-pool.service
	assert_output ''
	both_serve
}

@test "without user namespaces" {
	boot_refusing users
	both_serve
}

@test "a container that may make no namespaces" {
	contained unshare
}

@test "a container that may mount nothing" {
	local version
	version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
	((version < 257)) || skip 'systemd 257 itself does not boot there'
	contained mount
}

@test "a container without CAP_SYS_ADMIN" {
	contained admin
}

# as_poet COMMAND ...: as a user of that name.
as_poet() {
	box setpriv --reuid=poet --regid=poet --clear-groups env \
		HOME=/home/poet XDG_RUNTIME_DIR=/run/poet "$@"
}

@test "a user's own systemd" {
	box_boot
	box useradd --create-home poet
	box systemd-run -q --unit=poets-manager -p Type=notify -p User=poet \
		-p Delegate=yes -p RuntimeDirectory=poet \
		-E XDG_RUNTIME_DIR=/run/poet /lib/systemd/systemd --user
	as_poet mkdir -p /home/poet/.config/systemd/user
	for n in 1:versed@ 2:versed-pool; do
		manual_block versed.8 "A user's systemd" "${n%:*}" | as_poet tee \
			"/home/poet/.config/systemd/user/${n#*:}.service" >/dev/null
	done
	as_poet bash -ec "$(manual_block versed.8 "A user's systemd" 3)"
	served
	box_logged 'transform="nonesuch"' -t versed
	as_poet systemctl --user stop versed.socket
	as_poet bash -ec "$(manual_block versed.8 "A user's systemd" 3 |
		sed s/versed.socket/versed-pool.socket/g)"
	served
}
