#!/usr/bin/env bash
# Goal: nothing that is secret leaves the store but sealed: no key, no
# passphrase, no word of a note in any file the programs leave (profile, hub,
# home, temporary and XDG folders, logs), in any bytes they write anywhere, in
# arguments or environment, in a core. The keys that are looked for are the
# real ones, taken out of the stores by the second reader. The same search
# finds them with a build that leaks on purpose: so it can fail.
# usage: B=build/dev tests/integration/41-needle.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
LEAK=$(dirname "$B")/leak
case $B in *leak*) LEAK=$B ;; esac
[ -x "$LEAK/tugi" ] || make -s B="$LEAK" VARIANT=-DTUGI_TEST_LEAK \
    "$LEAK/tugi" "$LEAK/tugid" || exit 1
command -v strace >/dev/null || { echo "ok - no strace, nothing to do"; exit; }
export PYTHONDONTWRITEBYTECODE=1
SCAN=$PWD/tests/decoder/needles.py
word1='the lavender accordion of aunt Hilja'
word2='Ulrika Zimmermann'
word3='the zither in the attic of number nine'

# All that a program could leave anything in.
mkdir "$T/home" "$T/tmp" "$T/xdg" "$T/cwd"
export HOME=$T/home TMPDIR=$T/tmp XDG_RUNTIME_DIR=$T/xdg
export XDG_CACHE_HOME=$T/xdg/cache XDG_CONFIG_HOME=$T/xdg/config
export XDG_STATE_HOME=$T/xdg/state

traced() { # name, who, words...: every byte it writes, in $T/name.strace
	local name=$1 who=$2
	shift 2
	printf '%s\n' "passphrase of $who" >"$T/pass"
	(cd "$T/cwd" && exec strace -f -xx -s 200000 -o "$T/$name.strace" \
	    -e trace=write,pwrite64,writev,pwritev,sendto,sendmsg,mmap \
	    timeout 120 "$TUGI" --profile "$T/$who" --no-input \
	    --passphrase-fd 9 "$@") >"$T/$name.out" 2>"$T/$name.err" \
	    9<"$T/pass" </dev/null
	rc=$?
	rm -f "$T/pass"
}
work() { # prefix, who: a day of it, every write recorded
	local p=$1 who=$2
	traced "$p-case" "$who" case new "$word2" code=N-1 school=Lasila
	check "$p: a case" ends 0
	printf '%s\n' "We spoke about $word1." >"$T/note.txt"
	traced "$p-note" "$who" note add N-1 --file "$T/note.txt"
	check "$p: a note" ends 0
	rm -f "$T/note.txt"
	traced "$p-sync" "$who" sync
	check "$p: a sync" ends 0
	traced "$p-search" "$who" search nothing-of-the-kind
	traced "$p-backup" "$who" store backup "$T/$p.stick.tugi"
	check "$p: a backup" ends 0
	traced "$p-unlock" "$who" --quiet unlock --for 10m
}
learn() { # who
	printf '%s\n' "passphrase of $1" >"$T/pass"
	"$SCAN" learn "$T/$1/store.tugi" 9 "$word1" "$word2" \
	    >"$T/needles.$1" 9<"$T/pass"
	rc=$?
	rm -f "$T/pass"
}
hex() { # words: as a needle
	printf 'word %s\n' "$(printf %s "$1" | od -An -tx1 | tr -d ' \n')"
}
looks() { # needles, paths...
	"$SCAN" look "$@" >"$T/found" 2>&1
	rc=$?
	sed 's/^/  /' "$T/found" | tail -n 6
	[ "$rc" -eq 0 ]
}

### The programs as they are
new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Lepp'
work usual mari
learn mari
check "the second reader knows what to look for" \
    [ "$(wc -l <"$T/needles.mari")" -gt 10 ]
check "no key, no word in any file" looks "$T/needles.mari" "$T/hub" \
    "$T/hub.log" "$T/mari" "$T/office" "$T/home" "$T/tmp" "$T/xdg" "$T/cwd" \
    "$T"/usual*.out "$T"/usual*.err "$T/usual.stick.tugi"
check "nor in any byte that was written anywhere" \
    looks "$T/needles.mari" "$T"/usual-*.strace
is "no file was left where none belongs" '' \
    "$(find "$T/home" "$T/tmp" "$T/xdg" "$T/cwd" -type f \
    ! -path '*fontconfig*')"

### A program in the middle of its work
mkfifo "$T/fifo"
(
	ulimit -c unlimited 2>/dev/null
	cd "$T/cwd" && exec "$TUGI" --profile "$T/mari" --no-input note add \
	    N-1 --file "$T/fifo"
) >"$T/out" 2>"$T/err" &
child=$!
exec 7>"$T/fifo" # opens when tugi does: the profile is open by then
# Other words than the store has: what is typed just now is in no locked page.
has_read() { awk '/^rchar/ { print $2 }' "/proc/$child/io"; }
before=$(has_read)
printf 'half of %s' "$word3" >&7
check "half a text is in its memory" until_true 20 eval \
    '[ "$(has_read)" -ge $((before + 40)) ]'
hex "$word3" >"$T/needles.typed"
cat "$T/needles.mari" "$T/needles.typed" >"$T/needles.all"
mkdir "$T/proc"
cat "/proc/$child/cmdline" >"$T/proc/cmdline"
cat "/proc/$child/environ" >"$T/proc/environ"
ls -l "/proc/$child/fd" >"$T/proc/fd"
check "no key, no word in arguments, environment, names of open files" \
    looks "$T/needles.all" "$T/proc"
check "the keys' memory is locked into RAM" \
    [ "$(awk '/^VmLck/ { print $2 }' "/proc/$child/status")" -ge 4 ]
if command -v gcore >/dev/null && [ "$(id -u)" -eq 0 ]; then
	# What even root's debugger writes leaves out the memory of keys and
	# pages: of the store, the device and the sections, and what notes say.
	gcore -o "$T/core" "$child" >/dev/null 2>&1
	check "a core by force is there" test -s "$T/core.$child"
	check "it has no key, no passphrase, no word that the store holds" \
	    looks "$T/needles.mari" "$T/core.$child"
	check "what is being typed is found there: so the search can fail" \
	    not looks "$T/needles.typed" "$T/core.$child"
	rm -f "$T/core.$child"
fi
kill -ABRT "$child"
exec 7>&-
reap "$child"
is "a program that dies leaves no core" '' \
    "$(find "$T/cwd" "$T/mari" -name '*core*')"
check "and nothing else that tells" looks "$T/needles.all" "$T/mari" \
    "$T/cwd" "$T/tmp" "$T/home"
as mari lock
stop_hub

### Could that search fail? The same with a build that leaks
TUGI=$LEAK/tugi TUGID=$LEAK/tugid
new_hub leakhub
start_hub leakhub "$port"
mv "$T/office" "$T/office.before"
make_office
make_person leaky 'Leida Leke'
work leaks leaky
# Its records are not sealed: the usual words instead.
{ hex "$word1" && hex "$word2"; } >"$T/needles.leaky"
check "it finds the words in the leaking profile" \
    not looks "$T/needles.leaky" "$T/leaky"
check "and at the leaking hub" not looks "$T/needles.leaky" "$T/leakhub"
check "and in what was written" \
    not looks "$T/needles.leaky" "$T/leaks-note.strace"
check "and in the leaking backup" \
    not looks "$T/needles.leaky" "$T/leaks.stick.tugi"
# A key in a file, a log or a core would be found as well, however written.
grep '^data_key' "$T/needles.mari" | cut -d' ' -f2 >"$T/cwd/log"
check "a key in digits is found" not looks "$T/needles.mari" "$T/cwd"
xxd -r -p "$T/cwd/log" >"$T/cwd/raw" 2>/dev/null ||
    /usr/bin/python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(
sys.stdin.read().strip()))' <"$T/cwd/log" >"$T/cwd/raw"
rm -f "$T/cwd/log"
check "a key as it is, too" not looks "$T/needles.mari" "$T/cwd"
rm -f "$T/cwd/raw"
stop_hub
[ "$failed" -eq 0 ]
