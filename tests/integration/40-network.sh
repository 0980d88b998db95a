#!/usr/bin/env bash
# Goal: whatever stands where the hub should be, a worker reads what is wrong
# in a sentence, the exit code tells "later" (75) from "not the hub" (76),
# nothing is lost or sent twice, and the next sync with the hub goes on. The
# profile's address is a relay in front of the hub, which is exchanged.
. "$(dirname "$0")/lib.sh"
CUT=$B/tools/cutproxy
[ -x "$CUT" ] || make -s B="$B" "$CUT" || exit 1
new_hub hub
inner=$port
front_port=$(free_port)
url=https://127.0.0.1:$front_port
start_hub hub "$inner"

front=
front_is() { # command...: now answers at the hub's address
	if [ -n "$front" ]; then
		{ kill -KILL "$front" && wait "$front"; } 2>/dev/null
	fi
	"$@" >>"$T/front.log" 2>&1 &
	front=$!
	started="$started $front"
	until_true 20 listens "$front_port" || echo "not ok - no front: $*"
}
real() { front_is "$CUT" "$front_port" "$inner" none; }

# Somebody who ends TLS at that address and answers from $T/answer.
cat >"$T/responder" <<'END'
#!/bin/bash
# Take in one request, as a server would, then answer.
n=0
while IFS= read -t 10 -r line && [ "${line%$'\r'}" ]; do
	case $line in [Cc]ontent-[Ll]ength:*) n=${line#*: } ;; esac
done
[ "${n%$'\r'}" -gt 0 ] && head -c "${n%$'\r'}" >/dev/null
cat "$1/answer"
[ -e "$1/endless" ] && timeout 30 cat /dev/zero
[ -e "$1/drip" ] && for i in $(seq 600); do
	printf 'xx' || exit
	sleep 0.1
done
exit 0
END
chmod +x "$T/responder"
tls_front() { # folder with tls.crt and tls.key, port: words for socat
	echo "OPENSSL-LISTEN:$2,bind=127.0.0.1,reuseaddr,fork,cert=$1/tls.crt,key=$1/tls.key,verify=0"
}
reply() { # status line, header lines or '', body
	printf 'HTTP/1.1 %s\r\n%s\r\n%s' "$1" "$2" "$3" >"$T/answer"
}
sized() { # status line, body
	reply "$1" "Content-Length: ${#2}
" "$2"
}

real
make_office
make_person mari 'Mari Lepp'
must as mari case new 'Anna Tamm' code=A-1
must as mari sync
n=0
note() {
	n=$((n + 1))
	must as mari note add A-1 "note $n"
	printf 'note %d\n' $n >>"$T/wanted"
}
whole() { # the hub has taken everything, once, and here it is all there
	as mari sync
	[ "$rc" -eq 0 ] || return 1
	sort "$T/wanted" >"$T/w"
	texts mari >"$T/t"
	same "$T/w" "$T/t" && [ "$(json mari .unsent status)" = 0 ]
}
refused() { # words, exit code, sentence: a sync now ends so
	local waits
	waits=$(json mari .unsent status)
	as mari sync
	check "$1: exit $2" ends "$2"
	check "$1: a sentence" says "$3"
	is "$1: nothing is lost" "$waits" "$(json mari .unsent status)"
}

### A trickle and silence, in the background: their limits are seconds
mkdir "$T/slow"
touch "$T/slow/drip"
printf 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n' >"$T/slow/answer"
slow_port=$(free_port)
socat "$(tls_front "$T/hub" "$slow_port")" \
    SYSTEM:"'$T/responder' '$T/slow'" >>"$T/front.log" 2>&1 &
started="$started $!"
mute_port=$(free_port)
socat -u "TCP-LISTEN:$mute_port,bind=127.0.0.1,reuseaddr,fork" \
    OPEN:/dev/null >>"$T/front.log" 2>&1 &
started="$started $!"
until_true 5 listens "$slow_port"
until_true 5 listens "$mute_port"
background() { # name, port: an office that tries to claim what is there
	printf 'a long passphrase\n' >"$T/$1.pass"
	(
		trap - EXIT
		timeout 60 "$TUGI" --profile "$T/$1" --no-input \
		    --passphrase-fd 9 office init "https://127.0.0.1:$2" \
		    --pin "$pin" --name X --claim "$claim" >"$T/$1.out" \
		    2>"$T/$1.err" 9<"$T/$1.pass" </dev/null
		echo "$? $SECONDS" >"$T/$1.rc"
	) &
}
background slowly "$slow_port"
slow_one=$!
background mutely "$mute_port"
mute_one=$!

### Another key
mkdir "$T/evil"
openssl req -x509 -newkey ed25519 -nodes -subj /CN=hub.test -days 2 \
    -keyout "$T/evil/tls.key" -out "$T/evil/tls.crt" 2>/dev/null
with_pass other office init "$url" --name X --claim "$claim" \
    --pin "$(printf '%064d' 7)"
check "a wrong pin: exit 76" ends 76
check "a wrong pin: a sentence" says 'this is not the hub whose pin was given'
must as office --json office card
card=$(jq -r .card "$T/out")
cp "$T/hub.json" "$T/right.json"
right_port=$inner
new_hub impostor
impostor=$port
"$TUGID" serve "$T/impostor" 2>>"$T/impostor.log" &
started="$started $!"
until_true 10 listens "$impostor"
note
front_is "$CUT" "$front_port" "$impostor" none
refused "another hub at the address" 76 'this is not the hub'
with_pass newcomer join "$card"
check "a card and another hub: exit 76" ends 76
check "nothing of it reached that hub" \
    not grep -qE 'enrol|push|pull' "$T/impostor.log"
front_is socat "$(tls_front "$T/evil" "$front_port")" \
    SYSTEM:"'$T/responder' '$T'"
sized '200 OK' '<html><title>Welcome to the school WLAN</title></html>'
refused "a portal with a key of its own" 76 'this is not the hub'
front_is socat "TCP-LISTEN:$front_port,bind=127.0.0.1,reuseaddr,fork" \
    SYSTEM:"cat '$T/answer'"
refused "a portal without TLS" 76 'no safe connection'
{ kill -KILL "$front" && wait "$front"; } 2>/dev/null
front=
refused "nobody there" 75 'cannot be reached'
real
check "then the hub takes it" whole

### The hub's key, but not its words
behind() { # words, exit code, sentence
	note
	front_is socat "$(tls_front "$T/hub" "$front_port")" \
	    SYSTEM:"'$T/responder' '$T'"
	refused "$@"
	rm -f "$T/endless"
}
printf 'SSH-2.0-OpenSSH_9.2\r\n' >"$T/answer"
behind 'rubbish' 76 'is not a hub'
sized '200 OK' '<html><body>Please log in</body></html>'
behind 'an HTML page with status 200' 76 'tugi: '
sized '200 OK' ''
behind 'an empty answer' 76 'tugi: '
head -c 3000 /dev/urandom >"$T/noise"
{
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n'
	cat "$T/noise"
} >"$T/answer"
behind 'noise with status 200' 76 'tugi: '
reply '200 OK' 'Content-Length: 500
' 'half'
behind 'half an answer' 75 'the connection to the hub broke'
: >"$T/answer"
behind 'not a byte' 75 'the connection to the hub broke'
reply '200 OK' 'Content-Length: 99999999
' ''
behind 'a huge answer, announced' 76 'larger than any answer'
reply '200 OK' '' ''
touch "$T/endless"
behind 'an endless answer' 76 'larger than any answer'
sized '302 Found' 'x'
behind 'a redirect' 76 'answered 302'
sized '502 Bad Gateway' '<html>nginx</html>'
behind 'a proxy whose hub is away' 75 'answered 502'
sized '403 Forbidden' 'no'
behind 'a proxy that forbids' 76 'answered 403'
sized '401 Unauthorized' 'who are you'
behind 'a proxy that wants a password' 76 'answered 401'
real
check "then the hub takes all of it" whole

### A line that breaks after so many bytes
series() { # up|down, bytes...
	local way=$1 b odd= kinds=
	shift
	for b in "$@"; do
		note
		front_is "$CUT" "$front_port" "$inner" "$way" "$b"
		as mari sync
		kinds="$kinds $rc"
		case $rc in
		0 | 75) says 'tugi: ' || [ "$rc" -eq 0 ] || odd="$odd $b" ;;
		*) odd="$odd $b:$rc:$(tail -n 1 "$T/err")" ;;
		esac
	done
	is "cut $way after each of $*: exit 75, or done" '' "$odd"
	check "cut $way: most were cut ($kinds)" \
	    test "$(tr ' ' '\n' <<<"$kinds" | grep -c 75)" -ge $(($# / 2))
	real
	check "cut $way: all is there and sent, once" whole
}
series up 0 1 99 300 512 601 700 850 1000 1201 1500 1900 2301 3000 4001
series down 0 1 50 99 200 501 900 1101 1300 1500 1801 2200 2601 3100 4001
{ echo "$head_row"; rows 1 600 A-1; } >"$T/many.csv"
must as mari import notes "$T/many.csv"
texts mari >"$T/wanted"
series up 6001 12000 24001 40000 60001 80000
texts mari >"$T/wanted"
must as office sync
is "the hub has each item once" 0 "$(sqlite3 -readonly "$T/hub/hub.db" \
    'SELECT count(*) - count(DISTINCT id) FROM item')"
is "a further sync moves nothing" 0 "$(json mari \
    '.sent_notes + .sent_changes + .received_notes' sync)"

### The slow ones
reap $slow_one 40
reap $mute_one 40
cp "$T/slowly.err" "$T/err"
is "an answer that trickles is given up" 75 "$(cut -d' ' -f1 "$T/slowly.rc")"
check "with a sentence" grep -q 'did not answer in time' "$T/slowly.err"
cp "$T/mutely.err" "$T/err"
is "silence is given up" 75 "$(cut -d' ' -f1 "$T/mutely.rc")"
check "with a sentence, too" grep -q 'tugi: the hub at' "$T/mutely.err"
[ "$failed" -eq 0 ]
