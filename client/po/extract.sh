#!/bin/sh
# All texts of the program, from the functions that take them and the marks of
# common/base/text.h. Texts that are formats are flagged, so that msgfmt checks
# their translations. Without a date: the same texts give the same file.
# usage: extract.sh FILE.c...
set -eu
here=$(dirname "$0")
functions="err_set:3 checking_fail:2 err_add:2 out_line:2 out_say:2 out_warn:2"
texts="_:1 N_:1 out_alarm:2 out_step:2 buf_check:2"
options=
for k in $functions; do
	options="$options --keyword=$k --flag=$k:c-format"
done
for k in $texts; do
	options="$options --keyword=$k"
done
# shellcheck disable=SC2086
xgettext --language=C --from-code=UTF-8 --keyword $options \
    --keyword=plural:2,3 --flag=plural:2:pass-c-format \
    --flag=plural:3:pass-c-format --flag=_:1:pass-c-format \
    --add-location=file --exclude-file="$here/not.pot" \
    --package-name=tugi --output=- "$@" |
    sed -e '/^"POT-Creation-Date/d' -e 's/charset=CHARSET/charset=UTF-8/'
