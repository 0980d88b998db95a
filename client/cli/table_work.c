/*
 * What a worker does every day: cases, notes, consents, decisions.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"
#include "client/core/records/records.h"

#define TEXT_FROM_FILE { "file", N_("FILE"), \
	N_("take the text from FILE; - is the standard input"), false }
#define LIMIT { "limit", N_("N"), N_("at most N, the newest"), false }

static const struct cmd cmds[] = {
{
	.name = "join", .words = N_("[CARD]"),
	.max = CMD_ANY_WORDS, .run = cmd_join,
	.summary = N_("ask a hub to let this device in"),
	.more = N_("CARD is the line on the enrolment card, - reads it from "
	    "the standard input; without it the code to compare is shown "
	    "again. Makes the profile and asks for a new passphrase if there "
	    "is none yet. Read the short code to the officer by voice, then "
	    "run tugi sync."),
	.examples = { "tugi join 'tugi-card-1 https://hub.example:8443 ...'",
	    "tugi join" },
	.opts = { { "for", N_("TIME"), N_("then keep the profile open so long: "
	    "15m, 2h"), false } }
}, {
	.name = "unlock", .words = "", .run = cmd_unlock,
	.summary = N_("keep the profile open for a while"),
	.more = N_("The key stays with the kernel, never on the disk, and goes "
	    "when the time is over or at logout."),
	.examples = { "tugi unlock", "tugi unlock --for 2h" },
	.opts = { { "for", N_("TIME"), N_("how long: 90s, 15m (default), 2h"),
	    false } }
}, {
	.name = "lock", .words = "", .run = cmd_lock,
	.summary = N_("take the key back at once"),
	.examples = { "tugi lock" }
}, {
	.name = "status", .words = "", .run = cmd_status, .opens = true,
	.summary = N_("what waits to be sent and what needs a look"),
	.examples = { "tugi status", "tugi status --json" }
}, {
	.name = "sync", .words = "", .run = cmd_sync, .opens = true,
	.summary = N_("send what waits, fetch what is new"),
	.more = N_("May be cut off at any point and run again: nothing is lost "
	    "or sent twice."),
	.examples = { "tugi sync" }
}, {
	.name = "bundle out", .words = N_("FILE [ATTACHMENT ...]"), .min = 1,
	.max = 1 + BUNDLE_FILES_MAX, .run = cmd_bundle_out, .opens = true,
	.summary = N_("what a sync would send, as a file for a stick"),
	.more = N_("For places without a line. Sealed to the hub: who carries "
	    "it sees its size alone. What is in it waits here until the answer "
	    "comes back or a sync; a lost stick loses nothing. Files of "
	    "attachments that were not sent yet go with it, and those of the "
	    "ATTACHMENTs named come back with the answer."),
	.examples = { "tugi bundle out /media/stick/liis.out",
	    "tugi bundle out /media/stick/liis.out 77aa01de" }
}, {
	.name = "bundle carry", .words = N_("FILE ANSWER"), .min = 2, .max = 2,
	.run = cmd_bundle_carry, .opens = true,
	.summary = N_("bring a colleague's bundle to the hub"),
	.more = N_("From any device that has a line. The hub's answer goes "
	    "into ANSWER, which that colleague's device alone can open."),
	.examples = { "tugi bundle carry /media/stick/liis.out "
	    "/media/stick/liis.in" }
}, {
	.name = "bundle in", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_bundle_in, .opens = true,
	.summary = N_("take in the hub's answer from a stick"),
	.more = N_("Checked as a sync is: receipts, proofs, and that the hub's "
	    "log goes on from where this device stands. An answer that is old "
	    "or was taken in before changes nothing."),
	.examples = { "tugi bundle in /media/stick/liis.in" }
}, {
	.name = "today", .words = "", .run = cmd_today, .opens = true,
	.summary = N_("the first screen of the day: what is due, what waits"),
	.more = N_("What is due at each school in the days ahead, what waits "
	    "to be sent, what needs a look, the newest notes."),
	.examples = { "tugi today", "tugi today --site Lasila",
	    "tugi today --days 30" },
	.opts = { { "site", N_("SCHOOL"), N_("only what is due at this "
	    "school"), false }, { "days", N_("N"), N_("how many days ahead "
	    "(default: 14)"), false }, { "all", NULL, N_("everything that is "
	    "due, not the first 20"), false } }
}, {
	.name = "search", .words = N_("WORD..."), .min = 1,
	.max = CMD_ANY_WORDS, .run = cmd_search, .opens = true,
	.summary = N_("find records that hold every word"),
	.more = N_("A word is found by its beginning, in its other forms and, "
	    "from four letters on, inside other words; accents and case do "
	    "not count. A day finds what happened on it: 2026-11-22, "
	    "22.11.2026, 22 November 2026. The newest come first. The place is "
	    "shown in [ ]."),
	.examples = { "tugi search kiusamine", "tugi search --limit 5 anna "
	    "teacher", "tugi search --deleted home" },
	.opts = { LIMIT, { "deleted", NULL, N_("also in what is deleted"),
	    false }, { "ranked", NULL, N_("what fits best comes first"),
	    false } }
}, {
	.name = "case new", .words = N_("NAME [FIELD=TEXT...]"), .min = 1,
	.max = CMD_ANY_WORDS, .run = cmd_case_new, .opens = true,
	.summary = N_("open a case"),
	.more = N_("Fields: code, born, school, theme, stage, status, lead, "
	    "coordinator, contact, safety. A code is made up when none is "
	    "given."),
	.examples = { "tugi case new 'Anna Tamm' born=2015-04-02 "
	    "school=Lasila" }
}, {
	.name = "case list", .words = "", .run = cmd_case_list, .opens = true,
	.summary = N_("the cases that are open to you"),
	.examples = { "tugi case list", "tugi case list --json" }
}, {
	.name = "case show", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_case_show, .opens = true,
	.summary = N_("one case: its fields, plan and newest notes"),
	.more = N_("CASE is its code, its id or a part of the name that fits "
	    "one case only."),
	.examples = { "tugi case show anna" }, .opts = { LIMIT }
}, {
	.name = "timeline", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_timeline, .opens = true,
	.summary = N_("everything of a case that is open to you, in order"),
	.more = N_("KINDS are names of kinds of records with blanks between: "
	    "note, plan, consent."),
	.examples = { "tugi timeline anna",
	    "tugi timeline anna --kinds 'note plan' --from 2026-09-01" },
	.opts = { LIMIT, { "kinds", N_("KINDS"), N_("only these"), false },
	    { "from", N_("DAY"), N_("not before"), false },
	    { "until", N_("DAY"), N_("not after"), false } }
}, {
	.name = "case set", .words = N_("CASE FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_case_set, .opens = true,
	.summary = N_("change fields of a case"),
	.more = N_("Prints the command that undoes the change."),
	.examples = { "tugi case set anna school=Rakvere stage=2" }
}, {
	.name = "case same", .words = N_("FRONT BEHIND"), .min = 2, .max = 2,
	.run = cmd_case_same, .opens = true,
	.summary = N_("two cases are of one child"),
	.more = N_("FRONT and BEHIND are listed as one, under FRONT, where new "
	    "texts go. Nothing is moved and nobody is let in: a consent opens "
	    "the case it was given in; a withdrawal in either closes both."),
	.examples = { "tugi case same K1 K2" }
}, {
	.name = "case apart", .words = N_("CASE CASE"), .min = 2, .max = 2,
	.run = cmd_case_apart, .opens = true,
	.summary = N_("they are two cases after all"),
	.examples = { "tugi case apart K1 K2" }
}, {
	.name = "note add", .words = N_("CASE [TEXT]"), .min = 1, .max = 2,
	.run = cmd_note_add, .opens = true,
	.summary = N_("write a note"),
	.more = N_("Saved on this device when the command returns; tugi sync "
	    "sends it."),
	.examples = { "tugi note add anna 'Talked with the class teacher.'",
	    "tugi note add anna --file - <draft.txt",
	    "tugi note add anna --on 2026-11-20 --minutes 45 'Home visit.'" },
	.opts = { TEXT_FROM_FILE,
	    { "category", N_("NAME"), N_("kind of work (default: contact)"),
	    false },
	    { "on", N_("TIME"), N_("when it happened (default: now)"), false },
	    { "minutes", N_("N"), N_("how long it took"), false },
	    { "language", N_("CODE"), N_("language of the text: et, lv"),
	    false },
	    { "school", N_("NAME"), N_("school (default: the case's)"),
	    false } }
}, {
	.name = "note list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_note_list, .opens = true,
	.summary = N_("notes, newest first"),
	.examples = { "tugi note list anna", "tugi note list --limit 20" },
	.opts = { LIMIT }
}, {
	.name = "note show", .words = N_("NOTE"), .min = 1, .max = 1,
	.run = cmd_note_show, .opens = true,
	.summary = N_("one note in full"),
	.more = N_("NOTE is its id: the eight characters that lists show, or "
	    "all of it."),
	.examples = { "tugi note show 1f0c77ab" }
}, {
	.name = "note amend", .words = N_("NOTE [TEXT]"), .min = 1, .max = 2,
	.run = cmd_note_amend, .opens = true,
	.summary = N_("put a correction beside a note"),
	.more = N_("The first text stays; readers see both."),
	.examples = { "tugi note amend 1f0c77ab 'It was Tuesday.'" },
	.opts = { TEXT_FROM_FILE }
}, {
	.name = "plan add", .words = N_("CASE GOAL [FIELD=TEXT...]"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_plan_add, .opens = true,
	.summary = N_("add a goal to the plan of a case"),
	.more = N_("Fields: measures, responsible, due, review, outcome, "
	    "child-view, guardian-view."),
	.examples = { "tugi plan add anna 'Two friends in class' "
	    "due=2027-03-01" }
}, {
	.name = "plan list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_plan_list, .opens = true,
	.summary = N_("goals of one case or of all"),
	.examples = { "tugi plan list anna" }, .opts = { LIMIT }
}, {
	.name = "plan show", .words = N_("GOAL"), .min = 1, .max = 1,
	.run = cmd_entry_show, .type = TYPE_PLAN, .opens = true,
	.summary = N_("one goal in full"),
	.examples = { "tugi plan show 5b2200c1" }
}, {
	.name = "plan set", .words = N_("GOAL FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .type = TYPE_PLAN, .opens = true,
	.summary = N_("change fields of a goal"),
	.more = N_("Prints the command that undoes the change."),
	.examples = { "tugi plan set 5b2200c1 outcome=reached" }
}, {
	.name = "delete", .words = N_("RECORD|CASE"), .min = 1, .max = 1,
	.run = cmd_delete, .opens = true,
	.summary = N_("take a note, a goal or a case out of the lists"),
	.more = N_("Nothing is lost: tugi restore brings it back, and tugi "
	    "erase removes text for good. Who wrote it and who keeps the "
	    "section may. Notes of a deleted case stay."),
	.examples = { "tugi delete 1f0c77ab", "tugi delete anna" }
}, {
	.name = "restore", .words = N_("RECORD|CASE"), .min = 1, .max = 1,
	.run = cmd_restore, .opens = true,
	.summary = N_("bring back what was deleted"),
	.more = N_("A deletion that you had not seen yet holds: sync, look, "
	    "and restore again. A deleted case is named by its code or id."),
	.examples = { "tugi restore 1f0c77ab" }
}, {
	.name = "deleted", .words = N_("[CASE]"), .max = 1,
	.run = cmd_deleted, .opens = true,
	.summary = N_("what is deleted, by whom, and changed after"),
	.examples = { "tugi deleted", "tugi deleted anna" }
}, {
	.name = "erase", .words = N_("RECORD|CASE"), .min = 1, .max = 1,
	.run = cmd_erase, .opens = true,
	.summary = N_("ask for a text or a case to be erased; asks first"),
	.more = N_("For good, here, at the hub and on every device. Needs the "
	    "signature of a data-protection officer, who reads the reason, not "
	    "the text. Seven days after the order it is wiped; until then both "
	    "can take it back. Of a case, every section that you keep."),
	.examples = { "tugi erase 1f0c77ab --reason 'Written in the wrong "
	    "case.' --because mistake", "tugi erase anna --reason 'The family "
	    "moved away in 2019.' --because over" },
	.opts = { { "reason", N_("TEXT"), N_("why, in words"), true },
	    { "because", N_("KIND"), N_("asked_for, mistake, over, unlawful "
	    "or other (default)"), false } }
}, {
	.name = "erase list", .words = "", .run = cmd_erase_list,
	.opens = true,
	.summary = N_("what was asked to be erased and how it stands"),
	.more = N_("With the day it is gone from the hub, and the day the last "
	    "backup that has it expires (90 days later, unless the hub's "
	    "operator keeps them longer)."),
	.examples = { "tugi erase list", "tugi erase list --json" }
}, {
	.name = "erase take-back", .words = N_("ORDER"), .min = 1, .max = 1,
	.run = cmd_erase_take_back, .opens = true,
	.summary = N_("undo an order within its seven days"),
	.more = N_("Who signed the order has to agree."),
	.examples = { "tugi erase take-back 9e107d9d --reason 'It was the "
	    "other note.'" },
	.opts = { { "reason", N_("TEXT"), N_("why, in words"), true },
	    { "because", N_("KIND"), N_("asked_for, mistake, over, unlawful "
	    "or other (default)"), false } }
}, {
	.name = "consent grant", .words = N_("CASE [FIELD=TEXT...]"), .min = 1,
	.max = CMD_ANY_WORDS, .run = cmd_consent_grant, .opens = true,
	.type = TYPE_CONSENT,
	.summary = N_("record a consent and open the sections it names"),
	.more = N_("Opens what was written before as well, unless --from-now "
	    "is given: then what is written after it alone, and a consent "
	    "that follows goes on from there with --since. With --refused the "
	    "refusal is recorded and nothing opens. A guardian without authority "
	    "is refused, with the reason. FIELD=TEXT says more of how it was "
	    "given."),
	.examples = { "tugi consent grant anna --to 'Liis Kask' --sections "
	    "plan --by 'Mari Tamm' --role guardian" },
	.opts = {
	    { "to", N_("PERSON"), N_("who may see it"), false },
	    { "to-role", N_("ROLE"), N_("or all who have this title: nurse, "
	    "head, ..."), false },
	    { "sections", N_("LIST"), N_("card, notes, plan; by comma"), false },
	    { "matter", N_("MATTER"), N_("or one matter, and nothing else of "
	    "the case"), false },
	    { "by", N_("NAME"), N_("who gave the consent"), true },
	    { "role", N_("ROLE"),
	    N_("guardian, both_guardians, child_capable, ..."), true },
	    { "right", N_("RIGHT"), N_("read (default) or write"), false },
	    { "purpose", N_("TEXT"), N_("what for (default: "
	    "support_at_school)"), false },
	    { "evidence", N_("TEXT"), N_("how it was given (default: spoken)"),
	    false },
	    { "language", N_("CODE"), N_("language of the form shown"),
	    false },
	    { "from-now", NULL, N_("only what is written from now on"),
	    false },
	    { "since", N_("CONSENT"), N_("from where that earlier consent "
	    "opened"), false },
	    { "until", N_("DAY"), N_("last day (default: end of the school "
	    "year); the word matter: until it is closed"), false },
	    { "file", N_("FILE"), N_("scan or signed file: its hash is kept"),
	    false },
	    { "refused", NULL, N_("record a refusal"), false } }
}, {
	.name = "consent withdraw", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_consent_withdraw, .opens = true,
	.summary = N_("record a withdrawal and close the sections"),
	.more = N_("Holds on this device at once; the next sync closes the "
	    "sections with a new key. Copies that others have made cannot be "
	    "recalled."),
	.examples = { "tugi consent withdraw anna --from 'Liis Kask' --by "
	    "'Mari Tamm'", "tugi consent withdraw anna --everybody --by "
	    "'Mari Tamm' --channel letter" },
	.opts = {
	    { "from", N_("PERSON"), N_("who may not see it any more"), false },
	    { "everybody", NULL, N_("nobody but your own side may"), false },
	    { "by", N_("NAME"), N_("who withdraws"), true },
	    { "sections", N_("LIST"), N_("default: every section"), false },
	    { "matter", N_("MATTER"), N_("only of one matter"), false },
	    { "channel", N_("TEXT"), N_("how (default: spoken)"), false },
	    { "told-on", N_("DAY"), N_("when it was said (default: today)"),
	    false } }
}, {
	.name = "consent list", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_consent_list, .opens = true,
	.summary = N_("consents, refusals and withdrawals of a case"),
	.examples = { "tugi consent list anna" }
}, {
	.name = "override add", .words = N_("CASE PERSON"), .min = 2,
	.max = 2, .run = cmd_override_add, .opens = true,
	.summary = N_("open sections by law, without consent, for a while"),
	.more = N_("Runs for at most seven days and outlasts a withdrawal. The "
	    "data-protection officers get a copy. A second one for the same "
	    "person within 30 days waits for an officer's signature. BASIS is "
	    "danger (to life or health), child_protection, court, police or "
	    "statute."),
	.examples = { "tugi override add anna 'Liis Kask' --sections plan "
	    "--basis danger --provision 'Child Protection Act 33' --reason "
	    "'Needs insulin at school.' --until 2026-11-25" },
	.opts = {
	    { "sections", N_("LIST"), N_("card, notes, plan; by comma"), true },
	    { "basis", N_("BASIS"), N_("the legal basis as a code"), true },
	    { "provision", N_("TEXT"), N_("the rule of law"), true },
	    { "reason", N_("TEXT"), N_("why it is needed now"), true },
	    { "right", N_("RIGHT"), N_("read (default) or write"), false },
	    { "until", N_("DAY"), N_("last day (default: seven days from "
	    "now)"), false } }
}, {
	.name = "override end", .words = N_("OVERRIDE"), .min = 1, .max = 1,
	.run = cmd_override_end, .opens = true,
	.summary = N_("end an override before its time"),
	.more = N_("Closes what nothing else keeps open, and touches no "
	    "consent."),
	.examples = { "tugi override end 5b2200c1 --reason 'Out of danger.'" },
	.opts = { { "reason", N_("TEXT"), N_("why it ends"), true } }
}, {
	.name = "override list", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_override_list, .opens = true,
	.summary = N_("what of a case was opened by law, and why"),
	.examples = { "tugi override list anna" }
}, {
	.name = "who", .words = N_("RECORD|CASE"), .min = 1, .max = 1,
	.run = cmd_who, .opens = true,
	.summary = N_("who can see a record, and why"),
	.more = N_("WHY names all that opens it: the own side (who works on "
	    "the case), a consent and who gave it, the law and its provision, "
	    "a handover or takeover, the office's recovery. A door that "
	    "closes says so until the next sync of who keeps it."),
	.examples = { "tugi who 1f0c77ab", "tugi who anna --section plan" },
	.opts = { { "section", N_("NAME"), N_("of a case (default: card)"),
	    false } }
}, {
	.name = "conflicts list", .words = "", .run = cmd_conflicts_list,
	.opens = true,
	.summary = N_("fields that two people changed at the same time"),
	.examples = { "tugi conflicts" }
}, {
	.name = "conflicts show", .words = N_("NUMBER | RECORD [FIELD]"),
	.min = 1, .max = 2, .run = cmd_conflicts_show, .opens = true,
	.summary = N_("all texts of a conflict, what each changed, a merge"),
	.more = N_("NUMBER is the row that tugi conflicts lists. What went is "
	    "shown as [-gone-], what came as {+new+}. A merge is only "
	    "proposed."),
	.examples = { "tugi conflicts show 1",
	    "tugi conflicts show 5b2200c1 measures" }
}, {
	.name = "conflicts take",
	.words = N_("RECORD FIELD [mine|theirs|merge|NUMBER]"),
	.min = 2, .max = 3, .run = cmd_conflicts_take, .opens = true,
	.summary = N_("end a conflict, for everybody"),
	.more = N_("Takes your text, the other one, the merge that tugi "
	    "conflicts show proposes, the text of a number, or a new one. The "
	    "texts not taken stay in the record's past; the command that "
	    "brings back what was shown is printed."),
	.examples = { "tugi conflicts take 5b2200c1 measures merge",
	    "tugi conflicts take 5b2200c1 measures 2",
	    "tugi conflicts take 5b2200c1 measures --text 'Both of them.'" },
	.opts = { { "text", N_("TEXT"), N_("take TEXT instead"), false },
	    TEXT_FROM_FILE }
}, {
	.name = "history", .words = N_("RECORD|CASE"), .min = 1, .max = 1,
	.run = cmd_history, .opens = true,
	.summary = N_("all that was ever written in a record, and by whom"),
	.more = N_("Tells of each text whether it is shown, kept beside what "
	    "is shown, written over, held, under review or gone."),
	.examples = { "tugi history 5b2200c1", "tugi history anna" }
}, {
	.name = "held list", .words = "", .run = cmd_held_list, .opens = true,
	.summary = N_("your texts that could not be filed"),
	.more = N_("What was written after the right to write had ended is "
	    "kept and goes to the keeper of the section, who decides. What "
	    "was sent before a withdrawal arrived and written after it is "
	    "under review: the keeper decides on that too."),
	.examples = { "tugi held" }
}, {
	.name = "held show", .words = N_("RECORD"), .min = 1, .max = 1,
	.run = cmd_held_show, .opens = true,
	.summary = N_("one held text and what was decided"),
	.examples = { "tugi held show 1f0c77ab" }
}, {
	.name = "held export", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_held_export, .opens = true,
	.summary = N_("held texts of a revoked device, for your next one"),
	.more = N_("On the revoked device, once the next one is approved and "
	    "this one has synced. The file can be opened on that device "
	    "alone."),
	.examples = { "tugi held export /media/stick/held",
	    "tugi held export --to 1f0c77ab /media/stick/held" },
	.opts = {
	    { "to", N_("DEVICE"), N_("the next device, if you have several"),
	    false } }
}, {
	.name = "held import", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_held_import, .opens = true,
	.summary = N_("take in a file that your revoked device made"),
	.more = N_("Nothing of it enters a case by itself: look at each text "
	    "in tugi held, then take or drop it. Never import from a device "
	    "that was stolen."),
	.examples = { "tugi held import /media/stick/held" }
}, {
	.name = "held take", .words = N_("RECORD"), .min = 1, .max = 1,
	.run = cmd_held_take, .opens = true,
	.summary = N_("an imported text into its case, as you wrote it"),
	.examples = { "tugi held take 1f0c77ab" }
}, {
	.name = "held drop", .words = N_("RECORD"), .min = 1, .max = 1,
	.run = cmd_held_drop, .opens = true,
	.summary = N_("an imported text is not wanted"),
	.examples = { "tugi held drop 1f0c77ab" }
}, {
	.name = "review list", .words = "", .run = cmd_review_list,
	.opens = true,
	.summary = N_("texts of others that wait for your decision"),
	.more = N_("Two kinds: what somebody wrote after the right to write "
	    "had ended, and what was received before a withdrawal arrived and "
	    "had been written after it. Neither is shown in the case until "
	    "you decide."),
	.examples = { "tugi review" }
}, {
	.name = "review show", .words = N_("REVIEW"), .min = 1, .max = 1,
	.run = cmd_review_show, .opens = true,
	.summary = N_("what was written"),
	.examples = { "tugi review show 9e107d9d" }
}, {
	.name = "review decide", .words = N_("REVIEW"), .min = 1, .max = 1,
	.run = cmd_review_decide, .opens = true,
	.summary = N_("file a text under review, give it back or erase it"),
	.more = N_("The first decision in the office counts, for everybody. "
	    "What was sent together is decided on together."),
	.examples = { "tugi review decide 9e107d9d --file 'child protection "
	    "act, paragraph 27'", "tugi review decide 9e107d9d --give-back "
	    "--words 'Please ask for consent first.'" },
	.opts = {
	    { "file", N_("BASIS"), N_("take it into the case on this legal "
	    "basis"), false },
	    { "give-back", NULL, N_("the author keeps it, nobody else"),
	    false },
	    { "erase", NULL, N_("remove it everywhere; asks first"), false },
	    { "words", N_("TEXT"), N_("to the author"), false } }
}, {
	.name = "handover propose", .words = N_("CASE PERSON"), .min = 2,
	.max = 2, .run = cmd_handover_propose, .opens = true,
	.summary = N_("hand a case over, or name a substitute"),
	.more = N_("Takes PERSON into your side of the case: all its sections "
	    "that you keep, to keep them too. Who accepts becomes lead, a "
	    "substitute does not. You stay until you leave by tugi handover "
	    "reduce; what you write until then is marked."),
	.examples = { "tugi handover propose anna 'Liis Kask' --reason 'I "
	    "move to Tartu'", "tugi handover propose anna 'Liis Kask' --until "
	    "2026-12-20" },
	.opts = {
	    { "until", N_("DAY"), N_("a substitute, until this day"), false },
	    { "reason", N_("TEXT"), N_("why; who keeps the card reads it"),
	    false } }
}, {
	.name = "handover accept", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_handover_accept, .opens = true,
	.summary = N_("take a case that is handed over to you"),
	.examples = { "tugi handover accept anna" }
}, {
	.name = "handover reduce", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_handover_reduce, .opens = true,
	.summary = N_("leave a case, or narrow your part in it"),
	.more = N_("Somebody else must keep the case for good. After a "
	    "takeover you may narrow another person's part with --person."),
	.examples = { "tugi handover reduce anna", "tugi handover reduce anna "
	    "--to write", "tugi handover reduce anna --person 'Mari Mets' "
	    "--to write" },
	.opts = {
	    { "to", N_("RIGHT"), N_("what is left: nothing (default), read, "
	    "write"), false },
	    { "person", N_("PERSON"), N_("another one's part, after a "
	    "takeover"), false },
	    { "reason", N_("TEXT"), N_("why"), false } }
}, {
	.name = "handover undo", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_handover_undo, .opens = true,
	.summary = N_("undo your last step of a handover or takeover"),
	.more = N_("Until the next step: a proposal until it is accepted, an "
	    "acceptance or a takeover until somebody has left."),
	.examples = { "tugi handover undo anna" }
}, {
	.name = "handover list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_handover_list, .opens = true,
	.summary = N_("handovers and takeovers, and what became of them"),
	.examples = { "tugi handover", "tugi handover list anna" }
}, {
	.name = "takeover", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_takeover, .opens = true,
	.summary = N_("take a case over by law, for child protection"),
	.more = N_("For who keeps the case, by tugi handover propose or else. "
	    "You become lead and coordinator, the stage becomes cp, and you "
	    "may narrow other people's part. Nobody is removed by it. Where "
	    "nobody can hand the case over, two officers order it: tugi help "
	    "office order."),
	.examples = { "tugi takeover anna --provision 'child protection act, "
	    "paragraph 27' --reason 'child in need'" },
	.opts = {
	    { "provision", N_("TEXT"), N_("the provision of the law"), true },
	    { "reason", N_("TEXT"), N_("why, in words"), true } }
}, {
	.name = "policy list", .words = "", .run = cmd_policy_list,
	.opens = true,
	.summary = N_("the policies that the office published, newest first"),
	.examples = { "tugi policy list" }
}, {
	.name = "policy show", .words = N_("[LIST]"), .max = 1,
	.run = cmd_policy_show, .opens = true,
	.summary = N_("the words, sections, forms and texts that hold now"),
	.more = N_("LIST is sections, vocabularies, forms, instruments, "
	    "meetings, retention, texts, the name of a vocabulary, form or "
	    "instrument, or the code of a text. --lang chooses the language."),
	.examples = { "tugi policy show", "tugi policy show note.category",
	    "tugi policy show before-consent --lang et" }
}, {
	.name = "people", .words = "", .run = cmd_people, .opens = true,
	.summary = N_("the staff this hub knows"),
	.examples = { "tugi people" }
}
};

const struct cmd_list table_work = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
