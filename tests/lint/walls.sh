#!/bin/sh
# Who may include whom. Fails on an include that goes against the walls, on an
# outside library in a file that is not its door, and on tests included from
# the programs. The table is the architecture; change it with DESIGN.md.
set -eu
cd "$(dirname "$0")/../.."

# folder: what it may include of ours (prefixes), longest folder name first.
core=client/core
device="common/ $core/local/"
words="$device $core/words/"
profile="$words $core/profile/"
records="$profile $core/accord/ $core/records/"
cases="$records $core/cases/"
consent="$cases $core/consent/"
giving="$consent client/paper/paper.h $core/giving/"
support="$giving $core/support/"
schools="$consent $core/schools/"
walls="
common/base: common/base/
common/db: common/base/ common/db/
common/wire: common/base/ common/wire/
common/rules: common/base/ common/wire/ common/rules/
client/core/vault: common/base/ common/db/ client/core/vault/
client/core/local: $device $core/vault/
client/core/outbox: $device $core/outbox/
client/core/accord: $device $core/outbox/ $core/accord/
client/core/sync: $device $core/outbox/ $core/accord/ $core/sync/
client/core/words: $words
client/core/profile: $profile $core/vault/ $core/sync/remote.h
client/core/records: $records $core/sync/erasures.h
client/core/cases: $cases
client/core/consent: $consent
client/core/giving: $giving
client/core/support: $support
client/core/schools: $schools
client/core/upkeep: $consent $core/sync/quarantine.h $core/sync/returned.h $core/upkeep/
client/core/office: $consent $core/outbox/ $core/sync/ $core/exchange.h $core/office/
client/core/report: $support $core/outbox/ $core/schools/ $core/report/
client/core: common/ $core/
client/parts: common/base/ $core/words/ $core/profile/repository.h $core/sync/remote.h client/paper/paper.h client/parts/
client/paper: common/base/ client/core/local/utf8.h client/paper/
client/cli: common/base/ client/paper/paper.h client/core/*.h $core/words/ $core/profile/ $core/records/ $core/cases/ $core/consent/ $core/giving/ $core/support/ $core/schools/ $core/upkeep/ $core/office/ $core/report/ $core/sync/remote.h client/cli/
daemon/hub: common/ daemon/hub/
daemon/ledger: common/ daemon/hub/hubdb.h daemon/hub/hubdb_log.h daemon/hub/entry.h daemon/ledger/
daemon/api: common/ daemon/hub/ daemon/api/
daemon: common/ daemon/
"
# header of an outside library: the only files that may include it.
doors='
sqlite3.h: common/db/db.c daemon/hub/copy.c client/core/vault/
sodium.h: common/base/id.c common/base/mem.c common/wire/ client/core/vault/
cbor.h: common/wire/cbor.c
zstd.h: common/wire/
curl/curl.h: client/core/sync/remote_http.c
microhttpd.h: daemon/api/http.c
gnutls/: daemon/
confuse.h: daemon/settings.c
keyutils.h: client/core/local/keyring.c
jansson.h: client/cli/ client/core/profile/policy.c client/core/profile/policy_check
cairo-pdf.h: client/paper/press.c
cairo.h: client/paper/press.c
pango/: client/paper/press.c
unicode/: client/core/words/alphabet.c
dlfcn.h: client/parts/parts.c
iconv.h: client/core/words/charset.c
git2.h: client/core/words/merge.c client/core/profile/repository.c daemon/ledger/repo.c daemon/ledger/packs
git2/: daemon/ledger/repo.c
zlib.h: daemon/ledger/gitpack.c
'

files=$(find common client daemon -name '*.[ch]' | sort)
[ -n "$files" ]
# shellcheck disable=SC2086
awk -v walls="$walls" -v doors="$doors" '
function starts(s, p) { return substr(s, 1, length(p)) == p }
function fits(path, pattern,   dir, rest) {
	if (pattern ~ /\*\.h$/) {
		dir = substr(pattern, 1, length(pattern) - 3)
		rest = substr(path, length(dir) + 1)
		return starts(path, dir) && rest !~ /\//
	}
	return starts(path, pattern)
}
BEGIN {
	n = split(walls, line, "\n")
	for (i = 1; i <= n; i++)
		if (split(line[i], part, ": ") == 2) {
			order[++count] = part[1]
			may[part[1]] = part[2]
		}
	n = split(doors, line, "\n")
	for (i = 1; i <= n; i++)
		if (split(line[i], part, ": ") == 2)
			door[part[1]] = part[2]
}
function folder_of(f,   i) {
	for (i = 1; i <= count; i++)
		if (starts(f, order[i] "/"))
			return order[i]
	return ""
}
/^#[ \t]*include[ \t]*"/ {
	split($0, q, "\"")
	own = folder_of(FILENAME)
	ok = 0
	m = split(may[own], list, " ")
	for (i = 1; i <= m; i++)
		if (fits(q[2], list[i]))
			ok = 1
	if (!ok) {
		printf "%s:%d: %s must not include %s\n", FILENAME, FNR, own, q[2]
		bad = 1
	}
}
/^#[ \t]*include[ \t]*</ {
	h = $0
	sub(/^[^<]*</, "", h)
	sub(/>.*/, "", h)
	for (d in door) {
		if (h != d && !(d ~ /\/$/ && starts(h, d)))
			continue
		ok = 0
		m = split(door[d], list, " ")
		for (i = 1; i <= m; i++)
			if (starts(FILENAME, list[i]))
				ok = 1
		if (!ok) {
			printf "%s:%d: <%s> has its own door: %s\n", FILENAME, FNR, h, door[d]
			bad = 1
		}
	}
}
END { exit bad }
' $files
