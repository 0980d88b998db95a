#!/usr/bin/env bash
# Runs ranges of seeds one after the other and adds a line to TALLY.md for each
# range that is whole. Stopped and started again it goes on after the last one
# of this commit. Failed plans lie in build/sim-failed.
# usage: tests/sim/tally.sh [ranges] [seeds in a range]
set -eu
cd "$(dirname "$0")/../.."
ranges=${1:-10}
size=${2:-1000}
B=${B:-build/dev}
jobs=$(nproc)
commit=$(git rev-parse --short HEAD)
tally=tests/sim/TALLY.md
git diff --quiet HEAD -- client common daemon tests/sim/*.[ch] tests/support ||
	commit=$commit+
make -s "$B/sim/sim"
mkdir -p build/sim-failed
next=$(sed -n "s/^| $commit | [0-9]*-\([0-9]*\) |.*/\1/p" "$tally" | tail -n 1)
next=$((${next:-0} + 1))
for ((i = 0; i < ranges; i++, next += size)); do
	log=build/sim-failed/$commit-$next.txt
	begun=$(date +%s)
	nice -n 10 "$B/sim/sim" --seed "$next" --runs "$size" --jobs "$jobs" \
	    --save build/sim-failed >"$log" || true
	failed=$(sed -n 's/^FAILED seed \([0-9]*\),.*/\1/p' "$log" |
	    sort -n | paste -sd ' ')
	seconds=$(($(date +%s) - begun))
	line="| $commit | $next-$((next + size - 1)) | ${failed:-none} |"
	line="$line $jobs jobs, $((seconds > 0 ? size / seconds : size)) a second |"
	# After the last line of the first table.
	awk -v line="$line" '
		/^\|/ { table = 1 }
		!/^\|/ && table && !put { print line; put = 1 }
		{ print }
		END { if (!put) print line }' "$tally" >"$tally.new"
	mv "$tally.new" "$tally"
	echo "$line"
done
