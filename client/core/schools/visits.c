/*
 * Weekdays become days. What it costs follows the plans of this person and
 * the entries of the calendar, a few dozen each.
 */
#include "client/core/schools/visits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/local/versions.h"
#include "common/base/mem.h"

#define PLANS_BYTES ((size_t)1 << 22)
#define WEEK_MS (7 * DAY_MS)

struct plan { /* a weekday at a school */
	const struct room_item *room;
	int weekday, every;
	int64_t begins_ms, ends_ms;
	char from[6], until[6];
	char place[80];
};
struct off { /* when a school is closed */
	int64_t begins_ms, ends_ms;
	char school[160], name[160];
};
struct reading {
	struct store *s;
	const struct room_list *rooms;
	struct buf plans, offs;
};

static void
copy(struct view v, char *out, size_t size)
{
	size_t n = v.len < size ? v.len : size - 1;

	while (n > 0 && n < v.len && (v.data[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(out, v.data, n);
	out[n] = '\0';
}

static int
weekday_of(struct view code)
{
	static const char names[] = "montuewedthufrisatsun";
	int i;

	for (i = 0; i < 7; i++)
		if (code.len == 3 && memcmp(code.data, names + 3 * i, 3) == 0)
			return i;
	return -1;
}

/* Noon of the 31st of July that ends the school year of ${ms}. */
static int64_t
year_end(int64_t ms)
{
	char text[24];
	int y, m;
	int64_t out;

	if (sscanf(day_text(ms, text), "%4d-%2d", &y, &m) != 2)
		return INT64_MAX;
	snprintf(text, sizeof(text), "%04d-07-31", m > 7 ? y + 1 : y);
	return day_parse(view_str(text), &out) ? out : INT64_MAX;
}

static const struct room_item *
room_of(const struct reading *r, const struct id *space)
{
	size_t i;

	for (i = 0; i < r->rooms->count; i++)
		if (id_eq(&r->rooms->items[i].space, space))
			return r->rooms->items[i].closed[0] == '\0' ?
			    &r->rooms->items[i] : NULL;
	return NULL;
}

static int
take_plan(void *ctx, const struct record_row *row, struct err *e)
{
	struct reading *r = ctx;
	struct plan p = { .room = room_of(r, &row->space) };
	struct loaded *l;
	int rc;

	if (row->type != TYPE_PRESENCE || p.room == NULL)
		return 0;
	l = loaded_new();
	rc = versions_load_row(r->s, row, l, e);
	p.weekday = weekday_of(loaded_text(l, PRESENCE_WEEKDAY));
	p.every = (int)loaded_int(l, PRESENCE_EVERY);
	copy(loaded_text(l, PRESENCE_FROM), p.from, sizeof(p.from));
	copy(loaded_text(l, PRESENCE_UNTIL), p.until, sizeof(p.until));
	copy(loaded_text(l, PRESENCE_PLACE), p.place, sizeof(p.place));
	if (!day_parse(loaded_text(l, PRESENCE_BEGINS), &p.begins_ms))
		p.begins_ms = row->at_ms;
	if (!day_parse(loaded_text(l, PRESENCE_ENDS), &p.ends_ms))
		p.ends_ms = year_end(p.begins_ms);
	if (rc == 1 && p.weekday >= 0)
		buf_add(&r->plans, &p, sizeof(p));
	versions_done(l);
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

static int
take_off(void *ctx, const struct record_row *row, struct err *e)
{
	struct reading *r = ctx;
	struct loaded *l = loaded_new();
	struct off o;
	int rc = versions_load_row(r->s, row, l, e);

	memset(&o, 0, sizeof(o));
	copy(loaded_text(l, CALENDAR_SCHOOL), o.school, sizeof(o.school));
	copy(loaded_text(l, CALENDAR_NAME), o.name, sizeof(o.name));
	if (rc == 1 && day_parse(loaded_text(l, CALENDAR_BEGINS),
	    &o.begins_ms) && day_parse(loaded_text(l, CALENDAR_ENDS),
	    &o.ends_ms) && !view_eq(loaded_text(l, CALENDAR_KIND),
	    view_str("term")))
		buf_add(&r->offs, &o, sizeof(o));
	versions_done(l);
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* The entry that closes ${school} on a day; without a school, all of them. */
static const struct off *
is_off(const struct reading *r, const char *school, int64_t day_ms)
{
	const struct off *o = (const void *)r->offs.data;
	size_t i;

	for (i = 0; i < r->offs.len / sizeof(*o); i++)
		if (day_ms >= o[i].begins_ms && day_ms <= o[i].ends_ms &&
		    (o[i].school[0] == '\0' || (school != NULL &&
		    utf8_same(view_str(o[i].school), view_str(school)))))
			return &o[i];
	return NULL;
}

static int64_t
monday_of(int64_t day_ms)
{
	return day_ms - day_weekday(day_ms) * DAY_MS;
}

static bool
happens(const struct plan *p, int64_t day_ms)
{
	if (day_weekday(day_ms) != p->weekday || day_ms < p->begins_ms ||
	    day_ms > p->ends_ms)
		return false;
	return p->every <= 1 || (monday_of(day_ms) - monday_of(p->begins_ms)) /
	    WEEK_MS % p->every == 0;
}

static int
cmp_visit(const void *va, const void *vb)
{
	const struct visit *a = va, *b = vb;
	int rc;

	if (a->day_ms != b->day_ms)
		return a->day_ms < b->day_ms ? -1 : 1;
	rc = strcmp(a->from, b->from);
	return rc != 0 ? rc : strcmp(a->school, b->school);
}

static void
spread(const struct reading *r, int64_t from_ms, int days,
    struct visits *out)
{
	const struct plan *p = (const void *)r->plans.data;
	size_t n = r->plans.len / sizeof(*p), k;
	struct visit *v;
	int i;

	out->items = mem_new((n * (size_t)days + 1) * sizeof(*out->items));
	for (i = 0; i < days; i++)
		for (k = 0; k < n; k++) {
			int64_t day = from_ms + i * DAY_MS;

			if (!happens(&p[k], day) ||
			    is_off(r, p[k].room->name, day) != NULL)
				continue;
			v = &out->items[out->count++];
			v->space = p[k].room->space;
			v->school = mem_dup(p[k].room->name);
			v->place = mem_dup(p[k].place);
			v->day_ms = day;
			memcpy(v->from, p[k].from, sizeof(v->from));
			memcpy(v->until, p[k].until, sizeof(v->until));
		}
	if (out->count > 1)
		qsort(out->items, out->count, sizeof(*out->items), cmp_visit);
}

int
visits_list(struct session *session, const struct room_list *rooms,
    int64_t from_ms, int days, struct visits *out, struct err *e)
{
	struct store *s = session_store(session);
	struct version_query mine = { .type = TYPE_PRESENCE,
		.parent = &s->person };
	struct version_query all = { .type = TYPE_CALENDAR };
	struct reading r = { .s = s, .rooms = rooms };
	const struct off *o;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&r.plans, PLANS_BYTES);
	buf_init(&r.offs, PLANS_BYTES);
	rc = versions_each(s, &mine, take_plan, &r, e);
	if (rc == 0)
		rc = versions_each(s, &all, take_off, &r, e);
	if (rc == 0)
		rc = buf_check(&r.plans, "the presence plan", e);
	if (rc == 0)
		rc = buf_check(&r.offs, "the calendar", e);
	if (rc == 0) {
		spread(&r, from_ms, days, out);
		o = is_off(&r, NULL, from_ms);
		out->planned = r.plans.len > 0;
		out->holiday = mem_dup(o != NULL ? o->name : "");
	}
	buf_done(&r.plans);
	buf_done(&r.offs);
	return rc;
}

int
visits_all_off(struct session *session, const char *school, int64_t from_ms,
    int64_t until_ms, struct err *e)
{
	struct version_query all = { .type = TYPE_CALENDAR };
	struct reading r = { .s = session_store(session) };
	int rc;

	buf_init(&r.offs, PLANS_BYTES);
	rc = versions_each(r.s, &all, take_off, &r, e);
	if (rc == 0)
		rc = buf_check(&r.offs, "the calendar", e);
	while (rc == 0 && from_ms < until_ms && is_off(&r, school, from_ms))
		from_ms += DAY_MS;
	buf_done(&r.offs);
	return rc != 0 ? -1 : from_ms >= until_ms;
}

void
visits_done(struct visits *v)
{
	size_t i;

	for (i = 0; i < v->count; i++) {
		mem_free(v->items[i].school);
		mem_free(v->items[i].place);
	}
	mem_free(v->items);
	mem_free(v->holiday);
	memset(v, 0, sizeof(*v));
}

const struct visit *
visits_next(const struct visits *v, const char *school)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (utf8_same(view_str(v->items[i].school), view_str(school)))
			return &v->items[i];
	return NULL;
}
