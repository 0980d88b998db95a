/*
 * Each class names a trigger, and the days of the triggers are read from the
 * case: when its status became closed, when the child was born or died, what
 * was written last, when the last consent ended. Where a day is not known the
 * class is not due: keeping too long can be made good.
 */
#include "client/core/upkeep/retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/consent/consent.h"
#include "client/core/records/closed.h"
#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"

#define ITEMS_MAX ((size_t)8 << 20)

void
retention_list_done(struct retention_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].label);
		mem_free(l->items[i].code);
		mem_free(l->items[i].name);
		mem_free(l->items[i].trigger);
		mem_free(l->items[i].ground);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

bool
retention_years(struct view day, int years, int64_t *out)
{
	char text[32];
	int year = years;
	size_t i;

	if (!day_parse(day, out))
		return false;
	for (i = 0; i < 4; i++)
		year += (day.data[i] - '0') * (i == 0 ? 1000 : i == 1 ? 100 :
		    i == 2 ? 10 : 1);
	snprintf(text, sizeof(text), "%04d%.6s", year,
	    (const char *)day.data + 4);
	if (day_parse(view_str(text), out))
		return true;
	snprintf(text, sizeof(text), "%04d-03-01", year);
	return day_parse(view_str(text), out); /* born on 29 February */
}

/* ---- the days of a case ---- */

struct days { /* 0: not known */
	int64_t closed, born, died, declined, consents;
};

static int64_t
day_of(const struct loaded *l, uint16_t field)
{
	int64_t ms;

	return day_parse(loaded_text(l, field), &ms) ? ms : 0;
}

static int
read_case(struct store *s, const struct record_row *row, struct days *d,
    struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = versions_load_row(s, row, l, e);

	if (rc == 1) {
		d->born = day_of(l, CASE_BORN);
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : case_closed(s, &row->id, &d->closed, e);
}

struct reading {
	struct store *s;
	struct days *d;
};

static int
read_person(void *ctx, const struct record_row *row, struct err *e)
{
	struct reading *r = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(r->s, row, l, e);

	if (rc == 1) {
		if (view_eq(loaded_text(l, PERSON_KIND), view_str("child"))) {
			if (r->d->born == 0)
				r->d->born = day_of(l, PERSON_BORN);
			r->d->died = day_of(l, PERSON_DIED);
		}
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

static int
read_uptake(void *ctx, const struct record_row *row, struct err *e)
{
	struct reading *r = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(r->s, row, l, e);

	if (rc == 1) {
		if (row->at_ms >= r->d->declined)
			r->d->declined = view_eq(loaded_text(l,
			    UPTAKE_OUTCOME), view_str("declined")) ?
			    row->at_ms : 0;
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* When the last of them ended; 0 while one lives. */
static int
read_consents(struct session *session, const struct id *case_id,
    struct days *d, struct err *e)
{
	struct consent_list l;
	size_t i;

	if (consent_list(session, case_id, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++) {
		int64_t end = l.items[i].withdrawn_ms != 0 ?
		    l.items[i].withdrawn_ms : l.items[i].until_ms;

		if (strcmp(l.items[i].status, "refused") == 0)
			end = l.items[i].from_ms;
		if (strcmp(l.items[i].status, "given") == 0 ||
		    strcmp(l.items[i].status, "limited") == 0) {
			d->consents = 0;
			break;
		}
		d->consents = end > d->consents ? end : d->consents;
	}
	consent_list_done(&l);
	return 0;
}

/* The newest record of a section; 0: none. */
static int
written(struct store *s, const struct id *case_id, const char *section,
    int64_t *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT max(r.at_ms) FROM record r "
	    "JOIN space p ON p.id = r.space WHERE r.case_id = ?1 AND "
	    "p.section = ?2 AND r.type <> 1 AND r." RECORD_OUT_SQL " = 0");

	*out = 0;
	db_bind_id(q, 1, case_id);
	db_bind_text(q, 2, section);
	if (db_step(q, e) != 1)
		return -1;
	if (!db_is_null(q, 0))
		*out = db_int(q, 0);
	db_reset(q);
	return 0;
}

/* ---- a class against a case ---- */

struct looking {
	struct session *session;
	struct store *s;
	const struct policy *policy;
	int64_t until_ms;
	struct buf items;
};

static int
trigger_day(struct looking *x, const struct policy_term *t, const char *code,
    const struct id *case_id, const struct days *d, int64_t *out,
    struct err *e)
{
	char born[DAY_TEXT_BYTES];
	int age = policy_of_age(x->policy);

	*out = 0;
	if (strcmp(t->trigger, "closed") == 0)
		*out = d->closed;
	else if (strcmp(t->trigger, "client-died") == 0)
		*out = d->died;
	else if (strcmp(t->trigger, "ended") == 0)
		*out = d->consents;
	else if (strcmp(t->trigger, "of-age") == 0 && age > 0 && d->born != 0)
		(void)retention_years(view_str(day_text(d->born, born)), age,
		    out);
	else if (strcmp(t->trigger, "written") == 0 && t->section != NULL)
		return written(x->s, case_id, t->section, out, e);
	else if (strcmp(code, "declined") == 0)
		*out = d->declined;
	return 0;
}

struct keeping {
	struct store *s;
	const char *code;
	int64_t until;
};

static int
kept_longer(void *ctx, const struct record_row *row, struct err *e)
{
	struct keeping *k = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(k->s, row, l, e);
	int64_t day;

	if (rc == 1) {
		day = day_of(l, CHECK_UNTIL);
		if (view_eq(loaded_text(l, CHECK_CLASS), view_str(k->code)) &&
		    day > k->until)
			k->until = day;
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

static int
judge(struct looking *x, const char *code, const struct id *case_id,
    const struct days *d, struct err *e)
{
	struct version_query q = { .type = TYPE_CHECK, .case_id = case_id };
	struct keeping k = { x->s, code, 0 };
	struct retention_item item = { .case_id = *case_id };
	char day[DAY_TEXT_BYTES];
	struct policy_term t;
	struct space sp;
	int rc;

	if (!policy_term(x->policy, code, &t) || t.years < 0 ||
	    trigger_day(x, &t, code, case_id, d, &item.since_ms, e) != 0 ||
	    item.since_ms == 0)
		return 0;
	if (!retention_years(view_str(day_text(item.since_ms, day)), t.years,
	    &item.over_ms) || item.over_ms > x->until_ms)
		return 0;
	if (t.section != NULL) {
		rc = spaces_find_section(x->s, case_id, t.section, NULL, &sp,
		    e);
		if (rc != 1)
			return rc;
		snprintf(item.section, sizeof(item.section), "%s", t.section);
	}
	if (versions_each(x->s, &q, kept_longer, &k, e) != 0)
		return -1;
	item.kept_ms = k.until;
	if (k.until > x->until_ms)
		return 0;
	if (cases_label(x->session, case_id, &item.label, e) != 0)
		return -1;
	item.code = mem_dup(code);
	item.name = mem_dup(policy_name(x->policy, "retention", code,
	    session_language(x->session)));
	item.trigger = mem_dup(t.trigger);
	item.ground = mem_dup(t.ground);
	item.years = t.years;
	buf_add(&x->items, &item, sizeof(item));
	return 0;
}

static int
look_at(void *ctx, const struct record_row *row, struct err *e)
{
	struct looking *x = ctx;
	struct version_query persons = { .type = TYPE_PERSON,
		.case_id = &row->id };
	struct version_query uptakes = { .type = TYPE_UPTAKE,
		.case_id = &row->id };
	struct days d = { 0 };
	struct reading r = { x->s, &d };
	const char *code;
	size_t i;

	if (read_case(x->s, row, &d, e) != 0 ||
	    versions_each(x->s, &persons, read_person, &r, e) != 0 ||
	    versions_each(x->s, &uptakes, read_uptake, &r, e) != 0 ||
	    read_consents(x->session, &row->id, &d, e) != 0)
		return -1;
	for (i = 0; (code = policy_code(x->policy, "retention", i)) != NULL;
	    i++)
		if (judge(x, code, &row->id, &d, e) != 0)
			return -1;
	return 0;
}

static int
cmp_over(const void *va, const void *vb)
{
	const struct retention_item *a = va, *b = vb;

	return (a->over_ms > b->over_ms) - (a->over_ms < b->over_ms);
}

/* An office that has decided nothing pays nothing for asking. */
static bool
has_years(const struct policy *p)
{
	struct policy_term t;
	const char *code;
	size_t i;

	for (i = 0; (code = policy_code(p, "retention", i)) != NULL; i++)
		if (policy_term(p, code, &t) && t.years >= 0)
			return true;
	return false;
}

int
retention_due(struct session *session, int64_t until_ms,
    struct retention_list *out, struct err *e)
{
	struct version_query q = { .type = TYPE_CASE };
	struct looking x = { .session = session,
		.s = session_store(session), .until_ms = until_ms };
	int rc = 0;

	memset(out, 0, sizeof(*out));
	x.policy = policies_now(session, e);
	if (x.policy == NULL)
		return -1;
	buf_init(&x.items, ITEMS_MAX);
	if (has_years(x.policy))
		rc = versions_each(x.s, &q, look_at, &x, e);
	if (rc == 0)
		rc = buf_check(&x.items, "what is over", e);
	out->count = x.items.len / sizeof(*out->items);
	out->items = mem_new((out->count + 1) * sizeof(*out->items));
	if (out->count > 0) {
		memcpy(out->items, x.items.data,
		    out->count * sizeof(*out->items));
		qsort(out->items, out->count, sizeof(*out->items), cmp_over);
	}
	buf_done(&x.items);
	if (rc != 0)
		retention_list_done(out);
	return rc;
}

/* ---- decisions ---- */

int
retention_check(const struct entry *x, struct err *e)
{
	const struct policy *p = policies_now(x->session, e);
	struct view class = entry_text(x, CHECK_CLASS);
	int64_t until, now = store_now_ms(session_store(x->session));
	struct policy_term t;
	char code[41];

	if (p == NULL)
		return -1;
	if (class.len == 0)
		return entry_has(x, CHECK_CONSENT) ? 0 : err_set(e, ERR_INPUT,
		    "this says which class of retention, or which consent, was "
		    "looked at");
	snprintf(code, sizeof(code), "%.*s", (int)(class.len < 40 ?
	    class.len : 40), (const char *)class.data);
	if (!policy_term(p, code, &t))
		return err_set(e, ERR_INPUT, "class names a class of the "
		    "policy; tugi policy show retention lists them");
	if (!entry_is(x, CHECK_OUTCOME, "kept"))
		return err_set(e, ERR_INPUT, "a class of retention is kept "
		    "longer, or erased with tugi erase");
	if (entry_day(x, CHECK_UNTIL, &until) != 1 || until <= now)
		return err_set(e, ERR_INPUT, "until says to which day it is "
		    "kept, and that is still to come");
	return entry_has(x, CHECK_WORDS) ? 0 : err_set(e, ERR_INPUT,
	    "say in words why it is kept longer");
}
