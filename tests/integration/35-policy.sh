#!/usr/bin/env bash
# Goal: the office's policy from a real git repository to everybody's programs:
# dirty and malformed ones are refused with file and line, the difference is
# readable, what is published holds after a sync, old records read as they
# were written, a section in use is not dropped.
# usage: B=build/dev tests/integration/35-policy.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

export GIT_CONFIG_GLOBAL=$T/gitconfig GIT_CONFIG_SYSTEM=/dev/null
git config --global user.name Office
git config --global user.email office@example.org
new_hub hub
start_hub hub "$port"
make_office
make_person worker 'Mari Mets'

R=$T/repo
P=$R/policy
git init -q -b main "$R"
mkdir "$P"
cp schema/policy/*.json "$P"
save() { git -C "$R" add -A && git -C "$R" commit -qm "$1"; }
edit() { # file, jq program
	jq --tab "$2" "$P/$1" >"$T/edited" && cp "$T/edited" "$P/$1"
}
no_repo=$T/none
mkdir "$no_repo"
as office office policy check "$no_repo"
check "a folder without git is refused" ends 64
check "in words" says "this is not a git repository"
as office office policy check "$P"
check "so is a repository without a commit" says "no commit yet"
save 'The policy of the program'
as office office policy check "$P"
check "the program's own is in order" ends 0
first=$(git -C "$R" rev-parse HEAD)
is "of that commit" "$first" "$(json office .commit office policy check "$P")"
as office office policy diff "$P"
check "and differs in nothing" says "Nothing differs"
as office office policy flip "$P"
check "there are three things to do with one" ends 64

### Dirty
echo >>"$P/texts.json"
as office office policy publish "$P"
check "a changed file is in no commit" ends 64
check "it is named" says "policy/texts.json changed since"
as office office policy check "$P" --commit HEAD
check "a named commit is read in any case" ends 0
git -C "$R" checkout -q -- .
echo '[]' >"$P/more.json"
as office office policy publish "$P"
check "nor is a new one" says "policy/more.json"
rm "$P/more.json"
echo notes >"$R/elsewhere"
as office office policy check "$P"
check "the rest of the repository may be dirty" ends 0
rm "$R/elsewhere"

### Malformed
wrong() { # words, sentence
	save "$1"
	as office office policy publish "$P"
	check "$1: refused" ends 64
	check "with '$2'" says "$2"
	git -C "$R" reset -q --hard "$first"
}
sed -i '11s/,$//' "$P/sections.json"
wrong "a comma is missing" "sections.json, line 1"
edit sections.json '.[1].code = "Notes"'
at=$(grep -n '"Notes",$' "$P/sections.json" | head -n 1 | cut -d: -f1)
save 'A code in capitals'
for word in et:märkidest lv:rakstzīmēm fi:merkeistä hu:karakterekből; do
	as office --lang "${word%:*}" office policy check "$P"
	check "in ${word%:*}" says "${word#*:}"
	check "with the line" says "$at"
done
wrong "a code in capitals" "sections.json, line $at: code is one word"
edit vocabularies.json 'del(.[0].words[0].name.hu)'
wrong "a language is missing" "vocabularies.json, line 14: name has no text in the language hu"
edit instruments.json '.[0].items[0].domain = "phisical"'
wrong "a word that is none" 'did you mean "physical"?'
git -C "$R" rm -q policy/forms.json
wrong "a file is missing" "forms.json is missing"
as office office policy check "$P" --commit nonsense
check "a commit that is none" says "no commit nonsense"
is "nothing was published" null \
    "$(json office '.[0].commit' policy list)"

### Before
must as worker case new 'Anna Tamm' code=A-1
must as worker note add A-1 'Talked.' --category observation
as worker note add A-1 'Talked.' --category obsrvation
check "a word that is not in the policy is refused" ends 64
check "the nearest is named" says "did you mean observation?"
check "and what there is" says "contact, observation"
as worker --lang et note add A-1 'Talked.' --category Vaatlus
check "a word in the own language leads there" says observation
as worker --lang et note list
must as worker sync

### Published
edit vocabularies.json '(.[] | select(.code == "note.category").words) |=
    [ .[] | select(.code != "observation") | if .code == "contact" then
    .name.en = "First contact" else . end ] +
    [ { code: "play", name: { et: "Mäng", lv: "Rotaļa", fi: "Leikki",
    hu: "Játék", en: "Play" } } ]'
edit retention.json '(.[] | select(.code == "notes")) |=
    (.years = 5 | .ground = "Decision of the council 7/2026")'
save 'Play is a kind of note'
as office office policy diff "$P"
check "the difference is shown" ends 0
check "what comes" says \
    '+ vocabularies / note.category / words / play: "Play"'
as office --lang lv office policy diff "$P"
check "in the reader's language" says 'words / play: "Rotaļa"'
as office office policy diff "$P"
check "what goes" says '- vocabularies / note.category / words / observation'
check "what reads otherwise" says \
    '~ vocabularies / note.category / words / contact / name / en: "Contact" -> "First contact"'
check "and a number" says '~ retention / notes / years: nothing -> 5'
as worker office policy publish "$P"
check "only an officer publishes" ends 77
as office office policy publish "$P"
check "an officer does" ends 0
check "and is told what is not written any more" says \
    '"observation" is not written any more'
second=$(git -C "$R" rev-parse HEAD)
as office office policy publish "$P"
check "once" ends 4
as office policy list
check "it is in force here" says "in force here, not sent"
as worker note add A-1 'Played.' --category play
check "not yet there" ends 64
must as office sync
must as worker sync
check "who syncs is told" says "Another policy of the office is in force"
must as worker sync
check "once" not says "Another policy"
is "in force there after a sync" "$second Tiina Saar true" \
    "$(json worker '.[0] | "\(.commit) \(.by) \(.in_force)"' policy list)"
as worker note add A-1 'Played.' --category play
check "the new word is taken" ends 0
as worker note add A-1 'Seen.' --category observation
check "the old one is not" ends 64
is "and reads on where it stands" "observation Observation" \
    "$(json worker '.[] | select(.fields.text == "Talked.") |
    "\(.fields.category) \(.words.category)"' note list)"
is "in every language" Vaatlus "$(json worker '.[] |
    select(.fields.text == "Talked.").words.category' note list --lang et)"
# bash itself complains of a locale that the machine has not.
is "as LC_ALL says" Leikki "$({ LC_ALL=fi_FI.UTF-8; } 2>/dev/null; json worker '.[] |
    select(.fields.text == "Played.").words.category' note list)"
as worker --lang xx note list
check "but in no other" ends 64
as worker policy show note.category
check "the words can be listed" says "First contact"
as worker --lang hu policy show before-consent
check "so can the texts be read" says "Ön dönti el"
as worker policy show nothing
check "what is not there is not" ends 3

### A section in use
must as office case new 'Mart Mets' code=B-1
must as office plan add B-1 'calm mornings'
edit sections.json 'map(select(.code != "plan"))'
edit retention.json 'map(select(.section != "plan"))'
save 'No plans'
as office office policy check "$P"
check "by itself it is in order" ends 0
as office office policy check "$P" --against
check "but drops what is in use" ends 77
check "it says what and how much" says \
    'drops the section "plan", which has 1 record that you can see'
as office office policy publish "$P"
check "so it is not published" ends 77
must as office delete "$(json office '.[0].id' plan list)"
as office office policy publish "$P"
check "it is, when nothing is seen there" ends 0
check "with a warning" says 'The section "plan" is dropped'
must as office sync
must as worker sync
as worker plan add A-1 'two friends'
check "a dropped section is not begun" ends 77

### Back
must as office office policy publish "$P" --commit "$first"
must as office sync
must as worker sync
is "an earlier commit is put in force again" "$first" \
    "$(json worker '.[] | select(.in_force).commit' policy list)"
as worker note show "$(json worker '.[] |
    select(.fields.text == "Played.").id' note list)"
check "and what was written in between reads on" says "Play"
stop_hub
check "the hub reads nothing of it" not grep -rqF "note.category" "$T/hub"
exit $((failed > 0))
