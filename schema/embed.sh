#!/bin/sh
# Write schema files as C arrays, so that both programs carry their own.
# usage: embed.sh client|hub|dict|policy
set -eu
cd "$(dirname "$0")"
bytes() { od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'; }
case $1 in
client | hub)
	echo "#include \"common/db/migrate.h\""
	n=0
	for f in "$1"/*.sql; do
		[ -e "$f" ] || continue
		n=$((n + 1))
		echo "static const char sql_$n[] = {"
		bytes "$f"
		echo "0x00};"
	done
	echo "const struct migration schema_$1[] = {"
	i=0
	while [ $i -lt $n ]; do i=$((i + 1)); echo "{ $i, sql_$i },"; done
	echo "{ 0, 0 } };"
	;;
dict)
	echo "#include \"common/wire/dict.h\""
	echo "const unsigned char schema_dict[] = {"
	if [ -e dict/notes.zdict ]; then bytes dict/notes.zdict; else echo 0; fi
	echo "};"
	echo "const unsigned long schema_dict_len = sizeof(schema_dict);"
	;;
policy) # the files as one object, as a policy travels (policy.md 5)
	echo "#include \"client/core/profile/policy.h\""
	echo "const unsigned char schema_policy[] = {"
	{
		sep={
		for f in policy sections vocabularies forms instruments \
		    meetings retention texts; do
			printf '%s"%s.json":' "$sep" "$f"
			cat "policy/$f.json"
			sep=,
		done
		echo "}"
	} | bytes -
	echo "};"
	echo "const unsigned long schema_policy_len = sizeof(schema_policy);"
	;;
esac
