# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What bats files and scripts wait with.

# wait_until SECONDS COMMAND ...: runs COMMAND until it succeeds or the time
# is over, ten times a second.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS > end)); then
			echo "still failing: $*" >&2
			return 1
		fi
		sleep 0.1
	done
}
