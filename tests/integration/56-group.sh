#!/usr/bin/env bash
# Goal: with the programs as they are: a network with members, meetings, tasks
# and what is due; a standing welfare group that no child can get into; a
# matter of one child for two experts, each of whom sees it alone, until it
# ends; stages and coordinators with consents and reasons; supervision by
# made-up names. Each refusal is a sentence that names the field and the way
# out, and nothing is written.
. "$(dirname "$0")/lib.sh"
new_hub hub
start_hub hub "$port"
make_office
make_person liis 'Liis Kask'
make_person jaan 'Jaan Mets'
make_person kadri 'Kadri Kask'
must as liis sync
must as liis case new 'Anna Tamm' code=A-1 school=Lasila
in_step() {
	local who round
	for round in 1 2 3; do
		for who in "$@"; do must as "$who" sync; done
	done
}

### A network, its meetings and tasks
must as liis group new 'Network of Rakvere' meets=network-quarterly
must as liis group admit network 'Jaan Mets' --role 'youth centre'
in_step liis jaan
as liis meeting add network network-quarterly begins=15:00 ends=14:00
check "a meeting ends after it begins" says "ends:"
check "as bad input" ends 64
as liis meeting add network network-quarterly attendees='Kadri Kask'
check "who is not a member does not attend" says "not in this group: Kadri"
is "nothing was written" 0 "$(json liis length meeting list)"
as liis meeting add network network-quarterly date=2026-03-02 \
    attendees='Liis Kask, Jaan Mets' guests='a family doctor' \
    minutes='How the pilot went.'
check "a meeting with minutes" ends 0
meeting=$(json liis '.[0].id' meeting list network)
as liis agenda add "$meeting" 'The school yard' decision='A bench is built.'
check "an item of the agenda" ends 0
as liis meeting decide "$meeting" 'Ask the builders' --who 'Jaan Mets' \
    --due 2026-03-20
check "a decision becomes a task" ends 0
in_step liis jaan
is "the colleague reads all of it" 'The school yard Ask the builders' "$(json \
    jaan '[.agenda[0].fields.topic, .tasks[0].fields.what] | join(" ")' \
    meeting show "$meeting")"
is "and is told of the task" true "$(json jaan \
    '[.. | .kind? // empty] | index("task") != null' today)"
is "the next is overdue" 'network-quarterly 2026-06-02 true' "$(json jaan \
    '.[0] | [.kind, .due, .overdue] | join(" ")' meeting due --overdue)"
must as jaan sync
task=$(json jaan '.[0].id' task list)
as jaan task done "$task" 'They come in May.'
check "the task is done" ends 0
as jaan task done "$task" 'Never.'
check "once" says "done on"
is "the third knows of nothing" 0 "$(json kadri length meeting list)"
must as liis group set network closed=2026-09-01
as liis meeting add network network-quarterly
check "a closed group takes nothing new" says "closed on 2026-09-01"
is "and stays readable" 1 "$(json liis length meeting list network)"

### Where single children have no place
must as liis group new 'YHR Hakunila' no-children=yes meets=welfare-group
child=$(json liis .id case show A-1)
as liis meeting add yhr school-monthly
check "no meeting that speaks of children" says "kind:"
must as liis meeting add yhr welfare-group topic='The climate at school'
yhr=$(json liis '.[0].id' meeting list yhr)
as liis agenda add "$yhr" 'Something about one child' --case A-1
check "no item about a child" says "no place in this group"
as liis task add yhr what='call' meeting="$child"
check "no link to a case" says "meeting: single children have no place"
check "is denied" ends 77
is "nothing was written" 0 "$(json liis length task list yhr)"
as liis agenda add "$yhr" 'How Anna has it'
check "a name that is known is warned of" says 'topic: "Anna" is the name'

### A matter of one child
as liis matter open A-1 'Absence'
check "a matter needs a consent" says "by: a group works"
as liis matter open A-1 'Absence' --by 'Mari Tamm' --role guardian \
    child-view='I am tired.' guardian-view='She reads at night.'
check "a matter is opened" ends 0
must as liis matter open A-1 'Friends' --by 'Mari Tamm' --role guardian
as liis matter admit A-1/absence 'Jaan Mets'
check "nobody comes in without a consent" says "by:"
must as liis matter admit A-1/absence 'Jaan Mets' --by 'Mari Tamm' \
    --role guardian --right write
as liis consent grant A-1 --matter friends --sections notes --to \
    'Kadri Kask' --by 'Mari Tamm' --role guardian
check "a consent for a matter opens nothing else" says "--matter"
as liis consent grant A-1 --to 'Kadri Kask' --sections notes --until matter \
    --by 'Mari Tamm' --role guardian
check "and only such a one ends with a matter" says "--until matter"
must as liis consent grant A-1 --matter friends --until matter --to \
    'Kadri Kask' --by 'Mari Tamm' --role guardian witness='Piret Puu'
in_step liis jaan kadri
is "each sees one matter" 'Absence Friends' "$(json jaan '.[].topic' \
    matter list) $(json kadri '.[].topic' matter list)"
is "with the child's own view" 'I am tired.' \
    "$(json jaan .fields.\"child-view\" matter show absence)"
as jaan note list
check "and nothing else of the case" not says "Anna said"
as jaan meeting add anna/absence expert-group minutes='Later mornings.'
check "who may write keeps the minutes" ends 0
in_step jaan liis kadri
is "they come to the keeper alone" '1 0' "$(json liis length meeting list \
    A-1/absence) $(json kadri length meeting list)"
must as liis consent withdraw A-1 --matter friends --from 'Kadri Kask' \
    --by 'Mari Tamm'
in_step liis kadri
is "taken back, it closes that matter" 0 "$(json kadri length matter list)"
as liis matter close A-1/absence --outcome 'Back at school.'
check "a matter ends" says "closes with a new key for everybody"
in_step liis jaan
is "what a member had of it is gone" 0 "$(json jaan length matter list)"
as liis matter admit A-1/absence 'Kadri Kask' --by 'Mari Tamm' --role guardian
check "a new topic is a new matter" says "was closed on"

### Stages, coordinators, closing
as liis case stage A-1 2 --with 'Jaan Mets'
check "an outside party needs a consent" says "covers Jaan Mets"
must as liis consent grant A-1 --to 'Jaan Mets' --sections card,plan \
    --by 'Mari Tamm' --role guardian
as liis case stage A-1 2 --with 'Jaan Mets'
check "with one, stage 2" ends 0
as liis case set A-1 coordinator='Kadri Kask'
check "who coordinates changes for a reason" says "coordinator-why:"
must as liis case coordinator A-1 'Kadri Kask' --why 'The mother trusts her.'
as liis case set A-1 status=closed
check "closing needs a reason" says "closing:"
must as liis case close A-1 goal_reached
as liis note add A-1 'A late word from the mother.'
check "a late note is kept" ends 0
check "and said to be late" says "is closed"
is "marked" true "$(json liis '.[0].after_closing' note list A-1)"
as liis case close A-1 moved_school
check "it is closed once" says "closed already"
is "and reopens nothing" closed \
    "$(json liis .card.fields.status case show A-1)"
in_step liis jaan
as jaan case show A-1
check "who may read the card sees the course" says "The mother trusts her."
check "and the timeline has it" eval 'as jaan timeline A-1; says "Stage 2"'
must as liis case reopen A-1

### Supervision
must as liis supervision name A-1 Pihlakas
as liis supervision add 'What now with Anna?' cases=Pihlakas
check "a child's name is refused" says 'question: "Anna" is the name'
must as liis supervision add 'What now with a silent child?' cases=Pihlakas
mine=$(json liis '.[0].id' supervision list)
as liis supervision export "$mine"
check "as text it has the made-up name" says "Pihlakas"
check "and no other" not says "Anna"
must as liis group new Supervision
must as liis group admit supervision 'Kadri Kask' --role supervisor
must as liis supervision share "$mine" Supervision
in_step liis kadri
is "a supervisor reads it so" 'Pihlakas' \
    "$(json kadri '.[0].fields.cases' supervision list)"
as kadri supervision who Pihlakas
check "and cannot tell who it is" ends 3
is "the worker can" "$child" "$(json liis .case supervision who Pihlakas)"
exit $((failed > 0))
