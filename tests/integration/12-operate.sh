#!/usr/bin/env bash
# Goal: what the hub's operator relies on, with the programs as they are: a
# hub handed its socket by the service manager, fed to a watchdog, reloaded
# with good and with bad settings, scraped for figures; and a doctor that names
# each fault that is put in, with its fix.
. "$(dirname "$0")/lib.sh"
new_hub hub
HUB=$T/hub
CONF=$HUB/tugid.conf

doctor() { # state of one check, as JSON says it; exit status in $T/status
	"$TUGID" doctor "$HUB" --json >"$T/doctor" 2>"$T/err"
	echo $? >"$T/status"
	jq -r --arg c "$1" '.findings[] | select(.check == $c) | .state' \
	    "$T/doctor"
}
fix_of() { jq -r --arg c "$1" '.findings[] | select(.check == $c) | .fix' \
    "$T/doctor"; }
logged() { grep -qF -- "$1" "$T/hub.log"; }
code_of() { curl -s -k -o "$T/answer" -w '%{http_code}' --max-time 10 "$1"; }

### The recovery sheet
"$TUGID" init "$T/other" --listen 127.0.0.1:0 --name other.test >"$T/out"
check "init prints a sheet to lock away" says "print this page and lock it"
check "with the recovery code" grep -qE \
    'Recovery code  ([0-9A-Z]{5}-){4}[0-9A-Z]{5}$' "$T/out"
code=$(awk '/Recovery code/ { print $3 }' "$T/out")
check "which is not kept" not grep -rqF "$code" "$T/other"

### Readiness, watchdog, stop
python3 - "$T/notify" >"$T/told" <<'PY' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    line = s.recv(4096).decode()
    print(line, flush=True)
    if "STOPPING" in line:
        break
PY
started="$started $!"
told() { grep -q -- "$1" "$T/told"; }
until_true 10 test -S "$T/notify"
cat >>"$CONF" <<E2
metrics = "$T/figures"
E2
NOTIFY_SOCKET=$T/notify WATCHDOG_USEC=200000 start_hub hub "$port"
check "the service manager is told that it is ready" until_true 10 told READY=1
check "and that it is well, again and again" until_true 10 \
    eval '[ "$(grep -c WATCHDOG=1 "$T/told")" -ge 3 ]'

### Figures
curl -s --unix-socket "$T/figures" http://hub/metrics >"$T/metrics"
check "figures on a Unix socket" grep -q '^tugid_log_items 0$' "$T/metrics"
check "each with its kind" test "$(grep -c '^# TYPE' "$T/metrics")" -eq \
    "$(grep -c '^# HELP' "$T/metrics")"
check "names as Prometheus wants them" not grep -vqE \
    '^(#|(tugid|process)_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+0-9.e]+$)' \
    "$T/metrics"
check "not of other users" test "$(stat -c %a "$T/figures")" = 660
make_office
make_person mari 'Mari Mets'
must as mari case new 'Anna Tamm' code=A-1
must as mari note add A-1 'needle in a haystack'
must as mari sync
curl -s --unix-socket "$T/figures" http://hub/metrics >"$T/metrics"
is "the ledger's entries are those of the log" \
    "$(sed -n 's/^tugid_log_items //p' "$T/metrics")" \
    "$(until_true 10 eval 'curl -s --unix-socket "$T/figures" \
    http://hub/metrics >"$T/later"; [ "$(sed -n \
    "s/^tugid_ledger_entries //p" "$T/later")" = \
    "$(sed -n "s/^tugid_log_items //p" "$T/later")" ]'; sed -n \
    's/^tugid_ledger_entries //p' "$T/later")"
check "requests are counted by path" grep -q \
    '^tugid_requests_total{path="/v1/push",status="2xx"} [1-9]' "$T/metrics"
is "figures are told apart by these alone" 'le path reason status version' "$(grep -oE \
    '[a-z]+="' "$T/metrics" | tr -d '="' | sort -u | paste -sd' ')"
check "and name nobody" not grep -qE 'Mari|Anna|needle' "$T/metrics"
is "any other path is none" 404 "$(curl -s --unix-socket "$T/figures" \
    -o /dev/null -w '%{http_code}' http://hub/)"

### The log
check "the log is key=value" not grep -vqE \
    '^<[346]>event=[a-z-]+( [a-z]+=("([^"\\]|\\.)*"|[^ "]*))*$' "$T/hub.log"
check "and holds no content" not grep -qE 'Mari|Anna|needle|127\.0\.0\.1:' \
    "$T/hub.log"

### Reload
cp "$CONF" "$T/conf"
echo 'day_mib = many' >>"$CONF"
kill -HUP "$hub"
check "bad settings are told with their line" until_true 10 logged \
    "tugid.conf, line $(wc -l <"$CONF")"
is "and the old ones serve on" 200 "$(code_of "$url/v1/health")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$T/k.pem" -out "$T/c.pem" -days 30 -subj /CN=x 2>/dev/null
if ! logged event=sandbox; then
	{ cat "$T/conf"; echo "tls_cert = \"$T/c.pem\""; } >"$CONF"
	kill -HUP "$hub"
	check "a certificate in a folder that was not in use needs a restart" \
	    until_true 10 logged "read only after a restart"
fi
cp "$T/c.pem" "$HUB/c.pem"
{ cat "$T/conf"; echo 'tls_cert = "c.pem"'; } >"$CONF"
kill -HUP "$hub"
check "so is a certificate that is not the key's" until_true 10 logged \
    "are a pair of PEM files"
is "and the old one serves on" 200 "$(code_of "$url/v1/health")"
cp "$HUB/tls.crt" "$T/old.crt"
openssl x509 -in "$HUB/tls.crt" -signkey "$HUB/tls.key" -days 77 \
    -out "$T/new.crt" 2>/dev/null
cp "$T/new.crt" "$HUB/tls.crt"
cp "$T/conf" "$CONF"
echo 'quiet = yes' >>"$CONF"
kill -HUP "$hub"
check "good settings are taken" until_true 10 logged event=reload
serial() { openssl x509 -noout -enddate -in "$1"; }
openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null |
    openssl x509 >"$T/served"
is "with a new certificate" "$(serial "$T/new.crt")" "$(serial "$T/served")"
lines=$(wc -l <"$T/hub.log")
must as mari note add A-1 'after the reload'
must as mari sync
is "pinned clients go on, and the log is quiet now" "$lines" \
    "$(wc -l <"$T/hub.log")"
check "the manager knew of each reload" told RELOADING=1

### The doctor
is "no backup yet" warning "$(doctor backup)"
must_backup() { "$TUGID" backup "$HUB" "$@" >"$T/out" 2>"$T/err"; rc=$?; }
mkdir "$T/backups"
must_backup "$T/backups"
check "a backup while it runs" ends 0
is "is seen" good "$(doctor backup)"
is "it is reached at its own address" good "$(doctor reach)"
is "and is sound" good "$(doctor database)"
sed -i 's/at_ms=[0-9]*/at_ms=1700000000000/' "$HUB/backup.last"
is "an old backup is bad" bad "$(doctor backup)"
is "which the exit status says" 2 "$(cat "$T/status")"
must_backup "$T/backups/second.tugid"
chmod 644 "$HUB/log.key"
is "a key for all to read" bad "$(doctor files)"
is "with the command that mends it" "chmod 600 $HUB/log.key" "$(fix_of files)"
chmod 600 "$HUB/log.key"
chmod 640 "$HUB/tls-next.key"
is "so is the next one" "bad chmod 600 $HUB/tls-next.key" \
    "$(doctor files) $(fix_of files)"
chmod 600 "$HUB/tls-next.key"
{ cat "$T/conf"; echo 'keep_free_mib = 1048576'; } >"$CONF"
is "too little room" bad "$(doctor disk)"
cp "$T/conf" "$CONF"
openssl x509 -in "$T/old.crt" -signkey "$HUB/tls.key" -days 9 \
    -out "$HUB/tls.crt" 2>/dev/null
is "a certificate that ends" warning "$(doctor certificate)"
cp "$T/c.pem" "$HUB/tls.crt"
is "another one's certificate" bad "$(doctor certificate)"
cp "$T/old.crt" "$HUB/tls.crt"
"$TUGID" renew-cert "$HUB" >"$T/out" 2>"$T/err"
is "a renewed certificate is good again" good "$(doctor certificate)"
cp "$HUB/tls.crt" "$T/renewed.crt"
kill -HUP "$hub"
renewed() { openssl s_client -connect "127.0.0.1:$port" </dev/null \
    2>/dev/null | openssl x509 2>/dev/null | cmp -s - "$T/renewed.crt"; }
check "and is served after a reload" until_true 10 renewed
must as mari note add A-1 'after the renewal'
as mari sync
check "which pinned clients do not notice" ends 0
stop_hub
check "an orderly stop" told STOPPING=1
is "nobody answers" bad "$(doctor reach)"
check "says what to look at" eval '[[ $(fix_of reach) = *firewall* ]]'
echo 'nonsense' >>"$CONF"
"$TUGID" doctor "$HUB" >"$T/out" 2>"$T/err"
is "settings that cannot be read end it" 78 $?
cp "$T/conf" "$CONF"
cp "$HUB/hub.db" "$T/hub.db"
dd if=/dev/urandom of="$HUB/hub.db" bs=4096 seek=3 count=4 conv=notrunc \
    2>/dev/null
is "a damaged database" bad "$(doctor database)"
cp "$T/hub.db" "$HUB/hub.db"
sqlite3 "$HUB/hub.db" "UPDATE item SET body = zeroblob(length(body))
    WHERE seq = (SELECT max(seq) FROM item WHERE kind = 1)"
is "a text that is not its author's passes the quick look" good \
    "$(doctor database)"
"$TUGID" doctor "$HUB" --full --json >"$T/doctor"
is "and not the full one" bad "$(jq -r '.findings[] |
    select(.check == "database") | .state' "$T/doctor")"
cp "$T/hub.db" "$HUB/hub.db"
sqlite3 "$HUB/hub.db" 'UPDATE log SET alive_ms = alive_ms - 864000000'
is "a clock that ran away" bad "$(doctor clock)"
check "says how to start again" eval '[[ $(fix_of clock) = *confirm-clock* ]]'
cp "$T/hub.db" "$HUB/hub.db"

### A socket from the service manager
if command -v systemd-socket-activate >/dev/null; then
	systemd-socket-activate -l "127.0.0.1:$port" "$TUGID" serve "$HUB" \
	    2>>"$T/hub.log" &
	hub=$!
	check "a socket that was handed over is served" until_true 10 eval \
	    '[ "$(code_of "$url/v1/health")" = 200 ]'
	kill -TERM "$hub"
	reap "$hub"
	is "and stopped in order" 0 "$rc"
	hub=
fi

### Backups as they are
f=$(echo "$T"/backups/hub.test-*.tugid)
"$TUGID" restore --verify-only "$f" >"$T/out" 2>"$T/err"
check "a backup is whole" says "is whole"
(cd "$T/backups" && sha256sum -c --quiet ./*.sha256) >"$T/out" 2>&1
is "as other tools see it" 0 $?
check "it does not hold the keys in the clear" not grep -qF "$(cut -d' ' -f2 \
    "$HUB/log.key")" "$f"
cp "$f" "$T/hurt.tugid"
n=$(($(stat -c %s "$f") * 3 / 4))
printf 'x' | dd of="$T/hurt.tugid" bs=1 seek="$n" conv=notrunc 2>/dev/null
cp "$f.sha256" "$T/hurt.tugid.sha256"
"$TUGID" restore --verify-only "$T/hurt.tugid" >"$T/out" 2>"$T/err"
check "one changed byte is found" not test $? -eq 0
head -c "$n" "$f" >"$T/cut.tugid"
"$TUGID" restore --verify-only "$T/cut.tugid" >"$T/out" 2>"$T/err"
check "so is a cut" not test $? -eq 0
touch "$T/backups/keep.me"
old=$T/backups/hub.test-20200101T000000Z.tugid
cp "$f" "$old"
must_backup "$T/backups" --keep 90
check "old ones go when asked" not test -e "$old"
check "and nothing else" test -e "$f" -a -e "$T/backups/keep.me"

### Root at the keyboard, and a hub that is another user's
if [ "$(id -u)" -eq 0 ]; then
	owned() { find "$T/svc" "$T/away" -user 0 | head -n 3; }
	mkdir -m 700 "$T/svc" "$T/away"
	chown 65534:65534 "$T/svc" "$T/away"
	bad=
	for words in "init $T/svc --listen 127.0.0.1:0 --name svc.test" \
	    "sheet $T/svc" "renew-cert $T/svc" "key next $T/svc" \
	    "key change --now $T/svc" "backup $T/svc $T/away/b.tugid" \
	    "backup -c $T/svc/tugid.conf $T/away/c.tugid" "status $T/svc" \
	    "check-config $T/svc"; do
		# shellcheck disable=SC2086
		"$TUGID" $words >"$T/out" 2>"$T/err" || bad="$bad ${words%% *}"
		[ "${words%% *}" = sheet ] && awk '/^Recovery code/ {
			print $3 }' "$T/out" >"$T/code"
	done
	is "root does with it what its owner does" '' "$bad"
	is "and leaves no file that its owner could not read" '' "$(owned)"
	rm -rf "$T/svc"
	mkdir -m 700 "$T/svc"
	chown 65534:65534 "$T/svc"
	"$TUGID" restore "$T/away/b.tugid" "$T/svc" --code-file "$T/code" \
	    >"$T/out" 2>"$T/err"
	is "a restore by root is for its owner, too" "0 " "$? $(owned)"
	mkdir "$T/closed"
	"$TUGID" backup "$T/svc" "$T/closed/b.tugid" >"$T/out" 2>"$T/err"
	is "where that one may not write there is no backup" 74 $?
	check "which is said" says "this user may not write there"
fi
exit $((failed > 0))
