#!/usr/bin/env bash
# Goal: a worker's days at two schools with the real programs and no network:
# the presence plan and the calendar make today's screen, activities and who took
# part are written down, a note without a case is filed, a plan for the year is
# carried over; a second worker gets the rooms and no child, a third nothing.
# usage: B=build/dev tests/integration/55-site.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Tamm'
make_person jaan 'Jaan Mets'
make_person liis 'Liis Kask'
sync_all() { for who in mari office jaan liis mari jaan; do must as $who sync; done; }
day() { date -d "$1" +%F; }
today=$(day now)
weekday=$(LC_ALL=C date +%a | tr 'A-Z' 'a-z')

must as mari sync

### The first day, without anything
as mari today
check "a first day: exit" ends 0
check "a first day says what to begin with" says "tugi site new"
check "and that there is no plan yet" says "no presence plan yet"
is "a first day as JSON" "0 0 false" \
	"$(json mari '"\(.due|length) \(.visits|length) \(.planned)"' today)"

### Offline from here
stop_hub
must as mari site new Lasila
must as mari site new Rakvere
must as mari site admit Lasila 'Jaan Mets'
must as mari presence add Lasila "weekday=$weekday" from=08:30 until=12:00
must as mari case new 'Anna Tamm' code=K1 school=Lasila
must as mari case new 'Mart Kask' code=K2 school=Rakvere
must as mari plan add K1 'Two friends' "review=$today"
must as mari plan add K2 'On time' "due=$(day '3 days ago')"
as mari today
check "today names the school and its hours" says "Lasila 08:30-12:00"
check "who is due is named" says "Anna Tamm"
check "what is late is marked" says overdue
is "today at Lasila is Lasila's alone" "Anna Tamm" \
	"$(json mari '.due[].who' today --site lasila)"
is "its next visit is today" "$today" \
	"$(json mari '.due[0].visit' today --site lasila)"
as mari today --site Lasi1a
check "a school that is none is said" ends 3
COLUMNS=40 as mari today
check "a narrow terminal" says "Anna Tamm"
as mari presence add Lasila weekday=mon from=12:00 until=08:00
check "hours that end before they begin" ends 64
as mari presence add Lasila weekday=mon begins=2027-02-01 ends=2027-01-01
check "a plan that ends before it begins" says "before it begins"

### Activities
as mari --json activity add Lasila kind=grp_class class=5b minutes=45 \
	girls-10-12=11 boys-10-12=9 topics=Kindness
check "a class project" ends 0
project=$(jq -r .id "$T/out")
is "head-counts are added up" 20 \
	"$(json mari .fields.heads activity show "$project")"
before=$(json mari length activity list)
as mari activity add Lasila kind=grp_class heads=5 girls-7-9=3 boys-7-9=1
check "head-counts that do not add up" says "do not add up"
as mari activity add Lasila kind=grp_class date=2026-02-30
check "a day that is none" says date
as mari activity add Lasila kind=grp_class minutes=1441
check "minutes beyond a day" says minutes
as mari activity add Lasila kind=stf_consult case=K1
check "a child in the room" says "linked to no child"
as mari activity add Lasila kind=ind_child
check "individual work in the room" says "case of the child"
as mari activity add K1 kind=com_climate
check "work of a school in a case" says "work of a school"
is "nothing of that was written" "$before" "$(json mari length activity list)"
as mari activity add Lasila kind=stf_consult minutes=20 target=teacher \
	text='Asked about Anna and the break.'
check "a consultation that names a child is saved" ends 0
check "and warned of" says '"Anna" is the name of a child'
as mari activity add Lasila kind=stf_consult minutes=20 text='Asked how to \
begin a talk with parents.'
check "one without a name" not says "name of a child"
must as mari activity add K1 kind=ind_joint target=both minutes=50 \
	text='With the mother, at school.'
as mari activity roster "$project" K1 --agreed-by ''
check "a roster needs who agreed" ends 64
as mari activity roster "$project" K1 --agreed-by 'the guardians, on paper'
check "who took part" ends 0
as mari activity roster "$project" K1 --agreed-by 'the guardians, on paper'
check "is recorded once" ends 4
as mari timeline K1
check "the child's path has the project" says "Took part"
check "and the talk" says "Activity"

### A note without a case
as mari --json note quick 'The boy with the red bag' --site Lasila --minutes 10
check "a quick note" ends 0
quick=$(jq -r .id "$T/out")
must as mari note quick 'Only for me' --private
is "the inbox" 2 "$(json mari length inbox)"
as mari today
check "today counts it" says "1 quick note waits"
as mari note file "$quick" K9
check "into a case that is none" ends 3
is "it is still there" 2 "$(json mari length inbox)"
must as mari note file "$quick" K1
is "filed" 1 "$(json mari length inbox)"
is "with its words and minutes" "The boy with the red bag 10" \
	"$(json mari '.[0].fields | "\(.text) \(.minutes)"' note list K1)"
as mari note file "$quick" K1
check "not twice" ends 4

### A plan for the year
as mari --json service new Lasila 2026/27 needs='Fights in the yard'
check "a service plan" ends 0
plan=$(jq -r .id "$T/out")
as mari service new Lasila 2026/27
check "one for a year" ends 4
must as mari service goal "$plan" 'Fewer fights' "due=$(day '5 days')"
is "its goal is due at its school" "Lasila service-goal" \
	"$(json mari '.due[] | select(.kind == "service-goal") |
	"\(.school) \(.kind)"' today)"
as mari service set "$plan" state=running
check "a state is not skipped" says "one step at a time"
must as mari service set "$plan" state=agreed agreed-with='Head of school'
must as mari service copy "$plan"
is "carried over" "2027/28 2026/27" \
	"$(json mari '[.[].fields.year] | join(" ")' service list)"

### More than a screen
for i in $(seq 20); do must as mari plan add K1 "Goal $i" "due=$today"; done
as mari today
check "a long list is cut, and says so" says "tugi today --all"
as mari today --all
check "all of it" not says "tugi today --all"

### The line is back
start_hub hub "$port"
sync_all
must as office office calendar add kind=holiday name=Break \
	"begins=$today" "ends=$(day '2 days')"
as jaan office calendar add kind=holiday name=Mine "begins=$today" \
	"ends=$today"
check "the calendar is the office's" ends 77
sync_all
as mari today
check "on holidays nobody goes to school" says "$today: Break."
is "the second worker has the project" 20 \
	"$(json jaan .fields.heads activity show "$project")"
is "and nobody's name with it" 0 \
	"$(json jaan '.took_part | length' activity show "$project")"
is "and the plan" 2 "$(json jaan length service list)"
is "the third has nothing" "0 0 0" "$(json liis length activity list) $(json \
	liis length service list) $(json liis length presence list)"
is "nobody has another's inbox" "0 0" \
	"$(json jaan length inbox) $(json liis length inbox)"
must as mari consent grant K1 --to jaan --sections notes --by 'Ema Tamm' \
	--role guardian
sync_all
is "by consent Jaan knows who took part" 1 \
	"$(json jaan '.took_part | length' activity show "$project")"
must as mari consent withdraw K1 --from jaan --by 'Ema Tamm'
sync_all
is "and no longer after it was taken back" 0 \
	"$(json jaan '.took_part | length' activity show "$project")"

exit $((failed > 0))
