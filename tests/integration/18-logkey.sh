#!/usr/bin/env bash
# Goal: the key of the hub's log is replaced: signed by the office root and the
# key before, ordered by two officers; clients follow at their next sync, who
# joins later learns it from the root's signature; commits from before stay
# verifiable with stock git and those of the new key beside them, each in its
# time; a lost ledger comes back the same; a key nobody signed, a line of another
# office and a hub that goes back are refused; a lost key needs two officers.
. "$(dirname "$0")/lib.sh"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
HUB=$T/hub
R=$HUB/ledger.git
sql() { sqlite3 -readonly "$HUB/hub.db" "$1"; }
tip() { git -C "$R" rev-parse HEAD 2>/dev/null; }
in_step() {
	[ "$(git -C "$R" rev-list --count HEAD 2>/dev/null)" = \
	    "$(sql 'SELECT count(*) FROM checkpoint')" ]
}
verify() { "$TUGID" verify "$HUB" "$@" >"$T/out" 2>"$T/err"; rc=$?; }
git_signed() { # repository, file of signers
	git -C "$1" -c gpg.ssh.allowedSignersFile="$2" verify-commit \
	    $(git -C "$1" rev-list HEAD) 2>"$T/err"
}
logkey() { "$TUGID" key log "$@" >"$T/out" 2>"$T/err"; rc=$?; }
by_shares() { # who, words...
	local who=$1
	shift
	timeout 120 "$TUGI" --profile "$T/$who" --no-input "$@" --shares-fd 8 \
	    >"$T/out" 2>"$T/err" 8<"$T/shares" </dev/null
	rc=$?
}
order_by_root() { # the officer alone, and two of the shares
	must as office office succession order
	cp "$T/out" "$T/order"
	by_shares office office succession sign "$T/order"
	cp "$T/out" "$T/ordered"
}

new_hub hub
start_hub hub "$port"
people="$people office olga"
must with_pass office --json office init "$url" --pin "$pin" \
    --claim "$claim" --name 'Tiina Saar'
mapfile -t shares < <(jq -r '.shares[]' "$T/out")
printf '%s\n%s\n' "${shares[0]}" "${shares[2]}" >"$T/shares"
must with_pass office --quiet unlock --for 30m
make_person mari 'Mari Mets'
make_person jaan 'Jaan Mets'
must as office --json office card
must with_pass olga --json join "$(jq -r .card "$T/out")"
by_shares office office approve "$(jq -r .code "$T/out")" 'Olga Ots' --officer
check "a second officer comes in" ends 0
must with_pass olga --quiet unlock --for 30m
must as olga sync
must as mari case new 'Anna Tamm' code=A-1
must as mari note add A-1 'under the first key'
must as mari sync
must as jaan sync
cp "$HUB/log.key" "$T/first.key"

### The wish, and the office's signature
logkey "$HUB" --json
check "the hub makes a key and asks the office for it" ends 0
jq -r .wish "$T/out" >"$T/wish"
logkey "$HUB" --json
is "the same, when asked again" "$(cat "$T/wish")" "$(jq -r .wish "$T/out")"
by_shares mari office hubkey "$T/wish"
check "a worker signs nothing" ends 77
sed 's/.$/0/; s/0.$/11/' "$T/wish" >"$T/hurt"
by_shares office office hubkey "$T/hurt"
check "a line that was copied wrongly is refused" ends 64
by_shares office office hubkey "$T/wish"
check "two of the shares sign it" ends 0
cp "$T/out" "$T/paper"
logkey "$HUB" --signed "$T/paper"
check "not while the hub runs" ends 4
until_true 20 in_step
stop_hub
before=$(tip)
logkey "$HUB" --signed "$T/wish"
check "not without the office's signature" ends 64

### The change
logkey "$HUB" --signed "$T/paper"
check "the key is another one" ends 0
check "and the first one is gone" not cmp -s "$HUB/log.key" "$T/first.key"
logkey "$HUB" --signed "$T/paper"
check "which is done once" not ends 0
start_hub hub "$port"
as mari sync
check "it serves nobody before it is ordered" ends 75
is "and nobody is alarmed" false "$(json mari .stopped status)"
is "the office is told that it is the key" true \
    "$(json office .key office succession)"
must as mari note add A-1 'while it waits'
order_by_root
check "an officer and the root say so" ends 0
as office office succession end "$T/ordered"
check "the hub goes on" ends 0
as mari sync
check "a client follows at the next contact" ends 0
as jaan sync
check "so does another" ends 0
must as mari note add A-1 'under the second key'
must as mari sync
is "with nothing lost" '0 0' "$(json mari '"\(.unsent) \(.held)"' status)"
is "and nobody alarmed" 'false false' \
    "$(json mari .stopped status) $(json jaan .stopped status)"
make_person peep 'Peep Puu'
must as mari sync
must as mari consent grant A-1 --to 'Peep Puu' --sections card,notes \
    --by 'Ene Tamm' --role guardian
must as mari sync
must as peep sync
printf '%s\n' 'under the first key' 'under the second key' 'while it waits' \
    >"$T/want"
texts peep >"$T/peep.texts"
check "who joins now reads what is of both keys" same "$T/want" \
    "$T/peep.texts"
as mari verify
check "a client finds all that it ever took in whole" ends 0
check "keys of the TLS line are signed anew" test "$(json peep .pin hub)" = \
    "$("$TUGID" key "$HUB" --json | jq -r .pin)"

### The ledger, with stock tools
check "the ledger goes on with it" until_true 20 in_step
verify
check "database, log and ledger are whole" ends 0
git clone -q --mirror "$R" "$T/copy" 2>"$T/err"
check "the first key's commits are where they were" git -C "$T/copy" \
    merge-base --is-ancestor "$before^" HEAD
verify --signers
cp "$T/out" "$T/signers"
is "there are two keys, each with its time" '2 1 1' "$(wc -l <"$T/signers") \
$(grep -c valid-before "$T/signers") $(grep -c valid-after "$T/signers")"
check "git finds every commit signed by the key of its time" git_signed \
    "$T/copy" "$T/signers"
must as peep verify --signers
cp "$T/out" "$T/signers.peep"
check "also by what a client knows, who joined later" git_signed "$T/copy" \
    "$T/signers.peep"
head -n 1 "$T/signers" >"$T/old"
check "not by the first key alone" not git_signed "$T/copy" "$T/old"
tail -n 1 "$T/signers" >"$T/new"
check "nor by the second alone" not git_signed "$T/copy" "$T/new"
# Who has the first key makes a commit of today with it.
python3 - "$T/first.key" "$T/stolen" <<'PY'
import base64, os, struct, subprocess, sys
seed = bytes.fromhex(open(sys.argv[1]).read().split()[1])
der = bytes.fromhex("302e020100300506032b657004220420") + seed
pem = "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % \
    base64.b64encode(der).decode()
pub = subprocess.run(["openssl", "pkey", "-pubout", "-outform", "der"],
    input=pem.encode(), capture_output=True).stdout[-32:]
s = lambda b: struct.pack(">I", len(b)) + b
blob = s(b"ssh-ed25519") + s(pub)
check = os.urandom(4)
priv = check * 2 + s(b"ssh-ed25519") + s(pub) + s(seed + pub) + s(b"")
priv += bytes(range(1, 1 + (-len(priv)) % 8))
raw = b"openssh-key-v1\0" + s(b"none") + s(b"none") + s(b"") + \
    struct.pack(">I", 1) + s(blob) + s(priv)
text = base64.b64encode(raw).decode()
with open(os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
    f.write("-----BEGIN OPENSSH PRIVATE KEY-----\n" + "\n".join(
        text[i:i + 70] for i in range(0, len(text), 70)) +
        "\n-----END OPENSSH PRIVATE KEY-----\n")
PY
forge() { # date
	GIT_COMMITTER_DATE=$1 GIT_AUTHOR_DATE=$1 git -C "$T/copy" \
	    -c gpg.format=ssh -c user.signingkey="$T/stolen" -c user.name=x \
	    -c user.email=x commit-tree -S -m forged 'HEAD^{tree}' 2>"$T/err"
}
sleep 1
forged=$(forge "$(date +%s) +0000")
check "a commit of today by the first key is made" test -n "$forged"
check "and git does not take it" not git -C "$T/copy" \
    -c gpg.ssh.allowedSignersFile="$T/signers" verify-commit "$forged"
git -C "$R" fetch -q "$T/copy" "$(git -C "$T/copy" symbolic-ref HEAD)" 2>"$T/err"

### Lost, and the same again
stop_hub
last=$(tip)
mv "$R" "$T/gone.git"
start_hub hub "$port"
check "a lost ledger is made again" until_true 20 in_step
is "the same commits, of both keys" "$last" "$(tip)"
verify
check "and all is whole" ends 0
stop_hub

### A backup of after it
"$TUGID" backup "$HUB" "$T/b.tugid" >"$T/out" 2>"$T/err"
check "a backup of it is whole" says "read back and whole"
"$TUGID" restore --verify-only "$T/b.tugid" >"$T/out" 2>"$T/err"
is "also when it is looked at again" 0 $?

### A hub that goes back to the first key, or to one that nobody signed
cp -a "$HUB" "$T/kept"
cp "$T/first.key" "$HUB/log.key"
"$TUGID" serve "$HUB" >"$T/out" 2>"$T/err"
check "a hub does not start with a key that is gone" test $? -ne 0
check "and says so" says "not the key that this hub's log goes on with"
cp "$T/kept/log.key" "$HUB/log.key"
sqlite3 "$HUB/hub.db" "UPDATE hub_key SET root_sig = randomblob(64)
    WHERE root_sig IS NOT NULL"
verify
check "papers that the root did not sign are found" ends 10
start_hub hub "$port"
card=$(must as office --json office card; jq -r .card "$T/out")
with_pass kert --json join "$card"
people="$people kert"
must as office office approve "$(jq -r .code "$T/out")" 'Kert Kask' --title worker
must with_pass kert --quiet unlock --for 30m
as kert sync
check "who joins takes no key that the root did not sign" ends 76
check "and is told" says "the office has not signed it"
stop_hub
rm -rf "$HUB"
mv "$T/kept" "$HUB"

### The key is lost: two officers
start_hub hub "$port"
as kert sync
check "with its papers it is taken" ends 0
until_true 20 in_step
stop_hub
logkey "$HUB" --json
jq -r .wish "$T/out" >"$T/wish"
by_shares office office hubkey "$T/wish"
cp "$T/out" "$T/paper2"
logkey "$HUB" --signed "$T/paper"
check "the line for an earlier key is none for this one" ends 64
mv "$HUB/log.key" "$T/second.key"
logkey "$HUB" --signed "$T/paper2"
check "without the key before, it is said that it is lost" ends 3
logkey "$HUB" --signed "$T/paper2" --lost
check "and then it goes" ends 0
start_hub hub "$port"
order_by_root
as office office succession end "$T/ordered"
check "an officer and the root are not enough" ends 77
check "another officer is asked for" says "another officer has to countersign"
must as olga office countersign "$T/order"
cp "$T/out" "$T/ordered"
as office office succession end "$T/ordered"
check "two officers are" ends 0
as olga sync
check "the other one follows" ends 0
as mari sync
check "so does everybody" ends 0
check "the ledger goes on, third key and all" until_true 20 in_step
verify
check "and three keys are whole" ends 0
verify --signers
cp "$T/out" "$T/signers"
rm -rf "$T/copy"
git clone -q --mirror "$R" "$T/copy" 2>"$T/err"
check "also for git" git_signed "$T/copy" "$T/signers"
stop_hub
exit $((failed > 0))
