/*
 * The people of a case and its file: who may be asked and told, uptake,
 * objections, restriction, retention, who has looked.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"
#include "client/core/records/records.h"

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
}, {
	.name = "uptake offer", .words = N_("CASE [FIELD=TEXT...]"), .min = 1,
	.max = CMD_ANY_WORDS, .run = cmd_uptake, .opens = true,
	.type = TYPE_UPTAKE, .sets = "outcome",
	.summary = N_("the service was offered; taking it up is voluntary"),
	.more = N_("informed= names the texts of the policy that were read out "
	    "or given."),
	.examples = { "tugi uptake offer anna person='Mari Tamm' "
	    "informed=voluntary,confidential" }
}, {
	.name = "uptake accept", .words = N_("CASE [FIELD=TEXT...]"),
	.min = 1, .max = CMD_ANY_WORDS, .run = cmd_uptake, .opens = true,
	.type = TYPE_UPTAKE, .sets = "outcome",
	.summary = N_("the service was taken up"),
	.examples = { "tugi uptake accept anna person='Mari Tamm' "
	    "by='Mari Tamm'" }
}, {
	.name = "uptake decline", .words = N_("CASE [FIELD=TEXT...]"),
	.min = 1, .max = CMD_ANY_WORDS, .run = cmd_uptake, .opens = true,
	.type = TYPE_UPTAKE, .sets = "outcome",
	.summary = N_("the service was declined: no content is kept"),
	.more = N_("What was written under the offer and never sent is gone at "
	    "once; what was sent is hidden and its erasure asked for. Child "
	    "protection is not part of the offer and stays. Nothing is written "
	    "in the case until the service is taken up after all."),
	.examples = { "tugi uptake decline anna by='Mari Tamm'" }
}, {
	.name = "uptake end", .words = N_("CASE [FIELD=TEXT...]"), .min = 1,
	.max = CMD_ANY_WORDS, .run = cmd_uptake, .opens = true,
	.type = TYPE_UPTAKE, .sets = "outcome",
	.summary = N_("the person ended the service; what was written stays"),
	.examples = { "tugi uptake end anna by='Mari Tamm'" }
}, {
	.name = "uptake list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_UPTAKE,
	.summary = N_("offers of the service and what was answered"),
	.examples = { "tugi uptake list anna" }, .opts = { LIMIT }
}, {
	.name = "objection add", .words = N_("RECORD FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_objection_add,
	.opens = true, .type = TYPE_OBJECTION,
	.summary = N_("an objection, correction or own view beside a text"),
	.more = N_("It is shown to all who may read that text, which is not "
	    "changed."),
	.examples = { "tugi objection add 1f0c kind=correction by='Mari Tamm' "
	    "text='It was two days, not two weeks.'" }
}, {
	.name = "objection list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_OBJECTION,
	.summary = N_("objections, corrections and own views"),
	.examples = { "tugi objection list anna" }, .opts = { LIMIT }
}, {
	.name = "objection show", .words = N_("OBJECTION"), .min = 1,
	.max = 1, .run = cmd_entry_show, .opens = true,
	.type = TYPE_OBJECTION,
	.summary = N_("all of an objection"),
	.examples = { "tugi objection show 5d1f" }
}, {
	.name = "objection set", .words = N_("OBJECTION FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_OBJECTION,
	.summary = N_("answer an objection"),
	.examples = { "tugi objection set 5d1f answer='Corrected beside it.' "
	    "answered=2026-12-01" }
}, {
	.name = "consent show", .words = N_("CONSENT"), .min = 1, .max = 1,
	.run = cmd_entry_show, .opens = true, .type = TYPE_CONSENT,
	.summary = N_("all that a consent says"),
	.examples = { "tugi consent show 5d1f" }
}, {
	.name = "consent form", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_consent_form, .opens = true,
	.summary = N_("the form of a consent on paper, to be signed"),
	.more = N_("In any language the policy has a consent in, also such as "
	    "the program does not speak. What is not given is left to write "
	    "by hand."),
	.examples = { "tugi consent form anna --language ru --pdf form.pdf",
	    "tugi consent form anna --by 'Mari Tamm' --to 'Liis Kask' "
	    "--sections plan --easy-read --pdf form.pdf" },
	.opts = {
	    { "pdf", N_("FILE"), N_("where to write it"), true },
	    { "language", N_("CODE"), N_("et, lv, fi, hu, en, ru, uk, sv, "
	    "..."), false },
	    { "easy-read", NULL, N_("in easy language"), false },
	    { "by", N_("NAME"), N_("who is asked"), false },
	    { "to", N_("PERSON"), N_("who may see it"), false },
	    { "sections", N_("LIST"), N_("card, notes, plan; by comma"),
	    false },
	    { "purpose", N_("CODE"), N_("what for"), false },
	    { "until", N_("DAY"), N_("last day"), false } }
}, {
	.name = "consent receipt", .words = N_("WITHDRAWAL"), .min = 1,
	.max = 1, .run = cmd_consent_receipt, .opens = true,
	.summary = N_("the receipt for who took a consent back"),
	.more = N_("What closed and when, what could have been read before, "
	    "what stays open and why, what is kept. Copies cannot be "
	    "recalled, and it says so."),
	.examples = { "tugi consent receipt 5d1f",
	    "tugi consent receipt 5d1f --pdf receipt.pdf" },
	.opts = { { "pdf", N_("FILE"), N_("on paper"), false } }
}, {
	.name = "consent check", .words = N_("CONSENT FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_consent_check,
	.opens = true, .type = TYPE_CHECK,
	.summary = N_("a consent was looked at again with who it concerns"),
	.more = N_("When the day of review came, the child came of age or "
	    "decides for themself now: tugi today says so until this is "
	    "recorded."),
	.examples = { "tugi consent check 5d1f outcome=confirmed by='Anna "
	    "Tamm'" }
}, {
	.name = "note move", .words = N_("NOTE CASE"), .min = 2, .max = 2,
	.run = cmd_note_move, .opens = true,
	.summary = N_("a note in the wrong child's case goes to the right one"),
	.more = N_("Written in the right case with its origin and amendments; "
	    "gone for the other case's readers, and its erasure asked for. Who "
	    "had it is named."),
	.examples = { "tugi note move 1f0c berta --reason 'two sisters, wrong "
	    "one'" },
	.opts = { { "reason", N_("TEXT"), N_("why"), true } }
}, {
	.name = "restrict add", .words = N_("RECORD FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_restrict_add, .opens = true,
	.type = TYPE_RESTRICTION,
	.sets = "lifted lifted-why",
	.summary = N_("keep a text and do not use it, while it is contested"),
	.more = N_("It is in no list, no search and nothing that is given "
	    "out, for all who read the section."),
	.examples = { "tugi restrict add 1f0c reason=accuracy by='Mari Tamm' "
	    "until=2027-01-31" }
}, {
	.name = "restrict lift", .words = N_("RESTRICTION"), .min = 1,
	.max = 1, .run = cmd_restrict_lift, .opens = true,
	.summary = N_("use a text again; who keeps the section may"),
	.examples = { "tugi restrict lift 5d1f --reason 'corrected beside "
	    "it'" },
	.opts = { { "reason", N_("TEXT"), N_("why"), true } }
}, {
	.name = "restrict list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_RESTRICTION,
	.summary = N_("what is kept and not used, and until when"),
	.examples = { "tugi restrict list anna" }, .opts = { LIMIT }
}, {
	.name = "viewed", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_viewed, .opens = true,
	.summary = N_("who has looked at the file of a case, and on which days"),
	.more = N_("Each device notes the days on which a command named the "
	    "case or a text of it, and tells them when the day is over, not "
	    "what was read. Who may only read has no way to tell, and is "
	    "named."),
	.examples = { "tugi viewed anna" }
}, {
	.name = "retention due", .words = "", .run = cmd_retention_due,
	.opens = true,
	.summary = N_("what need not be kept any more, and why"),
	.more = N_("By the classes of the office's policy; without years there "
	    "nothing is ever due. Nothing is erased by itself."),
	.examples = { "tugi retention due" },
	.opts = { { "until", N_("DAY"), N_("over by then (default: today)"),
	    false } }
}, {
	.name = "retention keep", .words = N_("CASE FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_retention_keep,
	.opens = true, .type = TYPE_CHECK, .sets = "outcome",
	.summary = N_("keep longer what is over, until a day and with a reason"),
	.examples = { "tugi retention keep anna class=notes until=2029-12-31 "
	    "words='a claim is pending'" }
}, {
	.name = "retention proof", .words = "", .run = cmd_retention_proof,
	.opens = true,
	.summary = N_("what was erased, when, by whose hands, and the day the "
	    "last backup ends"),
	.examples = { "tugi retention proof" }
}
};

const struct cmd_list table_file = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
