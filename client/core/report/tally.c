/*
 * The rules below say which records count where; the fields are found by the
 * names under which they are declared. Cases and children are counted from
 * cards, with marks. Free text is never counted, only codes and numbers.
 */
#include "client/core/report/tally.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/core/local/utf8.h"
#include "client/core/local/versions.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"

#define DAY ((int64_t)86400000)
#define CODE_BYTES 48

/* Which records of a kind count in a group, and under which words: the name of
 * a field, or "@" and a function below. */
struct rule {
	const char *kind;
	enum counts_group_number group;
	const char *field, *begins; /* only if that code begins so */
	const char *words[COUNTS_SIDES_MAX];
	const char *sum;            /* a field that is added up; NULL: 1 */
};

static const struct rule rules[] = {
	{ "activity", COUNTS_CONTACTS, "kind", "ind_", { "kind", "@target" },
	    NULL },
	{ "activity", COUNTS_CONTACT_TIME, "kind", "ind_", { "kind" },
	    "minutes" },
	{ "activity", COUNTS_GROUPS, "kind", "grp_", { "kind" }, NULL },
	{ "activity", COUNTS_GROUP_HEADS, "kind", "grp_", { "kind" },
	    "heads" },
	{ "activity", COUNTS_COMMUNITY, "kind", "com_", { "kind" }, NULL },
	{ "activity", COUNTS_COMMUNITY_HEADS, "kind", "com_", { "kind" },
	    "heads" },
	{ "activity", COUNTS_STAFF, "kind", "stf_", { "kind" }, NULL },
	{ "activity", COUNTS_TIME, NULL, NULL, { "@work" }, "minutes" },
	{ "note", COUNTS_CONTACTS, "category", "contact",
	    { "@note", "@source" }, NULL },
	{ "note", COUNTS_CONTACTS, "category", "home_visit",
	    { "@note", "@source" }, NULL },
	{ "note", COUNTS_CONTACTS, "category", "crisis",
	    { "@note", "@source" }, NULL },
	{ "note", COUNTS_CONTACT_TIME, NULL, NULL, { "@note" }, "minutes" },
	{ "note", COUNTS_TIME, NULL, NULL, { "@work" }, "minutes" },
	{ "meeting", COUNTS_MEETINGS, NULL, NULL, { "kind" }, NULL },
	{ "consent", COUNTS_CONSENTS, NULL, NULL, { "status" }, NULL },
	{ "withdrawal", COUNTS_CONSENTS, NULL, NULL, { "@withdrawn" }, NULL },
	{ "override", COUNTS_OVERRIDES, "basis", "", { "basis" }, NULL },
	{ "signal", COUNTS_SIGNALS, NULL, NULL, { "urgency", "recipient" },
	    NULL },
	{ "referral", COUNTS_REFERRALS, NULL, NULL,
	    { "state", "to", "@accepted" }, NULL },
	{ "handover", COUNTS_HANDOVERS, NULL, NULL, { "step" }, NULL },
	{ "assessment", COUNTS_ASSESSMENTS, NULL, NULL,
	    { "level", "setting" }, NULL },
	{ "uptake", COUNTS_UPTAKE, NULL, NULL, { "outcome" }, NULL },
};

struct known { /* a case: what its contacts say of it */
	struct id id;
	char school[COUNTS_WORD_BYTES + 1];
	int64_t first_ms, last_ms; /* of contacts in the year; 0: none */
};

struct tally {
	struct store *s;
	struct counts *out;
	int64_t from_ms, until_ms;
	struct sym_key key;        /* of the year */
	struct known *cases;       /* sorted by id */
	size_t case_count, case_room;
	const struct rule *rule;
	struct loaded *l;          /* the record under way */
};

/* ---- the year ---- */

void
tally_spell(int year, int64_t *from_ms, int64_t *until_ms)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mday = 1,
		.tm_isdst = -1 };

	*from_ms = (int64_t)mktime(&tm) * 1000;
	tm = (struct tm){ .tm_year = year - 1899, .tm_mday = 1,
		.tm_isdst = -1 };
	*until_ms = (int64_t)mktime(&tm) * 1000;
}

static bool
in_year(const struct tally *t, int64_t ms)
{
	return ms >= t->from_ms && ms < t->until_ms;
}

/* K_year: from the first key of the commons, which every member has. */
static int
year_key(struct tally *t, int year, struct err *e)
{
	struct space_epoch ep;
	struct hash h;
	struct buf b;
	int rc;

	rc = spaces_epoch_find(t->s, &t->s->roster.genesis.commons, 1, &ep,
	    e);
	if (rc < 0)
		return -1;
	if (rc == 0 || !ep.has_key) {
		if (rc == 1)
			space_epoch_done(&ep);
		return err_set(e, ERR_ABSENT, "the office's common space is "
		    "not on this device yet; sync, then count again");
	}
	buf_init(&b, 4096);
	buf_add_be(&b, (uint64_t)year, 4);
	keys_mac(&ep.key, "tugi year 1", buf_view(&b), &h);
	memcpy(t->key.b, h.b, sizeof(t->key.b));
	mem_wipe(&h, sizeof(h));
	buf_done(&b);
	space_epoch_done(&ep);
	return 0;
}

/* ---- one record ---- */

static const struct field *
field_of(const struct tally *t, const char *name)
{
	return fields_find(t->l->row.type, name);
}

static const char *
code(const struct tally *t, const char *name, char out[static CODE_BYTES])
{
	const struct field *f = field_of(t, name);
	struct view v = f != NULL ? loaded_text(t->l, f->number) :
	    view_of(NULL, 0);

	/* Only codes: what somebody typed freely is nobody's statistics. */
	if (f == NULL || f->kind != FIELD_CODE || v.len >= CODE_BYTES)
		v.len = 0;
	if (v.len > 0)
		memcpy(out, v.data, v.len);
	out[v.len] = '\0';
	return out;
}

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

static const char *
target_of(const char *kind)
{
	return strcmp(kind, "ind_child") == 0 ? "child" :
	    strcmp(kind, "ind_guardian") == 0 ? "guardian" :
	    strcmp(kind, "ind_joint") == 0 ? "joint" : "other";
}

static const char *
band(int64_t days)
{
	return days <= 7 ? "0-7" : days <= 14 ? "8-14" : days <= 30 ?
	    "15-30" : "31";
}

static const char *
accepted(const struct tally *t)
{
	const struct field *f = field_of(t, "accepted");
	int64_t ms = f != NULL && f->kind == FIELD_TIME ?
	    loaded_int(t->l, f->number) : 0;

	return ms == 0 ? "none" : ms < t->l->row.at_ms ? "0-7" :
	    band((ms - t->l->row.at_ms) / DAY);
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
word(const struct tally *t, const char *name, char room[static CODE_BYTES])
{
	if (name == NULL || name[0] != '@')
		return name == NULL ? "" : code(t, name, room);
	if (strcmp(name, "@target") == 0)
		return target_of(code(t, "kind", room));
	if (strcmp(name, "@work") == 0)
		return t->l->row.type == TYPE_NOTE ? "notes" :
		    work_of(code(t, "kind", room));
	if (strcmp(name, "@note") == 0)
		return note_kind(code(t, "category", room));
	if (strcmp(name, "@source") == 0)
		return source_of(code(t, "source", room));
	if (strcmp(name, "@accepted") == 0)
		return accepted(t);
	return "withdrawn";
}

/* Who wrote it first. */
static bool
is_own(const struct tally *t)
{
	const struct version *first = versions_first(t->l);
	const struct roster_device *d;

	if (first == NULL)
		return false;
	if (id_eq(&first->rec.origin, &t->s->me->device))
		return true;
	d = roster_device(&t->s->roster, &first->rec.origin);
	return d != NULL && id_eq(&d->person, &t->s->person);
}

static struct known *
case_of(struct tally *t, const struct id *id)
{
	size_t low = 0, high = t->case_count, mid;
	int c;

	while (low < high) {
		mid = (low + high) / 2;
		c = id_cmp(&t->cases[mid].id, id);
		if (c == 0)
			return &t->cases[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static const char *
school_of(struct tally *t, char out[static COUNTS_WORD_BYTES + 1])
{
	const struct field *f = field_of(t, "school");
	struct view v = f != NULL ? loaded_text(t->l, f->number) :
	    view_of(NULL, 0);
	struct known *k = case_of(t, &t->l->row.case_id);

	if (v.len > COUNTS_WORD_BYTES)
		v.len = 0;
	if (v.len == 0 && k != NULL)
		return k->school;
	if (v.len > 0)
		memcpy(out, v.data, v.len);
	out[v.len] = '\0';
	return out;
}

static bool
is_contact(const struct rule *r)
{
	return r->group == COUNTS_CONTACTS;
}

static void
saw(struct tally *t)
{
	struct known *k = case_of(t, &t->l->row.case_id);
	int64_t at = t->l->row.at_ms;

	if (k == NULL)
		return;
	if (k->first_ms == 0 || at < k->first_ms)
		k->first_ms = at;
	if (at > k->last_ms)
		k->last_ms = at;
}

static void
count(struct tally *t)
{
	const struct rule *r = t->rule;
	char words[COUNTS_SIDES_MAX][CODE_BYTES], only[CODE_BYTES];
	char school[COUNTS_WORD_BYTES + 1];
	struct counts_event ev = { .group = r->group, .n = 1 };
	const struct field *f;
	size_t i;

	if (r->field != NULL && strncmp(code(t, r->field, only), r->begins,
	    strlen(r->begins)) != 0)
		return;
	if (r->sum != NULL) {
		f = field_of(t, r->sum);
		ev.n = f != NULL && f->kind == FIELD_NUMBER ?
		    loaded_int(t->l, f->number) : 0;
		if (ev.n <= 0 || ev.n > 100000)
			return;
	}
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

	if (!in_year(t, row->at_ms) || (row->flags & RECORD_HELD) != 0)
		return 0;
	rc = versions_load_row(t->s, row, t->l, e);
	if (rc != 1)
		return rc;
	if (is_own(t) && counts_at_all(t))
		for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
			t->rule = &rules[i];
			if (strcmp(rules[i].kind, kind) == 0)
				count(t);
		}
	versions_done(t->l);
	return 0;
}

static int
take_kinds(struct tally *t, struct err *e)
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

/* ---- cases and children ---- */

static int
by_id(const void *a, const void *b)
{
	return id_cmp(&((const struct known *)a)->id,
	    &((const struct known *)b)->id);
}

static int
know_case(void *ctx, const struct record_row *row, struct err *e)
{
	struct tally *t = ctx;
	struct known *bigger, *k;
	struct view v;
	int rc;

	rc = versions_load_row(t->s, row, t->l, e);
	if (rc != 1)
		return rc;
	if (t->case_count == t->case_room) {
		t->case_room = 2 * t->case_room + 64;
		bigger = mem_new(t->case_room * sizeof(*bigger));
		if (t->case_count > 0)
			memcpy(bigger, t->cases,
			    t->case_count * sizeof(*bigger));
		mem_free(t->cases);
		t->cases = bigger;
	}
	k = &t->cases[t->case_count++];
	memset(k, 0, sizeof(*k));
	k->id = row->case_id;
	v = loaded_text(t->l, CASE_SCHOOL);
	if (v.len > 0 && v.len <= COUNTS_WORD_BYTES)
		memcpy(k->school, v.data, v.len);
	versions_done(t->l);
	return 0;
}

/* What a field said at a time: the newest value written until then. */
static const char *
code_at(const struct tally *t, uint16_t field, int64_t ms,
    char out[static CODE_BYTES])
{
	const struct value *v = NULL;
	uint64_t newest = 0;
	size_t i, k;

	for (i = 0; i < t->l->count; i++) {
		const struct record *rec = &t->l->versions[i].rec;

		if (hlc_ms(rec->hlc) >= ms || rec->hlc < newest)
			continue;
		for (k = 0; k < rec->op_count; k++)
			if (rec->ops[k].field == field) {
				v = &rec->ops[k].value;
				newest = rec->hlc;
			}
	}
	out[0] = '\0';
	if (v != NULL && v->type == VALUE_TEXT && v->data.len < CODE_BYTES) {
		memcpy(out, v->data.data, v->data.len);
		out[v->data.len] = '\0';
	}
	return out;
}

static bool
is_over(const char *status)
{
	return strcmp(status, "closed") == 0 || strcmp(status, "moved") == 0 ||
	    strcmp(status, "declined") == 0;
}

static bool
leads(const struct tally *t)
{
	struct id lead = loaded_id(t->l, CASE_LEAD);

	return id_is_zero(&lead) ? is_own(t) : id_eq(&lead, &t->s->person);
}

static const char *
age(const struct tally *t)
{
	struct view born = loaded_text(t->l, CASE_BORN);
	char year[5] = "";
	struct tm tm;
	time_t end = (time_t)(t->until_ms / 1000 - 1);
	int years;

	if (born.len < 4)
		return "";
	memcpy(year, born.data, 4);
	localtime_r(&end, &tm);
	years = tm.tm_year + 1900 - (int)strtol(year, NULL, 10);
	return years < 0 || years > 99 ? "" : years < 7 ? "0-6" :
	    years < 10 ? "7-9" : years < 13 ? "10-12" : years < 16 ?
	    "13-15" : "16";
}

static void
fold(struct buf *b, struct view v)
{
	uint32_t cp;
	size_t at = 0;

	while (at < v.len) {
		cp = utf8_fold(utf8_next(v, &at));
		if (utf8_is_word(cp))
			buf_add_be(b, cp, 4);
	}
}

static struct id
mark_of(const struct tally *t, bool child)
{
	struct view name = loaded_text(t->l, CASE_NAME);
	struct view born = loaded_text(t->l, CASE_BORN);
	struct hash h;
	struct id id;
	struct buf b;

	buf_init(&b, 1 << 16);
	if (child && name.len > 0 && born.len > 0) {
		fold(&b, name);
		buf_add_be(&b, 0, 1);
		buf_add(&b, born.data, born.len);
	} else
		buf_add(&b, t->l->row.case_id.b, sizeof(id.b));
	keys_mac(&t->key, child ? "tugi child 1" : "tugi case 1",
	    buf_view(&b), &h);
	memcpy(id.b, h.b, sizeof(id.b));
	buf_done(&b);
	return id;
}

/* How the case came into the year; NULL: it is not of this year. */
static const char *
came(const struct tally *t, const struct known *k, const char *status)
{
	char before[CODE_BYTES];

	if (t->l->row.at_ms >= t->until_ms)
		return NULL;
	if (in_year(t, t->l->row.at_ms))
		return "new";
	if (!is_over(code_at(t, CASE_STATUS, t->from_ms, before)))
		return "before";
	return !is_over(status) ? "reopened" : k != NULL && k->last_ms > 0 ?
	    "before" : NULL;
}

static void
count_first(struct tally *t, const struct known *k)
{
	struct counts_event ev = { .group = COUNTS_FIRST_MEETING, .n = 1 };
	int64_t at = t->l->row.at_ms;

	ev.school = k != NULL ? k->school : "";
	ev.words[0] = k == NULL || k->first_ms == 0 ? "none" :
	    k->first_ms <= at ? "0-7" : band((k->first_ms - at) / DAY);
	counts_add(t->out, &ev);
}

static void
count_case(struct tally *t)
{
	char status[CODE_BYTES], stage[CODE_BYTES], closing[CODE_BYTES];
	const struct known *k = case_of(t, &t->l->row.case_id);
	const struct field *why = field_of(t, "closing");
	struct counts_event ev = { .group = COUNTS_CASES, .n = 1 };
	struct id mark;
	int64_t day;

	code_at(t, CASE_STATUS, t->until_ms, status);
	ev.words[2] = came(t, k, status);
	if (ev.words[2] == NULL)
		return;
	ev.school = k != NULL ? k->school : "";
	ev.words[0] = status;
	ev.words[1] = code_at(t, CASE_STAGE, t->until_ms, stage);
	ev.words[3] = why != NULL && is_over(status) ?
	    code_at(t, why->number, t->until_ms, closing) : "";
	day = (k != NULL && k->last_ms > 0 ? k->last_ms : t->l->row.at_ms) /
	    DAY;
	mark = mark_of(t, false);
	counts_mark(t->out, &ev, &mark, day < 0 ? 0 : day);
	if (strcmp(ev.words[2], "new") == 0)
		count_first(t, k);
	ev.group = COUNTS_CHILDREN;
	ev.words[1] = strcmp(ev.words[2], "new") == 0 ? "new" : "before";
	ev.words[0] = age(t);
	mark = mark_of(t, true);
	counts_mark(t->out, &ev, &mark, day < 0 ? 0 : day);
}

static int
take_case(void *ctx, const struct record_row *row, struct err *e)
{
	struct tally *t = ctx;
	int rc = versions_load_row(t->s, row, t->l, e);

	if (rc != 1)
		return rc;
	if (leads(t))
		count_case(t);
	versions_done(t->l);
	return 0;
}

int
tally_year(struct session *session, int year, struct counts *out,
    struct err *e)
{
	struct version_query cards = { .type = TYPE_CASE };
	struct tally t = { .out = out };
	int rc;

	if (year < TALLY_YEAR_MIN || year > TALLY_YEAR_MAX)
		return err_set(e, ERR_INPUT, "a year is written like 2026");
	t.s = session_store(session);
	counts_init(out);
	tally_spell(year, &t.from_ms, &t.until_ms);
	t.l = mem_new(sizeof(*t.l));
	rc = year_key(&t, year, e);
	if (rc == 0)
		rc = versions_each(t.s, &cards, know_case, &t, e);
	if (rc == 0 && t.case_count > 0)
		qsort(t.cases, t.case_count, sizeof(*t.cases), by_id);
	if (rc == 0)
		rc = take_kinds(&t, e);
	if (rc == 0)
		rc = versions_each(t.s, &cards, take_case, &t, e);
	mem_free(t.cases);
	mem_free(t.l);
	mem_wipe(&t.key, sizeof(t.key));
	if (rc != 0)
		counts_done(out);
	return rc;
}
