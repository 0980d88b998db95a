#!/usr/bin/env bash
# Goal: one child under two codes, real programs and a hub: two workers' cases
# are listed, read, searched and written as one, nothing moves and nobody is
# let in by it, a withdrawal in either closes both, and it is undone.
# usage: B=build/dev tests/integration/26-alias.sh
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

new_hub hub
start_hub hub "$port"
make_office
make_person mari 'Mari Tamm'
make_person jaan 'Jaan Mets'
make_person liis 'Liis Kask'
give() { # who gives, case, to, sections, right
	must as "$1" consent grant "$2" --to "$3" --sections "$4" \
		--by 'Ema Kask' --role guardian --right "$5"
}
sync_all() { for who in mari jaan liis mari jaan; do must as $who sync; done; }

# Mari and Jaan both opened a case; each let the other in.
must as mari case new 'Anna Kask' code=K1
must as mari note add K1 'first, in front'
must as jaan case new 'Anna-Maria Kask' code=K2
must as jaan note add K2 'second, behind'
sync_all
give mari K1 jaan card,notes write
give jaan K2 mari card,notes write
give jaan K2 liis notes read
sync_all

as jaan case same K2 K2
check "a case is not one with itself" ends 64
as mari case same K1 K2
check "two cases are made one" ends 0
check "the way back is printed" says "tugi case apart"
check "who is let in behind alone is named" says "Liis Kask"
as mari case same K1 K2
check "a repeat is nothing new" ends 4
sync_all
for who in mari jaan; do
	is "$who has one case" "K1 K2 2" "$(json $who '"\(.[0].code) " +
		"\(.[0].behind[0].code) \(.[0].notes)"' case list)"
done
is "Liis sees hers as it was" "1 second, behind" \
	"$(json liis length case list) $(texts liis)"
as jaan note add K2 'third, named by the code behind'
check "a text written by the code behind" ends 0
check "names who will not see it" says "Liis Kask"
sync_all
is "goes to the front" K1 "$(json mari \
	"(.[] | select(.fields.text | startswith(\"third\")).case) as \$c |
	if \$c == \"$(json mari '.[0].id' case list)\" then \"K1\" else \$c end" \
	note list)"
is "and not to Liis" 1 "$(json liis length note list)"
is "one timeline, newest first" 'third, named by the code behind' \
	"$(json mari '.[0].fields.text' note list K1)"
is "of both" 3 "$(json mari length note list K2)"
as mari case show K2
check "which text is of which case is said" says "of Anna-Maria Kask (K2)"
as mari search second
check "search says it too" says "Anna-Maria Kask (K2)"
is "consents of both are listed" 3 "$(json mari length consent list K1)"

as mari case set K2 school=Lasila
check "what is changed by the code behind" ends 0
is "is the card behind" Lasila "$(json mari \
	'.versions[-1].fields[0].text' history K2)"
as jaan delete K2
check "what is deleted by the code behind" ends 0
is "is the case behind" "K1 0" "$(json jaan '"\(.[0].code) " +
	"\(.[0].behind | length)"' case list)"
must as jaan restore K2

as mari consent withdraw K1 --everybody --by 'Ema Kask' --sections notes
check "a withdrawal in one" ends 0
sync_all
is "closes the other" 0 "$(json liis length note list)"
is "and is shown so" withdrawn "$(json jaan \
	'[.[] | select(.audience == "Liis Kask").status] | unique | .[]' \
	consent list K2)"

as jaan case apart K1 K2
check "they are made two again" ends 0
sync_all
is "for all" "2 2" "$(json mari length case list) $(json jaan length \
	case list)"
as jaan case apart K1 K2
check "once is enough" ends 3

exit $((failed > 0))
