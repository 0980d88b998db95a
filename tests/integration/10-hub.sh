#!/usr/bin/env bash
# Goal: a real tugid over TLS takes what is signed and well formed, and answers
# everything else with a plain refusal, without falling over.
set -u
B=$(cd "${B:-build/dev}" && pwd)
cd "$(dirname "$0")/../.."
TUGID=$B/tugid
CALL=$B/tools/hubcall
[ -x "$TUGID" ] && [ -x "$CALL" ] || make -s B="$B" "$TUGID" "$CALL" || exit 1
T=$(mktemp -d)
HUB=
trap '[ -n "$HUB" ] && kill "$HUB" 2>/dev/null; rm -rf "$T"' EXIT

ok() { # words, then the test
	local words=$1
	shift
	if "$@"; then echo "ok - $words"; else echo "not ok - $words"; fi
}
is() { # words, wanted, got
	if [ "$2" = "$3" ]; then echo "ok - $1"; else
		echo "not ok - $1: wanted '$2', got '$3'"
	fi
}
start() {
	rm -f "$T/hub/port"
	"$TUGID" serve "$T/hub" "$@" 2>>"$T/log" &
	HUB=$!
	for _ in $(seq 100); do [ -s "$T/hub/port" ] && break; sleep 0.05; done
	AT=127.0.0.1:$(cat "$T/hub/port")
}
stop() {
	kill -TERM "$HUB"
	wait "$HUB"
	CODE=$?
	HUB=
}
get() { # path, further curl options; the status on standard output
	local path=$1
	shift
	curl -s -k --pinnedpubkey "$PIN" -o "$T/answer" -w '%{http_code}' \
	    --max-time 20 "$@" "https://$AT$path"
}
signed() { # path, body file, device, clock offset
	"$CALL" sign "$AT" "$1" "$2" "$3" "${4:-0}" | tr -d '\r' >"$T/head"
	get "$1" -H @"$T/head" --data-binary @"$2"
}
words() { "$CALL" refusal "$T/answer"; }

# --- making one
"$TUGID" init "$T/hub" --listen 127.0.0.1:0 --name hub.test --json >"$T/made"
is 'init succeeds' 0 $?
CLAIM=$(sed 's/.*"claim_code":"\([^"]*\)".*/\1/' "$T/made")
PIN=$(sed 's/.*"pin":"\([^"]*\)".*/\1/' "$T/made")
is 'the data folder is private' 700 "$(stat -c %a "$T/hub")"
is 'keys and database are private' 600 \
    "$(stat -c %a "$T"/hub/* | sort -u | tr -d '\n')"
"$TUGID" init "$T/hub" >/dev/null 2>&1
is 'a second init changes nothing' 4 $?
ok 'the code is not kept in the clear' \
    sh -c "! grep -rqF '$CLAIM' '$T/hub'"

# --- words that a person mistyped
"$TUGID" init "$T/no" --listen 127.0.0.1:65536 2>"$T/err"
is 'a port above 65535 is none' 64 $?
ok 'and nothing is made' test ! -e "$T/no"
"$TUGID" srve "$T/hub" 2>"$T/err"
is 'an unknown command' 64 $?
ok 'is named' grep -q 'there is no command "srve"' "$T/err"
"$TUGID" serve "$T/hub" --conform-clock 2>"$T/err"
is 'an unknown option' 64 $?
ok 'is named as well' grep -q 'there is no option --conform-clock$' "$T/err"
"$TUGID" init "$T/any" --listen 0.0.0.0:8443 --name hub.example --json \
    >"$T/out"
ok 'the address is the name' grep -q '"https://hub.example:8443"' "$T/out"
"$TUGID" init "$T/plain" --listen 0.0.0.0:8443 --name office/1 --json \
    >"$T/out"
ok 'unless that is none of a machine' \
    grep -qF "\"https://$(uname -n):8443\"" "$T/out"

# --- settings
"$TUGID" check-config "$T/hub" >/dev/null
is 'fresh settings are good' 0 $?
cp "$T/hub/tugid.conf" "$T/conf"
printf 'max_conections = 5\n' >>"$T/hub/tugid.conf"
"$TUGID" serve "$T/hub" 2>"$T/err"
is 'an unknown option ends with 78' 78 $?
ok 'and names file and line' grep -q 'tugid.conf, line 9' "$T/err"
cp "$T/conf" "$T/hub/tugid.conf"
printf 'head_seconds = 2\nbody_seconds = 2\n' >>"$T/hub/tugid.conf"

# --- before the claim
start
is 'health answers' 200 "$(get /v1/health)"
is 'info answers' 200 "$(get /v1/info)"
cp "$T/answer" "$T/info"
curl -s -k --tls-max 1.2 "https://$AT/v1/health"
is 'TLS 1.2 is refused' 35 $?
curl -s -k --pinnedpubkey \
    sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    "https://$AT/v1/health"
is 'another pin does not fit' 90 $?
"$CALL" claim "$T/info" WRONG-CODE >"$T/body"
is 'a wrong claim code is refused' 403 \
    "$(get /v1/claim --data-binary @"$T/body")"
"$CALL" claim "$T/info" "$CLAIM" >"$T/body"
is 'the claim is taken' 200 "$(get /v1/claim --data-binary @"$T/body")"
is 'but once' 403 "$(get /v1/claim --data-binary @"$T/body")"

# --- signed requests
"$CALL" pull >"$T/pull"
is 'a pull of the officer' 200 "$(signed /v1/pull "$T/pull" 0)"
"$CALL" page "$T/answer" >"$T/page"
is 'brings the directory and the commons' '3 items' "$(tail -1 "$T/page")"
head -1 "$T/page" >"$T/state"
get /v1/info >/dev/null
cp "$T/answer" "$T/info"
"$CALL" push "$T/info" "$T/state" 3 >"$T/push"
is 'a push' 200 "$(signed /v1/push "$T/push" 0)"
is 'is accepted' '1 1 1' "$("$CALL" pushed "$T/answer")"
is 'the same push again' 200 "$(signed /v1/push "$T/push" 0)"
is 'is known' '2 2 2' "$("$CALL" pushed "$T/answer")"
is 'a stranger is unknown' 401 "$(signed /v1/pull "$T/pull" 5)"
is 'with its verdict' 7 "$(words | cut -d' ' -f1)"
is 'a clock an hour ahead is refused' 401 \
    "$(signed /v1/pull "$T/pull" 0 3600)"
ok 'and told so' sh -c "'$CALL' refusal '$T/answer' | grep -q clocks"
signed /v1/pull "$T/pull" 0 >/dev/null
is 'the same signed request again is refused' 401 \
    "$(get /v1/pull -H @"$T/head" --data-binary @"$T/pull")"
ok 'as sent before' sh -c "'$CALL' refusal '$T/answer' | grep -q before"
"$CALL" sign "$AT" /v1/pull "$T/pull" 0 0 | tr -d '\r' >"$T/head"
is 'another body under a signature is refused' 400 \
    "$(get /v1/pull -H @"$T/head" --data-binary @"$T/push")"
"$CALL" sign "$AT" /v1/push "$T/pull" 0 0 | tr -d '\r' >"$T/head"
is 'another path under a signature is refused' 401 \
    "$(get /v1/pull -H @"$T/head" --data-binary @"$T/pull")"

# --- form
is 'an unsigned pull is refused' 401 \
    "$(get /v1/pull --data-binary @"$T/pull")"
is 'a wrong method' 405 "$(get /v1/pull)"
is 'a path that is not there' 404 "$(get /v1/nothing)"
is 'a query' 400 "$(get '/v1/info?x=1')"
is 'a body without a length' 411 \
    "$(get /v1/pull -H 'Transfer-Encoding: chunked' -d x)"
head -c 2000000 /dev/zero >"$T/big"
is 'an oversize body' 413 \
    "$(get /v1/pull -H 'Expect:' --data-binary @"$T/big")"
head -c 500 /dev/urandom >"$T/junk"
is 'a signed body of junk' 400 "$(signed /v1/push "$T/junk" 0)"
is 'and an unsigned one' 400 "$(get /v1/enrol --data-binary @"$T/junk")"

# --- joining
"$CALL" enrol 5 >"$T/body"
is 'a device asks to join' 200 "$(get /v1/enrol --data-binary @"$T/body")"
: >"$T/empty"
is 'the officer sees it' 200 "$(signed /v1/requests "$T/empty" 0)"
is 'alone' 1 "$("$CALL" requests "$T/answer")"
for _ in $(seq 25); do
	LAST=$(get /v1/enrol --data-binary @"$T/body")
done
is 'but not without end' 429 "$LAST"

# --- deadlines: a byte now and then does not keep a connection
slow() { # what to trickle
	local begin end
	begin=$(date +%s)
	{ for c in $(seq 20); do printf '%s' "$1" || break; sleep 0.5; done; } |
	    timeout 15 socat - "OPENSSL:$AT,verify=0" >/dev/null 2>&1
	end=$(date +%s)
	[ $((end - begin)) -le 7 ]
}
ok 'slow headers are cut off' slow 'X-Slow: 1'
(
	printf 'POST /v1/enrol HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n'
	for c in $(seq 20); do printf x; sleep 0.5; done
) 2>/dev/null | timeout 15 socat - "OPENSSL:$AT,verify=0" >/dev/null 2>&1 &
SLOW=$!
is 'others are served meanwhile' 200 "$(get /v1/health)"
BEGAN=$(date +%s)
wait $SLOW
ok 'a slow body is cut off' [ $(($(date +%s) - BEGAN)) -le 7 ]
ok 'the hub still runs' kill -0 "$HUB"
"$TUGID" serve "$T/hub" 2>/dev/null
is 'a second server on the folder is refused' 4 $?

# --- stopping and starting
stop
is 'SIGTERM is an orderly stop' 0 "$CODE"
ok 'the port file is gone' [ ! -e "$T/hub/port" ]
is 'status without a server' 6 \
    "$("$TUGID" status "$T/hub" --json | sed 's/.*"items":\([0-9]*\).*/\1/')"
start
is 'after a restart the push is still known' 200 \
    "$(signed /v1/push "$T/push" 0)"
is 'by its receipts' '2 2 2' "$("$CALL" pushed "$T/answer")"
{ kill -KILL "$HUB"; wait "$HUB"; } 2>/dev/null
socat -u "UNIX-RECV:$T/notify" "OPEN:$T/notified,creat" &
NOTE=$!
for _ in $(seq 40); do [ -S "$T/notify" ] && break; sleep 0.05; done
printf 'rate_burst = 3\nrate_per_second = 1\n' >>"$T/hub/tugid.conf"
export NOTIFY_SOCKET=$T/notify
start
unset NOTIFY_SOCKET
is 'and after kill -9' 200 "$(signed /v1/push "$T/push" 0)"
is 'as well' '2 2 2' "$("$CALL" pushed "$T/answer")"
for i in $(seq 16); do # signed first, so that they follow each other fast
	"$CALL" sign "$AT" /v1/pull "$T/pull" 0 0 | tr -d '\r' >"$T/head$i"
done
for i in $(seq 16); do
	get /v1/pull -H @"$T/head$i" --data-binary @"$T/pull" >>"$T/many"
done
ok 'a device that asks without pause must wait' grep -q 429 "$T/many"
is 'others need not' 200 "$(get /v1/info)"
stop
# What was told may not be written yet.
for _ in $(seq 100); do grep -q STOPPING "$T/notified" && break; sleep 0.05; done
kill $NOTE
wait $NOTE 2>/dev/null
is 'the service manager was told' 'READY=1STOPPING=1' "$(cat "$T/notified")"
ok 'the log names no person and no space' \
    sh -c "! grep -qE 'c0c0c0c0|Elternabend|4040' '$T/log'"
ok 'every log line has its priority' sh -c "! grep -qv '^<[0-9]>' '$T/log'"
