#!/bin/sh
# Builds the Debian packages of the work tree, with what git knows of it, in a
# folder that is emptied first, and asks lintian about them. The same sources
# give the same bytes: what would differ (times, folders, language) is fixed.
# usage: packaging/deb.sh FOLDER
set -eu
cd "$(dirname "$0")/.."
mkdir -p "$1"
out=$(cd "$1" && pwd)
version=$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)
made=$(sed -n 's/^VERSION = //p' Makefile)
if [ "$made" != "$version" ]; then
	echo "packaging/debian/changelog says $version, Makefile $made" >&2
	exit 1
fi
if [ -n "$(ls -A "$out")" ] && [ ! -e "$out/build.log" ]; then
	echo "$out holds something else than packages; nothing was built" >&2
	exit 1
fi
src=$out/tugi-$version
rm -rf "$out"
mkdir -p "$src"
: >"$out/build.log"
git ls-files -z --cached --others --exclude-standard |
    tar -c --null -T - -f - | tar -x -C "$src" -f -
mv "$src/packaging/debian" "$src/debian"
# Modes and times are the checkout's; the archive of sources has its own.
umask 022
chmod -R go=rX,u+w "$src"
find "$src" -exec touch -h -d "$(dpkg-parsechangelog -S Date \
    -l "$src/debian/changelog")" {} +
if ! (cd "$src" && env -u MAKEFLAGS -u MAKELEVEL -u B \
    DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS:-}" \
    dpkg-buildpackage -us -uc --build=full) >"$out/build.log" 2>&1; then
	tail -n 40 "$out/build.log" >&2
	echo "the packages could not be built; all of it: $out/build.log" >&2
	exit 1
fi
rm -rf "$src"
# No complaint is left unanswered: it is mended, or overridden with a reason
# in packaging/debian. It does not like to run as root.
lintian --allow-root --fail-on error,warning "$out"/*.changes
ls "$out"/*.deb
