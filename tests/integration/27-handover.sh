#!/usr/bin/env bash
# Goal: with the programs as they are: a case is handed over and left; who has
# taken over narrows another's part; without the coordinator's device two
# officers with two shares find the card and open it to who takes over, and
# everybody is told. Refusals have the documented exit codes.
. "$(dirname "$0")/lib.sh"
new_hub hub
start_hub hub "$port"
people="$people office"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
mapfile -t shares < <(jq -r '.shares[]' "$T/out")
must with_pass office --quiet unlock --for 30m
make_person mari 'Mari Mets'
make_person kadri 'Kadri Kask'
make_person liis 'Liis Lepp'
must as mari sync
must as kadri sync

### From worker to worker
must as mari case new 'Anna Tamm' code=A-1
must as mari note add A-1 'talked at the door'
must as mari sync
as mari handover propose A-1 'Mari Mets'
check "nobody hands over to themself" ends 64
as mari handover propose A-1 Nobody
check "nor to nobody" ends 3
as mari handover propose A-1 'Kadri Kask' --reason 'I move to Tartu'
check "a handover is proposed" ends 0
as mari handover reduce A-1
check "who hands over stays until it is accepted" ends 4
must as mari sync
must as kadri sync
as kadri handover
check "the list says what waits" says "tugi handover accept"
is "as JSON" 'proposed Mari Mets true I move to Tartu' "$(json kadri \
    '.[0] | [.state, .by, .for_me, .reason] | join(" ")' handover list A-1)"
as kadri handover accept A-1
check "it is accepted" ends 0
must as kadri sync
must as mari sync
is "who accepted leads" 'Kadri Kask' \
    "$(json mari .card.fields.lead case show A-1)"
must as mari note add A-1 'the key is with the caretaker'
must as mari sync
must as kadri sync
as kadri case show A-1
check "what the former side writes is marked" says "during handover"
is "as JSON" 'the key is with the caretaker' "$(json kadri \
    '.[] | select(.during_handover) | .fields.text' note list A-1)"
as mari handover undo A-1
check "what was accepted is not undone by who proposed it" ends 3
as mari handover reduce A-1 --to nowhere
check "a part is nothing, read or write" ends 64
as mari handover reduce A-1
check "the coordinator leaves" ends 0
must as mari sync
as mari case show A-1
check "and has the case no more" ends 3
must as kadri sync
is "who is left" 'Kadri Kask,office recovery key' \
    "$(json kadri '[.viewers[].name] | join(",")' who A-1)"
as kadri handover reduce A-1
check "the last one cannot leave" ends 77

### By law
must as kadri handover propose A-1 'Liis Lepp'
must as kadri sync
must as liis sync
as liis takeover A-1 --provision 'child protection act, paragraph 27'
check "a takeover names its reason" ends 64
as liis takeover A-1 --provision 'child protection act, paragraph 27' \
    --reason 'child in need'
check "a takeover" ends 0
is "leads, coordinates, stage cp" 'Liis Lepp Liis Lepp cp' "$(json liis \
    '.card.fields | [.lead, .coordinator, .stage] | join(" ")' case show A-1)"
must as liis sync
must as kadri sync
as kadri handover reduce A-1 --person 'Liis Lepp'
check "only who took over has a say about others" ends 77
must as liis handover reduce A-1 --person 'Kadri Kask' --to write
must as liis sync
must as kadri sync
is "the other one writes" write "$(json kadri \
    '.viewers[] | select(.name == "Kadri Kask").right' who A-1)"
as kadri who A-1
check "and is told on what basis the case is kept" \
    says "child protection act, paragraph 27"

as kadri case show A-1
check "the course says who leads, by what law" \
    says "Liis Lepp took over by law"
check "and what is left to who coordinated" \
    says "Kadri Kask keeps a narrow part: reads and writes"
is "and why" 'Liis Lepp cp child protection act, paragraph 27' \
    "$(json kadri '.course[0].fields | [.coordinator, .stage,
    ."coordinator-why"] | join(" ")' case show A-1)"

### Without the coordinator's device
with_shares() { # who, words...: two shares by file descriptor
	local who=$1
	shift
	printf '%s\n%s\n' "${shares[0]}" "${shares[2]}" >"$T/two"
	timeout 120 "$TUGI" --profile "$T/$who" --no-input "$@" \
	    --shares-fd 8 >"$T/out" 2>"$T/err" </dev/null 8<"$T/two"
	rc=$?
	rm -f "$T/two"
}
people="$people olga"
must as office --json office card
must with_pass olga --json join "$(jq -r .card "$T/out")"
code=$(jq -r .code "$T/out")
must with_shares office office approve "$code" 'Olga Ots' --officer
must with_pass olga --quiet unlock --for 30m
must as olga sync
as office office sections 'Liis Lepp'
check "an order for the labels" ends 0
cp "$T/out" "$T/order"
with_shares office office recover "$T/order"
check "one officer alone opens nothing" ends 77
as office office countersign "$T/order"
check "nor twice" ends 77
must as olga office countersign "$T/order"
cp "$T/out" "$T/signed"
with_shares office --json office recover "$T/signed"
check "two find the sections" ends 0
is "which she keeps though she has begun none" 'card notes' \
    "$(jq -r '[.[].section] | sort | join(" ")' "$T/out")"
card=$(jq -r '.[] | select(.section == "card").space' "$T/out")
is "with the child's name" 'Anna Tamm' \
    "$(jq -r '.[] | select(.section == "card").label' "$T/out")"
check "and no text" not says "talked at the door"
as office office order "$card" --for 'Tiina Saar'
check "an officer does not order it for themself" ends 77
must as office office order "$card" --for 'Mari Mets'
cp "$T/out" "$T/order"
must as olga office countersign "$T/order"
cp "$T/out" "$T/signed"
with_shares office office recover "$T/signed"
check "the card is opened" ends 0
check "and not printed" not says "Anna Tamm"
as mari sync
check "who takes over hears of it" says "you lead it"
is "leads" 'Mari Mets cp' "$(json mari \
    '.card.fields | [.lead, .stage] | join(" ")' case show A-1)"
must as mari takeover A-1 --provision 'child protection act, paragraph 27' \
    --reason 'nobody could be reached'
must as mari sync
is "and has the card alone" '' "$(texts mari | grep door)"
as liis sync
check "the former coordinator hears who" says "Tiina Saar and Olga Ots"
check "what and for whom" \
    says "opened the card of Anna Tamm to Mari Mets, who takes it over"
check "and why" says "nobody could be reached"
is "as JSON" 'labels takeover' \
    "$(json liis '[.orders[].order] | join(" ")' status)"
check "and keeps the notes" test -n "$(texts liis | grep door)"
as kadri sync
check "so do all who read it" says "to Mari Mets, who takes it over"
exit $((failed > 0))
