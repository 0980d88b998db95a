#!/usr/bin/env bash
# Goal: SIGKILL at any moment loses nothing and doubles nothing. A worker with
# hundreds of unsent notes is killed in tugi sync again and again while a
# colleague writes, pulls and is killed too, and the hub is killed under both.
# In the end every note whose command returned 0 is on both, once; a device
# that comes fresh and proves the whole log finds the same.
# SEED=N repeats a run's delays; KILLS=N is how many must hit a running sync.
. "$(dirname "$0")/lib.sh"
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
KILLS=${KILLS:-44}
HUB_KILLS=6
echo "seed $SEED"
RANDOM=$((SEED % 32768))
new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Lepp'
make_person jaan 'Jaan Oja'

at=0
more_notes() { # how many: imported into the three cases, and expected
	local case n=$1
	case=A-$((1 + RANDOM % 3))
	rows $((at + 1)) $((at + n)) "$case" >"$T/rows"
	at=$((at + n))
	{ echo "$head_row"; cat "$T/rows"; } >"$T/more.csv"
	must as mari import notes "$T/more.csv"
	sed 's/.*,en,"//; s/"$//' "$T/rows" >>"$T/wanted"
}
must as mari sync
: >"$T/wanted"
open_case() { # who, code, to whom
	must as "$1" case new "Child of $2" code="$2" school=Lasila
	must as "$1" consent grant "$2" --to "$3" --sections card,notes \
	    --right write --by 'the mother' --role guardian
}
for n in 1 2 3; do
	open_case mari A-$n 'Jaan Oja'
	open_case jaan J-$n 'Mari Lepp'
done
must as mari sync
must as jaan sync
must as mari sync
spent() { # words...: how long mari's command takes undisturbed, in ms
	local from
	from=$(date +%s%N)
	must as mari "$@"
	took=$((($(date +%s%N) - from) / 1000000))
}
more_notes 400
spent sync
longest=$((took < 200 ? took : 200)) # kills fall into all of its steps
echo "a sync of 400 notes takes $took ms"
more_notes 400

killed_at() { # who, ms, words...: starts, kills after ms; exit code in $rc
	local who=$1 after=$2 p
	shift 2
	"$TUGI" --profile "$T/$who" --no-input "$@" \
	    >"$T/$who.out" 2>"$T/$who.err" </dev/null &
	p=$!
	nap "$after"
	kill -KILL $p 2>/dev/null
	reap $p
}

# The colleague: writes, syncs, and every second sync is killed.
colleague() {
	local p n=0 hits=0 end=$((SECONDS + 210))
	trap - EXIT
	RANDOM=$(((SEED + 1) % 32768))
	while [ ! -e "$T/enough" ] && [ $SECONDS -lt $end ]; do
		n=$((n + 1))
		"$TUGI" --profile "$T/jaan" --no-input --quiet note add \
		    J-$((1 + RANDOM % 3)) "jaan $n" >/dev/null \
		    2>>"$T/jaan.add" && echo "jaan $n" >>"$T/wanted.jaan"
		killed_at jaan $((n % 2 ? RANDOM % longest : 500)) sync
		[ $rc -eq 137 ] && hits=$((hits + 1))
	done
	echo "$hits $n" >"$T/colleague"
}
{ colleague; } 2>/dev/null &
other=$!
started="$started $other"

hits=0 tries=0 hub_hits=0 strange=0
end=$((SECONDS + 200))
{
while [ $hits -lt "$KILLS" ] && [ $SECONDS -lt $end ]; do
	tries=$((tries + 1))
	[ "$(json mari .unsent status)" -lt 250 ] && more_notes 120
	if [ $((tries % (KILLS / HUB_KILLS))) -eq 0 ]; then
		"$TUGI" --profile "$T/mari" --no-input sync \
		    >"$T/out" 2>"$T/err" </dev/null &
		p=$!
		nap $((RANDOM % longest))
		stop_hub KILL
		hub_hits=$((hub_hits + 1))
		reap $p
		start_hub hub "$port"
	else
		killed_at mari $((RANDOM % longest)) sync
		[ $rc -eq 137 ] && hits=$((hits + 1))
	fi
	case $rc in 0 | 75 | 137) ;; *)
		strange=$((strange + 1))
		cat "$T/err" "$T/mari.err" >>"$T/strange"
	esac
done
} 2>/dev/null
touch "$T/enough"
reap $other 30
check "$hits syncs of $tries were killed at work" test $hits -ge 40
read -r jaan_hits jaan_all <"$T/colleague"
check "and $jaan_hits of the colleague's $jaan_all" test "$jaan_hits" -ge 5
check "and the hub $hub_hits times" test "$hub_hits" -ge $HUB_KILLS
check "those that lived ended in nothing but 0 and 75" test $strange -eq 0
cat "$T/strange" 2>/dev/null

### To the end
must as mari sync
must as jaan sync
must as mari sync
must as jaan sync
cat "$T/wanted.jaan" >>"$T/wanted"
sort -o "$T/wanted" "$T/wanted"
list() { json "$1" '.[] | .id + " " + .fields.text' note list | sort; }
list mari >"$T/mari.all"
list jaan >"$T/jaan.all"
cut -d' ' -f2- "$T/mari.all" | sort >"$T/mari.texts"
check "every note of $(wc -l <"$T/wanted") is at its writer's, once" \
    same "$T/wanted" "$T/mari.texts"
check "the colleague has the same, ids and texts" \
    same "$T/mari.all" "$T/jaan.all"
is "no id is there twice" "$(wc -l <"$T/mari.all")" \
    "$(cut -d' ' -f1 "$T/mari.all" | sort -u | wc -l)"
nothing='[.sent_notes, .sent_changes, .received_notes, .received_changes,
	.conflicts, .held, .quarantined, .rekeyed_sections] | add'
for who in mari jaan; do
	is "$who: a further sync moves nothing" 0 "$(json $who "$nothing" sync)"
	is "$who: nothing waits, is held, aside or alarming" 'false 0' \
	    "$(json $who '"\(.stopped) \(.unsent + .held + .quarantined +
	    .conflicts)"' status)"
done

### The hub's log
stop_hub
is "an orderly stop after all that" 0 "$rc"
sql() { sqlite3 -readonly "$T/hub/hub.db" "$1"; }
is "the log has no gap, no item twice" '0 0 0' "$(sql "
	SELECT printf('%d %d %d', count(*) - 1 - max(seq), min(seq),
	count(*) - count(DISTINCT id)) FROM item")"
is "nor has any space" 0 "$(sql "SELECT count(*) FROM (SELECT
	count(*) AS n, max(sseq) AS m, min(sseq) AS l FROM item
	GROUP BY space) WHERE n <> m OR l <> 1")"
is "its file is whole" ok "$(sql 'PRAGMA integrity_check')"
start_hub hub "$port"
make_person liis 'Liis Kask'
must as mari sync
must as jaan sync
for n in 1 2 3; do
	for who in mari jaan; do
		case $who in mari) case=A-$n ;; *) case=J-$n ;; esac
		must as $who consent grant $case --to 'Liis Kask' \
		    --sections card,notes --by 'the mother' --role guardian
	done
done
must as jaan sync
must as mari sync
must as liis sync
list liis >"$T/liis.all"
check "who comes fresh proves the whole log and reads the same" \
    same "$T/mari.all" "$T/liis.all"

### Import and single notes
# An import that ended before its kill came tells how long one takes here: the
# next, of other notes, is killed sooner.
hits=0 files=0
next_file() {
	files=$((files + 1))
	{ echo "$head_row"; rows $((900001 + 1000 * files)) \
	    $((901000 + 1000 * files)) B-1; } >"$T/big.$files.csv"
}
next_file
spent import notes "$T/big.1.csv" --dry-run
{
for i in $(seq 30); do
	killed_at mari $((took / 2 + RANDOM % took)) import notes \
	    "$T/big.$files.csv"
	if [ $rc -eq 0 ]; then
		took=$((took * 3 / 4 + 1))
		next_file
	elif [ $rc -eq 137 ]; then
		hits=$((hits + 1))
		[ $hits -ge 8 ] && break
	fi
done
} 2>/dev/null
check "$hits imports were killed at work" test $hits -ge 3
must as mari --json import notes "$T/big.$files.csv"
is "the next one takes the rest, none twice" 1000 \
    "$(jq '.notes + .already' "$T/out")"
all=$((files * 1000))
is "all of it is there, once" "$all $all" "$(json mari '.[].fields.text' \
    note list B-1 | sort | tee "$T/b" | wc -l) $(sort -u "$T/b" | wc -l)"
: >"$T/kept"
spent note add B-1 'undisturbed'
hits=0
{
for i in $(seq 40); do # as above: as many end before their kill as are hit
	killed_at mari $((RANDOM % (took * 2))) note add B-1 "single $i"
	case $rc in
	137) hits=$((hits + 1)) took=$((took * 10 / 9 + 1)) ;;
	0) echo "single $i" >>"$T/kept"; took=$((took * 9 / 10 + 1)) ;;
	esac
done
} 2>/dev/null
json mari '.[].fields.text' note list B-1 | grep ^single | sort >"$T/there"
sort -o "$T/kept" "$T/kept"
check "of 40 notes $hits were killed, $(wc -l <"$T/kept") were said to be saved" \
    test $hits -ge 5 -a -s "$T/kept"
is "each of these is there" '' "$(comm -23 "$T/kept" "$T/there")"
is "none is there twice" '' "$(uniq -d "$T/there")"
must as mari sync
is "and all is sent" 0 "$(json mari .unsent status)"
[ "$failed" -eq 0 ]
