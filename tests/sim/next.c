/*
 * What people do with a record that is there: answers, sending on, copies for
 * one colleague, a matter and who is let into it, a child that goes to another
 * school, what is corrected. Through the calls of the command line. Where the
 * program puts the words, and which it copies, truth_find sees.
 */
#include <string.h>
#include <unistd.h>

#include "client/core/cases/entries.h"
#include "client/core/cases/moving.h"
#include "client/core/cases/restrictions.h"
#include "client/core/cases/viewed.h"
#include "client/core/consent/consent.h"
#include "client/core/giving/basis.h"
#include "client/core/giving/share.h"
#include "client/core/profile/policies.h"
#include "client/core/report/handin.h"
#include "client/core/report/snapshots.h"
#include "client/core/schools/inbox.h"
#include "client/core/schools/matters.h"
#include "client/core/schools/site.h"
#include "client/core/schools/supervision.h"
#include "client/core/support/assess.h"
#include "client/core/support/referral.h"
#include "client/core/support/signal.h"
#include "client/core/support/transition.h"
#include "client/core/upkeep/export.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

#define LAW "child protection law 27"
#define YEAR 2026

struct going {
	struct actor *a;
	const struct step *st;
	struct id id, case_id, space;
	enum record_type type;
	struct event *ev;     /* somebody is let in or put out by it */
	char words[120];
};

static const char *
some_words(struct going *g)
{
	snprintf(g->words, sizeof(g->words), "as it was said");
	records_needle(g->a, 0, "words", g->words, sizeof(g->words));
	return g->words;
}

static const char *
one_of(const struct going *g, const char *const *list, size_t n)
{
	return list[g->st->draw[3] % n];
}

/* ---- who is let in and put out ---- */

static struct event *
part_event(struct going *g, enum event_kind kind, int whom)
{
	struct sim *s = g->a->sim;
	struct event *ev;
	int i;

	for (i = s->case_count - 1; i > 0; i--)
		if (id_eq(&s->cases[i].id, &g->case_id))
			break;
	ev = truth_event(s, g->a, i);
	if (ev == NULL)
		return NULL;
	ev->kind = kind;
	ev->whom = whom;
	ev->sections = SECTIONS_ALL;
	ev->until_ms = INT64_MAX;
	ev->some_part = true;
	return g->ev = ev;
}

/* By the newest consent or withdrawal of this device: what the call wrote. */
static void
event_done(struct going *g, bool done)
{
	struct sim *s = g->a->sim;
	struct stmt *q;
	struct err e;

	if (g->ev == NULL || act_broken(g->a))
		return;
	q = db_prepare(cast_db(g->a), "SELECT r.id FROM record r JOIN version v "
	    "USING (rid) WHERE r.type = ? AND v.state = 1 AND r.case_id = ? "
	    "ORDER BY r.rid DESC LIMIT 1");
	db_bind_int(q, 1, g->ev->kind == EVENT_GRANT ? TYPE_CONSENT :
	    TYPE_WITHDRAWAL);
	db_bind_id(q, 2, &g->case_id);
	done = done && db_step(q, &e) == 1 && db_id(q, 0, &g->ev->id) == 0;
	db_reset(q);
	if (!done) {
		s->event_count--;
		return;
	}
	g->ev->sure = true;
	truth_placed(g->a, g->ev);
}

static struct consent_draft
consent(struct going *g, int whom)
{
	struct sim *s = g->a->sim;
	uint32_t draw = g->st->draw[4];
	struct consent_draft d = { .case_id = g->case_id,
		.audience = s->actor[whom].person, .giver = "Mari",
		.giver_role = "guardian", .right = draw % 3 == 0 ? RIGHT_READ :
		RIGHT_WRITE };

	d.until_ms = draw % 4 != 0 ? SIM_START + 700 * DAY_MS :
	    cast_clock(g->a) + 1000 + draw % (20 * DAY_MS);
	return d;
}

static int
whom(struct going *g)
{
	struct sim *s = g->a->sim;
	int i, no = -1;

	for (i = 0; i < s->actors && no < 0; i++)
		no = people_somebody(s, g->a, g->st->draw[3] + (uint32_t)i);
	return no;
}

static int
share(struct going *g, struct err *e)
{
	int to = whom(g);
	struct share_draft d = { &g->id, 1, { .giver = NULL }, true };
	struct withdrawal_effect effect;
	struct id id;

	if (to < 0)
		return err_set(e, ERR_ABSENT, "nobody to share it with");
	if (g->st->draw[2] % 5 == 0) {
		(void)part_event(g, EVENT_WITHDRAW, to);
		return share_end(g->a->session, &g->case_id,
		    &g->a->sim->actor[to].person, "Mari", &effect, e);
	}
	d.consent = consent(g, to);
	(void)part_event(g, EVENT_GRANT, to);
	return share_add(g->a->session, &d, &id, e);
}

/* ---- notes ---- */

static void
fade(struct sim *s, const struct id *record)
{
	int i;

	for (i = 0; i < s->text_count; i++)
		s->text[i].fades |= id_eq(&s->text[i].record, record);
}

/* What goes with it goes, too: what amends it, and what amends that. */
static void
fade_all(struct going *g)
{
	struct stmt *q = db_prepare(cast_db(g->a), "WITH RECURSIVE with_it(id) "
	    "AS (VALUES (?1) UNION SELECT r.id FROM record r JOIN with_it w ON "
	    "r.parent = w.id) SELECT id FROM with_it");
	struct id id;
	struct err e;

	db_bind_id(q, 1, &g->id);
	while (db_step(q, &e) == 1 && db_id(q, 0, &id) == 0)
		fade(g->a->sim, &id);
	db_reset(q);
}

static int
move_to(struct going *g, const struct id *to, struct err *e)
{
	struct moving_wish w = { g->id, *to, "the wrong child" };
	struct moving m;
	int rc;

	fade_all(g);
	rc = moving_note(g->a->session, &w, &m, e);
	if (rc == 0)
		moving_done(&m);
	return rc;
}

static int
note(struct going *g, struct err *e)
{
	struct sim *s = g->a->sim;

	return g->st->draw[2] % 4 != 0 ? share(g, e) : move_to(g,
	    &s->cases[g->st->draw[3] % (uint32_t)s->case_count].id, e);
}

static bool
note_of(struct going *g, const struct sim_case *c)
{
	struct stmt *q = db_prepare(cast_db(g->a), "SELECT id FROM record WHERE "
	    "type = 4 AND case_id = ? AND parent IS NULL AND flags & 220 = 0 "
	    "ORDER BY id LIMIT 1");
	struct err e;
	bool found;

	db_bind_id(q, 1, &c->id);
	found = db_step(q, &e) == 1 && db_id(q, 0, &g->id) == 0;
	db_reset(q);
	return found;
}

/* One of an own case into another own one. */
static void
move_own(struct actor *a, const struct step *st)
{
	struct going g = { .a = a, .st = st };
	struct sim_case *from = act_own_case(a, 0);
	struct sim_case *to = act_own_case(a, 1);
	int texts, rc;
	struct err e;

	if (from == NULL || to == NULL)
		return;
	if (!note_of(&g, from))
		act_note_in(a, from);
	if (act_broken(a) || !note_of(&g, from))
		return;
	sim_note(a->sim, "   a note goes to another case");
	texts = a->sim->text_count;
	rc = move_to(&g, &to->id, &e);
	(void)records_saved(a, texts, rc, &e);
}

static int
quick(struct going *g, struct err *e)
{
	struct sim_case *c = act_case(g->a, g->st->draw[3]);
	struct id id;

	fade(g->a->sim, &g->id);
	return inbox_file(g->a->session, &g->id, &c->id, &id, e);
}

/* ---- out of the house ---- */

static struct disclosure_draft
sending(struct going *g)
{
	return (struct disclosure_draft){ .of = g->id, .channel = "letter",
		.provision = LAW, .family = DISCLOSURE_TOLD,
		.safety_seen = true };
}

static int
referral(struct going *g, struct err *e)
{
	static const char *const states[] = { "delivered", "seen", "accepted",
		"declined", "working", "outcome_reported", "closed",
		"revoked" };
	struct referral_basis b = { .referral = g->id, .basis = "statute",
		.provision = LAW };
	struct disclosure_draft d = sending(g);
	struct referral_step to = { g->id, one_of(g, states, 8), NULL, NULL };

	switch (g->st->draw[2] % 3) {
	case 0:
		b.reason = some_words(g);
		return referral_basis(g->a->session, &b, e);
	case 1:
		return referral_send(g->a->session, &d, e);
	default:
		if (fields_listed("declined outcome_reported", to.state))
			to.words = some_words(g);
		return referral_step(g->a->session, &to, e);
	}
}

static int
notify(struct going *g, struct err *e)
{
	static const char *const states[] = { "delivered", "answered",
		"closed", "dropped" };
	struct disclosure_draft d = sending(g);
	struct signal_step to = { g->id, one_of(g, states, 4), NULL };

	if (g->st->draw[2] % 2 == 0)
		return signal_send(g->a->session, &d, e);
	if (strcmp(to.state, "closed") != 0)
		to.words = some_words(g);
	return signal_step(g->a->session, &to, e);
}

static int
release(struct going *g, struct err *e)
{
	return basis_release_end(g->a->session, &g->id, "Mari", e);
}

/* ---- to another school ---- */

static int
choose(struct going *g, struct err *e)
{
	struct stmt *q = db_prepare(cast_db(g->a), "SELECT id FROM record WHERE "
	    "case_id = ? AND type IN (4, 7, 32) AND flags & 220 = 0 AND "
	    "space <> ? ORDER BY id LIMIT 3");
	struct id list[3], to;
	struct transition_choice c = { .transition = g->id, .records = list,
		.giver = "Mari", .giver_role = "guardian",
		.safety_seen = true };
	struct sim *s = g->a->sim;
	int i;

	db_bind_id(q, 1, &g->case_id);
	db_bind_id(q, 2, &g->space);
	while (c.count < 3 && db_step(q, e) == 1)
		db_id(q, 0, &list[c.count++]);
	db_reset(q);
	q = db_prepare(cast_db(g->a), "SELECT body FROM version JOIN record "
	    "USING (rid) WHERE id = ? ORDER BY hlc LIMIT 1");
	db_bind_id(q, 1, &g->id);
	memset(&to, 0, sizeof(to));
	if (db_step(q, e) == 1)
		(void)truth_bytes(db_blob(q, 0), TRANSITION_RECEIVER, &to,
		    sizeof(to));
	db_reset(q);
	for (i = 0; i < s->actors && !id_eq(&s->actor[i].person, &to); i++)
		;
	if (i < s->actors)
		(void)part_event(g, EVENT_GRANT, s->actor[i].who);
	return transition_choose(g->a->session, &c, e);
}

static int
accept(struct going *g, struct err *e)
{
	struct sim *s = g->a->sim;
	struct sim_case *c = &s->cases[s->case_count];
	struct record_item r;
	int i, rc;

	if (s->case_count == SIM_CASES)
		return err_set(e, ERR_TOOBIG, "enough cases");
	rc = transition_accept(g->a->session, &g->id, &c->id, e);
	if (rc != 0)
		return rc;
	c->by = g->a->no;
	if (records_find(g->a->session, &c->id, &r, e) == 1) {
		snprintf(c->name, sizeof(c->name), "%s",
		    record_field(&r, "name"));
		record_item_done(&r);
	}
	for (i = 0; i < s->case_count; i++)
		if (id_eq(&s->cases[i].id, &g->case_id))
			s->case_count++;
	return 0;
}

/* The copies go. */
static void
fade_part(struct going *g)
{
	struct sim *s = g->a->sim;
	int i;

	for (i = 0; i < s->text_count; i++)
		s->text[i].fades |= s->text[i].copy &&
		    !id_is_zero(&s->text[i].part);
}

static int
transition(struct going *g, struct err *e)
{
	switch (g->st->draw[2] % 9) {
	case 0:
	case 1:
	case 2:
		return choose(g, e);
	case 3:
	case 4:
	case 5:
		return accept(g, e);
	case 6:
		return transition_decline(g->a->session, &g->id,
		    some_words(g), e);
	case 7:
		(void)part_event(g, EVENT_WITHDRAW, -1);
		return transition_revoke(g->a->session, &g->id, "Mari", e);
	default:
		fade_part(g);
		return transition_reduce(g->a->session, &g->id, e);
	}
}

/* ---- several people, one child ---- */

static int
assessment(struct going *g, struct err *e)
{
	static const char *const levels[] = { "low", "medium", "high",
		"immediate" };
	struct assess_judgement j = { g->id, one_of(g, levels, 4), NULL,
		NULL };
	struct assess_answer said = { .run = g->id, .source = NULL };
	struct assess_view v;
	struct id draft;
	int rc;

	if (g->st->draw[2] % 2 == 0) {
		j.reason = some_words(g);
		return assess_judge(g->a->session, &j, &draft, e);
	}
	if (assess_view(g->a->session, &g->id, &v, e) != 0)
		return -1;
	said.item = v.items[g->st->draw[3] % v.count].code;
	said.value = g->st->draw[4] % 2 == 0 ? "2" : "0";
	said.note = some_words(g);
	rc = assess_answers(g->a->session, &said, 1, e);
	assess_view_done(&v);
	return rc;
}

static int
matter(struct going *g, struct err *e)
{
	struct session *ses = g->a->session;
	struct withdrawal_effect effect;
	struct consent_draft d;
	char hex[ID_TEXT_BYTES];
	struct matter m;
	struct id id;
	int to = whom(g), rc;

	if (to < 0)
		return err_set(e, ERR_ABSENT, "nobody to let in");
	rc = matters_find(ses, &g->case_id, id_text(&g->id, hex), &m, e);
	if (rc != 0)
		return rc;
	d = consent(g, to);
	if (g->st->draw[2] % 6 < 3) {
		(void)part_event(g, EVENT_GRANT, to);
		rc = matters_admit(ses, &m, &d, &id, e);
	} else if (g->st->draw[2] % 6 < 5) {
		(void)part_event(g, EVENT_WITHDRAW, to);
		rc = matters_dismiss(ses, &m, &d.audience, "Mari", &effect, e);
	} else {
		(void)part_event(g, EVENT_WITHDRAW, -1);
		rc = matters_close(ses, &m, some_words(g), &effect, e);
	}
	matter_done(&m);
	return rc;
}

static int
restriction(struct going *g, struct err *e)
{
	bool still;

	return restrictions_lift(g->a->session, &g->id, some_words(g), &still,
	    e);
}

static int
check_consent(struct going *g, struct err *e)
{
	struct assignment set[] = { { "outcome", "kept" }, { "words", NULL } };
	struct entry_draft d = { .type = TYPE_CHECK, .case_id = g->case_id,
		.set = set, .n = 2 };
	struct id id;

	set[1].text = some_words(g);
	return entries_add_to(g->a->session, &d, CHECK_CONSENT, &g->id, &id, e);
}

/* ---- schools, groups ---- */

/* The first activity that is group work; the others have no list. */
static int
activity(struct going *g, struct err *e)
{
	struct stmt *q = db_prepare(cast_db(g->a), "SELECT id FROM record WHERE "
	    "type = ? AND flags & 220 = 0 ORDER BY id LIMIT 8");
	const struct sim_case *c = act_case(g->a, g->st->draw[3]);
	const char *words = some_words(g);
	struct id list[8];
	int n = 0, i, rc = -1;

	db_bind_int(q, 1, TYPE_ACTIVITY);
	while (n < 8 && db_step(q, e) == 1)
		db_id(q, 0, &list[n++]);
	db_reset(q);
	for (i = 0; i < n && rc != 0 && !act_broken(g->a); i++)
		rc = site_roster(g->a->session, &list[i], &c->id, 1, words,
		    e);
	return rc;
}

static int
service(struct going *g, struct err *e)
{
	struct id id;

	return site_carry(g->a->session, &g->id, NULL, &id, e);
}

static int
supervision(struct going *g, struct err *e)
{
	int room = rooms_some(g->a, g->st->draw[3], false);
	struct id copy;

	if (room < 0)
		return err_set(e, ERR_ABSENT, "no group to show it to");
	return supervision_share(g->a->session, &g->id,
	    &g->a->sim->cases[room].id, &copy, e);
}

/* ---- what has no text ---- */

static int
render(void *ctx, const struct record_item *r, struct buf *line, struct err *e)
{
	(void)ctx;
	(void)e;
	buf_add_str(line, r->section);
	return 0;
}

static int
export(struct going *g, struct err *e)
{
	char path[64];
	struct export_ask ask = { .path = path,
		.passphrase = view_str(SIM_PASSPHRASE), .cost_passes = 1,
		.cost_bytes = 8192, .render = render };
	struct export_sum sum;
	int rc;

	snprintf(path, sizeof(path), "/dev/shm/tugi-sim-all-%ld",
	    (long)getpid());
	(void)unlink(path);
	rc = export_to(g->a->session, &ask, &sum, e);
	(void)unlink(path);
	return rc;
}

static int
figures(struct going *g, struct err *e)
{
	struct handin h;
	struct merge m;
	int rc;

	if ((g->a->roles & ROLE_OFFICER) == 0) {
		if (handin_make(g->a->session, YEAR, &h, e) != 0)
			return -1;
		rc = handin_send(g->a->session, &h, e);
		handin_done(&h);
		return rc;
	}
	if (merge_year(g->a->session, YEAR, &m, e) != 0)
		return -1;
	rc = snapshots_freeze(g->a->session, &m, NULL, e);
	merge_done(&m);
	return rc;
}

/* The one in force, once more, as another commit. */
static int
policy(struct going *g, struct err *e)
{
	struct sim *s = g->a->sim;
	const struct policy *p = policies_now(g->a->session, e);
	char commit[41];

	if (s->published || (g->a->roles & ROLE_OFFICER) == 0)
		return err_set(e, ERR_DENIED, "one policy a story");
	s->published = true;
	snprintf(commit, sizeof(commit), "c0ffee%034llx",
	    (unsigned long long)s->plan->seed);
	return p == NULL ? -1 : policies_publish(g->a->session, p, commit, e);
}

static int
whole_case(struct going *g, struct err *e)
{
	switch (g->st->draw[2] % 8) {
	case 0:
		return export(g, e);
	case 1:
	case 2:
		return figures(g, e);
	case 3:
		return policy(g, e);
	default:
		viewed_note(g->a->session, &g->case_id);
		return 0;
	}
}

/* ---- a correction ---- */

static int
correct(struct going *g, struct err *e)
{
	const struct record_kind *kind = fields_kind(g->type);
	struct sim *s = g->a->sim;
	struct assignment set = { NULL, g->words };
	size_t i, at;

	for (i = 0; i < kind->count && set.name == NULL; i++) {
		const struct field *f;

		at = (g->st->draw[3] + i) % kind->count;
		f = &kind->fields[at];
		if ((f->flags & FIELD_SETTABLE) != 0 && f->vocabulary == NULL &&
		    (f->kind == FIELD_LONG || f->kind == FIELD_TEXT))
			set.name = f->name;
	}
	if (set.name == NULL)
		return err_set(e, ERR_INPUT, "nothing to correct in it");
	g->words[0] = '\0';
	records_needle(g->a, 0, set.name, g->words, sizeof(g->words));
	truth_seen(s, &s->text[s->text_count - 1], &g->id);
	return records_set(g->a->session, &g->id, &set, 1, e);
}

static const struct {
	enum record_type type;
	int (*go)(struct going *g, struct err *e);
} steps[] = {
	{ TYPE_NOTE, note }, { TYPE_PLAN, share }, { TYPE_QUICK, quick },
	{ TYPE_REFERRAL, referral }, { TYPE_SIGNAL, notify },
	{ TYPE_RELEASE, release }, { TYPE_TRANSITION, transition },
	{ TYPE_ASSESSMENT, assessment }, { TYPE_MATTER, matter },
	{ TYPE_RESTRICTION, restriction }, { TYPE_CONSENT, check_consent },
	{ TYPE_ACTIVITY, activity }, { TYPE_SERVICE, service },
	{ TYPE_SUPERVISION, supervision }, { TYPE_CASE, whole_case },
	{ TYPE_MEETING, correct }, { TYPE_TASK, correct },
	{ TYPE_AGENDA, correct }, { TYPE_PERSON, correct },
	{ TYPE_PRESENCE, correct }, { TYPE_SERVICE_GOAL, correct },
	{ TYPE_OBJECTION, correct }, { TYPE_CALENDAR, correct },
	{ TYPE_DISCLOSURE, correct }
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static bool
find(struct going *g, enum record_type type)
{
	struct stmt *q = db_prepare(cast_db(g->a), "SELECT id, case_id, space "
	    "FROM record WHERE type = ? AND flags & 220 = 0 ORDER BY id");
	uint32_t n = g->st->draw[1] % 4, i;
	struct err e;
	bool found = false;

	db_bind_int(q, 1, type);
	for (i = 0; i <= n && db_step(q, &e) == 1; i++) {
		found = db_id(q, 0, &g->id) == 0;
		if (db_id(q, 1, &g->case_id) != 0)
			memset(&g->case_id, 0, sizeof(g->case_id));
		db_id(q, 2, &g->space);
	}
	db_reset(q);
	g->type = type;
	return found;
}

void
next_step(struct actor *a, const struct step *st)
{
	struct going g = { .a = a, .st = st };
	struct sim *s = a->sim;
	int from = s->text_count, rc;
	struct err e;
	size_t there[STEPS], n = 0, i;

	if (s->plan->mix == MIX_PAIRS && st->draw[0] % 4 == 0) {
		move_own(a, st);
		return;
	}
	for (i = 0; i < STEPS; i++)
		if (find(&g, steps[i].type))
			there[n++] = i;
	if (n == 0)
		return;
	i = there[st->draw[0] % n];
	(void)find(&g, steps[i].type);
	sim_note(s, "   on with a %s", fields_kind(g.type)->name);
	rc = steps[i].go(&g, &e);
	event_done(&g, rc == 0);
	(void)records_saved(a, from, rc, &e);
}
