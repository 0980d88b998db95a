/*
 * The one table of record types and fields, and how typed text becomes a
 * value. Names are stable (command line, JSON, tests); numbers are the wire's.
 * To add a field: a number in fields.h, a line here, a line in
 * schema/wire.md.
 */
#include "client/core/local/fields.h"

#include <string.h>

#include "client/core/local/day.h"
#include "client/core/local/utf8.h"

#define CODE_MAX 40           /* bytes of a vocabulary word */
#define LINE_MAX_BYTES 400    /* bytes of a one-line text */
#define NUMBER_DIGITS 12

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct record_kind kinds[] = {
	{ TYPE_SPACE, "space", NULL, true },
	{ TYPE_STAFF, "staff", "commons", false },
	{ TYPE_CASE, "case", "card", false },
	{ TYPE_NOTE, "note", "notes", true },
	{ TYPE_CONSENT, "consent", "card", true },
	{ TYPE_WITHDRAWAL, "withdrawal", "card", true },
	{ TYPE_PLAN, "plan", "plan", false },
	{ TYPE_REVIEW, "review", NULL, true },
	{ TYPE_REPORT, "report", NULL, true },
	{ TYPE_OVERRIDE, "override", "card", true },
	{ TYPE_HANDOVER, "handover", "card", true },
	{ TYPE_ALIAS, "alias", "card", false },
	{ TYPE_POLICY, "policy", "commons", true },
};

/* Sorted by type; within a type in the order they are shown in. */
static const struct field fields[] = {
	/* type, number, kind, search, settable, name, label */
	{ TYPE_SPACE, SPACE_KIND, FIELD_NUMBER, false, false,
	    "kind", "Kind" },
	{ TYPE_SPACE, SPACE_CASE, FIELD_RECORD, false, false,
	    "case", "Case" },
	{ TYPE_SPACE, SPACE_SECTION, FIELD_CODE, false, false,
	    "section", "Section" },
	{ TYPE_SPACE, SPACE_SIDE, FIELD_PERSON, false, false,
	    "side", "Kept by" },
	{ TYPE_SPACE, SPACE_LABEL, FIELD_TEXT, false, false,
	    "label", "Label" },

	{ TYPE_STAFF, STAFF_PERSON, FIELD_PERSON, false, false,
	    "person", "Person" },
	{ TYPE_STAFF, STAFF_NAME, FIELD_TEXT, false, true,
	    "name", "Name" },
	{ TYPE_STAFF, STAFF_TITLE, FIELD_TEXT, false, true,
	    "title", "Title" },

	{ TYPE_CASE, CASE_CODE, FIELD_TEXT, true, true,
	    "code", "Code" },
	{ TYPE_CASE, CASE_NAME, FIELD_TEXT, true, true,
	    "name", "Child" },
	{ TYPE_CASE, CASE_BORN, FIELD_DATE, false, true,
	    "born", "Born" },
	{ TYPE_CASE, CASE_SCHOOL, FIELD_TEXT, true, true,
	    "school", "School" },
	{ TYPE_CASE, CASE_THEME, FIELD_TEXT, true, true,
	    "theme", "Theme" },
	{ TYPE_CASE, CASE_STAGE, FIELD_CODE, false, true,
	    "stage", "Stage" },
	{ TYPE_CASE, CASE_STATUS, FIELD_CODE, false, true,
	    "status", "Status" },
	{ TYPE_CASE, CASE_LEAD, FIELD_PERSON, false, true,
	    "lead", "Lead" },
	{ TYPE_CASE, CASE_COORDINATOR, FIELD_PERSON, false, true,
	    "coordinator", "Coordinator" },
	{ TYPE_CASE, CASE_CONTACT, FIELD_LONG, true, true,
	    "contact", "Contact" },
	{ TYPE_CASE, CASE_SAFETY, FIELD_LONG, true, true,
	    "safety", "Safety" },
	{ TYPE_CASE, FIELD_DELETED, FIELD_FLAG, false, false,
	    "deleted", "Deleted" },

	{ TYPE_NOTE, NOTE_HAPPENED, FIELD_TIME, false, false,
	    "happened", "Happened" },
	{ TYPE_NOTE, NOTE_CATEGORY, FIELD_CODE, false, false,
	    "category", "Category" },
	{ TYPE_NOTE, NOTE_TEXT, FIELD_LONG, true, false,
	    "text", "Text" },
	{ TYPE_NOTE, NOTE_MINUTES, FIELD_NUMBER, false, false,
	    "minutes", "Minutes" },
	{ TYPE_NOTE, NOTE_LANGUAGE, FIELD_CODE, false, false,
	    "language", "Language" },
	{ TYPE_NOTE, NOTE_SCHOOL, FIELD_TEXT, false, false,
	    "school", "School" },
	{ TYPE_NOTE, NOTE_AUTHOR, FIELD_PERSON, false, false,
	    "author", "Author" },
	{ TYPE_NOTE, NOTE_AMENDS, FIELD_RECORD, false, false,
	    "amends", "Amends" },
	{ TYPE_NOTE, NOTE_SOURCE, FIELD_CODE, false, false,
	    "source", "Source" },
	{ TYPE_NOTE, FIELD_DELETED, FIELD_FLAG, false, false,
	    "deleted", "Deleted" },

	{ TYPE_CONSENT, CONSENT_STATUS, FIELD_CODE, false, false,
	    "status", "Status" },
	{ TYPE_CONSENT, CONSENT_GIVER, FIELD_TEXT, true, false,
	    "giver", "Giver" },
	{ TYPE_CONSENT, CONSENT_GIVER_ROLE, FIELD_CODE, false, false,
	    "giver-role", "Giver's role" },
	{ TYPE_CONSENT, CONSENT_AUDIENCE, FIELD_PERSON, false, false,
	    "audience", "Audience" },
	{ TYPE_CONSENT, CONSENT_SECTIONS, FIELD_TEXT, false, false,
	    "sections", "Sections" },
	{ TYPE_CONSENT, CONSENT_RIGHT, FIELD_NUMBER, false, false,
	    "right", "Right" },
	{ TYPE_CONSENT, CONSENT_PURPOSE, FIELD_CODE, false, false,
	    "purpose", "Purpose" },
	{ TYPE_CONSENT, CONSENT_FROM, FIELD_TIME, false, false,
	    "from", "From" },
	{ TYPE_CONSENT, CONSENT_UNTIL, FIELD_TIME, false, false,
	    "until", "Until" },
	{ TYPE_CONSENT, CONSENT_EVIDENCE, FIELD_CODE, false, false,
	    "evidence", "Evidence" },
	{ TYPE_CONSENT, CONSENT_LANGUAGE, FIELD_CODE, false, false,
	    "language", "Language" },
	{ TYPE_CONSENT, CONSENT_TAKEN_BY, FIELD_PERSON, false, false,
	    "taken-by", "Taken by" },
	{ TYPE_CONSENT, CONSENT_SUPERSEDES, FIELD_RECORD, false, false,
	    "supersedes", "Supersedes" },

	{ TYPE_WITHDRAWAL, WITHDRAWAL_GIVER, FIELD_TEXT, true, false,
	    "giver", "Giver" },
	{ TYPE_WITHDRAWAL, WITHDRAWAL_AUDIENCE, FIELD_PERSON, false, false,
	    "audience", "Audience" },
	{ TYPE_WITHDRAWAL, WITHDRAWAL_SECTIONS, FIELD_TEXT, false, false,
	    "sections", "Sections" },
	{ TYPE_WITHDRAWAL, WITHDRAWAL_CHANNEL, FIELD_CODE, false, false,
	    "channel", "Channel" },
	{ TYPE_WITHDRAWAL, WITHDRAWAL_TOLD_ON, FIELD_DATE, false, false,
	    "told-on", "Told on" },
	{ TYPE_WITHDRAWAL, WITHDRAWAL_TAKEN_BY, FIELD_PERSON, false, false,
	    "taken-by", "Taken by" },
	{ TYPE_WITHDRAWAL, WITHDRAWAL_WISH, FIELD_LONG, false, false,
	    "wish", "Wish" },

	{ TYPE_PLAN, PLAN_GOAL, FIELD_TEXT, true, true,
	    "goal", "Goal" },
	{ TYPE_PLAN, PLAN_MEASURES, FIELD_LONG, true, true,
	    "measures", "Measures" },
	{ TYPE_PLAN, PLAN_RESPONSIBLE, FIELD_PERSON, false, true,
	    "responsible", "Responsible" },
	{ TYPE_PLAN, PLAN_DUE, FIELD_DATE, false, true,
	    "due", "Due" },
	{ TYPE_PLAN, PLAN_REVIEW, FIELD_DATE, false, true,
	    "review", "Review on" },
	{ TYPE_PLAN, PLAN_OUTCOME, FIELD_LONG, true, true,
	    "outcome", "Outcome" },
	{ TYPE_PLAN, PLAN_CHILD_VIEW, FIELD_LONG, true, true,
	    "child-view", "Child's view" },
	{ TYPE_PLAN, PLAN_GUARDIAN_VIEW, FIELD_LONG, true, true,
	    "guardian-view", "Guardian's view" },
	{ TYPE_PLAN, FIELD_DELETED, FIELD_FLAG, false, false,
	    "deleted", "Deleted" },

	{ TYPE_REVIEW, REVIEW_DEPOSIT, FIELD_HASH, false, false,
	    "deposit", "Deposit" },
	{ TYPE_REVIEW, REVIEW_OUTCOME, FIELD_NUMBER, false, false,
	    "outcome", "Outcome" },
	{ TYPE_REVIEW, REVIEW_BASIS, FIELD_TEXT, false, false,
	    "basis", "Legal basis" },
	{ TYPE_REVIEW, REVIEW_WORDS, FIELD_LONG, false, false,
	    "words", "Words" },
	{ TYPE_REVIEW, REVIEW_KEEPER, FIELD_PERSON, false, false,
	    "keeper", "Keeper" },
	{ TYPE_REVIEW, REVIEW_RECORD, FIELD_RECORD, false, false,
	    "record", "Text" },
	{ TYPE_REVIEW, REVIEW_ORIGIN, FIELD_RECORD, false, false,
	    "origin", "Written on" },
	{ TYPE_REVIEW, REVIEW_STAMP, FIELD_NUMBER, false, false,
	    "stamp", "Stamp" },

	{ TYPE_REPORT, REPORT_PERSON, FIELD_PERSON, false, false,
	    "person", "Person" },
	{ TYPE_REPORT, REPORT_WHAT, FIELD_TEXT, false, false,
	    "what", "What" },

	{ TYPE_OVERRIDE, OVERRIDE_PERSON, FIELD_PERSON, false, false,
	    "person", "Person" },
	{ TYPE_OVERRIDE, OVERRIDE_SECTIONS, FIELD_TEXT, false, false,
	    "sections", "Sections" },
	{ TYPE_OVERRIDE, OVERRIDE_RIGHT, FIELD_NUMBER, false, false,
	    "right", "Right" },
	{ TYPE_OVERRIDE, OVERRIDE_BASIS, FIELD_CODE, false, false,
	    "basis", "Legal basis" },
	{ TYPE_OVERRIDE, OVERRIDE_PROVISION, FIELD_TEXT, true, false,
	    "provision", "Provision" },
	{ TYPE_OVERRIDE, OVERRIDE_REASON, FIELD_LONG, true, false,
	    "reason", "Reason" },
	{ TYPE_OVERRIDE, OVERRIDE_FROM, FIELD_TIME, false, false,
	    "from", "From" },
	{ TYPE_OVERRIDE, OVERRIDE_UNTIL, FIELD_TIME, false, false,
	    "until", "Until" },
	{ TYPE_OVERRIDE, OVERRIDE_TAKEN_BY, FIELD_PERSON, false, false,
	    "taken-by", "Taken by" },
	{ TYPE_OVERRIDE, OVERRIDE_ENDS, FIELD_RECORD, false, false,
	    "ends", "Ends" },
	{ TYPE_OVERRIDE, OVERRIDE_SIGNS, FIELD_RECORD, false, false,
	    "signs", "Signs" },
	{ TYPE_OVERRIDE, OVERRIDE_OFFICER, FIELD_RECORD, false, false,
	    "officer", "Officer's device" },
	{ TYPE_OVERRIDE, OVERRIDE_SIGNATURE, FIELD_HASH, false, false,
	    "signature", "Signature" },

	{ TYPE_HANDOVER, HANDOVER_STEP, FIELD_CODE, false, false,
	    "step", "Step" },
	{ TYPE_HANDOVER, HANDOVER_PERSON, FIELD_PERSON, false, false,
	    "person", "Person" },
	{ TYPE_HANDOVER, HANDOVER_OF, FIELD_RECORD, false, false,
	    "of", "Answers" },
	{ TYPE_HANDOVER, HANDOVER_UNTIL, FIELD_TIME, false, false,
	    "until", "Until" },
	{ TYPE_HANDOVER, HANDOVER_RIGHT, FIELD_NUMBER, false, false,
	    "right", "Right" },
	{ TYPE_HANDOVER, HANDOVER_PROVISION, FIELD_TEXT, false, false,
	    "provision", "Provision" },
	{ TYPE_HANDOVER, HANDOVER_REASON, FIELD_LONG, true, false,
	    "reason", "Reason" },
	{ TYPE_HANDOVER, HANDOVER_BY, FIELD_PERSON, false, false,
	    "by", "By" },
	{ TYPE_HANDOVER, HANDOVER_SUPERSEDES, FIELD_RECORD, false, false,
	    "supersedes", "Supersedes" },

	{ TYPE_ALIAS, ALIAS_FRONT, FIELD_RECORD, false, false,
	    "front", "In front" },
	{ TYPE_ALIAS, ALIAS_BEHIND, FIELD_RECORD, false, false,
	    "behind", "Behind" },
	{ TYPE_ALIAS, ALIAS_STATUS, FIELD_CODE, false, false,
	    "status", "Same child" },

	{ TYPE_POLICY, POLICY_COMMIT, FIELD_TEXT, false, false,
	    "commit", "Commit" },
	{ TYPE_POLICY, POLICY_PART, FIELD_NUMBER, false, false,
	    "part", "Part" },
	{ TYPE_POLICY, POLICY_PARTS, FIELD_NUMBER, false, false,
	    "parts", "Parts" },
	{ TYPE_POLICY, POLICY_HASH, FIELD_HASH, false, false,
	    "hash", "Hash" },
	{ TYPE_POLICY, POLICY_DATA, FIELD_LONG, false, false,
	    "data", "Data" },
};

const struct field *
fields_of(enum record_type type, size_t *count)
{
	const struct field *first = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < COUNT(fields); i++) {
		if (fields[i].type != type)
			continue;
		if (first == NULL)
			first = &fields[i];
		++*count;
	}
	return first;
}

const struct field *
fields_find(enum record_type type, const char *name)
{
	size_t n, i;
	const struct field *f = fields_of(type, &n);

	for (i = 0; i < n; i++)
		if (strcmp(f[i].name, name) == 0)
			return &f[i];
	return NULL;
}

const struct field *
fields_number(enum record_type type, uint16_t number)
{
	size_t n, i;
	const struct field *f = fields_of(type, &n);

	for (i = 0; i < n; i++)
		if (f[i].number == number)
			return &f[i];
	return NULL;
}

/* Where the words of a code come from. A code that is not here is one that
 * only the program writes. */
static const struct {
	enum record_type type;
	uint16_t field;
	const char *name;
} vocabularies[] = {
	{ TYPE_CASE, CASE_STAGE, "case.stage" },
	{ TYPE_CASE, CASE_STATUS, "case.status" },
	{ TYPE_NOTE, NOTE_CATEGORY, "note.category" },
	{ TYPE_NOTE, NOTE_LANGUAGE, "language" },
	{ TYPE_NOTE, NOTE_SOURCE, "note.source" },
	{ TYPE_CONSENT, CONSENT_STATUS, "consent.status" },
	{ TYPE_CONSENT, CONSENT_GIVER_ROLE, "consent.giver" },
	{ TYPE_CONSENT, CONSENT_PURPOSE, "consent.purpose" },
	{ TYPE_CONSENT, CONSENT_EVIDENCE, "consent.evidence" },
	{ TYPE_CONSENT, CONSENT_LANGUAGE, "language" },
	{ TYPE_WITHDRAWAL, WITHDRAWAL_CHANNEL, "withdrawal.channel" },
	{ TYPE_OVERRIDE, OVERRIDE_BASIS, "override.basis" },
	{ TYPE_HANDOVER, HANDOVER_STEP, "handover.step" },
	{ TYPE_ALIAS, ALIAS_STATUS, "alias.status" },
};

const char *
fields_vocabulary(const struct field *f)
{
	size_t i;

	for (i = 0; i < COUNT(vocabularies); i++)
		if (vocabularies[i].type == f->type &&
		    vocabularies[i].field == f->number)
			return vocabularies[i].name;
	return NULL;
}

const struct record_kind *
fields_kind(enum record_type type)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static int
parse_text(const struct field *f, struct view v, struct err *e)
{
	bool lines = f->kind == FIELD_LONG;

	if (v.len > (lines ? (size_t)RECORD_TEXT_MAX : LINE_MAX_BYTES))
		return err_set(e, ERR_INPUT, "%s is longer than %d bytes",
		    f->name, lines ? RECORD_TEXT_MAX : LINE_MAX_BYTES);
	if (utf8_bad(v) != v.len)
		return err_set(e, ERR_INPUT, "%s is not UTF-8 text", f->name);
	if (utf8_controls(v, lines) != v.len)
		return err_set(e, ERR_INPUT,
		    "%s has a control character in it%s", f->name,
		    lines ? "" : "; it is one line of text");
	return 0;
}

static int
parse_code(const struct field *f, struct view v, struct err *e)
{
	size_t i;

	for (i = 0; i < v.len; i++) {
		uint8_t c = v.data[i];
		bool inner = c == '-' || c == '_';

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (inner && i > 0)))
			break;
	}
	if (i == v.len && v.len <= CODE_MAX)
		return 0;
	return err_set(e, ERR_INPUT, "%s is one word of a-z, 0-9, - and _, at "
	    "most %d long", f->name, CODE_MAX);
}

static int
parse_number(const struct field *f, struct view v, struct value *out,
    struct err *e)
{
	size_t i;

	out->type = VALUE_INT;
	out->num = 0;
	for (i = 0; i < v.len && v.data[i] >= '0' && v.data[i] <= '9'; i++)
		if (i < NUMBER_DIGITS)
			out->num = out->num * 10 + (v.data[i] - '0');
	if (i == 0 || i != v.len || i > NUMBER_DIGITS)
		return err_set(e, ERR_INPUT, "%s is a whole number, 0 or more",
		    f->name);
	return 0;
}

static int
parse_bytes(const struct field *f, const char *text, uint8_t scratch[32],
    struct value *out, struct err *e)
{
	struct hash h;
	struct id id;
	size_t len = f->kind == FIELD_HASH ? sizeof(h.b) : sizeof(id.b);

	if (f->kind == FIELD_HASH ? hash_parse(text, &h, e) != 0 :
	    id_parse(text, &id, e) != 0)
		return err_add(e, "%s", f->name);
	if (f->kind == FIELD_HASH)
		memcpy(scratch, h.b, len);
	else
		memcpy(scratch, id.b, len);
	out->type = VALUE_BYTES;
	out->data = view_of(scratch, len);
	return 0;
}

static int
parse_flag(const struct field *f, const char *text, struct value *out,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->type = VALUE_BOOL;
	out->num = strcmp(text, "yes") == 0;
	return out->num || strcmp(text, "no") == 0 ? 0 : err_set(e, ERR_INPUT,
	    "%s is yes or no", f->name);
}

int
fields_parse(const struct field *f, const char *text, uint8_t scratch[32],
    struct value *out, struct err *e)
{
	struct view v = view_str(text);
	int64_t ms;

	memset(out, 0, sizeof(*out));
	if (text[strspn(text, " \t")] == '\0')
		return 0; /* nothing typed: the field is emptied */
	out->type = VALUE_TEXT;
	out->data = v;
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
		return parse_text(f, v, e);
	case FIELD_CODE:
		return parse_code(f, v, e);
	case FIELD_DATE:
		if (!day_parse(v, &ms))
			return err_set(e, ERR_INPUT, "%s is a day, "
			    "written like 2015-04-02", f->name);
		return 0;
	case FIELD_TIME:
		out->type = VALUE_INT;
		if (!day_parse_time(v, &out->num))
			return err_set(e, ERR_INPUT, "%s is a day as "
			    "YYYY-MM-DD, or YYYY-MM-DD HH:MM", f->name);
		return 0;
	case FIELD_NUMBER:
		return parse_number(f, v, out, e);
	case FIELD_PERSON:
	case FIELD_RECORD:
	case FIELD_HASH:
		return parse_bytes(f, text, scratch, out, e);
	case FIELD_FLAG:
		return parse_flag(f, text, out, e);
	}
	return err_set(e, ERR_BUG, "%s has no kind", f->name);
}
