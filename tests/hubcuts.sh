#!/usr/bin/env bash
# Power cuts over a hub's database and ledger, RUNS more of them, beginning at the
# seed after the last one in tests/hubcuts.tally, which gets what they came to.
# Stopped at any moment it has counted what is done; the next call goes on.
# usage: tests/hubcuts.sh build/dev RUNS
set -eu
cd "$(dirname "$0")/.."
B=$1
RUNS=$2
PIECE=${PIECE:-2000} # cuts between two entries
tally=tests/hubcuts.tally
commit=$(git log -1 --format=%h 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain --untracked-files=no -- common daemon \
    tests/support tests/cutdisk 2>/dev/null)" ] || commit=$commit+

# Columns: commit, first seed, last seed, what the first line of the tally names
# (cuts before all), result. A piece that follows its own commit's last one joins
# that line.
enter() { # first last figures result
	awk -v commit="$commit" -v first="$1" -v last="$2" -v said="$3" \
	    -v result="$4" '
	NR == 1 { columns = split($0, name, "\t") }
	{ line[NR] = $0 }
	END {
		split(said, add, " ")
		n = split(line[NR], f, "\t")
		joins = NR > 1 && n == columns && f[1] == commit &&
		    f[3] + 1 == first && f[n] == result
		if (joins)
			first = f[2]
		for (i = 1; i <= NR - joins; i++)
			print line[i]
		printf "%s\t%d\t%d", commit, first, last
		for (i = 4; i < columns; i++)
			printf "\t%d", add[i - 3] + (joins ? f[i] : 0)
		printf "\t%s\n", result
	}' "$tally" >"$tally.new"
	mv "$tally.new" "$tally"
}

seed=$(awk -F '\t' '$3 + 0 > n { n = $3 } END { print n + 1 }' "$tally")
left=$RUNS
while [ "$left" -gt 0 ]; do
	n=$((left < PIECE ? left : PIECE))
	if ! said=$("$B/tools/hubcuts" "$seed" "$n"); then
		enter "$seed" "$seed" "" FAILED
		exit 1
	fi
	read -r next figures <<<"$said"
	enter "$seed" $((next - 1)) "$figures" "0 lost"
	seed=$next
	left=$((left - ${figures%% *}))
done
awk -F '\t' '
NR == 1 { n = split($0, name, "\t"); next }
{ for (i = 4; i < n; i++) sum[i] += $i; bad += $n != "0 lost" }
END {
	for (i = 4; i < n; i++)
		printf "%d %s, ", sum[i], name[i]
	printf "runs that lost anything: %d\n", bad
}' "$tally"
