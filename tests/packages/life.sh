#!/bin/bash
# Inside the clean root: the life of the packages, from the first installing to
# the purge, with a real hub and real clients.
# usage: life.sh systemd|direct
set -u
mode=$1
cd /packages
export HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
data=/var/lib/tugid
hub=        # process of a hub started by hand

check() { # words, command...
	local words=$1
	shift
	if "$@" >/tmp/check 2>&1; then echo "ok - $words"; else
		echo "not ok - $words"
		tail -n 5 /tmp/check | sed 's/^/  /'
	fi
}
is() { # words, wanted, got
	if [ "$2" = "$3" ]; then echo "ok - $1"; else
		echo "not ok - $1: wanted '$2', got '$3'"
	fi
}
not() { ! "$@"; }
until_true() { # seconds, command...
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}
get() { # path: the hub's answer
	curl -sk --max-time 10 --pinnedpubkey "$pin" -o /dev/null \
	    -w '%{http_code}' "https://127.0.0.1:$port$1"
}
answers() { [ "$(get /v1/health)" = 200 ]; }
apt() { apt-get -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@"; }

## People: users of this machine with a profile each
as() { # user, words of tugi...
	local user=$1
	shift
	runuser -u "$user" -- env HOME="/home/$user" timeout 120 tugi \
	    --no-input "$@" </dev/null 2>>/tmp/err
}
pass() { # user, words of tugi...: with the passphrase
	local user=$1
	shift
	runuser -u "$user" -- env HOME="/home/$user" timeout 120 tugi \
	    --no-input --passphrase-fd 9 "$@" </dev/null 2>>/tmp/err \
	    9< <(echo "passphrase of $user")
}
synced() { as liis --quiet sync; }
notes() { as liis --json note list | jq -r '.[].fields.text' | sort; }
homes() { # what the users' programs keep
	find /home -type f -print0 | sort -z | xargs -0 sha256sum
}

## The hub
start_hub() {
	if [ "$mode" = systemd ]; then
		systemctl enable --now --quiet tugid
	else
		# What the unit says, by hand: its user, its command.
		# shellcheck disable=SC2046
		setpriv --reuid tugid --regid tugid --clear-groups \
		    --no-new-privs $(sed -n 's/^ExecStart=//p' \
		    /lib/systemd/system/tugid.service) 2>/tmp/hub.log &
		hub=$!
	fi
	until_true 30 answers
}
stop_hub() {
	if [ "$mode" = systemd ]; then systemctl stop tugid; else
		kill "$hub" && wait "$hub"
		hub=
	fi
}

### Installing the older version
check "the packages install on a clean Debian" apt update
check "with what they need" apt install ./tugi-older.deb ./tugid-older.deb
is "in the older version" '0.1~older 0.1~older' \
    "$(dpkg-query -W -f '${Version} ' tugi tugid | sed 's/ $//')"
is "the folder is closed and the hub's user's" "700 tugid" \
    "$(stat -c '%a %U' $data)"
is "who cannot log in" /usr/sbin/nologin \
    "$(getent passwd tugid | cut -d: -f7)"
is "the folder is empty: nobody began a hub" '' "$(ls -A $data)"
for page in tugi.1 tugid.8 tugid.conf.5; do
	check "the manual page $page is there" \
	    test -s "/usr/share/man/man${page##*.}/$page.gz"
done
check "a new shell completes tugi" \
    bash -c '. /usr/share/bash-completion/completions/tugi && complete -p tugi'
check "the policy an office begins with" \
    test -s /usr/share/tugi/policy/policy.json
if [ "$mode" = systemd ]; then
	is "the service is off" disabled "$(systemctl is-enabled tugid)"
	check "its units hold no mistake" \
	    systemd-analyze verify --man=no tugid.service tugid.socket \
	    tugid-backup.service tugid-backup.timer
	is "no backup is made before somebody asks for it" disabled \
	    "$(systemctl is-enabled tugid-backup.timer)"
	is "and its exposure is at most 1.5" 0 "$(systemd-analyze security \
	    --threshold=15 tugid.service >/tmp/check 2>&1; echo $?)"
	systemctl start tugid 2>/dev/null
	is "without a hub it does not start" failed \
	    "$(systemctl is-active tugid)"
	check "and the log says how one is begun" \
	    sh -c 'journalctl -u tugid | grep -q "made with tugid init"'
fi

### A hub, an office, a worker
port=$((20000 + RANDOM % 12000))
runuser -u tugid -- tugid init $data --listen "127.0.0.1:$port" \
    --name hub.test --json >/tmp/made
is "a hub is begun" 0 $?
pin=$(jq -r .pin /tmp/made)
check "the service starts" start_hub
useradd -m -s /bin/bash tiina
useradd -m -s /bin/bash liis
pass tiina --json office init "https://127.0.0.1:$port" --pin "$pin" \
    --claim "$(jq -r .claim_code /tmp/made)" --name 'Tiina Saar' >/tmp/office
is "an officer makes the office" 0 $?
pass tiina --quiet unlock --for 2h
card=$(as tiina --json office card | jq -r .card)
code=$(pass liis --json join "$card" | jq -r .code)
as tiina office approve "$code" 'Liis Kask' --title worker >/dev/null
pass liis --quiet unlock --for 2h
check "a worker is in" synced
as liis --quiet case new 'Anna Tamm' code=A-1 >/dev/null
as liis --quiet note add A-1 'written before the upgrade' >/dev/null
check "and her note is at the hub" synced

### Confinement, as the kernel has it
if [ "$mode" = systemd ]; then
	pid=$(systemctl show -p MainPID --value tugid)
	is "the hub runs as its user, without a right, filtered" \
	    "tugid 0000000000000000 1 2" "$(stat -c %U "/proc/$pid") $(
	    awk '/^(CapEff|NoNewPrivs|Seccomp):/ { print $2 }' \
	    "/proc/$pid/status" | paste -sd' ')"
	check "the hub confined itself as well" \
	    sh -c '! journalctl -u tugid | grep -q event=sandbox'
	: >/home/liis/.profile
	unshare -u perl probe.pl >/tmp/open
	is "in the open everything can be done" '' "$(grep '^no' /tmp/open)"
	# The hub's own walls around another program.
	sed -e 's:^Type=.*:Type=oneshot:' \
	    -e 's:^ExecStart=.*:ExecStart=/usr/bin/perl /packages/probe.pl:' \
	    -e '/^Restart/d; /^Watchdog/d; /^ExecReload/d' \
	    /lib/systemd/system/tugid.service \
	    >/run/systemd/system/probe.service
	echo StandardOutput=file:/run/probed >/tmp/line
	sed -i '/^\[Service\]/r /tmp/line' /run/systemd/system/probe.service
	systemctl daemon-reload
	systemctl start probe
	while read -r said what; do
		wanted=no
		[ "$what" = "write in $data" ] && wanted=ok
		is "in the unit: $what" "$wanted" "$said"
	done </run/probed
	is "each was tried" "$(wc -l </tmp/open)" "$(wc -l </run/probed)"
	systemctl reload tugid
	check "it reloads" until_true 10 \
	    sh -c 'journalctl -u tugid | grep -q event=reload'
fi

### The upgrade
runuser -u tugid -- sh -c "echo '# a line of the operator' >>$data/tugid.conf"
before=$(cd $data && sha256sum log.key tls.key tugid.conf)
pid=$(pgrep -u tugid -x tugid)
as liis --quiet note add A-1 'written while it was upgraded' >/dev/null
kept=$(homes)
check "the packages are upgraded" apt install ./tugi_*.deb ./tugid_*.deb
is "what workers keep at home is not touched" "$kept" "$(homes)"
is "to the newer version" '0.1 0.1' \
    "$(dpkg-query -W -f '${Version} ' tugi tugid | sed 's/ $//')"
check "what the older one brought alone is gone" \
    not test -e /usr/share/doc/tugid/OLDER
if [ "$mode" = direct ]; then stop_hub; start_hub; fi
check "the hub serves again" until_true 30 answers
check "in a new process" test "$(pgrep -u tugid -x tugid)" != "$pid"
is "with its keys and settings" "$before" \
    "$(cd $data && sha256sum log.key tls.key tugid.conf)"
check "the worker's note goes out" synced
is "both are there" 'written before the upgrade
written while it was upgraded' "$(notes)"
check "the hub finds nothing wrong with itself" \
    runuser -u tugid -- tugid verify $data

### The port in the service manager's hands
if [ "$mode" = systemd ]; then
	stop_hub
	mkdir -p /etc/systemd/system/tugid.socket.d
	printf '[Socket]\nListenStream=\nListenStream=127.0.0.1:%s\n' "$port" \
	    >/etc/systemd/system/tugid.socket.d/port.conf
	systemctl daemon-reload
	systemctl enable --now --quiet tugid.socket
	is "only the socket is there" inactive "$(systemctl is-active tugid)"
	check "who comes is served" synced
	is "by a hub that was started for it" active \
	    "$(systemctl is-active tugid)"
	check "an upgrade goes through" apt install --reinstall ./tugid_*.deb
	check "with the socket there, too" until_true 30 synced
	systemctl disable --now --quiet tugid.socket
	rm -r /etc/systemd/system/tugid.socket.d
	systemctl daemon-reload
	systemctl restart tugid
	check "and without it again" until_true 30 answers
fi

### Proxies, by the examples
check "nginx and Caddy install" apt install nginx-light libnginx-mod-stream caddy
examples=/usr/share/doc/tugid/examples
mkdir -p /etc/nginx/tugid /etc/caddy/tugid
install -m 600 $data/tls.key $data/tls.crt /etc/nginx/tugid/
install -o caddy -m 600 $data/tls.key $data/tls.crt /etc/caddy/tugid/
front=$((port + 1))
example() { # file: with this hub's name and ports, on standard output
	local f=$examples/$1
	{ zcat "$f.gz" 2>/dev/null || cat "$f"; } | sed -e "s/:8443/:$port/" \
	    -e "s/listen 443/listen 127.0.0.1:$front/" \
	    -e "s/hub\.example/hub.test/g; s#https://:443#https://:$front#"
}
through() { # words, process
	local proxy=$2
	check "$1 comes up" until_true 20 \
	    sh -c "curl -sk -o /dev/null https://127.0.0.1:$front/"
	as liis --quiet hub "https://127.0.0.1:$front" >/dev/null
	as liis --quiet note add A-1 "by way of $1" >/dev/null
	check "a pinned client works through $1" synced
	as liis --quiet hub "https://127.0.0.1:$port" >/dev/null
	kill "$proxy" && wait "$proxy" 2>/dev/null
	front=$((front + 1))
}
for kind in passthrough termination; do
	example nginx-$kind.conf >/tmp/nginx.conf
	check "nginx finds no mistake in nginx-$kind.conf" \
	    nginx -t -c /tmp/nginx.conf
	nginx -c /tmp/nginx.conf -g 'daemon off;' &
	through "nginx ($kind)" $!
done
example Caddyfile >/tmp/Caddyfile
check "Caddy finds no mistake in Caddyfile" \
    runuser -u caddy -- caddy validate --adapter caddyfile \
    --config /tmp/Caddyfile
runuser -u caddy -- caddy run --adapter caddyfile --config /tmp/Caddyfile \
    >/tmp/caddy.log 2>&1 &
through Caddy $!
front=$((port + 1))
example nginx-termination.conf >/tmp/nginx.conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
    -keyout /etc/nginx/tugid/tls.key -out /etc/nginx/tugid/tls.crt \
    -subj /CN=hub.test 2>/dev/null
nginx -c /tmp/nginx.conf -g 'daemon off;' &
proxy=$!
until_true 20 sh -c "curl -sk -o /dev/null https://127.0.0.1:$front/"
as liis --quiet hub "https://127.0.0.1:$front" >/dev/null
check "a proxy with a key of its own is refused" not synced
as liis --quiet hub "https://127.0.0.1:$port" >/dev/null
kill "$proxy" && wait "$proxy" 2>/dev/null
check "and nothing is lost by it" synced

### Removing keeps, purging erases
stop_hub
before=$(cd $data && find . -type f -print0 | sort -z | xargs -0 sha256sum)
check "the packages are removed" apt remove tugid tugi
check "the programs are gone" not test -e /usr/sbin/tugid -o -e /usr/bin/tugi
is "the hub's data is not" "$before" \
    "$(cd $data && find . -type f -print0 | sort -z | xargs -0 sha256sum)"
check "they install again" apt install ./tugi_*.deb ./tugid_*.deb
check "and the same hub serves" start_hub
check "the same worker" synced
if [ "$mode" = systemd ]; then
	check "the hub is removed while it runs" apt remove tugid
	check "which stops it" not pgrep -u tugid -x tugid
else
	stop_hub
fi
notes_before=$(notes)
as liis --quiet lock
kept=$(homes)
check "the packages are purged" apt purge tugid tugi
cp /tmp/check /tmp/purge
check "which is said to be the end of the hub" \
    grep -q 'the hub in /var/lib/tugid is erased' /tmp/purge
check "the hub's data is gone" not test -e $data
is "nothing of the service is left" '' \
    "$(find /etc/systemd /lib/systemd /usr/lib/systemd -name 'tugid*')"
is "what workers keep at home was never touched" "$kept" "$(homes)"
check "the command line installs alone" apt install ./tugi_*.deb
pass liis --quiet unlock --for 10m
is "and can be read as before, without any hub" "$notes_before" "$(notes)"
as liis --quiet lock
as tiina --quiet lock
echo "the end"
