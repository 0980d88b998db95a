#!/usr/bin/env bash
# Goal: the file of a case with the programs: a guardian whose authority is
# limited, forms in languages the program does not speak, a withdrawal and its
# receipt, a text that is contested, a note in the wrong child's case, an offer
# that is declined, terms that are over.
# usage: B=build/dev tests/integration/58-file.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

new_hub hub
start_hub hub "$port"
make_office
make_person worker 'Mari Mets'
make_person nurse 'Liis Kask'
must as worker sync
must as worker case new 'Anna Tamm' code=A-1 born=2015-04-02
must as worker case new 'Berta Tamm' code=B-1

### The people of a case
must as worker person add A-1 kind=guardian name='Mari Tamm' authority=joint \
    address='Pikk 12-3, Rakvere' secret-address=yes
must as worker person add A-1 kind=guardian name='Jaan Tamm' \
    authority=limited ground='court 2-26-117'
father=$(cat "$T/out")
as worker person add A-1 kind=child name='Anna Tamm' born=2126-04-02
check "a birth date to come is refused" ends 64
check "and the sentence names the field" says "born"
as worker consent grant A-1 --to 'Liis Kask' --sections notes \
    --by 'Jaan Tamm' --role guardian
check "a consent by who has no authority for it is refused" ends 77
check "with the reason" says "authority is limited"
is "nothing of it is recorded" 0 "$(json worker length consent list A-1)"
must as worker person set "$father" may=consent
must as worker consent grant A-1 --to 'Liis Kask' --sections notes \
    --by 'Jaan Tamm' --role guardian scope=notes witness='Piret Saar' \
    place=Lasila form=consent easy-read=yes interpreter='O. Petrova' \
    --language ru
consent=$(cat "$T/out")
is "the consent says on which form" 2 \
    "$(json worker '.fields["form-version"]' consent show "$consent")"

as worker consent grant A-1 --to 'Liis Kask' --sections plan \
    --by 'Anna Tamm' --role child_capable --refused
check "a child's word asks for who judged them able" says "capacity-by="

### Forms on paper
must as worker consent form A-1 --language ru --easy-read \
    --sections notes,plan --pdf "$T/form.pdf"
check "a form in a language the program does not speak" \
    grep -q '^%PDF' "$T/form.pdf"
text=$(pdftotext -layout "$T/form.pdf" - | tr -s ' \n' ' ')
for words in 'Какие части дела Записи, План' Переводчик \
    'Место и дата Подпись' '1 ?/ ?1'; do
	check "it asks in that language: $words" grep -qE "$words" <<<"$text"
done
as worker consent show "$consent"
check "a right is a word" says "Right: reads"
as worker consent form A-1 --language de --pdf "$T/de.pdf"
check "none in one the policy has not" ends 64
check "and no file is left" not test -e "$T/de.pdf"

### Written, read, contested
must as worker note add A-1 'the zeppelin was two weeks late'
note=$(cat "$T/out")
must as worker sync
must as nurse sync
is "the nurse reads it" 1 "$(json nurse length note list)"
must as worker objection add "$note" kind=correction by='Mari Tamm' \
    text='It was two days.'
is "it stands beside the note" 'It was two days.' "$(json worker \
	'.objections[0].fields.text' note show "$note")"
as worker note show "$note"
check "for people too" says 'It was two days.'
must as worker restrict add "$note" reason=accuracy by='Mari Tamm'
restriction=$(cat "$T/out")
is "it is in no list" 0 "$(json worker length note list)"
must as worker sync
must as nurse sync
is "nor in the nurse's" 0 "$(json nurse length note list)"
as nurse restrict lift "$restriction" --reason 'I need it'
check "who does not keep it lifts nothing" not ends 0
must as worker restrict lift "$restriction" --reason 'Corrected beside it.'
must as worker sync
must as nurse sync
is "and it is used again" 1 "$(json nurse length note list)"

### The wrong child
must as worker note add A-1 'a unicyclist, and that was Berta'
wrong=$(cat "$T/out")
must as worker sync
must as nurse sync
as worker --json note move "$wrong" B-1 --reason 'Two sisters.'
check "a note is moved" ends 0
is "who could have it is named" 'Liis Kask' \
    "$(jq -r '.who_had_it[0].name' "$T/out")"
must as worker sync
must as nurse sync
is "it is gone for that case's readers" 1 "$(json nurse length note list)"
is "and stands in the right case" 1 "$(json worker length note list B-1)"

### Taken back, with a receipt
must as worker consent withdraw A-1 --from 'Liis Kask' --by 'Mari Tamm'
withdrawal=$(cat "$T/out")
must as worker sync
must as worker consent receipt "$withdrawal"
check "the receipt says what closed" says "closed, with a new key"
check "and that copies cannot be recalled" says "cannot be recalled"
must as worker consent receipt "$withdrawal" --pdf "$T/receipt.pdf"
check "on paper too" grep -q '^%PDF' "$T/receipt.pdf"
check "with sections by their names" grep -q 'Liis Kask .*Notes' \
    <(pdftotext -layout "$T/receipt.pdf" -)

### An offer that is declined
must as worker case new 'Juku Juurikas' code=J-1
must as worker uptake offer J-1 person='Mari Juurikas' informed=voluntary
must as worker note add J-1 'ballooning words in trust'
as worker help uptake decline
check "what a command says itself is not asked for" not says "outcome"
must as worker uptake decline J-1 by='Mari Juurikas'
check "what was not sent is gone" says "gone"
is "no content is kept" 0 "$(json worker length note list J-1)"
as worker note add J-1 'one more'
check "and none is written" ends 77
must as worker uptake accept J-1 by='Mari Juurikas'
must as worker note add J-1 'a first talk'

### Who has looked
must as worker viewed A-1
check "the day is noted" says "Mari Mets"

### Terms
must as worker retention due
check "without years in the policy nothing is over" says "No term is over"
as worker retention keep A-1 class=notes until=2020-01-01 words='a claim'
check "a day that has passed is none to keep until" ends 64
must as worker retention proof
for who in worker nurse; do must as "$who" sync; done
stop_hub
exit $((failed > 0))
