#!/usr/bin/env bash
# Goal: what an auditor, an operator and an attacker do to a hub's ledger with
# the programs as they are: stock git and a few lines of Python check it, tugid
# verify tells what is whole and what is not, a hub that is killed at any moment
# has it in step again, and one with an older database does not start.
. "$(dirname "$0")/lib.sh"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
R=$T/hub/ledger.git
sql() { sqlite3 -readonly "$T/hub/hub.db" "$1"; }
tip() { git -C "$R" rev-parse HEAD 2>/dev/null; }
in_step() {
	[ "$(git -C "$R" rev-list --count HEAD 2>/dev/null)" = \
	    "$(sql 'SELECT count(*) FROM checkpoint')" ]
}
verify() { "$TUGID" verify "$T/hub" "$@" >"$T/out" 2>"$T/err"; rc=$?; }
signed() {
	git -C "$1" -c gpg.ssh.allowedSignersFile="$T/signers" verify-commit \
	    $(git -C "$1" rev-list HEAD) 2>"$T/err"
}

new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Mets'
must as mari case new 'Anna Tamm' code=A-1
must as mari note add A-1 'the class teacher telephoned'
must as mari sync
check "the ledger follows within a second" until_true 1 in_step
state() { "$TUGID" status "$T/hub" --json 2>"$T/err" | jq -r .ledger; }
sees() { # what the doctor says of it
	"$TUGID" doctor "$T/hub" --json 2>"$T/err" | jq -r \
	    '.findings[] | select(.check == "ledger") | .state'
}
check "the hub's status says so" until_true 10 eval \
    '[[ $(state) = *"entries, in step" ]]'
is "and the doctor finds nothing" good "$(sees)"
check "others may not look into it" [ "$(stat -c %a "$R")" = 700 ]

### With stock tools, on a copy
git clone -q --mirror "$R" "$T/copy" 2>"$T/err"
verify --signers
check "the hub tells its key as a line for git" ends 0
cp "$T/out" "$T/signers"
check "git finds the copy sound" git -C "$T/copy" fsck --strict --no-progress
check "and every commit signed by the hub" signed "$T/copy"
check "a stranger's commit is not" not git -C "$T/copy" \
    -c gpg.ssh.allowedSignersFile="$T/signers" -c user.name=x \
    -c user.email=x verify-commit "$(git -C "$T/copy" -c user.name=x \
    -c user.email=x commit-tree -m x 'HEAD^{tree}')" 2>/dev/null
# RFC 6962, 2.1, from what lies in the tree
root() {
	git -C "$1" archive HEAD log | python3 -c '
import sys, tarfile, hashlib, io, base64
t = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))
names = sorted(m.name for m in t if m.isfile())
h = [bytes.fromhex(x) for n in names
    for x in t.extractfile(n).read().decode().split()]
def mth(d):
    if len(d) == 1: return d[0]
    k = 1
    while 2 * k < len(d): k *= 2
    return hashlib.sha256(b"\1" + mth(d[:k]) + mth(d[k:])).digest()
print(len(h), base64.b64encode(mth(h)).decode())'
}
is "its entries make the signed root" \
    "$(git -C "$T/copy" show HEAD:checkpoint | sed -n '2,3p' | paste -sd' ')" \
    "$(root "$T/copy")"
check "nothing of persons is in it" not sh -c \
    "git -C '$T/copy' log -p --all | grep -qiE 'mari|tamm|teacher'"

### tugid verify
verify
check "all is whole, while the hub runs" ends 0
check "in words" says "All is whole."
verify --json
is "and as JSON" "true $(sql 'SELECT count(*) FROM item')" \
    "$(jq -r '"\(.whole) \(.entries)"' "$T/out")"

### On the devices
as mari verify
check "a device checks all that it accepted" ends 0
check "in words" says "All of it fits."
is "and as JSON" "true true 0 0" "$(json mari '"\(.entries > 5) \(.receipts > 0) \(.missing) \(.evidence)"' verify)"
as mari verify --signers
check "its key of the hub is the hub's own" same "$T/out" "$T/signers"
as office witness "$T/head"
check "a witness remembers the head" ends 0
check "with the hub's signature and its own" [ "$(grep -c '^— ' "$T/head")" = 2 ]
cp "$T/head" "$T/head.first"

### Killed again and again under load
rows 1 60 A-1 | (echo "$head_row"; cat) >"$T/rows.csv"
before=$(tip)
for i in 1 2 3 4 5 6; do
	must as mari note add A-1 "note $i, and what was agreed"
	timeout 60 "$TUGI" --profile "$T/mari" --no-input sync \
	    >/dev/null 2>&1 </dev/null &
	sync=$!
	nap $((RANDOM % 400))
	stop_hub KILL
	wait "$sync" 2>/dev/null
	[ $((i % 3)) -ne 0 ] || rm -rf "$R"
	start_hub hub "$port"
done
must as mari sync
check "the ledger is in step after every kill" until_true 5 in_step
verify
check "and whole" ends 0
check "the same as before, and more" git -C "$R" merge-base --is-ancestor \
    "$before" HEAD
is "nothing had to be set aside" 0 "$(ls -d "$R".* 2>/dev/null | wc -l)"
last=$(tip)
stop_hub
is "an orderly stop leaves it in step" \
    "$(sql 'SELECT count(*) FROM checkpoint')" \
    "$(git -C "$R" rev-list --count HEAD)"
last=$(tip)

start_hub hub "$port"
as office witness "$T/head"
check "the log goes on from what the witness saw" ends 0
check "the file is another now" not cmp -s "$T/head" "$T/head.first"
stop_hub

### Lost, damaged
mv "$R" "$T/aside"
check "status misses a lost one" eval '[[ $(state) = "not made yet"* ]]'
is "and the doctor" warning "$(sees)"
verify
check "a lost ledger has an exit status of its own" ends 11
check "and what to do" says "start the hub, which makes it"
start_hub hub "$port"
until_true 5 in_step
is "it comes back commit by commit" "$last" "$(tip)"
stop_hub
mv "$R/objects/pack" "$T/pack"
is "the doctor sees one whose newest commit is not there" bad "$(sees)"
mv "$T/pack" "$R/objects/pack"
for f in "$R"/objects/pack/*.pack; do
	chmod u+w "$f"
	head -c 3000 /dev/zero | dd of="$f" bs=1 seek=100 conv=notrunc 2>/dev/null
done
verify
check "so does a damaged one" ends 11
check "and what to do" says "move ledger.git away, keep it, and start"
start_hub hub "$port"
until_true 5 in_step
is "which is made again" "$last" "$(tip)"
check "and kept beside it" [ -d "$R.damaged-1" ]
check "with a line in the log" grep -q 'event=ledger.*made again' "$T/hub.log"
stop_hub

### A database that was altered, or is an older one
cp -a "$T/hub" "$T/good"
edit() { # sql: what verify says of it
	rm -rf "$T/hub" && cp -a "$T/good" "$T/hub"
	sqlite3 "$T/hub/hub.db" "$1" && verify
}
edit "UPDATE item SET body = zeroblob(length(body)) WHERE seq = 5"
check "an altered text is found" ends 10
check "by its number" says "item 5 "
edit "UPDATE item SET accept_ms = accept_ms + 1 WHERE seq = (SELECT max(seq)
    FROM item)"
check "an altered time too" ends 10
edit "DELETE FROM item WHERE seq = 3"
check "and an entry that is gone" ends 10
edit "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND at = 1"
check "and an altered tree" ends 10
edit "UPDATE item SET sseq = sseq + 1 WHERE seq = (SELECT max(seq) FROM item)"
check "and a gap in a space" ends 10
edit "UPDATE checkpoint SET note = (SELECT note FROM checkpoint LIMIT 1)
    WHERE size = (SELECT max(size) FROM checkpoint)"
check "and another head" ends 10

rm -rf "$T/hub" && cp -a "$T/good" "$T/hub"
start_hub hub "$port"
must as mari note add A-1 'after the copy'
must as mari sync
until_true 2 in_step
must as office witness "$T/head"
stop_hub
last=$(tip)
cp "$T/good/hub.db" "$T/hub/hub.db"
rm -f "$T/hub/hub.db-wal" "$T/hub/hub.db-shm"
verify
check "an older database is another matter" ends 12
check "both heads are shown" sh -c "grep -c '^hub.test/' '$T/out' | grep -q 2"
"$TUGID" serve "$T/hub" >"$T/out" 2>"$T/err"
rc=$?
check "a hub with it does not start" ends 4
check "and says why" says "the database is older"
is "nothing is written" "$last" "$(tip)"
mv "$R" "$T/evidence.git"
start_hub hub "$port"
cp "$T/head" "$T/head.before"
as office witness "$T/head"
check "who moves the ledger away meets the witness" ends 76
check "which keeps both heads" [ "$(grep -c '^hub.test/' "$T/head.evidence")" = 2 ]
check "and its file" same "$T/head" "$T/head.before"
stop_hub
exit $((failed > 0))
