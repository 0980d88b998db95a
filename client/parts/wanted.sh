#!/bin/sh
# What the parts need of the program: a list for the linker of what it takes
# from the libraries for them (wanted), and of what it shows them (exported).
# usage: wanted.sh FOLDER LIBRARY LIBRARY OBJECT...
set -eu
dir=$1
core=$2
common=$3
shift 3
nm --defined-only "$core" "$common" | awk 'NF == 3 && $2 ~ /[TDBR]/ { print $3 }' |
    sort -u >"$dir/there"
nm --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u >"$dir/own"
nm --undefined-only "$@" | awk 'NF == 2 { print $2 }' | sort -u |
    comm -12 - "$dir/there" | comm -23 - "$dir/own" >"$dir/needed"
{ echo "{"; sed 's/$/;/' "$dir/needed"; echo "};"; } >"$dir/exported"
sed 's/^/-Wl,-u,/' "$dir/needed" >"$dir/wanted.new"
mv "$dir/wanted.new" "$dir/wanted"
