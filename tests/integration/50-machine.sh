#!/usr/bin/env bash
# Goal: what a machine can do to a worker: a full disk, a folder that cannot
# be written, two programs at once, a wrong passphrase, a damaged store, a
# clock that is wrong by years. Nothing that was said to be saved is lost, the
# sentence and the exit code fit; and the machine's other users, its process
# list and logs learn neither passphrase nor text.
. "$(dirname "$0")/lib.sh"
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
echo "seed $SEED"
RANDOM=$((SEED % 32768))
umask 000 # what follows is private by the programs' own doing
new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Lepp'
make_person jaan 'Jaan Oja'
must as mari sync
must as mari case new 'Anna Tamm' code=A-1
must as mari consent grant A-1 --to 'Jaan Oja' --sections card,notes \
    --by 'the mother' --role guardian
must as mari note add A-1 'the first'
must as mari sync
must as jaan sync

### Modes
open_files() { find "$@" \( -type f -o -type d \) -perm /077; }
is "with umask 000 every file is its owner's alone" '' \
    "$(open_files "$T/hub" "$T/office" "$T/mari" "$T/jaan")"
umask 077

### What others on the machine can see
secret='kollane vihmavari trepil'
words='The aunt telephoned about the green bicycle'
mkfifo "$T/fifo"
printf 'passphrase of mari\n' >"$T/pass"
must as mari lock
"$TUGI" --profile "$T/mari" --no-input --passphrase-fd 9 note add A-1 \
    --file "$T/fifo" >"$T/out" 2>"$T/err" 9<"$T/pass" &
p=$!
exec 7>"$T/fifo" # opens when tugi does: the profile is unlocked by then
for part in cmdline environ; do
	check "no passphrase in /proc/PID/$part" \
	    not grep -qaF 'passphrase of mari' "/proc/$p/$part"
	check "no text in it either" not grep -qaF bicycle "/proc/$p/$part"
done
check "no core file can be made" \
    grep -qE '^Max core file size +0 +0' "/proc/$p/limits"
if [ "$(id -u)" -eq 0 ]; then
	check "another user reads nothing of the process" \
	    not setpriv --reuid 65534 --regid 65534 --clear-groups \
	    cat "/proc/$p/environ" 2>/dev/null
fi
check "the process belongs to nobody's debugger" \
    test "$(stat -c %U "/proc/$p/mem")" = root
printf '%s\n' "$words" >&7
exec 7>&-
reap $p
check "the note is saved" ends 0
check "the words went nowhere but to the note" not says bicycle
rm -f "$T/fifo" "$T/pass"
PASS="$secret" with_pass mari status
check "a wrong passphrase is refused" ends 77
check "and not repeated" not says vihmavari
must with_pass mari --quiet unlock --for 30m
must as mari sync
check "no passphrase, no text in any file or log" \
    not grep -rqaE 'passphrase of|vihmavari|bicycle|Anna Tamm' \
    "$T/hub" "$T/hub.log" "$T/mari" "$T/jaan" "$T/office"
is "the note is there" 1 "$(texts mari | grep -c bicycle)"

### Two at once
: >"$T/kept"
: >"$T/refused" # often nobody: the second one waits for a while
writer() { # name
	local i
	trap - EXIT
	for i in $(seq 25); do
		"$TUGI" --profile "$T/mari" --no-input --quiet note add A-1 \
		    "both $1 $i" >/dev/null 2>>"$T/$1.err" </dev/null
		case $? in
		0) echo "both $1 $i" >>"$T/kept.$1" ;;
		4) echo "$1 $i" >>"$T/refused" ;;
		*) echo "$1 $i" >>"$T/odd" ;;
		esac
	done
}
writer one &
one=$!
writer two &
two=$!
writer three &
three=$!
for _ in $(seq 10); do
	as mari sync
	[ "$rc" -eq 0 ] || [ "$rc" -eq 4 ] || echo "sync $rc" >>"$T/odd"
done
reap $one
reap $two
reap $three
check "four programs at once end with 0 or 4" not test -e "$T/odd"
cat "$T"/kept.* | sort >"$T/kept"
texts mari | grep ^both >"$T/there"
check "the $(wc -l <"$T/kept") notes of those who got in are there, no other" \
    same "$T/kept" "$T/there"
is "those who did not are told why" "$(wc -l <"$T/refused")" \
    "$(cat "$T"/one.err "$T"/two.err "$T"/three.err |
    grep -c 'another tugi has it open')"
must as mari sync
must as jaan sync

### Full disks
texts mari >"$T/wanted"
fill() { # folder: not a byte is left
	dd if=/dev/zero of="$1/filler" bs=64k 2>/dev/null
	dd if=/dev/zero of="$1/filler2" bs=1k 2>/dev/null
	dd if=/dev/zero of="$1/filler3" bs=1 count=5000 2>/dev/null
	:
}
small_disk() { # folder, MiB
	mkdir "$1"
	[ "$(id -u)" -eq 0 ] && mount -t tmpfs -o "size=$2m,mode=711" none \
	    "$1" 2>/dev/null && mounted="$mounted $1"
}
add_until_full() {
	local i
	for i in $(seq 300); do
		as "$1" note add A-1 "$2 $i"
		[ "$rc" -eq 0 ] || return
		echo "$2 $i" >>"$T/wanted"
	done
}
all_there() {
	sort "$T/wanted" >"$T/w"
	texts "$1" >"$T/t"
	same "$T/w" "$T/t"
}
if small_disk "$T/disk" 8; then
	cp -a "$T/mari" "$T/disk/mari"
	people="$people disk/mari"
	PASS='passphrase of mari' must with_pass disk/mari unlock --for 30m
	must as jaan case new 'Peeter Tamm' code=J-1
	must as jaan consent grant J-1 --to 'Mari Lepp' \
	    --sections card,notes --by 'the father' --role guardian
	{ echo "$head_row"; rows 1 300 J-1; } >"$T/j.csv"
	must as jaan import notes "$T/j.csv"
	must as jaan sync
	fill "$T/disk"
	add_until_full disk/mari disk
	check "a note on a full disk: exit 74" ends 74
	check "with a sentence" says 'the disk is full'
	check "what was said to be saved can be read" all_there disk/mari
	{ echo "$head_row"; rows 1 2000 A-1; } >"$T/m.csv"
	as disk/mari import notes "$T/m.csv"
	check "an import on a full disk: exit 74" ends 74
	check "takes in nothing" all_there disk/mari
	as disk/mari sync
	check "a sync on a full disk: exit 74" ends 74
	check "with a sentence" says 'the disk is full'
	check "loses nothing" all_there disk/mari
	rm "$T"/disk/filler*
	must as disk/mari note add A-1 'room again'
	echo 'room again' >>"$T/wanted"
	json jaan '.[].fields.text' note list J-1 >>"$T/wanted"
	must as disk/mari sync
	check "with room again it all goes on" all_there disk/mari
	is "and all is sent" 0 "$(json disk/mari .unsent status)"

	mount -o remount,ro "$T/disk"
	as disk/mari note add A-1 'read-only'
	check "a read-only disk: exit 74" ends 74
	check "with a sentence" says 'read-only'
	mount -o remount,rw "$T/disk"
	must as disk/mari lock
	rm -rf "$T/mari"
	cp -a "$T/disk/mari" "$T/mari"
	must with_pass mari --quiet unlock --for 30m
fi
(
	# SQLite is told "file too large" where the limit is.
	size=$(stat -c %s "$T/mari/store.tugi")
	ulimit -f $((size / 1024 + 64))
	add_until_full mari limit
	exit "$rc"
)
rc=$?
check "a store that may not grow: exit 74" ends 74
check "what was said to be saved can be read" all_there mari
must as mari note add A-1 'after the limit'
echo 'after the limit' >>"$T/wanted"
must as mari sync
must as jaan sync
check "and goes on" all_there jaan

if small_disk "$T/hubdisk" 24; then
	stop_hub
	cp -a "$T/hub" "$T/hubdisk/hub"
	echo 'keep_free_mib = 0' >>"$T/hubdisk/hub/tugid.conf"
	start_hub hubdisk/hub "$port"
	fill "$T/hubdisk"
	{ echo "$head_row"; rows 1 900 A-1; } >"$T/m.csv"
	must as mari import notes "$T/m.csv"
	texts mari >"$T/wanted"
	as mari sync
	check "a hub with a full disk: exit 75" ends 75
	check "with a sentence" says 'tugi: the hub'
	check "nothing is lost" all_there mari
	check "the hub's operator is told why" \
	    grep -qE '^<[0-4]>.*(full|space)' "$T/hubdisk/hub.log"
	as jaan sync
	check "others can still fetch" ends 0
	rm "$T"/hubdisk/filler*
	must as mari sync
	must as jaan sync
	check "with room again it takes all, once" all_there jaan
	stop_hub KILL 2>/dev/null
	echo 'keep_free_mib = 512' >>"$T/hubdisk/hub/tugid.conf"
	start_hub hubdisk/hub "$port"
	must as mari note add A-1 'below the watermark'
	as mari sync
	check "a hub below its watermark takes no text: exit 75" ends 75
	check "and says so" says "no room left"
	must as mari consent withdraw A-1 --from 'Jaan Oja' --by 'the mother'
	as mari sync
	as jaan sync
	stop_hub
	sed -i 's/^keep_free_mib.*//' "$T/hubdisk/hub/tugid.conf"
	echo 'keep_free_mib = 0' >>"$T/hubdisk/hub/tugid.conf"
	rm -rf "$T/hub"
	cp -a "$T/hubdisk/hub" "$T/hub"
	start_hub hub "$port"
	must as mari sync
	echo 'below the watermark' >>"$T/wanted"
	must as mari consent grant A-1 --to 'Jaan Oja' --sections card,notes \
	    --by 'the mother' --role guardian
	must as mari sync
	must as jaan sync
	check "after the watermark all is there" all_there jaan
fi

### A read-only folder
if [ "$(id -u)" -eq 0 ]; then
	cp -a "$T/mari" "$T/ro"
	chown -R 65534:65534 "$T/ro"
	chmod -R a-w "$T/ro"
	printf 'passphrase of mari\n' >"$T/pass"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$TUGI" \
	    --profile "$T/ro" --no-input --passphrase-fd 9 note add A-1 x \
	    >"$T/out" 2>"$T/err" 9<"$T/pass" </dev/null
	rc=$?
	rm -f "$T/pass"
	check "a folder of which nothing may be written: exit 74" ends 74
	check "with a sentence" says read-only
fi

### A damaged store
mkdir "$T/hurt"
people="$people hurt"
size=$(stat -c %s "$T/mari/store.tugi")
cp -a "$T/mari/." "$T/hurt"
PASS='passphrase of mari' must with_pass hurt --quiet unlock --for 30m
texts mari >"$T/wanted"
died='' wrong='' noticed=0 whole=0
try() { # words: the hurt profile is refused in a sentence, or is whole
	as hurt --json note list
	if [ "$rc" -eq 0 ]; then
		jq -r '.[].fields.text' "$T/out" | sort >"$T/t"
		cmp -s "$T/wanted" "$T/t" || wrong="$wrong $1"
		whole=$((whole + 1))
	elif [ "$rc" -gt 77 ] || [ "$rc" -eq 70 ] || ! says 'tugi: '; then
		died="$died $1:$rc"
	else
		noticed=$((noticed + 1))
		tail -n 1 "$T/err" >>"$T/sentences"
	fi
	rm -f "$T"/hurt/*
	cp -a "$T/mari/." "$T/hurt"
}
for n in 0 1 100 4095 4096 8192 12288 $((size / 2)) $((size - 4096)) \
    $((size - 1)); do
	truncate -s $n "$T/hurt/store.tugi"
	try "cut-$n"
done
is "no cut store is taken for whole" "0 ''" "$whole '$wrong'"
flip() { # byte
	printf "\\$(printf %03o $((RANDOM % 256)))" |
	    dd of="$T/hurt/store.tugi" bs=1 seek="$1" conv=notrunc 2>/dev/null
}
for n in $(seq 0 1024 20480); do
	flip $((n + RANDOM % 512))
	try "byte-$n"
done
for _ in $(seq 25); do
	n=$(((RANDOM * 32768 + RANDOM) % (size - 4096)))
	dd if=/dev/urandom of="$T/hurt/store.tugi" bs=1 seek=$n count=64 \
	    conv=notrunc 2>/dev/null
	try "bytes-$n"
done
dd if=/dev/urandom of="$T/hurt/store.tugi" bs=4096 seek=9 count=3 \
    conv=notrunc 2>/dev/null
try pages
cp "$T/hurt/store.tugi" "$T/swap"
dd if="$T/swap" of="$T/hurt/store.tugi" bs=4096 skip=20 seek=24 count=1 \
    conv=notrunc 2>/dev/null
try "a page in another's place"
is "no damage shows wrong text" '' "$wrong"
is "none ends without a sentence" '' "$died"
check "$noticed were noticed, $whole hit nothing that is read" \
    test $noticed -ge 15
sort "$T/sentences" | uniq -c | sort -rn | head -n 5
is "the profile itself is as it was" "$(md5sum <"$T/wanted")" \
    "$(texts mari | md5sum)"

### Clocks
lib=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
at() { # time for libfaketime, who, words...
	local when=$1 who=$2
	shift 2
	LD_PRELOAD=$lib FAKETIME=$when FAKETIME_DONT_FAKE_MONOTONIC=1 \
	    timeout 60 "$TUGI" --profile "$T/$who" --no-input "$@" \
	    >"$T/out" 2>"$T/err" </dev/null
	rc=$?
}
if [ -z "$lib" ]; then
	echo "libfaketime is not here: clocks are left to the unit tests"
else
	for when in '@1970-01-01 00:10:00' '+4000d' '@2037-12-31 23:59:00'; do
		at "$when" mari note add A-1 "clock $when"
		check "at $when a note is saved" ends 0
		echo "clock $when" >>"$T/wanted"
		at "$when" mari sync
		check "at $when a sync" ends 0
		check "says that the clock is wrong" says 'clock differs'
	done
	must as mari note add A-1 'the clock is right again'
	echo 'the clock is right again' >>"$T/wanted"
	must as mari sync
	check "nothing is lost by it" all_there mari
	must as jaan sync
	check "nor at the colleague's" all_there jaan
	is "with the right clock, notes are of today" \
	    "$(date -u +%F)" "$(json mari \
	    '.[] | select(.fields.text == "the clock is right again") | .at' \
	    note list | cut -c1-10)"
	at '@1970-01-01 00:10:00' jaan sync
	check "a reader whose clock stands at 1970 syncs" ends 0
	check "and reads on" all_there jaan
	at '+4000d' jaan sync
	check "one whose clock is years ahead is not shut out by it" ends 0
	as jaan sync
	check "one whose clock was years ahead reads again with the right one" \
	    all_there jaan

	# The year really passes, for the hub and for all.
	must as jaan case new 'Own Child' code=J-9
	must as jaan note add J-9 'my own, not in J-1'
	own=$(texts jaan | grep -c 'in J-1')
	others() { # how many of his own are there, and of others
		texts jaan >"$T/t"
		echo "$(grep -c 'in J-1' "$T/t") $(grep -vc 'in J-1' "$T/t")"
	}
	stop_hub
	LD_PRELOAD=$lib FAKETIME=+400d FAKETIME_DONT_FAKE_MONOTONIC=1 \
	    start_hub hub "$port" --confirm-clock
	at +400d mari note add A-1 'after the consent ended'
	at +400d mari sync
	check "a year later the keeper syncs" ends 0
	check "and closes what has ended" says 'new key'
	at +400d jaan sync
	check "the reader whose consent ended is told" says 'closed to you'
	is "and reads nothing of it" "$own 0" "$(others)"
	as jaan sync
	is "nor with the clock set back a year" "$own 0" "$(others)"
	is "and was sent nothing that came later" 0 \
	    "$(json jaan length search ended)"
	stop_hub # killed, libfaketime would leave files in /dev/shm
fi
[ "$failed" -eq 0 ]
