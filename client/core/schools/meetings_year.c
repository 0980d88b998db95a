/*
 * Which regular meetings a year asked for, and which were held. A kind that is
 * held every month is due once in each month, whatever the day.
 */
#include "client/core/schools/meetings_parts.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/day.h"
#include "client/core/profile/policies.h"
#include "client/core/schools/visits.h"

/* ---- shared with what is due ---- */

static void
copy_text(const struct loaded *l, uint16_t field, char *out, size_t size)
{
	struct view v = loaded_text(l, field);
	size_t n = v.len < size ? v.len : 0;

	if (n > 0)
		memcpy(out, v.data, n);
	out[n] = '\0';
}

struct gathering {
	struct store *s;
	struct buf *out;
};

static int
take_meeting(void *ctx, const struct record_row *row, struct err *e)
{
	struct gathering *g = ctx;
	struct meeting_seen m;
	struct loaded l;
	struct view state;

	memset(&m, 0, sizeof(m));
	if (versions_load_row(g->s, row, &l, e) != 1)
		return -1;
	m.id = row->id;
	m.space = row->space;
	m.case_id = row->case_id;
	copy_text(&l, MEETING_KIND, m.kind, sizeof(m.kind));
	copy_text(&l, MEETING_DATE, m.date, sizeof(m.date));
	copy_text(&l, MEETING_NEXT, m.next, sizeof(m.next));
	state = loaded_text(&l, MEETING_STATE);
	m.held = view_eq(state, view_str("held"));
	m.planned = view_eq(state, view_str("planned"));
	versions_done(&l);
	buf_add(g->out, &m, sizeof(m));
	return 0;
}

int
meetings_all(struct store *s, struct buf *out, struct err *e)
{
	struct version_query vq = { .type = TYPE_MEETING };
	struct gathering g = { s, out };

	return versions_each(s, &vq, take_meeting, &g, e) != 0 ? -1 :
	    buf_check(out, "the list of meetings", e);
}

int
meetings_months(const char *every)
{
	return strcmp(every, "month") == 0 ? 1 :
	    strcmp(every, "quarter") == 0 ? 3 :
	    strcmp(every, "half-year") == 0 ? 6 :
	    strcmp(every, "year") == 0 ? 12 : 0;
}

/* A school that does not say holds those of the scope "school". */
static int
each_of_schools(const struct policy *p, int (*fn)(void *ctx, const char *kind,
    struct err *e), void *ctx, struct err *e)
{
	struct policy_meeting k;
	const char *code;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && (code = policy_code(p, "meetings", i)) != NULL;
	    i++)
		if (policy_takes(p, "meetings", code) &&
		    policy_meeting(p, code, &k) &&
		    strcmp(k.scope, "school") == 0)
			rc = fn(ctx, code, e);
	return rc;
}

int
meetings_each_kind(const struct policy *p, const struct room_item *room,
    const struct loaded *l, int (*fn)(void *ctx, const char *kind,
    struct err *e), void *ctx, struct err *e)
{
	struct view meets = loaded_text(l, ROOM_MEETS);
	char code[MEETING_CODE_BYTES];
	size_t at, n;
	int rc = 0;

	if (meets.len == 0 && strcmp(room->kind, ROOMS_SITE) == 0)
		return each_of_schools(p, fn, ctx, e);
	for (at = 0; rc == 0 && at < meets.len; at += n + 1) {
		for (n = 0; at + n < meets.len && meets.data[at + n] != ' ' &&
		    n < sizeof(code) - 1; n++)
			code[n] = (char)meets.data[at + n];
		code[n] = '\0';
		if (n > 0)
			rc = fn(ctx, code, e);
	}
	return rc;
}

/* ---- a year ---- */

struct counting {
	struct session *session;
	const struct policy *policy;
	const struct room_item *room;
	char begun[DAY_TEXT_BYTES], today[DAY_TEXT_BYTES];
	int year;
	struct buf all; /* struct meeting_seen */
	meeting_year_fn *fn;
	void *ctx;
};

struct period {
	char from[24], until[24]; /* the first day, and the first after it */
};

static bool
was_held(const struct counting *c, const char *kind, const struct period *p)
{
	const struct meeting_seen *m = (const void *)c->all.data;
	size_t i;

	for (i = 0; i < c->all.len / sizeof(*m); i++)
		if (m[i].held && id_eq(&m[i].space, &c->room->space) &&
		    strcmp(m[i].kind, kind) == 0 &&
		    strcmp(m[i].date, p->from) >= 0 &&
		    strcmp(m[i].date, p->until) < 0)
			return true;
	return false;
}

/* Whole, over, in the life of the room, and not one long holiday. */
static int
is_due(const struct counting *c, const struct period *p, struct err *e)
{
	int64_t from_ms, until_ms;
	int rc;

	if (strcmp(c->begun, p->from) > 0 || strcmp(c->today, p->until) < 0 ||
	    (c->room->closed[0] != '\0' &&
	    strcmp(c->room->closed, p->until) < 0) ||
	    !day_parse(view_str(p->from), &from_ms) ||
	    !day_parse(view_str(p->until), &until_ms))
		return 0;
	rc = visits_all_off(c->session, c->room->name, from_ms, until_ms, e);
	return rc < 0 ? -1 : rc == 0;
}

static int
count_kind(void *ctx, const char *kind, struct err *e)
{
	struct counting *c = ctx;
	struct meeting_year y = { .space = c->room->space,
		.room = c->room->record, .kind = kind };
	struct policy_meeting k;
	struct period p;
	int months, m, rc;

	if (!policy_meeting(c->policy, kind, &k) ||
	    (months = meetings_months(k.every)) == 0)
		return 0;
	for (m = 1; m <= 12; m += months) {
		snprintf(p.from, sizeof(p.from), "%04d-%02d-01", c->year, m);
		snprintf(p.until, sizeof(p.until), "%04d-%02d-01",
		    c->year + (m + months > 12), (m + months - 1) % 12 + 1);
		rc = is_due(c, &p, e);
		if (rc < 0)
			return -1;
		y.due += rc > 0;
		y.held += rc > 0 && was_held(c, kind, &p);
	}
	return y.due > 0 ? c->fn(c->ctx, &y, e) : 0;
}

static int
count_room(struct counting *c, const struct room_item *room, struct err *e)
{
	struct loaded l;
	int rc = versions_load(session_store(c->session), &room->record, &l,
	    e);

	if (rc != 1)
		return rc;
	c->room = room;
	day_text(l.row.at_ms, c->begun);
	rc = meetings_each_kind(c->policy, room, &l, count_kind, c, e);
	versions_done(&l);
	return rc;
}

int
meetings_year(struct session *s, int year, meeting_year_fn *fn, void *ctx,
    struct err *e)
{
	struct counting c = { .session = s, .year = year, .fn = fn,
		.ctx = ctx };
	struct room_list rooms = { 0 };
	size_t i;
	int rc;

	c.policy = policies_now(s, e);
	if (c.policy == NULL || rooms_list(s, NULL, &rooms, e) != 0)
		return -1;
	day_text(store_now_ms(session_store(s)), c.today);
	buf_init(&c.all, MEETINGS_ALL_BYTES);
	rc = meetings_all(session_store(s), &c.all, e);
	for (i = 0; rc == 0 && i < rooms.count; i++)
		rc = count_room(&c, &rooms.items[i], e);
	buf_done(&c.all);
	room_list_done(&rooms);
	return rc;
}
