#!/usr/bin/env bash
# Each operation of the store's three scripts cut in each way that a cut can
# leave the disk, each operation of each recovery cut again in each way, and
# the program killed at each operation. What it came to goes into
# tests/powersweep.tally. make test does the same with one recovery in two.
# usage: tests/powersweep.sh build/dev
set -eu
cd "$(dirname "$0")/.."
B=$1
JOBS=${JOBS:-$(nproc)}
PARTS=${PARTS:-16}
tally=tests/powersweep.tally
commit=$(git log -1 --format=%h 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain --untracked-files=no -- common client \
    tests/support 2>/dev/null)" ] || commit=$commit+

# Columns: commit, script, operations, cuts, in recovery, kills, result.
"$B/tools/powercuts" scripts | while read -r script operations; do
	result="0 lost"
	said=$(seq "$PARTS" | xargs -P "$JOBS" -I % \
	    "$B/tools/powercuts" every "$script" % "$PARTS") ||
	    result=FAILED
	printf '%s\n' "$said" | awk -v commit="$commit" -v s="$script" \
	    -v n="$operations" -v result="$result" '
	{ cuts += $1; again += $2; kills += $3 }
	END { printf "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", commit, s, n, cuts,
	    again, kills, result }' | tee -a "$tally"
	[ "$result" = "0 lost" ]
done
