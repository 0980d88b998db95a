#!/usr/bin/env bash
# Proof that the proof works: each mutant (*.mut, README.md) breaks one rule
# in a private copy of the tree; a test must notice. First the unit tests named
# with it, then all others, then the simulator, seed by seed.
# usage: tests/mutants/run.sh [pattern of names]
#        tests/mutants/run.sh --check    only whether all of them still apply
#   STAGES="named all sim"  which of them; "sim" alone asks the simulator only
#   SEEDS=40                how many seeds
#   LIMIT=180               seconds for one mutant
#   BASE=no                 the tree without a mutant passed a moment ago
#   SKIP="a b"              unit tests left out (they fail without a mutant)
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS # of a make that called this
pattern=${1:-.}
STAGES=${STAGES:-named all sim}
SEEDS=${SEEDS:-40}
LIMIT=${LIMIT:-180}
SKIP=${SKIP:-}
BASE=${BASE:-yes}
work=$PWD/build/mutants
tree=$work/tree
log=$work/log
read_awk=$PWD/tests/mutants/read.awk
lists=$(printf '%s ' "$PWD"/tests/mutants/*.mut)
sources="common client daemon schema tests packaging"
commit=$(git log -1 --format=%h 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] ||
	commit="$commit with changes"
begun=$SECONDS

say() { printf '%s\n' "$*"; }
fail() {
	say "$*" >&2
	exit 1
}
# Warnings are not what is looked for; -O1 builds and runs quickest together.
build() { # targets
	make -s -C "$tree" B=out WARN=-w HARDEN=-O1 CFLAGS= "$@" \
	    >"$log/build" 2>&1
}
unit_all() {
	# The quick ones first.
	find "$tree/tests/unit" -name 'test_*.c' |
	    sed 's,.*/test_,,; s,\.c$,,' | sort |
	    grep -vxE "crash|round|consent" |
	    sed '$a round\nconsent\ncrash' |
	    grep -vxE "(${SKIP// /|})" | tr '\n' ' '
}

# Copies what differs, by content; it gets the time of now, so make sees it,
# also after a run that was cut off in the middle of a mutant.
copy_tree() {
	local s f
	mkdir -p "$tree" "$log"
	for s in Makefile $sources; do
		if [ -e "$tree/$s" ]; then
			diff -rq "$s" "$tree/$s"
		else
			cp -r "$s" "$tree/$s"
		fi
	done | sed -n -e "s|^Only in $tree/\(.*\): |\1/|p" -e "t" \
	    -e 's|^Only in \(.*\): |\1/|p' \
	    -e 's|^Files \(.*\) and .* differ$|\1|p' |
	while IFS= read -r f; do
		rm -rf "${tree:?}/$f"
		[ ! -e "$f" ] || cp -r "$f" "$tree/$f"
	done
}

left() { # seconds that this mutant may still take, at least 1
	local n=$((LIMIT - (SECONDS - started)))
	echo $((n > 1 ? n : 1))
}
out_of_time() { [ $((SECONDS - started)) -ge "$LIMIT" ]; }

# 0 and the words in $by when one of the tests fails.
unit_notices() { # names
	local t rc targets=""
	[ $# -gt 0 ] || return 1
	for t in "$@"; do targets="$targets out/unit/test_$t"; done
	build -j2 $targets || return 2
	for t in "$@"; do
		{ (cd "$tree" && exec timeout "$(left)" \
		    "out/unit/test_$t") >"$log/$name.$t" 2>&1; } 2>/dev/null
		rc=$?
		# Cut short by the clock it has noticed nothing.
		[ $rc -ne 124 ] || return 3
		if [ $rc -ne 0 ]; then
			by="test_$t $(sed -n \
			    's/^\[  FAILED  \] \([a-z][a-z_0-9]*\)$/\1/p' \
			    "$log/$name.$t" | head -n 1)"
			return 0
		fi
		rm -f "$log/$name.$t"
		out_of_time && return 1
	done
	return 1
}
sim_notices() {
	local seed rc
	build -j2 out/sim/sim || return 2
	for seed in $(seq 1 "$SEEDS"); do
		seeds=$seed
		(cd "$tree" && timeout "$(left)" out/sim/sim --long \
		    --seed "$seed") >"$log/$name.sim" 2>&1
		rc=$?
		[ $rc -ne 124 ] || return 3
		if [ $rc -ne 0 ]; then
			by="sim, seed $seed: $(sed -n \
			    's/^FAILED seed [0-9]*, step [0-9]*: //p' \
			    "$log/$name.sim" | head -n 1 | cut -c 1-60)"
			return 0
		fi
		out_of_time && return 1
	done
	return 1
}

notices() { # the unit tests named with it
	local stage rc others t
	seeds=-
	for stage in $STAGES; do
		case $stage in
		named) unit_notices $1 ;;
		all)
			others=
			for t in $(unit_all); do
				case " $1 " in
				*" $t "*) ;;
				*) others="$others $t" ;;
				esac
			done
			unit_notices $others
			;;
		sim) sim_notices ;;
		*) fail "there is no stage $stage" ;;
		esac
		rc=$?
		[ $rc -ne 1 ] && return $rc
		out_of_time && break
	done
	return 1
}

# The file as it was, with its old time; its object with a new one, so that
# nothing is compiled twice and every library takes it up again.
set_aside() {
	local f
	for f in $1; do
		cp -p "$tree/$f" "$work/kept.$(basename "$f")"
		[ ! -f "$tree/out/${f%.c}.o" ] || cp -p "$tree/out/${f%.c}.o" \
		    "$work/kept.$(basename "${f%.c}").o"
	done
}
put_back() {
	local f
	for f in $1; do
		case $f in
		*.c)
			cp -p "$work/kept.$(basename "$f")" "$tree/$f"
			cp "$work/kept.$(basename "${f%.c}").o" \
			    "$tree/out/${f%.c}.o"
			;;
		*) cp "$work/kept.$(basename "$f")" "$tree/$f" ;;
		esac
	done
	rm -f "$work"/kept.*
}

one() { # name, files, unit tests, why
	local rc
	name=$1
	by=
	started=$SECONDS
	set_aside "$2"
	awk -f "$read_awk" -v mode=apply -v root="$tree" -v want="$1" $lists ||
	    fail "the mutant $1 does not apply"
	notices "$3"
	rc=$?
	put_back "$2"
	case $rc in
	1) by="**nothing: it survives**" ;;
	2)
		by="**it does not compile**"
		tail -n 5 "$log/build" >&2
		;;
	3) by="**not known: $LIMIT s were not enough**" ;;
	esac
	[ $rc -eq 0 ] || survivors="$survivors $1"
	count=$((count + 1))
	printf '| %s | %s | %s | %s | %d |\n' "$1" "$4" "$by" "$seeds" \
	    $((SECONDS - started)) >>"$work/rows"
	printf '%-28s %4d s  %s\n' "$1" $((SECONDS - started)) "$by"
}

# One function, so that this file may change while it runs.
main() {
	awk -f "$read_awk" -v mode=check -v root=. $lists || exit 1
	[ "$pattern" != --check ] || exit 0
	copy_tree
	cp $lists "$read_awk" "$work"
	lists=$(printf '%s ' "$work"/*.mut)
	read_awk=$work/read.awk
	: >"$work/rows"
	say "building the tree as it is"
	build -j2 out/libcore.a || fail "the tree does not build: $log/build"
	name=unchanged
	broken=
	survivors=
	started=$SECONDS
	LIMIT_SAVED=$LIMIT
	LIMIT=600
	# What fails anyway notices nothing; the rest is asked all the same, and
	# the run fails at its end.
	case $BASE$STAGES in
	no*) asked= ;;
	*all*) asked=$(unit_all) ;;
	*named*)
		asked=$(awk -f "$read_awk" -v mode=list -v root=. $lists |
		    awk -F '\t' -v p="$pattern" '$1 ~ p { print $3 }' |
		    tr ' ' '\n' | sort -u | tr '\n' ' ')
		;;
	*) asked= ;;
	esac
	while unit_notices $(for t in $asked; do
		case " $SKIP " in
		*" $t "*) ;;
		*) echo "$t" ;;
		esac
	done); do
		say "$by fails without any mutant and is left out"
		by=${by%% *}
		broken="$broken ${by#test_}"
		SKIP="$SKIP ${by#test_}"
	done
	case $BASE$STAGES in
	no*) ;;
	*sim*)
		if sim_notices; then
			fail "without any mutant: $by"
		fi
		;;
	esac
	LIMIT=$LIMIT_SAVED
	say "unchanged, everything passes ($((SECONDS - begun)) s)"

	count=0
	while IFS='	' read -r name files unit why <&3; do
		[[ $name =~ $pattern ]] || continue
		one "$name" "$files" "$unit" "$why"
	done 3< <(awk -f "$read_awk" -v mode=list -v root=. $lists)

	{
		say "# The last run"
		say
		say "Commit $commit; \`STAGES=\"$STAGES\" SEEDS=$SEEDS" \
		    "tests/mutants/run.sh $pattern\`; $count mutants," \
		    "$(echo $survivors | wc -w) survived; $((SECONDS - begun)) s."
		say
		say "| mutant | what it breaks | noticed by | seeds | s |"
		say "|---|---|---|---|---|"
		cat "$work/rows"
	} >"$work/TABLE.md"
	say "$count mutants, $(echo $survivors | wc -w) survived:$survivors" \
	    "($((SECONDS - begun)) s, $work/TABLE.md)"
	[ -z "$survivors$broken" ] && [ "$count" -gt 0 ]
}
main
exit $?
