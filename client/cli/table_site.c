/*
 * Work at schools: what was done, who is there when, what is planned for a
 * year, and notes that have no case yet.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"
#include "client/core/records/records.h"

#define LIMIT { "limit", N_("N"), N_("at most N, the newest"), false }

static const struct cmd cmds[] = {
{
	.name = "activity add", .words = N_("SITE|CASE FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_activity_add,
	.opens = true, .type = TYPE_ACTIVITY,
	.summary = N_("write down what was done"),
	.more = N_("Work with groups, the school, its staff stands in the "
	    "room of the school, with numbers and without a child's name. "
	    "Individual work stands in the child's case. Head-counts by age "
	    "are added up when heads is not given."),
	.examples = { "tugi activity add Lasila kind=grp_class class=5b "
	    "minutes=45 girls-10-12=11 boys-10-12=9 topics='Kindness'",
	    "tugi activity add Lasila kind=stf_consult minutes=20 "
	    "target=teacher text='Unrest after the break.'",
	    "tugi activity add anna kind=ind_joint minutes=50 target=both" }
}, {
	.name = "activity list", .words = N_("[SITE|CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_ACTIVITY,
	.summary = N_("activities, newest first"),
	.examples = { "tugi activity list Lasila" }, .opts = { LIMIT }
}, {
	.name = "activity show", .words = N_("ACTIVITY"), .min = 1, .max = 1,
	.run = cmd_activity_show, .opens = true, .type = TYPE_ACTIVITY,
	.summary = N_("one activity, and who took part as far as you may know"),
	.examples = { "tugi activity show 1f0c77ab" }
}, {
	.name = "activity set", .words = N_("ACTIVITY FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_ACTIVITY,
	.summary = N_("correct what is said of an activity"),
	.more = N_("Prints the command that undoes the change."),
	.examples = { "tugi activity set 1f0c77ab minutes=60" }
}, {
	.name = "activity roster", .words = N_("ACTIVITY CASE..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_activity_roster, .opens = true,
	.summary = N_("record in each case that the child took part"),
	.more = N_("Only of groups, and only where it was agreed to. The room "
	    "of the school keeps its numbers and learns no name."),
	.examples = { "tugi activity roster 1f0c77ab anna mart --agreed-by "
	    "'the guardians, on paper'" },
	.opts = { { "agreed-by", N_("TEXT"), N_("who agreed, and how"),
	    true } }
}, {
	.name = "presence add", .words = N_("SITE FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_add, .opens = true,
	.type = TYPE_PRESENCE,
	.summary = N_("a weekday on which a worker is at a school"),
	.more = N_("Without ends it ends with the school year, on 31 July. "
	    "every=2 is every second week, counted from begins."),
	.examples = { "tugi presence add Lasila weekday=mon from=08:30 "
	    "until=12:00", "tugi presence add Lasila weekday=thu every=2 "
	    "worker='Jaan Mets'" }
}, {
	.name = "presence list", .words = N_("[SITE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_PRESENCE,
	.summary = N_("who is at which school on which day"),
	.examples = { "tugi presence list" }, .opts = { LIMIT }
}, {
	.name = "presence set", .words = N_("PRESENCE FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_PRESENCE,
	.summary = N_("change a weekday at a school"),
	.more = N_("tugi delete takes it out."),
	.examples = { "tugi presence set 1f0c77ab until=14:00" }
}, {
	.name = "calendar", .words = "", .run = cmd_entry_list,
	.opens = true, .type = TYPE_CALENDAR,
	.summary = N_("terms, holidays and days off"),
	.more = N_("Officers write it: tugi office calendar."),
	.examples = { "tugi calendar" }, .opts = { LIMIT }
}, {
	.name = "office calendar", .words = N_("[add FIELD=TEXT... | set ID "
	    "FIELD=TEXT...]"), .max = CMD_ANY_WORDS,
	.run = cmd_office_calendar, .opens = true, .type = TYPE_CALENDAR,
	.summary = N_("the calendar of terms and holidays, for everybody"),
	.more = N_("On holidays and days off nobody is expected at a school; "
	    "with school only that one is closed. tugi delete takes an entry "
	    "out. Sent by the next sync."),
	.examples = { "tugi office calendar add kind=holiday name=Christmas "
	    "begins=2026-12-21 ends=2027-01-08",
	    "tugi office calendar add kind=day_off name='Project day' "
	    "begins=2027-02-12 ends=2027-02-12 school=Lasila",
	    "tugi office calendar" }, .opts = { LIMIT }
}, {
	.name = "service new", .words = N_("SITE YEAR [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_service_new,
	.opens = true, .type = TYPE_SERVICE,
	.summary = N_("a plan of the service at a school for a year"),
	.examples = { "tugi service new Lasila 2026/27 "
	    "needs='Conflicts in the upper classes'" }
}, {
	.name = "service list", .words = N_("[SITE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_SERVICE,
	.summary = N_("service plans, newest first"),
	.examples = { "tugi service list Lasila" }, .opts = { LIMIT }
}, {
	.name = "service show", .words = N_("PLAN"), .min = 1, .max = 1,
	.run = cmd_service_show, .opens = true, .type = TYPE_SERVICE,
	.summary = N_("a service plan with its goals"),
	.examples = { "tugi service show 1f0c77ab" }
}, {
	.name = "service set", .words = N_("PLAN FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_SERVICE,
	.summary = N_("change a service plan, take it a step further"),
	.more = N_("From draft to agreed (needs agreed-with), running, "
	    "evaluated (needs evaluation), closed; one step back is allowed."),
	.examples = { "tugi service set 1f0c77ab state=agreed "
	    "agreed-with='Head of school'" }
}, {
	.name = "service goal", .words = N_("PLAN GOAL [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_service_goal,
	.opens = true, .type = TYPE_SERVICE_GOAL,
	.summary = N_("add a goal to a service plan"),
	.examples = { "tugi service goal 1f0c77ab 'Fewer fights' "
	    "activities='Class projects in 5a, 5b' due=2027-05-31" }
}, {
	.name = "service result", .words = N_("GOAL FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_SERVICE_GOAL,
	.summary = N_("change a goal of a service plan, say what came of it"),
	.examples = { "tugi service result 5b2200c1 outcome=partly "
	    "result='5a yes, 5b not yet'" }
}, {
	.name = "service copy", .words = N_("PLAN"), .min = 1, .max = 1,
	.run = cmd_service_copy, .opens = true,
	.summary = N_("carry a plan over to the next year"),
	.more = N_("Needs, resources and the goals that were not reached; the "
	    "evaluation stays with the old year."),
	.examples = { "tugi service copy 1f0c77ab",
	    "tugi service copy 1f0c77ab --year 2028/29" },
	.opts = { { "year", N_("YEAR"), N_("which year (default: the next)"),
	    false } }
}, {
	.name = "note quick", .words = N_("[TEXT]"), .max = 1,
	.run = cmd_note_quick, .opens = true,
	.summary = N_("write a note that has no case yet, or a private draft"),
	.more = N_("On your own devices alone; tugi note file puts it into a "
	    "case. A private draft goes by itself 30 days after it was last "
	    "changed; tugi today says so a week before. Two officers together "
	    "could recover it, as everything."),
	.examples = { "tugi note quick 'Boy with the red bag, sad, 2nd floor' "
	    "--site Lasila", "tugi note quick --private --file draft.txt" },
	.opts = { { "file", N_("FILE"), N_("take the text from FILE; - is the "
	    "standard input"), false },
	    { "about", N_("TEXT"), N_("whom it is about"), false },
	    { "site", N_("SCHOOL"), N_("where"), false },
	    { "category", N_("NAME"), N_("kind of work"), false },
	    { "on", N_("TIME"), N_("when it happened (default: now)"), false },
	    { "minutes", N_("N"), N_("how long it took"), false },
	    { "language", N_("CODE"), N_("language of the text: et, lv"),
	    false },
	    { "private", NULL, N_("a draft of your own, not meant for a case"),
	    false } }
}, {
	.name = "note file", .words = N_("NOTE CASE"), .min = 2, .max = 2,
	.run = cmd_note_file, .opens = true,
	.summary = N_("put a quick note into a case"),
	.more = N_("It keeps its day, kind and minutes, and leaves the inbox "
	    "in the same moment."),
	.examples = { "tugi note file 1f0c77ab anna" }
}, {
	.name = "quick set", .words = N_("NOTE FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_QUICK,
	.summary = N_("change a quick note or a draft"),
	.more = N_("A changed draft stays for another 30 days; private=no makes "
	    "it a quick note, which stays."),
	.examples = { "tugi quick set 1f0c77ab private=no" }
}, {
	.name = "inbox", .words = "", .run = cmd_inbox, .opens = true,
	.summary = N_("quick notes that wait for a case, and private drafts"),
	.examples = { "tugi inbox" }
},
};

const struct cmd_list table_site = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
