#!/usr/bin/env bash
# Goal: a hub changes its TLS key and nobody notices who had synced meanwhile;
# who was away for two changes is told in plain words what to do, and a typed
# pin counts only if this office's hub has signed it. Changes cut short at any
# file go on, and a hub from a backup finds its way to its clients.
. "$(dirname "$0")/lib.sh"
new_hub hub
HUB=$T/hub
first=$pin
start_hub hub "$port"
key() { "$TUGID" key "$@" >"$T/out" 2>"$T/err"; rc=$?; }
pins() { "$TUGID" key "$HUB" --json | jq -r ".$1"; }
doctor() { "$TUGID" doctor "$HUB" --json | jq -r --arg c "$1" \
    '.findings[] | select(.check == $c) | .state'; }
served() { echo "sha256//$(openssl s_client -connect "127.0.0.1:$port" \
    </dev/null 2>/dev/null | openssl x509 -pubkey -noout 2>/dev/null |
    openssl pkey -pubin -outform der 2>/dev/null | openssl dgst -sha256 \
    -binary | base64)"; }
reload() { # until the hub answers with its key in use
	kill -HUP "$hub"
	until_true 10 eval '[ "$(served)" = "$(pins pin)" ]'
}

### The next key is there from the beginning
make_office
make_person mari 'Mari Mets'
make_person jaan 'Jaan Jaaniste'
is "the key in use is that of the cards" "$first" "$(pins pin)"
second=$(pins next)
check "and another one is told already" test "$second" != "$first"
is "all is in order" good "$(doctor next-key)"
key change "$HUB"
check "a key that is told for a moment is not used yet" ends 77
check "why, and what else can be done" says "told for 0 days"
is "and nothing was changed" "$first $second" "$(pins pin) $(pins next)"

### A change that nobody notices
key change "$HUB" --now
check "with --now it is" ends 0
check "and it says who will notice" says "Who had not takes once"
is "in use is what was told" "$second" "$(pins pin)"
check "and served after a reload" reload
must as mari case new 'Anna Tamm' code=A-1
must as mari note add A-1 'after the change'
as mari sync
check "who had synced before notices nothing" ends 0
is "and knows the key that is used" "$second" "$(json mari .pin hub)"
must as office sync
make_person liis 'Liis Kask'
is "a new card has the new key" "$second" "$(json liis .pin hub)"

### Twice, and who was away
key change "$HUB" --now
check "a second change" ends 0
third=$(pins pin)
check "is served" reload
as mari sync
check "is not noticed either" ends 0
is "by who keeps in touch" "$third" "$(json mari .pin hub)"
must as office sync
as jaan sync
check "who was away for both is refused" ends 76
check "with what to do" says "tugi hub --word FILE; or for the pin: tugi hub \
--pin PIN"
must as jaan case new 'Juhan Kask' code=J-1
as jaan hub --pin "$first"
check "the pin of another key does not help" ends 76
as jaan hub --pin nonsense
check "nor does what is no pin" ends 64
as jaan hub --pin "$third"
check "the pin off paper does" ends 0
as jaan sync
check "and all goes on" ends 0
is "with what was written meanwhile" "$third" "$(json jaan .pin hub)"

### A hub that is held at the version before
cp "$HUB/tugid.conf" "$T/conf"
echo 'protocol = 1' >>"$HUB/tugid.conf"
kill -HUP "$hub"
version() { curl -s -k -D - -o /dev/null --max-time 10 "$@" "$url/v1/health" |
    tr -d '\r' | sed -n 's/^Tugi-Version: //p'; }
check "says so" until_true 10 eval '[ "$(version)" = 1 ]'
is "and has nothing of the version after" 404 "$(curl -s -k -o /dev/null \
    -w '%{http_code}' "$url/v1/pins")"
must as mari note add A-1 'to a hub of the version before'
as mari sync
check "today's client sends to it" ends 0
make_person peep 'Peep Puu'
check "and joins" test "$(json peep .hub hub)" = "$url"
as jaan hub --pin "$third"
check "a pin cannot be proven there" ends 76
check "which it says" says "has not signed which keys are its own"
is "one that is too new is told whom to update" "400 the hub (tugid) has to be" \
    "$(curl -s -k -o "$T/answer" -w '%{http_code}' -H 'Tugi-Version: 3' \
    "$url/v1/info") $(strings -n 8 "$T/answer" |
    grep -o 'the hub (tugid) has to be')"
cp "$T/conf" "$HUB/tugid.conf"
kill -HUP "$hub"
check "and back" until_true 10 eval '[ "$(version)" = 2 ]'
as peep sync
is "what version 2 has comes with it" "$third" "$(json peep .pin hub)"

### Another hub that somebody stands up under the address
stop_hub
"$TUGID" init "$T/false" --listen "127.0.0.1:$port" --name hub.test --json \
    >"$T/false.json"
start_hub false "$port"
as jaan sync
check "a hub with another key is refused" ends 76
as jaan hub --pin "$(jq -r .pin "$T/false.json")"
check "and a typed pin alone does not make it the office's" ends 76
check "because its log's key has not signed it" says "not signed by it"
is "what was known stays" "$third" "$(json jaan .pin hub)"
stop_hub
start_hub hub "$port"
as jaan sync
check "the office's own goes on" ends 0

### Cut short, at each file
fourth=$(pins next)
cp -a "$HUB" "$T/whole"
cp "$HUB/tls-next.key" "$HUB/tls.key"
is "after the key: the doctor sees it" bad "$(doctor certificate)"
key change "$HUB" --now
check "after the key: it goes on" ends 0
is "after the key: to the same end" "$fourth good good" \
    "$(pins pin) $(doctor certificate) $(doctor next-key)"
cp "$HUB/tls.crt" "$T/fourth.crt"
for f in tls.key tls.crt tls-next.key tls.pins; do
	cp "$T/whole/$f" "$HUB/$f"
done
cp "$HUB/tls-next.key" "$HUB/tls.key"
cp "$T/fourth.crt" "$HUB/tls.crt"
is "after the certificate: the doctor sees it" bad "$(doctor next-key)"
key change "$HUB"
check "after the certificate: it goes on" ends 0
is "after the certificate: to the same end" "$fourth good" \
    "$(pins pin) $(doctor next-key)"
check "and is served" reload
as mari sync
check "nobody notices that" ends 0

### A next key that is lost, and one that is kept elsewhere
mv "$HUB/tls-next.key" "$T/safe.key"
key change "$HUB" --now
check "without the next key there is no change" ends 3
check "and it says where to look" says "put it back from where it is kept"
openssl ecparam -name prime256v1 -genkey -noout -out "$HUB/tls-next.key" \
    2>/dev/null
key change "$HUB" --now
check "another key is not taken for it" ends 74
rm "$HUB/tls-next.key"
key next "$HUB"
check "another one can be told" ends 0
check "and is, after a reload" reload
fifth=$(pins next)
as mari sync
key change "$HUB" --now
check "and changed to" reload
is "as told" "$fifth" "$(pins pin)"
as mari sync
check "unnoticed" ends 0

### Both keys are lost, and nobody had heard of another
rm "$HUB/tls.key" "$HUB/tls-next.key"
key next "$HUB"
check "the operator makes one" ends 0
cp "$HUB/tls.pins" "$T/before.pins"
key change "$HUB" --now
check "and changes to it" says "tugi hub --word"
check "which is served" reload
sixth=$(pins pin)
as mari sync
check "nobody goes there" ends 76
curl -s -k "$url/v1/pins" >"$T/hub.pins"
check "anybody can fetch the word" same "$HUB/tls.pins" "$T/hub.pins"
"$TUGID" key next "$T/false" >/dev/null
as mari hub --word "$T/false/tls.pins"
check "another hub's is refused" ends 76
check "because its log's key has not signed it" says "not signed by it"
as mari hub --word "$HUB/tls.crt"
check "and what is none" ends 64
as mari hub --word "$T/gone.pins"
check "and no file" ends 3
is "the key that was known stays" "$fifth" "$(json mari .pin hub)"
must as mari hub --word "$T/hub.pins"
is "the hub's own is taken" "$sixth" "$(json mari .pin hub)"
as mari sync
check "and all goes on" ends 0
as mari hub --word "$T/hub.pins"
check "twice it says nothing new" ends 4
must as jaan hub --word "$T/hub.pins" # one file for everybody
must as jaan sync
as jaan hub --word "$T/before.pins"
check "nor does one from before" ends 4
must as office hub --word "$T/hub.pins"
must as office sync
fifth=$sixth

### From a backup of before a change
mkdir "$T/backups"
"$TUGID" sheet "$HUB" --json >"$T/sheet.json"
jq -r .recovery_code "$T/sheet.json" >"$T/code"
"$TUGID" backup "$HUB" "$T/backups/b.tugid" >"$T/out" 2>"$T/err"
is "a backup has the next key, too" 0 $?
key change "$HUB" --now
check "one more change after the backup" reload
as mari sync
as jaan sync
stop_hub
mv "$HUB" "$T/gone"
"$TUGID" restore "$T/backups/b.tugid" "$HUB" --code-file "$T/code" \
    --nothing-since >"$T/out" 2>"$T/err"
is "which comes back with the code" 0 $?
start_hub hub "$port"
is "the hub that is back has the key from before" "$fifth" "$(pins pin)"
as mari sync
check "which the clients do not know any more" ends 76
key change "$HUB" --now
check "its next key is the one they know" reload
as mari sync
check "so they go on" ends 0
exit $((failed > 0))
