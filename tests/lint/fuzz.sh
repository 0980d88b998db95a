#!/bin/sh
# Each decoder is in the list of tests/fuzz/README.md, and each target that the
# list names is there, has inputs, and is in the table above it.
set -eu
cd "$(dirname "$0")/../.."
list=tests/fuzz/README.md
bad=0
for name in $(grep -rhoE '^int [a-z0-9_]+_decode\(' --include='*.h' common \
    client daemon | sed 's/^int //; s/($//' | sort -u); do
	grep -qE "(^|[ ,|])$name([ ,;|]|\$)" "$list" || {
		echo "$list: no target for $name"
		bad=1
	}
done
for name in $(awk -F'|' '/^\| [a-z]*.*\|.*\| `/ { print $4 }' "$list" |
    grep -o '`[a-z_]*`' | tr -d '`' | sort -u); do
	[ -f "tests/fuzz/fuzz_$name.c" ] || {
		echo "$list: no target $name"
		bad=1
	}
done
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	[ "$(grep -c "\`$name\`" "$list")" -ge 1 ] ||
	    case $name in proto_*) ;; *)
		echo "$list: says nothing of $name"
		bad=1 ;;
	    esac
	[ -n "$(ls "tests/fuzz/corpus/$name" 2>/dev/null)" ] || {
		echo "tests/fuzz/corpus/$name: no inputs"
		bad=1
	}
done
exit $bad
