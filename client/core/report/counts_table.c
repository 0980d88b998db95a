/*
 * What is counted: groups, and how each is divided. The first two sides of a
 * group are published school by school, the others for all schools together:
 * tables divided in more ways at each school could not always be rounded so
 * that all sums hold (schema/reports.md 4), and at a school with ten cases
 * they would say nothing.
 */
#include "client/core/report/counts.h"

#include <string.h>

#include "common/base/text.h"

static const struct counts_word ages[] = {
	{ "0-6", N_("under 7") }, { "7-9", N_("7 to 9") },
	{ "10-12", N_("10 to 12") }, { "13-15", N_("13 to 15") },
	{ "16", N_("16 and older") }, { NULL, NULL }
};
static const struct counts_word came[] = {
	{ "before", N_("carried over") }, { "new", N_("new") },
	{ "reopened", N_("reopened") }, { NULL, NULL }
};
static const struct counts_word targets[] = {
	{ "child", N_("child") }, { "guardian", N_("parent or carer") },
	{ "joint", N_("child and parent together") },
	{ "teacher", N_("teacher") }, { "other", N_("others") },
	{ NULL, NULL }
};
static const struct counts_word work[] = {
	{ "ind", N_("individual work") }, { "grp", N_("group work") },
	{ "com", N_("community work") }, { "stf", N_("with staff") },
	{ "travel", N_("travel") }, { "record", N_("recording") },
	{ "notes", N_("in notes") }, { NULL, NULL }
};
static const struct counts_word consents[] = {
	{ "given", N_("given") }, { "refused", N_("refused") },
	{ "withdrawn", N_("withdrawn") }, { NULL, NULL }
};
static const struct counts_word bands[] = {
	{ "0-7", N_("within 7 days") }, { "8-14", N_("8 to 14 days") },
	{ "15-30", N_("15 to 30 days") }, { "31", N_("31 days or more") },
	{ "none", N_("not yet") }, { NULL, NULL }
};

static const struct counts_word held[] = {
	{ "held", N_("held") }, { "missed", N_("not held") }, { NULL, NULL }
};

#define KIND { "kind", N_("Kind"), "activity.kind", NULL }

const struct counts_group counts_groups[COUNTS_GROUP_COUNT] = {
	[COUNTS_CHILDREN] = { "children", N_("Children"), COUNTS_NUMBER, true,
	    4, { { "age", N_("Age"), NULL, ages },
	    { "came", N_("New or known before"), NULL, came },
	    { "sex", N_("Sex"), "case.sex", NULL },
	    { "grade", N_("Grade"), "case.grade", NULL } } },
	[COUNTS_CASES] = { "cases", N_("Cases"), COUNTS_NUMBER, true, 6, {
	    { "status", N_("Status at the end"), "case.status", NULL },
	    { "stage", N_("Stage"), "case.stage", NULL },
	    { "came", N_("How they came"), NULL, came },
	    { "closing", N_("Reason of closing"), "case.closing", NULL },
	    { "asked", N_("Who asked for help"), "case.asked-by", NULL },
	    { "theme", N_("Main theme"), "case.main-theme", NULL } } },
	[COUNTS_CONTACTS] = { "contacts", N_("Contacts"), COUNTS_NUMBER, false,
	    2, { KIND, { "target", N_("With whom"), NULL, targets } } },
	[COUNTS_CONTACT_TIME] = { "contact-hours", N_("Hours of contacts"),
	    COUNTS_MINUTES, false, 1, { KIND } },
	[COUNTS_GROUPS] = { "groups", N_("Group sessions"), COUNTS_NUMBER,
	    false, 1, { KIND } },
	[COUNTS_GROUP_HEADS] = { "group-participants",
	    N_("Participants of group sessions"), COUNTS_NUMBER, false, 1,
	    { KIND } },
	[COUNTS_COMMUNITY] = { "community", N_("Community events"),
	    COUNTS_NUMBER, false, 1, { KIND } },
	[COUNTS_COMMUNITY_HEADS] = { "community-reach",
	    N_("Reached by community events"), COUNTS_NUMBER, false, 1,
	    { KIND } },
	[COUNTS_STAFF] = { "staff", N_("Consultation and case discussion"),
	    COUNTS_NUMBER, false, 1, { KIND } },
	[COUNTS_TIME] = { "hours", N_("Working hours recorded"),
	    COUNTS_MINUTES, false, 1,
	    { { "work", N_("Form of work"), NULL, work } } },
	[COUNTS_MEETINGS] = { "meetings", N_("Meetings held"), COUNTS_NUMBER,
	    false, 1, { { "kind", N_("Kind"), "meetings", NULL } } },
	[COUNTS_CONSENTS] = { "consents", N_("Consents"), COUNTS_NUMBER,
	    false, 1, { { "status", N_("What was said"), NULL, consents } } },
	[COUNTS_OVERRIDES] = { "overrides",
	    N_("Disclosures by law without consent"), COUNTS_NUMBER, false, 1,
	    { { "basis", N_("Legal basis"), "override.basis", NULL } } },
	[COUNTS_SIGNALS] = { "signals", N_("Signals"), COUNTS_NUMBER, false,
	    3, { { "urgency", N_("Urgency"), "signal.urgency", NULL },
	    { "state", N_("State"), "signal.state", NULL },
	    { "recipient", N_("Kind of recipient"), "audience", NULL } } },
	[COUNTS_REFERRALS] = { "referrals", N_("Referrals"), COUNTS_NUMBER,
	    false, 4, { { "state", N_("State"), "referral.state", NULL },
	    { "basis", N_("Basis"), "disclosure.basis", NULL },
	    { "days", N_("Until accepted"), NULL, bands },
	    { "recipient", N_("Kind of recipient"), "audience", NULL } } },
	[COUNTS_HANDOVERS] = { "handovers", N_("Handovers and takeovers"),
	    COUNTS_NUMBER, false, 1,
	    { { "step", N_("Step"), "handover.step", NULL } } },
	[COUNTS_ASSESSMENTS] = { "assessments", N_("Risk assessments"),
	    COUNTS_NUMBER, false, 2,
	    { { "level", N_("Judgement"), "assessment.level", NULL },
	    { "setting", N_("Setting"), "assessment.setting", NULL } } },
	[COUNTS_UPTAKE] = { "uptake", N_("Offers of the service"),
	    COUNTS_NUMBER, false, 1,
	    { { "outcome", N_("Answer"), "uptake.outcome", NULL } } },
	[COUNTS_FIRST_MEETING] = { "first-meeting",
	    N_("New cases by days until the first contact"), COUNTS_NUMBER,
	    false, 2, { { "days", N_("Days"), NULL, bands },
	    { "waiting", N_("Days from the request"), NULL, bands } } },
	[COUNTS_TRANSITIONS] = { "transitions",
	    N_("Transitions between schools"), COUNTS_NUMBER, false, 2,
	    { { "state", N_("State"), "transition.state", NULL },
	    { "kind", N_("Kind"), "transition.kind", NULL } } },
	[COUNTS_DISCLOSURES] = { "disclosures", N_("Disclosures"),
	    COUNTS_NUMBER, false, 2,
	    { { "basis", N_("Basis"), "disclosure.basis", NULL },
	    { "channel", N_("Channel"), "disclosure.channel", NULL } } },
	[COUNTS_MEETINGS_DUE] = { "meetings-due",
	    N_("Regular meetings that were due"), COUNTS_NUMBER, false, 2,
	    { { "kind", N_("Kind"), "meetings", NULL },
	    { "held", N_("Held"), NULL, held } } },
};

int
counts_group_find(const char *code)
{
	int i;

	for (i = 0; i < COUNTS_GROUP_COUNT; i++)
		if (strcmp(counts_groups[i].code, code) == 0)
			return i;
	return -1;
}

const char *
counts_label(const struct counts_side *side, const char *code)
{
	const struct counts_word *w;

	for (w = side->words; w != NULL && w->code != NULL; w++)
		if (strcmp(w->code, code) == 0)
			return w->label;
	return NULL;
}
