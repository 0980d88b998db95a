#!/bin/sh
# What a worker reads can be read in each language: no sentence stands outside
# the functions and marks that look it up. And the search itself works.
set -eu
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
printf 'int f(struct buf *b) { buf_add_str(b, "cannot " "be read"); }\n' \
    >"$tmp/f.c"
if python3 tests/lint/spoken.py "$tmp/f.c" >/dev/null; then
	echo "tests/lint/spoken.py does not see a sentence" >&2
	exit 1
fi
# shellcheck disable=SC2046
python3 tests/lint/spoken.py $(find client/core client/cli client/parts \
    common -name '*.c' | sort)
