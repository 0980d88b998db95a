#!/usr/bin/env bash
# What the store's own tests reach of client/core/vault, counted by gcc: each
# line, but for those in tests/cover-vault.lines, and most ways out of each
# condition. A line in that list that is reached all the same fails too.
# usage: tests/cover-vault.sh build/dev TEST...   (RUN=0: only count)
set -eu
cd "$(dirname "$0")/.."
B=$1
shift
if [ "${RUN:-1}" = 1 ]; then
	find "$B/counted" -name '*.gcda' -delete
	chmod -R a+rwX "$B/counted" # some tests go on as nobody
	umask 0
	for t in "$@"; do
		if ! RUNS=${RUNS:-1000} "$B/counted/test_$t" \
		    >"$B/counted/$t.log" 2>&1; then
			grep -E 'ERROR|FAILED' "$B/counted/$t.log" | head -5
			exit 1
		fi
	done
fi
exec python3 tests/cover-vault.py "$B/counted" tests/cover-vault.lines
