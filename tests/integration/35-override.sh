#!/usr/bin/env bash
# Goal: opening by law with the programs: a nurse whose consent is withdrawn
# reads on until the override ends, everybody who is to know is told, a second
# one waits for an officer, and what the hub keeps names nobody and no reason.
# usage: B=build/dev tests/integration/35-override.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

secret='insulin-at-noon'
new_hub hub
start_hub hub "$port"
people="$people office dpo"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
jq -r '.shares[0], .shares[2]' "$T/out" >"$T/shares"
must with_pass office --quiet unlock --for 30m
make_person worker 'Mari Mets'
make_person nurse 'Liis Kask'
# The data-protection officer needs a second hand: two shares.
must as office --json office card
must with_pass dpo --json join "$(jq -r .card "$T/out")"
must as office office approve "$(jq -r .code "$T/out")" 'Peep Puu' --dpo \
    --shares-fd 8 8<"$T/shares"
rm -f "$T/shares"
must with_pass dpo --quiet unlock --for 30m
for who in dpo office worker nurse; do must as "$who" sync; done

must as worker case new 'Anna Tamm' code=A-1
must as worker plan add A-1 'calm mornings'
must as worker consent grant A-1 --to 'Liis Kask' --sections plan \
    --by 'Mari Tamm' --role guardian
must as worker sync
must as nurse sync
is "the nurse reads the plan" 1 "$(json nurse length plan list)"

### Recorded
as worker override add A-1 'Liis Kask' --sections plan --basis hunch \
    --provision x --reason y
check "a basis that is none is refused" ends 64
check "and those there are named" says "child_protection"
as worker override add A-1 'Liis Kask' --sections plan --basis danger \
    --provision x
check "a reason is needed" ends 64
as worker override add A-1 'Liis Kask' --sections '' --basis danger \
    --provision x --reason y
check "so is each section by name" ends 64
as worker override add A-1 'Liis Kask' --sections plan --basis danger \
    --provision x --reason y --until 2099-01-01
check "and an end within seven days" ends 64
as nurse override add A-1 'Mari Mets' --sections plan --basis danger \
    --provision x --reason y
check "who keeps nothing records none" test "$rc" -ne 0
as worker --json override add A-1 'Liis Kask' --sections plan \
    --basis danger --provision 'Child Protection Act 33' \
    --reason "Needs $secret."
check "an override is recorded" ends 0
check "for seven days, without an officer" \
    test "$(jq -r .needs_officer "$T/out")" = false
id=$(jq -r .id "$T/out")
must as worker sync

### Withdrawn while it runs
as worker consent withdraw A-1 --from 'Liis Kask' --by 'Mari Tamm'
check "the withdrawal is taken" ends 0
check "and it says what stays open by law" says "Still open by law until"
must as worker sync
must as nurse sync
is "the nurse reads on" 1 "$(json nurse length plan list)"
plan=$(json worker '.[0].id' plan list)
as worker who "$plan"
check "who names the law" says "by law (Danger to life or health: Child Protection Act 33)"
as worker status
check "so does the status" says "1 override by law runs"
is "the list has it" running \
    "$(json worker '.[0].state' override list A-1)"
as worker override list A-1
check "with its reason" says "$secret"

### A second one
as worker --json override add A-1 'Liis Kask' --sections plan \
    --basis police --provision 'x' --reason "Again $secret."
check "a second one is recorded" ends 0
check "and waits for an officer" \
    test "$(jq -r .needs_officer "$T/out")" = true
second=$(jq -r .id "$T/out")
must as worker sync
must as office sync
as office status
check "the officer is asked" says "1 override waits for your signature"
as office office countersign
check "to whom and on what basis" says "Liis Kask"
check "without the child" not says "Anna"
check "without the reason" not says "$secret"
is "and until when" 1 "$(json office \
    '[.[] | select(.until != null and .basis == "police")] | length' \
    office countersign)"
as worker office countersign
check "nobody else signs" ends 77
as office office countersign ffffffffffff
check "what was not asked is not signed" ends 3
as office office countersign "$second"
check "the officer signs" ends 0
must as office sync
must as worker sync
must as worker sync
is "the second runs" running \
    "$(json worker ".[] | select(.id == \"$second\").state" \
    override list A-1)"
is "and names the officer" 'Tiina Saar' \
    "$(json worker ".[] | select(.id == \"$second\").officer" \
    override list A-1)"

### Ended
as worker override end "$id"
check "an end has a reason too" ends 64
for one in $id $second; do
	as worker override end "$one" --reason 'Out of danger.'
	check "ended before its time" ends 0
done
as worker override end "$id" --reason again
check "once" ends 4
as worker timeline A-1
check "the path of the child has it" says "ended · Out of danger."
must as worker sync
must as nurse sync
is "the nurse reads nothing" 0 "$(json nurse length plan list)"
as office office overrides
check "the counts are a data-protection officer's" ends 77

### The data-protection officer
must as dpo sync
is "who counts two" '2 0 1 1 1' "$(json dpo '.counts | "\(.total)" +
    " \(.running) \(.withdrawn) \(.by_basis.danger) \(.by_basis.police)"' \
    office overrides)"
is "reads why, by whom, for whom" "Needs $secret.|Mari Mets|Liis Kask|ended" \
    "$(json dpo '.overrides[0] | "\(.reason)|\(.by)|\(.person)|\(.state)"' \
    office overrides)"
is "and sees no case" 0 "$(json dpo length case list)"
as dpo office overrides --csv
check "as a spreadsheet's file" ends 0
is "a row each" 3 "$(wc -l <"$T/out")"
check "that names no child" not says "Anna"
as dpo office overrides --since 2099-01-01
check "since a day" says "0 in all"

### At the hub
stop_hub
check "the hub keeps no reason" not grep -rqF "$secret" "$T/hub"
check "no child" not grep -rqF "Anna" "$T/hub"
check "no basis" not grep -rqF "Child Protection Act" "$T/hub"
exit $((failed > 0))
