#!/usr/bin/env bash
# Goal: a profile is kept as a person keeps it: the passphrase changed and
# forgotten, a code from the safe, two shares at the office, a backup, a stick
# that went bad, a backup brought back. Nothing unsent is lost on the way, and
# what opened before opens nothing new.
# usage: B=build/dev tests/integration/37-store.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

lines() { # words...: as liis, each line of ${IN} on descriptor 9
	printf '%b' "$IN" >"$T/lines"
	timeout 120 "$TUGI" --profile "$T/liis" --no-input \
	    --passphrase-fd 9 "$@" >"$T/out" 2>"$T/err" 9<"$T/lines" </dev/null
	rc=$?
	rm -f "$T/lines"
}
opens() { # passphrase: does it, with nothing held by the kernel?
	as liis lock
	IN="$1\n" lines --json store status
	[ "$rc" -eq 0 ]
}

new_hub hub
start_hub hub "$port"
people="$people office"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
jq -r '.shares[0], .shares[2]' "$T/out" >"$T/shares"
must with_pass office --quiet unlock --for 30m
make_person liis 'Liis Kask'
check "the first sync says what the office's shares open now" \
    says "recovery shares together"
must as liis case new 'Anna Tamm' code=A-1
must as liis note add A-1 'not sent yet, the marimba player called'
cp "$T/liis/store.tugi" "$T/stolen.tugi"

### Changing it
IN='passphrase of liis\n' lines store passphrase
check "a new passphrase is needed" not [ "$rc" -eq 0 ]
check "and the old one still opens" opens 'passphrase of liis'
IN='wrong one here\nsecond passphrase\n' lines store passphrase
check "nobody changes it without the old one" ends 77
IN='passphrase of liis\nshort\n' lines store passphrase
check "a short one is refused" ends 64
check "and the old one opens after that" opens 'passphrase of liis'
IN='passphrase of liis\nsecond passphrase\n' lines store passphrase
check "it is changed" ends 0
check "the new one opens" opens 'second passphrase'
check "the old one does not" not opens 'passphrase of liis'
IN='second passphrase\n' lines --quiet unlock --for 30m
is "what was not sent is still there" 1 "$(json liis length note list)"
# The old file with the old passphrase opens what it held, and no more: its
# key is another one, so the new file cannot be opened by it.
mkdir -m 700 "$T/thief" && cp "$T/stolen.tugi" "$T/thief/store.tugi"
PASS='passphrase of liis' with_pass thief --json note list
check "the stolen copy opens by what was known then" ends 0
check "nothing was left beside the store" \
    [ "$(ls "$T/liis" | grep -c '\.new')" -eq 0 ]

### A code from the safe
IN='second passphrase\n' lines store code
code=$(cat "$T/out")
check "a code is printed" ends 0
check "it has five groups of six" \
    grep -qE '^([2-9A-HJKMNP-Z]{6}-){4}[2-9A-HJKMNP-Z]{6}$' "$T/out"
IN='AAAAAA-AAAAAA-AAAAAA-AAAAAA-AAAAAA\nthird passphrase\n' \
    lines store recover
check "another code does not open it" ends 77
IN='AAAAAA\nthird passphrase\n' lines store recover
check "half a code is told apart from a wrong one" ends 64
lower=$(printf %s "$code" | tr 'A-Z-' 'a-z ')
IN="$lower\nthird passphrase\n" lines --json store recover
check "the code opens, typed in small letters and with blanks" ends 0
next=$(jq -r .code "$T/out")
check "and a new passphrase holds" opens 'third passphrase'
check "the forgotten one does not" not opens 'second passphrase'
IN="$code\nfourth passphrase\n" lines store recover
check "a code opens once: a new one took its place" ends 77
check "which is another one" not [ "$next" = "$code" ]

### Two shares at the office
IN='fourth passphrase\n' lines store recover --shares-fd 8 8<"$T/shares"
check "two of the office's shares open it" ends 0
check "the passphrase is the new one" opens 'fourth passphrase'
{ head -n 1 "$T/shares"; head -n 1 "$T/shares"; } >"$T/same"
IN='fifth passphrase\n' lines store recover --shares-fd 8 8<"$T/same"
check "one share twice does not" not [ "$rc" -eq 0 ]
check "and nothing changed" opens 'fourth passphrase'
IN='fourth passphrase\n' lines --quiet unlock --for 30m
is "the unsent note is there after all of this" 1 \
    "$(json liis length note list)"

### No code any more
IN='fourth passphrase\n' lines store code --remove
check "the recovery code is taken away" ends 0
IN='fourth passphrase\n' lines store code --remove
check "there is none to take away twice" ends 3
IN="$next\nsixth passphrase\n" lines store recover
check "the code that was opens nothing" not [ "$rc" -eq 0 ]
check "the passphrase still does" opens 'fourth passphrase'
IN='fourth passphrase\n' lines --quiet unlock --for 30m

### Backup
must as liis store backup "$T/stick.tugi"
check "a backup holds no word of a note" \
    not grep -qa marimba "$T/stick.tugi"
as liis store backup "$T/stick.tugi"
check "no file is overwritten by a backup" ends 4
IN='fourth passphrase\n' lines store verify --full "$T/stick.tugi"
check "it is whole" ends 0
must as liis lock
IN='fourth passphrase\n' lines --json store restore --drill "$T/stick.tugi"
check "a drill brings it back beside the profile" ends 0
check "with its records" test "$(jq .records "$T/out")" -gt 1
check "and leaves nothing" not test -e "$T/liis/drill"
IN='passphrase of liis\n' lines store restore --drill "$T/stick.tugi"
check "a drill with a wrong passphrase says so" ends 77
IN='fourth passphrase\n' lines --quiet unlock --for 30m
is "and the profile is as it was" 1 "$(json liis length note list)"
IN='passphrase of liis\n' lines store verify "$T/stick.tugi"
check "a wrong passphrase says so" ends 77
IN='fourth passphrase\n' lines store verify "$T/nothing.tugi"
check "no file is no file" ends 3
cp "$T/stick.tugi" "$T/bad.tugi"
size=$(stat -c %s "$T/bad.tugi")
printf 'x' | dd of="$T/bad.tugi" bs=1 seek=$((size / 2 / 4096 * 4096 + 99)) \
    conv=notrunc 2>/dev/null
IN='fourth passphrase\n' lines store verify --full "$T/bad.tugi"
check "one altered byte is noticed" ends 76
IN='fourth passphrase\n' lines store restore "$T/bad.tugi"
check "and not restored" ends 76
IN='fourth passphrase\n' lines store restore "$T/stick.tugi"
check "no profile is overwritten by a restore" ends 4

### The disk goes bad
cp "$T/stick.tugi" "$T/torn.tugi"
blocks=$((size / 4096))
for at in 9 $((blocks / 2)) $((blocks - 7)); do # three bad sectors
	dd if=/dev/zero of="$T/torn.tugi" bs=512 seek=$((at * 8 + 3)) count=2 \
	    conv=notrunc 2>/dev/null
done
IN='fourth passphrase\n' lines store restore "$T/torn.tugi"
check "what is damaged is not restored" not [ "$rc" -eq 0 ]
before=$(sha256sum <"$T/torn.tugi")
printf '%s\n' 'fourth passphrase' >"$T/lines"
timeout 60 "$TUGI" --profile "$T/saved" --no-input --json --passphrase-fd 9 \
    store salvage "$T/torn.tugi" >"$T/out" 2>"$T/err" 9<"$T/lines"
rc=$?
check "it is salvaged" ends 0
is "and told how much is gone" 3 "$(jq .pages_lost "$T/out")"
check "the damaged file is as it was" \
    [ "$before" = "$(sha256sum <"$T/torn.tugi")" ]
timeout 60 "$TUGI" --profile "$T/saved" --no-input --passphrase-fd 9 \
    store verify --full >"$T/out" 2>"$T/err" 9<"$T/lines"
rc=$?
check "what came out is whole" ends 0
timeout 60 "$TUGI" --profile "$T/saved" --no-input --passphrase-fd 9 \
    store salvage "$T/torn.tugi" >"$T/out" 2>"$T/err" 9<"$T/lines"
rc=$?
check "no profile is overwritten by it" ends 4
printf '%s\nnew words for it\n' 'AAAAAA-AAAAAA-AAAAAA-AAAAAA-AAAAAA' >"$T/lines"
timeout 60 "$TUGI" --profile "$T/saved2" --no-input --passphrase-fd 9 \
    store salvage --code "$T/torn.tugi" >"$T/out" 2>"$T/err" 9<"$T/lines"
rc=$?
check "a wrong recovery code does not salvage" ends 77

### The disk died
as liis lock
mv "$T/liis" "$T/died"
IN='fourth passphrase\n' lines store restore "$T/stick.tugi"
check "the backup becomes the profile" ends 0
IN='fourth passphrase\n' lines --quiet unlock --for 30m
is "with the unsent note" 1 "$(json liis length note list)"
as liis sync
check "it sends nothing as the device it was" ends 77
check "and says what to do" says "tugi join"
must as liis note add A-1 'written before the office knew'
must as office --json office card
must as liis --json join "$(jq -r .card "$T/out")"
code=$(jq -r .code "$T/out")
as liis sync
check "it waits for the office" says "waits for the office"
old=$(json office '.[0].device' office devices 'Liis Kask')
must as office office approve "$code" --further 'Liis Kask'
must as liis sync
check "what waited goes out in the new name" says "2 notes"
must as office --yes office revoke "${old:0:8}"
must as office sync
must as liis sync
must as liis note add A-1 'and on'
must as liis sync
is "all is there" 3 "$(json liis length note list)"
# The old disk comes back: nothing of its is taken any more, nothing is lost.
mv "$T/died" "$T/back"
printf '%s\n' 'fourth passphrase' >"$T/lines"
timeout 60 "$TUGI" --profile "$T/back" --no-input --passphrase-fd 9 sync \
    >"$T/out" 2>"$T/err" 9<"$T/lines"
check "the old device is told" says "has revoked this device"
stop_hub
[ "$failed" -eq 0 ]
