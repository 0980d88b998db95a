/*
 * The rules below say which records count where; the fields are found by the
 * names under which they are declared. Free text is never counted, only codes
 * and numbers.
 */
#include <stdio.h>
#include <string.h>

#include "client/core/local/day.h"
#include "client/core/report/tally_parts.h"

#define MOST 100000 /* of anything in one record */

/* Which records of a kind count in a group, and under which words: the name of
 * a field, or "@" and a function below. */
struct rule {
	const char *kind;
	enum counts_group_number group;
	const char *field, *begins; /* only if that code begins so */
	const char *without;        /* and the field "state" is none of these */
	const char *words[COUNTS_SIDES_MAX];
	const char *sum;            /* a field that is added up; NULL: 1 */
};

static const struct rule rules[] = {
	{ "activity", COUNTS_CONTACTS, "kind", "ind_", NULL,
	    { "kind", "@target" }, NULL },
	{ "activity", COUNTS_CONTACT_TIME, "kind", "ind_", NULL, { "kind" },
	    "minutes" },
	{ "activity", COUNTS_GROUPS, "kind", "grp_", NULL, { "kind" }, NULL },
	{ "activity", COUNTS_GROUP_HEADS, "kind", "grp_", NULL, { "kind" },
	    "@heads" },
	{ "activity", COUNTS_COMMUNITY, "kind", "com_", NULL, { "kind" },
	    NULL },
	{ "activity", COUNTS_COMMUNITY_HEADS, "kind", "com_", NULL,
	    { "kind" }, "@heads" },
	{ "activity", COUNTS_STAFF, "kind", "stf_", NULL, { "kind" }, NULL },
	{ "activity", COUNTS_TIME, NULL, NULL, NULL, { "@work" }, "minutes" },
	{ "note", COUNTS_CONTACTS, "category", "contact", NULL,
	    { "@note", "@source" }, NULL },
	{ "note", COUNTS_CONTACTS, "category", "home_visit", NULL,
	    { "@note", "@source" }, NULL },
	{ "note", COUNTS_CONTACTS, "category", "crisis", NULL,
	    { "@note", "@source" }, NULL },
	{ "note", COUNTS_CONTACT_TIME, NULL, NULL, NULL, { "@note" },
	    "minutes" },
	{ "note", COUNTS_TIME, NULL, NULL, NULL, { "@work" }, "minutes" },
	{ "meeting", COUNTS_MEETINGS, NULL, NULL, "planned cancelled",
	    { "kind" }, NULL },
	{ "supervision", COUNTS_STAFF, NULL, NULL, NULL, { "@supervision" },
	    NULL },
	{ "supervision", COUNTS_TIME, NULL, NULL, NULL, { "@work" },
	    "minutes" },
	{ "consent", COUNTS_CONSENTS, NULL, NULL, NULL, { "status" }, NULL },
	{ "withdrawal", COUNTS_CONSENTS, NULL, NULL, NULL, { "@withdrawn" },
	    NULL },
	{ "override", COUNTS_OVERRIDES, NULL, NULL, NULL, { "basis" }, NULL },
	{ "signal", COUNTS_SIGNALS, NULL, NULL, "draft dropped",
	    { "urgency", "state", "to-kind" }, NULL },
	{ "referral", COUNTS_REFERRALS, NULL, NULL, "draft",
	    { "state", "basis", "@accepted", "to-kind" }, NULL },
	{ "handover", COUNTS_HANDOVERS, NULL, NULL, NULL, { "step" }, NULL },
	{ "assessment", COUNTS_ASSESSMENTS, NULL, NULL, NULL,
	    { "level", "setting" }, NULL },
	{ "uptake", COUNTS_UPTAKE, NULL, NULL, NULL, { "outcome" }, NULL },
	{ "transition", COUNTS_TRANSITIONS, NULL, NULL, NULL,
	    { "state", "kind" }, NULL },
	{ "disclosure", COUNTS_DISCLOSURES, NULL, NULL, NULL,
	    { "basis", "channel" }, NULL },
};

/* ---- one record ---- */

/* The first words of a code say which form of work it is. */
static const char *
work_of(const char *kind)
{
	static const char *const forms[] = { "ind", "grp", "com", "stf" };
	size_t i;

	for (i = 0; i < 4; i++)
		if (strncmp(kind, forms[i], 3) == 0)
			return forms[i];
	return strcmp(kind, "adm_travel") == 0 ? "travel" :
	    strcmp(kind, "adm_record") == 0 ? "record" : "";
}

/* Whom a contact was with: as it says, else as its kind says. */
static const char *
target_of(const char *target, const char *kind)
{
	static const char *const as[][2] = {
		{ "child", "child" }, { "pupils", "child" },
		{ "guardian", "guardian" }, { "parents", "guardian" },
		{ "both", "joint" }, { "teacher", "teacher" },
		{ "staff", "teacher" }, { "network", "other" },
		{ "school", "other" }
	};
	size_t i;

	for (i = 0; i < sizeof(as) / sizeof(as[0]); i++)
		if (strcmp(as[i][0], target) == 0)
			return as[i][1];
	return strcmp(kind, "ind_child") == 0 ? "child" :
	    strcmp(kind, "ind_guardian") == 0 ? "guardian" :
	    strcmp(kind, "ind_joint") == 0 ? "joint" : "other";
}

static int64_t
day_of(const struct tally *t, const char *name)
{
	const struct field *f = tally_field(t, name);
	int64_t ms;

	return f != NULL && f->kind == FIELD_DATE &&
	    day_parse(loaded_text(t->l, f->number), &ms) ? ms : 0;
}

/* Until it was accepted: a no is an answer too, and no acceptance. */
static const char *
accepted(const struct tally *t)
{
	int64_t sent = day_of(t, "sent"), answer = day_of(t, "answered");

	if (loaded_text(t->l, REFERRAL_DECLINED).len > 0)
		return "none";
	return sent == 0 || answer == 0 ? "none" : answer < sent ? "0-7" :
	    tally_band((answer - sent) / TALLY_DAY_MS);
}

static const char *
note_kind(const char *category)
{
	return strcmp(category, "home_visit") == 0 ? "ind_home" :
	    strcmp(category, "crisis") == 0 ? "ind_crisis" : "";
}

static const char *
source_of(const char *source)
{
	return strcmp(source, "child") == 0 || strcmp(source, "guardian") == 0
	    || strcmp(source, "teacher") == 0 ? source :
	    source[0] != '\0' ? "other" : "";
}

/* A word of the table; ${room} where it needs some. */
static const char *
word(const struct tally *t, const char *name, char room[static TALLY_CODE_BYTES])
{
	char target[TALLY_CODE_BYTES];

	if (name == NULL || name[0] != '@')
		return name == NULL ? "" : tally_code(t, name, room);
	if (strcmp(name, "@target") == 0)
		return target_of(tally_code(t, "target", target),
		    tally_code(t, "kind", room));
	if (strcmp(name, "@work") == 0)
		return t->l->row.type == TYPE_NOTE ? "notes" :
		    t->l->row.type == TYPE_SUPERVISION ? "stf" :
		    work_of(tally_code(t, "kind", room));
	if (strcmp(name, "@supervision") == 0)
		return "stf_supervision";
	if (strcmp(name, "@note") == 0)
		return note_kind(tally_code(t, "category", room));
	if (strcmp(name, "@source") == 0)
		return source_of(tally_code(t, "source", room));
	if (strcmp(name, "@accepted") == 0)
		return accepted(t);
	return "withdrawn";
}

/* Whose it is: the person that such records name as theirs, else its
 * writer. */
static bool
is_own(const struct tally *t)
{
	const struct field *f;
	struct id person;
	size_t i, n;

	f = fields_of(t->l->row.type, &n);
	for (i = 0; i < n; i++) {
		if (f[i].kind != FIELD_PERSON || (f[i].flags & FIELD_OWN) == 0)
			continue;
		person = loaded_id(t->l, f[i].number);
		if (!id_is_zero(&person))
			return id_eq(&person, &t->s->person);
	}
	return tally_wrote(t);
}

/* Of the record itself, its case, or the room it stands in. */
static const char *
school_of(struct tally *t, char out[static COUNTS_WORD_BYTES + 1])
{
	const struct field *f = tally_field(t, "school");
	struct view v = f != NULL ? loaded_text(t->l, f->number) :
	    view_of(NULL, 0);
	struct known *k = tally_case_of(t, &t->l->row.case_id);

	if (v.len > COUNTS_WORD_BYTES)
		v.len = 0;
	if (k == NULL)
		k = tally_find(t->rooms, t->room_count, &t->l->row.space);
	if (v.len == 0 && k != NULL)
		return k->school;
	if (v.len > 0)
		memcpy(out, v.data, v.len);
	out[v.len] = '\0';
	return out;
}

static int64_t
number_of(const struct tally *t, const char *name)
{
	const struct field *f = tally_field(t, name);
	int64_t n = f != NULL && f->kind == FIELD_NUMBER ?
	    loaded_int(t->l, f->number) : 0;

	return n > 0 && n <= MOST ? n : 0;
}

/* Who took part: all together if that was counted, else by sex and age. */
static int64_t
heads(const struct tally *t)
{
	static const char *const sexes[] = { "girls", "boys" };
	static const char *const years[] = { "0-6", "7-9", "10-12", "13-15",
		"16-19" };
	int64_t n = number_of(t, "heads");
	char name[24];
	size_t i, k;

	if (n > 0)
		return n;
	n = number_of(t, "adults") + number_of(t, "others");
	for (i = 0; i < 2; i++)
		for (k = 0; k < 5; k++) {
			snprintf(name, sizeof(name), "%s-%s", sexes[i],
			    years[k]);
			n += number_of(t, name);
		}
	return n;
}

static bool
is_contact(const struct rule *r)
{
	return r->group == COUNTS_CONTACTS;
}

static void
saw(struct tally *t)
{
	struct known *k = tally_case_of(t, &t->l->row.case_id);
	int64_t at = t->l->row.at_ms;

	if (k == NULL)
		return;
	if (k->first_ms == 0 || at < k->first_ms)
		k->first_ms = at;
	if (at > k->last_ms)
		k->last_ms = at;
}

static void
count(struct tally *t, const struct rule *r)
{
	char words[COUNTS_SIDES_MAX][TALLY_CODE_BYTES], only[TALLY_CODE_BYTES];
	char school[COUNTS_WORD_BYTES + 1];
	struct counts_event ev = { .group = r->group, .n = 1 };
	size_t i;

	if ((r->field != NULL && strncmp(tally_code(t, r->field, only), r->begins,
	    strlen(r->begins)) != 0) || (r->without != NULL &&
	    fields_listed(r->without, tally_code(t, "state", only))))
		return;
	if (r->sum != NULL)
		ev.n = strcmp(r->sum, "@heads") == 0 ? heads(t) :
		    number_of(t, r->sum);
	if (ev.n == 0)
		return;
	for (i = 0; i < counts_groups[r->group].side_count; i++)
		ev.words[i] = word(t, r->words[i], words[i]);
	ev.school = school_of(t, school);
	counts_add(t->out, &ev);
	if (is_contact(r))
		saw(t);
}

/* ---- records of a kind ---- */

/* An override's end and its second signature are no override. */
static bool
counts_at_all(const struct tally *t)
{
	const struct id none = { { 0 } };
	struct id ends, signs;

	if (t->l->row.type != TYPE_OVERRIDE)
		return true;
	ends = loaded_id(t->l, OVERRIDE_ENDS);
	signs = loaded_id(t->l, OVERRIDE_SIGNS);
	return id_eq(&ends, &none) && id_eq(&signs, &none);
}

static int
take_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct tally *t = ctx;
	const char *kind = fields_kind(row->type)->name;
	size_t i;
	int rc;

	if (!tally_in_year(t, row->at_ms) || (row->flags & RECORD_HELD) != 0)
		return 0;
	rc = versions_load_row(t->s, row, t->l, e);
	if (rc != 1)
		return rc;
	if (is_own(t) && counts_at_all(t))
		for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
			if (strcmp(rules[i].kind, kind) == 0)
				count(t, &rules[i]);
		}
	versions_done(t->l);
	return 0;
}

int
tally_kinds(struct tally *t, struct err *e)
{
	struct version_query q = { 0 };
	const struct record_kind *kind;
	size_t i, k;

	for (i = 0; (kind = fields_each(i)) != NULL; i++) {
		for (k = 0; k < sizeof(rules) / sizeof(rules[0]); k++)
			if (strcmp(rules[k].kind, kind->name) == 0)
				break;
		if (k == sizeof(rules) / sizeof(rules[0]))
			continue;
		q.type = kind->type;
		if (versions_each(t->s, &q, take_row, t, e) != 0)
			return -1;
	}
	return 0;
}

