#!/usr/bin/env bash
# The simulator over a few seeds: whatever an office does to its network, its
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

check "a school year in small, 30 seeds" --seed 1 --runs 30
# Each of these failed once; tests/sim/TALLY.md says why.
for seed in 52 74 107 293; do
	check "seed $seed, which failed once" --seed "$seed"
done
check "the same seed does the same" --seed 27 --twice
