/*
 * What goes out, what is noticed, what is passed on.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"
#include "client/core/records/records.h"

#define FAMILY_OPTS \
	{ "informed", NULL, N_("the family was told"), false }, \
	{ "not-informed", N_("WHY"), N_("it was not, and why"), false }
#define LAW_OPTS \
	{ "consent", N_("ID"), N_("the consent or release"), false }, \
	{ "basis", N_("CODE"), N_("without one: the legal basis"), false }, \
	{ "provision", N_("TEXT"), N_("which rule of law"), false }, \
	{ "reason", N_("TEXT"), N_("why, in words"), false }

static const struct cmd cmds[] = {
{
	.name = "release give", .words = N_("CASE BODY FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_release_give,
	.opens = true,
	.summary = N_("record a consent to give something to a body outside"),
	.more = N_("It opens nothing here: it is asked for when something is "
	    "handed over. Fields: sections, by, role, until; purpose, "
	    "evidence, language. For a colleague: tugi consent grant."),
	.examples = { "tugi release give anna Rajaleidja sections=plan "
	    "by='Mari Tamm' role=guardian until=2027-06-30" }
}, {
	.name = "release list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_RELEASE,
	.summary = N_("consents for bodies outside"),
	.examples = { "tugi release list anna" },
	.opts = { { "limit", N_("N"), N_("at most so many"), false } }
}, {
	.name = "release end", .words = N_("RELEASE"), .min = 1, .max = 1,
	.run = cmd_release_end, .opens = true,
	.summary = N_("record that it was taken back"),
	.more = N_("Referrals that rest on it are shown as consent lost; "
	    "nothing more may go out on it."),
	.examples = { "tugi release end 5b2200c1 --by 'Mari Tamm'" },
	.opts = { { "by", N_("NAME"), N_("who took it back"), true } }
}, {
	.name = "disclosure add", .words = N_("CASE RECEIVER"), .min = 2,
	.max = 2, .run = cmd_disclosure_add, .opens = true,
	.summary = N_("record that something of a case was given out"),
	.more = N_("To a body outside or to a person, on a consent or release, "
	    "or on a legal basis with its provision and reason. Bases: "
	    "tugi policy show disclosure.basis. The least that serves."),
	.examples = { "tugi disclosure add anna Rajaleidja --sections plan "
	    "--channel letter --consent 5b2200c1 --informed",
	    "tugi disclosure add anna Police --sections card --channel phone "
	    "--basis vital_interest --provision 'Act 33' --reason 'Missing.' "
	    "--not-informed 'Could not be reached.'" },
	.opts = { { "sections", N_("LIST"), N_("of what went out"), true },
	    { "channel", N_("CODE"), N_("how it was given"), true },
	    { "what", N_("TEXT"), N_("what it was, in words"), false },
	    { "records", N_("IDS"), N_("single records, commas between"),
	    false }, LAW_OPTS, FAMILY_OPTS,
	    { "receipt", N_("TEXT"), N_("what shows that it arrived"), false },
	    { "on", N_("DAY"), N_("when (default: today)"), false },
	    { "safety-seen", NULL, N_("the card's word on safety was read"),
	    false } }
}, {
	.name = "disclosure list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_DISCLOSURE,
	.summary = N_("what was given out"),
	.examples = { "tugi disclosure list anna" },
	.opts = { { "limit", N_("N"), N_("at most so many"), false } }
}, {
	.name = "disclosure show", .words = N_("DISCLOSURE"), .min = 1,
	.max = 1, .run = cmd_entry_show, .opens = true,
	.type = TYPE_DISCLOSURE,
	.summary = N_("one of them, whole"),
	.examples = { "tugi disclosure show 5b2200c1" }
}, {
	.name = "disclosure set", .words = N_("DISCLOSURE receipt=TEXT"),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_DISCLOSURE,
	.summary = N_("write down the receipt that came"),
	.examples = { "tugi disclosure set 5b2200c1 receipt='Signed, 3 May'" }
}, {
	.name = "disclosure count", .words = N_("[CASE]"), .max = 1,
	.run = cmd_disclosure_count, .opens = true,
	.summary = N_("how many on each basis"),
	.examples = { "tugi disclosure count --from 2026-09-01" },
	.opts = { { "from", N_("DAY"), N_("from this day"), false },
	    { "until", N_("DAY"), N_("up to this day"), false } }
}, {
	.name = "referral add", .words = N_("CASE FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_referral_add, .opens = true,
	.summary = N_("begin a referral to support outside the school"),
	.more = N_("Fields: body, service, purpose, sections (whose content "
	    "goes along); text, until, contact; to-kind, which alone is counted "
	    "in the year's report. It is a draft until it has a basis."),
	.examples = { "tugi referral add anna body=Rajaleidja "
	    "service='speech therapist' purpose='Assessment' sections=plan "
	    "until=2027-05-31" },
	.opts = { { "records", N_("IDS"), N_("single records that go along"),
	    false } }
}, {
	.name = "referral basis", .words = N_("REFERRAL"), .min = 1,
	.max = 1, .run = cmd_referral_basis, .opens = true,
	.summary = N_("on what it rests: a consent, a release or the law"),
	.more = N_("It has to cover the body, the sections and the period of "
	    "the referral. Also when the first basis was lost."),
	.examples = { "tugi referral basis 5b2200c1 --consent 77aa01de",
	    "tugi referral basis 5b2200c1 --basis court --provision 'Order 12' "
	    "--reason 'The court asks for it.'" },
	.opts = { LAW_OPTS }
}, {
	.name = "referral letter", .words = N_("REFERRAL"), .min = 1,
	.max = 1, .run = cmd_referral_letter, .opens = true,
	.summary = N_("the letter, to print"),
	.examples = { "tugi referral letter 5b2200c1 --out letter.pdf" },
	.opts = { { "out", N_("FILE"), N_("PDF, or HTML by its ending"),
	    true } }
}, {
	.name = "referral send", .words = N_("REFERRAL"), .min = 1,
	.max = 1, .run = cmd_referral_send, .opens = true,
	.summary = N_("record that it is on its way"),
	.more = N_("The disclosure is recorded in the same step. Refused when "
	    "nothing covers it any more."),
	.examples = { "tugi referral send 5b2200c1 --channel letter "
	    "--informed" },
	.opts = { { "channel", N_("CODE"), N_("how it was given"), true },
	    FAMILY_OPTS,
	    { "receipt", N_("TEXT"), N_("what shows that it arrived"), false },
	    { "on", N_("DAY"), N_("when (default: today)"), false },
	    { "safety-seen", NULL, N_("the card's word on safety was read"),
	    false } }
}, {
	.name = "referral step", .words = N_("REFERRAL STATE"), .min = 2,
	.max = 2, .run = cmd_referral_step, .opens = true,
	.summary = N_("what became of it"),
	.more = N_("States: delivered, seen, accepted, declined, working, "
	    "outcome_reported, closed, revoked, undeliverable. What does not "
	    "follow is refused, with what may."),
	.examples = { "tugi referral step 5b2200c1 accepted --on 2027-01-14",
	    "tugi referral step 5b2200c1 declined --words 'No place.'" },
	.opts = { { "on", N_("DAY"), N_("when (default: today)"), false },
	    { "words", N_("TEXT"), N_("why declined, or the outcome"),
	    false } }
}, {
	.name = "referral list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_referral_list, .opens = true,
	.summary = N_("referrals and how they stand"),
	.more = N_("What rests on a consent that was taken back or is over is "
	    "shown as consent_lost."),
	.examples = { "tugi referral list anna" }
}, {
	.name = "referral show", .words = N_("REFERRAL"), .min = 1, .max = 1,
	.run = cmd_referral_show, .opens = true,
	.summary = N_("one of them, whole"),
	.examples = { "tugi referral show 5b2200c1" }
}, {
	.name = "referral set", .words = N_("REFERRAL FIELD=TEXT..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_REFERRAL,
	.summary = N_("change what is said in it"),
	.more = N_("Fields: text (until it is sent), contact, outcome."),
	.examples = { "tugi referral set 5b2200c1 outcome='Twelve sessions.'" }
}, {
	.name = "referral count", .words = N_("[CASE]"), .max = 1,
	.run = cmd_referral_count, .opens = true,
	.summary = N_("how many in each state, and the days to acceptance"),
	.examples = { "tugi referral count" }
}, {
	.name = "assess start", .words = N_("CASE INSTRUMENT"), .min = 2,
	.max = 2, .run = cmd_assess_start, .opens = true,
	.summary = N_("begin an assessment with an instrument of the policy"),
	.more = N_("Everybody who may write in the assessment section of the "
	    "case answers it; the answers are joined. Instruments: tugi policy "
	    "show instruments."),
	.examples = { "tugi assess start anna risk-primary" },
	.opts = { { "on", N_("DAY"), N_("when (default: today)"), false },
	    { "review", N_("DAY"), N_("when to look at it again"), false } }
}, {
	.name = "assess items", .words = N_("INSTRUMENT"), .min = 1,
	.max = 1, .run = cmd_assess_items, .opens = true,
	.summary = N_("what an instrument asks"),
	.examples = { "tugi assess items risk-primary" }
}, {
	.name = "assess answer", .words = N_("ASSESSMENT ITEM=VALUE..."),
	.min = 2, .max = CMD_ANY_WORDS, .run = cmd_assess_answer,
	.opens = true,
	.summary = N_("your own answers, new or changed"),
	.more = N_("Values: 0 (none), 1, 2, 3 (severe; of what protects: "
	    "strong), unknown. All are saved or, with one mistake, none."),
	.examples = { "tugi assess answer 5b2200c1 absent=2 bullied=unknown",
	    "tugi assess answer 5b2200c1 mood=3 --source teacher "
	    "--since 'October' --note 'Cries before lessons.'" },
	.opts = { { "source", N_("CODE"), N_("who told or saw it"), false },
	    { "since", N_("TEXT"), N_("since when"), false },
	    { "note", N_("TEXT"), N_("in words"), false } }
}, {
	.name = "assess judge", .words = N_("ASSESSMENT LEVEL"), .min = 2,
	.max = 2, .run = cmd_assess_judge, .opens = true,
	.summary = N_("your own judgement, with its reason"),
	.more = N_("Levels: low, raised, high, immediate. It stands apart from "
	    "the answers. immediate begins the draft of a notification."),
	.examples = { "tugi assess judge 5b2200c1 high --reason 'Absent, and "
	    "nobody at home by day.' --review 2027-01-31" },
	.opts = { { "reason", N_("TEXT"), N_("why"), true },
	    { "review", N_("DAY"), N_("when to look at it again"), false } }
}, {
	.name = "assess show", .words = N_("ASSESSMENT"), .min = 1, .max = 1,
	.run = cmd_assess_show, .opens = true,
	.summary = N_("answers joined, the highest by domain, disagreements"),
	.examples = { "tugi assess show 5b2200c1" }
}, {
	.name = "assess list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_ASSESSMENT,
	.summary = N_("assessments"),
	.examples = { "tugi assess list anna" },
	.opts = { { "limit", N_("N"), N_("at most so many"), false } }
}, {
	.name = "assess trend", .words = N_("CASE"), .min = 1, .max = 1,
	.run = cmd_assess_trend, .opens = true,
	.summary = N_("how it went from one assessment to the next"),
	.examples = { "tugi assess trend anna" }
}, {
	.name = "signal add", .words = N_("CASE AUTHORITY [FACTS]"),
	.min = 2, .max = 3, .run = cmd_signal_add, .opens = true,
	.summary = N_("begin a notification of an authority"),
	.more = N_("What was seen and heard, no more than is needed. The "
	    "deadline is the policy's for the urgency, or the one you name."),
	.examples = { "tugi signal add anna 'Child protection' 'Bruises on "
	    "both arms.' --urgency immediate --provision 'Act 27'" },
	.opts = { { "urgency", N_("CODE"), N_("immediate (default), same_day, "
	    "ordinary"), false },
	    { "to-kind", N_("CODE"), N_("what the authority is, for the "
	    "year's report: tugi policy show audience"), false },
	    { "provision", N_("TEXT"), N_("which rule of law"), false },
	    { "deadline", N_("TIME"), N_("until when to send it"), false },
	    { "file", N_("FILE"), N_("the facts from a file"), false } }
}, {
	.name = "signal set", .words = N_("SIGNAL FIELD=TEXT..."), .min = 2,
	.max = CMD_ANY_WORDS, .run = cmd_entry_set, .opens = true,
	.type = TYPE_SIGNAL,
	.summary = N_("change a draft"),
	.more = N_("Fields: to, to-kind, facts, urgency, provision."),
	.examples = { "tugi signal set 5b2200c1 to='Child protection'" }
}, {
	.name = "signal letter", .words = N_("SIGNAL"), .min = 1, .max = 1,
	.run = cmd_signal_letter, .opens = true,
	.summary = N_("the notification, to print, with its hash"),
	.examples = { "tugi signal letter 5b2200c1 --out signal.pdf" },
	.opts = { { "out", N_("FILE"), N_("PDF, or HTML by its ending"),
	    true } }
}, {
	.name = "signal send", .words = N_("SIGNAL"), .min = 1, .max = 1,
	.run = cmd_signal_send, .opens = true,
	.summary = N_("record that it was sent"),
	.examples = { "tugi signal send 5b2200c1 --channel phone "
	    "--not-informed 'It could put the child in danger.'" },
	.opts = { { "channel", N_("CODE"), N_("how it was given"), true },
	    FAMILY_OPTS,
	    { "basis", N_("CODE"), N_("default: cp_duty"), false },
	    { "provision", N_("TEXT"), N_("if the draft names none"), false },
	    { "reason", N_("TEXT"), N_("besides the facts"), false },
	    { "receipt", N_("TEXT"), N_("what shows that it arrived"), false },
	    { "safety-seen", NULL, N_("the card's word on safety was read"),
	    false } }
}, {
	.name = "signal step", .words = N_("SIGNAL STATE"), .min = 2,
	.max = 2, .run = cmd_signal_step, .opens = true,
	.summary = N_("what became of it"),
	.more = N_("States: delivered (the proof), answered (the feedback), "
	    "closed; of a draft: dropped (why)."),
	.examples = { "tugi signal step 5b2200c1 delivered --words 'Case "
	    "number 12-4'" },
	.opts = { { "words", N_("TEXT"), N_("proof, feedback or why"),
	    false } }
}, {
	.name = "signal list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_SIGNAL,
	.summary = N_("notifications"),
	.examples = { "tugi signal list anna" },
	.opts = { { "limit", N_("N"), N_("at most so many"), false } }
}, {
	.name = "signal show", .words = N_("SIGNAL"), .min = 1, .max = 1,
	.run = cmd_entry_show, .opens = true, .type = TYPE_SIGNAL,
	.summary = N_("one of them, whole"),
	.examples = { "tugi signal show 5b2200c1" }
}, {
	.name = "share add", .words = N_("CASE PERSON"), .min = 2, .max = 2,
	.run = cmd_share_add, .opens = true,
	.summary = N_("share single notes with one colleague"),
	.more = N_("Copies of the named records, and nothing else of their "
	    "sections, on a consent that names them. It is recorded as a "
	    "disclosure."),
	.examples = { "tugi share add anna 'Jaan Mets' --records 5b2200c1 "
	    "--by 'Mari Tamm' --role guardian" },
	.opts = { { "records", N_("IDS"), N_("which, commas between"), true },
	    { "by", N_("NAME"), N_("who gave the consent"), true },
	    { "role", N_("CODE"), N_("in what role"), true },
	    { "until", N_("DAY"), N_("its end (default: school year)"),
	    false },
	    { "purpose", N_("CODE"), N_("what for"), false },
	    { "evidence", N_("CODE"), N_("how it was given"), false },
	    { "safety-seen", NULL, N_("the card's word on safety was read"),
	    false } }
}, {
	.name = "share end", .words = N_("CASE PERSON"), .min = 2, .max = 2,
	.run = cmd_share_end, .opens = true,
	.summary = N_("take back what was shared with a colleague"),
	.examples = { "tugi share end anna 'Jaan Mets' --by 'Mari Tamm'" },
	.opts = { { "by", N_("NAME"), N_("who took it back"), true } }
}, {
	.name = "share list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_entry_list, .opens = true, .type = TYPE_COPY,
	.summary = N_("copies that were shared or came along"),
	.examples = { "tugi share list anna" },
	.opts = { { "limit", N_("N"), N_("at most so many"), false } }
}, {
	.name = "share show", .words = N_("COPY"), .min = 1, .max = 1,
	.run = cmd_entry_show, .opens = true, .type = TYPE_COPY,
	.summary = N_("one of them, whole, with its origin"),
	.examples = { "tugi share show 5b2200c1" }
}, {
	.name = "transition propose", .words = N_("CASE PERSON"), .min = 2,
	.max = 2, .run = cmd_transition_propose, .opens = true,
	.summary = N_("a child goes to another school: who receives it"),
	.more = N_("For a substitute, or a colleague who takes the case over, "
	    "there is tugi handover."),
	.examples = { "tugi transition propose anna 'Jaan Mets' "
	    "--kind preschool_school --to Lasila --until 2027-08-31" },
	.opts = { { "kind", N_("CODE"), N_("preschool_school, school_school, "
	    "preschool_preschool"), true },
	    { "to", N_("SCHOOL"), N_("the receiving school"), true },
	    { "until", N_("DAY"), N_("unclaimed, it is over then"), true } }
}, {
	.name = "transition choose", .words = N_("TRANSITION"), .min = 1,
	.max = 1, .run = cmd_transition_choose, .opens = true,
	.summary = N_("what the guardian picked to go along"),
	.more = N_("Records and consent in one step; nothing else of the case "
	    "goes."),
	.examples = { "tugi transition choose 5b2200c1 --records 77aa01de,"
	    "90bb22ef --by 'Mari Tamm' --role guardian" },
	.opts = { { "records", N_("IDS"), N_("which, commas between"), true },
	    { "by", N_("NAME"), N_("who picked them"), true },
	    { "role", N_("CODE"), N_("in what role"), true },
	    { "evidence", N_("CODE"), N_("how it was given"), false },
	    { "language", N_("CODE"), N_("of the form shown"), false },
	    { "safety-seen", NULL, N_("the card's word on safety was read"),
	    false } }
}, {
	.name = "transition accept", .words = N_("TRANSITION"), .min = 1,
	.max = 1, .run = cmd_transition_accept, .opens = true,
	.summary = N_("as the receiver: begin a case of your own with it"),
	.examples = { "tugi transition accept 5b2200c1" }
}, {
	.name = "transition decline", .words = N_("TRANSITION"), .min = 1,
	.max = 1, .run = cmd_transition_step, .opens = true,
	.summary = N_("as the receiver: not to be taken"),
	.examples = { "tugi transition decline 5b2200c1 --reason 'Goes to "
	    "another school.'" },
	.opts = { { "reason", N_("TEXT"), N_("why"), true } }
}, {
	.name = "transition revoke", .words = N_("TRANSITION"), .min = 1,
	.max = 1, .run = cmd_transition_step, .opens = true,
	.summary = N_("as the sender: taken back before it was accepted"),
	.examples = { "tugi transition revoke 5b2200c1 --by 'Mari Tamm'" },
	.opts = { { "by", N_("NAME"), N_("who took the consent back"),
	    false } }
}, {
	.name = "transition reduce", .words = N_("TRANSITION"), .min = 1,
	.max = 1, .run = cmd_transition_step, .opens = true,
	.summary = N_("as the sender: the case is moved; a stub stays"),
	.more = N_("Once it was accepted. The copies go, the record of what "
	    "went stays; what stands in the case is kept as the law says."),
	.examples = { "tugi transition reduce 5b2200c1" }
}, {
	.name = "transition list", .words = N_("[CASE]"), .max = 1,
	.run = cmd_transition_list, .opens = true,
	.summary = N_("transitions, yours and those that wait for you"),
	.examples = { "tugi transition list" }
}, {
	.name = "transition show", .words = N_("TRANSITION"), .min = 1,
	.max = 1, .run = cmd_entry_show, .opens = true,
	.type = TYPE_TRANSITION,
	.summary = N_("one of them, whole"),
	.examples = { "tugi transition show 5b2200c1" }
}, {
	.name = "package make", .words = N_("CASE RECEIVER"), .min = 2,
	.max = 2, .run = cmd_package_make, .opens = true,
	.summary = N_("chosen records for somebody outside, encrypted"),
	.more = N_("One file under a passphrase, to read anywhere with tugi "
	    "package open: JSON, text and PDF. Its basis is asked for first, "
	    "and it is recorded as a disclosure. What must stay here is left "
	    "out."),
	.examples = { "tugi package make anna 'Family doctor' --records "
	    "77aa01de --sections notes --consent 5b2200c1 --informed "
	    "--out anna.tugi" },
	.opts = { { "records", N_("IDS"), N_("which, commas between"), true },
	    { "sections", N_("LIST"), N_("that they are of"), true },
	    { "out", N_("FILE"), N_("the package"), true }, LAW_OPTS,
	    FAMILY_OPTS,
	    { "package-fd", N_("FD"), N_("read its passphrase from this file "
	    "descriptor"), false },
	    { "safety-seen", NULL, N_("the card's word on safety was read"),
	    false } }
}, {
	.name = "package open", .words = N_("FILE"), .min = 1, .max = 1,
	.run = cmd_package_open,
	.summary = N_("read a package; no profile is needed"),
	.examples = { "tugi package open anna.tugi --into anna" },
	.opts = { { "into", N_("FOLDER"), N_("where its files go"), true },
	    { "package-fd", N_("FD"), N_("read its passphrase from this file "
	    "descriptor"), false } }
}
};

const struct cmd_list table_aid = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
