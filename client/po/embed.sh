#!/bin/sh
# Write catalogues as C arrays, so that the program carries its languages.
# usage: embed.sh et.mo lv.mo ...
set -eu
echo "#include \"client/cli/lang.h\""
for f; do
	echo "static const unsigned char mo_$(basename "$f" .mo)[] = {"
	od -An -v -tx1 "$f" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo "};"
done
echo "const struct lang_catalogue lang_catalogues[] = {"
for f; do
	l=$(basename "$f" .mo)
	echo "{ \"$l\", mo_$l, sizeof(mo_$l) },"
done
echo "{ 0, 0, 0 } };"
