#!/usr/bin/env bash
# Goal: a stick that is full, takes no large file, or is pulled out while it is
# written or read. Whatever was to be on it, the program says what could not be
# written and what to do, leaves nothing that could be taken for the whole of
# it, and loses nothing: the same on another stick is whole.
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
must as mari sync
must as jaan sync
head -c 200000 /dev/urandom >"$T/drawing.jpg"
must as mari attachment add A-1 "$T/drawing.jpg"
{ echo "$head_row"; rows 1 300 A-1; } >"$T/m.csv"
must as mari import notes "$T/m.csv"
printf 'neli sõna siin kirjas\n' >"$T/key"
unsent() { json mari .unsent status; }

### What is written
bundle() { as mari bundle out "$1/mari.out"; }
carried() { as jaan bundle carry "$T/mari.out" "$1/mari.in"; }
backup() { as mari store backup "$1/mari.tugi"; }
exported() { as mari export "$1/all.tugi" --key-fd 8 8<"$T/key"; }
opened() { as mari export open "$T/all.tugi" "$1/plain" --key-fd 8 8<"$T/key"; }
hubs() {
	"$TUGID" backup "$T/hub" "$1/night.tugid" >"$T/out" 2>"$T/err"
	rc=$?
}
in_vain() { # words, folder, sentence, kind of writing
	check "$1: exit 74" ends 74
	check "$1: it names the file" says "$2/"
	check "$1: it says why, and what to do" says "$3"
	is "$1: nothing is left there" '' \
	    "$(cd "$2" && find . -mindepth 1 ! -name filler)"
}
must exported "$T" # which is a record that waits, too
must as mari bundle out "$T/mari.out"
must as jaan bundle carry "$T/mari.out" "$T/first.in"
waits=$(unsent)
all='bundle carried backup exported opened hubs'

### Full
mkdir "$T/stick"
if mount -t tmpfs -o size=64k,mode=755 none "$T/stick" 2>/dev/null; then
	mounted="$mounted $T/stick"
	head -c 61440 /dev/zero >"$T/stick/filler"
	for what in $all; do
		$what "$T/stick"
		in_vain "$what, a full stick" "$T/stick" \
		    'the disk is full; make room there, or use another one'
	done
fi

### One that takes no file of that size
mkdir "$T/small"
for what in $all; do
	(
		ulimit -f 12
		$what "$T/small"
		exit "$rc"
	)
	rc=$?
	in_vain "$what, no large files" "$T/small" \
	    'no file may grow that large there; use another disk'
done

### Pulled out while it is written
pulled() { # name of the unfinished file, call, number, kind of writing
	local saved=$TUGI hubs=$TUGID
	printf '#!/bin/sh\nexec strace -f -qq -o /dev/null -P "%s" -e trace=%s \
-e inject=%s:error=EIO:when=%s+ "%s" "$@"\n' "$T/small/$1" "$2" "$2" "$3" \
	    "$([ "$4" = hubs ] && echo "$TUGID" || echo "$TUGI")" >"$T/strace"
	chmod +x "$T/strace"
	TUGI=$T/strace TUGID=$T/strace
	$4 "$T/small"
	TUGI=$saved TUGID=$hubs
}
if command -v strace >/dev/null; then
	for at in mari.out.new:write:1:bundle mari.out.new:fsync:1:bundle \
	    mari.in.new:write:1:carried mari.tugi.new:pwrite64:9:backup \
	    mari.tugi-attachments/new:write:2:backup \
	    mari.tugi-attachments/new:fsync:1:backup \
	    all.tugi.part:write:3:exported all.tugi.part:fsync:1:exported \
	    plain/note.ndjson:write:1:opened plain/note.ndjson:fsync:1:opened \
	    night.tugid.part:pwrite64:9:hubs night.tugid.part:fsync:1:hubs \
	    night.tugid.sha256.new:write:1:hubs; do
		IFS=: read -r file call n what <<<"$at"
		pulled "$file" "$call" "$n" "$what"
		in_vain "$what, pulled at $call of $file" "$T/small" \
		    'the disk reports an error'
	done
fi
is "what waits still waits" "$waits" "$(unsent)"
bundle "$T/gone"
check "no stick there: a sentence" says 'no such file or folder'

### The same on another stick
must bundle "$T/small"
must as jaan bundle carry "$T/small/mari.out" "$T/small/mari.in"
must as mari bundle in "$T/small/mari.in"
is "the bundle is taken in whole" 0 "$(unsent)"
must as jaan sync
is "and all of it is at the colleague's" 300 "$(texts jaan | grep -c 'in A-1')"
is "the hub has each item once" 0 "$(sqlite3 -readonly "$T/hub/hub.db" \
    'SELECT count(*) - count(DISTINCT id) FROM item')"
mkdir -m 755 "$T/small/mari.tugi-attachments" # whose stick knows no owners
must backup "$T/small"
with_pass mari store verify --full "$T/small/mari.tugi"
check "the backup is whole" ends 0
must exported "$T/small"
must opened "$T/small"
is "the export is whole" 300 "$(wc -l <"$T/small/plain/note.ndjson")"
must hubs "$T/small"
"$TUGID" restore --verify-only "$T/small/night.tugid" >"$T/out" 2>"$T/err"
rc=$?
check "the hub's backup is whole" ends 0
as mari bundle in "$T/first.in"
check "and the answer from before says nothing new" says 'nothing was taken'

### Pulled out while it is read
must as mari note add A-1 'written later'
waits=$(unsent)
must as mari bundle out "$T/small/next.out"
must as jaan bundle carry "$T/small/next.out" "$T/small/next.in"
takes() { as mari bundle in "$1/next.in"; }
brings() { as jaan bundle carry "$1/next.out" "$T/next.in"; }
opened_there() {
	as mari export open "$1/all.tugi" "$T/there" --key-fd 8 8<"$T/key"
}
checks() {
	"$TUGID" restore --verify-only "$1/night.tugid" >"$T/out" 2>"$T/err"
	rc=$?
}
if command -v strace >/dev/null; then
	for at in next.in:takes next.out:brings all.tugi:opened_there; do
		pulled "${at%:*}" read 1 "${at#*:}"
		check "${at#*:}, pulled: an error" ends 74
		check "with the file's name" says "${at%:*}"
	done
	is "what waits still waits" "$waits" "$(unsent)"
	check "nothing is left of what was not read" \
	    not test -e "$T/next.in" -o -e "$T/there"
fi
cp "$T/small/next.in" "$T/whole.in"
truncate -s 300 "$T/small/next.in"
takes "$T/small"
check "what is short is refused" ends 64
rm "$T/small/next.in"
takes "$T/small"
check "what is gone is named" ends 3
must as mari bundle in "$T/whole.in"
is "the whole one ends it" 0 "$(unsent)"
[ "$failed" -eq 0 ]
