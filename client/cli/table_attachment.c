/*
 * Attachments: files that belong to something of a case.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"
#include "client/core/records/records.h"

static const struct cmd cmds[] = {
{
	.name = "attachment add", .words = N_("CASE FILE [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_attachment_add,
	.opens = true, .type = TYPE_ATTACHMENT,
	.summary = N_("keep a file with a case: a scanned form, a letter, a "
	    "photo"),
	.more = N_("A sealed copy, at most 50 MB. It is open to whom what it "
	    "belongs to is open; without --to it stands in the notes. It is "
	    "not changed any more: add another and delete this one."),
	.examples = { "tugi attachment add anna ~/consent.pdf --to 5d1f",
	    "tugi attachment add anna drawing.jpg words='Drawn on 3 May'" },
	.opts = {
	    { "to", N_("RECORD"), N_("what it belongs to"), false },
	    { "section", N_("NAME"), N_("without --to: notes, plan, card, "
	    "..."), false } }
}, {
	.name = "attachment list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_ATTACHMENT,
	.summary = N_("files that are kept with cases"),
	.examples = { "tugi attachment list anna" },
	.opts = { { "limit", N_("N"), N_("at most so many"), false } }
}, {
	.name = "attachment show", .words = N_("ATTACHMENT"), .min = 1,
	.max = 1, .run = cmd_attachment_show, .opens = true,
	.type = TYPE_ATTACHMENT,
	.summary = N_("what is recorded of a file, and where it is"),
	.examples = { "tugi attachment show 5d1f" }
}, {
	.name = "attachment get", .words = N_("ATTACHMENT"), .min = 1,
	.max = 1, .run = cmd_attachment_get, .opens = true,
	.summary = N_("the file itself, in clear, to look at"),
	.more = N_("Under its name in this folder, or where --out says. "
	    "Nothing is overwritten. What is not on this device comes from "
	    "the hub, and goes on where it was cut."),
	.examples = { "tugi attachment get 5d1f --out /tmp/consent.pdf" },
	.opts = { { "out", N_("FILE"), N_("where to write it"), false } }
}, {
	.name = "attachment drop", .words = N_("ATTACHMENT"), .min = 1,
	.max = 1, .run = cmd_attachment_drop, .opens = true,
	.summary = N_("take the file off this device; it stays at the hub"),
	.more = N_("By itself that happens 30 days after a file was fetched, "
	    "and 90 days after one of yours was sent. What the hub does not "
	    "have is never dropped. For good: tugi erase."),
	.examples = { "tugi attachment drop 5d1f" }
}
};

const struct cmd_list table_attachment = { cmds,
	sizeof(cmds) / sizeof(cmds[0]) };
