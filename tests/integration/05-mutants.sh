#!/usr/bin/env bash
# Every mutant of tests/mutants still finds the text it changes; that tests
# notice them is asked by make mutants.
set -u
cd "$(dirname "$0")/../.."
if words=$(awk -f tests/mutants/read.awk -v mode=check -v root=. \
    tests/mutants/*.mut 2>&1); then
	echo "ok - $words"
else
	echo "not ok - mutants that do not apply"
	echo "$words"
	exit 1
fi
