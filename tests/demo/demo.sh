#!/usr/bin/env bash
# The main job, end to end, told as a story. Every claim is checked; the demo
# fails at the first that does not hold. Real processes, real TLS on the
# loopback, a temporary directory that is removed at the end.
#
# usage: demo.sh BUILD LEAK-BUILD      KEEP=1 keeps the directory
set -euo pipefail
cd "$(dirname "$0")/../.."
B=$(readlink -f "$1")
LEAK=$(readlink -f "$2")
NOTES=$PWD/tests/data/notes-year.csv
T=$(mktemp -d "${TMPDIR:-/tmp}/tugi-demo-XXXXXX")
chmod 700 "$T"
export LC_ALL=C.UTF-8
unset LANGUAGE
claims=0
pids=

tidy() {
	set +e
	for who in officer mari jaan liis w2 w3 jaan2; do
		[ -d "$T/$who" ] &&
		    "$B/tugi" --profile "$T/$who" --quiet lock 2>/dev/null
	done
	for p in $pids; do kill "$p" 2>/dev/null; done

	if [ "${KEEP:-}" ]; then echo "kept: $T"; else rm -rf "$T"; fi
}
trap tidy EXIT

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
	bold='' plain=''
fi
chapter() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*" | fold -s -w 76 | sed 's/^/  /'; }
show() { sed 's/^/    | /'; }
claim() { # words, then a command that must succeed
	local words=$1
	shift
	if "$@" >"$T/claim.out" 2>&1; then
		claims=$((claims + 1))
		printf '  [holds] %s\n' "$words"
	else
		printf '  [FAILS] %s\n' "$words"
		sed 's/^/    ! /' "$T/claim.out"
		echo "The demo failed: $*" >&2
		exit 1
	fi
}
is() { [ "$1" = "$2" ] || { echo "got: $1"; echo "wanted: $2"; return 1; }; }
not() { ! "$@"; }

# Each person has a folder, a passphrase and the tugi they use.
as() {
	local who=$1
	shift
	"${TUGI:-$B/tugi}" --profile "$T/$who" --no-input "$@"
}
syncs() { # who...
	for who in "$@"; do quietly "$who" sync; done
}
quietly() { # who command...: its result is not part of the story
	as "$@" >/dev/null 2>"$T/quiet.err" ||
	    { cat "$T/quiet.err"; return 1; }
}
with_pass() { # who command...: the passphrase comes by file descriptor
	local who=$1
	shift
	"${TUGI:-$B/tugi}" --profile "$T/$who" --passphrase-fd 9 "$@" \
	    9<"$T/$who.pass"
}
passphrase() {
	printf '%s\n' "$2" >"$T/$1.pass"
}
finds() { # needle...: it found something; that it could not look is no find
	local rc=0
	"$@" || rc=$?
	[ "$rc" -eq 1 ]
}
free_port() { # below the ports the system hands out by itself
	local p
	while :; do
		p=$((20000 + RANDOM % 12000))
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || break
	done
	echo $p
}
wait_port() {
	local i
	for i in $(seq 200); do
		(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
		sleep 0.05
	done
	echo "nothing listens on port $1" >&2
	return 1
}

# A hub in $T/$1, and in front of it a TLS proxy that writes down all that
# passes below TLS: what the hub was sent and what it answered.
start_hub() {
	"$B/tugid" serve "$T/$1" 2>>"$T/$1.log" &
	hub_pid=$!
	pids="$pids $hub_pid"
	wait_port "$inner"
}
begin_hub() { # name
	inner=$(free_port)
	outer=$(free_port)
	"$B/tugid" init "$T/$1" --listen "127.0.0.1:$inner" \
	    --name demo.tugi --json >"$T/$1.json"
	url=https://127.0.0.1:$outer
	pin=$(jq -r .pin "$T/$1.json")
	code=$(jq -r .claim_code "$T/$1.json")
	mkdir -p "$T/$1.wire"
	start_hub "$1"
	socat -r "$T/$1.wire/sent" -R "$T/$1.wire/answered" \
	    "OPENSSL-LISTEN:$outer,bind=127.0.0.1,reuseaddr,fork,cert=$T/$1/tls.crt,key=$T/$1/tls.key,verify=0" \
	    "OPENSSL:127.0.0.1:$inner,verify=0" 2>>"$T/$1.proxy.log" &
	pids="$pids $!"
	wait_port "$outer"
}
join_hub() { # officer, who, full name, title
	local card short
	card=$(as "$1" --json office card | jq -r .card)
	short=$(with_pass "$2" --quiet --json join "$card" --for 30m |
	    jq -r .code)
	claim "the officer sees the request under the code $3 reads out: $short" \
	    sh -c "'${TUGI:-$B/tugi}' --profile '$T/$1' --no-input --json office requests |
	    jq -e '.[] | select(.code == \"$short\" and .known_card)'"
	quietly "$1" office approve "$short" "$3" --title "$4"
	quietly "$2" sync
}
json() { # who, jq program, command...
	local who=$1 program=$2
	shift 2
	as "$who" --json "$@" | jq -r "$program"
}

chapter "Day 1. The office sets up its hub"
begin_hub hub
passphrase officer 'kolm kuuske mäe peal'
passphrase mari 'roheline buss sõidab'
passphrase jaan 'vana koolimaja 1926'
passphrase liis 'valge kittel nagis'
with_pass officer --quiet --json office init "$url" --pin "$pin" --claim "$code" \
    --name 'Tiina Saar' --title 'officer' --for 30m >"$T/sheet.json"
claim "three recovery shares were printed, one for each of three officers" \
    is "$(jq '.shares | length' "$T/sheet.json")" 3
claim "the hub's one-time code does not work twice" \
    not with_pass jaan --quiet office init "$url" --pin "$pin" \
    --claim "$code" --name 'Somebody Else'
rm -rf "$T/jaan"

chapter "Day 2. Mari and Jaan, school social workers, and Liis, the nurse, join"
join_hub officer mari 'Mari Lepp' 'school social worker'
join_hub officer jaan 'Jaan Oja' 'school social worker'
join_hub officer liis 'Liis Kask' 'school nurse'
for who in officer mari jaan; do quietly $who sync; done
claim "Mari's laptop knows all four by name" \
    is "$(json mari 'map(.name) | sort | join(", ")' people)" \
    'Jaan Oja, Liis Kask, Mari Lepp, Tiina Saar'

say "Two more work elsewhere in the municipality. Their year is invented: cases, notes, meetings, every kind of record there is, in their languages."
for who in w2 w3; do
	name=$("$B/tools/year" workers 7 size=S | sed -n "$((${who#w} + 1))p")
	passphrase $who "salasõna $name"
	join_hub officer $who "$name" 'child protection worker'
	"$B/tools/year" "$T/$who" 7 size=S "worker=${who#w}" share=20 notes=8 \
	    alone >"$T/$who.made"
	say "$name: $(jq -r '"\(.records) records over \(.cases) cases"' "$T/$who.made")."
	quietly $who sync
	json $who '.[].fields.text' note list >"$T/$who.notes"
done
claim "what they wrote is theirs alone: Mari has no case yet" \
    is "$(json mari length case list)" 0

chapter "Before the days: what Mari has on paper goes in, and is hers"
rows=$(json mari .notes import notes "$NOTES" --dry-run)
quietly mari import notes "$NOTES"
say "$rows notes over $(json mari length case list) cases, in five languages."
claim "a second import takes nothing twice" \
    is "$(json mari .notes import notes "$NOTES")" 0
claim "search finds Estonian words by their beginning, accents or not" \
    test "$(json mari length search koosolek)" -gt 0
case_code=$(json mari '.[0].code' case list)
child=$(json mari '.[0].name' case list)
other_code=$(json mari '.[1].code' case list)
third_code=$(json mari '.[2].code' case list)
say "The goals of an old program, in a file with its own words and days:"
printf 'Juhtum;Eesmark;Tahtaeg\n%s;Hommikul rahulik algus;1.3.2027\n%s;Kaks sopra klassis;31.2.2027\n' \
    "$other_code" "$other_code" >"$T/goals.csv"
printf '%s\n' 'kind = plan' 'separator = ;' 'encoding = windows-1257' \
    'date = DD.MM.YYYY' 'place = Juhtum' 'field goal = Eesmark' \
    'field due = Tahtaeg' >"$T/goals.map"
as mari import records "$T/goals.csv" --map "$T/goals.map" --dry-run 2>/dev/null | show || true
claim "a day that does not exist is named with its line, and nothing is taken in" \
    is "$(json mari length plan list)" 0
sed -i 's/31.2.2027/31.3.2027/' "$T/goals.csv"
quietly mari import records "$T/goals.csv" --map "$T/goals.map"
claim "put right, both goals are in" is "$(json mari length plan list)" 2

chapter "Day 3. Monday at a school without a network"
quietly mari site new Lasila school=Lasila
quietly mari person add "$case_code" kind=guardian name='Kadri Tuul' authority=joint
quietly mari presence add Lasila from=08:00 until=13:00 \
    weekday="$(date +%a | tr '[:upper:]' '[:lower:]')"
project=$(json mari .id activity add Lasila kind=grp_class class=4a minutes=45 \
    girls-10-12=9 boys-10-12=8 topics=Sõbralikkus)
claim "a class project is counted by heads, and names nobody" \
    is "$(json mari .fields.heads activity show "$project")" 17
claim "a consultation stays without a child: one cannot be linked" \
    not as mari activity add Lasila kind=stf_consult case="$case_code"
quick=$(json mari .id note quick 'Poiss punase kotiga ootab ukse taga.' \
    --site Lasila)
quietly mari note file "$quick" "$other_code"
claim "a quick note waited without a case, and is in one now" \
    is "$(json mari length inbox)" 0
quietly mari note add "$case_code" 'Helistasin emale, räägime reedel uuesti.'
quietly mari plan add "$other_code" 'Koduteed koos vennaga' due="$(date +%F)"
printf 'Joonistus majast, millel ei ole uksi.\n%02000d\n' 7 >"$T/drawing"
drawing=$(json mari .id attachment add "$case_code" "$T/drawing" \
    words='Joonistus kolmapäeval')
say "A teacher has seen bruises. Whoever is told of such a thing has a duty."
signal=$(json mari .id signal add "$other_code" 'Lastekaitse' \
    'Õpetaja nägi sinikaid.' --urgency same_day --provision 'Lastekaitseseadus 27')
as mari today | head -n 14 | show
claim "today at Lasila names the hours and nothing of elsewhere" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input today --site lasila | grep -q '08:00-13:00'"
claim "today names the notification that has to go out" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input --json today | jq -e '.due[] | select(.kind == \"signal\")'"
run=$(json mari .id assess start "$other_code" risk-primary)
claim "an answer that the instrument does not have is refused" \
    not as mari assess answer "$run" absent=7
quietly mari assess answer "$run" absent=1 mood=2
quietly mari assess judge "$run" raised --reason 'Kaks märki korraga.'
as mari assess trend "$other_code" | head -n 4 | show
claim "her judgement stands beside the score, with its reason" \
    is "$(json mari .level assess show "$run")" raised
claim "today names the goal that is due, without a network" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input today | grep -q Koduteed"
say "Her laptop is switched off in the middle of her writing, ten times over."
told=0
before=$(json mari length note list)
for i in 1 2 3 4 5 6 7 8 9 10; do
	( as mari note add "$case_code" "Märge enne voolukatkestust $i." >"$T/told" 2>/dev/null ) &
	writer=$!
	sleep "0.0$((i * 7 % 90 + 10))"
	pkill -9 -P "$writer" 2>/dev/null || true
	wait "$writer" 2>/dev/null || true
	if [ -s "$T/told" ]; then told=$((told + 1)); fi
done
after=$(json mari length note list)
claim "each note that was shown as saved is there ($told of ten were)" \
    test $((after - before)) -ge "$told"

chapter "Day 4. Evening, a bad line"
as mari status | show
claim "the day's work waits" test "$(json mari .unsent status)" -gt 0
kill -9 "$hub_pid"
wait "$hub_pid" 2>/dev/null || true
claim "the hub is gone: sync says so, and that the work is safe (exit 75)" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input sync; test \$? -eq 75"
start_hub hub
say "The hub is back. The line breaks after each 20 to 60 thousand bytes."
bad=$(free_port)
cuts=0
for i in $(seq 20); do
	"$B/tools/cutproxy" "$bad" "$inner" up $((20001 + i * 2222)) 2>/dev/null &
	cut=$!
	wait_port "$bad"
	quietly mari hub "https://127.0.0.1:$bad"
	if ! as mari sync >/dev/null 2>&1; then cuts=$((cuts + 1)); fi
	kill "$cut" 2>/dev/null
	wait "$cut" 2>/dev/null || true
	bad=$((bad + 1))
	[ "$(json mari .unsent status)" -gt 0 ] || break
done
quietly mari hub "$url"
as mari sync 2>/dev/null | show
claim "cut off $cuts times, it went on where it was: everything is sent" \
    is "$(json mari .unsent status)" 0
claim "and nothing twice" is "$(json mari .sent_changes sync)" 0
say "At Lasila there is no line at all for two weeks. Jaan drives by and takes a stick along."
quietly mari note add "$case_code" 'Pulgal viidud märge.'
quietly mari bundle out "$T/stick.out"
claim "what is on the stick says nothing to who finds it" \
    not grep -qa 'Pulgal' "$T/stick.out"
quietly jaan bundle carry "$T/stick.out" "$T/stick.in"
quietly mari bundle in "$T/stick.in"
claim "with the answer on it everything is sent, and proven" \
    is "$(json mari .unsent status)" 0

chapter "Day 5. Two people, one case, no network"
say "The guardian allows Jaan, Mari's substitute, the card and the plan of case $case_code."
quietly mari consent grant "$case_code" --to 'Jaan Oja' \
    --sections card,plan --right write --by 'the mother' --role guardian
quietly mari case set "$case_code" stage=1
quietly mari sync
quietly jaan sync
claim "Jaan sees this one case of the $(json mari length case list)" \
    is "$(json jaan length case list)" 1
claim "and none of its notes" is "$(json jaan length note list)" 0
say "Offline, Mari sets the stage to 2. Jaan sets it to cp, and a theme."
quietly mari case set "$case_code" stage=2
quietly jaan case set "$case_code" stage=cp theme=attendance
quietly jaan sync
quietly mari sync
quietly jaan sync
field() { json "$1" ".card.fields.$2" case show "$case_code"; }
claim "both now read the same stage" is "$(field mari stage)" "$(field jaan stage)"
claim "the other field came through without ado" is "$(field mari theme)" attendance
claim "both are told of one conflict" \
    is "$(json mari length conflicts list)+$(json jaan length conflicts list)" 1+1
as mari conflicts show "$(json mari '.[0].record' conflicts list)" | show
lost=$(json mari '.[0].texts[] | select(.shown | not) | .number' conflicts list)
quietly mari conflicts take "$(json mari '.[0].record' conflicts list)" stage "$lost"
quietly mari sync
quietly jaan sync
claim "Mari takes the other text with one command; nobody has a conflict left" \
    is "$(json mari length conflicts list)+$(json jaan length conflicts list)" 0+0
claim "and both read the text she took" is "$(field jaan stage)" "$(field mari stage)"

chapter "Day 6. Consent, and its withdrawal"
quietly mari plan add "$case_code" 'Hommikul on keegi ukse peal vastas' \
    responsible='Mari Lepp'
goals() { json "$1" length plan list "$2"; }
quietly mari consent grant "$case_code" --to 'Liis Kask' \
    --sections plan --right write --by 'the mother' --role guardian
quietly mari sync
quietly liis sync
claim "Liis reads the plan of this case, and no other" is "$(json liis length plan list)" 1
claim "but no note" is "$(json liis length note list)" 0
plan=$(json mari '.[0].id' plan list "$case_code")
as mari who "$plan" | show
claim "tugi who names her, and the consent it rests on" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input who $plan | grep 'Liis Kask' | grep -i consent"
say "The mother takes it back. Mari records it and syncs. Liis, offline, does not know and writes."
receipt=$(json mari .id consent withdraw "$case_code" --from 'Liis Kask' \
    --by 'the mother')
quietly mari sync
quietly mari plan set "$plan" child-view='Pärast seda kirjutatud rida'
quietly mari sync
as mari consent receipt "$receipt" | head -n 9 | show
claim "the mother gets a receipt that says what closed" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input consent receipt '$receipt' | grep -q 'new key'"
quietly liis plan add "$child" 'Kaalu jälgimine igal kuul' responsible='Liis Kask'
claim "Liis's text is saved on her laptop" is "$(json liis length plan list)" 2
as liis sync 2>/dev/null | show
claim "it did not enter the case; it is held on her laptop, not lost" \
    is "$(json liis length held list)" 1
claim "the plan is gone from her laptop" is "$(json liis length plan list)" 0
claim "what was written after the withdrawal never reached her" \
    is "$(json liis length search kirjutatud)" 0
quietly mari sync
claim "Mari, the keeper, is asked to decide" is "$(json mari length review list)" 1
claim "until then the case does not show it" is "$(goals mari "$case_code")" 1
review=$(json mari '.[0].id' review list)
as mari review show "${review:0:8}" | show
quietly mari review decide "${review:0:8}" --give-back \
    --words 'Küsime emalt uuesti nõusolekut.'
quietly mari sync
quietly liis sync
claim "Liis reads the decision beside her text" \
    is "$(json liis '.[0].outcome' held list)" given_back
as liis held list | show

chapter "Day 7. Child protection"
say "Liis, the nurse, has to know of $child at once, and nobody can be asked."
claim "without a reason nothing is opened" \
    not as mari override add "$case_code" 'Liis Kask' --sections plan \
    --basis danger --provision 'Lastekaitseseadus 33' --reason ''
quietly mari override add "$case_code" 'Liis Kask' --sections plan \
    --basis danger --provision 'Lastekaitseseadus 33' \
    --reason 'Vajab insuliini.'
quietly mari sync
quietly liis sync
claim "with basis, provision and reason the plan is open to her, and nothing else" \
    is "$(json liis length plan list)+$(json liis length note list)" 1+0
claim "everybody concerned reads why" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input override list '$case_code' | grep -q 'Liis Kask'"
as mari who "$plan" | show
claim "the case's path tells of it" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input --json timeline '$case_code' | jq -e '.[] | select(.type == \"override\")'"

hash=$(json mari .hash signal letter "$signal" --out "$T/signal.pdf")
quietly mari signal send "$signal" --channel phone \
    --not-informed 'Võib last ohustada.'
claim "what was printed is what was sent: ${hash:0:16}..." \
    is "$(json mari .fields.hash signal show "$signal")" "$hash"
claim "the notification went, and is counted among what was given out" \
    is "$(json mari length disclosure list "$other_code")" 1

say "In a third case child protection takes over."
protector=$(json w3 .name status)
quietly mari handover propose "$third_code" "$protector" --reason 'Lastekaitse'
syncs mari w3
claim "not without a reason" not as w3 takeover "$third_code" \
    --provision 'Lastekaitseseadus 27' --reason ''
quietly w3 takeover "$third_code" --provision 'Lastekaitseseadus 27' \
    --reason 'Laps on hädaohus.'
syncs w3
quietly w3 handover reduce "$third_code" --person 'Mari Lepp' --to write
syncs w3 mari
as w3 case show "$third_code" | grep -iA4 course | show || true
claim "$protector leads it by law; Mari keeps a narrow part" \
    is "$(json w3 '.card.fields | "\(.lead) \(.stage)"' case show "$third_code") $(json mari '.viewers[] | select(.name == "Mari Lepp").right' who "$third_code")" \
    "$protector cp write"

chapter "Day 8. A child moves on"
say "Another child goes from pre-school to Jaan's school. The guardian picks one goal to go along, and nothing else."
goal=$(json mari '.[0].id' plan list "$other_code")
way=$(json mari .id transition propose "$other_code" 'Jaan Oja' \
    --kind preschool_school --to Lasila --until 2027-08-31)
quietly mari transition choose "$way" --records "$goal" --by 'Kadri Tuul' \
    --role guardian
quietly mari sync
quietly jaan sync
claim "it waits for Jaan" is "$(json jaan '.[0].state' transition list)" chosen
quietly jaan transition accept "$way"
claim "he has the goal that was picked, and no note" \
    is "$(json jaan length note list)" 0
say "And the first child's case itself is handed to Jaan."
quietly mari handover propose "$case_code" 'Jaan Oja' --reason 'Läheb Jaani kooli.'
quietly mari sync
quietly jaan sync
quietly jaan handover accept "$case_code"
quietly jaan sync
quietly mari sync
claim "Jaan leads the case now, with the notes that came before" \
    test "$(json jaan length note list "$case_code")" -gt 0
quietly jaan attachment get "$drawing" --out "$T/seen"
claim "and the drawing that is kept with them, byte for byte" \
    cmp "$T/drawing" "$T/seen"
rm "$T/drawing" "$T/seen"
claim "Mari's other $(($(json mari length case list) - 1)) cases stay closed to him" \
    is "$(json jaan 'map(select(.notes > 0)) | length' case list)" 1

chapter "Day 9. The network meets"
quietly mari group new 'Heaolurühm' no-children=yes
quietly mari group admit Heaolurühm 'Liis Kask'
quietly mari sync
quietly liis sync
claim "Liis is in the welfare group" is "$(json liis length group list)" 1
claim "Jaan is not, and does not know of it" is "$(json jaan length group list)" 0
claim "a child has no place in it: a goal cannot be written there" \
    not as mari plan add Heaolurühm 'Mõni laps'

quietly mari group new 'Rakvere võrgustik' meets=network-quarterly
quietly mari group admit võrgustik 'Jaan Oja' --role noortekeskus
syncs mari jaan
meeting=$(json mari .id meeting add võrgustik network-quarterly \
    date="$(date -d '4 months ago' +%F)" attendees='Mari Lepp, Jaan Oja' \
    minutes='Kuidas katse läks.')
quietly mari agenda add "$meeting" 'Kooliõu' decision='Ehitame pingi.'
quietly mari meeting decide "$meeting" 'Küsida ehitajatelt' --who 'Jaan Oja' \
    --due "$(date -d '5 days' +%F)"
syncs mari jaan
as jaan meeting show "$meeting" | show
claim "the decision is a task on Jaan's list of the day" \
    sh -c "'$B/tugi' --profile '$T/jaan' --no-input --json today | jq -e '.due[] | select(.kind == \"task\")'"
as mari meeting due --overdue | show
claim "the quarter is over: the next meeting is overdue" \
    is "$(json mari '.[0] | "\(.kind) \(.overdue)"' meeting due --overdue)" \
    'network-quarterly true'
quietly jaan task done "$(json jaan '.[0].id' task list)" 'Tulevad mais.'
syncs jaan mari
claim "and Mari reads that it is done" \
    is "$(json mari '.[0].fields.outcome' task list võrgustik)" 'Tulevad mais.'
quietly mari supervision name "$other_code" Pihlakas
claim "supervision knows a child by a made-up name; the real one is refused" \
    not as mari supervision add "Kuidas edasi: $(json mari '.[1].name' case list)?" \
    cases=Pihlakas
question=$(json mari .id supervision add 'Kuidas hoida sidet vaikiva lapsega?' \
    cases=Pihlakas)
as mari supervision export "$question" | show
quietly mari matter open "$other_code" Puudumised --by 'Kadri Tuul' \
    --role guardian child-view='Olen väsinud.'
quietly mari matter admit "$other_code/puudumised" 'Liis Kask' \
    --by 'Kadri Tuul' --role guardian
syncs mari liis
claim "for one child there is a matter: Liis sees it, with the child's own view" \
    is "$(json liis '.fields."child-view"' matter show puudumised)" 'Olen väsinud.'
quietly mari matter close "$other_code/puudumised" --outcome 'Käib koolis.'
syncs mari liis
claim "closed, it is gone from her laptop" is "$(json liis length matter list)" 0

chapter "Day 10. The year ends, in numbers"
quietly mari service new Lasila 2026/27 needs='Tülid kooliõues'
service=$(json mari '.[0].id' service list)
quietly mari service goal "$service" 'Vähem tülisid' due="$(date +%F)"
quietly mari service set "$service" state=agreed agreed-with='Direktor'
quietly mari service copy "$service"
claim "the school's plan of the year is carried over into the next" \
    is "$(json mari '[.[].fields.year] | sort | join(" ")' service list)" \
    '2026/27 2027/28'
say "At the end of the year the office wants numbers, not notes. Mari sees what she would hand in, down to the last mark, and hands it in."
as mari report preview 2026 >"$T/preview" 2>&1
head -4 "$T/preview" | show
claim "it names no child" not grep -qwE "$(json mari '[.[].name |
	select(. != "") | split(" ")[0]] | unique | join("|")' case list)" \
    "$T/preview"
quietly mari report hand-in 2026
for who in w2 w3; do quietly $who report hand-in 2026; done
syncs mari w2 w3 officer
as officer office statistics merge 2026 >"$T/merge" 2>&1
claim "what three handed in is there, and no note of theirs" \
    is "$(json officer '[.workers[] | select(.handed_in != null)] | length' office statistics merge 2026)+$(json officer length note list)" 3+0
claim "the officer adds up what came, and sees who has not handed in" \
    grep -q 'has not handed in: Jaan' "$T/merge"
quietly officer office statistics freeze 2026
quietly officer sync
quietly mari sync
quietly mari report figures 2026 --csv "$T/figures.csv" \
    --pdf "$T/figures.pdf" --html "$T/figures.html"
head -5 "$T/figures.csv" | show
claim "what everybody reads is rounded: no small number is in it" \
    not grep -qE '[1-46-9].?$' "$T/figures.csv"
claim "printed with charts" sh -c "head -c 5 '$T/figures.pdf' | grep -q PDF"
say "The mother asks for a copy of the file. The program lists every record and every word that may be somebody's name; Mari decides each."
quietly mari copy review "$case_code" "$T/list" --for 'the mother' \
    --as guardian --authority sole
grep '^? word' "$T/list" | head -3 | show
claim "undecided, there is no copy" not as mari copy make "$T/list" \
    --data "$T/copy.json"
name=$(sed -n 's/^? word //p' "$T/list" | head -1)
sed -e 's/^? record/give record/' -e 's/^? file/leave file/' \
    -e 's/^? word/black word/' "$T/list" \
    >"$T/decided"
quietly mari copy make "$T/decided" --data "$T/copy.json" \
    --pdf "$T/copy.pdf"
claim "$name is blacked out: not in the file at all" \
    not grep -qw -- "$name" "$T/copy.json"
claim "and the case says that a copy was given" sh -c \
    "'$B/tugi' --profile '$T/mari' --no-input --json timeline '$case_code' |
    jq -e '.[] | select(.type == \"disclosure\" and
        .fields.basis == \"own_file\")'"

say "And Mari takes along all that she may see."
printf 'neli sõna siin kirjas\n' >"$T/key"
as mari export "$T/all.tugi" --key-fd 8 8<"$T/key" | sed "s|$T/||" | show
claim "without its passphrase the file opens nothing" \
    not sh -c "echo wrong words | '$B/tugi' export open '$T/all.tugi' '$T/plain' --key-fd 0"
quietly mari export open "$T/all.tugi" "$T/plain" --key-fd 8 8<"$T/key"
claim "with it every note is there, word for word" \
    is "$(jq -r .fields.text "$T/plain/note.ndjson" | sort | sha256sum)" \
    "$(json mari '.[].fields.text' note list | sort | sha256sum)"
claim "the card of a case says that she took it out" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input --json timeline '$other_code' | jq -e '.[] | select(.type == \"export\")'"
rm -rf "$T/plain"

chapter "Day 11. Jaan's laptop is stolen"
lost=$(json officer '.[] | select(.name == "Jaan Oja") | .device' office devices)
as mari office exposure "$lost" | fold -s -w 76 | head -n 8 | show
claim "Mari's laptop tells what was on it: 2 cases that both share" \
    is "$(json mari .cases office exposure "$lost")" 2
quietly officer --yes office revoke "$lost"
quietly officer sync
as jaan sync >/dev/null 2>&1 || true
claim "the stolen laptop holds no case any more once it syncs" \
    is "$(json jaan length case list 2>/dev/null || echo 0)" 0
jq -r '.shares[0], .shares[1]' "$T/sheet.json" >"$T/two"
claim "two of the three recovery shares still fit" \
    as officer office shares --shares-fd 8 8<"$T/two"
passphrase jaan2 'uus masin samal päeval'
card=$(as officer --json office card | jq -r .card)
short=$(with_pass jaan2 --quiet --json join "$card" | jq -r .code)
quietly officer office approve "$short" --further 'Jaan Oja' --root --shares-fd 8 8<"$T/two"
with_pass jaan2 --quiet unlock --for 30m
quietly officer sync
quietly jaan2 sync
quietly mari sync
quietly jaan2 sync
claim "with a new laptop, signed for by a second hand, Jaan is back the same day" \
    test "$(json jaan2 length case list)" -ge 1

say "And Liis has forgotten her passphrase, with a note on her laptop that was never sent."
quietly liis note quick 'Salvestatud, aga saatmata.'
quietly liis lock
passphrase liis 'täiesti uus lause'
claim "a passphrase that is not hers opens nothing" \
    not with_pass liis --quiet --no-input inbox
with_pass liis --quiet --no-input store recover --shares-fd 8 8<"$T/two"
with_pass liis --quiet unlock --for 30m
claim "two shares of the office let her choose a new one, and the note is there" \
    is "$(json liis '.[0].fields.text' inbox)" 'Salvestatud, aga saatmata.'

chapter "Day 12. An auditor asks: can anybody else read it?"
say "First: was anything altered? The hub proves itself, and so does each laptop, to its own log."
"$B/tugid" verify "$T/hub" | sed "s|$T/||" | show
claim "the hub's log, its signatures and its ledger are whole" \
    "$B/tugid" verify "$T/hub"
as mari verify | show
claim "and hold all that Mari's laptop ever accepted or sent" as mari verify
as mari verify --signers >"$T/signers"
claim "stock git says the same of the ledger, with nothing of tugi" \
    git -C "$T/hub/ledger.git" -c gpg.ssh.allowedSignersFile="$T/signers" \
    verify-commit HEAD
needle=$B/tools/needle
# What to look for: the notes taken in, and what was written in this story.
{
	cat "$NOTES" "$T/w2.notes" "$T/w3.notes"
	printf '%s\n' 'Helistasin emale' 'Hommikul on keegi ukse peal vastas' \
	    'Pärast seda kirjutatud rida' 'Kaalu jälgimine igal kuul' \
	    'Küsime emalt uuesti nõusolekut' 'the mother' 'attendance' \
	    'Tiina Saar' 'school social worker' 'school nurse' 'Kadri Tuul' \
	    'Koduteed koos vennaga' 'Vajab insuliini' 'Märge enne voolukatkestust' \
	    'Hommikul rahulik algus' 'Heaolurühm' 'Lastekaitseseadus' 'Õpetaja nägi sinikaid' 'Võib last ohustada' \
	    'Poiss punase kotiga ootab' 'Pulgal viidud märge' \
	    'Joonistus majast, millel' 'Joonistus kolmapäeval' 'Kaks märki korraga' \
	    'Laps on hädaohus' 'Rakvere võrgustik' 'Ehitame pingi' \
	    'Küsida ehitajatelt' 'Kuidas hoida sidet' 'Pihlakas' \
	    'Olen väsinud' 'Tülid kooliõues' 'Salvestatud, aga saatmata'
} >"$T/needles"
NOTES=$T/needles
"$needle" "$NOTES" "$T/hub" "$T/hub.wire" "$T/hub.log" | show || true
claim "the hub's whole directory, its log and every byte it was sent or answered, below TLS and unpacked, hold no name and no sentence of the notes" \
    "$needle" "$NOTES" "$T/hub" "$T/hub.wire" "$T/hub.log"
claim "neither do the files on the laptops, nor the export" \
    "$needle" "$NOTES" "$T/officer" "$T/mari" "$T/jaan" "$T/liis" "$T/w2" "$T/w3" "$T/jaan2" "$T/all.tugi"
say "Could that search fail? The same again with programs built to leak:"
begin_hub leaky
passphrase o2 'kolm kuuske mäe peal'
passphrase m2 'roheline buss sõidab'
TUGI=$LEAK/tugi
with_pass o2 --quiet --json office init "$url" --pin "$pin" --claim "$code" \
    --name 'Tiina Saar' >/dev/null
with_pass o2 --quiet unlock --for 30m
join_hub o2 m2 'Mari Lepp' 'school social worker'
quietly m2 import notes "$PWD/tests/data/notes-year.csv"
quietly m2 sync
quietly m2 lock
quietly o2 lock
TUGI=
claim "it finds the notes at the leaking hub" finds "$needle" "$NOTES" "$T/leaky"
claim "and on its wire" finds "$needle" "$NOTES" "$T/leaky.wire"
claim "and on the leaking laptop" finds "$needle" "$NOTES" "$T/m2"

chapter "$claims claims, all hold."
