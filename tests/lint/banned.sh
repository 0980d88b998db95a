#!/bin/sh
# Calls that are banned outside the files named for them, and open TODOs.
set -eu
cd "$(dirname "$0")/../.."
bad=0
look() { # pattern, why, files that may (extended regular expression)
	if grep -nE "(^|[^A-Za-z0-9_>.])($1)\(" $(find common client daemon \
	    -name '*.c') | grep -vE "^($3):" | grep -vE ':[0-9]+:[ 	]*(/?\*|//)'
	then
		echo "  ^ $2" >&2
		bad=1
	fi
}
look 'strcpy|strcat|sprintf|gets|atoi|strtok|localtime|gmtime|system|popen|rand|srand|tmpnam|mktemp' \
    'banned: unbounded, unsafe or not reentrant' 'none'
look 'malloc|calloc|realloc|free' 'use mem_new, buf or the library wrapper' \
    'common/base/(mem|buf)\.c|client/core/vault/vfs\.c|daemon/api/http\.c'
look 'exit|abort' 'only mains exit; libraries return an error' \
    'common/base/mem\.c|client/cli/main\.c|daemon/main\.c'
look 'printf|puts|putchar' 'only the front ends print' \
    'client/cli/.*|daemon/(main|admin|cmd_[a-z_]*|log)\.c'
if grep -rnE 'TODO|FIXME|XXX' common client daemon schema packaging Makefile
then
	echo "  ^ unfinished work belongs in the tracker" >&2
	bad=1
fi
exit $bad
