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
	for who in officer mari jaan liis; do
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
	short=$(with_pass "$2" --json join "$card" | jq -r .code)
	claim "the officer sees the request under the code $3 reads out: $short" \
	    sh -c "'${TUGI:-$B/tugi}' --profile '$T/$1' --no-input --json office requests |
	    jq -e '.[] | select(.code == \"$short\" and .known_card)'"
	quietly "$1" office approve "$short" "$3" --title "$4"
	with_pass "$2" --quiet unlock --for 30m
	quietly "$2" sync
}
json() { # who, jq program, command...
	local who=$1 program=$2
	shift 2
	as "$who" --json "$@" | jq -r "$program"
}

chapter "1. The office sets up its hub"
begin_hub hub
passphrase officer 'kolm kuuske mäe peal'
passphrase mari 'roheline buss sõidab'
passphrase jaan 'vana koolimaja 1926'
passphrase liis 'valge kittel nagis'
with_pass officer --json office init "$url" --pin "$pin" --claim "$code" \
    --name 'Tiina Saar' --title 'officer' >"$T/sheet.json"
with_pass officer --quiet unlock --for 30m
claim "three recovery shares were printed, one for each of three officers" \
    is "$(jq '.shares | length' "$T/sheet.json")" 3
claim "the hub's one-time code does not work twice" \
    not with_pass jaan --quiet office init "$url" --pin "$pin" \
    --claim "$code" --name 'Somebody Else'
rm -rf "$T/jaan"

chapter "2. Mari and Jaan, school social workers, and Liis, the nurse, join"
join_hub officer mari 'Mari Lepp' 'school social worker'
join_hub officer jaan 'Jaan Oja' 'school social worker'
join_hub officer liis 'Liis Kask' 'school nurse'
for who in officer mari jaan; do quietly $who sync; done
claim "Mari's laptop knows all four by name" \
    is "$(json mari 'map(.name) | sort | join(", ")' people)" \
    'Jaan Oja, Liis Kask, Mari Lepp, Tiina Saar'

chapter "3. Mari takes in the year's notes of her schools, offline"
rows=$(json mari .notes import notes "$NOTES" --dry-run)
quietly mari import notes "$NOTES"
say "$rows notes over $(json mari length case list) cases, in five languages."
claim "a second import takes nothing twice" \
    is "$(json mari .notes import notes "$NOTES")" 0
claim "search finds Estonian words by their beginning, accents or not" \
    test "$(json mari length search koosolek)" -gt 0
as mari status | show
as mari sync 2>/dev/null | show
claim "everything is sent" is "$(json mari .unsent status)" 0

chapter "4. Pull the plug"
case_code=$(json mari '.[0].code' case list)
child=$(json mari '.[0].name' case list)
quietly mari note add "$case_code" 'Helistasin emale, räägime reedel uuesti.'
kill -9 "$hub_pid"
claim "with the hub gone a note is still saved, and status says it waits" \
    is "$(json mari .unsent status)" 1
claim "sync says that the hub is away, and that the work is safe (exit 75)" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input sync; test \$? -eq 75"
start_hub hub
quietly mari sync
claim "the hub comes back after kill -9, and the note is sent" \
    is "$(json mari .unsent status)" 0

chapter "5. Two people, one case, no network"
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

chapter "6. Consent, and its withdrawal"
quietly mari plan add "$case_code" 'Hommikul on keegi ukse peal vastas' \
    responsible='Mari Lepp'
quietly mari consent grant "$case_code" --to 'Liis Kask' \
    --sections plan --right write --by 'the mother' --role guardian
quietly mari sync
quietly liis sync
claim "Liis reads the plan" is "$(json liis length plan list)" 1
claim "but no note" is "$(json liis length note list)" 0
plan=$(json mari '.[0].id' plan list)
as mari who "$plan" | show
claim "tugi who names her, and the consent it rests on" \
    sh -c "'$B/tugi' --profile '$T/mari' --no-input who $plan | grep 'Liis Kask' | grep -i consent"
say "The mother takes it back. Mari records it and syncs. Liis, offline, does not know and writes."
quietly mari consent withdraw "$case_code" --from 'Liis Kask' --by 'the mother'
quietly mari sync
quietly mari plan set "$plan" child-view='Pärast seda kirjutatud rida'
quietly mari sync
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
claim "until then the case does not show it" is "$(json mari length plan list)" 1
review=$(json mari '.[0].id' review list)
as mari review show "${review:0:8}" | show
quietly mari review decide "${review:0:8}" --give-back \
    --words 'Küsime emalt uuesti nõusolekut.'
quietly mari sync
quietly liis sync
claim "Liis reads the decision beside her text" \
    is "$(json liis '.[0].outcome' held list)" given_back
as liis held list | show

chapter "7. The year in numbers"
say "At the end of the year the office wants numbers, not notes. Mari sees what she would hand in, down to the last mark, and hands it in."
as mari report preview 2026 >"$T/preview" 2>&1
head -4 "$T/preview" | show
claim "it names no child" not grep -qwE "$(json mari '[.[].name |
	select(. != "") | split(" ")[0]] | unique | join("|")' case list)" \
    "$T/preview"
quietly mari report hand-in 2026
quietly mari sync
quietly officer sync
as officer office statistics merge 2026 >"$T/merge" 2>&1
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
sed -e 's/^? record/give record/' -e 's/^? word/black word/' "$T/list" \
    >"$T/decided"
quietly mari copy make "$T/decided" --data "$T/copy.json" \
    --pdf "$T/copy.pdf"
claim "$name is blacked out: not in the file at all" \
    not grep -qw -- "$name" "$T/copy.json"
claim "and the case says that a copy was given" sh -c \
    "'$B/tugi' --profile '$T/mari' --no-input --json timeline '$case_code' |
    jq -e '.[] | select(.type == \"file-copy\")'"

chapter "8. Nobody else can read it"
needle=$B/tools/needle
# What to look for: the notes taken in, and what was written in this story.
{
	cat "$NOTES"
	printf '%s\n' 'Helistasin emale' 'Hommikul on keegi ukse peal vastas' \
	    'Pärast seda kirjutatud rida' 'Kaalu jälgimine igal kuul' \
	    'Küsime emalt uuesti nõusolekut' 'the mother' 'attendance' \
	    'Tiina Saar' 'school social worker' 'school nurse'
} >"$T/needles"
NOTES=$T/needles
"$needle" "$NOTES" "$T/hub" "$T/hub.wire" "$T/hub.log" | show || true
claim "the hub's whole directory, its log and every byte it was sent or answered, below TLS and unpacked, hold no name and no sentence of the notes" \
    "$needle" "$NOTES" "$T/hub" "$T/hub.wire" "$T/hub.log"
claim "neither do the files on the four laptops" \
    "$needle" "$NOTES" "$T/officer" "$T/mari" "$T/jaan" "$T/liis"
say "Could that search fail? The same again with programs built to leak:"
begin_hub leaky
passphrase o2 'kolm kuuske mäe peal'
passphrase m2 'roheline buss sõidab'
TUGI=$LEAK/tugi
with_pass o2 --json office init "$url" --pin "$pin" --claim "$code" \
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
