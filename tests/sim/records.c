/*
 * Records of any kind that is declared: which, how often and with which fields
 * says the generator of a municipality's year (tests/support/year); they are
 * written by the calls of the command line. Each text of one has a needle and
 * is a text of the truth.
 */
#include <string.h>

#include "client/core/cases/objections.h"
#include "client/core/cases/plans.h"
#include "client/core/cases/restrictions.h"
#include "client/core/cases/uptake.h"
#include "client/core/giving/basis.h"
#include "client/core/giving/disclosure.h"
#include "client/core/profile/policies.h"
#include "client/core/schools/inbox.h"
#include "client/core/schools/matters.h"
#include "client/core/schools/meetings.h"
#include "client/core/schools/site.h"
#include "client/core/schools/supervision.h"
#include "client/core/support/assess.h"
#include "client/core/support/referral.h"
#include "client/core/support/signal.h"
#include "client/core/support/transition.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"
#include "tests/support/year.h"

struct saving { /* one record */
	struct actor *a;
	const struct step *st;
	const struct record_kind *kind;
	struct entry_draft d;
	struct assignment set[RECORD_OPS_MAX];
	const char *takes;    /* fields of words that the call has; NULL: all */
	int place;            /* of the truth */
	const enum record_type *pair; /* two that go together, or NULL */
	struct id id;
};

/* ---- texts ---- */

/* The needle goes before what is there; where there is no room, instead. */
void
records_needle(struct actor *a, int place, const char *field, char *text,
    size_t size)
{
	struct sim *s = a->sim;
	char needle[SIM_NEEDLE_BYTES + 2];
	struct text *t = truth_text(s, a, place, SECTION_CARD);
	size_t len = strlen(text);

	if (t == NULL)
		sim_fail(s, "more texts than the simulator can note");
	t->note = true;
	snprintf(t->field, sizeof(t->field), "%s", field);
	truth_needle((int)(t - s->text), needle);
	if (len + SIM_NEEDLE_BYTES + 2 > size) {
		snprintf(text, size, "%s", needle);
		return;
	}
	memmove(text + SIM_NEEDLE_BYTES + 1, text, len + 1);
	memcpy(text, needle, SIM_NEEDLE_BYTES);
	text[SIM_NEEDLE_BYTES] = ' ';
}

bool
records_saved(struct actor *a, int from, int rc, const struct err *e)
{
	struct sim *s = a->sim;
	bool done;
	int i;

	if (rc != 0 && e->kind == ERR_CLASH) {
		s->refused++;
		sim_note(s, "   no: %s", e->text);
		done = false;
	} else {
		done = act_done(a, rc, e);
	}
	if (done) {
		truth_find(a, from, true);
		for (i = from; i < s->text_count; i++)
			if (!s->text[i].sure)
				sim_fail(s, "text %d (%s) was saved and stands "
				    "nowhere", i, s->text[i].field);
	} else if (act_broken(a)) {
		a->unfound = true;
	} else {
		s->text_count = from;
	}
	return done;
}

/* ---- what the generator asks for ---- */

static void
mark(void *ctx, const struct field *f, char text[static YEAR_TEXT_BYTES])
{
	struct saving *v = ctx;

	if (v->takes == NULL || fields_listed(v->takes, f->name))
		records_needle(v->a, v->place, f->name, text, YEAR_TEXT_BYTES);
}

/* The first of two, at the place where the second is written. */
static bool
first_of(struct saving *v, const char *name, struct id *out)
{
	struct stmt *q = db_prepare(cast_db(v->a), "SELECT id FROM record "
	    "WHERE type = ? AND flags & 220 = 0 AND (space = ? OR case_id = ?) "
	    "ORDER BY rid DESC LIMIT 1");
	const struct record_kind *kind;
	struct err e;
	bool found;
	size_t i;

	for (i = 0; (kind = fields_each(i)) != NULL; i++)
		if (strcmp(kind->name, name) == 0)
			db_bind_int(q, 1, kind->type);
	db_bind_id(q, 2, &v->d.space);
	db_bind_id(q, 3, &v->d.case_id);
	found = db_step(q, &e) == 1 && db_id(q, 0, out) == 0;
	db_reset(q);
	return found;
}

/* Of the kind that the field is called after, or beside which it belongs;
 * where it may be anything, a note or a goal. */
static bool
some_record(void *ctx, const struct field *f, const struct id *where,
    struct id *out)
{
	struct saving *v = ctx;
	struct stmt *q = db_prepare(cast_db(v->a), "SELECT id FROM record "
	    "WHERE (case_id = ?1 OR space = ?1 OR ?2 IN (1, 19)) AND (type = "
	    "?2 OR (?2 = 0 AND type IN (4, 7, 32, 41))) AND flags & 220 = 0 "
	    "ORDER BY id LIMIT 1 OFFSET ?3");
	const struct record_kind *kind;
	struct err e;
	size_t i;
	int type = 0;
	bool found;

	if (v->pair != NULL && first_of(v, f->name, out))
		return true;
	for (i = 0; (kind = fields_each(i)) != NULL; i++)
		if (strcmp(kind->name, f->name) == 0)
			type = (int)kind->type;
	db_bind_id(q, 1, where);
	db_bind_int(q, 2, type);
	db_bind_int(q, 3, v->st->draw[3] % 3);
	found = db_step(q, &e) == 1 && db_id(q, 0, out) == 0;
	db_reset(q);
	return found;
}

static const char *
said(const struct saving *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->d.n; i++)
		if (strcmp(v->set[i].name, name) == 0)
			return v->set[i].text;
	return NULL;
}

static const char *
or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

/* What is said apart, and not as a field. */
static void
take_out(struct saving *v, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < v->d.n; i++)
		if (strcmp(v->set[i].name, name) != 0)
			v->set[n++] = v->set[i];
	v->d.n = n;
}

/* ---- the calls ---- */

static int
save_entry(struct saving *v, struct err *e)
{
	return entries_add(v->a->session, &v->d, &v->id, e);
}

static int
save_plan(struct saving *v, struct err *e)
{
	return plans_add(v->a->session, &v->d.case_id, v->set, v->d.n, &v->id,
	    e);
}

static int
save_meeting(struct saving *v, struct err *e)
{
	return meetings_add(v->a->session, &v->d, &v->id, e);
}

static int
save_referral(struct saving *v, struct err *e)
{
	struct referral_draft d = { v->d.case_id, v->set, v->d.n, NULL, 0 };

	return referral_add(v->a->session, &d, &v->id, e);
}

static int
save_assessment(struct saving *v, struct err *e)
{
	struct assess_draft d = { v->d.case_id, said(v, "instrument"), NULL,
		said(v, "review") };

	return assess_start(v->a->session, &d, &v->id, e);
}

static int
save_signal(struct saving *v, struct err *e)
{
	struct signal_draft d = { .case_id = v->d.case_id,
		.to = or(said(v, "to"), "the office"),
		.to_kind = said(v, "to-kind"),
		.facts = said(v, "facts"), .urgency = said(v, "urgency"),
		.provision = said(v, "provision") };

	return signal_add(v->a->session, &d, &v->id, e);
}

static int
save_transition(struct saving *v, struct err *e)
{
	struct sim *s = v->a->sim;
	int whom = people_somebody(s, v->a, v->st->draw[4]), i;
	struct transition_draft d = { .case_id = v->d.case_id,
		.kind = said(v, "kind"), .to = said(v, "to"),
		.until = said(v, "until") };

	for (i = 0; i < s->actors && whom < 0; i++)
		whom = people_somebody(s, v->a, (uint32_t)i);
	if (whom >= 0)
		d.receiver = s->actor[whom].person;
	return transition_propose(v->a->session, &d, &v->id, e);
}

static int
save_matter(struct saving *v, struct err *e)
{
	return matters_open(v->a->session, &v->d.case_id, v->set, v->d.n,
	    &v->id, e);
}

/* A no takes away what was written under the offer, but the card and what
 * protects the child; whose it was, is told by the calls of that. */
static void
declined(struct saving *v)
{
	struct sim *s = v->a->sim;
	int i;

	for (i = 0; i < s->text_count; i++)
		s->text[i].fades |= s->text[i].case_no == v->place;
	s->cases[v->place].declined = true;
}

static int
save_uptake(struct saving *v, struct err *e)
{
	const char *outcome = said(v, "outcome");
	struct uptake_effect effect;
	int rc;

	if (said(v, "by") == NULL && said(v, "person") == NULL)
		v->set[v->d.n++] = (struct assignment){ "by", "Mari" };

	take_out(v, "outcome");
	rc = uptake_record(v->a->session, &v->d, outcome, &v->id, &effect, e);
	if (outcome != NULL && strcmp(outcome, "declined") == 0 &&
	    (rc == 0 || act_broken(v->a)))
		declined(v);
	return rc;
}

static bool
beside(struct saving *v, struct id *out)
{
	static const struct field any = { .name = "any" };

	return some_record(v, &any, &v->d.case_id, out);
}

static int
save_objection(struct saving *v, struct err *e)
{
	struct id to;

	if (!beside(v, &to))
		return err_set(e, ERR_ABSENT, "nothing to object to");
	return objections_add(v->a->session, &to, v->set, v->d.n, &v->id, e);
}

static int
save_restriction(struct saving *v, struct err *e)
{
	struct id of;

	if (!beside(v, &of))
		return err_set(e, ERR_ABSENT, "nothing to restrict");
	return restrictions_add(v->a->session, &of, v->set, v->d.n, &v->id, e);
}

static int
save_disclosure(struct saving *v, struct err *e)
{
	const char *told = said(v, "family-informed");
	struct disclosure_draft d = { .case_id = v->d.case_id,
		.what = said(v, "what"), .sections = said(v, "sections"),
		.to = said(v, "to"), .channel = said(v, "channel"),
		.basis = said(v, "basis"),
		.provision = or(said(v, "provision"), "child protection law"),
		.reason = or(said(v, "reason"), "could not wait"), .receipt = said(v, "receipt"),
		.family = told != NULL && strcmp(told, "no") == 0 ?
		    DISCLOSURE_NOT_TOLD : DISCLOSURE_TOLD,
		.why_not_told = said(v, "why-not-informed"),
		.safety_seen = true };

	return disclosure_record(v->a->session, &d, &v->id, e);
}

static int
save_release(struct saving *v, struct err *e)
{
	return basis_release(v->a->session, &v->d.case_id, v->set, v->d.n,
	    &v->id, e);
}

/* A private draft goes by itself when it is old. */
static int
save_quick(struct saving *v, struct err *e)
{
	const char *private = said(v, "private");
	struct sim *s = v->a->sim;
	int i;

	for (i = s->text_count - 1; i >= 0 && !s->text[i].sure &&
	    private != NULL && strcmp(private, "yes") == 0; i--)
		s->text[i].fades = true;
	return inbox_add(v->a->session, v->set, v->d.n, &v->id, e);
}

static int
save_pseudonym(struct saving *v, struct err *e)
{
	char word[SUPERVISION_WORD_BYTES];

	return supervision_name(v->a->session, &v->d.case_id, NULL, word, e);
}

/* Only groups have a list of who took part. */
static int
save_activity(struct saving *v, struct err *e)
{
	if (v->pair != NULL) {
		take_out(v, "kind");
		v->set[v->d.n++] = (struct assignment){ "kind", "grp_small" };
	}
	return save_entry(v, e);
}

static int
save_attendance(struct saving *v, struct err *e)
{
	const struct sim_case *c = act_own_case(v->a, 0);
	struct id activity;

	if (c == NULL || !first_of(v, "activity", &activity))
		return err_set(e, ERR_ABSENT, "nothing to take part in");
	return site_roster(v->a->session, &activity, &c->id, 1,
	    or(said(v, "agreed-by"), "Mari"), e);
}

static const struct {
	enum record_type type;
	int (*save)(struct saving *v, struct err *e);
	const char *takes;
} calls[] = {
	{ TYPE_PLAN, save_plan, NULL },
	{ TYPE_MEETING, save_meeting, NULL },
	{ TYPE_REFERRAL, save_referral, NULL },
	{ TYPE_ASSESSMENT, save_assessment, "" },
	{ TYPE_SIGNAL, save_signal, "to facts provision" },
	{ TYPE_TRANSITION, save_transition, "to" },
	{ TYPE_MATTER, save_matter, NULL },
	{ TYPE_UPTAKE, save_uptake, NULL },
	{ TYPE_OBJECTION, save_objection, NULL },
	{ TYPE_RESTRICTION, save_restriction, NULL },
	{ TYPE_DISCLOSURE, save_disclosure, "what to provision reason receipt "
	    "why-not-informed" },
	{ TYPE_RELEASE, save_release, NULL },
	{ TYPE_QUICK, save_quick, NULL },
	{ TYPE_PSEUDONYM, save_pseudonym, "" },
	{ TYPE_ACTIVITY, save_activity, NULL },
	{ TYPE_ATTENDANCE, save_attendance, "agreed-by" }
};

/* ---- which and where ---- */

/* What comes about by steps of its own: next.c. */
static bool
is_drawn(const struct record_kind *kind)
{
	return !year_by_program(kind->type) && kind->type != TYPE_MOVE &&
	    kind->type != TYPE_VIEW;
}

static const struct record_kind *
some_kind(const struct sim *s, const struct year *y, uint32_t draw)
{
	const struct record_kind *kind;
	double sum = 0, at;
	size_t i, pass;

	for (pass = 0; pass < 2; pass++) {
		at = sum * (draw % 100000) / 100000.0;
		for (i = 0; (kind = fields_each(i)) != NULL; i++) {
			double share = is_drawn(kind) ? s->plan->mix ==
			    MIX_EVEN ? 1 : year_share(y, kind) : 0;

			if (pass == 0)
				sum += share;
			else if ((at -= share) < 0)
				return kind;
		}
	}
	return fields_kind(TYPE_ACTIVITY);
}

static bool
in_room(struct saving *v, bool site)
{
	int no = rooms_some(v->a, v->st->draw[0], site);

	if (no < 0) {
		rooms_open(v->a, site);
		return false;
	}
	v->place = no;
	v->d.space = v->a->sim->cases[no].id;
	return true;
}

/* False: there is no room for it yet; one was begun instead. */
static bool
find_where(struct saving *v)
{
	const struct record_kind *kind = v->kind;
	struct sim *s = v->a->sim;
	bool room = (kind->homes & HOME_ROOM) != 0 && ((kind->homes &
	    HOME_CASE) == 0 || v->st->draw[2] % 2 == 0);
	bool site = kind->rooms == NULL || fields_listed(kind->rooms, "site");
	struct sim_case *c;

	if (kind->type == TYPE_ATTENDANCE) /* it begins with the activity */
		return in_room(v, true);
	if (kind->homes == HOME_COMMONS) {
		v->place = SIM_COMMONS;
		return true;
	}
	if (room && kind->rooms != NULL && fields_listed(kind->rooms, "own") &&
	    kind->type != TYPE_PSEUDONYM) {
		v->place = SIM_OWN;
		return true;
	}
	if (room && kind->type != TYPE_PSEUDONYM)
		return in_room(v, kind->rooms != NULL && fields_listed(
		    kind->rooms, "group") && v->st->draw[2] % 4 == 0 ? false :
		    site);
	c = act_case(v->a, v->st->draw[0]);
	v->place = (int)(c - s->cases);
	v->d.case_id = c->id;
	return true;
}

/* Each attempt fills in less. */
static void
save(struct saving *v, struct year_pen *pen)
{
	static const unsigned attempts[] = { 1, 5, YEAR_TRIES - 1 };
	int (*call)(struct saving *, struct err *) = save_entry;
	struct sim *s = v->a->sim;
	int from = s->text_count, rc = -1;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].type == v->kind->type) {
			call = calls[i].save;
			v->takes = calls[i].takes;
		}
	for (i = 0; i < 3; i++) {
		v->d.set = v->set;
		v->d.n = year_fill(pen, &v->d, attempts[i], v->set);
		err_clear(&e);
		rc = call(v, &e);
		if (rc == 0 || (e.kind != ERR_INPUT &&
		    e.kind != ERR_ABSENT) || act_broken(v->a))
			break;
		if (i < 2)
			s->text_count = from;
	}
	(void)records_saved(v->a, from, rc, &e);
}

/* ---- two that go together ---- */

static const enum record_type pairs[][2] = {
	{ TYPE_MEETING, TYPE_AGENDA }, { TYPE_SERVICE, TYPE_SERVICE_GOAL },
	{ TYPE_ACTIVITY, TYPE_ATTENDANCE }
};

static const enum record_type *
some_pair(struct saving *v)
{
	if (v->a->sim->plan->mix != MIX_PAIRS || v->st->draw[0] % 2 != 0 ||
	    act_own_case(v->a, 0) == NULL)
		return NULL;
	return pairs[v->st->draw[2] % 3];
}

/* The first of them, when it is not there, and then the other. */
static void
save_pair(struct saving *v, struct year_pen *pen)
{
	const struct record_kind *first = fields_kind(v->pair[0]);
	const struct record_kind *second = v->kind;
	struct id id;

	if (first->type == TYPE_ACTIVITY || !first_of(v, first->name, &id)) {
		v->kind = first;
		v->d.type = first->type;
		save(v, pen);
	}
	v->kind = second;
	v->d.type = second->type;
	if (!act_broken(v->a))
		save(v, pen);
}

void
records_step(struct actor *a, const struct step *st)
{
	struct dice dice = { .state = (uint64_t)st->draw[1] << 32 |
	    st->draw[4] };
	struct year y = year_of(YEAR_S, st->draw[1]);
	struct saving v = { .a = a, .st = st };
	struct person_list people;
	struct year_pen pen = { .s = a->session, .y = &y, .dice = &dice,
		.people = &people, .day_ms = cast_clock(a),
		.record = some_record, .mark = mark, .ctx = &v };
	struct err e;

	y.lang = (enum year_tongue)dice_below(&dice, YEAR_LANGS);
	v.pair = some_pair(&v);
	v.kind = v.pair != NULL ? fields_kind(v.pair[1]) :
	    some_kind(a->sim, &y, st->draw[1]);
	v.d.type = v.kind->type;
	sim_note(a->sim, "   %s", v.kind->name);
	/* A room that was not there may be, then. */
	if (!find_where(&v) && (v.pair == NULL || !find_where(&v)))
		return;
	if (!act_done(a, people_list(a->session, &people, &e), &e))
		return;
	pen.policy = policies_now(a->session, &e);
	if (pen.policy == NULL)
		(void)act_done(a, -1, &e);
	else if (v.pair != NULL)
		save_pair(&v, &pen);
	else
		save(&v, &pen);
	person_list_done(&people);
}
