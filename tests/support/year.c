/*
 * Day by day, so that a clock that moves only moves forward. Whatever is done
 * is owed first: each case and each kind of record owes a share of a record
 * for each working day, and pays with chance.
 */
#include "tests/support/year.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/consent/consent.h"
#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/local/fields.h"
#include "client/core/cases/notes.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define DAY_NOTES 200     /* of one day, in one transaction */
#define ROOMS_MAX 32
#define RECENT 64         /* records of a kind that others may point to */
#define HOUR_MS INT64_C(3600000)

struct kid {
	struct id id;
	enum year_tongue lang;
	char name[80];
	unsigned opens, closes; /* day of the year */
	double rate, owed;      /* notes, for a working day */
	bool open, closed, asked;
	int audience;           /* colleague who was let in; -1 */
};

struct recent {
	struct id id, where;
};

struct room {
	struct id space;
	char kind[32];
};

struct writer {
	struct session *s;
	const struct year *y;
	struct year_made *made;
	struct dice dice;
	struct person_list people;
	struct year_pen pen;
	struct kid *kids;
	struct room rooms[ROOMS_MAX];
	size_t room_count;
	double owed[FIELDS_TYPES_MAX];
	struct recent recent[FIELDS_TYPES_MAX][RECENT];
	size_t recent_count[FIELDS_TYPES_MAX];
	int64_t from_ms, day_ms;
	unsigned days, day;
	uint64_t drawn;
};

struct year
year_of(enum year_size size, uint64_t seed)
{
	struct year y = { .seed = seed, .sites = 3, .groups = 2, .others = 100,
		.lang = YEAR_ET, .cases = 70, .notes = 24 };

	switch (size) {
	case YEAR_S:
		break;
	case YEAR_M:
		y.cases = 85;
		y.lang = YEAR_LV;
		break;
	case YEAR_L:
		y.cases = 85;
		y.lang = YEAR_FI;
		break;
	case YEAR_L_HEAVIEST: /* twice the cases, and one that fills a shelf */
		y.cases = 200;
		y.notes = 30;
		y.longest = 200;
		y.sites = 6;
		y.others = 150;
		y.lang = YEAR_FI;
		break;
	}
	return y;
}

static const struct {
	size_t workers, units;
	enum year_tongue lang;
} towns[] = {
	[YEAR_S] = { 4, 6, YEAR_ET }, [YEAR_M] = { 15, 40, YEAR_LV },
	[YEAR_L] = { 150, 300, YEAR_FI },
	[YEAR_L_HEAVIEST] = { 150, 300, YEAR_FI }
};

size_t
year_workers(enum year_size size)
{
	return towns[size].workers;
}

struct year
year_of_worker(enum year_size size, uint64_t seed, size_t i)
{
	size_t units = towns[size].units, workers = towns[size].workers;
	struct dice d = { .state = seed * 1000 + i };
	struct year y = year_of(size == YEAR_L && i == 0 ? YEAR_L_HEAVIEST :
	    size, seed * 1000 + i);

	/* Most work where one language is spoken, some elsewhere; with more
	 * schools or fewer, and so with more children or fewer. */
	y.lang = dice_percent(&d, 80) ? towns[size].lang :
	    (enum year_tongue)dice_below(&d, YEAR_LANGS);
	y.first_site = i * units / workers;
	y.sites = 1 + dice_below(&d, (uint32_t)(2 * units / workers));
	y.cases = y.cases * (60 + dice_below(&d, 81)) / 100;
	return y;
}

const char *
year_worker_name(enum year_size size, uint64_t seed, size_t i, char *out,
    size_t room)
{
	return year_nth_name(seed % 400 + i, year_of_worker(size, seed, i).lang,
	    out, room);
}

static enum year_tongue
any_lang(struct writer *w)
{
	return dice_percent(&w->dice, 67) ? w->y->lang :
	    (enum year_tongue)dice_below(&w->dice, YEAR_LANGS);
}

static bool
is_work_day(int64_t ms, unsigned day)
{
	unsigned week = (unsigned)((ms / DAY_MS + 3) % 7); /* 0: Monday */

	return week < 5 && (day < 302 || day > 340);
}

static void
refused(struct writer *w, enum record_type type, struct err *e)
{
	w->made->refused[type]++;
	snprintf(w->made->why[type], sizeof(w->made->why[type]), "%s",
	    e->text);
	err_clear(e);
}

static void
made(struct writer *w, enum record_type type)
{
	w->made->by_type[type]++;
	w->made->records++;
}

/* A rule said no: worth counting. Anything else ends the year. */
static bool
is_rule(const struct err *e)
{
	return e->kind == ERR_INPUT || e->kind == ERR_DENIED ||
	    e->kind == ERR_CLASH || e->kind == ERR_ABSENT ||
	    e->kind == ERR_TOOBIG;
}

/* ---- cases, their consents, their notes ---- */

static const char *
any_code(struct writer *w, const char *list)
{
	return policy_code(w->pen.policy, list, dice_below(&w->dice,
	    (uint32_t)policy_count(w->pen.policy, list)));
}

static int
open_kid(struct writer *w, struct kid *k, size_t number, struct err *e)
{
	char code[32], born[DAY_TEXT_BYTES], school[80];
	char asked[DAY_TEXT_BYTES];
	struct assignment set[] = { { "name", k->name }, { "code", code },
		{ "born", born }, { "school", school }, { "status", "open" },
		{ "stage", dice_percent(&w->dice, 80) ? "1" : "2" },
		{ "sex", any_code(w, "case.sex") },
		{ "grade", any_code(w, "case.grade") },
		{ "main-theme", any_code(w, "case.main-theme") },
		{ "asked-by", any_code(w, "case.asked-by") },
		{ "asked-on", asked } };

	snprintf(code, sizeof(code), "%s%u-%03zu", year_code(k->lang),
	    (unsigned)(w->y->seed % 1000), number + 1);
	day_text(w->day_ms - (6 * 365 + (int64_t)dice_below(&w->dice,
	    10 * 365)) * DAY_MS, born);
	day_text(w->day_ms - (int64_t)dice_below(&w->dice, 20) * DAY_MS,
	    asked);
	year_school(w->y->first_site + number % (w->y->sites + 1),
	    w->y->lang, school, sizeof(school));
	if (cases_open(w->s, set, COUNT(set), &k->id, e) != 0)
		return -1;
	if (number == 0) {
		w->made->first_case = k->id;
		snprintf(w->made->first_name, sizeof(w->made->first_name),
		    "%s", k->name);
	}
	k->open = true;
	w->made->cases++;
	made(w, TYPE_CASE);
	return 0;
}

static int
ask_consent(struct writer *w, struct kid *k, struct err *e)
{
	static const char *const sections[] = { "plan", "card,plan",
		"assessment", "card,plan,assessment" };
	char giver[80];
	struct consent_draft d = { .case_id = k->id, .giver = giver,
		.giver_role = "guardian", .language = year_code(k->lang) };
	struct id id;
	int whom, me;

	k->asked = true;
	if (w->y->alone || w->people.count < 2 || dice_percent(&w->dice, 20))
		return 0;
	whom = (int)dice_below(&w->dice, (uint32_t)w->people.count - 1);
	for (me = 0; !w->people.items[me].me; me++)
		;
	whom += whom >= me;
	year_name(&w->dice, k->lang, giver, sizeof(giver));
	d.audience = w->people.items[whom].person;
	d.sections = sections[dice_below(&w->dice, COUNT(sections))];
	d.right = dice_percent(&w->dice, 60) ? RIGHT_READ : RIGHT_WRITE;
	d.refused = dice_percent(&w->dice, 8);
	if (consent_grant(w->s, &d, &id, e) != 0) {
		if (!is_rule(e))
			return -1;
		refused(w, TYPE_CONSENT, e);
		return 0;
	}
	if (!d.refused)
		k->audience = whom;
	w->made->consents++;
	made(w, TYPE_CONSENT);
	return 0;
}

static int
withdraw(struct writer *w, struct kid *k, struct err *e)
{
	char giver[80];
	struct withdrawal_draft d = { .case_id = k->id, .giver = giver,
		.audience = w->people.items[k->audience].person };
	struct withdrawal_effect effect;
	struct id id;

	year_name(&w->dice, k->lang, giver, sizeof(giver));
	k->audience = -1;
	if (consent_withdraw(w->s, &d, &id, &effect, e) != 0) {
		if (!is_rule(e))
			return -1;
		refused(w, TYPE_WITHDRAWAL, e);
		return 0;
	}
	w->made->withdrawals++;
	made(w, TYPE_WITHDRAWAL);
	return 0;
}

static int
close_kid(struct writer *w, struct kid *k, struct err *e)
{
	struct assignment set[] = { { "status", "closed" },
		{ "closing", any_code(w, "case.closing") } };

	k->closed = true;
	if (records_set(w->s, &k->id, set, COUNT(set), e) == 0) {
		w->made->closed++;
		return 0;
	}
	if (!is_rule(e))
		return -1;
	refused(w, TYPE_CASE, e);
	return 0;
}

/* What happens to a case on a working day, but for its notes. */
static int
live(struct writer *w, struct kid *k, size_t number, struct err *e)
{
	if (!k->open)
		return w->day >= k->opens ? open_kid(w, k, number, e) : 0;
	if (!k->asked && w->day > k->opens + 1)
		return ask_consent(w, k, e);
	if (k->audience >= 0 && dice_below(&w->dice, 2000) == 0)
		return withdraw(w, k, e);
	if (w->day >= k->closes)
		return close_kid(w, k, e);
	return 0;
}

/* All of a day at once; where a rule says no to one (the service was declined),
 * each by itself, and that case gets no more. */
static int
save_notes(struct writer *w, const struct note_draft *d, struct kid **of,
    size_t n, struct err *e)
{
	size_t i, saved = n;

	if (notes_add_many(w->s, d, n, e) != 0) {
		if (!is_rule(e))
			return -1;
		for (i = saved = 0; i < n; i++) {
			if (of[i]->closed)
				continue;
			if (notes_add_many(w->s, &d[i], 1, e) == 0) {
				saved++;
				continue;
			}
			if (!is_rule(e))
				return -1;
			refused(w, TYPE_NOTE, e);
			of[i]->closed = true;
		}
	}
	w->made->notes += saved;
	w->made->records += saved;
	w->made->by_type[TYPE_NOTE] += saved;
	return 0;
}

static int
write_notes(struct writer *w, struct err *e)
{
	static char text[DAY_NOTES][YEAR_TEXT_BYTES];
	static struct note_draft d[DAY_NOTES];
	static struct kid *of[DAY_NOTES];
	const struct policy *p = w->pen.policy;
	size_t n = 0, i, words = policy_count(p, "note.category");
	struct kid *k;

	for (i = 0; i < w->y->cases; i++) {
		k = &w->kids[i];
		if (!k->open || k->closed)
			continue;
		k->owed += k->rate * (0.4 + dice_below(&w->dice, 120) / 100.0);
		for (; k->owed >= 1 && n < DAY_NOTES; n++, k->owed--) {
			memset(&d[n], 0, sizeof(d[n]));
			of[n] = k;
			d[n].case_id = k->id;
			year_text(&w->dice, k->lang, 3 + dice_below(&w->dice, 12),
			    text[n], YEAR_TEXT_BYTES);
			d[n].text = view_str(text[n]);
			d[n].category = policy_code(p, "note.category",
			    dice_below(&w->dice, (uint32_t)words));
			if (strcmp(d[n].category, "private_draft") == 0)
				d[n].category = NULL;
			d[n].language = year_code(k->lang);
			d[n].minutes = 5 * (1 + dice_below(&w->dice, 18));
			d[n].happened_ms = w->day_ms +
			    dice_below(&w->dice, 8 * 60) * (HOUR_MS / 60);
		}
	}
	return n == 0 ? 0 : save_notes(w, d, of, n, e);
}

/* ---- records of any kind, from their fields ---- */

/* A record that a field may point to: of the kind that the field is called
 * after, else anything at the same place. */
static bool
any_record(void *ctx, const struct field *f, const struct id *where,
    struct id *out)
{
	struct writer *w = ctx;
	const struct record_kind *kind;
	size_t i, k, n, from;

	for (i = 0; (kind = fields_each(i)) != NULL; i++) {
		n = w->recent_count[kind->type];
		n = n < RECENT ? n : RECENT;
		if (strcmp(kind->name, f->name) != 0 || n == 0)
			continue;
		from = dice_below(&w->dice, (uint32_t)n);
		for (k = 0; k < n; k++)
			if (id_eq(&w->recent[kind->type][(from + k) % n].where,
			    where))
				break;
		*out = w->recent[kind->type][(from + k) % n].id;
		return true;
	}
	if (strcmp(f->name, "case") == 0 && w->made->cases > 0) {
		*out = w->kids[0].id;
		return true;
	}
	return false;
}

/* A state that nobody types begins with the first word of its vocabulary:
 * draft, proposed, planned. */
static size_t
first_state(struct writer *w, const struct record_kind *kind, struct op *out)
{
	const struct field *f = fields_find(kind->type, "state");

	if (f == NULL || f->kind != FIELD_CODE || f->vocabulary == NULL ||
	    (f->flags & (FIELD_SETTABLE | FIELD_GIVEN)) != 0 ||
	    policy_count(w->pen.policy, f->vocabulary) == 0)
		return 0;
	memset(out, 0, sizeof(*out));
	out->field = f->number;
	out->value.type = VALUE_TEXT;
	out->value.data = view_str(policy_code(w->pen.policy, f->vocabulary, 0));
	return 1;
}

/* Each attempt fills in less, the last one only what is needed. */
static int
try_once(struct writer *w, const struct record_kind *kind,
    struct entry_draft *d, unsigned attempt, struct id *id, struct err *e)
{
	struct assignment set[RECORD_OPS_MAX];
	struct op begins;

	w->pen.day_ms = w->day_ms;
	d->set = set;
	d->n = year_fill(&w->pen, d, attempt, set);
	if (d->n == 0) /* nobody types anything: it comes about otherwise */
		return err_set(e, ERR_INPUT, "a %s has no field to fill in",
		    kind->name);
	d->more = &begins;
	d->more_count = first_state(w, kind, &begins);
	return entries_add(w->s, d, id, e);
}

static bool
find_where(struct writer *w, const struct record_kind *kind,
    struct entry_draft *d)
{
	bool in_case = (kind->homes & HOME_CASE) != 0;
	bool in_room = (kind->homes & HOME_ROOM) != 0;
	size_t i, k;

	if (in_case && (!in_room || dice_percent(&w->dice, 50)))
		for (i = 0; i < 50; i++) {
			k = dice_below(&w->dice, (uint32_t)w->y->cases);
			/* A fat case draws more of everything. */
			if (dice_percent(&w->dice, 3))
				k = 0;
			if (!w->kids[k].open || w->kids[k].closed)
				continue;
			d->case_id = w->kids[k].id;
			return true;
		}
	if (!in_room)
		return !in_case;
	if (kind->rooms != NULL && fields_listed(kind->rooms, ROOMS_OWN))
		return true;
	for (i = 0; i < 50 && w->room_count > 0; i++) {
		k = dice_below(&w->dice, (uint32_t)w->room_count);
		if (kind->rooms == NULL || fields_listed(kind->rooms,
		    w->rooms[k].kind)) {
			d->space = w->rooms[k].space;
			return true;
		}
	}
	return false;
}

static int
draw_entry(struct writer *w, const struct record_kind *kind, struct err *e)
{
	struct entry_draft d = { .type = kind->type };
	struct recent *r;
	struct id id;
	unsigned i;

	for (i = 0; i < YEAR_TRIES; i++) {
		memset(&d, 0, sizeof(d));
		d.type = kind->type;
		if (!find_where(w, kind, &d))
			return 0;
		err_clear(e);
		if (try_once(w, kind, &d, i, &id, e) == 0) {
			r = &w->recent[kind->type][w->recent_count[kind->type]++ %
			    RECENT];
			r->id = id;
			r->where = id_is_zero(&d.space) ? d.case_id : d.space;
			made(w, kind->type);
			return 0;
		}
		if (!is_rule(e))
			return -1;
	}
	refused(w, kind->type, e);
	return 0;
}

/* Each has dice of its own: how often a rule said no, which may hang on who
 * writes, changes nothing in what comes after. */
static int
write_entry(struct writer *w, const struct record_kind *kind, struct err *e)
{
	struct dice others = w->dice;
	int rc;

	w->dice.state += (uint64_t)kind->type * 1000003 + w->drawn++;
	rc = draw_entry(w, kind, e);
	w->dice = others;
	return rc;
}

static int
write_others(struct writer *w, struct err *e)
{
	const struct record_kind *kind;
	double rate;
	size_t i;

	for (i = 0; (kind = fields_each(i)) != NULL; i++) {
		if (year_by_program(kind->type) ||
		    kind->homes == HOME_COMMONS)
			continue;
		rate = year_share(w->y, kind) / 235.0 * 365.0 / w->days;
		w->owed[kind->type] += rate *
		    (0.5 + dice_below(&w->dice, 100) / 100.0);
		for (; w->owed[kind->type] >= 1; w->owed[kind->type]--)
			if (write_entry(w, kind, e) != 0)
				return err_add(e, "%s", kind->name);
	}
	return 0;
}

/* ---- the year ---- */

static int
begin_rooms(struct writer *w, struct err *e)
{
	char name[120];
	struct assignment set[2] = { { "name", name }, { "no-children", "yes" } };
	size_t i, all = w->y->sites + w->y->groups;
	struct room *r;

	for (i = 0; i < all && w->room_count < ROOMS_MAX; i++) {
		bool site = i < w->y->sites;

		r = &w->rooms[w->room_count];
		if (site)
			year_school(w->y->first_site + i, w->y->lang, name,
			    sizeof(name));
		else
			snprintf(name, sizeof(name), "Group %zu of %u",
			    i - w->y->sites + 1, (unsigned)(w->y->seed % 1000));
		snprintf(r->kind, sizeof(r->kind), "%s", site ? ROOMS_SITE :
		    ROOMS_GROUP);
		if (rooms_begin(w->s, r->kind, set, i + 1 == all ? 2 : 1,
		    &r->space, e) == 0)
			w->room_count++;
		else if (e->kind != ERR_CLASH) /* a colleague has begun it */
			return -1;
		err_clear(e);
	}
	return 0;
}

static void
plan_kids(struct writer *w)
{
	unsigned left;
	size_t i;

	for (i = 0; i < w->y->cases; i++) {
		struct kid *k = &w->kids[i];
		double notes = (double)w->y->notes * 0.5;

		/* Half of all have few, and one in ten three times as many. */
		notes += dice_below(&w->dice, (uint32_t)w->y->notes + 1);
		if (dice_percent(&w->dice, 10))
			notes *= 2;
		k->audience = -1;
		k->lang = any_lang(w);
		year_name(&w->dice, k->lang, k->name, sizeof(k->name));
		k->opens = i == 0 || dice_percent(&w->dice, 50) ? 0 :
		    dice_below(&w->dice, w->days * 2 / 3);
		k->closes = i == 0 || dice_percent(&w->dice, 55) ? w->days :
		    k->opens + 30 + dice_below(&w->dice, w->days);
		if (i == 0 && w->y->longest > 0)
			notes = (double)w->y->longest;
		left = (k->closes < w->days ? k->closes : w->days) - k->opens;
		k->rate = notes / (left * 0.63 + 1);
	}
}

static int
write_days(struct writer *w, struct err *e)
{
	size_t i;

	for (w->day = 0; w->day < w->days; w->day++) {
		w->day_ms = w->from_ms + w->day * DAY_MS + 8 * HOUR_MS;
		if (!is_work_day(w->day_ms, w->day))
			continue;
		if (w->y->at != NULL)
			w->y->at(w->y->ctx, w->day_ms);
		for (i = 0; i < w->y->cases; i++)
			if (!w->kids[i].closed &&
			    live(w, &w->kids[i], i, e) != 0)
				return -1;
		if (write_notes(w, e) != 0 || write_others(w, e) != 0)
			return -1;
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct person_item *)a)->name,
	    ((const struct person_item *)b)->name);
}

int
year_write(struct session *s, const struct year *y, struct year_made *out,
    struct err *e)
{
	struct writer *w = mem_new(sizeof(*w));
	int64_t now = store_now_ms(session_store(s));
	int rc = -1;

	memset(out, 0, sizeof(*out));
	w->s = s;
	w->y = y;
	w->made = out;
	w->dice.state = y->seed;
	w->pen = (struct year_pen){ .s = s, .y = y, .dice = &w->dice,
		.people = &w->people, .record = any_record, .ctx = w };
	w->days = y->days != 0 ? y->days : 365;
	w->from_ms = y->from_ms != 0 ? y->from_ms : now - w->days * DAY_MS;
	w->from_ms -= w->from_ms % DAY_MS;
	w->kids = mem_new((y->cases + 1) * sizeof(*w->kids));
	if (people_list(s, &w->people, e) != 0 ||
	    (w->pen.policy = policies_now(s, e)) == NULL)
		goto out;
	qsort(w->people.items, w->people.count, sizeof(w->people.items[0]),
	    by_name);
	plan_kids(w);
	if (begin_rooms(w, e) == 0 && write_days(w, e) == 0)
		rc = 0;
out:
	person_list_done(&w->people);
	mem_free(w->kids);
	mem_free(w);
	return rc;
}
