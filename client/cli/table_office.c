/*
 * What the office does.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"

#define SHARES_FD { "shares-fd", N_("N"), N_("read two shares from file " \
	"descriptor N, a line each"), false }

static const struct cmd cmds[] = {
{
	.name = "office init", .words = N_("URL"), .min = 1, .max = 1,
	.run = cmd_office_init,
	.summary = N_("make the office root and recovery shares, claim a hub"),
	.more = N_("Makes the profile if there is none. Prints three recovery "
	    "shares once: print them, give each to another officer, keep no "
	    "copy on a machine. Asks for the claim code when --claim is not "
	    "given."),
	.examples = { "tugi office init https://hub.example:8443 --pin PIN "
	    "--name 'Tiina Saar'" },
	.opts = {
	    { "pin", N_("PIN"), N_("the hub's key, as tugid init printed it"),
	    true },
	    { "name", N_("NAME"), N_("of the first officer"), true },
	    { "title", N_("TEXT"), N_("of the first officer"), false },
	    { "claim", N_("CODE"), N_("the hub's one-time code"), false },
	    { "for", N_("TIME"), N_("then keep the profile open so long: 15m, "
	    "2h"), false } }
}, {
	.name = "office card", .words = "", .run = cmd_office_card,
	.opens = true,
	.summary = N_("make an enrolment card for one person"),
	.examples = { "tugi office card" }
}, {
	.name = "office requests", .words = "", .run = cmd_office_requests,
	.opens = true,
	.summary = N_("devices that ask to be let in"),
	.examples = { "tugi office requests" }
}, {
	.name = "office approve", .words = N_("CODE NAME"), .min = 1, .max = 2,
	.run = cmd_office_approve, .opens = true,
	.summary = N_("let a device in"),
	.more = N_("CODE is the short code as the person reads it out. NAME is "
	    "left out with --further. A new officer or data-protection officer "
	    "needs two of the recovery shares, which are asked for."),
	.examples = { "tugi office approve 1234-5678 'Liis Kask' --title "
	    "'social pedagogue'", "tugi office approve 1234-5678 --further "
	    "'Liis Kask'" },
	.opts = {
	    { "title", N_("TEXT"), N_("what the person is"), false },
	    { "officer", NULL, N_("may approve and revoke"), false },
	    { "dpo", NULL, N_("is the data-protection officer"), false },
	    { "further", N_("PERSON"), N_("one more device of PERSON"),
	    false },
	    { "voucher", N_("WORD"), N_("of a second officer, from tugi "
	    "office vouch"), false },
	    { "root", NULL, N_("sign with two recovery shares instead"),
	    false },
	    SHARES_FD }
}, {
	.name = "office vouch", .words = N_("CODE"), .min = 1, .max = 1,
	.run = cmd_office_vouch, .opens = true,
	.summary = N_("be the second officer who compared a code"),
	.more = N_("Prints one word for the officer who approves: a further "
	    "device of a person needs two officers. Without --further it is "
	    "for a new person."),
	.examples = { "tugi office vouch 1234-5678 --further 'Liis Kask'" },
	.opts = { { "further", N_("PERSON"), N_("one more device of PERSON"),
	    false } }
}, {
	.name = "office policy", .words = N_("check|diff|publish [DIR]"),
	.min = 1, .max = 2, .run = cmd_office_policy, .opens = true,
	.summary = N_("check, compare or publish the office's policy"),
	.more = N_("DIR is the folder with policy.json in a git repository "
	    "(default: here). Without --commit its last commit counts, and "
	    "nothing may be changed since. A mistake is named with file and "
	    "line. diff has a line for each change: + comes, - goes, ~ reads "
	    "otherwise. publish signs it; the next sync sends it to "
	    "everybody. A section with records that you see is not dropped."),
	.examples = { "tugi office policy check policy --against",
	    "tugi office policy diff policy",
	    "tugi office policy publish policy --commit v3" },
	.opts = { { "commit", N_("REV"), N_("commit, branch or tag"), false },
	    { "against", NULL, N_("check also what it takes away of the "
	    "policy in force"), false } }
}, {
	.name = "office devices", .words = N_("[PERSON]"), .max = 1,
	.run = cmd_office_devices, .opens = true,
	.summary = N_("devices and whose they are"),
	.examples = { "tugi office devices", "tugi office devices liis" }
}, {
	.name = "office revoke", .words = N_("DEVICE"), .min = 1, .max = 1,
	.run = cmd_office_revoke, .opens = true,
	.summary = N_("shut a device out; asks first"),
	.more = N_("Goes out with the next sync. Every section it could read "
	    "gets a new key from whoever writes there next."),
	.examples = { "tugi office revoke 0c3ac1d2" }
}, {
	.name = "office overrides", .words = "", .run = cmd_office_overrides,
	.opens = true,
	.summary = N_("what was opened by law in the office, and counts"),
	.more = N_("For data-protection officers: from the copies they are "
	    "sent. Names no child; CASE is a number."),
	.examples = { "tugi office overrides --since 2026-01-01",
	    "tugi office overrides --csv >overrides.csv" },
	.opts = { { "csv", NULL, N_("as a file for a spreadsheet"), false },
	    { "since", N_("DAY"), N_("that ran on or after this day"),
	    false } }
}, {
	.name = "office erasures", .words = "", .run = cmd_office_erasures,
	.opens = true,
	.summary = N_("what you are asked to sign as data-protection officer"),
	.examples = { "tugi office erasures" }
}, {
	.name = "office sign-erasure", .words = N_("ID"), .min = 1, .max = 1,
	.run = cmd_office_sign_erasure, .opens = true,
	.summary = N_("be the second hand of an erase order; asks first"),
	.examples = { "tugi office sign-erasure 1f0c77ab" }
}, {
	.name = "office decline-erasure", .words = N_("ID"), .min = 1,
	.max = 1, .run = cmd_office_decline_erasure, .opens = true,
	.summary = N_("say why something is not to be erased"),
	.examples = { "tugi office decline-erasure 1f0c77ab --words 'The court "
	    "has asked for it.'" },
	.opts = { { "words", N_("TEXT"), N_("why, to who asks"), true } }
}, {
	.name = "office sections", .words = N_("PERSON"), .min = 1, .max = 1,
	.run = cmd_office_sections, .opens = true,
	.summary = N_("order a look at what the sections of a person are"),
	.more = N_("When nobody can open the sections of PERSON: prints the "
	    "order for the second officer to countersign; tugi office recover "
	    "then lists section and child of each, and none of its text. The "
	    "order goes to the hub's log, and the person is told."),
	.examples = { "tugi office sections 'Reet Lepp' >order.txt" }
}, {
	.name = "office order", .words = N_("SPACE|RECORD"), .min = 1, .max = 1,
	.run = cmd_office_order, .opens = true,
	.summary = N_("order the recovery or the takeover of one section"),
	.more = N_("Prints the order for the second officer to countersign; it "
	    "is good for a week. When it is used it goes to the hub's log, and "
	    "everybody who reads the section is told. SPACE is the section's "
	    "id, which a device that reads it shows with tugi note show RECORD "
	    "--json, and the list of tugi office sections. With --for PERSON "
	    "the section is opened to PERSON, who keeps it from then on, and "
	    "none of its text comes to this device."),
	.examples = { "tugi office order 1f0c77ab >order.txt",
	    "tugi office order 0c3ac1d2... --for 'Kadri Kask' >order.txt" },
	.opts = { { "for", N_("PERSON"), N_("open it to this person, who "
	    "takes over"), false } }
}, {
	.name = "office countersign", .words = N_("[FILE|ID]"), .max = 1,
	.run = cmd_office_countersign, .opens = true,
	.summary = N_("sign another officer's order, or an override"),
	.more = N_("FILE is an order. Without a word the renewals of "
	    "overrides that wait for an officer are listed: to whom, how long, "
	    "on what basis, not in which case; ID signs one of them."),
	.examples = { "tugi office countersign order.txt >signed.txt",
	    "tugi office countersign", "tugi office countersign 5b2200c1" }
}, {
	.name = "office recover", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_office_recover, .opens = true,
	.summary = N_("carry out a countersigned order"),
	.more = N_("Asks for two of the three recovery shares. Nothing is "
	    "stored: what is opened is printed and forgotten. An order for a "
	    "person's sections prints their list, a takeover order opens the "
	    "section to who takes over."),
	.examples = { "tugi office recover signed.txt" },
	.opts = { SHARES_FD }
}, {
	.name = "office alarm", .words = N_("[show|order|end] [FILE]"),
	.max = 2, .run = cmd_office_alarm, .opens = true,
	.summary = N_("look at an alarm about the hub, and end it"),
	.more = N_("show says what was found, on any device. order prints that "
	    "the log goes on as this device has it, for the second officer to "
	    "countersign; end carries out FILE, which both have signed. Every "
	    "device whose own log has that head sends again at its next sync; "
	    "one that has another log, or was copied, does not."),
	.examples = { "tugi office alarm", "tugi office alarm order >order.txt",
	    "tugi office alarm end signed.txt" }
}, {
	.name = "office succession",
	.words = N_("[show|order|sign|end] [FILE]"), .max = 2,
	.run = cmd_office_succession, .opens = true,
	.summary = N_("let a hub that was restored from a backup go on"),
	.more = N_("show says what the hub has and what it lacks. order prints "
	    "that its log goes on so, for the second officer to countersign; "
	    "sign does that with two of the recovery shares, for an office "
	    "with one officer. end brings FILE, which both have signed, to "
	    "the hub. Each device follows at its next sync, and sends again "
	    "what the backup lacked."),
	.examples = { "tugi office succession",
	    "tugi office succession order >order.txt",
	    "tugi office succession end signed.txt" },
	.opts = { SHARES_FD }
}, {
	.name = "office hubkey", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_office_hubkey, .opens = true,
	.summary = N_("sign another key for the hub's log"),
	.more = N_("FILE holds the line that tugid key log has printed on the "
	    "hub. Ask who runs the hub, in person or by telephone, whether "
	    "that line is theirs: who holds the key speaks for the hub. Two "
	    "of the recovery shares sign it; the line that comes out goes back "
	    "to the hub. The hub then waits for two officers: tugi office "
	    "succession."),
	.examples = { "tugi office hubkey wish.txt >signed.txt" },
	.opts = { SHARES_FD }
}
};

const struct cmd_list table_office = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
