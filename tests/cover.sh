#!/usr/bin/env bash
# What the tests reach, counted by gcc and gcovr: the unit tests, the simulator
# over a fixed range of seeds and the replay of the fuzz corpus; nothing that
# needs a network or installed programs. Prints lines and branches of each
# folder that has a bar and fails below it.
#
# A branch is one way out of one condition of "if (a && b)". Nothing is left
# out, neither by an option nor by a marker in the source: in C without asserts
# the compiler makes no branches of its own here.
#
# usage: tests/cover.sh build/cover            all of it
#        FOLDER=daemon/hub tests/cover.sh B    also: what is not reached there
#        RUN=0 tests/cover.sh B                only count what has been run
set -u
cd "$(dirname "$0")/.."
B=$1
SEEDS=${SEEDS:-60}
LINES_BAR=90
BRANCHES_BAR=80
BARRED="client/core/outbox client/core/accord client/core/sync daemon/hub common/wire common/rules"
SHOWN="common/base common/db client/core/vault client/core/local
    client/core/office daemon/api"
out=$B/cover
mkdir -p "$out"

run() {
	local failed=0 t name
	find "$B" -name '*.gcda' -delete
	for t in "$B"/unit/test_*; do
		[ "${t%.d}" = "$t" ] || continue
		name=$(basename "$t")
		if ! timeout 900 "$t" >"$out/$name.log" 2>&1; then
			echo "$name failed: $out/$name.log"
			grep -E '\[ *(ERROR|FAILED) *\]' "$out/$name.log" | head -5
			failed=1
		fi
	done
	"$B/sim/sim" --seed 1 --runs "$SEEDS" || failed=1
	B=$B tests/integration/70-corpus.sh >"$out/corpus.log" || {
		grep '^not ok' "$out/corpus.log"
		failed=1
	}
	return $failed
}

count() { # folders...
	local filters=() f
	for f in "$@"; do
		filters+=(--filter "$f/")
	done
	gcovr -r . --object-directory "$B" --gcov-executable \
	    "${GCOV:-gcov}" "${filters[@]}" "${form[@]}" 2>"$out/gcovr.log" || {
		tail -5 "$out/gcovr.log"
		exit 1
	}
}

failed=0
if [ "${RUN:-1}" = 1 ]; then
	run || failed=1
fi
# shellcheck disable=SC2086
form=(--json-summary "$out/summary.json") && count $BARRED $SHOWN
printf '%-20s %18s %22s\n' folder 'lines > 90 %' 'branches > 80 %'
for f in $BARRED $SHOWN; do
	bar=0
	case " $BARRED " in *" $f "*) bar=1 ;; esac
	jq -r --arg f "$f/" --argjson bar $bar --argjson l $LINES_BAR \
	    --argjson b $BRANCHES_BAR '
	def rate(c; t): if t == 0 then 100 else c * 1000 / t | floor / 10 end;
	[.files[] | select(.filename | startswith($f) and
	    (ltrimstr($f) | contains("/") | not))] |
	(map(.line_covered) | add) as $lc | (map(.line_total) | add) as $lt |
	(map(.branch_covered) | add) as $bc |
	(map(.branch_total) | add) as $bt |
	[$f, "\(rate($lc; $lt)) %", "\($lc)/\($lt)", "\(rate($bc; $bt)) %",
	"\($bc)/\($bt)", (if $bar == 0 then "no bar"
	elif rate($lc; $lt) > $l and rate($bc; $bt) > $b then "ok"
	else "BELOW" end)] | @tsv' "$out/summary.json"
done | while IFS=$'\t' read -r f a b c d e; do
	printf '%-20s %7s %11s %9s %11s  %s\n' "${f%/}" "$a" "$b" "$c" "$d" "$e"
done | tee "$out/table"
grep -q BELOW "$out/table" && failed=1
if [ -n "${FOLDER:-}" ]; then
	form=(--txt "$out/missing.txt") && count "$FOLDER"
	cat "$out/missing.txt"
fi
exit $failed
