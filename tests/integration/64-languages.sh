#!/usr/bin/env bash
# Goal: what README shows a new worker, done in each language: every command
# speaks that language and no other, days are written its way, numbers have
# their forms. tests/integration/english_left.py finds what is left of English.
# usage: B=build/dev tests/integration/64-languages.sh   KEEP=1 leaves what was
# said in the folder that it names, to be read by somebody who speaks it
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

new_hub hub
start_hub hub "$port"
make_office
make_person jaan 'Jaan Puu'
make_person liis 'Liis Kask'
for lang in et lv "fi" hu en; do make_person "w$lang" "Worker $lang"; done
for who in jaan liis wet wlv wfi whu wen; do must as $who sync; done
today=$(date +%F)
later=$(date -d '40 days' +%F)

said() { # person, words...: what it says, after the command
	local who=$1
	shift
	as "$who" "$@"
	{ echo "$ $*"; cat "$T/out" "$T/err"; } >>"$T/said.$lang"
	[ "$rc" -eq 0 ] || {
		echo "not ok - $lang: $* ends with $rc"
		sed 's/^/  stderr: /' "$T/err" | tail -n 3
		failed=$((failed + 1))
	}
}
made() { # words...: the id of what it made
	said "$w" --json "$@"
	made=$(jq -r .id "$T/out")
}
walk() { # the language is that of LANGUAGE, but for one command
	local w=w$lang code=K$lang note goal run made
	said $w status
	said $w today
	said $w --lang "$lang" case new "Anna Q$lang" code="$code" school=Lasila \
	    born=2015-04-02
	said $w note add "$code" Qqq --minutes 45
	said $w status
	said $w case new "Berta Q$lang" code="B$lang"
	said $w note add "$code" Zzz
	said $w status
	[ "$lang" = en ] && said $w case show "$code" && return
	made note add "$code" Www; note=$made
	made plan add "$code" Ggg due="$today" responsible="Worker $lang"
	goal=$made
	said $w consent grant "$code" --to 'Jaan Puu' --sections plan \
	    --by Ema --role guardian
	said $w consent grant "$code" --to 'Liis Kask' --sections card,plan \
	    --right write --by Ema --role guardian --until "$later"
	said $w consent list "$code"
	said $w who "$code" --section plan
	said $w case show "$code"
	said $w case list
	said $w sync
	said liis sync
	said liis plan set "$goal" measures=Mmm
	said $w plan set "$goal" measures=Nnn
	said liis sync
	said $w sync
	said $w conflicts
	said $w conflicts show 1
	said $w conflicts take "$goal" measures mine
	said $w today
	said $w timeline "$code"
	said $w history "$goal"
	said $w override add "$code" 'Jaan Puu' --sections plan --basis danger \
	    --provision Ppp --reason Rrr
	said $w override list "$code"
	said $w who "$goal"
	said $w release give "$code" Rajaleidja sections=plan by=Ema \
	    role=guardian until="$later"
	said $w release list "$code"
	said $w referral add "$code" body=Rajaleidja service=Sss purpose=Ppp \
	    sections=plan until="$later"
	said $w referral list
	said $w share add "$code" 'Jaan Puu' --records "$note" --by Ema \
	    --role guardian
	said $w share list
	made assess start "$code" risk-primary; run=$made
	said $w assess answer "$run" absent=1 mood=2
	said $w assess judge "$run" immediate --reason Rrr
	said $w assess show "$run"
	said $w signal list
	said $w disclosure list "$code"
	said $w transition propose "$code" 'Jaan Puu' --kind preschool_school \
	    --to Lasila --until "$later"
	said $w transition list
	said $w report preview
	said $w report counts
	said $w report hand-in
	said $w group new "Qq $lang" meets=network-quarterly
	said $w meeting due
	said $w matter open "$code" Ttt --by Ema --role guardian
	said $w matter list
	said $w supervision name "$code"
	said $w site new "Kool $lang"
	said $w presence add "Kool $lang" weekday=mon from=08:00 until=12:00
	said $w activity add "Kool $lang" kind=grp_class heads=12
	said $w activity list
	said $w person add "$code" kind=guardian name=Ema authority=joint
	said $w person list "$code"
	said $w uptake offer "$code" person=Ema
	said $w uptake list "$code"
	made consent withdraw "$code" --from 'Liis Kask' --by Ema
	said $w consent receipt "$made"
	said liis plan set "$goal" outcome=Ooo
	said $w sync
	said liis sync
	said liis held
	said $w sync
	said $w review
	said $w handover propose "B$lang" 'Jaan Puu' --reason Rrr
	said $w handover list
	said $w delete "$note"
	said $w deleted
	said $w restore "$note"
	said $w search Zzz
	said $w attachment add "$code" Makefile
	said $w attachment list
	said $w bundle out "$T/stick.$lang"
	said $w viewed "$code"
	said $w retention due
	said $w policy show note.category
	said $w store status
	said $w status
	said $w disclosure add "$code" Politsei --sections card,plan \
	    --channel phone --basis vital_interest --provision Ppp \
	    --reason Rrr --informed
	said $w disclosure list
	said $w disclosure count
	rm -f "$T/list"
	said $w copy review "$code" "$T/list" --for Ema --as guardian \
	    --authority sole
	sed -i 's/^? record/give record/; s/^? file/leave file/; s/^? word/show word/' "$T/list"
	said $w copy make "$T/list" --pdf "$T/copy.pdf"
	pdftotext -nopgbrk -layout "$T/copy.pdf" - >>"$T/said.$lang"
	said $w consent form "$code" --sections card,plan --pdf "$T/form.pdf"
	pdftotext -nopgbrk -layout "$T/form.pdf" - >>"$T/said.$lang"
	check "$lang: no code stands where a name belongs" \
	    not grep -qE '^[^$].*(card, ?plan|vital_interest)' "$T/said.$lang"
}
for lang in et lv "fi" hu en; do
	export LANGUAGE=$lang
	walk
	unset LANGUAGE
	[ "$lang" = en ] || check "$lang: nothing English is left" python3 \
	    tests/integration/english_left.py "client/po/$lang.po" "$T/said.$lang"
done

### Numbers and days, as each language has them
line() { # language, sentence: it was said
	check "$1: $2" grep -qF -- "$2" "$T/said.$1"
}
line et '0 juhtumit ja 0 märget selles seadmes.'
line et '1 juhtum ja 1 märge selles seadmes.'
line et '2 juhtumit ja 2 märget selles seadmes.'
line lv '0 lietu un 0 piezīmju šajā ierīcē.'
line lv '1 lieta un 1 piezīme šajā ierīcē.'
line lv '2 lietas un 2 piezīmes šajā ierīcē.'
line fi '0 tapausta ja 0 merkintää tällä laitteella.'
line fi '1 tapaus ja 1 merkintä tällä laitteella.'
line fi '2 tapausta ja 2 merkintää tällä laitteella.'
line hu '1 eset és 1 feljegyzés ezen az eszközön.'
line hu '2 eset és 2 feljegyzés ezen az eszközön.'
line en '1 case and 1 note on this device.'
line en '2 cases and 2 notes on this device.'
line et "Sündinud: 02.04.2015"
line lv "Dzimis: 02.04.2015."
line fi "Syntynyt: 2.4.2015"
line hu "Született: 2015. 04. 02."
line en "Born: 2015-04-02"

### And the search for English finds it
printf 'receiving ...\nWHO  X\nkuni 2026-12-01 ja\nlīdz 01.12.2026..\n' \
    >"$T/english"
is "a check that can fail" 4 "$(python3 tests/integration/english_left.py \
    client/po/lv.po "$T/english" | wc -l)"
exit $((failed > 0))
