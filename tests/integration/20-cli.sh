#!/usr/bin/env bash
# Goal: the command line with a real hub. Each command works or refuses with
# the documented exit code; --json parses; secrets come by file descriptor or
# terminal only; what others wrote cannot steer the terminal; a second program,
# a read-only folder, a broken import and Ctrl-C leave everything whole.
# usage: B=build/dev tests/integration/20-cli.sh
set -u
cd "$(dirname "$0")/../.."
B=${B:-build/dev}
TUGI=$PWD/$B/tugi
TUGID=$PWD/$B/tugid
D=$(mktemp -d)
hub=
failed=0
trap 'keyctl_clear; [ -n "$hub" ] && kill "$hub" 2>/dev/null; wait 2>/dev/null
	chmod -R u+w "$D"; rm -rf "$D"' EXIT
export NO_COLOR=1 TZ=Europe/Tallinn LC_ALL=C.UTF-8
unset TUGI_PROFILE XDG_DATA_HOME LANGUAGE
export HOME=$D

keyctl_clear() {
	for p in office worker; do
		[ -d "$D/$p" ] && "$TUGI" --profile "$D/$p" lock 2>/dev/null
	done
}
check() { # words, command...: it succeeds
	local words=$1
	shift
	if "$@"; then
		echo "ok - $words"
	else
		echo "not ok - $words"
		sed 's/^/  stderr: /' "$D/err" 2>/dev/null
		failed=$((failed + 1))
	fi
}
run() { # profile, words...: output in $D/out, $D/err, code in $rc
	local p=$1
	shift
	"$TUGI" --profile "$D/$p" --no-input "$@" >"$D/out" 2>"$D/err" \
		</dev/null
	rc=$?
}
ends() { # code: of the last run
	[ "$rc" -eq "$1" ] || { echo "  exit $rc instead of $1" && false; }
}
not() { ! "$@"; }
says() { grep -qF -- "$1" "$D/out" "$D/err"; }
json() { [ -s "$D/out" ] && jq -e "$1" "$D/out" >/dev/null; }
pass() { # profile, passphrase, words...
	local p=$1 secret=$2
	shift 2
	printf '%s\n' "$secret" >"$D/pass"
	"$TUGI" --profile "$D/$p" --no-input --passphrase-fd 9 "$@" \
		>"$D/out" 2>"$D/err" 9<"$D/pass" </dev/null
	rc=$?
	rm -f "$D/pass"
}

### Without a profile
run none status
check "a missing profile has its own exit code" ends 3
run none sttaus
check "an unknown command is refused" ends 64
check "and the nearest one is named" says "did you mean tugi status?"
run none note add --caetgory x
check "an unknown option is refused" ends 64
check "and the nearest one is named" says "--category"
run none help note add
check "help shows examples" says "Examples:"
"$TUGI" >"$D/out" 2>"$D/err"
rc=$?
check "without words the commands are listed" ends 0
check "on stdout" test -s "$D/out"
run none unlock --passphrase hunter2hunter2
check "a passphrase is never an option" ends 64
run none version --json
check "the version as JSON" json '.version | length > 0'
"$TUGI" version >/dev/full 2>"$D/err"
rc=$?
check "an output that cannot be written is an error" ends 74
"$TUGI" completion bash >"$D/completion"
check "a completion script" test -s "$D/completion"
check "is sound bash" bash -n "$D/completion"
complete_words() {
	bash -c '. "$1"; COMP_WORDS=(tugi "${@:2}")
		COMP_CWORD=$(($# - 1)); _tugi; echo "${COMPREPLY[*]}"' \
		- "$D/completion" "$@"
}
check "it completes commands" \
	test "$(complete_words stat)" = status
check "and subcommands" \
	test "$(complete_words note am)" = amend
check "and options" \
	test "$(complete_words note add --cat)" = --category
check "and options of one-word commands" \
	test "$(complete_words unlock --fo)" = --for

### A hub, an office, a worker
port=$((20000 + $$ % 12000)) # below those the system hands out by itself
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
	port=$((port + 1))
done
"$TUGID" init "$D/hub" --listen 127.0.0.1:$port --json >"$D/init" || exit 1
"$TUGID" serve "$D/hub" >"$D/hub.log" 2>&1 &
hub=$!
for _ in $(seq 50); do
	grep -q . "$D/hub.log" && break
	sleep 0.1
done
url=$(jq -r .url "$D/init")
pass office 'office passphrase' office init "$url" \
	--pin "$(jq -r .pin "$D/init")x" --name 'Tiina Saar' --claim x
check "a pin that is not whole is refused" ends 64
pass office short office init "$url" --pin "$(jq -r .pin "$D/init")" \
	--name 'Tiina Saar' --claim "$(jq -r .claim_code "$D/init")"
check "a short passphrase is refused" ends 64
pass office 'office passphrase' --json office init "$url" \
	--pin "$(jq -r .pin "$D/init")" --name 'Tiina Saar' \
	--title 'head of office' --claim "$(jq -r .claim_code "$D/init")"
check "the office is made" ends 0
check "with three recovery shares" json '.shares | length == 3'
run office status
check "locked, it asks, and may not" ends 77
pass office 'wrong passphrase' status
check "a wrong passphrase is refused" ends 77
check "the profile's folder is private" \
	test "$(stat -c %a "$D/office")" = 700
run office unlock --for 2hours
check "a wrong option is told before the passphrase is asked for" ends 64
pass office 'office passphrase' unlock --for 10m
check "unlock" ends 0
run office status --json
check "then no passphrase is needed" ends 0
check "status as JSON" json '.joined and .unsent == 0'
run office unlock --for 30
check "a length of time needs its unit" ends 64
run none join 'tugi-card-1 x' --for 25h
check "longer than a day, and nothing was begun" eval 'ends 64 && ! [ -e "$D/none" ]'
run office people --json
check "the officer is known" json \
	'.[0].name == "Tiina Saar" and .[0].officer and .[0].me'
run office office card --json
check "a card" json '.card | startswith("tugi-card-1 ")'
card=$(jq -r .card "$D/out")
pass worker 'worker passphrase' join "${card}q"
check "a mistyped card is refused" ends 64
check "before a profile is made" test ! -e "$D/worker"
# shellcheck disable=SC2086 # as it is typed in without quotes
pass worker 'worker passphrase' --json join $card
check "the worker asks to join" ends 0
code=$(jq -r .code "$D/out")
pass worker 'worker passphrase' unlock
check "the worker unlocks" ends 0
run worker join
check "the code is shown again" says "$code"
run worker status
check "status says what it waits for" says "Waits for approval"
run worker sync
check "so does sync" says "has not approved this device yet"
run office office requests --json
check "the officer sees the request" json \
	".[0].code == \"$code\" and .[0].known_card"
run office office approve "$code" 'Liis Kask' --title 'social pedagogue'
check "the officer approves" ends 0
run worker sync
check "the next sync brings the approval" says "approved this device"
run office office approve AAAA-AAAA 'Nobody' --officer
check "a new officer needs the shares" ends 77
check "and hears of no passphrase" says "--shares-fd"
run office office devices --json
check "both devices are listed" json 'length == 2 and all(.revoked | not)'
run office office revoke "$(jq -r '.[] | select(.me) | .device' "$D/out")"
check "revoking asks, and may not" ends 64

### Notes, plans, words and JSON
run worker case new 'Anna Tamm' born=2015-04-02 school=Lasila
check "a case" ends 0
case=$(cat "$D/out")
check "its id on stdout is eight digits" \
	grep -qE '^[0-9a-f]{8}$' "$D/out"
run worker case new 'Born Wrong' born=2015-13-02
check "a wrong date is refused" ends 64
run worker note add anna 'Talked with the class teacher about breaks.'
check "a note as a word" ends 0
note=$(cat "$D/out")
check "says that it waits for the sync" says "next tugi sync"
printf 'Koju\xc3\xb5ppel.\nSecond line.\n' >"$D/note.txt"
run worker note add "$case" --file "$D/note.txt" --category home_visit \
	--on 2026-01-20T10:15 --minutes 45
check "a note from a file" ends 0
printf 'from a pipe\n' | "$TUGI" --profile "$D/worker" note add anna \
	--file - >"$D/out" 2>"$D/err"
rc=$?
check "a note from the standard input" ends 0
run worker note add anna
check "no text is refused" ends 64
run worker note add nobody 'x'
check "an unknown case is refused" ends 3
run worker note add anna --minutes 99999 x
check "minutes have a limit" ends 64
printf 'bad \033[2J\033]0;title\007' |
	"$TUGI" --profile "$D/worker" note add anna --file - \
	>"$D/out" 2>"$D/err"
rc=$?
check "a text with control characters is refused" ends 64
printf 'bad \xe2\x80\xaetxet \xe2\x81\xa7.' >"$D/evil.txt"
run worker note add anna --file "$D/evil.txt"
evil=$(cat "$D/out")
run worker note show "$evil"
check "a mark of reading direction is shown, not sent" says '\u{202e}txet'
check "its bytes do not come out" \
	test "$(LC_ALL=C grep -c "$(printf '\xe2\x80\xae')" "$D/out")" = 0
run worker note show "$evil" --json
check "JSON gives the text back unchanged" test \
	"$(jq -rj .fields.text "$D/out" | od -An -tx1)" = \
	"$(od -An -tx1 <"$D/evil.txt")"
run worker note show "$(printf 'x\033[2J')"
check "nor does a word come back raw" \
	test "$(LC_ALL=C grep -c "$(printf '\033')" "$D/err")" = 0
run worker note list anna --json
start=$(jq -r '.[0].id' "$D/out" | cut -c1-6)
cp "$D/out" "$D/list"
run worker note show "$start"
check "a piece of an id that fits several is refused" ends 64
cp "$D/list" "$D/out"
check "notes as JSON, newest first" json \
	'length == 4 and (map(.waits) | all) and .[0].at >= .[1].at'
run worker note amend "$note" 'It was about lunch.'
check "an amendment" ends 0
run worker note show "$note"
check "is shown with the note" says "It was about lunch."
run worker note show "$(cut -c1-4 <<<"$note")"
check "the first digits of what lists show are enough" \
	says "It was about lunch."
run worker note add anna '   '
check "blanks are no text" ends 64
run worker note add anna --on 2099-01-01 x
check "nothing has happened on a day to come" ends 64
run worker note add anna '-5 degrees'
check "a text with a dash in front" ends 64
check "is told how" says "put -- before a text"
head -c 70000 /dev/zero | tr '\0' x >"$D/big.txt"
run worker note add anna --file "$D/big.txt"
check "too much text is told as such" ends 65
check "without counting bytes" says "more text than a note can hold"
printf '\xef\xbb\xbfone\r\ntwo\r\n' >"$D/dos.txt"
run worker note amend "$note" --file "$D/dos.txt"
dos=$(cat "$D/out")
run worker note show "$dos" --json
check "lines from another system become plain ones" \
	json '.fields.text == "one\ntwo"'
run worker note show "$dos"
check "a note names the note it amends as lists do" says "Amends: $note"
"$TUGI" --profile "$D/worker" man 2>"$D/err" | head -n 1 >/dev/null
check "a reader that left is no mistake" test ! -s "$D/err"
run worker case new 'Anna Tamm' code=second
check "a second case of one name is warned of" says "Another case has"
run worker case show anna
check "two that fit" ends 64
check "are named" says "second (Anna Tamm)"
run worker case set second name=
check "a case keeps a name" ends 64
run worker case set second 'name=Kati Kask'
run worker case set second shcool=Lasila
check "a field that is not there: those that are" says "born, school"
check "too short a piece of an id" ends 64
run worker note show 00000000
check "an id that is not there" ends 3
run worker search kojuoppel
check "search folds accents" says "$(printf 'Koju\xc3\xb5ppel')"
run worker search zzzzz
check "nothing found is no error" ends 0
run worker delete "$dos"
check "a note is deleted" ends 0
undo=$(sed -n 's/^Deleted. To undo: tugi //p' "$D/err")
check "and the way back is printed" test "$undo" = "restore $dos"
run worker note list --json
check "it is in no list" json 'map(.fields.text) | index("one\ntwo") | not'
run worker search two --json
check "and not found" json 'length == 0'
run worker search --deleted two --json
check "but among what is deleted" json 'length == 1 and .[0].deleted'
run worker note show "$dos"
check "by its id it says so" says "Deleted by"
run worker deleted anna
check "and so does the list of what is deleted" says "$dos"
run worker delete "$dos"
check "twice is refused" ends 4
eval "run worker $undo"
check "restored" ends 0
run worker note list --json
check "and back in the list" json 'map(.fields.text) | index("one\ntwo")'
run worker plan add anna 'Two friends in class' due=2027-03-01
check "a goal" ends 0
plan=$(cat "$D/out")
run worker plan set "$plan" 'measures=play group on Mondays'
check "a change" ends 0
run worker plan set "$plan" measures=none
undo=$(sed -n 's/^Saved. To undo: tugi //p' "$D/err")
eval "run worker $undo"
run worker plan show "$plan" --json
check "the undo line undoes" json \
	'.fields.measures == "play group on Mondays"'
run worker plan set "$plan" colour=red
check "an unknown field is refused" ends 64
run worker plan set "$plan" measures
check "a field needs its text" ends 64
run worker case show anna --json
check "a case as JSON" json \
	'.name == "Anna Tamm" and (.plan | length == 1)'
run worker status
check "status counts what waits" says "wait to be sent"
run worker sync --json
check "sync as JSON" json '.sent_notes >= 5 and .received_notes == 0'
run worker status
check "then all is sent" says "All sent."
run worker today
check "today" says "All sent."
check "today names the child of each note" grep -qx "Anna Tamm" "$D/out"

### Consent
run worker consent grant anna --to tiina --sections plan --by 'Mari Tamm'
check "a consent needs the giver's role" ends 64
run worker consent grant anna --to tiina --sections plan \
	--by 'Mari Tamm' --role guardian
check "a consent" ends 0
run worker sync
run office sync
check "opens the section" says "opened to you"
run office plan list --json
check "with what was written before" json \
	'length == 1 and .[0].fields.goal == "Two friends in class"'
run office note list --json
check "and nothing else" json 'length == 0'
run worker who anna --section plan --json
check "who can see it, and why" json \
	'[.viewers[] | select(.name == "Tiina Saar")] | length == 1'
run worker consent list anna --json
check "the consent is listed" json '.[0].status == "given"'

run worker consent grant anna --to 'Tina Saar' --sections plan \
	--by 'Mari Tamm' --role guardian
check "a person nearly named" ends 3
check "is asked back" says "did you mean Tiina Saar?"
run worker consent grant anna --to tiina --sections plans \
	--by 'Mari Tamm' --role guardian
check "a section that is none is named" says '"plans" is no section'
run worker consent withdraw anna --from liis --by 'Mari Tamm' \
	--told-on 2099-01-01
check "nothing was said on a day to come" ends 64
run worker consent withdraw second --from tiina --by 'Mari Tamm'
check "a withdrawal from whom nothing was open says so" says "Nothing closes"

### Two people, one field
run worker plan set "$plan" outcome=better
run office plan set "$plan" outcome=worse
run worker consent grant anna --to tiina --sections plan \
	--by 'Mari Tamm' --role guardian --right write
run worker sync
run office sync
run office plan set "$plan" outcome=worse
run worker plan set "$plan" outcome='much better'
run worker sync
run office sync
run office conflicts --json
check "a field changed by two is a conflict" json \
	'length == 1 and .[0].field == "outcome" and (.[0].texts | length == 2)'
run office conflicts show "$plan" outcome
check "both texts are shown" says "much better"
run office conflicts take "$plan" outcome 9
check "a number that is not there is refused" ends 64
run office conflicts take "$plan" outcome 1
check "one is taken" ends 0
run office conflicts --json
check "and the conflict is over" json 'length == 0'

### Withdrawal, held text, review
run office plan add anna 'Written without a network'
lost=$(cat "$D/out")
run office sync
run worker sync
run office plan set "$lost" 'measures=unsent when the door closed'
run worker consent withdraw anna --by 'Mari Tamm'
check "a withdrawal says from whom" ends 64
run worker consent withdraw anna --from tiina --by 'Mari Tamm' --json
check "a withdrawal" json '.closed >= 1'
run worker sync
run office sync
check "the excluded is told" says "closed to you"
check "and not that nothing is new" not says "Nothing new"
run office held --json
check "the unsent text is held" json \
	'[.[] | select(.under_review | not)] | length == 1'
held=$(jq -r '[.[] | select(.under_review | not)][0].record.id' "$D/out")
check "what was sent within two minutes of it is under review" json \
	'[.[] | select(.under_review and .outcome == null)] | length >= 1'
run office status --json
check "and counted" json '.held >= 2'
run office held show "$held"
check "without the child's name" says "of this case."
check "and under review, what of it had been sent" says "and under review"
run office plan list --json
check "the section is gone" json 'length == 0'
run office sync
run worker sync
run worker review --json
check "the keeper gets it for review" json \
	'[.[] | select(.kind == "deposit")] | length == 1'
review=$(jq -r '[.[] | select(.kind == "deposit")][0].id' "$D/out" |
	cut -c1-8)
late=$(jq -r '[.[] | select(.kind == "text" and
	(.records | any(.fields.goal == "Written without a network")))][0].id' \
	"$D/out" | cut -c1-8)
check "and what was received in between" test "$late" != null
run worker plan list --json
check "which is in no list" not says "Written without a network"
run worker review show "$late"
check "is shown for review, with the reason" says \
	"Written after Tiina Saar's consent was withdrawn"
check "and its text" says "Written without a network"
run worker review decide "$late" --file ''
check "filing it needs a basis" ends 64
run worker review decide "$late" --file 'Child Protection Act, 27' \
	--words 'It helps Anna.'
check "filed" ends 0
run worker review decide "$late" --erase --yes
check "once" not ends 0
run worker plan list --json
check "it is in the case again" says "Written without a network"
run worker review decide "$review"
check "a decision needs its kind" ends 64
run worker review decide "$review" --erase
check "erasing asks, and may not" ends 64
run worker review decide "$review" --give-back --words 'Ask first.'
check "given back" ends 0
run worker sync
run office sync
run office held --json
check "the author sees it" json \
	'[.[] | select(.under_review | not)][0].outcome == "given_back"'
check "and what became of the other" json '[.[] | select(.under_review and
	.outcome == "filed" and .words == "It helps Anna.")] | length >= 1'

### Broken import
run worker note list --json
before=$(jq length "$D/out")
printf 'case,child,born,school,date,category,minutes,language,text\n' \
	>"$D/bad.csv"
printf 'C-1,Ann,2015-01-01,Lasila,2026-01-09,contact,30,et,good\n' \
	>>"$D/bad.csv"
printf 'C-1,Ann,2015-01-01,Lasila,2026-99-09,contact,30,et,bad\n' \
	>>"$D/bad.csv"
run worker import notes "$D/bad.csv"
check "a broken file is refused" ends 64
check "with its line" says "line 3"
run worker note list --json
check "and nothing of it is taken" json "length == $before"
run worker import notes "$D/missing.csv"
check "a missing file" ends 3
sed -i 3d "$D/bad.csv"
run worker import notes "$D/bad.csv" --dry-run --json
check "a dry run writes nothing" json '.dry_run and .notes == 1'
run worker import notes "$D/bad.csv" --json
check "a sound file is taken" json '.notes == 1'
run worker import notes "$D/bad.csv" --json
check "once" json '.notes == 0 and .already == 1'

### Two at once, Ctrl-C, a read-only folder, a lost hub
mkfifo "$D/fifo"
sleep 60 >"$D/fifo" &
writer=$!
"$TUGI" --profile "$D/worker" note add anna --file "$D/fifo" \
	>/dev/null 2>"$D/err2" &
first=$!
for _ in $(seq 100); do
	run worker status
	[ "$rc" -eq 4 ] && break
	sleep 0.05
done
check "a second program is told that the profile is in use" ends 4
kill -INT "$first"
wait "$first" 2>/dev/null
rc=$?
check "Ctrl-C ends it as a signal" ends 130
kill "$writer"
wait "$writer" 2>/dev/null
run worker status
check "and leaves the profile whole" ends 0
kill "$hub"
wait "$hub" 2>/dev/null
hub=
run worker note add anna 'written without a hub'
check "without a hub notes are saved" ends 0
run worker sync
check "and sync says that it comes later" ends 75
check "that nothing is lost" says "Everything is saved on this device"
if [ "$(id -u)" -eq 0 ]; then
	cp -a "$D/office" "$D/ro"
	chown -R 65534:65534 "$D/ro"
	chmod -R a-w "$D/ro"
	chmod 711 "$D"
	printf 'office passphrase\n' >"$D/pass"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$TUGI" --profile "$D/ro" --no-input --passphrase-fd 9 status \
		>"$D/out" 2>"$D/err" 9<"$D/pass"
	rc=$?
	rm -f "$D/pass"
	check "a read-only folder is a fault of the machine" ends 74
fi

### Without a home folder: what needs no profile works, and makes none
env -u HOME "$TUGI" man >"$D/out" 2>"$D/err"
rc=$?
check "the manual needs no home folder" ends 0
env -u HOME "$TUGI" status >"$D/out" 2>"$D/err"
rc=$?
check "a profile does" ends 64
check "and it says which option helps" says "give --profile"
mkdir "$D/home"
HOME=$D/home "$TUGI" completion bash >/dev/null 2>&1
HOME=$D/home "$TUGI" --no-input status >"$D/out" 2>"$D/err"
rc=$?
check "there is no profile yet" ends 3
check "and asking made no folder" rmdir "$D/home"

### Languages: no locale of this machine is needed
for l in et lv fi hu en; do
	run worker --lang "$l" status --nothing
	check "$l: a wrong option, the same exit code" ends 64
	check "$l: names stay as they are" says --nothing
	cp "$D/err" "$D/said.$l"
	{ LC_ALL=${l}_XX.UTF-8; } 2>/dev/null
	run worker status --nothing
	check "$l: the environment chooses as well" cmp -s "$D/err" "$D/said.$l"
	run worker status --json
	jq -S 'keys' <"$D/out" >"$D/keys.$l"
	LC_ALL=C.UTF-8
done
check "each says it in its own words" test \
	"$(sort -u "$D"/said.* | wc -l)" = 5
check "the keys of JSON are the same" test \
	"$(sha256sum <"$D/keys.hu")" = "$(sha256sum <"$D/keys.en")"
run worker --lang ru status
check "a language that is none" ends 64

### The parts that are loaded when they are needed
run_from() { # program, words...
	local program=$1
	shift
	"$program" --profile "$D/worker" --no-input "$@" >"$D/out" \
	    2>"$D/err" </dev/null
	rc=$?
}
mkdir -p "$D/in/bin" "$D/in/lib/tugi" "$D/elsewhere/parts"
cp "$TUGI" "$D/in/bin/tugi"
run_from "$D/in/bin/tugi" people
check "without its parts a list is there" ends 0
check "and the names in it" says 'Liis Kask'
(cd "$D/elsewhere" && LD_LIBRARY_PATH=${TUGI%/*}/parts \
    run_from "$D/in/bin/tugi" sync
	check "no sync, and it is said why" says "install tugi again"
	check "with an exit code of its own" test "$rc" -ne 0
	exit $failed) || failed=$((failed + 1))
cp "${TUGI%/*}"/parts/*.so "$D/in/lib/tugi/"
run_from "$D/in/bin/tugi" sync
check "with them where make install puts them it asks the hub" ends 75
ln -s "$D/in/bin/tugi" "$D/elsewhere/tugi"
run_from "$D/elsewhere/tugi" sync
check "a link to the program finds them too" says "cannot be reached"
mv "$D/in/lib/tugi/tugi-pdf.so" "$D/in/lib/tugi/tugi-https.so"
run_from "$D/in/bin/tugi" sync
check "a part that is another one does not fit" says "install tugi again"

### Locked again; the terminal
run worker lock
check "lock" ends 0
run worker status
check "takes the key back" ends 77
(sleep 1.5; echo 'worker passphrase'; sleep 4) |
	script -qec "$TUGI --profile $D/worker status" /dev/null \
	>"$D/out" 2>"$D/err"
check "the passphrase can be typed" says "Last sync"
check "and is not echoed" \
	test "$(grep -c 'worker passphrase' "$D/out")" = 0
[ "$failed" -eq 0 ]
