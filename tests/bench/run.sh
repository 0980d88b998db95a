#!/bin/sh
# Run all benchmarks, or those named: tests/bench/run.sh B [save store ...].
# They work in B/bench-run, on the disk that the build folder is on. Sizes:
# see tests/bench/README.md.
set -eu
cd "$(dirname "$0")/../.."
B=${1:?usage: tests/bench/run.sh BUILD-FOLDER [NAME ...]}
shift
[ $# -gt 0 ] || set -- wire save vault store year sync growth pushes report hub ledger
dir=$(pwd)/$B/bench-run
case $B in /*) dir=$B/bench-run ;; esac
rm -rf "$dir"
mkdir -p "$dir"
chmod 700 "$dir"
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
# git: as on a machine where nobody has set anything.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=gc.auto GIT_CONFIG_VALUE_0=0
began=$(date +%s)
for name in "$@"; do
	case $name in
	hub) "$B/bench/bench_hub" "$B" ;;
	backup) "$B/bench/bench_backup" "${BENCH_BACKUP_ITEMS:-100000}" ;;
	peers) "$B/bench/bench_peers" "$B/tugid" "$dir" ${PEERS:+"$PEERS"} ;;
	*) "$B/bench/bench_$name" "$B/tugid" "$dir" ;;
	esac
done
echo
echo "All in $(($(date +%s) - began)) s."
