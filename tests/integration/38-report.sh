#!/usr/bin/env bash
# Goal: a year in numbers and the copy of a file, real programs and a hub: a
# worker sees what is handed in, the office merges and freezes, everybody
# prints the same figures; a copy is made by a decided list, what is blacked
# out is in none of its files, and the case says that it was given.
# usage: B=build/dev tests/integration/38-report.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

new_hub hub
start_hub hub "$port"
make_office
make_person liis 'Liis Kask'
make_person jaan 'Jaan Mets'
Y=$(date +%Y)
text_of() { pdftotext -layout "$1" - | tr -s ' \n' ' '; }

## Counting
n=0
for school in Lasila Haljala; do
	for child in 'Anna Tamm' 'Mati Karu' 'Kaie Saar'; do
		n=$((n + 1))
		must as liis case new "$child" "code=K$n" school=$school \
			"born=201$n-04-02" stage=1 status=open
		must as liis note add K$n 'Needle of the year.' --minutes 30
	done
done
must as jaan case new 'anna tamm' code=J1 school=Lasila born=2011-04-02
must as jaan note add J1 'Another needle.' --minutes 45

as liis report counts "$Y" --school lasila
check "a worker's own year" ends 0
check "names what is counted" says "Contacts"
is "in numbers" '3 6 180' "$(json liis \
	'"\(.groups.children.sides.age.schools.Lasila | add) " +
	"\(.groups.contacts.total) \(.groups.hours.total)"' \
	report counts "$Y")"
as liis report counts 26
check "a year is a year" ends 64
as liis report counts "$Y" --school Nowhere
check "a school that is none" ends 3
as liis report preview "$Y"
check "what would be handed in, in words" grep -qE 'Contacts +Kind +Lasila' "$T/out"
check "says how much that is" says "This and nothing else"
check "without a name" not says Anna
hash=$(json liis .hash report preview "$Y")
as liis --json report hand-in "$Y"
check "is handed in" ends 0
is "exactly" "$hash" "$(jq -r .hash "$T/out")"
as liis report hand-in "$Y"
check "once" ends 4
must as liis sync
as liis office statistics merge "$Y"
check "a worker merges nothing" ends 77

## The office
must as office sync
as office office statistics merge "$Y"
check "the office sees who is missing" says "has not handed in: Jaan Mets"
must as jaan report hand-in "$Y"
must as jaan sync
must as office sync
is "each child once, all contacts" '6 7' "$(json office \
	'"\(.groups.children.total) \(.groups.contacts.total)"' \
	office statistics merge "$Y")"
check "names are not with the office" not grep -q Karu "$T/out"
as office report figures "$Y"
check "nothing is frozen yet" ends 3
as office office statistics freeze "$Y"
check "it is frozen" ends 0
as office office statistics freeze "$Y"
check "once" ends 4
must as office sync
must as liis sync
as liis report figures
check "everybody reads it" says "$Y"
as liis report figures "$Y" --pdf "$T/a.pdf" --html "$T/a.html" --csv "$T/a.csv"
check "as PDF, page and table" ends 0
is "all multiples of five" 0 \
	"$(tail -n +2 "$T/a.csv" | tr -d '\r' | grep -vcE '[05]$')"
must as office report figures "$Y" --csv "$T/b.csv"
check "the same for all" same "$T/a.csv" "$T/b.csv"
check "a PDF of pages with numbers" eval \
	'text_of "$T/a.pdf" | grep -q "Page 1 of "'
# A wide one goes on in the next line.
check "with its hash" eval "text_of $T/a.pdf | tr -d ' ' | grep -q \
	$(json liis .hash report figures "$Y")"
check "a page that fetches nothing" not grep -qE 'src=|url\(|<script' \
	"$T/a.html"

## The copy of a file
must as liis note add K1 'Anna told of Jaani and of Rein Kuusk. needle-x.'
must as liis note add K1 'Secret of the sister: needle-Y.'
as liis copy review K1 "$T/list" --for 'Mari Tamm' --as guardian
check "authority is asked for" ends 64
as liis copy review K1 "$T/list" --for 'Mari Tamm' --as guardian \
	--authority limited
check "limited authority gets none" ends 77
check "and no list" not test -e "$T/list"
must as liis copy review K1 "$T/list" --for 'Mari Tamm' --as guardian \
	--authority sole
check "names are found" grep -q '^? word Kuusk' "$T/list"
check "not the child's" not grep -q 'word Anna' "$T/list"
as liis copy make "$T/list" --data "$T/c.json"
check "undecided, nothing is made" ends 64
check "not even a file" not test -e "$T/c.json"
y=$(json liis '.[] | select(.fields.text | test("needle-Y")).id' note list K1)
sed -e "s/^? record $y/leave record $y/" -e 's/^? record/give record/' \
	-e 's/^? word/black word/' "$T/list" >"$T/decided"
as liis copy make "$T/decided" --data "$T/c.json" --pdf "$T/c.pdf" \
	--html "$T/c.html"
check "decided, it is made" ends 0
check "with what is given" eval 'text_of "$T/c.pdf" | grep -q needle-x'
for needle in Kuusk Jaani needle-Y; do
	check "no $needle in the data" not grep -q "$needle" "$T/c.json"
	check "none in the page" not grep -q "$needle" "$T/c.html"
	check "none in the PDF" eval "! text_of $T/c.pdf | grep -q $needle"
done
is "it is among what was given out" 'Mari Tamm own_file in_person' \
	"$(json liis '"\(.[0].fields | .to) \(.[0].fields.basis) " +
	"\(.[0].fields.channel)"' disclosure list K1)"
is "and in the case" 'Mari Tamm' "$(json liis \
	'[.[] | select(.type == "disclosure")][0].fields.to' timeline K1)"
must as liis note add K1 'Something new.'
as liis copy make "$T/decided" --data "$T/d.json"
check "an old list is not used" ends 4
must as liis case set K1 'safety=Address secret.'
as liis copy review K1 "$T/list2" --for 'Mari Tamm' --as guardian \
	--authority sole
check "a word about safety stops it" ends 77
as liis copy review K1 "$T/list2" --for 'Mari Tamm' --as guardian \
	--authority sole --safety-seen
check "until it was read" ends 0
check "and stays out" not grep -q 'Address secret' "$T/list2"


exit $((failed > 0))
