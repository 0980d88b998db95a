/*
 * What people do together: matters of a child, meetings, tasks, supervision.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"
#include "client/core/records/records.h"

#define LIMIT { "limit", N_("N"), N_("at most N, the newest"), false }
#define IN_CASE { "case", N_("CASE"), \
	N_("about this child: it stands in CASE or CASE/MATTER"), false }

static const struct cmd cmds[] = {
{
	.name = "matter open", .words = N_("CASE TOPIC [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_matter_open, .opens = true,
	.summary = N_("a matter of one child for people of several professions"),
	.more = N_("Who is let in sees this matter and nothing else of the "
	    "case, and only until it ends. Fields: child-view, guardian-view."),
	.examples = { "tugi matter open anna 'Absence from school' --by 'Mari "
	    "Tamm' --role guardian" },
	.opts = { { "by", N_("NAME"), N_("who agreed to it"), false },
	    { "role", N_("CODE"), N_("in what role: guardian, child_capable"),
	    false } }
}, {
	.name = "matter list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_matter_list, .opens = true,
	.summary = N_("the matters open to you"),
	.examples = { "tugi matter list anna" }
}, {
	.name = "matter show", .words = N_("MATTER"), .min = 1, .max = 1,
	.run = cmd_matter_show, .opens = true,
	.summary = N_("one matter, with the child's and the guardian's view"),
	.more = N_("MATTER is its id, a part of its topic, or CASE/MATTER."),
	.examples = { "tugi matter show anna/absence" }
}, {
	.name = "matter set", .words = N_("MATTER FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_matter_set, .opens = true,
	.summary = N_("change fields of a matter"),
	.more = N_("Fields: topic, child-view, guardian-view, outcome."),
	.examples = { "tugi matter set anna/absence child-view='I want to "
	    "come back after lunch.'" }
}, {
	.name = "matter members", .words = N_("MATTER"), .min = 1, .max = 1,
	.run = cmd_matter_members, .opens = true,
	.summary = N_("who is in it, and by what"),
	.examples = { "tugi matter members anna/absence" }
}, {
	.name = "matter admit", .words = N_("MATTER PERSON"), .min = 2,
	.max = 2, .run = cmd_matter_admit, .opens = true,
	.summary = N_("let a person in, by a consent for this matter"),
	.more = N_("Records the consent and lets in, in one step."),
	.examples = { "tugi matter admit anna/absence 'Jaan Mets' --by 'Mari "
	    "Tamm' --role guardian" },
	.opts = { { "by", N_("NAME"), N_("who gave the consent"), false },
	    { "role", N_("CODE"), N_("in what role: guardian, child_capable"),
	    false },
	    { "right", N_("RIGHT"), N_("read (default) or write"), false },
	    { "until", N_("DAY"), N_("the last day (default: 31 July)"),
	    false },
	    { "evidence", N_("CODE"), N_("how it was given"), false },
	    { "language", N_("CODE"), N_("of the form shown"), false } }
}, {
	.name = "matter dismiss", .words = N_("MATTER PERSON"), .min = 2,
	.max = 2, .run = cmd_matter_dismiss, .opens = true,
	.summary = N_("the consent for a person is taken back"),
	.examples = { "tugi matter dismiss anna/absence 'Jaan Mets' --by "
	    "'Mari Tamm'" },
	.opts = { { "by", N_("NAME"), N_("who took it back"), true } }
}, {
	.name = "matter close", .words = N_("MATTER"), .min = 1, .max = 1,
	.run = cmd_matter_close, .opens = true,
	.summary = N_("a matter ends, for all who were let in"),
	.examples = { "tugi matter close anna/absence --outcome 'Back at "
	    "school since March.'" },
	.opts = { { "outcome", N_("TEXT"), N_("what came of it"), false } }
}, {
	.name = "meeting add", .words = N_("WHERE KIND [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_meeting_add,
	.opens = true, .type = TYPE_MEETING,
	.summary = N_("a meeting that was held, or is planned"),
	.more = N_("WHERE is a group, a school, a CASE or CASE/MATTER; KIND a "
	    "word of tugi policy show meetings. Attendees are colleagues who "
	    "are in it, commas between. Fields: date, begins, ends, mode, "
	    "place, attendees, guests, topic, minutes, decisions, next, "
	    "state."),
	.examples = { "tugi meeting add network network-quarterly "
	    "date=2026-12-04 attendees='Jaan Mets, Kadri Kask'",
	    "tugi meeting add anna/absence expert-group minutes='We agreed.'" }
}, {
	.name = "meeting list", .words = N_("[WHERE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_MEETING,
	.summary = N_("meetings, newest first"),
	.examples = { "tugi meeting list network" }, .opts = { LIMIT }
}, {
	.name = "meeting show", .words = N_("MEETING"), .min = 1, .max = 1,
	.run = cmd_meeting_show, .opens = true,
	.summary = N_("one meeting, its agenda and tasks"),
	.more = N_("Items about a child are shown to who may read them."),
	.examples = { "tugi meeting show 1f0c77ab" }
}, {
	.name = "meeting set", .words = N_("MEETING FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_MEETING,
	.summary = N_("change fields of a meeting"),
	.examples = { "tugi meeting set 1f0c77ab state=held "
	    "minutes='...' next=2027-03-05" }
}, {
	.name = "meeting decide", .words = N_("MEETING WHAT [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_meeting_decide,
	.opens = true,
	.summary = N_("a decision that somebody has to carry out: a task"),
	.examples = { "tugi meeting decide 1f0c77ab 'Ask the youth centre' "
	    "--who 'Jaan Mets' --due 2026-12-11" },
	.opts = { { "who", N_("PERSON"), N_("who does it (default: you)"),
	    false }, { "due", N_("DAY"), N_("until when"), false }, IN_CASE }
}, {
	.name = "meeting due", .words = "", .run = cmd_meeting_due,
	.opens = true,
	.summary = N_("meetings that are planned or due"),
	.more = N_("Which are due follows from the policy's frequency, from "
	    "the last that was held, and from the field meets of a group or "
	    "school (kinds with blanks between)."),
	.examples = { "tugi meeting due", "tugi meeting due --overdue" },
	.opts = { { "overdue", NULL, N_("only what is overdue"), false } }
}, {
	.name = "agenda add", .words = N_("MEETING TOPIC [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_agenda_add,
	.opens = true,
	.summary = N_("put something on the agenda of a meeting"),
	.more = N_("With --case it is about a child and stands in the case: "
	    "only in meetings that may speak of children, and only when "
	    "consent covers all who attend. Fields: minutes, decision."),
	.examples = { "tugi agenda add 1f0c77ab 'The school yard'",
	    "tugi agenda add 1f0c77ab 'Help with homework' --case anna" },
	.opts = { IN_CASE }
}, {
	.name = "agenda set", .words = N_("ITEM FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_AGENDA,
	.summary = N_("write down what was said and decided on an item"),
	.examples = { "tugi agenda set 7be10422 decision='A bench is built.'" }
}, {
	.name = "task add", .words = N_("WHERE FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_add, .opens = true,
	.type = TYPE_TASK,
	.summary = N_("something to do, for a case, a matter, a group"),
	.examples = { "tugi task add network what='Invite the family doctor' "
	    "due=2026-12-11" }
}, {
	.name = "task list", .words = N_("[WHERE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_TASK,
	.summary = N_("tasks, newest first; your own that are due: tugi today"),
	.examples = { "tugi task list network" }, .opts = { LIMIT }
}, {
	.name = "task set", .words = N_("TASK FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_TASK,
	.summary = N_("change a task"),
	.examples = { "tugi task set 5b2200c1 who='Kadri Kask'" }
}, {
	.name = "task done", .words = N_("TASK [OUTCOME]"), .min = 1,
	.max = 2, .run = cmd_task_done, .opens = true,
	.summary = N_("a task is done"),
	.examples = { "tugi task done 5b2200c1 'They come in January.'" },
	.opts = { { "on", N_("DAY"), N_("when (default: today)"), false } }
}, {
	.name = "supervision name", .words = N_("CASE [NAME]"), .min = 1,
	.max = 2, .run = cmd_supervision_name, .opens = true,
	.summary = N_("a made-up name for a case, that only you can resolve"),
	.examples = { "tugi supervision name anna",
	    "tugi supervision name anna Pihlakas" }
}, {
	.name = "supervision who", .words = N_("NAME"), .min = 1, .max = 1,
	.run = cmd_supervision_who, .opens = true,
	.summary = N_("which case a made-up name stands for"),
	.examples = { "tugi supervision who Pihlakas" }
}, {
	.name = "supervision add", .words = N_("QUESTION [FIELD=TEXT...]"),
	.min = 1, .max = CMD_ANY_WORDS, .run = cmd_supervision_add,
	.opens = true,
	.summary = N_("what you bring to supervision, among your own"),
	.more = N_("Names of children you work with are refused. Fields: "
	    "date, with, form, minutes, cases (made-up names), notes, next."),
	.examples = { "tugi supervision add 'How do I keep in touch?' "
	    "cases=Pihlakas form=covision" }
}, {
	.name = "supervision list", .words = N_("[GROUP]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_SUPERVISION,
	.summary = N_("supervision, your own and what was shared with you"),
	.examples = { "tugi supervision list" }, .opts = { LIMIT }
}, {
	.name = "supervision show", .words = N_("RECORD"), .min = 1, .max = 1,
	.run = cmd_entry_show, .opens = true, .type = TYPE_SUPERVISION,
	.summary = N_("one of them in full"),
	.examples = { "tugi supervision show 1f0c77ab" }
}, {
	.name = "supervision set", .words = N_("RECORD FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_SUPERVISION,
	.summary = N_("write down what came of it"),
	.examples = { "tugi supervision set 1f0c77ab notes='Ask first.' "
	    "minutes=60" }
}, {
	.name = "supervision export", .words = N_("RECORD"), .min = 1,
	.max = 1, .run = cmd_supervision_export, .opens = true,
	.summary = N_("as text for a supervisor, without ids and names"),
	.examples = { "tugi supervision export 1f0c77ab >question.txt" }
}, {
	.name = "supervision share", .words = N_("RECORD GROUP"), .min = 2,
	.max = 2, .run = cmd_supervision_share, .opens = true,
	.summary = N_("a copy for those in a group, by made-up names"),
	.examples = { "tugi supervision share 1f0c77ab 'Supervision 2026'" }
}
};

const struct cmd_list table_meet = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
