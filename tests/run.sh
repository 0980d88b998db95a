#!/usr/bin/env bash
# Run every integration script and every unit test program of a build folder,
# and close with one line: N passed, N failed. A test that leaves processes
# behind has failed. Two run for each core, because they wait for disks and for
# each other most of the time; the long scripts, which have the high numbers,
# come first, and so do the longest programs. With a folder of programs built
# with sanitizers, its unit tests take the place of those that are not also
# there without, and its fuzz programs read the corpus.
# usage: tests/run.sh build/dev [pattern [build/asan]]
set -u
cd "$(dirname "$0")/.."
export B=$1 ASAN=${3:-}
pattern=${2:-.}
export out=$B/test-output
rm -rf "$out"
mkdir -p "$out"

# timeout makes each test the leader of a process group, by which all that it
# started is found, also when somebody presses Ctrl-C.
left_in() { # process group: what still runs there; the dead do not count
	pgrep -g "$1" -a -r R,S,D,T,I
}
# Unit tests ask a simulated disk what outlives a power cut, not this one, so
# their files lie in memory where there is room: no wait for a disk.
export UNIT_TMP=${TMPDIR:-/tmp}
[ "$(df --output=avail -B1M /dev/shm 2>/dev/null | tail -n 1)" -ge 2000 ] \
    2>/dev/null && UNIT_TMP=/dev/shm

# Sanitizers make each cut and each lie dear: fewer of them there. What is freed
# is kept aside for 8 MB instead of 256, as new pages cost more than half of the
# time otherwise, and the tests are small.
sanitized() {
	export RUNS=${RUNS:-300} CUTS=${CUTS:-40} LIES=${LIES:-6}
	export ASAN_OPTIONS=quarantine_size_mb=8:thread_local_quarantine_size_kb=64:max_malloc_fill_size=0:malloc_context_size=4
	export LSAN_OPTIONS=suppressions=$PWD/tests/support/lsan.supp:print_suppressions=0
	name=$name.asan
}
run_one() { # program
	local name start code group
	name=$(basename "$1")
	case $1 in
	*/unit/*) export TMPDIR=$UNIT_TMP ;;
	*/70-corpus.sh) [ -n "$ASAN" ] && B=$ASAN && sanitized ;;
	esac
	case $1 in "${ASAN:-none}"/*) sanitized ;; esac
	start=$(date +%s)
	bash -c 'echo $$ >"$1"; exec timeout 900 "$2"' - "$out/$name.group" \
	    "$1" >"$out/$name.log" 2>&1
	code=$?
	group=$(cat "$out/$name.group")
	for _ in 1 2 3 4 5; do # what was sent a signal may take a moment
		left_in "$group" >/dev/null || break
		sleep 0.2
	done
	if left_in "$group" >"$out/$name.left"; then
		echo "not ok - left running: $(head -n 3 "$out/$name.left")" \
		    >>"$out/$name.log"
		kill -KILL -- "-$group"
	fi
	rm -f "$out/$name.left" "$out/$name.group"
	times >"$out/$name.times" # of this shell, and of all that ended in it
	echo "$code $(($(date +%s) - start)) $(tr 'ms' '  ' \
	    <"$out/$name.times" | awk '{ n += 60 * ($1 + $3) + $2 + $4 }
	    END { printf "%d", n + 0.5 }')" >"$out/$name.rc"
}
export -f run_one left_in sanitized
end_all() {
	local group
	for group in $(cat "$out"/*.group 2>/dev/null); do
		kill -TERM -- "-$group"
	done
	exit 130
}
trap end_all INT TERM

{
	ls -r tests/integration/[0-9]*.sh 2>/dev/null
	ls {"$B","${ASAN:-none}"}/unit/test_{vault_faults,crash,lies} \
	    2>/dev/null # a minute and more: none is last
	ls {"$B","${ASAN:-none}"}/unit/test_* 2>/dev/null | grep -v '\.d$'
} | awk '!seen[$0]++' | grep -E "$pattern" | xargs -P $((2 * $(nproc))) -I{} bash -c 'run_one {}'
all_ran=$?

busy=0
passed=0
failed=0
skipped=0
for rc in "$out"/*.rc; do
	name=$(basename "$rc" .rc)
	log=$out/$name.log
	read -r code seconds cpu <"$rc"
	# cmocka says "[  PASSED  ] 12 test(s)." and "[  FAILED  ] 1 test(s), ..";
	# scripts say one line "ok - ..." or "not ok - ..." for each check.
	p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p' "$log" |
	    awk '{ n += $1 } END { print n + 0 }')
	f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$log" |
	    awk '{ n += $1 } END { print n + 0 }')
	p=$((p + $(grep -c '^ok ' "$log")))
	f=$((f + $(grep -c '^not ok ' "$log")))
	# What needs something that is not here says so in a line.
	k=$(grep -c '^skipped ' "$log")
	# A program that died, or that ran nothing, failed.
	[ "$f" -eq 0 ] && { [ "$code" -ne 0 ] || [ $((p + k)) -eq 0 ]; } && f=1
	passed=$((passed + p))
	skipped=$((skipped + k))
	failed=$((failed + f))
	busy=$((busy + cpu))
	printf '%-32s %4d passed %3d failed %4d s %4d s of processor\n' \
	    "$name" "$p" "$f" "$seconds" "$cpu"
	grep '^skipped ' "$log"
	if [ "$f" -ne 0 ]; then
		echo "--- $name (exit $code), the end of its output:"
		grep -vE '^(\[ RUN|\[       OK|ok )' "$log" | tail -40
		echo "---"
	fi
done
echo "$busy seconds of processor"
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] ||
    echo ", $skipped skipped")"
[ "$all_ran" -eq 0 ] || echo "some tests did not run: xargs ended with $all_ran"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && [ "$all_ran" -eq 0 ]
