#!/usr/bin/env bash
# Goal: schema/store.md is the format. A second reader, written from it in
# another language, opens what the programs write, by each way of opening,
# with a log that a kill left behind, and from a backup; about stores that
# were changed it agrees with the program, always. So it is also the way out
# when there is no program any more.
# usage: B=build/dev tests/integration/39-decoder.sh   SEED=N COUNT=N
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
COUNT=${COUNT:-280}
UNSEAL=$PWD/tests/decoder/unseal.py
[ -x "$B/tools/storebox" ] || make -s B="$B" "$B/tools/storebox" || exit 1
export PYTHONDONTWRITEBYTECODE=1

unseal() { # way, secret, words...
	local way=$1 secret=$2
	shift 2
	printf '%b' "$secret" >"$T/secret"
	"$UNSEAL" "--$way-fd" 9 "$@" >"$T/out" 2>"$T/err" 9<"$T/secret"
	rc=$?
	rm -f "$T/secret"
}
found() { jq -r "$1" "$T/out"; }

### What a person has
new_hub hub
start_hub hub "$port"
people="$people office"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
jq -r '.shares[1], .shares[2]' "$T/out" >"$T/shares"
must with_pass office --quiet unlock --for 30m
make_person liis 'Liis Kask'
must as liis case new 'Anna Tamm' code=A-1 school=Lasila
must as liis note add A-1 'the marimba player called, and was sad'
must as liis sync
printf '%s\n' 'passphrase of liis' >"$T/lines"
"$TUGI" --profile "$T/liis" --no-input --quiet --passphrase-fd 9 store code \
    >"$T/code" 2>"$T/err" 9<"$T/lines"
must as liis store backup "$T/stick.tugi"
stop_hub
must as liis lock

### Each way of opening
unseal passphrase 'passphrase of liis\n' "$T/liis/store.tugi" \
    --out "$T/plain.db"
check "the passphrase opens it" ends 0
is "SQLite finds it whole" ok "$(found '.integrity[0]')"
is "each way has its slot" '1 2 3' "$(found '.slots | sort | join(" ")')"
is "both copies of the key block are alike" true "$(found .copies_alike)"
check "the note is in the plain file" grep -qa 'marimba player' "$T/plain.db"
check "and not in the sealed one" not grep -qa marimba "$T/liis/store.tugi"
is "the plain file is its owner's" 600 "$(stat -c %a "$T/plain.db")"
rows=$(sqlite3 "$T/plain.db" "SELECT group_concat(n) FROM (SELECT count(*) AS
    n FROM version UNION ALL SELECT count(*) FROM record UNION ALL
    SELECT count(*) FROM item UNION ALL SELECT count(*) FROM epoch)")
unseal code "$(cat "$T/code")\n" "$T/liis/store.tugi"
check "the recovery code opens it" ends 0
unseal shares "$(cat "$T/shares")\n" "$T/liis/store.tugi"
check "two of the office's shares open it" ends 0
unseal passphrase 'passphrase of liis\n' "$T/liis/store.tugi" --records
check "and it tells each record" ends 0
is "with its words" 1 "$(grep -c 'marimba player called, and was sad' \
    "$T/out")"
unseal passphrase 'passphrase of liis\n' "$T/stick.tugi" \
    --out "$T/backup.db"
check "a backup is a store" ends 0
is "with the same rows" "$rows" "$(sqlite3 "$T/backup.db" "SELECT
    group_concat(n) FROM (SELECT count(*) AS n FROM version UNION ALL
    SELECT count(*) FROM record UNION ALL SELECT count(*) FROM item
    UNION ALL SELECT count(*) FROM epoch)")"
rm -f "$T"/*.db

### What does not open
unseal passphrase 'passphrase of mari\n' "$T/liis/store.tugi"
check "another passphrase does not" ends 77
unseal code 'AAAAAA-AAAAAA-AAAAAA-AAAAAA-AAAAAA\n' "$T/liis/store.tugi"
check "nor another code" ends 77
head -n 1 "$T/shares" >"$T/same"
unseal shares "$(cat "$T/same" "$T/same")\n" "$T/liis/store.tugi"
check "nor one share twice" ends 77
unseal passphrase 'passphrase of liis\n' "$TUGI"
check "what is no store is said to be none" ends 65

### A log that a kill left behind
# The import says how many notes it saved into a pipe that is full already, so
# it waits there, after its commit and before the store is closed: that is the
# moment of the kill, on a quick machine as on a slow one.
must with_pass liis --quiet unlock --for 30m
{ echo "$head_row"; rows 1000 1400 A-1; } >"$T/many.csv"
mkfifo "$T/full"
exec 8<>"$T/full"
dd if=/dev/zero of="$T/full" bs=4096 oflag=nonblock 2>/dev/null
stdbuf -o0 "$TUGI" --profile "$T/liis" --no-input import notes "$T/many.csv" \
    >&8 2>"$T/err" </dev/null &
child=$!
waits() { # it sleeps, and did nothing for a quarter of a second
	local before
	before=$(cut -d ' ' -f 14,15 "/proc/$child/stat") || return 1
	nap 250
	[ -s "$T/liis/store.tugi-wal" ] &&
	    [ "$before" = "$(cut -d ' ' -f 14,15 "/proc/$child/stat")" ] &&
	    grep -q '^State:.S' "/proc/$child/status"
}
check "the import waits to be heard" until_true 60 waits
kill -KILL $child
reap $child 2>/dev/null
exec 8>&-
unseal passphrase 'passphrase of liis\n' "$T/liis/store.tugi" \
    --out "$T/plain.db"
check "a kill leaves a log" test -s "$T/liis/store.tugi-wal"
check "the second reader takes it in" ends 0
check "and finds commits in it" [ "$(found .log_frames)" -gt 0 ]
is "whole" ok "$(found '.integrity[0]')"
# What the program shows afterwards is the same. Type 4 is a note.
notes=$(sqlite3 "$T/plain.db" "SELECT count(*) FROM record WHERE type = 4")
is "both count the same notes" "$(json liis length note list --limit 9999)" \
    "$notes"
rm -f "$T/plain.db"
as liis lock

### Changed stores, seed $SEED
echo "seed $SEED"
mkdir "$T/agree"
/usr/bin/python3 tests/decoder/agree.py "$B/tools/storebox" "$T/agree" \
    "$SEED" "$COUNT" >"$T/out" 2>"$T/err"
rc=$?
cat "$T/out"
check "both readers agree about $COUNT changed stores" ends 0
check "some of which are refused" grep -q 'altered' "$T/out"
check "and some read" grep -q 'read' "$T/out"
[ "$failed" -eq 0 ]
