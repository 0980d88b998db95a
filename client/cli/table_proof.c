/*
 * What can be proven, and who watches the hub.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"

static const struct cmd cmds[] = {
{
	.name = "verify", .words = "", .run = cmd_verify, .opens = true,
	.summary = N_("check all that this device ever accepted"),
	.more = N_("Every entry of the log that is here against the signature "
	    "of its author, every receipt against a head that the hub signed. "
	    "It asks nobody and works without a network. Ends with 0 when all "
	    "fits, 76 when something does not."),
	.examples = { "tugi verify", "tugi verify --signers >signers" },
	.opts = { { "signers", NULL, N_("only print the hub's key, for git on "
	    "a copy of the hub's ledger"), false } }
}, {
	.name = "witness", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_witness, .opens = true,
	.summary = N_("watch the hub: its log only ever grows"),
	.more = N_("For the data-protection officer, and whoever else wants "
	    "to. FILE remembers the newest head of the log and is kept apart "
	    "from this device, on a stick. Each time the hub has to prove that "
	    "its log goes on from there; then the new head is signed with this "
	    "device's key and takes the old one's place. When the hub cannot, "
	    "FILE stays and both heads are kept as evidence."),
	.examples = { "tugi witness /media/stick/hub.head" }
}
};

const struct cmd_list table_proof = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
