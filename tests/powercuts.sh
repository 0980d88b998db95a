#!/usr/bin/env bash
# Power cuts over the encrypted store, RUNS more of them on JOBS cores,
# beginning at the seed after the last one in tests/powercuts.tally, which gets
# what they came to. Each seed is a store and a life; each moment at which its
# power goes is played on in four drawn outcomes, each of which is one cut.
# Stopped at any moment it has counted what is done; the next call goes on.
# usage: tests/powercuts.sh build/dev RUNS
set -eu
cd "$(dirname "$0")/.."
B=$1
RUNS=$2
JOBS=${JOBS:-$(nproc)}
PIECE=${PIECE:-25} # seeds of one job between two entries
tally=tests/powercuts.tally
commit=$(git log -1 --format=%h 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain --untracked-files=no -- common client \
    tests/support 2>/dev/null)" ] || commit=$commit+
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Columns: commit, first seed, last seed, cuts, in recovery, kills, faults,
# result. A piece that follows its own commit's last one joins that line.
enter() { # first last cuts seconds kills faults result
	awk -v commit="$commit" -v first="$1" -v last="$2" -v cuts="$3" \
	    -v again="$4" -v kills="$5" -v faults="$6" -v result="$7" '
	{ line[NR] = $0 }
	END {
		n = split(NR > 0 ? line[NR] : "", f, "\t")
		if (n == 8 && f[1] == commit && f[3] + 1 == first &&
		    f[8] == result) {
			first = f[2]; cuts += f[4]; again += f[5]
			kills += f[6]; faults += f[7]; NR--
		}
		for (i = 1; i <= NR; i++)
			print line[i]
		printf "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", commit, first,
		    last, cuts, again, kills, faults, result
	}' "$tally" >"$tally.new"
	mv "$tally.new" "$tally"
}

# All jobs of a round, then their entries in the order of the seeds.
seed=$(awk -F '\t' '$3 + 0 > n { n = $3 } END { print n + 1 }' "$tally")
left=$RUNS
while [ "$left" -gt 0 ]; do
	pids=()
	for ((i = 0; i < JOBS; i++)); do
		from=$((seed + i * PIECE))
		"$B/tools/powercuts" "$from" $((from + PIECE - 1)) \
		    >"$out/$i" &
		pids+=($!)
	done
	for ((i = 0; i < JOBS; i++)); do
		if ! wait "${pids[$i]}"; then
			enter "$seed" $((seed + PIECE - 1)) 0 0 0 0 FAILED
			exit 1
		fi
		read -r cuts again kills faults <"$out/$i"
		enter "$seed" $((seed + PIECE - 1)) "$cuts" "$again" \
		    "$kills" "$faults" "0 lost"
		seed=$((seed + PIECE))
		left=$((left - cuts))
	done
done
awk -F '\t' '{ cuts += $4; again += $5; kills += $6; faults += $7
	bad += $8 != "0 lost" && NR > 1 }
END { printf "%d power cuts in all, %d of them in recovery, %d kills, " \
    "%d faults; runs that lost anything: %d\n", cuts, again, kills, faults,
    bad }' "$tally"
