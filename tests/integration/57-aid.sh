#!/usr/bin/env bash
# Goal: what goes out, is noticed and passed on, with the programs: a referral
# within its consent and lost with it, one note shared and taken back, a child's
# way to another school, an assessment by two that begins a notification, a
# package that opens anywhere; all written without a network, and the hub
# learns no word of it.
# usage: B=build/dev tests/integration/57-aid.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

secret='river-at-night'
new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Mets'
make_person jaan 'Jaan Puu'
make_person liis 'Liis Kask'
for who in mari jaan liis; do must as "$who" sync; done

### Everything of the first part is written without a network.
stop_hub
must as mari case new 'Anna Tamm' code=A-1 school=Paasusilm
must as mari --json note add A-1 "Talked of the $secret."
note=$(jq -r .id "$T/out")
must as mari --json plan add A-1 'reads aloud'
goal=$(jq -r .id "$T/out")

### Referral
must as mari --json referral add A-1 body=Rajaleidja \
    service='speech therapist' purpose=Assessment sections=plan,notes \
    until=2099-05-31 --records "$note"
ref=$(jq -r .id "$T/out")
as mari referral letter "$ref" --out "$T/draft.pdf"
check "a draft is not printed" ends 77
must as mari --json release give A-1 Rajaleidja sections=plan \
    by='Mari Tamm' role=guardian until=2099-06-30
narrow=$(jq -r .id "$T/out")
as mari referral basis "$ref" --consent "$narrow"
check "a referral beyond its consent is refused" ends 77
check "and the section is named" says "does not cover notes"
is "it stays a draft" draft "$(json mari .state referral show "$ref")"
must as mari --json release give A-1 Rajaleidja sections=plan,notes \
    by='Mari Tamm' role=guardian until=2099-06-30
wide=$(jq -r .id "$T/out")
must as mari referral basis "$ref" --consent "$wide"
must as mari referral letter "$ref" --out "$T/letter.pdf"
is "the letter is a PDF" '%PDF' "$(head -c 4 "$T/letter.pdf")"
must as mari referral letter "$ref" --out "$T/letter.html"
check "with what goes along" grep -q "$secret" "$T/letter.html"
as mari referral send "$ref" --channel letter
check "whether the family was told is asked" ends 64
must as mari referral send "$ref" --channel letter --informed
as mari referral step "$ref" closd
check "a step that is none is refused" ends 4
check "with those that follow" says "accepted declined"
must as mari referral step "$ref" accepted
is "the disclosure is recorded" consent \
    "$(json mari '.[0].basis' disclosure count A-1)"
as mari --lang et disclosure count A-1
check "by its name in the language spoken" says "$(json mari \
    '.[] | select(.code == "consent").name' --lang et policy show \
    disclosure.basis)"
as mari search mari
check "what is found is marked in whatever field it is" says "[Mari] Tamm"
check "and no hour is made up for a day" not grep -E \
    '^[0-9a-f]{8}  Disclosure .*:' "$T/out"
must as mari release end "$wide" --by 'Mari Tamm'
is "taken back: it is lost" consent_lost \
    "$(json mari '.[0].state' referral list A-1)"
as mari today
check "and today says so" says "without its consent"

### A package, on a legal basis
as mari package make A-1 Police --records "$note" --sections notes \
    --informed --out "$T/a.tugi"
check "nothing leaves without a basis" ends 77
check "no file is there" test ! -e "$T/a.tugi"
printf 'river stone lamp\n' >"$T/secret"
must as mari package make A-1 Police --records "$note" --sections notes \
    --basis court --provision 'Order 12' --reason 'The court asks.' \
    --not-informed 'The court says so.' --out "$T/a.tugi" \
    --package-fd 9 9<"$T/secret"
check "the package tells nothing" not grep -q "$secret" "$T/a.tugi"
env HOME="$T/nobody" "$TUGI" --no-input package open "$T/a.tugi" \
    --into "$T/opened" --package-fd 9 9<"$T/secret" >"$T/out" 2>"$T/err"
rc=$?
check "it opens without a profile" ends 0
check "as text" grep -q "$secret" "$T/opened/records.txt"
is "as JSON" note "$(jq -r '.[0].kind' "$T/opened/records.json")"
is "and to print" '%PDF' "$(head -c 4 "$T/opened/records.pdf")"
printf 'another one here\n' >"$T/secret"
"$TUGI" --no-input package open "$T/a.tugi" --into "$T/wrong" \
    --package-fd 9 9<"$T/secret" >"$T/out" 2>"$T/err"
rc=$?
check "not with another passphrase" ends 77
is "counted by basis" 1 "$(json mari \
    '.[] | select(.basis == "court") | .count' disclosure count A-1)"

### One note shared, and taken back
must as mari share add A-1 'Jaan Puu' --records "$note" --by 'Mari Tamm' \
    --role guardian
start_hub hub "$port"
for who in mari jaan liis; do must as "$who" sync; done
is "Jaan reads that note" 1 "$(json jaan length share list)"
as jaan share list
check "as it was" says "$secret"
is "and no other of the case" 0 "$(json jaan length note list)"
is "Liis reads nothing" 0 "$(json liis length share list)"
must as mari share end A-1 'Jaan Puu' --by 'Mari Tamm'
for who in mari jaan; do must as "$who" sync; done
is "taken back" 0 "$(json jaan length share list)"

### To another school
as mari transition propose A-1 'Mari Mets' --kind preschool_school \
    --to Lasila --until 2099-08-31
check "a transition to oneself is refused" ends 64
must as mari --json transition propose A-1 'Jaan Puu' \
    --kind preschool_school --to Lasila --until 2099-08-31
way=$(jq -r .id "$T/out")
must as mari transition choose "$way" --records "$goal" --by 'Mari Tamm' \
    --role guardian
for who in mari jaan; do must as "$who" sync; done
is "it waits for Jaan" chosen "$(json jaan '.[0].state' transition list)"
must as jaan --json transition accept "$way"
own=$(jq -r .id "$T/out")
is "a case of his own begins" "Anna Tamm" "$(json jaan \
    ".[] | select(.id == \"$own\") | .name" case list)"
as jaan timeline "$own"
check "with what was picked" says "reads aloud"
for who in jaan mari; do must as "$who" sync; done
must as mari transition reduce "$way"
is "the sender keeps a stub" reduced \
    "$(json mari '.[0].state' transition list)"

### An assessment by two
must as mari consent grant A-1 --to 'Liis Kask' --sections card,assessment \
    --right write --by 'Mari Tamm' --role guardian
must as mari --json assess start A-1 risk-primary
run=$(jq -r .id "$T/out")
as mari assess answer "$run" absent=7
check "an answer outside the instrument is refused" ends 64
check "with what it takes" says "0 (none)"
must as mari assess answer "$run" absent=1 mood=2
for who in mari liis; do must as "$who" sync; done
must as liis assess answer "$run" absent=3 --note 'Never on Mondays.'
for who in liis mari; do must as "$who" sync; done
is "two do not agree" absent "$(json mari \
    '.items[] | select(.disagree) | .item' assess show "$run")"
as mari --lang et assess show "$run"
check "in Estonian too" says "Puudub põhjuseta"
as mari assess trend A-1
check "the trend has the domain" says "###"
must as mari --json assess judge "$run" immediate --reason 'Bruises.'
sig=$(jq -r .signal "$T/out")
as mari signal send "$sig" --channel phone --informed
check "a notification without a recipient is not sent" ends 64
as mari signal add A-1 'Child protection' 'Not fed.' --deadline 2020-01-01
check "nor has one a deadline in the past" ends 64
must as mari signal set "$sig" to='Child protection' provision='Act 27'
as mari today
check "it is due" says "notification to send"
must as mari --json signal letter "$sig" --out "$T/signal.pdf"
hash=$(jq -r .hash "$T/out")
must as mari signal send "$sig" --channel phone --not-informed 'Danger.'
is "what was printed is what was sent" "$hash" \
    "$(json mari .fields.hash signal show "$sig")"
must as mari signal step "$sig" delivered --words 'Case 12-4'
must as mari sync
must as liis sync
is "who reads the card is not told" 0 "$(json liis length signal list)"

### The hub
stop_hub
check "the hub has read no word of it" not grep -rqa "$secret" "$T/hub"
exit "$((failed > 0))"
