#!/usr/bin/env bash
# Goal: the hub's disk is gone. With a backup and the recovery code it comes
# back under a new log; it serves nobody until two officers say so; then every
# client sends again what the backup lacked, each colleague has each note once,
# and nothing that was shown as sent is missing anywhere.
. "$(dirname "$0")/lib.sh"
new_hub hub
code=$(jq -r .recovery_code "$T/hub.json")
start_hub hub "$port"
people="$people office olga"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
mapfile -t shares < <(jq -r '.shares[]' "$T/out")
must with_pass office --quiet unlock --for 30m
make_person mari 'Mari Mets'
make_person jaan 'Jaan Mets'
must as mari sync
must as mari case new 'Anna Tamm' code=A-1
must as mari note add A-1 'before the backup'
must as mari consent grant A-1 --to 'Jaan Mets' --sections card,notes \
    --right write --by 'Ene Tamm' --role guardian
must as mari sync
must as jaan sync
mkdir "$T/backups"
"$TUGID" backup "$T/hub" "$T/backups/night.tugid" >"$T/out" 2>"$T/err"
check "a backup while it runs" says "read back and whole"

### After it
must as mari note add A-1 'of mari, lost'
must as mari sync
must as jaan sync
must as jaan note add A-1 'of jaan, lost'
must as jaan sync
must as mari sync
must as mari note add A-1 'written and not yet sent'
make_person reet 'Reet Rebane'
items=$("$TUGID" status "$T/hub" --json | jq .items)
stop_hub KILL
rm -rf "$T/hub"

### A new machine
echo 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA' >"$T/wrong"
"$TUGID" restore "$T/backups/night.tugid" "$T/hub" --code-file "$T/wrong" \
    >"$T/out" 2>"$T/err"
check "another code opens nothing" test $? -eq 77
check "and leaves nothing" eval '[ -z "$(ls -A "$T/hub" 2>/dev/null)" ]'
echo "$code" | tr '[:upper:]' '[:lower:]' >"$T/code"
"$TUGID" restore "$T/backups/night.tugid" "$T/hub" <"$T/code" \
    >"$T/out" 2>"$T/err"
check "the recovery code, as somebody types it, does" test $? -eq 0
check "what comes next is said" says "tugi office succession"
check "and that the next backup is due" says "Make a new backup at once"
is "and nothing lies open" 600 "$(stat -c %a "$T"/hub/*.* | sort -u)"
"$TUGID" restore "$T/backups/night.tugid" "$T/hub" <"$T/code" \
    >"$T/out" 2>"$T/err"
check "a hub that is there is not written over" test $? -eq 4
start_hub hub "$port"
as mari sync
check "it serves nobody yet" ends 75
check "and says why" says "two officers"
is "nobody is alarmed" false "$(json mari .stopped status)"
is "its operator sees it" true "$("$TUGID" status "$T/hub" --json |
    jq .pending)"
is "the doctor knows" bad "$("$TUGID" doctor "$T/hub" --json |
    jq -r '.findings[] | select(.check == "state") | .state')"
as mari office succession order
check "a worker orders nothing" not ends 0
is "what the backup lacks is told" true "$(json office \
    '.restored and (.ordered | not) and .lacking > 0' office succession)"

### The office: here one officer and two of the shares
must as office office succession order
cp "$T/out" "$T/order"
as office office countersign "$T/order"
check "the same officer is no second one" ends 77
printf '%s\n%s\n' "${shares[0]}" "${shares[2]}" >"$T/shares"
timeout 120 "$TUGI" --profile "$T/office" --no-input office succession sign \
    "$T/order" --shares-fd 8 >"$T/signed" 2>"$T/err" 8<"$T/shares" </dev/null
check "two of the shares are" test $? -eq 0
as office office succession end "$T/signed"
check "the hub goes on" ends 0

### Everybody
as jaan sync
check "a client follows" ends 0
check "and says so" says "restored from a backup"
as mari sync
check "so does another" ends 0
for who in office jaan mari reet jaan mari office reet; do must as $who sync; done
printf '%s\n' 'before the backup' 'of jaan, lost' 'of mari, lost' \
    'written and not yet sent' >"$T/want"
for who in mari jaan; do
	texts $who >"$T/$who.texts"
	check "$who has each note, once" same "$T/want" "$T/$who.texts"
	is "$who has nothing waiting" '0 0' \
	    "$(json $who '"\(.unsent) \(.held)"' status)"
done
check "the hub has it all again" test "$("$TUGID" status "$T/hub" --json |
    jq .items)" -ge "$items"
make_person peep 'Peep Peet'
must as mari sync
must as mari consent grant A-1 --to 'Peep Peet' \
    --sections card,notes --by 'Ene Tamm' --role guardian
must as mari sync
must as peep sync
texts peep >"$T/peep.texts"
check "who joins now gets all of it" same "$T/want" "$T/peep.texts"
"$TUGID" backup "$T/hub" "$T/backups" >"$T/out" 2>"$T/err"
check "and the next backup is whole" says "read back and whole"
stop_hub

### Moved to another machine: nothing was accepted since
f=$(echo "$T"/backups/hub.test-*.tugid)
"$TUGID" restore "$f" "$T/moved" --keys "$T/hub" --nothing-since \
    >"$T/out" 2>"$T/err"
check "with the old folder's keys no code is needed" test $? -eq 0
start_hub moved "$port"
must as mari note add A-1 'on the new machine'
as mari sync
check "clients notice nothing" ends 0
stop_hub
### A backup that an older program wrote
f=$T/older.tugid
"$TUGID" backup "$T/hub" "$f" >"$T/out" 2>"$T/err"
sqlite3 "$f" 'DROP TABLE hub_key; DROP TABLE ledger_sig; DROP TABLE anchor;
    PRAGMA user_version = 3'
rm "$f.sha256"
sum=$(sha256sum <"$f")
"$TUGID" restore --verify-only "$f" >"$T/out" 2>"$T/err"
is "is read all the same" 0 $?
check "and found whole" says "is whole"
is "and left as it is" "$sum" "$(sha256sum <"$f")"
"$TUGID" restore "$f" "$T/newer" --keys "$T/hub" --nothing-since \
    >"$T/out" 2>"$T/err"
is "and comes back" 0 $?
"$TUGID" verify "$T/newer" --json >"$T/out" 2>"$T/err"
is "whole" "$("$TUGID" status "$T/hub" --json | jq .items)" \
    "$(jq .entries "$T/out")"
sqlite3 "$f" 'UPDATE item SET body = zeroblob(length(body)) WHERE seq =
    (SELECT max(seq) FROM item WHERE kind = 1)'
"$TUGID" restore --verify-only "$f" >"$T/out" 2>"$T/err"
check "what is wrong in it is found" test $? -ne 0
sqlite3 "$f" 'PRAGMA user_version = 99'
"$TUGID" restore --verify-only "$f" >"$T/out" 2>"$T/err"
is "one of a newer program is not guessed at" 4 $?
check "and it says so" says "newer version"
exit $((failed > 0))
