#!/usr/bin/env bash
# Goal: a store that was put back to an older state is read, says so and is not
# written; the newest one, put back in turn, is as it was; and from the older
# one a person can go on with a backup.
# usage: B=build/dev tests/integration/39-older.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

new_hub hub
start_hub hub "$port"
people="$people office"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
must with_pass office --quiet unlock --for 30m
make_person liis 'Liis Kask'
must as liis case new 'Anna Tamm' code=A-1
must as liis note add A-1 'the first visit'
check "an anchor stands beside the store" [ -s "$T/liis/store.tugi-anchor" ]
is "its owner alone may read it" 600 "$(stat -c %a "$T/liis/store.tugi-anchor")"
cp "$T/liis/store.tugi" "$T/older"
must as liis note add A-1 'the second visit'
cp "$T/liis/store.tugi" "$T/newest"

### Put back
cp "$T/older" "$T/liis/store.tugi"
as liis note list
check "it is read" ends 0
check "and says that something is missing" says "older than what was saved"
check "the first note is shown" grep -q 'first visit' "$T/out"
is "what is shown lies in locked memory" true \
    "$(json liis .locked store status)"
is "scripts are told as well" true "$(json liis .older store status)"
as liis note add A-1 'written on top of it'
check "a new note is refused" not [ "$rc" -eq 0 ]
check "with a sentence" says "read and not written"
as liis store code
check "so is a new way of opening it" not [ "$rc" -eq 0 ]
as liis sync
check "nothing is sent" not [ "$rc" -eq 0 ]
check "no byte of it has changed" cmp -s "$T/older" "$T/liis/store.tugi"

### The newest again
cp "$T/newest" "$T/liis/store.tugi"
as liis note list
check "the newest is not accused" not says "older than what was saved"
is "and has both notes" 2 "$(json liis length note list)"
must as liis note add A-1 'the third visit'

### Going on from the older one
cp "$T/older" "$T/liis/store.tugi"
must as liis store backup "$T/kept.tugi"
mv "$T/liis" "$T/away" && mkdir -m 700 "$T/liis"
PASS='passphrase of liis' with_pass liis store restore "$T/kept.tugi"
check "a backup of it is restored" ends 0
as liis lock
PASS='passphrase of liis' with_pass liis --json note list
check "and is a profile like any other" not says "older than what was saved"
stop_hub
[ "$failed" -eq 0 ]
