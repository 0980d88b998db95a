#!/usr/bin/env bash
# The demo of the README, as a test: each of its claims is one check.
set -o pipefail
cd "$(dirname "$0")/../.."
tests/demo/demo.sh "$B" build/leak 2>&1 </dev/null |
    sed -E 's/^  \[holds\]/ok -/; s/^  \[FAILS\]/not ok -/'
