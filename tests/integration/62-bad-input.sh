#!/usr/bin/env bash
# Goal: input that cannot be right, of each kind of record, with the programs:
# one sentence that names the field and a way out, the exit code of its kind,
# and nothing written: what is listed and what waits to be sent stay as they were.
# usage: B=build/dev tests/integration/62-bad-input.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
export GIT_CONFIG_GLOBAL=$T/gitconfig GIT_CONFIG_SYSTEM=/dev/null
git config --global user.name Office
git config --global user.email office@example.org

new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Mets'
make_person jaan 'Jaan Puu'
make_person liis 'Liis Kask'
for who in mari jaan liis; do must as $who sync; done
stop_hub # the rest is without a network

id() { # words...: of what was made
	must as mari --json "$@"
	jq -r .id "$T/out"
}
must as mari case new 'Anna Tamm' code=A-1 school=Lasila
must as mari case new 'Berta Tamm' code=B-1 school=Lasila
must as mari site new Lasila
must as mari group new Network meets=network-quarterly
must as mari group new YHR no-children=yes meets=welfare-group
note=$(id note add A-1 'Talked.')
goal=$(id plan add A-1 'reads aloud')
other=$(id plan add B-1 'two friends')
act=$(id activity add Lasila kind=grp_class)
meet=$(id meeting add network network-quarterly topic=Pilot)
yhr=$(id meeting add yhr welfare-group topic='The climate')
run=$(id assess start A-1 risk-primary)
sig=$(id signal add A-1 'Child protection' 'Not fed.')
soon=$(date -d '10 days' +%F)
later=$(date -d '60 days' +%F)
ref=$(id referral add A-1 body=Rajaleidja service=speech purpose=Help \
    sections=plan,notes until="$later" --records "$note")
narrow=$(id release give A-1 Rajaleidja sections=plan by='Mari Tamm' \
    role=guardian until="$later")
short=$(id release give A-1 Rajaleidja sections=plan,notes \
    by='Mari Tamm' role=guardian until="$soon")
service=$(id service new Lasila 2026/27 needs=Quiet)
own=$(id supervision add 'How do I keep in touch?')
case_id=$(json mari .id case show A-1)
as_guardian=(--by 'Mari Tamm' --role guardian)

waiting() { json "${1:-mari}" '[.unsent, .notes, .cases] | @text' status; }
listed() { # everything there is a list of
	local what
	for what in note plan activity presence service meeting task group \
	    site matter supervision referral assess signal transition \
	    disclosure share case; do
		as mari --json $what list
		cat "$T/out"
	done
	as mari --json inbox
	cat "$T/out"
	for what in consent release person uptake objection restrict; do
		as mari --json $what list A-1
		cat "$T/out"
	done
	as mari --json timeline A-1
	cat "$T/out"
}
before=$(waiting)
listed >"$T/before"

refused() { # exit code, what the sentence has, words...
	local code=$1 has=$2 after
	shift 2
	as mari "$@"
	cp "$T/err" "$T/said"
	after=$(waiting)
	if [ "$rc" -eq "$code" ] && [ "$after" = "$before" ] &&
	    grep -qF -- "$has" "$T/said" && [ ! -s "$T/out" ] &&
	    [ "$(grep -c '^tugi: ' "$T/said")" -eq 1 ]; then
		echo "ok - $*: '$has'"
	else
		echo "not ok - $*: exit $rc, not $code; '$has'? $before -> $after"
		sed 's/^/  said: /' "$T/said" | tail -n 3
		failed=$((failed + 1))
		before=$after
	fi
}

### A day that is none, in each field and option that takes one
no_day() { # field, words... with DAY in them
	local field=$1 w words=()
	shift
	for w in "$@"; do words+=("${w/DAY/2027-02-30}"); done
	refused 64 "$field: \"2027-02-30\" is no day of the calendar" \
	    "${words[@]}"
}
no_day born case new 'Juku Juurikas' born=DAY
no_day asked-on case set A-1 asked-on=DAY
no_day --on note add A-1 x --on DAY
no_day --on note quick x --on DAY
no_day due plan add A-1 x due=DAY
no_day review plan set "$goal" review=DAY
no_day born person add A-1 kind=child name=X born=DAY
no_day died person add A-1 kind=guardian name=X died=DAY
no_day on uptake offer A-1 person=X on=DAY
no_day on objection add "$note" kind=correction by=X text=x on=DAY
no_day until restrict add "$note" reason=accuracy by=X until=DAY
no_day until retention keep A-1 class=notes until=DAY words=x
no_day --until consent grant A-1 --to 'Liis Kask' --sections plan \
    "${as_guardian[@]}" --until DAY
no_day review consent grant A-1 --to 'Liis Kask' --sections plan \
    "${as_guardian[@]}" review=DAY
no_day --told-on consent withdraw A-1 --from 'Liis Kask' --by X --told-on DAY
no_day --until override add A-1 'Liis Kask' --sections plan --basis danger \
    --provision x --reason x --until DAY
no_day --until handover propose A-1 'Jaan Puu' --reason x --until DAY
no_day --until share add A-1 'Jaan Puu' --records "$note" \
    "${as_guardian[@]}" --until DAY
no_day until release give A-1 R sections=plan by=X role=guardian \
    until=DAY
no_day until referral add A-1 body=R service=x purpose=x sections=plan until=DAY
no_day on disclosure add A-1 R --sections plan --channel letter --basis court \
    --provision x --reason x --informed --on DAY
no_day --deadline signal add A-1 R x --deadline DAY
no_day until transition propose A-1 'Jaan Puu' --kind preschool_school \
    --to Lasila --until DAY
no_day opened matter open A-1 x "${as_guardian[@]}" opened=DAY
no_day date activity add Lasila kind=grp_class date=DAY
no_day begins presence add Lasila weekday=mon begins=DAY
no_day ends presence add Lasila weekday=mon ends=DAY
no_day agreed-on service set "$service" agreed-on=DAY
no_day due service goal "$service" x due=DAY
no_day date meeting add network network-quarterly date=DAY
no_day next meeting set "$meet" next=DAY
no_day due meeting decide "$meet" x --due DAY
no_day due task add network what=x due=DAY
no_day --until group admit network 'Liis Kask' --until DAY
no_day closed group set network closed=DAY
no_day date supervision add x date=DAY
no_day --from timeline A-1 --from DAY
no_day --until retention due --until DAY

### Days that cannot be
year=$(date -d '2 years' +%Y)
too_soon() { refused 64 "$1: this day is still to come" "${@:2}"; }
too_soon born case set A-1 "born=$year-01-01"
too_soon asked-on case set A-1 "asked-on=$year-01-01"
too_soon born person add A-1 kind=child name=X "born=$year-01-01"
too_soon on uptake offer A-1 person=X "on=$year-01-01"
too_soon opened matter open A-1 x "${as_guardian[@]}" "opened=$year-01-01"
too_soon on objection add "$note" kind=view by=X text=x "on=$year-01-01"
too_soon happened note add A-1 x --on "$year-01-01"
too_soon happened note quick x --on "$year-01-01"
refused 64 'date is in the future' activity add Lasila kind=grp_class \
    date="$year-01-01"
refused 64 'died is before born' person add A-1 kind=guardian name=X \
    born=1980-01-01 died=1970-01-01
refused 64 'it ends before it begins' presence add Lasila weekday=mon \
    begins="$later" ends="$soon"
refused 64 'ends: a meeting ends after' meeting add network \
    network-quarterly begins=15:00 ends=14:00
refused 64 'next: the next meeting is later' meeting set "$meet" next=2020-01-01
refused 64 'deadline: this day is over' signal add A-1 R x --deadline 2020-01-01
refused 64 'until: this day is over' group admit network 'Liis Kask' \
    --until 2020-01-01
refused 64 'until: this day is over' handover propose A-1 'Jaan Puu' \
    --reason x --until 2020-01-01
refused 64 '--until is before --from' timeline A-1 --from 2027-02-01 \
    --until 2027-01-01
refused 64 'has not begun' report preview "$year"
refused 64 'is no year' report preview 26

### A consent that ends before it begins, or says nothing
ends='before it begins'
refused 64 "until: this consent would end $ends" consent grant A-1 \
    --to 'Liis Kask' --sections plan "${as_guardian[@]}" --until 2020-01-01
refused 64 "until: this consent would end $ends" share add A-1 'Jaan Puu' \
    --records "$note" "${as_guardian[@]}" --until 2020-01-01
refused 64 "until: this release would end $ends" release give A-1 R \
    sections=plan by=X role=guardian from="$later" until="$soon"
refused 64 'until: this override would be over' override add A-1 'Liis Kask' \
    --sections plan --basis danger --provision x --reason x --until 2020-01-01
refused 64 'review is a day that has passed' consent grant A-1 \
    --to 'Liis Kask' --sections plan "${as_guardian[@]}" review=2020-01-01
refused 64 'names who gave' consent grant A-1 --to 'Liis Kask' \
    --sections plan --by '' --role guardian
refused 64 '"plans" is no section; there are card' consent grant A-1 \
    --to 'Liis Kask' --sections plans "${as_guardian[@]}"
refused 64 'did you mean guardian' consent grant A-1 --to 'Liis Kask' \
    --sections plan --by X --role gardian
refused 3 'tugi people lists everybody' consent grant A-1 --to Nobody \
    --sections plan "${as_guardian[@]}"
refused 64 'by: an offer and its answer name somebody' uptake offer A-1 person=
refused 64 'names its reason' override add A-1 'Liis Kask' --sections plan \
    --basis danger --provision x --reason ''

### A child in a welfare group
refused 77 'no place in this group' agenda add "$yhr" 'About one' --case A-1
refused 77 'no place in this group' meeting decide "$yhr" 'Call' --case A-1
refused 77 'meeting: single children have no place' task add yhr what=call \
    meeting="$case_id"
refused 77 'meeting: single children have no place' task add yhr what=call \
    meeting="$note"
refused 77 'kind: meetings of this kind speak of single children' \
    meeting add yhr school-monthly
refused 64 'tugi policy show meetings' group new Another meets=whatever
refused 77 'meets: meetings of the kind' group new Another no-children=yes \
    meets=school-monthly

### A referral beyond its consent
refused 77 'does not cover notes' referral basis "$ref" --consent "$narrow"
refused 77 'choose an earlier day, or ask for a longer one' referral basis \
    "$ref" --consent "$short"
refused 3 'no such consent' referral basis "$ref" --consent "$note"
refused 64 'basis has no word "habit"' referral basis "$ref" --basis habit \
    --provision x --reason x
refused 64 'provision of law and the reason' referral basis "$ref" --basis court
refused 64 'of the section notes; name it' referral add A-1 body=R service=x \
    purpose=x sections=plan --records "$note"
refused 64 'of another case' referral add A-1 body=R service=x purpose=x \
    sections=plan --records "$other"
refused 64 'of another case' share add A-1 'Jaan Puu' --records "$other" \
    "${as_guardian[@]}"
as mari referral send "$ref" --channel letter --informed
check "a draft without a basis is not sent" not ends 0

### An assessment with answers outside its instrument
refused 64 'there are risk-preschool, risk-primary' assess start A-1 risk-none
refused 64 'absent: "7" is no answer; it takes 0' assess answer "$run" absent=7
refused 64 'mood: "9" is no answer' assess answer "$run" absent=1 mood=9
refused 64 'has no item "weather"' assess answer "$run" absent=1 weather=1
refused 64 'level has no word "bad"; there are low' assess judge "$run" bad \
    --reason x
refused 64 '--reason' assess judge "$run" high

### Words, numbers and persons that are none
refused 64 'a note has some text' note add A-1 ''
refused 64 'a note has some text' note amend "$note" ''
refused 64 '--minutes takes a whole number from 0 to 1440' note add A-1 x \
    --minutes 2000
refused 64 'language has no word "xx"; there are et' note add A-1 x \
    --language xx
refused 64 'did you mean observation' note add A-1 x --category obsrvation
refused 3 'no case that is open to you' note add A-9 x
refused 64 "a case needs the child's name" case new ''
refused 4 'a case with this code is there already' case new 'X Y' code=A-1
refused 64 'has no field "nme"; there are code, name' case set A-1 nme=X
refused 64 'stage has no word "9"; there are 1, 2, cp' case set A-1 stage=9
refused 64 'closing: a case is closed for a reason' case set A-1 status=closed
refused 3 'nobody of that name' case set A-1 lead=Nobody
refused 64 'a plan needs its goal' plan add A-1 '' due="$soon"
refused 3 'responsible: nobody of that name' plan add A-1 x responsible=Nobody
refused 3 'no such record' plan set "$note" due="$soon"
refused 64 'kind has no word "dance"; there are ind_child' activity add \
    Lasila kind=dance
refused 64 'heads is a whole number, 0 or more' activity add Lasila \
    kind=grp_class heads=-3
refused 64 'do not add up' activity set "$act" heads=5 girls-7-9=3 boys-7-9=1
refused 64 'minutes are 0 to 1440' activity set "$act" minutes=5000
refused 64 'minutes are 0 to 1440' supervision set "$own" minutes=5000
refused 64 'weekday has no word "xyz"; there are mon' presence add Lasila \
    weekday=xyz
refused 64 'from is an hour of the day, written like 08:30' presence add \
    Lasila weekday=mon from=25:00
refused 64 'year is a school year, written like 2026/27' service new Lasila 26
refused 3 'tugi site list shows them' service new Nowhere 2026/27
refused 64 'state has no word "hold"; did you mean held' meeting set "$meet" \
    state=hold
refused 64 'attendees: not in this group: Liis Kask; let them in' meeting add \
    network network-quarterly attendees='Liis Kask'
refused 64 'a new task needs the field what' task add network due="$soon"
refused 3 'there is no such meeting' task add network what=x meeting="$note"
refused 64 'authority has no word "some"' person add A-1 kind=guardian \
    name=X authority=some
refused 64 'limited authority needs its ground' person add A-1 kind=guardian \
    name=X authority=limited
refused 64 'secret-address is yes or no' person add A-1 kind=guardian name=X \
    secret-address=maybe
refused 64 'channel has no word "pigeon"; there are spoken' signal send \
    "$sig" --channel pigeon --informed
refused 64 'say whether the family was told' signal send "$sig" --channel phone
refused 64 'kind has no word "up"; there are preschool_school' transition \
    propose A-1 'Jaan Puu' --kind up --to Lasila --until "$soon"
refused 64 'informed names texts of the policy' uptake offer A-1 person=X \
    informed=air
refused 64 'class names a class of the policy' retention keep A-1 class=nots \
    until="$later" words=x
refused 64 'in this child' note move "$note" A-1 --reason x
refused 77 '"Anna" is the name of a child' supervision add 'What with Anna?'
refused 3 'stands for no case of yours' supervision add x cases=Nobody
refused 64 'who asks is child, guardian or representative' copy review A-1 \
    "$T/list" --for X --as aunt --authority sole
check "and no list is left" test ! -e "$T/list"
refused 64 'takes a whole number from 1 to 366' today --days 0
refused 64 '--from: "tomorrow" is no day' timeline A-1 --from tomorrow
refused 64 'nem naptári nap' --lang hu plan add A-1 x due=2027-02-30

### Ten thousand rows of broken CSV
printf '%s\n' 'kind = plan' 'place = Juhtum' 'date = DD.MM.YYYY' \
    'field goal = Eesmark' 'field due = Tahtaeg' >"$T/map"
{
	echo Juhtum,Eesmark,Tahtaeg
	for ((i = 1; i <= 10000; i++)); do
		case $((i % 5)) in
		0) echo "A-9,goal $i,1.3.2027" ;;
		1) echo "A-1,,1.3.2027" ;;
		2) echo "A-1,goal $i,30.2.2027" ;;
		3) echo "A-1,goal $i,1.3.2027,7" ;;
		4) echo "A-1,goal $i,1.3.2027" ;;
		esac
	done
} >"$T/broken.csv"
as mari import records "$T/broken.csv" --map "$T/map"
check "10,000 rows: exit" ends 64
check "those that are broken are counted" says '8000 of 10000 rows'
is "the first fifty are named" 50 "$(grep -c '^line [0-9]* (row ' "$T/out")"
check "with line, column and what is wrong" says \
    'line 3 (row 2), column Tahtaeg: due: "2027-02-30" is no day'
check "a case that is none" says 'line 6 (row 5), column Juhtum: no case'
check "a field that is missing" says 'line 2 (row 1): a new plan needs the field goal'
check "a column too many" says 'line 4 (row 3): 4 columns instead of 3'
check "and what to do" says 'nothing was written. Put them right in the file'
is "nothing of it was written" "$before" "$(waiting)"
{ echo "$head_row"; rows 1 9999 A-1; echo \
    'A-1,,,Lasila,2026-02-30,contact,15,en,x'; } >"$T/last.csv"
as mari import notes "$T/last.csv"
is "one row of ten thousand notes" 64 "$rc"
check "by its line and column" says 'line 10001 (row 10000), column date'
is "none of the others was taken in" "$before" "$(waiting)"

### A policy that drops a section with live data
must as office case new 'Mart Mets' code=O-1
must as office plan add O-1 'calm mornings'
git init -q -b main "$T/repo"
mkdir "$T/repo/policy"
for f in schema/policy/*.json; do
	jq --tab 'if type == "array" then map(select(.code != "plan" and
	    .section != "plan")) else . end' "$f" >"$T/repo/policy/${f##*/}"
done
git -C "$T/repo" add -A
git -C "$T/repo" commit -qm 'No plans'
was=$(waiting office)
as office office policy publish "$T/repo/policy"
check "a section in use is not dropped" ends 77
check "it is named, and what is in it" says \
    'drops the section "plan", which has 1 record that you can see'
is "nothing is published" "$was null" \
    "$(waiting office) $(json office '.[0].commit' policy list)"
as office office calendar add kind=holiday name=X begins="$later" ends="$soon"
check "a holiday that ends before it begins" ends 64
check "by its fields" says 'the field ends is earlier than begins'

### And all that was there is there, and nothing else
listed >"$T/after"
check "what is listed is what was listed" same "$T/before" "$T/after"
exit $((failed > 0))
