#!/usr/bin/env bash
# Goal: a worker without any line exchanges with the hub by files that others
# carry, with what a line guarantees: everything arrives once, receipts and
# proofs are checked, and cut, doubled, old, changed sticks and sticks of others
# change nothing and say so.
. "$(dirname "$0")/lib.sh"
new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Lepp'
make_person jaan 'Jaan Oja'
must as mari sync
must as mari case new 'Anna Tamm' code=A-1
must as mari consent grant A-1 --to 'Jaan Oja' --sections card,notes \
    --right write --by 'the mother' --role guardian
must as mari note add A-1 'first, by line'
must as mari sync
must as jaan sync
unsent() { json "$1" .unsent status; }

### Out, carried by a colleague, back
must as mari note add A-1 'second, by stick'
must as mari bundle out "$T/mari.out"
check "it says what it takes" says 'sealed piece'
is "what is in it waits on" 1 "$(unsent mari)"
must as jaan note add A-1 'third, of a colleague'
must as jaan sync
must as jaan bundle carry "$T/mari.out" "$T/mari.in"
check "who carries it learns nothing" not grep -qaE 'second|Anna' \
    "$T/mari.out" "$T/mari.in"
must as jaan sync
is "the hub has it, and the colleague" 1 \
    "$(texts jaan | grep -c 'second, by stick')"

### Sticks that are not right
cp "$T/mari.in" "$T/good.in"
as jaan bundle in "$T/mari.in"
check "another person's stick is refused" ends 64
check "with a sentence" says 'for another device'
as mari bundle in "$T/mari.out"
check "the stick that goes out does not come in" says 'goes to the hub'
as jaan bundle carry "$T/mari.in" "$T/x"
check "nor the other way" says 'comes from the hub'
check "and nothing is written" not test -e "$T/x"
size=$(stat -c %s "$T/good.in")
bad=
for n in 0 5 14 15 100 $((size / 2)) $((size - 1)); do
	head -c "$n" "$T/good.in" >"$T/cut.in"
	as mari bundle in "$T/cut.in"
	[ "$rc" -eq 64 ] || bad="$bad $n:$rc"
done
is "a cut copy is refused" '' "$bad"
bad=
size_out=$(stat -c %s "$T/mari.out")
for n in 3 14 20 60 200 $((size / 3)) $((size - 5)); do
	cp "$T/good.in" "$T/hurt.in"
	printf altered, | dd of="$T/hurt.in" bs=1 seek="$n" conv=notrunc \
	    2>/dev/null
	as mari bundle in "$T/hurt.in"
	[ "$rc" -eq 64 ] || bad="$bad in-$n:$rc"
	cp "$T/mari.out" "$T/hurt.out"
	printf altered, | dd of="$T/hurt.out" bs=1 \
	    seek=$((n % (size_out - 2))) conv=notrunc 2>/dev/null
	as jaan bundle carry "$T/hurt.out" "$T/x"
	[ "$rc" -ne 0 ] || bad="$bad out-$n:$rc"
done
is "a changed one too" '' "$bad"
is "what waits still waits" 1 "$(unsent mari)"

### In
must as mari bundle in "$T/good.in"
check "it tells what a sync tells" says 'Sent 1 note, received 1 note'
is "nothing waits" 0 "$(unsent mari)"
is "the colleague's note is here" 1 \
    "$(texts mari | grep -c 'third, of a colleague')"
must as mari bundle in "$T/good.in"
check "the same stick again: nothing" says 'nothing was taken'
is "and --json says so" true "$(json mari .stale bundle in "$T/good.in")"

### Two sticks under way, a doubled one, an old one
must as mari note add A-1 'fourth'
must as mari bundle out "$T/a.out"
must as mari note add A-1 'fifth'
must as mari bundle out "$T/b.out"
must as jaan bundle carry "$T/b.out" "$T/b.in"
must as jaan bundle carry "$T/a.out" "$T/a.in"
must as jaan bundle carry "$T/a.out" "$T/a2.in"
must as mari bundle in "$T/b.in"
is "all of both is sent" 0 "$(unsent mari)"
must as mari bundle in "$T/a.in"
check "the older answer changes nothing" says 'nothing was taken'
must as jaan sync
is "and each note is at the colleague's once" '1 1' \
    "$(texts jaan | grep -c fourth) $(texts jaan | grep -c fifth)"
is "the hub has each item once" 0 "$(sqlite3 -readonly "$T/hub/hub.db" \
    'SELECT count(*) - count(DISTINCT id) FROM item')"
must as mari note add A-1 'sixth'
must as mari bundle out "$T/c.out"
must as mari sync
must as jaan bundle carry "$T/c.out" "$T/c.in"
must as mari bundle in "$T/c.in"
check "a sync in between: the stick is of no use and does no harm" \
    says 'nothing was taken'

### Files of attachments
{ printf 'the marimba player of room nine' && head -c 900000 /dev/urandom; } \
    >"$T/drawing.jpg"
must as mari --json attachment add A-1 "$T/drawing.jpg"
file=$(jq -r .id "$T/out")
must as mari bundle out "$T/p.out"
check "it says that a file goes along" says 'sealed file of 1 attachment'
head -c 700000 "$T/p.out" >"$T/cut.out"
as jaan bundle carry "$T/cut.out" "$T/x"
check "a cut stick with a file is refused" ends 64
check "before anything is sent" not test -e "$T/x"
must as jaan bundle carry "$T/p.out" "$T/p.in"
must as jaan bundle carry "$T/p.out" "$T/p2.in" # the copy
as jaan bundle in "$T/p.in"
check "another person's is refused" ends 64
must as mari bundle in "$T/p.in"
check "the hub has it" says '1 attachment is at the hub now'
must as mari bundle in "$T/p2.in"
check "the doubled one changes nothing" says 'nothing was taken'
is "it is at the hub once" 1 "$(sqlite3 -readonly "$T/hub/hub.db" \
    'SELECT count(*) FROM blob WHERE whole')"
must as mari bundle out "$T/p3.out"
check "and is not sent again" not says 'sealed file'
must as jaan sync
is "the colleague has the record alone" 0 \
    "$(find "$T/jaan" -path '*attachments/*' -type f | wc -l)"
as jaan bundle out "$T/q.out" 00000000
check "what is no attachment cannot be asked for" ends 3
must as jaan bundle out "$T/q.out" "${file:0:8}"
check "a stick asks for the file" says 'asks for the file of 1 attachment'
must as mari bundle carry "$T/q.out" "$T/q.in"
check "who carries it cannot read it" not grep -qa marimba "$T/p.out" \
    "$T/q.in"
must as jaan bundle in "$T/q.in"
check "it comes" says 'file of 1 attachment is on this device'
stop_hub
must as jaan attachment get "${file:0:8}" --out "$T/got.jpg"
check "and opens without a hub, byte for byte" cmp -s "$T/drawing.jpg" \
    "$T/got.jpg"
start_hub hub "$port"

### A door that closes by stick
must as mari consent withdraw A-1 --from 'Jaan Oja' --by 'the mother'
must as mari bundle out "$T/d.out"
must as office bundle carry "$T/d.out" "$T/d.in"
must as mari bundle in "$T/d.in"
must as jaan note add A-1 'written without knowing'
as jaan sync
check "it is closed to the colleague" says 'closed to you'

### A colleague's epoch came first: what was sealed under the old key goes again
must as mari consent grant A-1 --to 'Jaan Oja' --sections card,notes \
    --right write --by 'the mother' --role guardian
must as mari sync
must as jaan sync
must as jaan note add A-1 'seventh, under the old key'
must as jaan bundle out "$T/e.out"
must as mari consent grant A-1 --to 'Tiina Saar' --sections card,notes \
    --by 'the mother' --role guardian
must as mari sync
must as mari bundle carry "$T/e.out" "$T/e.in"
must as jaan bundle in "$T/e.in"
check "he is told that more is needed" says 'make another bundle'
must as jaan bundle out "$T/f.out"
must as mari bundle carry "$T/f.out" "$T/f.in"
must as jaan bundle in "$T/f.in"
is "and nothing waits" 0 "$(unsent jaan)"
must as mari sync
is "it has arrived, once" 1 "$(texts mari | grep -c seventh)"

### The end of a device comes by stick, too
must as mari bundle out "$T/g.out"
device=$(json office '.[0].device' office devices 'Mari Lepp')
must as office --yes office revoke "${device:0:8}"
must as office sync
must as office bundle carry "$T/g.out" "$T/g.in"
must as jaan bundle out "$T/i.out"
as mari bundle carry "$T/i.out" "$T/i.in"
check "who is revoked carries for others like a stranger" ends 0
as mari bundle in "$T/g.in"
check "a revoked device learns it" says 'revoked this device'
as mari bundle out "$T/h.out"
check "and makes no more bundles" not test "$rc" -eq 0
[ "$failed" -eq 0 ]
