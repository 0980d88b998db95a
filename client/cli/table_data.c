/*
 * What goes in and out: imports, exports, and the office's odd jobs.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"

#define PASS_FD { "key-fd", N_("N"), \
	N_("read the file's passphrase from a descriptor"), false }

static const struct cmd cmds[] = {
{
	.name = "import notes", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_import_notes, .opens = true,
	.summary = N_("take in notes from a CSV file"),
	.more = N_("Columns: case, child, born, school, date, category, "
	    "minutes, language, text. The whole file is checked before "
	    "anything is written; rows taken in before are not taken twice."),
	.examples = { "tugi import notes year.csv --dry-run",
	    "tugi import notes year.csv" },
	.opts = { { "dry-run", NULL, N_("check only, write nothing"), false } }
}, {
	.name = "import records", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_import_records, .opens = true,
	.summary = N_("take in records of any kind from a spreadsheet"),
	.more = N_("FILE is CSV as a spreadsheet exports it; the mapping says "
	    "which kind it is, which column is which field, how days and words "
	    "are written, and the encoding. With --dry-run each line is told. "
	    "When one row is wrong nothing is written; rows taken in before "
	    "are not taken twice."),
	.examples = { "tugi import records talks.csv --map activity.map --dry-run",
	    "tugi import records talks.csv --map activity.map" },
	.opts = { { "map", N_("FILE"), N_("the mapping"), true },
	    { "dry-run", NULL, N_("check only, write nothing"), false } }
}, {
	.name = "import map", .words = N_("[KIND]"), .max = 1,
	.run = cmd_import_map,
	.summary = N_("begin a mapping for a kind of record"),
	.more = N_("Prints a mapping to be filled in; without KIND, the kinds "
	    "that can be imported."),
	.examples = { "tugi import map", "tugi import map plan >plan.map" }
}, {
	.name = "export", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_export, .opens = true,
	.summary = N_("take out everything you may see, sealed"),
	.more = N_("Into one file under a passphrase of its own, of at least 8 "
	    "characters. Each case whose card you write in says afterwards "
	    "that it was taken out, by whom and when."),
	.examples = { "tugi export /media/stick/all.tugi" },
	.opts = { PASS_FD }
}, {
	.name = "export open", .words = N_("FILE FOLDER"), .min = 2, .max = 2,
	.run = cmd_export_open,
	.summary = N_("turn an export into plain files"),
	.more = N_("FOLDER must not be there yet; whoever can read it can read "
	    "the texts. One file a kind of record, one JSON value a line "
	    "(schema/export.md)."),
	.examples = { "tugi export open all.tugi /tmp/plain" },
	.opts = { PASS_FD }
}, {
	.name = "hub", .words = N_("[URL]"), .max = 1, .run = cmd_hub,
	.opens = true,
	.summary = N_("where the hub is; where it has moved to"),
	.more = N_("When the office has moved the hub's folder to another "
	    "machine or name: each person gives the new address once. The "
	    "hub's key has to be the one of the enrolment card, so that "
	    "nobody else is taken for it; what waits is sent there. A hub "
	    "that changes its key says so beforehand, and no one notices; who "
	    "was away for two changes, or whose hub lost its key, takes once "
	    "what the hub has signed about its keys: a file on a stick, from "
	    "the office or from anybody, since nobody else can have written "
	    "it. Or gives the pin, from a colleague's tugi hub or on paper."),
	.examples = { "tugi hub", "tugi hub https://new.example:8443",
	    "tugi hub --word /media/stick/hub.pins",
	    "tugi hub --pin sha256//..." },
	.opts = { { "pin", N_("PIN"), N_("the hub's key, as the office "
	    "says"), false },
	    { "word", N_("FILE"), N_("the hub's keys, as it has signed them"),
	    false } }
}, {
	.name = "office exposure", .words = N_("DEVICE"), .min = 1, .max = 1,
	.run = cmd_office_exposure, .opens = true,
	.summary = N_("what a lost device holds, and what to do now"),
	.more = N_("As far as this device can tell: what it is let into "
	    "itself. With --notice, a draft for the data-protection authority "
	    "as well."),
	.examples = { "tugi office exposure 0c3ac1d2",
	    "tugi office exposure 0c3ac1d2 --notice >notice.txt" },
	.opts = { { "notice", NULL, N_("with a draft of the notice"), false } }
}, {
	.name = "office leaving", .words = N_("PERSON"), .min = 1, .max = 1,
	.run = cmd_office_leaving, .opens = true,
	.summary = N_("what still hangs on a person who leaves"),
	.more = N_("Cases, rooms, handovers, consents, roles and devices, each "
	    "with the command that ends it; of oneself also what waits. As far "
	    "as this device can tell."),
	.examples = { "tugi office leaving 'Jaan Mets'" }
}, {
	.name = "office shares", .words = "",
	.run = cmd_office_shares, .opens = true,
	.summary = N_("do two recovery shares still fit; make three new ones"),
	.more = N_("Asks for two shares, from the terminal or a descriptor. "
	    "With --renew an officer gets three new ones of the same secret: "
	    "after one was lost, or an officer has left. Old shares fit each "
	    "other as before until they are destroyed."),
	.examples = { "tugi office shares", "tugi office shares --renew" },
	.opts = { { "renew", NULL, N_("three new shares"), false },
	    { "shares-fd", N_("N"), N_("read both shares from a descriptor"),
	    false } }
}
};

const struct cmd_list table_data = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
