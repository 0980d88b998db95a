/* Syncing, and the end of a run: all troubles end, everybody syncs until
 * nothing moves, and what there is then is judged. */
#include <string.h>

#include "client/core/exchange.h"
#include "client/core/local/store.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

#define HEAL_ROUNDS 8 /* it ends when one moves nothing */

/* A hub whose clock was ahead judges by that time until it has come: for so
 * long it refuses whoever lists a right that ends before. */
static bool
hub_ahead(struct sim *s)
{
	struct hub_status st;
	struct err e;

	if (hub_status(s->hub[0], &st, &e) != 0)
		sim_fail(s, "the hub does not say how it is: %s", e.text);
	return st.accept_ms > s->now_ms;
}

/* May a sync fail like this? */
bool
heal_may_fail(struct actor *a, const struct err *e)
{
	struct sim *s = a->sim;

	if (act_broken(a) || e->kind == ERR_AWAY ||
	    (e->kind == ERR_DENIED && (a->revoked || a->stranger || a->back)))
		return true;
	if (e->kind == ERR_PEER && e->code == EXCHANGE_SPLIT) {
		if (s->lies > 0 || a->split || a->replaced || s->hubs == 2)
			return true;
		sim_fail(s, "person %d: an honest hub is called split: %s",
		    a->no, e->text);
	}
	/* Another copy of it had sent something: it meets that, or the hub
	 * tells it, where what was sent is closed to it by now. */
	if ((a->old || a->replaced) && (e->kind == ERR_CLASH || e->kind == ERR_PEER))
		return cast_stopped(a) || e->kind == ERR_PEER;
	return e->kind == ERR_PEER && (cast_stopped(a) || s->lied ||
	    hub_ahead(s) || (!s->healing &&
	    a->step != NULL && a->step->fault != FAULT_NONE));
}

/* Why something was not believed, for who reads the trace. */
static void
tell_quarantine(struct actor *a, size_t n)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT seq, words FROM "
	    "quarantine ORDER BY id DESC LIMIT ?");
	struct err e;

	db_bind_int(q, 1, (int64_t)n);
	while (db_step(q, &e) == 1)
		sim_note(a->sim, "   quarantined %lld: %s",
		    (long long)db_int(q, 0), db_text(q, 1));
}

void
heal_sync(struct actor *a)
{
	struct sim *s = a->sim;
	struct exchange_result r;
	struct err e;
	int rc;
	unsigned before = s->requests;

	a->calls = 0;
	rc = exchange_sync(a->session, &a->remote, NULL, &r, &e);
	if (rc == 0) {
		s->done++;
		anew_followed(a);
		if (a->syncs < SIM_SYNCS && s->hub_offset_ms == 0)
			a->synced_ms[a->syncs++] = s->now_ms;
		sim_note(s, "   sent %zu+%zu got %zu+%zu held %zu lost %zu "
		    "new %zu rekeyed %zu quarantined %zu", r.sent_notes,
		    r.sent_changes, r.got_notes, r.got_changes, r.held_new,
		    r.lost_spaces, r.new_spaces, r.rekeyed,
		    r.quarantined_new);
		if (r.quarantined_new > 0)
			tell_quarantine(a, r.quarantined_new);
		a->moved = s->requests - before > SIM_IDLE || r.sent_notes +
		    r.sent_changes + r.got_notes + r.got_changes + r.rekeyed +
		    r.held_new + r.quarantined_new + r.lost_spaces +
		    r.new_spaces + r.reviews_new + r.outcomes_new > 0;
		return;
	}
	s->refused++;
	a->moved = true;
	sim_note(s, "   sync: %s", e.text);
	if (!heal_may_fail(a, &e))
		sim_fail(s, "person %d cannot sync: %s", a->no, e.text);
}

/* ---- healing ---- */

/* Has it something to send that somebody can let through? Where no device of
 * a keeper is left, what is written waits for a takeover. */
static bool
waiting(struct actor *a)
{
	static const char kept[] = "SELECT body FROM epoch WHERE space = ? "
	    "AND seq IS NOT NULL ORDER BY number DESC LIMIT 1";
	struct stmt *q = db_prepare(cast_db(a), "SELECT space FROM outgoing "
	    "WHERE state = 1 UNION SELECT r.space FROM version v JOIN record r "
	    "USING (rid) WHERE v.state IN (1, 2)");
	struct id space[64];
	struct err e;
	int n = 0, i;
	bool left;

	if (a->revoked || a->stranger || cast_stopped(a))
		return false;
	while (n < 64 && db_step(q, &e) == 1)
		db_id(q, 0, &space[n++]);
	db_reset(q);
	for (i = 0; i < n; i++) {
		q = db_prepare(cast_db(a), kept);
		db_bind_id(q, 1, &space[i]);
		left = db_step(q, &e) == 1 ?
		    judge_keeper_left(a->sim, db_blob(q, 0)) :
		    !anew_apart(a, &space[i]);
		db_reset(q);
		if (left)
			return true;
	}
	return false;
}

/* What that is, for who reads the trace. */
static void
tell_waiting(struct actor *a)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 'sealed, kind ' || "
	    "kind, hex(space) FROM outgoing WHERE state = 1 UNION ALL "
	    "SELECT 'a version of type ' || r.type, hex(r.space) FROM version "
	    "v JOIN record r USING (rid) WHERE v.state IN (1, 2)");
	struct err e;

	while (db_step(q, &e) == 1)
		sim_note(a->sim, "   device %d has %s in %.8s", a->no,
		    db_text(q, 0), db_text(q, 1));
}

/* Everybody syncs, a day after the last time: four writers' epochs a day. */
static bool
heal_round(struct sim *s, int round)
{
	bool moved = false;
	int i;

	s->now_ms += DAY_MS + MINUTE_MS;
	for (i = 0; i < s->actors; i++) {
		struct actor *a = &s->actor[i];

		if (a->dead)
			continue;
		sim_note(s, "heal %d: %d", round, i);
		heal_sync(a);
		cast_settle(a);
		moved |= !a->revoked && !a->stranger && !cast_stopped(a) &&
		    (a->moved || waiting(a));
	}
	return moved;
}

static void
end_troubles(struct sim *s)
{
	int i;

	s->healing = true;
	s->hub_offset_ms = 0;
	cast_hub_restart(s);
	net_late(s);
	for (i = 0; i < s->actors; i++) {
		struct actor *a = &s->actor[i];

		a->offset_ms = 0;
		a->drift_ppm = 0;
		a->apart_until = 0;
		trouble_switch(a, 0);
		if (a->full) {
			cast_close(a);
			cast_open(a);
			a->full = false;
		}
	}
}

static bool
is_broken(struct sim *s)
{
	int i;

	for (i = 0; i < s->actors; i++)
		if ((cast_stopped(&s->actor[i]) && !s->actor[i].replaced &&
		    !s->actor[i].revoked) || s->actor[i].split ||
		    (s->actor[i].stranger && s->anew == 0) ||
		    s->actor[i].old)
			return true;
	return s->lied || s->hubs == 2;
}

/* What was asked for is signed and goes out; a week later it is carried out. */
static bool
erase_all(struct sim *s)
{
	int i;

	if (s->plan->mix == MIX_FEW || s->erasing_count == 0)
		return false;
	for (i = 0; i < 3; i++) {
		law_answer(s);
		(void)heal_round(s, HEAL_ROUNDS + i);
	}
	s->now_ms += 8 * DAY_MS;
	cast_hub_restart(s);
	return true;
}

static void
heal(struct sim *s)
{
	int i, round = 0, left = 0;
	bool moved;

	end_troubles(s);
	anew_end(s);
	back_let_in(s);
	do
		moved = heal_round(s, round);
	/* The old one may turn up once more before the office revokes it. */
	while (++round < HEAL_ROUNDS && (back_revoke(s, round > 1) || moved));
	moved = back_hand_over(s) || erase_all(s);
	for (; moved && round < 2 * HEAL_ROUNDS; round++)
		moved = heal_round(s, round);
	for (i = 0; i < s->actors; i++)
		if (s->actor[i].back && !s->actor[i].revoked)
			sim_fail(s, "device %d was brought back and is no new "
			    "device yet", i);
	for (i = 0; i < s->actors; i++)
		if (waiting(&s->actor[i])) {
			tell_waiting(&s->actor[i]);
			left++;
		}
	if (left > 0 && !is_broken(s))
		sim_fail(s, "%d devices still have something to send after "
		    "%d rounds", left, round);
}

/* Which kinds of records there were. */
static void
note_kinds(struct sim *s)
{
	struct stmt *q;
	struct err e;
	int i;

	for (i = 0; i < s->actors; i++) {
		q = db_prepare(cast_db(&s->actor[i]), "SELECT DISTINCT type "
		    "FROM record");
		while (db_step(q, &e) == 1)
			s->kinds |= UINT64_C(1) << db_int(q, 0);
	}
}

void
heal_run(struct sim *s)
{
	while (s->cursor < s->plan->count)
		act_step(s);
	heal(s);
	note_kinds(s);
	if (is_broken(s))
		judge_broken(s);
	else
		judge_all(s);
}
