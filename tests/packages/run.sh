#!/usr/bin/env bash
# Goal: the packages do on a clean Debian 12 what packaging/README.md says:
# the same sources give the same bytes, and a hub and its clients live through
# installing, an upgrade, removing and purging (life.sh).
# Heavy, and for root: a root of its own is filled from the Debian mirror of
# this machine (some 120 MB), and a service manager is started in it.
# usage: tests/packages/run.sh FOLDER-OF-DEBS
#   SKIP=bytes   without the second build    KEEP=1   keep the root
set -u
debs=$(cd "$1" && pwd) || exit 1
cd "$(dirname "$0")/../.." || exit 1
[ "$(id -u)" -eq 0 ] || { echo "package-test has to run as root" >&2; exit 1; }
W=$(mktemp -d /var/tmp/tugi-packages-XXXXXX)
root=$W/root
boot=
said=$W/said # every ok and not ok

tidy() {
	[ -n "$boot" ] && kill -KILL "$boot" 2>/dev/null && wait "$boot"
	# What a killed manager leaves: its group of processes, ended with it.
	[ -d "${group:-}" ] && for _ in 1 2 3 4 5; do
		find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
		[ -d "$group" ] || break
		sleep 1
	done
	if [ "${KEEP:-}" ]; then echo "kept: $W"; else rm -rf "$W"; fi
} 2>/dev/null
trap tidy EXIT
trap 'exit 1' INT TERM
check() { # words, command...
	local words=$1
	shift
	if "$@"; then echo "ok - $words"; else echo "not ok - $words"; fi |
	    tee -a "$said"
}

### The same bytes
if [ "${SKIP:-}" != bytes ]; then
	echo "building a second time, elsewhere, in another language and zone"
	(umask 077; LANG=fi_FI.UTF-8 LANGUAGE=fi TZ=Pacific/Auckland \
	    packaging/deb.sh "$W/second/place") >"$W/second.log" 2>&1
	check "a second build works" test $? -eq 0
	for f in "$debs"/*.deb "$debs"/*.dsc "$debs"/*.tar.*; do
		check "the same bytes: ${f##*/}" \
		    cmp "$f" "$W/second/place/${f##*/}"
	done
fi

### A version to upgrade from: the same, but lower
for p in tugi tugid; do
	dpkg-deb -R "$debs"/${p}_*.deb "$W/older-$p"
	sed -i 's/^Version: .*/&~older/' "$W/older-$p/DEBIAN/control"
	echo "the older version" >"$W/older-$p/usr/share/doc/$p/OLDER"
	dpkg-deb --root-owner-group -b "$W/older-$p" "$W/$p-older.deb" >/dev/null
done

### A clean Debian 12
sources=/etc/apt/sources.list
[ -s /etc/apt/sources.list.d/debian.sources ] &&
    sources=/etc/apt/sources.list.d/debian.sources
echo "filling a clean Debian 12 from $sources"
mmdebstrap --quiet --variant=minbase --include=ca-certificates,jq,curl,perl \
    --include=systemd,systemd-sysv,dbus,procps bookworm "$root" "$sources" \
    >"$W/root.log" 2>&1 || { cat "$W/root.log"; exit 1; }
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
for f in /etc/apt/apt.conf.d/*; do
	# How this machine reaches its mirror; nothing else of its habits.
	grep -qE '^ *Acquire' "$f" && cp "$f" "$root/etc/apt/apt.conf.d/"
done
mkdir "$root/packages"
cp "$debs"/tugi_*.deb "$debs"/tugid_*.deb "$W"/*-older.deb "$root/packages/"
cp tests/packages/life.sh tests/packages/probe.pl packaging/tugid.service \
    "$root/packages/"

### Its service manager, or none
"$PWD/tests/packages/boot.sh" "$root" >"$W/boot.log" 2>&1 </dev/null &
boot=$!
group=/sys/fs/cgroup/tugi-packages-$boot
[ -d /sys/fs/cgroup/unified ] &&
    group=/sys/fs/cgroup/unified/tugi-packages-$boot
manager=
for _ in $(seq 60); do
	kill -0 "$boot" 2>/dev/null || break
	manager=$(pgrep -P "$boot" | head -n 1)
	[ -n "$manager" ] && nsenter -t "$manager" -a -r -w /bin/systemctl \
	    is-system-running >"$W/state" 2>/dev/null
	grep -qE 'running|degraded' "$W/state" 2>/dev/null && break
	sleep 1
done
if grep -qE 'running|degraded' "$W/state" 2>/dev/null; then
	echo "with systemd as the first process of the root"
	timeout 1500 nsenter -t "$manager" -a -r -w /packages/life.sh systemd
else
	echo "systemd cannot be started here; the hub is started by hand:"
	sed 's/^/  /' "$W/boot.log" | tail -n 3
	kill -KILL "$boot" 2>/dev/null
	timeout 1500 unshare -m -p -f --kill-child sh -c 'mount -t proc proc \
	    "$0/proc" && exec chroot "$0" /packages/life.sh direct' "$root"
fi </dev/null 2>&1 | tee -a "$said"
grep -q '^the end$' "$said" || echo "not ok - it came to an end" | tee -a "$said"
passed=$(grep -c '^ok - ' "$said")
failed=$(grep -c '^not ok - ' "$said")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
