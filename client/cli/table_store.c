/*
 * The profile's file: how it is opened, copies of it, whether it is whole.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"

static const struct cmd cmds[] = {
{
	.name = "store status", .words = "", .run = cmd_store_status,
	.opens = true,
	.summary = N_("how large the profile is and what opens it"),
	.examples = { "tugi store status" }
}, {
	.name = "store passphrase", .words = "", .run = cmd_store_passphrase,
	.summary = N_("change the passphrase"),
	.more = N_("Writes the profile anew under another key, so that an old "
	    "copy of the file and the old passphrase together open nothing "
	    "that is written from now on. With --passphrase-fd the old one is "
	    "the first line, the new one the second."),
	.examples = { "tugi store passphrase" }
}, {
	.name = "store code", .words = "", .run = cmd_store_code,
	.summary = N_("print a recovery code for a safe"),
	.more = N_("It opens the profile when the passphrase is forgotten: "
	    "tugi store recover. A code that was made before opens nothing any "
	    "more."),
	.examples = { "tugi store code", "tugi store code --remove" },
	.opts = { { "remove", NULL, N_("the code there is opens nothing any "
	    "more, and no new one is made"), false } }
}, {
	.name = "store recover", .words = "", .run = cmd_store_recover,
	.summary = N_("choose a new passphrase when the old one is forgotten"),
	.more = N_("With the recovery code, or at the office with two of its "
	    "three recovery shares. Nothing is lost, also not what was not "
	    "sent."),
	.examples = { "tugi store recover", "tugi store recover --office" },
	.opts = { { "office", NULL, N_("by two of the office's shares"),
	    false }, { "shares-fd", N_("N"), N_("read two shares from file "
	    "descriptor N, a line each"), false } }
}, {
	.name = "store backup", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_store_backup, .opens = true,
	.summary = N_("a sealed copy of the profile, proven whole"),
	.examples = { "tugi store backup /media/stick/liis.tugi" }
}, {
	.name = "store verify", .words = N_("[FILE]"), .max = 1,
	.run = cmd_store_verify,
	.summary = N_("is the profile, or a backup, whole?"),
	.more = N_("Ends with 0 when it is, 76 when it was altered from "
	    "outside, 74 when it is damaged, 77 for a wrong passphrase."),
	.examples = { "tugi store verify", "tugi store verify --full "
	    "/media/stick/liis.tugi" },
	.opts = { { "full", NULL, N_("read every page and check every table"),
	    false } }
}, {
	.name = "store restore", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_store_restore,
	.summary = N_("a backup becomes the profile of a device without one"),
	.more = N_("The device it was may have gone on, so the profile goes on "
	    "as a new device of yours: the office gives a card and approves it "
	    "as a further device (tugi office approve CODE --further PERSON), "
	    "and afterwards revokes the old one. Until then you read and write "
	    "here, and nothing is sent. If the old one is revoked already, "
	    "what was not sent waits under tugi held."),
	.examples = { "tugi store restore /media/stick/liis.tugi",
	    "tugi store restore --drill /media/stick/liis.tugi" },
	.opts = { { "drill", NULL, N_("only try it: bring it back elsewhere, "
	    "open it, take it away again"), false } }
}, {
	.name = "store salvage", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_store_salvage,
	.summary = N_("a new profile out of what a bad disk has left of one"),
	.more = N_("Reads every piece of FILE that still opens, also where "
	    "tugi store verify says that it is damaged or altered, and counts "
	    "by kind what is lost. FILE is not changed: move it out of the "
	    "folder of the profile first, with its -wal file if there is one. "
	    "The new profile goes on as a new device of yours, like one from a "
	    "backup. With a sound backup tugi store restore is better."),
	.examples = { "tugi store salvage ~/damaged/store.tugi",
	    "tugi store salvage --code ~/damaged/store.tugi" },
	.opts = { { "code", NULL, N_("by the recovery code; a new passphrase "
	    "is chosen"), false } }
}
};

const struct cmd_list table_store = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
