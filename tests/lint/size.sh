#!/bin/sh
# Functions stay readable: lines and modified McCabe complexity by pmccabe,
# lines of a file. The limits are where a reader starts to scroll.
set -eu
cd "$(dirname "$0")/../.."
FUNCTION_LINES=90
FUNCTION_PATHS=22
FILE_LINES=750
bad=0
find common client daemon -name '*.c' | sort | xargs pmccabe |
awk -v lines=$FUNCTION_LINES -v paths=$FUNCTION_PATHS '
$1 > paths || $5 > lines {
	printf "%s %s: %d paths, %d lines\n", $6, $7, $1, $5
	bad = 1
}
END { exit bad }' || bad=1
for f in $(find common client daemon -name '*.[ch]'); do
	n=$(wc -l <"$f")
	if [ "$n" -gt $FILE_LINES ]; then
		echo "$f has $n lines, more than $FILE_LINES" >&2
		bad=1
	fi
done
exit $bad
