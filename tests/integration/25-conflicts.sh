#!/usr/bin/env bash
# Goal: two people, one field, real programs and a hub: what both started from,
# what each changed in words, the merge that is only proposed, every way of
# ending a conflict, the way back, and a history in which nothing is lost.
# usage: B=build/dev tests/integration/25-conflicts.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Tamm'
make_person jaan 'Jaan Mets'

must as mari case new 'Anna Kask' code=K1
must as mari sync
must as mari consent grant K1 --to jaan --sections card,plan --by 'Ema Kask' \
	--role guardian --right write
must as mari plan add K1 'Two friends' measures='Talk weekly. Ask at home.'
plan=$(cat "$T/out")
must as mari sync
must as jaan sync

both() { # field, mari's text, jaan's text: neither has seen the other's
	must as mari plan set "$plan" "$1=$2"
	must as jaan plan set "$plan" "$1=$3"
	must as mari sync
	must as jaan sync
	must as mari sync
}
field() { json "$1" ".fields.\"$2\"" plan show "$plan"; }

### Two changes that do not overlap
both measures 'Talk daily. Ask at home.' 'Talk weekly. Ask at home, kindly.'
as mari conflicts --json
is "the conflict is listed" 'measures 2' \
	"$(jq -r '.[0] | "\(.field) \(.texts | length)"' "$T/out")"
is "and nothing is merged by itself" true \
	"$(jq '.[0].texts | any(.text == "Talk daily. Ask at home.")' "$T/out")"
as mari conflicts show 1
check "what both started from is shown" says 'Before (Mari Tamm'
check "what went and came is marked, not only coloured" \
	says '[-weekly.-]{+daily.+}'
check "a text without one change too" says 'at [-home.-]{+home, kindly.+}'
check "one is hers" says '(mine)'
check "a merge is proposed" says 'Talk daily. Ask at home, kindly.'
as mari conflicts show "$plan" measures --json
is "JSON puts the texts together again" true "$(jq '.[0] | .before as $b |
	.texts | all(. as $t | ([.change[] | select(.mark != "new").text] |
	add) == $b and ([.change[] | select(.mark != "gone").text] | add) ==
	$t.text)' "$T/out")"
is "and has the merge" 'words: Talk daily. Ask at home, kindly.' \
	"$(jq -r '.[0] | "\(.merge): \(.merged)"' "$T/out")"
as mari conflicts take "$plan" measures merge
check "the merge is taken when asked" ends 0
check "the way back is printed" says "tugi plan set"
must as mari sync
must as jaan sync
is "both have it" 'Talk daily. Ask at home, kindly.' "$(field jaan measures)"
is "and no conflict" 00 "$(json mari length conflicts)$(json jaan length \
	conflicts)"

### The way back, as printed
must as mari plan set "$plan" outcome=one
must as mari sync
must as jaan sync
both outcome 'only mine' 'only theirs'
must as jaan conflicts take "$plan" outcome theirs
before=$(sed -n 's/^What was shown before comes back with: tugi //p' "$T/err")
is "theirs of Jaan is Mari's" 'only mine' "$(field jaan outcome)"
eval "must as jaan $before"
is "and back" 'only theirs' "$(field jaan outcome)"
must as jaan sync
must as mari sync
is "for everybody" 'only theirs' "$(field mari outcome)"

### What overlaps is left to the person
both outcome 'rather good' 'rather bad'
as mari conflicts show "$plan"
check "it says that the changes overlap" says 'the changes overlap'
as mari conflicts take "$plan" outcome merge
check "and refuses the merge" ends 64
as mari conflicts take "$plan" outcome thiers
check "a word that is none is no text" ends 64
as mari conflicts take "$plan" outcome mine --text both
check "one choice at a time" ends 64
as mari conflicts take "$plan" outcome --text 'rather mixed — see note'
check "a new text is taken" ends 0
is "as written" 'rather mixed — see note' "$(field mari outcome)"
must as mari sync
must as jaan sync
is "by both" 'rather mixed — see note' "$(field jaan outcome)"

### A day is not merged
must as mari plan set "$plan" due=2027-03-01
must as mari sync
must as jaan sync
both due 2027-04-01 2027-03-15
as jaan conflicts take "$plan" due merge
check "two days are no text to merge" ends 64
as jaan conflicts take "$plan" due mine
check "one of them is taken" ends 0
is "his own" 2027-03-15 "$(field jaan due)"

### Nothing is lost
as jaan history "$plan" --json
is "every text is in the history" true "$(jq '[.versions[].fields[].text] |
	contains(["only mine", "only theirs", "rather good", "rather bad",
	"2027-04-01", "one"])' "$T/out")"
is "one of each field is shown" true "$(jq '[.versions[].fields[] |
	select(.standing == "shown").field] | length == (unique | length)' \
	"$T/out")"
as jaan history "$plan"
check "with who wrote it" says 'Mari Tamm'
check "and what became of it" says '(written over): rather bad'
as jaan history nobody
check "a record that is not there" ends 3

exit $((failed > 0))
