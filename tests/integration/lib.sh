# What the fault scripts share: a hub, people with unlocked profiles, checks.
# Sourcing it finds the project and $B, makes a temporary folder $T, and at the
# end removes that and ends what was started.
# shellcheck shell=bash
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
B=$(cd "${B:-build/dev}" && pwd) || exit 1
TUGI=$B/tugi
TUGID=$B/tugid
[ -x "$TUGI" ] && [ -x "$TUGID" ] || make -s B="$B" all || exit 1
umask 077
T=$(mktemp -d "${TMPDIR:-/tmp}/tugi-test-XXXXXX")
chmod 711 "$T"
export HOME=$T NO_COLOR=1 LC_ALL=C.UTF-8 TZ=Europe/Tallinn
unset TUGI_PROFILE XDG_DATA_HOME LANGUAGE
failed=0
open_for=30m # how long profiles stay unlocked
started=   # processes to end
mounted=   # file systems to take away
hub=       # process of the hub
people=

tidy() {
	local p who
	for who in $people; do
		[ -d "$T/$who" ] && timeout 5 "$TUGI" --profile "$T/$who" \
		    --quiet lock 2>/dev/null
	done
	{
		for p in $started $hub; do kill -KILL "$p" && wait "$p"; done
	} 2>/dev/null
	for p in $mounted; do umount -l "$p"; done
	chmod -R u+w "$T"
	if [ "${KEEP:-}" ]; then echo "kept: $T"; else rm -rf "$T"; fi
}
trap tidy EXIT
trap 'exit 1' INT TERM

## Checks
check() { # words, command...: it succeeds
	local words=$1
	shift
	if "$@"; then
		echo "ok - $words"
	else
		echo "not ok - $words"
		sed 's/^/  stderr: /' "$T/err" 2>/dev/null | tail -n 5
		failed=$((failed + 1))
	fi
}
is() { # words, wanted, got
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1: wanted '$2', got '$3'"
		sed 's/^/  stderr: /' "$T/err" 2>/dev/null | tail -n 5
		failed=$((failed + 1))
	fi
}
ends() { [ "$rc" -eq "$1" ] || { echo "  exit $rc instead of $1" && false; }; }
says() { grep -qF -- "$1" "$T/out" "$T/err"; }
same() { cmp -s "$1" "$2" || { diff "$1" "$2" | head -n 10 && false; }; }
not() { ! "$@"; }

## Waiting, never without a limit
until_true() { # seconds, command...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.02
	done
}
gone() { ! kill -0 "$1" 2>/dev/null; }
reap() { # process: its exit code in $rc, however it ends
	until_true "${2:-30}" gone "$1" || kill -KILL "$1"
	wait "$1" 2>/dev/null
	rc=$?
}
nap() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; } # ms
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() { # below the ports the system hands out by itself
	local p
	while :; do
		p=$((20000 + (RANDOM * 32768 + RANDOM + $$) % 12000))
		listens $p || break
	done
	echo $p
}

## People
as() { # who, words...: output in $T/out, $T/err, exit code in $rc
	local who=$1
	shift
	timeout 120 "$TUGI" --profile "$T/$who" --no-input "$@" \
	    >"$T/out" 2>"$T/err" </dev/null
	rc=$?
}
with_pass() { # who, words...: the same with the passphrase
	local who=$1
	shift
	printf '%s\n' "${PASS:-passphrase of $who}" >"$T/pass"
	timeout 120 "$TUGI" --profile "$T/$who" --no-input \
	    --passphrase-fd 9 "$@" >"$T/out" 2>"$T/err" 9<"$T/pass" </dev/null
	rc=$?
	rm -f "$T/pass"
}
must() { # as or with_pass...: nothing goes on without it
	"$@"
	[ "$rc" -eq 0 ] && return
	echo "not ok - set-up: $* ends with $rc"
	cat "$T/err" "$T"/hub*.log 2>/dev/null | tail -n 8
	exit 1
}
json() { # who, jq program, words...
	local who=$1 program=$2
	shift 2
	timeout 60 "$TUGI" --profile "$T/$who" --no-input --json "$@" \
	    2>"$T/err" | jq -r "$program"
}
texts() { json "$1" '.[].fields.text' note list | sort; }

## The hub
new_hub() { # name: $url $pin $claim $port
	port=$(free_port)
	"$TUGID" init "$T/$1" --listen "127.0.0.1:$port" --name "$1.test" \
	    --json >"$T/$1.json" || exit 1
	url=https://127.0.0.1:$port
	pin=$(jq -r .pin "$T/$1.json")
	claim=$(jq -r .claim_code "$T/$1.json")
}
start_hub() { # name, port, further words
	local i
	for i in 1 2 3; do
		"$TUGID" serve "$T/$1" "${@:3}" 2>>"$T/$1.log" &
		hub=$!
		until_true 10 eval "listens $2 || gone $hub"
		gone "$hub" || return 0
	done
	echo "not ok - the hub does not start"
	tail -n 3 "$T/$1.log"
	exit 1
}
stop_hub() { # signal
	kill "-${1:-TERM}" "$hub"
	reap "$hub"
	hub=
}
make_office() {
	people="$people office"
	must with_pass office --json office init "$url" --pin "$pin" \
	    --claim "$claim" --name 'Tiina Saar' --for "$open_for"
}
make_person() { # who, full name
	local card code
	people="$people $1"
	must as office --json office card
	card=$(jq -r .card "$T/out")
	must with_pass "$1" --json join "$card" --for "$open_for"
	code=$(jq -r .code "$T/out")
	must as office office approve "$code" "$2" --title worker
	must as "$1" sync
}
rows() { # first, last, case: CSV rows whose texts say their number
	awk -v a="$1" -v b="$2" -v c="$3" 'BEGIN { for (i = a; i <= b; i++)
		printf("%s,Child of %s,2016-02-03,Lasila,2026-03-%02d," \
		    "contact,15,en,\"note %06d in %s, the class teacher " \
		    "telephoned and we agreed to meet, %d\"\n", c, c,
		    i % 28 + 1, i, c, i * 7919 % 10007) }'
}
head_row=case,child,born,school,date,category,minutes,language,text
