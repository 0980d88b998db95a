#!/usr/bin/env bash
# Run every unit test program and every integration script of a build folder,
# two at a time, and close with one line: N passed, N failed.
# usage: tests/run.sh build/dev [pattern]
set -u
cd "$(dirname "$0")/.."
B=$1
pattern=${2:-.}
out=$B/test-output
rm -rf "$out"
mkdir -p "$out"

{
	ls "$B"/unit/test_* 2>/dev/null | grep -v '\.d$'
	ls tests/integration/[0-9]*.sh 2>/dev/null
} | grep -E "$pattern" | xargs -P 2 -I{} sh -c '
	name=$(basename {})
	start=$(date +%s)
	B='"$B"' timeout 600 {} >'"$out"'/$name.log 2>&1
	echo $? $(($(date +%s) - start)) >'"$out"'/$name.rc'

passed=0
failed=0
for rc in "$out"/*.rc; do
	name=$(basename "$rc" .rc)
	log=$out/$name.log
	read -r code seconds <"$rc"
	# cmocka says "[  PASSED  ] 12 test(s)." and "[  FAILED  ] 1 test(s), ..";
	# scripts say one line "ok - ..." or "not ok - ..." for each check.
	p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p' "$log" |
	    awk '{ n += $1 } END { print n + 0 }')
	f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$log" |
	    awk '{ n += $1 } END { print n + 0 }')
	p=$((p + $(grep -c '^ok ' "$log")))
	f=$((f + $(grep -c '^not ok ' "$log")))
	# A program that died, or that ran nothing, failed.
	[ "$f" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$p" -eq 0 ]; } && f=1
	passed=$((passed + p))
	failed=$((failed + f))
	printf '%-32s %4d passed %3d failed %4d s\n' "$name" "$p" "$f" "$seconds"
	if [ "$f" -ne 0 ]; then
		echo "--- $name (exit $code), the end of its output:"
		grep -vE '^(\[ RUN|\[       OK|ok )' "$log" | tail -40
		echo "---"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
