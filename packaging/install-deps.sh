#!/bin/sh
# Install from Debian what tugi needs to build, test and play its demo. Does
# nothing, and asks for nothing, when all of it is there already.
#
#   packaging/install-deps.sh          install what is missing
#   packaging/install-deps.sh --list   print the package names and stop
#   packaging/install-deps.sh --cover  what "make cover" needs, and no more;
#                              --deb, --package-test, --peers: likewise
set -eu

# To build. The five the project is built on (libgit2, GPL-2 with a linking
# exception, merges two people's texts and writes the ledger), then what stands beside them:
#   libmicrohttpd  HTTPS server (LGPL-2.1+), with GnuTLS inside
#   libcbor        CBOR encoding and streaming decoding (MIT)
#   zlib           compression of git objects (Zlib)
#   libzstd        compression with a dictionary (BSD)
#   jansson        JSON output (MIT)
#   libconfuse     the hub's config file, errors with line (ISC)
#   libkeyutils    a key in the kernel's keyring (LGPL-2.1+)
#   libpango       text on PDF pages, with cairo (LGPL-2.1+, MPL-1.1)
#   scdoc          manual pages (MIT)
#   ICU            alphabets of names (Unicode-3.0)
#   gettext        catalogues of texts, at build time only (GPL-3+)
BUILD="gcc make pkg-config
libsqlite3-dev libgit2-dev libsodium-dev libcurl4-gnutls-dev libcmocka-dev
libmicrohttpd-dev libgnutls28-dev libcbor-dev libzstd-dev libjansson-dev
libconfuse-dev libkeyutils-dev libpango1.0-dev fonts-dejavu-core scdoc
gettext libicu-dev zlib1g-dev"

# To test, lint and play the demo.
#   python3-nacl   a second reader of the store's format (Apache-2.0)
#   systemd        its tools judge the hub's service (LGPL-2.1+)
TEST="socat jq curl git openssh-client sqlite3 mandoc pmccabe procps openssl
faketime poppler-utils python3 python3-nacl
strace systemd"

# To measure what the tests reach, for "make cover" alone (BSD-3-Clause).
COVER="gcovr"

# To build Debian packages, for "make deb" alone (GPL).
DEB="debhelper dpkg-dev lintian"

# To live the life of packages in a clean Debian, for "make package-test".
PACKAGE_TEST="mmdebstrap util-linux mount procps"

# What tugi is measured beside, for "make bench-peers" alone (MIT).
PEERS="nodejs npm"

all="$BUILD $TEST"
case ${1:-} in
--cover) all="$BUILD $COVER jq" ;;
--deb) all="$BUILD $DEB git" ;;
--package-test) all=$PACKAGE_TEST ;;
--peers) all=$PEERS ;;
esac
if [ "${1:-}" = --list ]; then
	echo "$all" | tr -s ' \n' '\n'
	exit 0
fi

missing=
for p in $all; do
	case $(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || :) in
	installed) ;;
	*)
		# Either flavour of libcurl serves; they exclude each other.
		if [ "$p" = libcurl4-gnutls-dev ] &&
		    pkg-config --exists libcurl 2>/dev/null; then
			continue
		fi
		missing="$missing $p"
		;;
	esac
done
[ -n "$missing" ] || exit 0

echo "Installing from Debian:$missing" >&2
as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "Not root and no sudo here. As root, run:" >&2
		echo "  apt-get install$missing" >&2
		exit 1
	fi
	as_root="sudo env DEBIAN_FRONTEND=noninteractive" # sudo drops ours
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { $as_root apt-get update -qq && $as_root apt-get install -y -qq \
    --no-install-recommends $missing; } >"$log" 2>&1; then
	cat "$log" >&2
	rm -f "$log"
	echo "Could not install:$missing" >&2
	exit 1
fi
rm -f "$log"
