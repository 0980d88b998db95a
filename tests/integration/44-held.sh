#!/usr/bin/env bash
# Goal: what the kernel's keyring holds and what the store says never fall
# apart. tugi unlock --for, tugi lock and a new passphrase are killed at each of
# their calls to the keyring and around the store's change of name; and each
# time the machine is started anew as well, which the keyring does not survive.
# Afterwards the profile opens or is locked, never altered; no key stays without
# an end; nothing that was left behind has a key or the passphrase.
# usage: B=build/dev tests/integration/44-held.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
command -v strace >/dev/null || { echo "ok - no strace, nothing to do"; exit; }
export PYTHONDONTWRITEBYTECODE=1
SCAN=$PWD/tests/decoder/needles.py
mkdir "$T/home" "$T/tmp" "$T/xdg" "$T/cwd"
export HOME=$T/home TMPDIR=$T/tmp XDG_RUNTIME_DIR=$T/xdg
export XDG_CACHE_HOME=$T/xdg/cache XDG_CONFIG_HOME=$T/xdg/config
first='passphrase of office'
second='another passphrase'

killed() { # call, number, passphrase lines, words...: does it come so far?
	local call=$1 n=$2 lines=$3
	shift 3
	printf '%b' "$lines" >"$T/lines"
	{
		(cd "$T/cwd" && exec strace -f -qq -o "$T/strace" \
		    -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
		    timeout -s KILL 120 "$TUGI" --profile "$T/office" \
		    --no-input --passphrase-fd 9 --quiet "$@") \
		    >"$T/out" 2>"$T/err" 9<"$T/lines" </dev/null
	} 2>/dev/null
	rc=$?
	rm -f "$T/lines"
	grep -q 'killed by SIGKILL' "$T/strace"
}
opens() { # passphrase
	PASS=$1 with_pass office --json store status
	[ "$rc" -eq 0 ]
}
held() { # 0: by the kernel's key; 1: locked; anything else is wrong
	as office --json store status
	[ "$rc" -eq 0 ] && return 0
	[ "$rc" -eq 77 ] && return 1
	cat "$T/err"
	return 2
}
held_or_locked() { held || [ $? -eq 1 ]; }
locked() {
	held
	[ $? -eq 1 ]
}
all_end() { # no key that was left with the kernel is there for ever
	! awk '$4 == "perm" && /tugi:/ { found = 1 } END { exit !found }' \
	    /proc/keys
}
restarted() { # the disk as it is, and a keyring that knows nothing
	rm -rf "$T/again"
	cp -a "$T/office" "$T/again"
	as again --json store status
	[ "$rc" -eq 77 ]
}
learn() { # passphrase, file
	printf '%s\n' "$1" >"$T/pass"
	"$SCAN" learn "$T/office/store.tugi" 9 >"$2" 9<"$T/pass"
	rm -f "$T/pass"
	[ -s "$2" ]
}
looks() { # needles, paths...
	"$SCAN" look "$@" >"$T/found" 2>&1
	rc=$?
	sed 's/^/  /' "$T/found" | tail -n 6
	[ "$rc" -eq 0 ]
}

new_hub hub
start_hub hub "$port"
people="$people office"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
stop_hub
with_pass office --quiet unlock --for 10m
if [ "$rc" -ne 0 ] || ! held; then
	echo "ok - no keyring on this kernel, nothing to do"
	exit
fi
must as office lock
check "what is looked for is known" learn "$first" "$T/needles.1"

### tugi unlock --for
points=0
for at in add_key:1 keyctl:1 keyctl:2 keyctl:3 keyctl:4 keyctl:5 keyctl:6; do
	killed "${at%:*}" "${at#*:}" "$first\n" unlock --for 10m || continue
	points=$((points + 1))
	check "unlock, killed at $at: open or locked" held_or_locked
	check "  no key without an end" until_true 10 all_end
	check "  after a restart it is locked" restarted
	must as office lock
	check "  lock locks" locked
done
check "unlock was killed at several places" [ "$points" -ge 4 ]

### tugi lock
with_pass office --quiet unlock --for 10m
check "it is open" held
points=0
for n in 1 2 3 4; do
	killed keyctl "$n" '' lock || continue
	points=$((points + 1))
	check "lock, killed at keyctl $n: open or locked" held_or_locked
	check "  after a restart it is locked" restarted
done
check "lock was killed at several places" [ "$points" -ge 2 ]
must as office lock
check "lock ends it" locked

### A new passphrase while the kernel holds the key of before
with_pass office --quiet unlock --for 10m
check "it is open" held
killed rename 1 "$first\n$second\n" store passphrase
check "killed before the new file has its name: the old key holds" held
check "and the old passphrase" opens "$first"
killed keyctl 1 "$first\n$second\n" store passphrase
check "killed before the old key is forgotten: open or locked" held_or_locked
if opens "$second"; then
	check "the new passphrase alone" not opens "$first"
	check "what the kernel holds opens nothing" locked
else
	check "the old passphrase alone" opens "$first"
	second=$first
fi
check "after a restart it is locked" restarted
must as office lock
PASS=$second with_pass office --quiet unlock --for 10m
check "it can be left open again" held
must as office lock
check "what is looked for now is known" learn "$second" "$T/needles.2"

### What all of this left
rm -rf "$T/again"
cat "$T/needles.1" "$T/needles.2" >"$T/needles"
check "no key and no passphrase in any file" looks "$T/needles" "$T/office" \
    "$T/home" "$T/tmp" "$T/xdg" "$T/cwd"
is "no file where none belongs" '' "$(find "$T/home" "$T/tmp" "$T/xdg" \
    "$T/cwd" -type f ! -path '*fontconfig*')"
[ "$failed" -eq 0 ]
