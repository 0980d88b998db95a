#!/bin/sh
# Each numbered rule of schema/rules.md is cited by the code that carries it
# ("rules.md 5.3, 5.4" in a comment), and no rule is cited that is not there.
# Each pair of its section 13 stands in the table of tests/README.md, with
# tests that are there (the tests themselves: features.sh).
set -eu
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

grep -oE '^[0-9]+\.[0-9]+ ' schema/rules.md | tr -d ' ' | sort -u >"$tmp/rules"
find common daemon client -name '*.[ch]' -exec cat {} + | tr '\n' ' ' |
    sed 's/[[:space:]]*\*[[:space:]][[:space:]]*/ /g' |
    grep -oE 'rules\.md(,? (and )?[0-9]+\.[0-9]+)+' |
    grep -oE '[0-9]+\.[0-9]+' | sort -u >"$tmp/cited"
comm -23 "$tmp/rules" "$tmp/cited" |
    sed 's/.*/rule & is cited by no code/' >"$tmp/bad"
comm -13 "$tmp/rules" "$tmp/cited" |
    sed 's/.*/rule & is cited and is not in schema\/rules.md/' >>"$tmp/bad"

# The first cell of each row.
pairs() { # file, heading
	awk -v at="$2" '/^## / { on = ($0 == at) }
	    on && /^\| / && !/^\| pair / { split($0, c, /\|/); print c[2] }' \
	    "$1" | sort
}
pairs schema/rules.md '## 13 Every pair at a glance' >"$tmp/pairs"
pairs tests/README.md '## Which test shows which pair' >"$tmp/shown"
comm -23 "$tmp/pairs" "$tmp/shown" |
    sed 's/.*/tests\/README.md shows no test for the pair:&/' >>"$tmp/bad"
comm -13 "$tmp/pairs" "$tmp/shown" |
    sed 's/.*/schema\/rules.md 13 has no such pair:&/' >>"$tmp/bad"

cat "$tmp/bad"
[ ! -s "$tmp/bad" ]
