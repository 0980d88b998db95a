/*
 * What holds between the fields of records of a school, and between them and
 * others. Bad input is named by its field, with the way out.
 */
#include "client/core/schools/site.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/notes.h"
#include "client/core/local/day.h"
#include "client/core/local/store.h"
#include "common/base/mem.h"

#define DAY_MINUTES (24 * 60)
#define HEADS_MAX 10000
#define PERIOD_DAYS_MAX 400
#define WEEKS_MAX 8

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Every head-count but the sum. */
static const uint16_t parts[] = {
	ACTIVITY_ADULTS, ACTIVITY_OTHERS, ACTIVITY_GIRLS_0, ACTIVITY_BOYS_0,
	ACTIVITY_GIRLS_7, ACTIVITY_BOYS_7, ACTIVITY_GIRLS_10,
	ACTIVITY_BOYS_10, ACTIVITY_GIRLS_13, ACTIVITY_BOYS_13,
	ACTIVITY_GIRLS_16, ACTIVITY_BOYS_16
};

static bool
begins(struct view text, const char *with)
{
	size_t n = strlen(with);

	return text.len >= n && memcmp(text.data, with, n) == 0;
}

static int
check_minutes(const struct entry *x, uint16_t field, struct err *e)
{
	return entry_int(x, field) <= DAY_MINUTES ? 0 : err_set(e, ERR_INPUT,
	    "minutes are 0 to %d, the length of a day", DAY_MINUTES);
}

static int
check_order(const struct entry *x, uint16_t from, uint16_t to, struct err *e)
{
	int64_t a, b;

	if (!entry_day(x, from, &a) || !entry_day(x, to, &b) || a <= b)
		return 0;
	return err_set(e, ERR_INPUT, "it ends before it begins: the field "
	    "ends is earlier than begins");
}

/* ---- activities ---- */

static int
check_kind(const struct entry *x, struct err *e)
{
	struct view kind = entry_text(x, ACTIVITY_KIND);
	bool individual = begins(kind, "ind_");

	if (id_is_zero(&x->case_id) && individual)
		return err_set(e, ERR_INPUT, "individual work stands in the "
		    "case of the child, never in the room of a school: tugi "
		    "activity add CASE kind=%.*s", (int)kind.len,
		    (const char *)kind.data);
	if (!id_is_zero(&x->case_id) && !individual)
		return err_set(e, ERR_INPUT, "%.*s is work of a school, not of "
		    "one case; name the school, and take up who took part "
		    "with tugi activity roster", (int)kind.len,
		    (const char *)kind.data);
	return 0;
}

static int
check_heads(const struct entry *x, struct err *e)
{
	int64_t sum = 0, one;
	bool any = false;
	size_t i;

	for (i = 0; i < COUNT(parts); i++) {
		one = entry_int(x, parts[i]);
		any = any || entry_has(x, parts[i]);
		if (one > HEADS_MAX)
			return err_set(e, ERR_INPUT, "%s is at most %d",
			    fields_number(x->type, parts[i])->name, HEADS_MAX);
		sum += one;
	}
	one = entry_int(x, ACTIVITY_HEADS);
	if ((any || one > 0) && !id_is_zero(&x->case_id))
		return err_set(e, ERR_INPUT, "head-counts are of groups; this "
		    "is one child's case");
	if (one > HEADS_MAX)
		return err_set(e, ERR_INPUT, "heads is at most %d", HEADS_MAX);
	if (any && one != sum)
		return err_set(e, ERR_INPUT, "the head-counts do not add up: "
		    "girls, boys, adults and others are %d together, heads "
		    "says %d; whom you did not count apart goes into others",
		    (int)sum, (int)one);
	return 0;
}

int
site_check_activity(const struct entry *x, struct err *e)
{
	int64_t day;

	if (check_kind(x, e) != 0 ||
	    check_minutes(x, ACTIVITY_MINUTES, e) != 0 ||
	    check_heads(x, e) != 0)
		return -1;
	if (entry_day(x, ACTIVITY_DATE, &day) &&
	    day > store_now_ms(session_store(x->session)) + 2 * DAY_MS)
		return err_set(e, ERR_INPUT, "date is in the future; an "
		    "activity is written down when it has been");
	return 0;
}

int64_t
site_heads(const struct assignment *set, size_t n)
{
	const struct field *f;
	int64_t sum = 0;
	struct value v;
	uint8_t scratch[32];
	struct err e = { 0 };
	size_t i, k;

	for (i = 0; i < n; i++) {
		f = fields_find(TYPE_ACTIVITY, set[i].name);
		if (f != NULL && f->number == ACTIVITY_HEADS)
			return 0;
		for (k = 0; f != NULL && k < COUNT(parts); k++)
			if (parts[k] == f->number && fields_parse(f,
			    set[i].text, scratch, &v, &e) == 0)
				sum += v.num;
	}
	err_clear(&e);
	return sum;
}

/* A record that a field names, and what kind it is of; ERR_ABSENT. */
static int
find_other(const struct entry *x, uint16_t field, enum record_type type,
    struct loaded *l, struct err *e)
{
	struct id id = entry_id(x, field);
	int rc = versions_load(session_store(x->session), &id, l, e);

	if (rc == 1 && l->row.type == type && (l->row.flags & RECORD_OUT) == 0)
		return 0;
	versions_done(l);
	memset(l, 0, sizeof(*l));
	if (rc < 0)
		return -1;
	return err_set(e, ERR_ABSENT, "there is no such %s here",
	    fields_kind(type)->name);
}

int
site_check_attendance(const struct entry *x, struct err *e)
{
	struct loaded *l;
	int rc;

	if (check_minutes(x, ATTENDANCE_MINUTES, e) != 0)
		return -1;
	if (x->now != NULL) /* it was so when it was written */
		return 0;
	l = loaded_new();
	rc = find_other(x, ATTENDANCE_ACTIVITY, TYPE_ACTIVITY, l, e);
	if (rc == 0 && !begins(loaded_text(l, ACTIVITY_KIND), "grp_"))
		rc = err_set(e, ERR_INPUT, "only groups have a list of who "
		    "took part; this activity is of another kind");
	versions_done(l);
	mem_free(l);
	return rc;
}

/* ---- presence and calendar ---- */

static int
check_clock(const struct entry *x, uint16_t field, int *minutes, struct err *e)
{
	if (!entry_has(x, field))
		return 0;
	if (day_clock(entry_text(x, field), minutes))
		return 1;
	return err_set(e, ERR_INPUT, "%s is an hour of the day, written like "
	    "08:30", fields_number(x->type, field)->name);
}

int
site_check_presence(const struct entry *x, struct err *e)
{
	static const char *const week[] = { "mon", "tue", "wed", "thu", "fri",
		"sat", "sun" };
	int from = 0, until = DAY_MINUTES, a, b;
	size_t i;

	for (i = 0; i < COUNT(week); i++)
		if (entry_is(x, PRESENCE_WEEKDAY, week[i]))
			break;
	if (i == COUNT(week))
		return err_set(e, ERR_INPUT, "weekday is one of mon, tue, "
		    "wed, thu, fri, sat, sun");
	a = check_clock(x, PRESENCE_FROM, &from, e);
	b = a < 0 ? -1 : check_clock(x, PRESENCE_UNTIL, &until, e);
	if (b < 0)
		return -1;
	if (from >= until)
		return err_set(e, ERR_INPUT, "the hours end before they begin: "
		    "until is not later than from");
	if (entry_int(x, PRESENCE_EVERY) > WEEKS_MAX ||
	    (entry_has(x, PRESENCE_EVERY) && entry_int(x, PRESENCE_EVERY) <
	    1))
		return err_set(e, ERR_INPUT, "every is 1 to %d weeks",
		    WEEKS_MAX);
	return check_order(x, PRESENCE_BEGINS, PRESENCE_ENDS, e);
}

int
site_check_calendar(const struct entry *x, struct err *e)
{
	int64_t a, b;

	if (check_order(x, CALENDAR_BEGINS, CALENDAR_ENDS, e) != 0)
		return -1;
	if (entry_day(x, CALENDAR_BEGINS, &a) &&
	    entry_day(x, CALENDAR_ENDS, &b) && b - a > PERIOD_DAYS_MAX *
	    DAY_MS)
		return err_set(e, ERR_INPUT, "that is longer than a school "
		    "year; look at the years of begins and ends");
	return 0;
}

/* ---- plans for a year ---- */

static int
check_year(const struct entry *x, struct err *e)
{
	struct view v = entry_text(x, SERVICE_YEAR);
	char text[8] = "";
	int y, z, n = 0;

	if (v.len < sizeof(text))
		memcpy(text, v.data, v.len);
	if (sscanf(text, "%4d%n", &y, &n) == 1 && n == 4 && y >= 2000 &&
	    y < 2200) {
		if (v.len == 4)
			return 0;
		if (v.len == 7 && sscanf(text + 4, "/%2d%n", &z, &n) == 1 &&
		    n == 3 && z == (y + 1) % 100)
			return 0;
	}
	return err_set(e, ERR_INPUT, "year is a school year, written like "
	    "2026/27, or a year, 2026");
}

struct twin {
	const struct entry *x;
	bool found;
};

static int
same_year(void *ctx, const struct record_row *row, struct err *e)
{
	struct twin *t = ctx;
	struct loaded *l;
	int rc;

	if (id_eq(&row->id, &t->x->id))
		return 0;
	l = loaded_new();
	rc = versions_load_row(session_store(t->x->session), row, l, e);
	t->found = rc == 1 && view_eq(loaded_text(l, SERVICE_YEAR),
	    entry_text(t->x, SERVICE_YEAR));
	versions_done(l);
	mem_free(l);
	return rc < 0 ? -1 : t->found;
}

static int
state_at(struct view state)
{
	static const char *const states[] = { "draft", "agreed", "running",
		"evaluated", "closed" };
	size_t i;

	for (i = 0; i < COUNT(states); i++)
		if (view_eq(state, view_str(states[i])))
			return (int)i;
	return state.len == 0 ? 0 : -1;
}

/* One step forward or back at a time; what a state needs has to be there. */
static int
check_state(const struct entry *x, struct err *e)
{
	int now = x->now != NULL ?
	    state_at(loaded_text(x->now, SERVICE_STATE)) : 0;
	int then = state_at(entry_text(x, SERVICE_STATE));

	if (then < 0)
		return err_set(e, ERR_INPUT, "state is one of draft, agreed, "
		    "running, evaluated, closed");
	if (then > now + 1 || then < now - 1)
		return err_set(e, ERR_INPUT, "a plan goes from draft to "
		    "agreed, running, evaluated, closed, one step at a time");
	if (then >= 1 && !entry_has(x, SERVICE_AGREED_WITH))
		return err_set(e, ERR_INPUT, "an agreed plan says with whom: "
		    "agreed-with=TEXT");
	if (then >= 3 && !entry_has(x, SERVICE_EVALUATION))
		return err_set(e, ERR_INPUT, "an evaluated plan has its "
		    "evaluation: evaluation=TEXT");
	return 0;
}

int
site_check_service(const struct entry *x, struct err *e)
{
	struct version_query q = { .type = TYPE_SERVICE, .space = &x->space };
	struct twin t = { x, false };

	if (check_year(x, e) != 0 || check_state(x, e) != 0 ||
	    versions_each(session_store(x->session), &q, same_year, &t, e) !=
	    0)
		return -1;
	return !t.found ? 0 : err_set(e, ERR_CLASH, "this school has a plan "
	    "for that year already: tugi service list");
}

int
site_check_goal(const struct entry *x, struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = find_other(x, SERVICE_GOAL_PLAN, TYPE_SERVICE, l, e);

	if (rc == 0 && !id_eq(&l->row.space, &x->space))
		rc = err_set(e, ERR_INPUT, "the plan is of another school");
	if (rc == 0 && state_at(loaded_text(l, SERVICE_STATE)) == 4)
		rc = err_set(e, ERR_DENIED, "the plan is closed; set it back "
		    "to evaluated first");
	versions_done(l);
	mem_free(l);
	return rc;
}

int
site_check_quick(const struct entry *x, struct err *e)
{
	if (notes_ahead(session_store(x->session), entry_int(x,
	    QUICK_HAPPENED)))
		return err_set(e, ERR_INPUT, "%s: this day is still to come",
		    "happened");
	return check_minutes(x, QUICK_MINUTES, e);
}
