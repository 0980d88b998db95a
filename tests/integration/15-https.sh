#!/usr/bin/env bash
# Goal: the client's way to the hub over TLS: the pinned key decides, and what
# is not the hub, not there, half there or rubbish is told apart in a sentence.
set -u
B=$(cd "${B:-build/dev}" && pwd)
cd "$(dirname "$0")/../.."
TUGID=$B/tugid
CALL=$B/tools/httpcall
[ -x "$TUGID" ] && [ -x "$CALL" ] || make -s B="$B" "$TUGID" "$CALL" || exit 1
T=$(mktemp -d)
HUB=
FAKE=
trap '[ -n "$HUB" ] && kill "$HUB"; hang_up; rm -rf "$T"' EXIT
trap 'exit 1' INT TERM

like() { # words, wanted beginning, got
	case $3 in
	"$2"*) echo "ok - $1" ;;
	*) echo "not ok - $1: wanted '$2', got '$3'" ;;
	esac
}
call() { "$CALL" "https://127.0.0.1:$1" "${@:2}" 2>&1 | tail -n 1; }

"$TUGID" init "$T/hub" --listen 127.0.0.1:0 --name hub.test --json >"$T/made"
PIN=$(sed 's/.*"pin":"\([^"]*\)".*/\1/' "$T/made")
"$TUGID" serve "$T/hub" 2>>"$T/log" &
HUB=$!
for _ in $(seq 100); do [ -s "$T/hub/port" ] && break; sleep 0.05; done
PORT=$(sed 's/.*://' "$T/hub/port")
WRONG=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

like 'the right key is let through, twice' 'status 200' "$(call "$PORT" "$PIN")"
like 'another key is not the hub' 'error peer: this is not the hub' \
    "$(call "$PORT" "$WRONG")"
like 'no proxy from the environment' 'status 200' \
    "$(https_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 \
	call "$PORT" "$PIN")"
like 'a signature is read' 'status 401 verdict 7' "$(call "$PORT" "$PIN" 0)"
like 'a clock an hour ahead is told the time and comes again' \
    'status 401 verdict 7' "$(call "$PORT" "$PIN" 3600)"
like 'a clock ten years behind, too' \
    'status 401 verdict 7' "$(call "$PORT" "$PIN" -315360000)"
like 'nobody listens: away' 'error away: ' "$(call 1 "$PIN")"
like 'only https' 'error input: ' "$("$CALL" "http://127.0.0.1:$PORT" "$PIN")"
like 'no names in an address' 'error input: ' \
    "$("$CALL" "https://a@127.0.0.1:$PORT" "$PIN")"

# --- somebody with a key of their own, and a pin for it
openssl req -x509 -newkey ed25519 -nodes -subj /CN=x -days 2 \
    -keyout "$T/k" -out "$T/c" 2>/dev/null
OWN=sha256//$(openssl x509 -in "$T/c" -pubkey -noout |
    openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
# It takes one caller, so the system is asked whether it listens already (0A)
# or talks to somebody (01).
tcp_is() { # port, state
	grep -q "^ *[0-9]*: 0100007F:$(printf %04X "$1") [0-9A-F:]* $2" \
	    /proc/net/tcp
}
fake() { # what it says, further options; leaves its port in FP
	local says=$1
	shift
	FP=$((20000 + RANDOM % 12000))
	while tcp_is $FP 0A; do FP=$((FP + 1)); done
	{
		printf '%b' "$says"
		for _ in $(seq 100); do tcp_is $FP 01 && break; sleep 0.05; done
		sleep 1
	} | openssl s_server -accept "127.0.0.1:$FP" -cert "$T/c" -key "$T/k" \
	    -quiet -naccept 1 "$@" >/dev/null 2>&1 &
	FAKE=$!
	for _ in $(seq 200); do tcp_is $FP 0A && break; sleep 0.05; done
}
hang_up() {
	[ -n "$FAKE" ] && { kill "$FAKE"; wait "$FAKE"; } 2>/dev/null
	FAKE=
}
fake 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf' -tls1_3
like 'half an answer: away' 'error away: the connection' "$(call "$FP" "$OWN")"
hang_up
fake 'SSH-2.0-OpenSSH_9.2\r\n' -tls1_3
like 'rubbish is no hub' 'error peer: what answers' "$(call "$FP" "$OWN")"
hang_up
fake 'HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n' -tls1_3
like 'an answer too large is not taken' 'error peer: the hub.s answer is lar' \
    "$(call "$FP" "$OWN" | sed "s/hub's/hub.s/")"
hang_up
fake 'HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n' -tls1_3
like 'a redirect is not followed' 'status 301' \
    "$("$CALL" "https://127.0.0.1:$FP" "$OWN" | head -n 1)"
hang_up
fake '' -tls1_2
like 'TLS 1.2 is not spoken' 'error peer: no safe connection' \
    "$(call "$FP" "$OWN")"
hang_up
