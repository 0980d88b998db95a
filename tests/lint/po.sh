#!/bin/sh
# The catalogues of client/po fit the program: formats are right, both texts
# of a choice are marked, and nothing is missing (STRICT=0 only says so).
set -eu
cd "$(dirname "$0")/../.."
STRICT=${STRICT:-1}
bad=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# shellcheck disable=SC2046
set -- $(find common client/core client/parts client/cli -name '*.c' | sort)
sh client/po/extract.sh "$@" >"$tmp/all.pot"
for po in client/po/*.po; do
	if ! msgfmt -c -o /dev/null "$po"; then
		echo "  ^ $po cannot be used" >&2
		bad=1
		continue
	fi
	msgmerge --quiet --no-fuzzy-matching "$po" "$tmp/all.pot" \
	    >"$tmp/now.po"
	# A text that has become a format since is checked here.
	msgfmt -c -o /dev/null "$tmp/now.po" || bad=1
	n=$({ msgattrib --untranslated --no-obsolete "$tmp/now.po"
	    msgattrib --only-fuzzy --no-obsolete "$tmp/now.po"; } |
	    grep -c '^msgid "' || :)
	[ "$n" -eq 0 ] && continue
	# Each listing begins with the header, when it has anything.
	echo "$po: about $n texts are missing (make po-update)" >&2
	[ "$STRICT" = 0 ] || bad=1
done
# xgettext sees the first text of a choice only.
for f; do
	awk -v f="$f" '
	{ all = all $0 "\n" }
	END {
		gsub(/"[ \t\n]+"/, "", all)
		s = "\"([^\"\\\\]|\\\\.)*\""
		call = "(err_set|checking_fail|err_add|out_line|out_say|out_warn|out_alarm|out_step|buf_check)\\("
		while (match(all, call "[^;\"]*\\?[ \t\n]*(N_\\()?" s "\\)?[ \t\n]*:[ \t\n]*" s)) {
			t = substr(all, RSTART, RLENGTH)
			gsub(/[ \t\n]+/, " ", t)
			print f ": mark both texts with N_: " t
			bad = 1
			all = substr(all, RSTART + RLENGTH)
		}
		exit bad
	}' "$f" >&2 || bad=1
done
exit $bad
