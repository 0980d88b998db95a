#!/usr/bin/env bash
# Goal: erasing with the programs, from the request to the last byte: who has
# to agree, what each sees meanwhile, and a week later no word in any profile
# and no sealed byte of it in the hub's files; the rest is whole.
# usage: B=build/dev tests/integration/36-erase.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

lib=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
if [ -z "$lib" ]; then
	echo "libfaketime is not here: the week is left to the unit tests"
	echo "ok - nothing to do"
	exit 0
fi
later=+8d
at_later() { # who, words...: eight days on
	local who=$1
	shift
	LD_PRELOAD=$lib FAKETIME=$later FAKETIME_DONT_FAKE_MONOTONIC=1 \
	    timeout 120 "$TUGI" --profile "$T/$who" --no-input "$@" \
	    >"$T/out" 2>"$T/err" </dev/null
	rc=$?
}

# Pieces of the words: a search index may keep a word without its beginning.
pieces='cyclist|zeppel|eppelin'
unsealed() { # file, passphrase of whom: its plain pages, by the second reader
	rm -f "$T/plain.db"
	printf 'passphrase of %s\n' "$2" >"$T/lines"
	PYTHONDONTWRITEBYTECODE=1 tests/decoder/unseal.py --passphrase-fd 9 \
	    --out "$T/plain.db" "$1" >"$T/out" 2>"$T/err" 9<"$T/lines"
	rc=$?
	rm -f "$T/lines"
	[ "$rc" -eq 0 ]
}
holds_words() { # anywhere in the plain pages, also where no table points to
	LC_ALL=C grep -qaiE "$pieces" "$T/plain.db"
}

new_hub hub
start_hub hub "$port"
people="$people office dpo"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
jq -r '.shares[0], .shares[2]' "$T/out" >"$T/shares"
must with_pass office --quiet unlock --for 30m
make_person worker 'Mari Mets'
make_person nurse 'Liis Kask'
must as worker sync # the names of those who joined since
must as worker case new 'Anna Tamm' code=A-1
must as worker note add A-1 'an ordinary day at school'
must as worker consent grant A-1 --to 'Liis Kask' --sections notes \
    --by 'Mari Tamm' --role guardian
must as worker sync
must as worker note add A-1 'the unicyclist flew a zeppelin'
note=$(cat "$T/out")
must as worker sync # by itself, so that its sealed bytes are known
must as nurse sync
is "the nurse reads both" 2 "$(json nurse length note list)"

unsealed "$T/nurse/store.tugi" nurse
check "the words are in the nurse's unsealed profile" holds_words
unsealed "$T/worker/store.tugi" worker
check "and in the worker's" holds_words

### Who has to agree
as worker --yes erase "$note" --reason 'Wrong child.' --because mistake
check "without a data-protection officer nothing is erased" ends 77
check "and it says who is missing" says "no other data-protection officer"
must as office --json office card
must with_pass dpo --json join "$(jq -r .card "$T/out")"
must as office office approve "$(jq -r .code "$T/out")" 'Peep Puu' --dpo \
    --shares-fd 8 8<"$T/shares"
rm -f "$T/shares"
must with_pass dpo --quiet unlock --for 30m
for who in dpo worker nurse; do must as "$who" sync; done
as worker erase "$note" --reason 'Wrong child.'
check "erasing asks first" ends 64
as nurse --yes erase "$note" --reason 'Wrong child.'
check "who does not keep the section may not ask" ends 77
as worker --yes erase "$note" --reason 'Wrong child.' --because fun
check "a kind of reason that is none" ends 64
as worker --yes erase "$note" --reason 'Wrong child.' --because mistake
check "a keeper asks" ends 0
check "and is told what comes next" says "for seven days"
as worker --yes erase "$note" --reason 'Wrong child.'
check "once" ends 4
must as worker sync
must as dpo sync
is "the officer reads the reason, not the text" 'Mari Mets|Wrong child.|1' \
    "$(json dpo '.[0] | "\(.keeper)|\(.words)|\(.texts)"' office erasures)"
as dpo office erasures
check "nor anything of it" not says unicyclist
request=$(json dpo '.[0].request' office erasures)
as worker --yes office sign-erasure "${request: -8}"
check "who asks cannot sign" ends 3
must as dpo --yes office sign-erasure "${request: -8}"
must as dpo sync
is "until the order goes it is there" 2 "$(json nurse length note list)"
must as worker sync

### From the order on
is "hidden at once" 1 "$(json worker length note list)"
must as nurse sync
is "from others too" 1 "$(json nurse length note list)"
as nurse note show "$note"
check "shown as erased, by both" says "Erased by Mari Mets with Peep Puu"
check "and not a word of it" not says unicyclist
as nurse search unicyclist
check "nor found" not says "$note"
is "with the day the backups end" 90 "$(json worker '.[0] |
    ((.backups_until | sub("\\.[0-9]+Z"; "Z") | fromdate) -
    (.due | sub("\\.[0-9]+Z"; "Z") | fromdate)) / 86400 | round' erase list)"
order=$(json worker '.[0].order' erase list)
as nurse erase take-back "${order:0:8}" --reason 'No.'
check "others cannot take it back" ends 77
must as worker erase take-back "${order:0:8}" --reason 'It was right.'
must as worker sync
must as dpo sync
request=$(json dpo '.[] | select(.done | not) | .request' office erasures)
must as dpo --yes office sign-erasure "${request: -8}"
for who in dpo worker nurse worker; do must as "$who" sync; done
is "both together do" 2 "$(json nurse length note list)"
is "and say so" taken_back "$(json nurse '.[0].stage' erase list)"

### A week later
must as worker --yes erase "$note" --reason 'Wrong child.' --because mistake
for who in worker dpo; do must as "$who" sync; done
request=$(json dpo '.[] | select(.done | not) | .request' office erasures)
must as dpo --yes office sign-erasure "${request: -8}"
for who in dpo worker nurse; do must as "$who" sync; done
is "asked for once more" 1 "$(json nurse length note list)"
# What the hub has of it, by the changeset that the order names.
# Pieces without a line end, which grep would stop at.
sqlite3 "$(ls "$T"/hub/*.db | head -n 1)" "SELECT hex(substr(i.body, v.value,
    8)) FROM erased x JOIN item i ON i.seq = x.seq JOIN
    json_each('[1,21,41,61,81,101,121,141,161,181,201,221]') v" |
    sed 's/../& /g' | grep -v '0A ' | tr -d ' ' >"$T/sealed"
check "the hub still has its sealed bytes" test -s "$T/sealed"
in_hub() { # any of the sealed pieces in any file of the hub?
	local piece
	while read -r piece; do
		LC_ALL=C grep -rlaqP "$(sed 's/../\\x&/g' <<<"$piece")" \
		    "$T/hub" && return 0
	done <"$T/sealed"
	return 1
}
check "and a search finds them" in_hub
stop_hub
LD_PRELOAD=$lib FAKETIME=$later FAKETIME_DONT_FAKE_MONOTONIC=1 \
    start_hub hub "$port" --confirm-clock
check "its files hold no sealed byte of it" not in_hub
for who in worker nurse; do
	at_later "$who" sync
	check "$who syncs" ends 0
done
at_later nurse note show "$note"
check "gone for good" says "Gone for good since"
at_later nurse note list --json
is "the other note is whole" 'an ordinary day at school' \
    "$(jq -r '.[].fields.text' "$T/out")"
for who in worker nurse; do
	unsealed "$T/$who/store.tugi" "$who"
	check "$who's profile can be unsealed" ends 0
	check "and not a piece of the words is in any page of it" \
	    not holds_words
	at_later "$who" store backup "$T/$who.after.tugi"
	unsealed "$T/$who.after.tugi" "$who"
	check "nor in a backup made now" not holds_words
	check "where the other note is" \
	    grep -qa 'an ordinary day at school' "$T/plain.db"
done
rm -f "$T/plain.db"
at_later worker erase list --json
check "proof for the person" grep -q '"stage": "erased"' "$T/out"
at_later nurse status --json
check "nothing is an alarm" [ "$(jq .quarantined "$T/out")" = 0 ]
stop_hub # killed, libfaketime would leave files in /dev/shm
[ "$failed" -eq 0 ]
