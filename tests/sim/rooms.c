/*
 * Rooms: begun, people let in and put out by several keepers, what is said of
 * a room changed. In the truth a room is a place like a case, with one section;
 * letting in is a grant, putting out a withdrawal.
 */
#include <string.h>

#include "client/core/cases/rooms.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

int
rooms_some(struct actor *a, uint32_t draw, bool site)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM space WHERE "
	    "id = ? AND state = 1");
	struct sim *s = a->sim;
	struct err e;
	int i, no, rc;

	for (i = 0; i < s->room_count; i++) {
		no = SIM_CASES + (int)((draw + (uint32_t)i) %
		    (uint32_t)s->room_count);
		db_bind_id(q, 1, &s->cases[no].id);
		rc = db_step(q, &e);
		db_reset(q);
		if (rc == 1 && s->cases[no].site == site)
			return no;
	}
	return -1;
}

/* A room this device knows, if there is one; at times another. */
static int
some_room(struct actor *a, uint32_t draw)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM space WHERE "
	    "id = ? AND state = 1");
	struct sim *s = a->sim;
	uint32_t i, n = (uint32_t)s->room_count;
	struct err e;
	int no, rc;

	for (i = 0; i < n && draw % 16 != 0; i++) {
		no = SIM_CASES + (int)((draw + i) % n);
		db_bind_id(q, 1, &s->cases[no].id);
		rc = db_step(q, &e);
		db_reset(q);
		if (rc == 1)
			return no;
	}
	return SIM_CASES + (int)(draw % n);
}

static bool
record_of(struct actor *a, const struct id *space, struct id *out)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT id FROM record WHERE "
	    "space = ? AND type = 28 AND flags & 12 = 0 ORDER BY rid");
	struct err e;
	bool found;

	db_bind_id(q, 1, space);
	found = db_step(q, &e) == 1 && db_id(q, 0, out) == 0;
	db_reset(q);
	return found;
}

void
rooms_open(struct actor *a, bool site)
{
	struct sim *s = a->sim;
	int no = SIM_CASES + s->room_count;
	struct sim_case *c = &s->cases[no];
	char needle[SIM_NEEDLE_BYTES + 1];
	struct assignment set[] = { { "name", c->name }, { "about", needle } };
	struct id record;
	struct text *t;
	struct err e;

	if (s->room_count == SIM_ROOMS ||
	    (t = truth_text(s, a, no, SECTION_CARD)) == NULL)
		return;
	/* One that a power cut swallowed may be there all the same. */
	snprintf(c->name, sizeof(c->name), "Room %d", (int)(t - s->text));
	truth_needle((int)(t - s->text), needle);
	snprintf(t->field, sizeof(t->field), "about");
	c->by = a->no;
	c->site = site;
	if (!act_done(a, rooms_begin(a->session, site ? ROOMS_SITE :
	    ROOMS_GROUP, set, 2, &c->id, &e), &e)) {
		if (!act_broken(a))
			s->text_count--;
		return;
	}
	s->room_count++;
	if (record_of(a, &c->id, &record))
		truth_saved(s, t, &record);
}

static void
say(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	int no = some_room(a, st->draw[0]);
	char needle[SIM_NEEDLE_BYTES + 1];
	struct assignment set = { "about", needle };
	struct id record;
	struct text *t;
	struct err e;

	if (!record_of(a, &s->cases[no].id, &record) ||
	    (t = truth_text(s, a, no, SECTION_CARD)) == NULL)
		return;
	truth_needle((int)(t - s->text), needle);
	snprintf(t->field, sizeof(t->field), "about");
	truth_seen(s, t, &record);
	if (act_done(a, records_set(a->session, &record, &set, 1, &e), &e))
		truth_saved(s, t, &record);
}

static void
change(struct actor *a, const struct step *st, bool in)
{
	struct sim *s = a->sim;
	int no = some_room(a, st->draw[0]);
	const struct actor *b = &s->actor[st->draw[1] % (uint32_t)s->actors];
	struct room_admission d = { .space = s->cases[no].id,
		.person = s->actor[b->who].person,
		.right = (enum right)(RIGHT_READ + st->draw[2] % 3) };
	struct event *ev;
	struct err e;
	int rc;

	if (!b->joined || b->who == a->who ||
	    (ev = truth_event(s, a, no)) == NULL)
		return;
	ev->kind = in ? EVENT_GRANT : EVENT_WITHDRAW;
	ev->whom = b->who;
	ev->sections = 1u << SECTION_CARD;
	ev->until_ms = INT64_MAX;
	if (in && st->draw[3] % 4 == 0)
		d.until_ms = ev->until_ms = cast_clock(a) + 1000 +
		    st->draw[3] % (20 * DAY_MS);
	sim_note(s, "   %s: %d, right %d", in ? "let in" : "put out", b->who,
	    (int)d.right);
	rc = in ? rooms_admit(a->session, &d, &ev->id, &e) :
	    rooms_dismiss(a->session, &d.space, &d.person, &ev->id, &e);
	ev->sure = act_done(a, rc, &e);
	if (!ev->sure && !act_broken(a))
		s->event_count--;
}

void
rooms_step(struct actor *a, const struct step *st)
{
	if (st->kind == STEP_ROOM || a->sim->room_count == 0)
		rooms_open(a, false);
	else if (st->kind == STEP_SAY)
		say(a, st);
	else
		change(a, st, st->kind == STEP_ADMIT);
}
