/*
 * What the office does when somebody cannot: two officers open a section for
 * one look, or for whoever takes it over; and a person whose device was
 * revoked takes what was held there to the next one.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/consent/moved.h"
#include "client/core/consent/review.h"
#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

#define NOBODY -1

/* ---- orders ---- */

static bool
can_sign(const struct actor *b, int not_of)
{
	return b->joined && !b->revoked && !b->busy && !b->full &&
	    (b->roles & ROLE_OFFICER) != 0 && b->who != not_of &&
	    b->session != NULL && !simdisk_crashed(b->disk) &&
	    !cast_stopped(b);
}

struct actor *
office_second(struct sim *s, int not_of)
{
	int i;

	for (i = 0; i < s->actors; i++)
		if (can_sign(&s->actor[i], not_of))
			return &s->actor[i];
	return NULL;
}

/* A text whose section is known. */
static const struct text *
some_text(const struct sim *s, uint32_t draw)
{
	const struct text *t;
	int i;

	for (i = 0; i < s->text_count; i++) {
		t = &s->text[(draw + (uint32_t)i) % (uint32_t)s->text_count];
		if (t->sure && t->owner >= 0 && t->case_no < SIM_CASES)
			return t;
	}
	return NULL;
}

bool
office_countersign(struct actor *a, const struct office_order *o,
    char out[static SIM_WORD_BYTES])
{
	struct actor *b = office_second(a->sim, a->who);
	struct buf word;
	struct err e;
	int rc;

	if (b == NULL)
		return false;
	buf_init(&word, SIM_WORD_BYTES - 1);
	rc = office_order_sign(b->session, o->text, &word, &e);
	if (rc == 0)
		snprintf(out, SIM_WORD_BYTES, "%s", buf_str(&word));
	else
		(void)act_done(b, rc, &e);
	buf_done(&word);
	return rc == 0;
}

struct looking {
	struct sim *s;
	bool sent[SIM_TEXTS]; /* before it was asked */
	const struct id *space;
	bool seen[SIM_TEXTS];
};

static int
look(void *ctx, const char *type, const char *field, const char *text,
    struct err *e)
{
	struct looking *l = ctx;
	const char *at = text;
	int no;

	(void)type;
	(void)field;
	(void)e;
	while ((at = strstr(at, SIM_MAGIC)) != NULL) {
		no = truth_number((const uint8_t *)at, strlen(at));
		at += strlen(SIM_MAGIC);
		if (no >= 0 && no < l->s->text_count)
			l->seen[truth_at(l->s, no, NULL, l->space)] = true;
	}
	return 0;
}

/* Its author's device has the receipt for it. */
bool
office_sent(struct sim *s, int no)
{
	const struct text *t = &s->text[no];
	struct actor *by = &s->actor[t->by];
	char needle[SIM_NEEDLE_BYTES + 1];
	struct stmt *q;
	struct err e;
	int rc;

	if (by->session == NULL || simdisk_crashed(by->disk) || by->busy ||
	    !anew_has(by))
		return false;
	truth_needle(t->copy ? t->of : no, needle);
	q = db_prepare(cast_db(by), "SELECT 1 FROM version JOIN record USING "
	    "(rid) WHERE id = ? AND state = 3 AND instr(body, ?) > 0");
	db_bind_id(q, 1, &t->record);
	db_bind_blob(q, 2, needle, SIM_NEEDLE_BYTES);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

/* All of that section that was sent, and nothing of another. */
static void
judge_look(struct looking *l, const struct id *space)
{
	struct sim *s = l->s;
	int no;

	for (no = 0; no < s->text_count; no++) {
		const struct text *t = &s->text[no];

		if (!t->sure)
			continue;
		if (l->seen[no] && !id_eq(&t->space, space))
			sim_fail(s, "DISCLOSURE: an order for another section "
			    "opened text %d", no);
		if (!l->seen[no] && id_eq(&t->space, space) &&
		    !t->fades && !truth_erasing(s, &t->record) && l->sent[no])
			sim_fail(s, "LOST: text %d was sent, and two officers "
			    "do not find it", no);
	}
}

/* Done, or it failed as an order may: ended by the network or by the rules. */
bool
office_carried_out(struct actor *a, int rc, const struct err *e)
{
	if (rc != 0 && (e->kind == ERR_CLASH || heal_may_fail(a, e))) {
		a->sim->refused++;
		sim_note(a->sim, "   order: %s", e->text);
		return false;
	}
	return act_done(a, rc, e);
}

static void
recover(struct actor *a, const struct text *t)
{
	struct sim *s = a->sim;
	struct looking *l = mem_new(sizeof(*l));
	struct id space = t->space;
	char word[SIM_WORD_BYTES];
	struct office_order o;
	struct err e;
	int no, rc;

	l->s = s;
	for (no = 0; no < s->text_count; no++)
		l->sent[no] = s->text[no].sure && office_sent(s, no);
	l->space = &space;
	if (act_done(a, office_order_begin(a->session, &space, &o, &e), &e)) {
		if (office_countersign(a, &o, word)) {
			sim_note(s, "   opened by order");
			rc = office_recover(a->session, &a->remote, word,
			    s->share[0], s->share[1], look, l, &e);
			if (office_carried_out(a, rc, &e) && !s->odd &&
			    s->lies == 0)
				judge_look(l, &space);
		}
		office_order_done(&o);
	}
	mem_free(l);
}

/* Once it is ordered, nobody can say how far it came. */
static void
take_over(struct actor *a, const struct text *t, const struct actor *b)
{
	struct sim *s = a->sim;
	struct id space = t->space;
	char word[SIM_WORD_BYTES];
	struct office_order o;
	struct event *ev;
	struct err e;

	if (!act_done(a, office_order_takeover(a->session, &space,
	    &s->actor[b->who].person, &o, &e), &e))
		return;
	if (office_countersign(a, &o, word) &&
	    (ev = truth_event(s, a, t->case_no)) != NULL) {
		ev->kind = EVENT_SIDE;
		ev->whom = b->who;
		ev->sections = 1u << t->section;
		ev->sides = UINT64_C(1) << t->owner;
		ev->until_ms = INT64_MAX;
		/* Who takes over has the say over the side from now on. */
		s->cases[t->case_no].reduced = true;
		sim_note(s, "   taken over by order for %d", b->who);
		(void)office_carried_out(a, office_takeover(a->session, &a->remote,
		    word, s->share[0], s->share[1], &e), &e);
	}
	office_order_done(&o);
}

/* Somebody who signs no orders, or, now and then, anybody. */
static const struct actor *
who_takes_over(const struct sim *s, uint32_t draw)
{
	const struct actor *b;
	int i;

	for (i = 0; i < s->actors; i++) {
		b = &s->actor[(draw + (uint32_t)i) % (uint32_t)s->actors];
		if (b->joined && ((b->roles & ROLE_OFFICER) == 0 ||
		    draw % 16 == 0))
			return b;
	}
	return NULL;
}

static void
order(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	const struct text *t = some_text(s, st->draw[0]);
	const struct actor *b = who_takes_over(s, st->draw[1]);

	/* Recovery has no business with a hub that is not what it was. */
	if (t == NULL || s->odd || a->revoked || cast_stopped(a) ||
	    (a->roles & ROLE_OFFICER) == 0)
		return;
	heal_sync(a);
	a->calls = 0;
	if (act_broken(a))
		return;
	if (st->draw[2] % 2 == 0 && st->draw[3] % 3 == 0)
		labels_order(a, t->owner);
	else if (st->draw[2] % 2 == 0)
		recover(a, t);
	else if (b != NULL)
		take_over(a, t, b);
}

/* ---- from a revoked device to the next ---- */

static struct actor *
revoked_sibling(struct actor *a)
{
	struct sim *s = a->sim;
	int i;

	for (i = 0; i < s->actors; i++)
		if (s->actor[i].who == a->who && s->actor[i].revoked &&
		    !s->actor[i].busy && s->actor[i].joined &&
		    !s->actor[i].full && (s->actor[i].replaced ||
		    !cast_stopped(&s->actor[i])))
			return &s->actor[i];
	return NULL;
}

/* What entered the case is this device's from now on, also when another next
 * device had taken it before and could not send it. */
static void
mark_taken(struct actor *from, struct actor *to, const struct id *record)
{
	struct sim *s = to->sim;
	int no;

	for (no = 0; no < s->text_count; no++) {
		struct text *t = &s->text[no];

		if ((t->by != from->no && t->first != from->no) || !t->sure ||
		    !id_eq(&t->record, record) || office_sent(s, no))
			continue;
		t->by = to->no;
		t->at_ms = s->now_ms;
		truth_knows(s, t, to);
	}
}

static void
decide_moved(struct actor *from, struct actor *to, const struct step *st)
{
	struct sim *s = to->sim;
	struct held_list list;
	struct id record;
	bool held;
	struct err e;
	size_t i;

	if (!act_done(to, held_list(to->session, &list, &e), &e))
		return;
	for (i = 0; i < list.count && !act_broken(to); i++) {
		if (!list.items[i].moved)
			continue;
		record = list.items[i].record.id;
		if ((st->draw[1] >> i % 32 & 3) == 0) {
			sim_note(s, "   not wanted");
			(void)act_done(to, moved_drop(to->session, &record,
			    &e), &e);
			continue;
		}
		sim_note(s, "   taken here");
		if (office_carried_out(to, moved_take(to->session, &record, &held,
		    &e), &e))
			mark_taken(from, to, &record);
	}
	held_list_done(&list);
}

void
office_move(struct actor *from, struct actor *to, const struct step *st)
{
	struct sim *s = to->sim;
	char path[64], hex[ID_TEXT_BYTES];
	struct moved_exported out;
	struct moved_imported in;
	struct err e;

	sim_note(s, "   from the revoked device %d", from->no);
	heal_sync(from);
	cast_settle(from);
	if (session_store(from->session)->stage != STORE_REVOKED)
		return;
	snprintf(path, sizeof(path), "/dev/shm/tugi-sim-held-%ld",
	    (long)getpid());
	(void)unlink(path);
	if (act_done(from, moved_export(from->session,
	    id_text(&to->keys.device, hex), path, &out, &e), &e) &&
	    act_done(to, moved_import(to->session, path, &in, &e), &e))
		decide_moved(from, to, st);
	(void)unlink(path);
}

static void
next_device(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	struct actor *from = revoked_sibling(a), *officer;
	int i;

	if (s->odd || a->revoked || !a->joined || cast_stopped(a))
		return;
	if (from != NULL) {
		office_move(from, a, st);
		return;
	}
	/* None yet: one of this person's is lost, with something on it. */
	for (i = 1; i < s->actors; i++) {
		from = &s->actor[i];
		if (from->who != a->who || from == a || !from->joined ||
		    from->busy || act_broken(from))
			continue;
		if (st->draw[2] % 4 != 0)
			act_note(from, st);
		cast_settle(from);
		people_lose(s, from);
		officer = people_officer(s);
		if (officer != NULL) {
			heal_sync(officer);
			cast_settle(officer);
		}
		return;
	}
}

int
office_actor(struct sim *s, const struct step *st)
{
	struct actor *a;
	int i, k;

	for (i = 0; i < s->actors; i++) {
		a = &s->actor[(st->actor + i) % s->actors];
		if (st->kind != STEP_MOVE && can_sign(a, NOBODY))
			return a->no;
		for (k = 0; k < s->actors && st->kind == STEP_MOVE; k++)
			if (k != a->no && s->actor[k].who == a->who &&
			    !a->revoked)
				return a->no;
	}
	return st->actor % s->actors;
}

void
office_step(struct actor *a, const struct step *st)
{
	if (st->kind == STEP_ORDER)
		order(a, st);
	else
		next_device(a, st);
}
