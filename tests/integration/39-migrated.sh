#!/usr/bin/env bash
# Goal: a store that an earlier program made (tests/data/store-0002.tugi, the
# second of the schemas in schema/client) is opened, read, searched and written
# by this one, what waited there is still to be sent, and it is whole.
# usage: B=build/dev tests/integration/39-migrated.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

people=liis
mkdir -m 700 "$T/liis"
cp tests/data/store-0002.tugi "$T/liis/store.tugi"
with_pass liis --quiet unlock --for 30m
check "an earlier program's store opens" ends 0
is "with the notes in it" "Helistas klassijuhataja.
Not sent yet, of the old program.
Räägiti kiusamisest klassis." "$(texts liis)"
is "a code that was written then" Vaatlus "$(json liis '.[] |
    select(.fields.category == "observation").words.category' \
    --lang et note list)"
is "what waited still waits" 1 "$(json liis .unsent status)"
as liis search iusamis
check "a part of a word is found in an old note" says "k[iusamis]est"
as liis search kiusamine
check "and another form of a word" says "Räägiti"
is "the timeline is whole" 'case consent note note note plan' \
    "$(json liis '[.[].type] | sort | join(" ")' timeline A-1)"
is "the consent is the one that was given" 'Jaan Mets card, plan' \
    "$(json liis '.[] | "\(.audience) \(.sections)"' consent list A-1)"
as liis who A-1 --section plan
check "and is a reason for what is open" says "Jaan Mets"

### Written by this program, with tables that came later
as liis note add A-1 'Uue programmiga.'
check "a note is added" ends 0
must as liis attachment add A-1 Makefile
is "a file is kept with the case" 1 "$(json liis length attachment list)"
as liis consent grant A-1 --to 'Jaan Mets' --sections notes --from-now \
    --by 'Mari Tamm' --role guardian --until 2099-06-30
check "a consent from now on" ends 0
goal=$(json liis '.[0].id' plan list)
must as liis plan set "$goal" outcome='Üks sõber'
is "old and new fields of a goal" 'Rühmatöö Üks sõber' "$(json liis \
    '.fields | "\(.measures) \(.outcome)"' plan show "$goal")"
with_pass liis store verify --full
check "the store is whole" ends 0
as liis lock
with_pass liis --json note list
is "and opens again" 4 "$(jq length "$T/out")"
exit $((failed > 0))
