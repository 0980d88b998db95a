/*
 * Rooms without a child: schools and groups; the course of a case.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"

static const struct cmd cmds[] = {
{
	.name = "site new", .words = N_("NAME [FIELD=TEXT...]"), .min = 1,
	.max = CMD_ANY_WORDS, .run = cmd_room_new, .opens = true,
	.room = "site",
	.summary = N_("a school, with a room for what its workers do there"),
	.more = N_("Activities, presence and plans of the school stand in it. "
	    "Fields: school, about."),
	.examples = { "tugi site new Lasila" }
}, {
	.name = "site list", .words = "", .run = cmd_room_list,
	.opens = true, .room = "site",
	.summary = N_("the schools open to you"),
	.examples = { "tugi site list" }
}, {
	.name = "site set", .words = N_("SITE FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_room_set, .opens = true,
	.room = "site",
	.summary = N_("change what is said of a school"),
	.more = N_("Fields: name, school, about, meets, closed."),
	.examples = { "tugi site set Lasila about='Basic school, 84 pupils'" }
}, {
	.name = "site members", .words = N_("SITE"), .min = 1, .max = 1,
	.run = cmd_room_members, .opens = true, .room = "site",
	.summary = N_("who is in it, and what they may do"),
	.examples = { "tugi site members Lasila" }
}, {
	.name = "site admit", .words = N_("SITE PERSON"), .min = 2, .max = 2,
	.run = cmd_room_admit, .opens = true, .room = "site",
	.summary = N_("let a person in"),
	.more = N_("Who keeps it may let in and put out; there should be two "
	    "who keep. What was written before is open to who comes in."),
	.examples = { "tugi site admit Lasila 'Jaan Mets'",
	    "tugi site admit Lasila 'Jaan Mets' --right keep" },
	.opts = { { "right", N_("RIGHT"), N_("read, write (default) or keep"),
	    false }, { "role", N_("TEXT"), N_("what they are in it"), false },
	    { "until", N_("DAY"), N_("the last day (default: no end)"),
	    false } }
}, {
	.name = "site dismiss", .words = N_("SITE PERSON"), .min = 2,
	.max = 2, .run = cmd_room_dismiss, .opens = true, .room = "site",
	.summary = N_("put a person out; what they wrote stays"),
	.examples = { "tugi site dismiss Lasila 'Jaan Mets'" }
}, {
	.name = "group new", .words = N_("NAME [FIELD=TEXT...]"), .min = 1,
	.max = CMD_ANY_WORDS, .run = cmd_room_new, .opens = true,
	.room = "group",
	.summary = N_("a group of people who work together, with a room of its own"),
	.more = N_("Committees, working groups, networks. With no-children=yes "
	    "it is a standing welfare group: nothing in it may point to a "
	    "single child, by rule. Fields: school, about, no-children, meets "
	    "(kinds of its regular meetings)."),
	.examples = { "tugi group new 'Network of Rakvere'" }
}, {
	.name = "group list", .words = "", .run = cmd_room_list,
	.opens = true, .room = "group",
	.summary = N_("the groups open to you"),
	.examples = { "tugi group list" }
}, {
	.name = "group set", .words = N_("GROUP FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_room_set, .opens = true,
	.room = "group",
	.summary = N_("change what is said of a group"),
	.more = N_("Fields: name, school, about, meets, closed. From the day "
	    "it is closed it takes nothing new and stays readable."),
	.examples = { "tugi group set network closed=2027-06-30" }
}, {
	.name = "group members", .words = N_("GROUP"), .min = 1, .max = 1,
	.run = cmd_room_members, .opens = true, .room = "group",
	.summary = N_("who is in it, and what they may do"),
	.examples = { "tugi group members network" }
}, {
	.name = "group admit", .words = N_("GROUP PERSON"), .min = 2, .max = 2,
	.run = cmd_room_admit, .opens = true, .room = "group",
	.summary = N_("let a person in"),
	.more = N_("Who keeps it may let in and put out; there should be two "
	    "who keep. What was written before is open to who comes in."),
	.examples = { "tugi group admit network 'Jaan Mets'",
	    "tugi group admit network 'Jaan Mets' --right keep" },
	.opts = { { "right", N_("RIGHT"), N_("read, write (default) or keep"),
	    false }, { "role", N_("TEXT"), N_("what they are in it"), false },
	    { "until", N_("DAY"), N_("the last day (default: no end)"),
	    false } }
}, {
	.name = "group dismiss", .words = N_("GROUP PERSON"), .min = 2,
	.max = 2, .run = cmd_room_dismiss, .opens = true, .room = "group",
	.summary = N_("put a person out; what they wrote stays"),
	.examples = { "tugi group dismiss network 'Jaan Mets'" }
}, {
	.name = "case stage", .words = N_("CASE STAGE"), .min = 2, .max = 2,
	.run = cmd_case_stage, .opens = true,
	.summary = N_("say in which stage a case is"),
	.more = N_("Stage 1 stays inside the school. Stage 2 brings in outside "
	    "parties, each covered by a consent of this case; who coordinates "
	    "stays. When child protection takes over: tugi takeover."),
	.examples = { "tugi case stage anna 2 --with 'Jaan Mets'",
	    "tugi case stage anna 1" },
	.opts = { { "with", N_("PERSON"), N_("outside parties, commas between"),
	    false } }
}, {
	.name = "case coordinator", .words = N_("CASE PERSON"), .min = 2,
	.max = 2, .run = cmd_case_coordinator, .opens = true,
	.summary = N_("say who coordinates a case, and why"),
	.more = N_("A word about whom the parents trust is reason enough. "
	    "Who keeps the case stays: tugi handover changes that."),
	.examples = { "tugi case coordinator anna 'Kadri Kask' --why 'The "
	    "mother trusts her.'" },
	.opts = { { "why", N_("TEXT"), N_("the reason"), true } }
}, {
	.name = "case close", .words = N_("CASE REASON"), .min = 2, .max = 2,
	.run = cmd_case_close, .opens = true,
	.summary = N_("close a case, with the reason"),
	.more = N_("REASON is a word of tugi policy show case.closing. What is "
	    "written later is kept and marked; it reopens nothing."),
	.examples = { "tugi case close anna goal_reached" },
	.opts = { { "soon", NULL, N_("it is about to be closed"), false } }
}, {
	.name = "case reopen", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_case_reopen, .opens = true,
	.summary = N_("open a closed case again"),
	.examples = { "tugi case reopen anna" }
}, {
	.name = "case pause", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_case_pause, .opens = true,
	.summary = N_("work in a case rests; tugi case set CASE status=open "
	    "goes on"),
	.examples = { "tugi case pause anna" }
}
};

const struct cmd_list table_group = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
