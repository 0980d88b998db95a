#!/usr/bin/env bash
# Goal: who wears the hub down, with connections that are silent, slow, too
# many, too large or too often, loses them after a while and takes no place
# from a worker; the hub counts why, and never grows by it. Deadlines are short
# here and every wait is generous, so that a busy machine changes nothing.
. "$(dirname "$0")/lib.sh"
ATTACK=tests/tools/attack.py
new_hub hub
cat >>"$T/hub/tugid.conf" <<END
max_connections = 8
max_connections_per_address = 4
max_waiting = 32
head_seconds = 5
body_seconds = 3
answer_seconds = 3
idle_seconds = 3
address_burst = 100
address_per_second = 20
quiet = yes
metrics = "$T/figures"
END
start_hub hub "$port"
make_office
make_person mari 'Mari Lepp'
must as mari case new 'Anna Tamm' code=A-1
must as mari sync

figures() { curl -s --unix-socket "$T/figures" http://hub/metrics; }
refused() { # reason: how often so far
	figures | sed -n "s/^tugid_refused_total{reason=\"$1\"} //p"
}
more() { [ "$(refused "$1")" -gt "$2" ]; }
attack() { # words of attack.py; its output in $T/attack
	timeout 90 python3 "$ATTACK" "$port" "$@" >"$T/attack" 2>&1
}
n=0
note_gets_through() { # the worker's sync, with as many tries as a person has
	local i
	n=$((n + 1))
	must as mari note add A-1 "note $n"
	for i in 1 2 3 4 5; do
		as mari sync
		[ "$rc" -eq 0 ] && return 0
	done
	return 1
}

### Each kind loses its connections, and says in the figures why
kinds='silent hello shake head body'
alone=
silent=$(refused silent) head=$(refused head_time) body=$(refused body_time)
for kind in $kinds; do
	timeout 90 python3 "$ATTACK" "$port" $kind 1 --seconds 80 \
	    >"$T/$kind.alone" 2>&1 &
	alone="$alone $!"
done
for p in $alone; do
	reap "$p" 90
done
for kind in $kinds; do
	# On a slow machine before the handshake was through.
	check "$kind: ended by the hub" grep -qE \
	    'opened (1 closed 1 refused 0|0 closed 0 refused 1)' \
	    "$T/$kind.alone"
done
check "and counted" test "$(($(refused silent) + $(refused head_time) +
    $(refused body_time)))" -ge $((silent + head + body + 5))
before=$(($(refused answer_time) + $(refused address_rate)))
attack reader 2 --seconds 4
check "who asks without end and reads nothing is ended" \
    until_true 30 eval '[ $(($(refused answer_time) +
    $(refused address_rate))) -gt $before ]'

### Under each of them a worker gets through
for kind in $kinds; do
	: >"$T/$kind.attack"
	timeout 120 python3 "$ATTACK" "$port" $kind 60 --addresses 40 --again \
	    --seconds 110 >"$T/$kind.attack" 2>&1 &
	attacker=$!
	started="$started $attacker"
	until_true 60 grep -q ready "$T/$kind.attack" || cat "$T/$kind.attack"
	check "$kind, 60 from 40 addresses: a worker syncs" note_gets_through
	kill -TERM $attacker 2>/dev/null
	reap $attacker
done
check "who waited too long or too many were dropped" eval \
    '[ $(($(refused no_room) + $(refused made_way))) -gt 20 ]'
# All from the worker's own address, as behind one router.
: >"$T/one.attack"
timeout 120 python3 "$ATTACK" "$port" shake 30 --addresses 1 \
    --seconds 110 >"$T/one.attack" 2>&1 &
attacker=$!
started="$started $attacker"
until_true 60 grep -q ready "$T/one.attack"
check "30 of one address: a worker elsewhere syncs" note_gets_through
kill -TERM $attacker 2>/dev/null
reap $attacker

### Too large, too odd
raw() { # request as printf has it: the first line of the answer
	# shellcheck disable=SC2059
	{ printf "$1" && sleep "${2:-0}"; } | timeout 30 openssl s_client \
	    -quiet -connect "127.0.0.1:$port" 2>/dev/null | head -n 1 |
	    cut -d' ' -f2
}
many=$(printf 'x%.0s' $(seq 3000))
is "a body longer than its request may have" 413 \
    "$(raw "POST /v1/enrol HTTP/1.1\r\nHost: h\r\nContent-Length: 6000\r\n\r\n$many$many")"
is "one of a terabyte" 413 \
    "$(raw 'POST /v1/push HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\n')"
is "one in pieces without a length" 411 \
    "$(raw 'POST /v1/pull HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')"
all() { # request as printf has it: the status of each answer
	# shellcheck disable=SC2059
	printf "$1" | timeout 30 openssl s_client -quiet -connect \
	    "127.0.0.1:$port" 2>/dev/null | tr -d '\0' |
	    sed -n 's/.*HTTP\/1.1 \([0-9]*\).*/\1/p' | paste -sd' '
}
is "two lengths, and a request hidden behind them" 400 \
    "$(all 'POST /v1/enrol HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 38\r\n\r\nxGET /v1/info HTTP/1.1\r\nHost: h\r\n\r\n')"
is "a length that is none, with another behind it" '' \
    "$(all 'POST /v1/enrol HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nxGET /v1/info HTTP/1.1\r\nHost: h\r\n\r\n' | grep 200)"
is "two signatures" 400 "$(all 'POST /v1/pull HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nSignature: a\r\nSignature: b\r\n\r\n')"
is "a path of 3,000 letters" 404 "$(raw "GET /$many HTTP/1.1\r\nHost: h\r\n\r\n")"
got=$(raw "GET /v1/info HTTP/1.1\r\nHost: h\r\n$(for i in $(seq 40); do
	printf 'X-%d: %s\\r\\n' "$i" "$many"; done)\r\n")
check "headers of 120 KB are no request ($got)" \
    eval '[[ $got = 4?? || -z $got ]]'
check "after which a worker syncs" note_gets_through

### Too often
attack join 24 --net 7 --seconds 60
is "one network asks to join eight times, no more" 8 \
    "$(sed -n 's/.* 200 \([0-9]*\).*/\1/p' "$T/attack")"
check "which is counted" more join_full 0
check "requests beyond the bucket are told to wait" \
    eval '[ "$(for _ in $(seq 140); do curl -sk -o /dev/null \
    -w "%{http_code}\n" --interface 127.0.9.9 "$url/v1/info"; done |
    sort | uniq -c | grep -c " 200$")" = 1 ]'
check "and the worker's sync is not" note_gets_through

### A megabyte from each of many, to the one request that takes that of strangers
stop_hub
sed -i '/^max_connections/d; s/^body_seconds.*/body_seconds = 8/' \
    "$T/hub/tugid.conf"
start_hub hub "$port"
n=$((n + 1))
must as mari note add A-1 "note $n, by stick"
must as mari bundle out "$T/mari.out"
: >"$T/large.attack"
timeout 120 python3 "$ATTACK" "$port" large 100 --addresses 50 --again \
    --seconds 110 >"$T/large.attack" 2>&1 &
attacker=$!
started="$started $attacker"
until_true 60 grep -q ready "$T/large.attack"
carried() {
	local i
	for i in 1 2 3 4 5; do
		as office bundle carry "$T/mari.out" "$T/mari.in"
		[ "$rc" -eq 0 ] && return 0
	done
	return 1
}
check "a colleague's bundle gets through" carried
[ "$failed" -eq 0 ] || figures | grep refused
kill -TERM $attacker 2>/dev/null
reap $attacker
check "strangers were told that there is no room" more no_room 0
must as mari bundle in "$T/mari.in"

### What it cost
kib=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$hub/status")
if ldd "$TUGID" | grep -q libasan; then
	echo "a sanitizer's memory is its own: $kib KiB"
else
	check "the hub never had more than 60 MiB ($kib KiB)" \
	    test "$kib" -lt 61440
fi
is "the worker's notes are all there, once" "$n" \
    "$(texts mari | grep -c '^note')"
is "and sent" 0 "$(json mari .unsent status)"
stop_hub
is "and it ends in order" 0 "$rc"
[ "$failed" -eq 0 ]
