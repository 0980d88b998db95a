#!/usr/bin/env bash
# The simulator over some seeds: whatever an office does to its network, its
# clocks and its disks, nothing is lost, doubled or disclosed.
set -u
cd "$(dirname "$0")/../.."
sim=$B/sim/sim

check() { # what, then the simulator's options
	local what=$1
	shift
	if "$sim" "$@"; then
		echo "ok - $what"
	else
		echo "not ok - $what"
	fi
}

check "a school year in small, 1,000 seeds" --seed 1 --runs 1000 --jobs 2 \
	--kinds file-copy
# Each of these failed once; tests/sim/TALLY.md says why. One program runs all,
# as it makes an office of each size once.
check "all that failed once" --jobs 2 tests/sim/plans/*.plan
check "the same seed does the same" --seed 27 --runs 20 --twice
