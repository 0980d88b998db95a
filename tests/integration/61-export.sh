#!/usr/bin/env bash
# Goal: what is given to the programs and cannot be is refused with a sentence
# that names the field and the way out, and nothing of it is written; what is
# taken out comes back equal.
. "$(dirname "$0")/lib.sh"
new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Lepp'
make_person jaan 'Jaan Oja'
for who in office mari; do must as $who sync; done
must as mari case new 'Anna Tamm' code=A-1 born=2015-04-02
must as mari note add A-1 'Esimene märge.'
must as mari group new Heaolurühm no-children=yes
state() {
	json mari '[.notes, .cases, .unsent] | join(" ")' status
	json mari length plan list
	json mari length consent list A-1
}
before=$(state)
refused() { # words, pieces of the sentence with | between, command...
	local words=$1 piece missing=
	local IFS='|'
	for piece in $2; do pieces="${pieces:-}$piece|"; done
	unset IFS
	shift 2
	as mari "$@"
	check "$words: refused" test "$rc" -ge 3 -a "$rc" -ne 70 -a "$rc" -lt 126
	IFS='|'
	for piece in $pieces; do says "$piece" || missing="$missing '$piece'"; done
	unset IFS
	pieces=
	is "$words: the sentence names what is wrong" '' "$missing"
	is "$words: nothing is written" "$before" "$(state)"
}
refused "a day that is not" 'born|2015-04-02' case set A-1 born=2015-02-30
refused "a goal due on no day" 'due' plan add A-1 'Two friends' due=2027-13-01
refused "a goal without words" 'goal' plan add A-1 ' '
refused "a consent that ends before it begins" 'until|later day' \
    consent grant A-1 --to 'Jaan Oja' --sections plan --by 'Mari Tamm' \
    --role guardian --until 2020-01-01
refused "a consent for a section that is not" 'section' \
    consent grant A-1 --to 'Jaan Oja' --sections diary --by 'Mari Tamm' \
    --role guardian
refused "a word that the policy does not have" 'category' \
    note add A-1 --category gossip 'Text.'
refused "a child in a welfare group" 'case' plan add Heaolurühm 'Anna Tamm'
refused "an override without a basis that exists" 'basis' \
    override add A-1 'Jaan Oja' --sections plan --basis hunch \
    --provision X --reason Y

# Ten thousand rows that are wrong in ten ways.
awk 'BEGIN {
	print "case;goal;due"
	split("A-9;x;1.3.2027|A-1;;|A-1;x;31.2.2027|A-1|A-1;x;1.3.2027;y|" \
	    "A-1;x;soon|A-1;a\"b;|;x;1.3.2027|\"A-1\"x;y;|A-1;x;2027-03-01", r, "|")
	for (i = 0; i < 10000; i++)
		print r[i % 10 + 1]
}' >"$T/broken.csv"
printf '%s\n' 'kind = plan' 'separator = ;' 'date = DD.MM.YYYY' \
    'place = case' 'field goal = goal' 'field due = due' >"$T/plan.map"
as mari --json import records "$T/broken.csv" --map "$T/plan.map" --dry-run
is "ten thousand broken rows: each is told" 10000 \
    "$(jq '[.lines[] | select(.what == "wrong" and (.words | test("^line [0-9]+ \\(row [0-9]+\\)")))] | length' "$T/out")"
refused "ten thousand broken rows" 'cannot be taken in; nothing was written' \
    import records "$T/broken.csv" --map "$T/plan.map"

# Out and back.
printf 'neli sõna siin kirjas\n' >"$T/key"
must as mari export "$T/all.tugi" --key-fd 8 8<"$T/key"
check "the file is for its owner alone" \
    test "$(stat -c %a "$T/all.tugi")" = 600
check "it holds no word as it is" not grep -q Esimene "$T/all.tugi"
must as mari export open "$T/all.tugi" "$T/plain" --key-fd 8 8<"$T/key"
must as mari --json note list
jq -S '[.[] | del(.waits)] | sort' "$T/out" >"$T/a"
jq -s -S '[.[] | del(.waits)] | sort' "$T/plain/note.ndjson" >"$T/b"
check "the notes are equal" same "$T/a" "$T/b"
head -c 150000 /dev/urandom >"$T/scan.pdf"
must as mari attachment add A-1 "$T/scan.pdf"
must as mari --json export "$T/files.tugi" --key-fd 8 8<"$T/key"
is "an attached file goes along" 1 "$(jq .files "$T/out")"
is "and none is missing" 0 "$(jq .files_missing "$T/out")"
must as mari export open "$T/files.tugi" "$T/plain2" --key-fd 8 8<"$T/key"
check "it comes back as it was" cmp -s "$T/scan.pdf" \
    "$T"/plain2/attachments/*-scan.pdf
as mari export open "$T/all.tugi" "$T/plain" --key-fd 8 8<"$T/key"
check "a folder that is there is not written into" says 'there already'
as mari export open "$T/all.tugi" "$T/other" --key-fd 7 7<<<'some other words'
check "another passphrase opens nothing" ends 77
check "and leaves no folder" not test -e "$T/other"
must as mari --json timeline A-1
is "the card says each time that it was taken out" 2 \
    "$(jq '[.[] | select(.type == "export")] | length' "$T/out")"
[ "$failed" -eq 0 ]
