/*
 * The people of a case and its file: who may be asked and told, uptake,
 * objections, restriction, retention, who has looked.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"
#include "client/core/records.h"

#define LIMIT { "limit", N_("N"), N_("at most so many"), false }

static const struct cmd cmds[] = {
{
	.name = "person add", .words = N_("CASE FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_add, .opens = true,
	.type = TYPE_PERSON,
	.summary = N_("a person of a case: child, guardian, sibling, staff, external"),
	.more = N_("Limited authority (with its ground) stops consents, copies, "
	    "disclosures and papers, but for what may= names. A secret "
	    "address is left out of everything that is given to others."),
	.examples = { "tugi person add anna kind=guardian name='Mari Tamm' "
	    "authority=joint",
	    "tugi person add anna kind=guardian name='Jaan Tamm' "
	    "authority=limited ground='court 2-26-117' may=copy",
	    "tugi person add anna kind=child name='Anna Tamm' "
	    "born=2015-04-02 secret-address=yes address='Pikk 12-3'" }
}, {
	.name = "person list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_PERSON,
	.summary = N_("the persons of a case"),
	.examples = { "tugi person list anna" }, .opts = { LIMIT }
}, {
	.name = "person show", .words = N_("PERSON"), .min = 1, .max = 1,
	.run = cmd_entry_show, .opens = true, .type = TYPE_PERSON,
	.summary = N_("all that is recorded of a person of a case"),
	.examples = { "tugi person show 5d1f" }
}, {
	.name = "person set", .words = N_("PERSON FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_PERSON,
	.summary = N_("change what is recorded of a person of a case"),
	.more = N_("A changed capacity says by whom, when and on what ground; "
	    "consents by guardians are looked at again then."),
	.examples = { "tugi person set 5d1f authority=sole",
	    "tugi person set 5d1f capacity=capable capacity-by='Piret Saar' "
	    "capacity-on=2026-11-30 capacity-ground='talked it through'" }
}
};

const struct cmd_list table_file = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
