#!/usr/bin/env bash
# kill -9 of a real hub under load, RUNS more times, beginning at the seed after
# the last one in tests/hubkills.tally, which gets what they came to. Stopped at
# any moment it has counted what is done; the next call goes on.
# usage: tests/hubkills.sh build/dev RUNS
set -eu
cd "$(dirname "$0")/.."
B=$1
RUNS=$2
PIECE=${PIECE:-60} # kills between two entries: one hub
tally=tests/hubkills.tally
commit=$(git log -1 --format=%h 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain --untracked-files=no -- common daemon \
    2>/dev/null)" ] || commit=$commit+
T=$(mktemp -d "${TMPDIR:-/tmp}/tugi-hubkills-XXXXXX")
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM

# Columns: commit, first seed, last seed, kills under load, kills while
# starting, changesets acknowledged, result. A piece that follows its own
# commit's last one joins that line.
enter() { # first last kills starting acknowledged result
	awk -v commit="$commit" -v first="$1" -v last="$2" -v kills="$3" \
	    -v starting="$4" -v acked="$5" -v result="$6" '
	{ line[NR] = $0 }
	END {
		n = split(NR > 0 ? line[NR] : "", f, "\t")
		if (n == 7 && f[1] == commit && f[3] + 1 == first &&
		    f[7] == result) {
			first = f[2]; kills += f[4]; starting += f[5]
			acked += f[6]; NR--
		}
		for (i = 1; i <= NR; i++)
			print line[i]
		printf "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", commit, first, last,
		    kills, starting, acked, result
	}' "$tally" >"$tally.new"
	mv "$tally.new" "$tally"
}

seed=$(awk -F '\t' '$3 + 0 > n { n = $3 } END { print n + 1 }' "$tally")
left=$RUNS
while [ "$left" -gt 0 ]; do
	n=$((left < PIECE ? left : PIECE))
	if ! said=$("$B/tools/hubkills" "$B/tugid" "$T" "$seed" "$n"); then
		enter "$seed" "$seed" 0 0 0 FAILED
		exit 1
	fi
	read -r kills starting acked <<<"$said"
	enter "$seed" $((seed + n - 1)) "$kills" "$starting" "$acked" "0 lost"
	seed=$((seed + n))
	left=$((left - n))
done
awk -F '\t' '{ kills += $4; starting += $5; acked += $6
	bad += $7 != "0 lost" && NR > 1 }
END { printf "%d kills under load in all, %d while starting, %d changesets " \
    "acknowledged; runs that lost anything: %d\n", kills, starting, acked, bad
}' "$tally"
