/*
 * Steps of work at schools that are more than one record, each in one
 * transaction.
 */
#include "client/core/schools/site.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "common/base/mem.h"

#define YEAR_BYTES 16
#define OPS_MAX 8

struct draft { /* a record made of another one's fields */
	struct op ops[OPS_MAX];
	size_t n;
};

static void
put(struct draft *d, uint16_t field, enum value_type type, struct view data)
{
	struct op *op = &d->ops[d->n];

	if (data.len == 0 || d->n == OPS_MAX)
		return;
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = type;
	op->value.data = data;
	d->n++;
}

static void
put_text(struct draft *d, uint16_t field, struct view text)
{
	put(d, field, VALUE_TEXT, text);
}

static void
put_id(struct draft *d, uint16_t field, const struct id *id)
{
	if (!id_is_zero(id))
		put(d, field, VALUE_BYTES, view_of(id->b, sizeof(id->b)));
}

static int
load(struct store *s, const struct id *id, enum record_type type,
    struct loaded *l, struct err *e)
{
	int rc = versions_load(s, id, l, e);

	if (rc == 1 && l->row.type == type && (l->row.flags & RECORD_OUT) == 0)
		return 0;
	versions_done(l);
	memset(l, 0, sizeof(*l));
	return rc < 0 ? -1 : err_set(e, ERR_ABSENT, "there is no such %s "
	    "here", fields_kind(type)->name);
}

static int
finish(struct store *s, int rc, struct err *e)
{
	return db_end(s->db, rc, e);
}

/* ---- who took part ---- */

struct present {
	const struct id *activity, *case_id;
	bool found;
};

static int
find_present(void *ctx, const struct record_row *row, struct err *e)
{
	struct present *p = ctx;

	(void)e;
	p->found = row->type == TYPE_ATTENDANCE &&
	    id_eq(&row->case_id, p->case_id);
	return p->found;
}

static int
check_child(struct session *session, const struct id *activity,
    const struct id *case_id, struct err *e)
{
	struct version_query q = { .type = TYPE_ATTENDANCE,
		.parent = activity };
	struct present p = { activity, case_id, false };
	struct case_place place;
	bool over;

	if (versions_each(session_store(session), &q, find_present, &p, e) !=
	    0 || cases_place(session, case_id, &place, e) != 0)
		return -1;
	over = strcmp(place.status, "closed") == 0 ||
	    strcmp(place.status, "declined") == 0;
	case_place_done(&place);
	if (p.found)
		return err_set(e, ERR_CLASH, "it is recorded already that "
		    "this child took part");
	return !over ? 0 : err_set(e, ERR_INPUT, "the case is closed or the "
	    "service was declined; nothing is recorded in it");
}

static int
add_child_tx(struct session *session, const struct loaded *l,
    const struct id *case_id, const char *agreed_by, struct err *e)
{
	struct entry_draft d = { .type = TYPE_ATTENDANCE,
		.case_id = *case_id };
	struct draft more = { .n = 0 };
	struct id id;

	put_id(&more, ATTENDANCE_ACTIVITY, &l->row.id);
	put_text(&more, ATTENDANCE_DATE, loaded_text(l, ACTIVITY_DATE));
	put_text(&more, ATTENDANCE_KIND, loaded_text(l, ACTIVITY_KIND));
	put_text(&more, ATTENDANCE_CONSENT, view_str(agreed_by));
	if (loaded_int(l, ACTIVITY_MINUTES) > 0) {
		more.ops[more.n].field = ATTENDANCE_MINUTES;
		more.ops[more.n].value.type = VALUE_INT;
		more.ops[more.n++].value.num =
		    loaded_int(l, ACTIVITY_MINUTES);
	}
	d.more = more.ops;
	d.more_count = more.n;
	return entries_add_tx(session, &d, &id, e);
}

int
site_roster(struct session *session, const struct id *activity,
    const struct id *cases, size_t n, const char *agreed_by, struct err *e)
{
	struct store *s = session_store(session);
	struct loaded *l;
	size_t i;
	int rc;

	if (agreed_by == NULL || agreed_by[strspn(agreed_by, " \t")] == '\0')
		return err_set(e, ERR_INPUT, "say who agreed that the children "
		    "are named; without it the activity has numbers only");
	l = loaded_new();
	rc = load(s, activity, TYPE_ACTIVITY, l, e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		for (i = 0; rc == 0 && i < n; i++) {
			rc = check_child(session, activity, &cases[i], e);
			if (rc == 0)
				rc = add_child_tx(session, l, &cases[i],
				    agreed_by, e);
		}
		rc = finish(s, rc, e);
	}
	versions_done(l);
	mem_free(l);
	return rc;
}

/* ---- lists of what answers to a record ---- */

struct answers {
	struct session *session;
	enum record_type type;
	struct record_list *out;
	size_t room;
};

static int
take_answer(void *ctx, const struct record_row *row, struct err *e)
{
	struct answers *a = ctx;
	struct record_list *l = a->out;
	int rc;

	if (row->type != a->type)
		return 0;
	l->items = mem_more(l->items, l->count, sizeof(*l->items));
	rc = records_find(a->session, &row->id, &l->items[l->count], e);
	l->count += rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
list_answers(struct session *session, enum record_type type,
    const struct id *parent, struct record_list *out, struct err *e)
{
	struct version_query q = { .type = type, .parent = parent,
		.oldest_first = true };
	struct answers a = { .session = session, .type = type, .out = out };

	memset(out, 0, sizeof(*out));
	if (versions_each(session_store(session), &q, take_answer, &a, e) == 0)
		return 0;
	record_list_done(out);
	return -1;
}

int
site_took_part(struct session *s, const struct id *activity,
    struct record_list *out, struct err *e)
{
	return list_answers(s, TYPE_ATTENDANCE, activity, out, e);
}

int
site_goals(struct session *s, const struct id *service,
    struct record_list *out, struct err *e)
{
	return list_answers(s, TYPE_SERVICE_GOAL, service, out, e);
}

/* ---- a plan carried over ---- */

static int
next_year(struct view year, char out[static YEAR_BYTES], struct err *e)
{
	char text[YEAR_BYTES] = "";
	int y;

	if (year.len >= 4 && year.len < sizeof(text))
		memcpy(text, year.data, year.len);
	if (sscanf(text, "%4d", &y) != 1)
		return err_set(e, ERR_INPUT, "this plan has no year to follow; "
		    "say which");
	y++;
	if (year.len == 4)
		snprintf(out, YEAR_BYTES, "%04d", y % 10000);
	else
		snprintf(out, YEAR_BYTES, "%04d/%02d", y % 10000,
		    (y + 1) % 100);
	return 0;
}

static int
carry_plan_tx(struct session *session, const struct loaded *l,
    const char *year, struct id *id, struct err *e)
{
	struct entry_draft d = { .type = TYPE_SERVICE,
		.space = l->row.space };
	struct draft more = { .n = 0 };

	put_text(&more, SERVICE_YEAR, view_str(year));
	put_text(&more, SERVICE_STATE, view_str("draft"));
	put_text(&more, SERVICE_NEEDS, loaded_text(l, SERVICE_NEEDS));
	put_text(&more, SERVICE_RESOURCES, loaded_text(l, SERVICE_RESOURCES));
	put_id(&more, SERVICE_FROM, &l->row.id);
	d.more = more.ops;
	d.more_count = more.n;
	return entries_add_tx(session, &d, id, e);
}

struct carrying {
	struct session *session;
	struct id plan; /* the new one */
};

/* What was reached or given up stays behind; a day of the old year too. */
static int
carry_goal_tx(void *ctx, const struct record_row *row, struct err *e)
{
	struct carrying *c = ctx;
	struct entry_draft d = { .type = TYPE_SERVICE_GOAL,
		.space = row->space };
	struct draft more = { .n = 0 };
	struct loaded *l;
	struct id id, who;
	struct view outcome;
	int rc;

	if (row->type != TYPE_SERVICE_GOAL)
		return 0;
	l = loaded_new();
	rc = versions_load_row(session_store(c->session), row, l, e) < 0 ? -1 :
	    0;
	outcome = loaded_text(l, SERVICE_GOAL_OUTCOME);
	if (rc == 0 && !view_eq(outcome, view_str("reached")) &&
	    !view_eq(outcome, view_str("dropped"))) {
		who = loaded_id(l, SERVICE_GOAL_RESPONSIBLE);
		put_id(&more, SERVICE_GOAL_PLAN, &c->plan);
		put_text(&more, SERVICE_GOAL_GOAL,
		    loaded_text(l, SERVICE_GOAL_GOAL));
		put_text(&more, SERVICE_GOAL_ACTIVITIES,
		    loaded_text(l, SERVICE_GOAL_ACTIVITIES));
		put_id(&more, SERVICE_GOAL_RESPONSIBLE, &who);
		d.more = more.ops;
		d.more_count = more.n;
		rc = entries_add_tx(c->session, &d, &id, e);
	}
	versions_done(l);
	mem_free(l);
	return rc;
}

int
site_carry(struct session *session, const struct id *service,
    const char *year, struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct version_query q = { .type = TYPE_SERVICE_GOAL,
		.parent = service, .oldest_first = true };
	struct carrying c = { .session = session };
	struct loaded *l = loaded_new();
	char next[YEAR_BYTES];
	int rc = load(s, service, TYPE_SERVICE, l, e);

	if (rc == 0 && year == NULL) {
		rc = next_year(loaded_text(l, SERVICE_YEAR), next, e);
		year = next;
	}
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = carry_plan_tx(session, l, year, id, e);
		c.plan = *id;
		if (rc == 0)
			rc = versions_each(s, &q, carry_goal_tx, &c, e);
		rc = finish(s, rc, e);
	}
	versions_done(l);
	mem_free(l);
	return rc;
}
