#!/bin/sh
# Each test that the tables of features and of pairs in tests/README.md name is
# there.
set -eu
cd "$(dirname "$0")/../.."
bad=0
awk -F'|' '/^\|/ { for (i = 3; i < NF; i++) print $2 "|" $i }' \
    tests/README.md | tr -d '`' | while IFS='|' read -r row cell; do
	echo "$cell" | tr ',;' '\n\n' | while read -r name what _; do
		case $name in
		test_*:)
			grep -q "^$what(" "tests/unit/${name%:}.c" 2>/dev/null ||
			    echo "row $row: ${name%:} has no $what" ;;
		test_*)
			[ -f "tests/unit/$name.c" ] ||
			    echo "row $row: no tests/unit/$name.c" ;;
		[0-9][0-9]-*)
			[ -f "tests/integration/$name.sh" ] ||
			    echo "row $row: no tests/integration/$name.sh" ;;
		esac
	done
done >"${TMPDIR:-/tmp}/features.$$"
[ -s "${TMPDIR:-/tmp}/features.$$" ] && bad=1
cat "${TMPDIR:-/tmp}/features.$$"
rm -f "${TMPDIR:-/tmp}/features.$$"
exit $bad
