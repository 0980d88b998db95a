#!/usr/bin/env bash
# Goal: files kept with a case, by the real programs: added, looked at, backed
# up and brought back, and killed at random moments while they are added. What
# was said to be saved comes out byte for byte; nothing readable lies about.
# usage: B=build/dev tests/integration/42-attachments.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

got() { # who, attachment, file: it comes out as that file
	rm -f "$T/got"
	as "$1" attachment get "$2" --out "$T/got"
	[ "$rc" -eq 0 ] && cmp -s "$T/got" "$3"
}
mkdir "$T/mine"
{ printf 'the marimba player of room nine\n' && head -c 300000 /dev/urandom; } \
    >"$T/mine/drawing.jpg"
head -c 70000 /dev/urandom >"$T/mine/..letter.pdf"

new_hub hub
start_hub hub "$port"
make_office
make_person liis 'Liis Kask'
must as liis case new 'Anna Tamm' code=A-1
must as liis note add A-1 'She drew this.'
note=$(json liis '.[0].id' note list A-1)

### Added and looked at
as liis --json attachment add A-1 "$T/mine/drawing.jpg" --to "$note" \
    words='a red house'
id=$(jq -r .id "$T/out")
check "a file is added to a note" ends 0
check "it comes out as it went in" got liis "$id" "$T/mine/drawing.jpg"
check "the list names it" [ "$(json liis '.[0].fields | .name + .media' \
    attachment list A-1)" = drawing.jpgimage/jpeg ]
as liis note show "$note"
check "so does the note" says drawing.jpg
as liis --json attachment show "$id"
check "its key is shown nowhere" not says '"key"'
check "the timeline has it" [ "$(json liis '[.[] | select(.type ==
    "attachment")] | length' timeline A-1)" = 1 ]
check "search finds what was said of it" [ "$(json liis length search house)" = 1 ]
is "nothing readable of it lies in the profile" 0 \
    "$(grep -rla marimba "$T/liis" | wc -l)"
as liis attachment get "$id" --out "$T/got"
check "nothing is overwritten" ends 4
as liis --json attachment add A-1 "$T/mine/..letter.pdf"
two=$(jq -r .id "$T/out")
(cd "$T/mine" && mkdir inner && cd inner && as liis attachment get "$two")
check "a name that hides is made harmless" \
    cmp -s "$T/mine/inner/_.letter.pdf" "$T/mine/..letter.pdf"
as liis attachment add A-1 "$T/mine/none.pdf"
check "a file that is not there is named" ends 3
as liis attachment add A-1 "$T/mine"
check "a folder is no file" ends 64

### Given with a copy of the file
must as liis copy review A-1 "$T/list" --for 'Anna Tamm' --as child
is "each file is asked about" 2 "$(grep -c '^? file' "$T/list")"
sed -e 's/^? record/give record/' -e 's/^? word/show word/' \
    -e "s/^? file $id/give file $id/" -e 's/^? file/leave file/' \
    "$T/list" >"$T/decided"
as liis copy make "$T/decided" --data "$T/c.json"
check "without a place for it nothing is given" ends 64
check "and nothing is written" not test -e "$T/c.json"
must as liis copy make "$T/decided" --data "$T/c.json" --files "$T/given"
check "the file that was let in comes out as it is" \
    cmp -s "$T/given/1.jpg" "$T/mine/drawing.jpg"
is "the other one does not" 1.jpg "$(ls "$T/given")"
is "the record says how many" 1 "$(json liis '[.[] | select(.fields.what |
    test("attached files given: 1, not given: 1"))] | length' \
    disclosure list A-1)"

### Over the hub
make_person jaan 'Jaan Mets'
must as liis --json sync
is "both files go to the hub" 2 "$(jq .files_sent "$T/out")"
must as liis consent grant A-1 --to 'Jaan Mets' --sections card,notes \
    --by 'Mari Tamm' --role guardian
must as liis sync
is "sealed" 0 "$(grep -rla marimba "$T/hub" | wc -l)"
must as jaan sync
is "the colleague has the record, not yet the file" 0 \
    "$(find "$T/jaan" -path '*attachments/*' -type f | wc -l)"
check "the file comes when it is needed" got jaan "$id" "$T/mine/drawing.jpg"
is "one file, and it stays" 1 \
    "$(find "$T/jaan" -path '*attachments/*' -type f | wc -l)"
as liis --json attachment show "$id"
check "it is said where the file is" [ "$(jq -c '[.here, .at_hub]' "$T/out")" = \
    '[true,true]' ]
must as liis attachment drop "$id"
is "dropped, one is left" 1 "$(find "$T/liis/attachments" -type f | wc -l)"
check "and it comes again from the hub" got liis "$id" "$T/mine/drawing.jpg"
as liis --json attachment add A-1 "$T/mine/drawing.jpg" words=unsent
as liis attachment drop "$(jq -r .id "$T/out")"
check "what the hub does not have is not dropped" ends 77
make_person olga 'Olga Kuusk'
as olga attachment get "$id" --out "$T/got.olga"
check "who is not let in has nothing to ask for" ends 3
"$TUGI" --profile "$T/jaan" --no-input attachment get "$two" \
    --out "$T/torn" >"$T/out" 2>"$T/err" </dev/null &
p=$!
nap $((RANDOM % 60))
{ kill -KILL $p; wait $p; } 2>/dev/null
check "what has its name by then is whole" eval \
    '[ ! -e "$T/torn" ] || cmp -s "$T/torn" "$T/mine/..letter.pdf"'
rm -f "$T/torn" "$T/torn.new"
check "a fetch that was killed is done again" got jaan "$two" \
    "$T/mine/..letter.pdf"
must as liis consent withdraw A-1 --from 'Jaan Mets' --sections card,notes \
    --by 'Mari Tamm'
must as liis sync
must as jaan sync
is "with the consent the file goes from their device" 0 \
    "$(find "$T/jaan" -path '*attachments/*' -type f | wc -l)"
"$TUGID" backup "$T/hub" "$T/night.tugid" >"$T/out" 2>"$T/err"
rc=$?
check "a backup of the hub has them, and is whole" ends 0

### A backup, and back
must as liis --json store backup "$T/stick.tugi"
is "they are in the backup" 3 "$(jq .attachments "$T/out")"
is "sealed there, too" 0 "$(grep -rla marimba "$T"/stick.tugi* | wc -l)"
with_pass liis store verify --full "$T/stick.tugi"
check "which is whole" ends 0
people="$people again"
PASS='passphrase of liis' must with_pass again store restore "$T/stick.tugi"
PASS='passphrase of liis' must with_pass again --quiet unlock --for 30m
check "what comes back opens" got again "$id" "$T/mine/drawing.jpg"
f=$(find "$T/stick.tugi-attachments" -type f | head -n 1)
printf altered, | dd of="$f" bs=1 seek=5000 conv=notrunc 2>/dev/null
with_pass liis store verify --full "$T/stick.tugi"
check "a backup whose file was changed is found out" ends 76

### Killed
kill_at() { # ms, words...
	local p
	"$TUGI" --profile "$T/liis" --no-input "${@:2}" >"$T/out" 2>"$T/err" \
	    </dev/null &
	p=$!
	nap "$1"
	kill -KILL $p 2>/dev/null
	wait $p
	rc=$?
}
before=$(date +%s%N)
must as liis attachment add A-1 "$T/mine/drawing.jpg" words=undisturbed
took=$((($(date +%s%N) - before) / 1000000 + 1))
hits=0
: >"$T/saved"
{
for i in $(seq 25); do
	kill_at $((RANDOM % (took * 2))) --json attachment add A-1 \
	    "$T/mine/drawing.jpg" words="number $i"
	[ "$rc" -eq 137 ] && hits=$((hits + 1))
	[ "$rc" -eq 0 ] && jq -r .id "$T/out" >>"$T/saved"
done
} 2>/dev/null
check "of 25 additions $hits were killed, $(wc -l <"$T/saved") were said to be saved" \
    [ "$hits" -ge 1 ]
json liis '.[].id' attachment list A-1 | sort >"$T/there"
is "each of these is listed" '' "$(sort "$T/saved" | comm -23 - "$T/there")"
bad=0
while read -r one; do
	[ "$one" = "$two" ] || got liis "$one" "$T/mine/drawing.jpg" || bad=$((bad + 1))
done <"$T/there"
is "each one listed comes out whole" 0 "$bad"
is "and no file lies there without a record" "$(wc -l <"$T/there")" \
    "$(find "$T/liis/attachments" -type f | wc -l)"
[ "$failed" -eq 0 ]
