#!/bin/sh
# tugi beside PouchDB and git, one run: tests/bench/peers.sh build/dev
# PouchDB and its server come from npm's registry as the machine has it set up,
# into build/peers; what cannot be had is said and left out.
set -eu
cd "$(dirname "$0")/../.."
B=${1:?usage: tests/bench/peers.sh BUILD-FOLDER}
peers=build/peers
packages='pouchdb@9.0.0 express-pouchdb@4.2.0 express@4.21.2'

command -v node >/dev/null && command -v npm >/dev/null ||
    packaging/install-deps.sh --peers ||
    echo "node and npm cannot be had here" >&2
if ! [ -f "$peers/complete" ] && command -v npm >/dev/null; then
	echo "installing $packages into $peers"
	mkdir -p "$peers"
	# No scripts: what they would build is in the packages already.
	# shellcheck disable=SC2086
	npm install --prefix "$peers" --no-audit --no-fund --no-save \
	    --no-package-lock --ignore-scripts --loglevel=error $packages &&
	    touch "$peers/complete" || echo "PouchDB cannot be had here" >&2
fi
modules=
[ -f "$peers/complete" ] && modules=$peers/node_modules
PEERS=$modules exec tests/bench/run.sh "$B" peers
