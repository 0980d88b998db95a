#!/usr/bin/env bash
# Goal: what packages put on an office's machine is whole and closed: the
# service's unit is confined (exposure at most 1.5), its user and folder come
# as they should, the shells' completions parse, the example of the settings
# says what the program does, and a hub that runs cannot leave its folder.
. "$(dirname "$0")/lib.sh"

### The unit
exposure() { # unit file: its exposure in tenths, by systemd's own reckoning
	systemd-analyze security --offline=true --no-pager "$1" 2>/dev/null |
	    sed -n 's/.*exposure level for .*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'
}
mkdir "$T/bare"
sed -n '/^\[Unit\]/,/^ExecStart/p' packaging/tugid.service \
    >"$T/bare/tugid.service"
tenths=$(exposure packaging/tugid.service)
check "the unit's exposure is at most 1.5: $tenths tenths" \
    test "${tenths:-99}" -le 15
bare=$(exposure "$T/bare/tugid.service")
check "without its walls it would be $bare tenths" test "${bare:-0}" -ge 50

tenths=$(exposure packaging/tugid-backup.service)
check "that of the nightly backup, too: $tenths tenths" \
    test "${tenths:-99}" -le 15
check "and its units hold no mistake" eval 'mkdir "$T/units" &&
    cp packaging/tugid-backup.* "$T/units" &&
    sed -i "s:/usr/sbin/tugid:$TUGID:" "$T/units/tugid-backup.service" &&
    [ -z "$(systemd-analyze verify --man=no "$T"/units/tugid-backup.* 2>&1 |
    grep tugid-backup)" ]'
is "a night is every night" "Normalized form: *-*-* 02:30:00" \
    "$(systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' \
    packaging/tugid-backup.timer)" 2>/dev/null | sed -n \
    's/^ *\(Normalized form: .*\)/\1/p')"

### User and folder
mkdir -p "$T/root/etc" "$T/root/usr/lib/sysusers.d" "$T/root/usr/lib/tmpfiles.d"
chmod 755 "$T/root"
cp packaging/tugid.sysusers "$T/root/usr/lib/sysusers.d/tugid.conf"
cp packaging/tugid.tmpfiles "$T/root/usr/lib/tmpfiles.d/tugid.conf"
if [ "$(id -u)" -eq 0 ]; then
	systemd-sysusers --root="$T/root" tugid.conf \
	    >"$T/out" 2>"$T/err"
	check "the hub has a user of its own, without a shell" \
	    grep -q '^tugid:.*:/var/lib/tugid:/usr/sbin/nologin$' \
	    "$T/root/etc/passwd"
	systemd-tmpfiles --root="$T/root" --create tugid.conf \
	    >"$T/out" 2>"$T/err"
	is "who owns a closed folder" \
	    "700 $(sed -n 's/^tugid:[^:]*:\([0-9]*\):.*/\1/p' \
	    "$T/root/etc/passwd")" \
	    "$(stat -c '%a %u' "$T/root/var/lib/tugid")"
	is "and one for backups" "$(stat -c '%a %u' "$T/root/var/lib/tugid")" \
	    "$(stat -c '%a %u' "$T/root/var/backups/tugid")"
fi

### What make install puts where
make -s B="$B" DESTDIR="$T/stage" install >"$T/out" 2>"$T/err"
is "it installs" 0 $?
share=$T/stage/usr/share
check "a completion for bash, which bash understands" \
    bash -n "$share/bash-completion/completions/tugi"
check "one for zsh" grep -q '^#compdef tugi$' \
    "$share/zsh/vendor-completions/_tugi"
check "one for fish" grep -q '^complete -c tugi ' \
    "$share/fish/vendor_completions.d/tugi.fish"
LC_ALL=fi_FI.UTF-8 LANGUAGE=fi make -s B="$B" DESTDIR="$T/fi" install \
    >"$T/out" 2>"$T/err"
check "and the builder's language changes none of it" \
    diff -r "$T/stage" "$T/fi"
check "the unit starts the program that is installed" \
    test -x "$T/stage$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' \
    "$T/stage/usr/lib/systemd/system/tugid.service")"

### The example of the settings
manual=daemon/tugid.conf.5.scd
example=packaging/examples/tugid.conf
for name in $(grep -o '^\*.*(' "$manual" | grep -o '\*[a-z_]*\*' |
    tr -d '*' | grep -v '^tugid$'); do
	grep -q "^#\{0,1\}$name = " "$example" ||
	    echo "not ok - the example lacks the option $name"
done
# "*name* (.., default)": a number, a word or an address.
grep -oE '\*[a-z_]+\* \([^()]*, [^ ()]+\)' "$manual" |
    sed -E 's/\*([a-z_]+)\* \(.*, ([^ ]+)\)/\1 \2/' | sort >"$T/manual"
sed -nE 's/^([a-z_]+) = "?([^"	 #]+).*/\1 \2/p' "$example" |
    grep -vE '^(name|tls_cert|tls_key) ' | sort >"$T/example"
# An option that is off by default stands in the example as a comment.
grep -E "^($(cut -d' ' -f1 "$T/example" | paste -sd'|')) " "$T/manual" \
    >"$T/shown"
check "the example says the manual's defaults" same "$T/shown" "$T/example"
check "of at least ten options" test "$(wc -l <"$T/shown")" -ge 10

### A hub that runs
new_hub hub
sed "s/^listen = .*/listen = \"127.0.0.1:$port\"/; s/hub.example/hub.test/" \
    "$example" >"$T/hub/tugid.conf"
"$TUGID" check-config "$T/hub" >"$T/out" 2>"$T/err"
is "the example's settings are good" 0 $?
start_hub hub "$port"
check "and a hub serves by them" \
    curl -sk -o "$T/out" "$url/v1/health"
if grep -q 'no Landlock' "$T/hub.log"; then
	echo "this kernel cannot keep a hub to its folder; the log says so"
else
	"$TUGID" doctor "$T/hub" --json >"$T/out" 2>"$T/err"
	is "the doctor says that the kernel confines it" good "$(jq -r \
	    '.findings[] | select(.check == "sandbox").state' "$T/out")"
	check "it has given up to become more than it is" \
	    grep -q '^NoNewPrivs:	1$' "/proc/$hub/status"
	stop_hub
	# A database that is not in the folder, though its name is.
	mkdir "$T/elsewhere"
	mv "$T/hub/hub.db" "$T/elsewhere/"
	ln -s "$T/elsewhere/hub.db" "$T/hub/hub.db"
	timeout 20 "$TUGID" serve "$T/hub" >"$T/out" 2>"$T/err"
	is "what lies outside its folder a hub cannot open" 74 $?
	"$TUGID" status "$T/hub" >"$T/out" 2>"$T/err"
	is "status, which is not confined, can" 0 $?
	is "and nothing was written there" hub.db "$(cd "$T/elsewhere" && echo *)"
fi
exit "$failed"
