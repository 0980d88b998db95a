#!/usr/bin/env bash
# Run fuzz targets built with libFuzzer, one after the other.
# usage: tests/fuzz/run.sh build/fuzz changeset|all SECONDS
# New inputs go to build/fuzz/found/<target>; what breaks a promise stands
# there as crash-*, slow-unit-* or oom-* and ends the run with a failure.
set -u
cd "$(dirname "$0")/../.."
B=$1
seconds=$3
targets=$2
[ "$targets" = all ] && targets=$(basename -a -s .c tests/fuzz/fuzz_*.c |
    sed 's/^fuzz_//')
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
status=0
for t in $targets; do
	found=$B/found/$t
	corpus=tests/fuzz/corpus/$t
	mkdir -p "$found"
	dict=tests/fuzz/$t.dict
	"$B/fuzz/fuzz_$t" -max_total_time="$seconds" -timeout=20 \
	    -rss_limit_mb=1024 -max_len=${MAX_LEN:-65536} -print_final_stats=1 \
	    -verbosity=${V:-0} ${SEED:+-seed=$SEED} \
	    $([ -f "$dict" ] && echo -dict="$dict") \
	    -artifact_prefix="$found/" "$found" \
	    $([ -d "$corpus" ] && echo "$corpus") >"$found.log" 2>&1
	rc=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")
	peak=$(sed -n 's/^stat::peak_rss_mb: *//p' "$found.log")
	printf '%-18s %10s executions  %4s MB  %s\n' "$t" "${runs:-?}" \
	    "${peak:-?}" "$([ $rc -eq 0 ] && echo clean || echo FAILED)"
	if [ $rc -ne 0 ]; then
		grep -E 'does not hold|ERROR|runtime error|Test unit|    #[0-9] ' \
		    "$found.log" | head -20
		status=1
	fi
done
exit $status
