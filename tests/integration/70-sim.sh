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
# Each of these failed once; tests/sim/TALLY.md says why.
for plan in tests/sim/plans/*.plan; do
	check "$(basename "$plan" .plan), which failed once" "$plan"
done
check "the same seed does the same" --seed 27 --runs 20 --twice
