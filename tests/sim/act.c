/*
 * Steps: what a person does at a device, through the calls that the front-end
 * makes. What may be refused is refused in a sentence; anything else ends the
 * run.
 */
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/cases/notes.h"
#include "client/core/cases/plans.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"
#include "tests/support/year.h"

static const char *const case_fields[] = { "contact", "safety", "theme" };
static const char *const plan_fields[] = { "goal", "measures", "outcome" };

void
sim_note(struct sim *s, const char *fmt, ...)
{
	char line[400];
	const char *p;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (p = line; *p != '\0'; p++)
		s->digest = (s->digest ^ (uint8_t)*p) *
		    UINT64_C(0x100000001b3);
	if (s->trace != NULL)
		fprintf(s->trace, "%s\n", line);
}

bool
act_broken(struct actor *a)
{
	return simdisk_crashed(a->disk) || a->full;
}

bool
act_done(struct actor *a, int rc, const struct err *e)
{
	struct sim *s = a->sim;

	if (rc == 0) {
		s->done++;
		return true;
	}
	s->refused++;
	sim_note(s, "   no: %s", e->text);
	switch (e->kind) {
	case ERR_INPUT:
	case ERR_ABSENT:
	case ERR_DENIED:
	case ERR_TOOBIG:
		return false;
	default:
		if (act_broken(a))
			return false;
		sim_fail(s, "person %d: %s", a->no, e->text);
	}
}

struct sim_case *
act_case(struct actor *a, uint32_t draw)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM space WHERE "
	    "case_id = ? AND state = 1");
	struct sim *s = a->sim;
	uint32_t i, n = (uint32_t)s->case_count;
	struct sim_case *c;
	struct err e;
	int rc;

	for (i = 0; i < n && draw % 16 != 0; i++) {
		c = &s->cases[(draw + i) % n];
		db_bind_id(q, 1, &c->id);
		rc = db_step(q, &e);
		db_reset(q);
		if (rc == 1)
			return c;
	}
	return &s->cases[draw % n];
}

static void
make_text(const struct sim *s, const struct text *t, char out[static 200])
{
	struct dice d = { .state = (uint64_t)(t - s->text) };
	enum year_tongue lang = (enum year_tongue)dice_below(&d, YEAR_LANGS);
	char needle[SIM_NEEDLE_BYTES + 1];
	size_t used;

	truth_needle((int)(t - s->text), needle);
	used = (size_t)snprintf(out, 200, "%s ", needle);
	year_text(&d, lang, dice_below(&d, 3), out + used, 200 - used);
}

/* ---- writing ---- */

static bool
some_record(struct actor *a, const struct id *case_id, int type,
    uint32_t draw, struct id *out)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT id FROM record WHERE "
	    "case_id = ? AND type = ? AND flags & 12 = 0 ORDER BY id");
	struct id list[64];
	struct err e;
	uint32_t n = 0;

	db_bind_id(q, 1, case_id);
	db_bind_int(q, 2, type);
	while (n < 64 && db_step(q, &e) == 1)
		db_id(q, 0, &list[n++]);
	db_reset(q);
	if (n == 0)
		return false;
	*out = list[draw % n];
	return true;
}

static void
save_note(struct actor *a, struct sim_case *c, struct note_draft d)
{
	struct sim *s = a->sim;
	struct text *t;
	struct id id;
	char text[200];
	struct err e;

	t = truth_text(s, a, (int)(c - s->cases), SECTION_NOTES);
	if (t == NULL)
		return;
	t->note = true;
	make_text(s, t, text);
	d.text = view_str(text);
	snprintf(t->field, sizeof(t->field), "text");
	if (act_done(a, notes_add(a->session, &d, &id, &e), &e))
		truth_saved(s, t, &id);
}

static void
write_note(struct actor *a, const struct step *st, bool amend)
{
	struct sim_case *c = act_case(a, st->draw[0]);
	struct note_draft d = { .case_id = c->id };

	if (!amend || some_record(a, &c->id, TYPE_NOTE, st->draw[1],
	    &d.amends))
		save_note(a, c, d);
}

void
act_note(struct actor *a, const struct step *st)
{
	write_note(a, st, false);
}

void
act_note_in(struct actor *a, struct sim_case *c)
{
	save_note(a, c, (struct note_draft){ .case_id = c->id });
}

static void
write_plan(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	struct sim_case *c = act_case(a, st->draw[0]);
	struct text *t = truth_text(s, a, (int)(c - s->cases), SECTION_PLAN);
	struct assignment set = { "goal", NULL };
	struct id id;
	char text[200];
	struct err e;

	if (t == NULL)
		return;
	make_text(s, t, text);
	set.text = text;
	snprintf(t->field, sizeof(t->field), "goal");
	if (act_done(a, plans_add(a->session, &c->id, &set, 1, &id, &e), &e))
		truth_saved(s, t, &id);
}

static void
change_field(struct actor *a, const struct step *st, bool plan)
{
	struct sim *s = a->sim;
	struct sim_case *c = act_case(a, st->draw[0]);
	struct assignment set = { plan ? plan_fields[st->draw[2] % 3] :
	    case_fields[st->draw[2] % 3], NULL };
	struct id id = c->id;
	struct text *t;
	char text[200];
	struct err e;

	if (plan && !some_record(a, &c->id, TYPE_PLAN, st->draw[1], &id))
		return;
	t = truth_text(s, a, (int)(c - s->cases), plan ? SECTION_PLAN :
	    SECTION_CARD);
	if (t == NULL)
		return;
	make_text(s, t, text);
	set.text = text;
	snprintf(t->field, sizeof(t->field), "%s", set.name);
	truth_seen(s, t, &id);
	if (act_done(a, records_set(a->session, &id, &set, 1, &e), &e))
		truth_saved(s, t, &id);
}

static void
open_case(struct actor *a)
{
	struct sim *s = a->sim;
	struct sim_case *c = &s->cases[s->case_count];
	struct assignment set[] = { { "name", c->name }, { "contact", NULL } };
	struct text *t;
	char text[200];
	struct err e;

	if (s->case_count == SIM_CASES)
		return;
	t = truth_text(s, a, s->case_count, SECTION_CARD);
	if (t == NULL)
		return;
	snprintf(c->name, sizeof(c->name), SIM_CHILD " %c",
	    'A' + s->case_count);
	make_text(s, t, text);
	set[1].text = text;
	snprintf(t->field, sizeof(t->field), "contact");
	c->by = a->no;
	if (!act_done(a, cases_open(a->session, set, 2, &c->id, &e), &e)) {
		/* What the power cut may be there all the same. */
		if (!act_broken(a))
			s->text_count--;
		return;
	}
	s->case_count++;
	truth_saved(s, t, &c->id);
}

struct sim_case *
act_own_case(struct actor *a, int nth)
{
	struct sim *s = a->sim;
	int i, n, tries;

	for (tries = 0; tries <= nth + 1; tries++) {
		for (i = 0, n = 0; i < s->case_count; i++)
			if (s->cases[i].by == a->no && n++ == nth)
				return &s->cases[i];
		if (act_broken(a))
			break;
		open_case(a);
	}
	return NULL;
}

static void
play(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;

	switch (st->kind) {
	case STEP_NOTE:
	case STEP_AMEND:
		write_note(a, st, st->kind == STEP_AMEND);
		break;
	case STEP_FIELD:
	case STEP_GOAL:
		change_field(a, st, st->kind == STEP_GOAL);
		break;
	case STEP_PLAN:
		write_plan(a, st);
		break;
	case STEP_CASE:
		open_case(a);
		break;
	case STEP_GRANT:
	case STEP_REFUSE:
		people_say(a, st, st->kind == STEP_REFUSE);
		break;
	case STEP_WITHDRAW:
		people_take_back(a, st);
		break;
	case STEP_SWITCH:
		trouble_switch(a, s->hubs == 2 && a->side == 0);
		break;
	case STEP_SYNC:
		heal_sync(a);
		break;
	case STEP_PASS:
		s->now_ms += st->draw[0] % (60 * DAY_MS);
		break;
	case STEP_APART:
		a->apart_until = s->cursor + st->draw[0] % 60;
		/* Or for weeks. */
		if (st->draw[1] % 4 == 0)
			s->now_ms += st->draw[2] % (40 * DAY_MS);
		break;
	case STEP_CLOCK:
		trouble_clock(a, st);
		break;
	case STEP_RESTART:
		cast_close(a);
		if (!simdisk_crashed(a->disk))
			cast_open(a);
		break;
	case STEP_OVERRIDE:
	case STEP_END:
	case STEP_SIGN:
	case STEP_HAND:
	case STEP_ALIAS:
	case STEP_DELETE:
	case STEP_ERASE:
		law_step(a, st);
		break;
	case STEP_ROOM:
	case STEP_ADMIT:
	case STEP_DISMISS:
	case STEP_SAY:
		rooms_step(a, st);
		break;
	case STEP_ORDER:
	case STEP_MOVE:
		office_step(a, st);
		break;
	case STEP_RECORD:
		records_step(a, st);
		break;
	case STEP_NEXT:
		next_step(a, st);
		break;
	case STEP_OUT:
	case STEP_CARRY:
	case STEP_IN:
		carried_step(a, st);
		break;
	case STEP_FILE:
	case STEP_FETCH:
	case STEP_DROP:
		files_step(a, st);
		break;
	case STEP_STICK:
		back_keep(a);
		break;
	case STEP_GO_ON:
		anew_go_on(a, st);
		break;
	case STEP_COPY:
		trouble_copy(a);
		break;
	case STEP_OLD:
		trouble_old(a);
		break;
	case STEP_DECIDE:
		people_decide(a, st);
		break;
	default:
		break;
	}
}

static bool
needs_case(enum step_kind k)
{
	return k == STEP_NOTE || k == STEP_AMEND || k == STEP_FIELD ||
	    k == STEP_GOAL || k == STEP_PLAN || k == STEP_GRANT ||
	    k == STEP_REFUSE || k == STEP_WITHDRAW ||
	    k == STEP_ORDER || k == STEP_MOVE || k == STEP_RECORD ||
	    k == STEP_NEXT || k == STEP_FILE ||
	    (k >= STEP_OVERRIDE && k < STEP_ROOM);
}

static bool
is_hubs(enum step_kind k)
{
	return k == STEP_BACKUP || k == STEP_RESTORE || k == STEP_ANEW ||
	    k == STEP_FORK || k == STEP_HUB_CLOCK;
}

static void
play_as(struct sim *s, struct actor *a, const struct step *st)
{
	a->busy = true;
	a->step = st;
	s->depth++;
	if (st->crash_at != 0)
		simdisk_crash_at(a->disk, simdisk_ops(a->disk) +
		    st->crash_at);
	if (st->hub_crash_at != 0)
		simdisk_crash_at(s->hub_disk, simdisk_ops(s->hub_disk) +
		    st->hub_crash_at);
	if (st->full_at != 0)
		simdisk_fault_at(a->disk, simdisk_ops(a->disk) + st->full_at,
		    SQLITE_FULL, true);
	if (st->hub_full_at != 0)
		simdisk_fault_at(s->hub_disk, simdisk_ops(s->hub_disk) +
		    st->hub_full_at, SQLITE_FULL, true);
	a->full |= st->full_at != 0;
	play(a, st);
	simdisk_crash_at(s->hub_disk, 0);
	simdisk_fault_at(s->hub_disk, 0, 0, false);
	simdisk_fault_at(a->disk, 0, 0, false);
	cast_settle(a);
	s->depth--;
	a->step = NULL;
	a->busy = false;
}

void
act_step(struct sim *s)
{
	size_t no = s->cursor++;
	const struct step *st = &s->plan->step[no];
	int who = st->kind == STEP_CASE && s->case_count == 0 ? 0 :
	    st->kind == STEP_ORDER || st->kind == STEP_MOVE ||
	    st->kind == STEP_GO_ON ?
	    office_actor(s, st) : st->kind == STEP_IN ? carried_for(s, st) :
	    st->actor % s->actors;
	struct actor *a = &s->actor[who];

	if (st->kind == STEP_GONE)
		return;
	s->now_ms += st->gap_ms;
	net_late(s);
	if ((needs_case(st->kind) && s->case_count == 0) || a->busy)
		return;
	sim_note(s, "%4zu %s%.*s %d%s%s", no, "", s->depth, "......",
	    who, " ", step_names[st->kind]);
	if (st->kind == STEP_HUB || (is_hubs(st->kind) && s->depth == 0))
		trouble_hub(s, st);
	else if (st->kind == STEP_ENROL && s->depth == 0)
		people_enrol(s, st);
	else if (st->kind == STEP_REVOKE && s->depth == 0)
		people_revoke(s, st);
	else if (st->kind == STEP_BRING && s->depth == 0)
		back_bring(s, a, st);
	else if (st->kind == STEP_LET_IN && s->depth == 0)
		back_let_in(s);
	else
		play_as(s, a, st);
}
