#!/usr/bin/env bash
# Goal: with the programs as they are: the hub is started on a backup by
# mistake, every device that met it stops sending, and the right database alone
# does not end that. Two officers look, sign for the log that goes on, and all
# send again; one officer alone ends nothing.
. "$(dirname "$0")/lib.sh"
new_hub hub
start_hub hub "$port"
people="$people office olga"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
mapfile -t shares < <(jq -r '.shares[]' "$T/out")
must with_pass office --quiet unlock --for 30m
make_person mari 'Mari Mets'
must as office --json office card
must with_pass olga --json join "$(jq -r .card "$T/out")"
code=$(jq -r .code "$T/out")
printf '%s\n%s\n' "${shares[0]}" "${shares[1]}" >"$T/shares"
timeout 120 "$TUGI" --profile "$T/office" --no-input office approve "$code" \
    'Olga Ots' --officer --shares-fd 8 >"$T/out" 2>"$T/err" \
    8<"$T/shares" </dev/null
rc=$?
check "a second officer comes in" ends 0
rm -f "$T/shares"
must with_pass olga --quiet unlock --for 30m
must as olga sync
must as mari case new 'Anna Tamm' code=A-1
must as mari sync

as mari office alarm
check "nothing was found yet" says "Nothing was found"
stop_hub
cp -a "$T/hub" "$T/backup"
start_hub hub "$port"
must as mari note add A-1 'after the backup'
must as mari sync
must as office sync
must as olga sync

### The backup, by mistake
stop_hub
start_hub backup "$port"
as mari sync
check "gone entries stop a device" ends 76
check "in plain words" says "contradicts what it signed"
as office sync
check "an officer's too" ends 76
stop_hub
start_hub hub "$port"
must as mari note add A-1 'written meanwhile'
as mari sync
check "the right database alone does not end it" ends 76
as mari office alarm
check "what was found is shown" says "entries are gone"
check "with what to do" says "two officers"
is "and as JSON" true "$(json mari '.stopped and (.found | length == 1) and
    .found[0].entries_shown < .found[0].entries_here' office alarm)"

### Two officers
as mari office alarm order
check "a worker orders nothing" ends 77
must as office office alarm order
cp "$T/out" "$T/order"
as office office alarm end "$T/order"
check "one signature ends nothing" not ends 0
as office office countersign "$T/order"
check "nor the same officer's second" ends 77
head="$(json office '"\(.entries) entries, root \(.root[:16])"' office alarm)"
must as olga office countersign "$T/order"
check "who signs second is told what to compare" says "$head"
cp "$T/out" "$T/signed"
as office office alarm end "$T/signed"
check "two end it" ends 0
is "on that device" false "$(json office .stopped status)"
as mari sync
check "and on each whose log it is, at its next sync" ends 0
check "which is said" says "Two officers have ended the alarm"
is "what waited is sent" 0 "$(json mari .unsent status)"
is "and what was found is kept" 1 "$(json mari '.found | length' office alarm)"
stop_hub
exit $((failed > 0))
