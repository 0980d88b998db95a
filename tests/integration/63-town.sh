#!/usr/bin/env bash
# Goal: a municipality's year from the generator, with the real programs and one
# hub: each worker writes a year, everybody syncs, nobody has a note of another,
# the office adds up what all hand in, and the hub is in order.
# usage: B=build/dev SEED=1 SHARE=10 tests/integration/63-town.sh
# SIZE is S (4 workers), M (15) or L (150); SHARE is how much of the cases and
# the other records, in percent. SIZE=M SHARE=100 KEEP=1 leaves a real one to
# look at: KEEP says where.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
[ -x "$B/tools/year" ] || make -s B="$B" tools || exit 1
open_for=12h # a large town takes hours
size=${SIZE:-S} seed=${SEED:-1} share=${SHARE:-10}
echo "# SIZE=$size SEED=$seed SHARE=$share"

new_hub hub
start_hub hub "$port"
make_office
n=0
while read -r name; do
	make_person "w$n" "$name"
	n=$((n + 1))
done < <("$B/tools/year" workers "$seed" "size=$size")
workers=$(seq -f w%g 0 $((n - 1)))
for who in $workers; do must as "$who" sync; done
is "everybody knows everybody" $((n + 1)) "$(json w0 length people)"
# The figures are of the calendar year in which the most of it lies.
year=$(date -d '6 months ago' +%Y)

kinds=
for who in $workers; do
	KINDS=1 "$B/tools/year" "$T/$who" "$seed" "size=$size" \
	    "worker=${who#w}" notes=8 "share=$share" \
	    >"$T/made" 2>"$T/kinds"
	is "$who writes a year" true "$(jq '.records > 20 and .cases > 2' \
	    "$T/made")"
	must as "$who" report hand-in "$year"
	kinds="$kinds $(awk '$2 > 0 { print $1 }' "$T/kinds")"
done
for kind in case note consent plan activity presence service quick meeting \
    agenda task supervision person uptake disclosure referral transition \
    release assessment signal matter; do
	check "there is a $kind" grep -qw "$kind" <<<"$kinds"
done
for _ in 1 2; do for who in $workers; do must as "$who" sync; done; done

mine=0 seen=0
for who in $workers; do
	is "$who has sent it all" 0 "$(json "$who" .unsent status)"
	is "$who has no note of another" 0 "$(json "$who" "[.[] |
	    select(.author != \"$(json "$who" .name status)\")] | length" \
	    note list)"
	mine=$((mine + $(json "$who" '[.[] | select(.notes > 0)] | length' \
	    case list)))
	seen=$((seen + $(json "$who" length case list)))
done
check "consents let people see what is not theirs" test "$seen" -gt "$mine"
must as office sync
as office office statistics merge "$year"
check "the office adds up what all have handed in" ends 0
is "everybody's counts are in" "$n" "$(json office '[.workers[] | select(.handed_in != null)] | length' \
    office statistics merge "$year")"
must as office office statistics freeze "$year"
stop_hub
"$TUGID" verify "$T/hub" >"$T/out" 2>"$T/err"
rc=$?
check "the hub's log and ledger are in order" ends 0
exit $((failed > 0))
