/*
 * Counts of a year, and papers to give out.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"

#define SCHOOL { "school", N_("NAME"), N_("this school alone"), false }
#define PAPERS { "pdf", N_("FILE"), N_("write a PDF to print"), false }, \
	{ "html", N_("FILE"), N_("write a page that stands alone"), false }, \
	{ "csv", N_("FILE"), N_("write the numbers for a spreadsheet; - is " \
	"the standard output"), false }

static const struct cmd cmds[] = {
{
	.name = "report counts", .words = N_("[YEAR]"), .max = 1,
	.run = cmd_report_counts, .opens = true,
	.summary = N_("what you did in a year, in numbers"),
	.more = N_("Counts from this device, not rounded, for your own eyes: "
	    "small numbers can show a child. YEAR is the current one unless "
	    "given."),
	.examples = { "tugi report counts 2026",
	    "tugi report counts 2026 --school Lasila --pdf lasila.pdf" },
	.opts = { SCHOOL, PAPERS }
}, {
	.name = "report preview", .words = N_("[YEAR]"), .max = 1,
	.run = cmd_report_preview, .opens = true,
	.summary = N_("exactly what report hand-in would send"),
	.more = N_("Every number and every mark. A mark stands for a child: "
	    "the office counts each child once by it. Names are not in it, "
	    "but an officer who knows a name and a birth date can tell "
	    "whether that child is among them."),
	.examples = { "tugi report preview 2026" }
}, {
	.name = "report hand-in", .words = N_("[YEAR]"), .max = 1,
	.run = cmd_report_hand_in, .opens = true,
	.summary = N_("hand a year's numbers in to the office"),
	.more = N_("Sealed to the officers; goes with the next sync. Handing "
	    "in again replaces what you handed in before."),
	.examples = { "tugi report hand-in 2026" }
}, {
	.name = "report figures", .words = N_("[YEAR]"), .max = 1,
	.run = cmd_report_figures, .opens = true,
	.summary = N_("the figures that the office has frozen"),
	.more = N_("Without YEAR the list of them. They are rounded so that "
	    "nobody can be found in them, and may be given out."),
	.examples = { "tugi report figures",
	    "tugi report figures 2025 --pdf year.pdf --html year.html",
	    "tugi report figures 2025 --revision 1 --csv -" },
	.opts = { { "revision", N_("N"), N_("that version; the newest unless "
	    "given"), false }, SCHOOL, PAPERS }
}, {
	.name = "office statistics",
	.words = N_("merge|freeze|forget|share-key [YEAR]"), .min = 1,
	.max = 2, .run = cmd_office_statistics, .opens = true,
	.summary = N_("merge what workers handed in; freeze a year"),
	.more = N_("merge shows the sums as they are and who has handed in: "
	    "small numbers, for the office alone. freeze rounds them and "
	    "writes them down for everybody; after that they do not change, "
	    "and a correction is a version beside them, with --reason. forget "
	    "drops what was handed in for a year from this device. share-key "
	    "sends the key that figures are rounded by to officers who came "
	    "later."),
	.examples = { "tugi office statistics merge 2025",
	    "tugi office statistics freeze 2025",
	    "tugi office statistics freeze 2025 --reason 'Liis came late'" },
	.opts = { { "reason", N_("TEXT"), N_("of a correction"), false },
	    SCHOOL, PAPERS }
}, {
	.name = "copy review", .words = N_("CASE LIST"), .min = 2, .max = 2,
	.run = cmd_copy_review, .opens = true,
	.summary = N_("begin a copy of a file for the person it is about"),
	.more = N_("Writes the file LIST: every record that you keep, and "
	    "every word that may be the name of somebody else, each with a "
	    "question mark. Put a decision in place of each, then run tugi "
	    "copy make. LIST names children: delete it afterwards."),
	.examples = { "tugi copy review anna list.txt --for 'Mari Tamm' --as "
	    "guardian --authority joint" },
	.opts = { { "for", N_("NAME"), N_("who asks"), true },
	    { "as", N_("ROLE"), N_("child, guardian or representative"),
	    true },
	    { "authority", N_("HOW"), N_("sole, joint or limited, as shown to "
	    "you; not of a child"), false },
	    { "safety-seen", NULL, N_("the card's word on safety was read, "
	    "and the copy decided on"), false } }
}, {
	.name = "copy make", .words = N_("LIST"), .min = 1, .max = 1,
	.run = cmd_copy_make, .opens = true,
	.summary = N_("make the copy, by a list that is decided"),
	.more = N_("Nothing is made while a question mark is left, or when "
	    "the case has changed since. What is blacked out is not in the "
	    "files. That the copy was given is recorded first; tugi "
	    "disclosure list shows it with all else that was given out."),
	.examples = { "tugi copy make list.txt --pdf copy.pdf --data "
	    "copy.json" },
	.opts = { { "pdf", N_("FILE"), N_("the copy to print"), false },
	    { "html", N_("FILE"), N_("as a page that stands alone"), false },
	    { "data", N_("FILE"), N_("the same for programs, as JSON"),
	    false },
	    { "files", N_("FOLDER"), N_("a new one for attached files that "
	    "the list gives"), false },
	    { "channel", N_("CODE"), N_("how it is given; in_person unless "
	    "said"), false } }
},
};

const struct cmd_list table_report = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
