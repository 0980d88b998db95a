#!/usr/bin/env bash
# Goal: every input that fuzzing has kept is read again by its target, without
# libFuzzer: what was once found stays mended (tests/fuzz/README.md).
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build/dev}
failed=0
for source in tests/fuzz/fuzz_*.c; do
	program=$(basename "$source" .c)
	name=${program#fuzz_}
	if said=$("$B/fuzz/$program" "tests/fuzz/corpus/$name" 2>&1); then
		echo "ok - $name: $said"
	else
		echo "not ok - $name"
		printf '%s\n' "$said" | tail -30
		failed=1
	fi
done
exit $failed
