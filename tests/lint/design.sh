#!/bin/sh
# Each folder with code has a DESIGN.md with one line for each file pair.
set -eu
cd "$(dirname "$0")/../.."
bad=0
for dir in $(find common client daemon -name '*.c' -printf '%h\n' | sort -u); do
	doc=$dir/DESIGN.md
	if [ ! -f "$doc" ]; then
		echo "$doc is missing" >&2
		bad=1
		continue
	fi
	for stem in $(find "$dir" -maxdepth 1 -name '*.[ch]' -printf '%f\n' |
	    sed 's/\.[ch]$//' | sort -u); do
		if ! grep -q "^- .*\`$stem\`" "$doc"; then
			echo "$doc has no line for $stem" >&2
			bad=1
		fi
	done
done
exit $bad
