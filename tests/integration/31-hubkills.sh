#!/usr/bin/env bash
# Goal: a hub killed while workers push, and while it starts, knows everything
# that it acknowledged, by its number, and its database, log and ledger agree. A
# few of the kills of make hubkills, from a seed of this run's own.
. "$(dirname "$0")/lib.sh"
KILLS=$B/tools/hubkills
[ -x "$KILLS" ] || make -s B="$B" "$KILLS" || exit 1
SEED=${SEED:-$((1000000 + RANDOM * 32768 + RANDOM))}
echo "seed $SEED"
mkdir "$T/kills"
timeout 300 "$KILLS" "$TUGID" "$T/kills" "$SEED" "${RUNS:-4}" \
    >"$T/out" 2>"$T/err"
is "nothing that was acknowledged is lost" 0 $?
check "something was" eval '[ "$(cut -d" " -f3 "$T/out")" -gt 0 ]'
[ "$failed" -eq 0 ]
