#!/usr/bin/env bash
# Goal: the signed heads of a hub are what others mean by these words: the Go
# project's code for signed notes and RFC 6962 trees, which knows nothing of
# tugi, accepts every checkpoint of the ledger, finds the entries to make each
# root and each head to continue the one before; and refuses what was changed.
# Where Go is not installed (Debian: golang-go, golang-golang-x-mod-dev; 450 MB)
# it is left out, and says so.
. "$(dirname "$0")/lib.sh"
export GOPATH=/usr/share/gocode GO111MODULE=off GOCACHE=$T/go GOFLAGS=
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
R=$T/hub/ledger.git
if ! command -v go >"$T/out" || ! [ -d "$GOPATH/src/golang.org/x/mod/sumdb" ]
then
	echo "skipped - no Go with golang.org/x/mod here: signed heads were" \
	    "checked by tugi alone"
	exit 0
fi
check "the checker builds" go build -o "$T/sumdb" tests/tools/sumdb.go

new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Mets'
must as mari case new 'Anna Tamm' code=A-1
for i in 1 2 3; do
	must as mari note add A-1 "note $i"
	must as mari sync
done
sql() { sqlite3 -readonly "$T/hub/hub.db" "$1"; }
in_step() {
	[ "$(git -C "$R" rev-list --count HEAD 2>/dev/null)" = \
	    "$(sql 'SELECT count(*) FROM checkpoint')" ]
}
check "the ledger is in step" until_true 5 in_step

i=0
mkdir "$T/heads"
for c in $(git -C "$R" rev-list --reverse HEAD); do
	git -C "$R" show "$c:checkpoint" >"$T/heads/note-$i"
	i=$((i + 1))
done
git -C "$R" archive HEAD log | tar -xO >"$T/heads/leaves"
name=$(head -n 1 "$T/heads/note-0" | cut -d/ -f1)
key=$("$TUGID" verify "$T/hub" --signers | sed 's/.*ssh-ed25519 //' |
    base64 -d | tail -c 32 | base64)
sumdb() { "$T/sumdb" "$T/heads" "$name" "$key" >"$T/out" 2>"$T/err"; rc=$?; }

sumdb
check "all heads and their tree are good to it" ends 0
is "as many, and as large, as the hub's" \
    "$i $(sql 'SELECT count(*) FROM item')" "$(cat "$T/out")"

cp -r "$T/heads" "$T/good"
last=$T/heads/note-$((i - 1))
again() { rm -rf "$T/heads" && cp -r "$T/good" "$T/heads"; }
sed -i '2s/$/0/' "$last"
sumdb
check "a head with another size is not the hub's" ends 1
check "and that is why" says "note-$((i - 1)): "
again
sed -i '4{s/^f/0/;t;s/^./f/}' "$T/heads/leaves"
sumdb
check "another entry does not make the root" ends 1
check "and that is why" says "do not make its root"
again
key=$(head -c 32 /dev/urandom | base64)
sumdb
check "under another key nothing is signed" ends 1
exit $((failed > 0))
