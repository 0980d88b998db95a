/*
 * One record, as the generator has it: which fields are filled in and with
 * what follows from its kind's declaration, the policy and chance.
 */
#include "tests/support/year.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/day.h"
#include "client/core/local/fields.h"
#include "client/core/local/store.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Steps of something, made by the calls that take them. */
static const enum record_type programs[] = { TYPE_SPACE, TYPE_STAFF, TYPE_CHECK,
	TYPE_CASE, TYPE_NOTE, TYPE_CONSENT, TYPE_WITHDRAWAL, TYPE_REVIEW,
	TYPE_OVERRIDE, TYPE_HANDOVER, TYPE_ALIAS, TYPE_POLICY,
	TYPE_ROOM, TYPE_MEMBER, TYPE_EXPORT, TYPE_ATTACHMENT };

/* Records of a kind in a year: for each case, or for each worker. What is not
 * here is usual: one for each case, thirty for a worker. */
static const struct {
	const char *kind;
	double case_, worker;
} usual[] = {
	{ "plan", 2, 0 }, { "activity", 0, 220 }, { "presence", 0, 60 },
	{ "meeting", 0, 55 }, { "task", 0.5, 60 }, { "consult", 0, 60 },
	{ "consultation", 0, 60 }, { "signal", 0.15, 0 },
	{ "referral", 0.4, 0 }, { "assessment", 0.8, 0 },
	{ "disclosure", 0.5, 0 }, { "uptake", 1.2, 0 }, { "person", 2, 0 },
	{ "release", 0.5, 0 }, { "transition", 0.1, 0 }, { "matter", 0.2, 0 },
	{ "objection", 0.05, 0 }, { "restriction", 0.03, 0 },
	{ "move", 0.03, 0 }, { "view", 0.5, 0 }, { "service", 0, 3 }, { "service-goal", 0, 12 },
	{ "pseudonym", 0, 10 }, { "supervision", 0, 12 }
};

bool
year_by_program(enum record_type type)
{
	const struct record_kind *kind = fields_kind(type);
	size_t i;

	/* Within an assessment, within group work. */
	if (fields_listed("answer attendance", kind->name))
		return true;
	for (i = 0; i < COUNT(programs); i++)
		if (programs[i] == type)
			return true;
	for (i = 0; i < kind->count; i++)
		if ((kind->fields[i].flags & (FIELD_SETTABLE | FIELD_GIVEN |
		    FIELD_NEEDED)) != 0)
			return false;
	return true; /* nobody types any of it */
}

static enum year_tongue
any_lang(const struct year_pen *p)
{
	return dice_percent(p->dice, 67) ? p->y->lang :
	    (enum year_tongue)dice_below(p->dice, YEAR_LANGS);
}

/* ---- values ---- */

static bool
says(const char *name, const char *words)
{
	return fields_listed(words, name) ||
	    strstr(name, "until") != NULL || strstr(name, "next") != NULL;
}

static void
put_id(const struct id *id, char *out)
{
	char t[ID_TEXT_BYTES];

	strcpy(out, id_text(id, t));
}

/* That of the day; a school has one plan for each. */
static void
any_school_year(const struct year_pen *p, char *out)
{
	char day[DAY_TEXT_BYTES];
	int year, month;

	day_text(p->day_ms, day);
	sscanf(day, "%4d-%2d", &year, &month);
	year -= month < 8;
	snprintf(out, YEAR_TEXT_BYTES, "%d/%02d", year, (year + 1) % 100);
}

/* Of an activity, what is counted and of which kind it is. */
static bool
fits_activity(const struct field *f, bool in_case, const char *value)
{
	if (f->type != TYPE_ACTIVITY)
		return true;
	if (f->number == ACTIVITY_KIND)
		return (strncmp(value, "ind_", 4) == 0) == in_case;
	/* A sum is left to the program. */
	return f->number != ACTIVITY_HEADS && (!in_case || f->kind !=
	    FIELD_NUMBER || f->number == ACTIVITY_MINUTES);
}

/* The day it is, or one to come: of the story, or where a rule asks the clock,
 * of that. */
static void
any_day(const struct year_pen *p, const struct field *f, unsigned attempt, char *out)
{
	int64_t at = p->day_ms, now = store_now_ms(session_store(p->s));

	if (says(f->name, "due review ends end deadline expires to"))
		at = (attempt > 1 && at < now ? now : at) +
		    (7 + dice_below(p->dice, 60)) * DAY_MS;
	day_text(at, out);
}

static bool
any_value(const struct year_pen *p, const struct field *f,
    const struct entry_draft *d, unsigned attempt, char *out)
{
	bool in_case = id_is_zero(&d->space);
	const struct id *where = in_case ? &d->case_id : &d->space;
	enum year_tongue l = any_lang(p);
	struct id id;
	size_t n;

	switch (f->kind) {
	case FIELD_TEXT:
		if (fields_listed("name child giver recipient person contact",
		    f->name))
			year_name(p->dice, l, out, YEAR_TEXT_BYTES);
		else if (strcmp(f->name, "school") == 0)
			year_school(p->y->first_site + dice_below(p->dice,
			    (uint32_t)p->y->sites + 1), p->y->lang, out,
			    YEAR_TEXT_BYTES);
		else if (strcmp(f->name, "sections") == 0)
			strcpy(out, "plan");
		else if (strcmp(f->name, "year") == 0)
			any_school_year(p, out);
		else if (strcmp(f->name, "instrument") == 0)
			snprintf(out, YEAR_TEXT_BYTES, "%s", policy_code(p->policy,
			    "instruments", 0));
		else
			year_line(p->dice, l, out, YEAR_TEXT_BYTES);
		return true;
	case FIELD_LONG:
		year_text(p->dice, l, 1 + dice_below(p->dice, 6), out,
		    YEAR_TEXT_BYTES);
		return true;
	case FIELD_CODE:
		n = f->vocabulary != NULL ? policy_count(p->policy,
		    f->vocabulary) : 0;
		if (n == 0)
			return false;
		do /* most people say yes, and go on */
			snprintf(out, YEAR_TEXT_BYTES, "%s", policy_code(p->policy,
			    f->vocabulary, dice_below(p->dice, (uint32_t)n)));
		while ((fields_listed("declined refused ended closed moved",
		    out) && dice_percent(p->dice, 90)) ||
		    !fits_activity(f, in_case, out));
		return true;
	case FIELD_DATE:
	case FIELD_TIME:
		any_day(p, f, attempt, out);
		return true;
	case FIELD_NUMBER:
		snprintf(out, YEAR_TEXT_BYTES, "%u", 1 + dice_below(p->dice,
		    attempt < 3 ? 25 : attempt < 6 ? 5 : 1));
		return true;
	case FIELD_PERSON:
		put_id(&p->people->items[dice_below(p->dice,
		    (uint32_t)p->people->count)].person, out);
		return true;
	case FIELD_RECORD:
		if (!p->record(p->ctx, f, where, &id))
			return false;
		put_id(&id, out);
		return true;
	case FIELD_FLAG:
		strcpy(out, dice_percent(p->dice, 30) ? "yes" : "no");
		return true;
	case FIELD_HASH:
	case FIELD_SECRET:
		break;
	}
	return false;
}

/* Words of one's own, and not a code, a year, a list of sections or of
 * made-up names. */
static bool
is_free(const struct field *f)
{
	return f->kind == FIELD_LONG || (f->kind == FIELD_TEXT &&
	    f->vocabulary == NULL && !fields_listed("sections year instrument cases",
	    f->name));
}

static bool
is_typed(const struct field *f, bool in_case)
{
	return (f->flags & (FIELD_SETTABLE | FIELD_GIVEN | FIELD_NEEDED)) !=
	    0 && f->number != FIELD_DELETED && (f->kind != FIELD_NUMBER ||
	    fits_activity(f, in_case, ""));
}

size_t
year_fill(const struct year_pen *p, const struct entry_draft *d,
    unsigned attempt, struct assignment set[static RECORD_OPS_MAX])
{
	static char text[RECORD_OPS_MAX][YEAR_TEXT_BYTES];
	const struct record_kind *kind = fields_kind(d->type);
	const struct field *f;
	size_t i, n = 0;
	bool needed;

	for (i = 0; i < kind->count && n < RECORD_OPS_MAX; i++) {
		f = &kind->fields[i];
		needed = (f->flags & FIELD_NEEDED) != 0 ||
		    strcmp(f->name, "sections") == 0;
		if (!is_typed(f, id_is_zero(&d->space)))
			continue;
		if (!needed && (attempt + 1 == YEAR_TRIES ||
		    dice_percent(p->dice, 30 + 8 * attempt)))
			continue;
		if (!any_value(p, f, d, attempt, text[n]))
			continue;
		if (p->mark != NULL && is_free(f))
			p->mark(p->ctx, f, text[n]);
		set[n].name = f->name;
		set[n].text = text[n];
		n++;
	}
	return n;
}

double
year_share(const struct year *y, const struct record_kind *kind)
{
	double case_ = 0, worker = 0, all;
	size_t i;

	if ((kind->homes & HOME_CASE) != 0)
		case_ = 1;
	else
		worker = 30;
	for (i = 0; i < COUNT(usual); i++)
		if (strcmp(usual[i].kind, kind->name) == 0) {
			case_ = usual[i].case_;
			worker = usual[i].worker;
		}
	all = (case_ * (double)y->cases + worker) * y->others / 100.0;
	return all > 0 && all < 2 ? 2 : all; /* the rarest come up too */
}
