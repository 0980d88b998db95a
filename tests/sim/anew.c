/*
 * A hub restored from its backup as operator and office do it: it goes on
 * under a new log, serves nobody until two officers have said so, and everybody
 * sends again what it lost. Here the rules are asked as on any other day: what
 * is lost for a while comes back, and nothing of it is opened meanwhile.
 */
#include <string.h>

#include "client/core/exchange.h"
#include "client/core/office/office.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "daemon/hub/check.h"
#include "tests/sim/sim.h"

bool
anew_waits(struct sim *s)
{
	struct hub_status st;
	struct err e;

	if (hub_status(s->hub[0], &st, &e) != 0)
		sim_fail(s, "the hub does not say how it is: %s", e.text);
	return st.pending;
}

/* Which of what it ever got does the hub's log have? */
static void
look(struct sim *s, void (*tell)(struct sim *s, struct received *r, bool has))
{
	struct db_options o = { .create = false };
	struct received *r;
	struct stmt *q;
	struct db *db;
	struct err e;

	if (db_open(cast_hub_path(0), &o, &db, &e) != 0)
		sim_fail(s, "the hub's database: %s", e.text);
	for (r = s->received; r != NULL; r = r->next) {
		q = db_prepare(db, "SELECT 1 FROM item WHERE id = ?");
		db_bind_hash(q, 1, &r->id);
		tell(s, r, db_step(q, &e) == 1);
		db_reset(q);
	}
	db_close(db);
}

static void
before(struct sim *s, struct received *r, bool has)
{
	(void)s;
	r->logged = has;
}

/* What the backup lacks was never answered: whether and when the hub has it is
 * told by the time it comes again. */
static void
after(struct sim *s, struct received *r, bool has)
{
	r->answered &= has;
	if (!r->logged || has)
		return;
	r->was_ms = r->at_ms;
	r->lost_ms = s->now_ms;
}

/* Who joined since the backup is not known there. */
static void
forget(struct sim *s)
{
	struct sign_pub pub;
	int i;

	for (i = 0; i < s->actors; i++)
		s->actor[i].stranger = hub_device(s->hub[0],
		    &s->actor[i].keys.device, &pub) == VERDICT_UNKNOWN_DEVICE;
}

void
anew_restore(struct sim *s)
{
	const char *path = cast_hub_path(0);
	struct err e;

	if (s->backup.len == 0)
		return;
	sim_note(s, "   the hub goes on from its backup");
	look(s, before);
	trouble_put_back(s);
	if (hub_copy_begin(path, &s->hub_pub, &s->hub_key, s->now_ms, &e) != 0)
		sim_fail(s, "a backup cannot be begun: %s", e.text);
	cast_hub_open(s);
	s->anew++;
	s->anew_ms = s->now_ms;
	look(s, after);
	forget(s);
}

/* ---- what the office says ---- */

/* Another officer, or the root where there is none, or where the hub has lost
 * the other one. */
static bool
countersign(struct actor *a, const struct office_order *o, bool root,
    char out[static SIM_WORD_BYTES])
{
	struct sim *s = a->sim;
	struct actor *b = root ? NULL : office_second(s, a->who);
	struct buf word;
	struct err e;
	int rc;

	buf_init(&word, SIM_WORD_BYTES - 1);
	rc = b != NULL ? office_order_sign(b->session, o->text, &word, &e) :
	    office_succession_sign(a->session, o->text, s->share[0],
	    s->share[1], &word, &e);
	if (rc == 0)
		snprintf(out, SIM_WORD_BYTES, "%s", buf_str(&word));
	buf_done(&word);
	return act_done(b != NULL ? b : a, rc, &e);
}

static void
say(struct actor *a, bool root)
{
	struct exchange_result res;
	char word[SIM_WORD_BYTES];
	struct office_order o;
	struct err e;
	int rc = office_order_succession(a->session, &a->remote, &o, &e);

	if (!office_carried_out(a, rc, &e))
		return;
	if (countersign(a, &o, root, word)) {
		sim_note(a->sim, "   its log goes on, by order");
		rc = office_succession_end(a->session, &a->remote, word, &res,
		    &e);
		if (office_carried_out(a, rc, &e))
			anew_followed(a);
	}
	office_order_done(&o);
}

void
anew_go_on(struct actor *a, const struct step *st)
{
	if (a->joined && !a->revoked && (a->roles & ROLE_OFFICER) != 0 &&
	    anew_waits(a->sim))
		say(a, st->draw[0] % 4 == 0);
}

void
anew_end(struct sim *s)
{
	bool root = false;
	int i;

	for (i = 0; s->anew > 0 && anew_waits(s); i = (i + 1) % s->actors) {
		if ((s->actor[i].roles & ROLE_OFFICER) != 0 &&
		    !s->actor[i].revoked)
			say(&s->actor[i], root);
		if (i == s->actors - 1 && root)
			sim_fail(s, "the hub was restored, and nobody can say "
			    "that its log goes on");
		root |= i == s->actors - 1;
	}
}

void
anew_followed(struct actor *a)
{
	a->stranger = false;
	if (!anew_waits(a->sim))
		a->anew = a->sim->anew;
}

bool
anew_has(const struct actor *a)
{
	return a->anew == a->sim->anew;
}

bool
anew_apart(struct actor *a, const struct id *space)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM epoch WHERE "
	    "space = ? AND seq IS NOT NULL");
	struct err e;
	int rc;

	if (a->sim->anew == 0)
		return false;
	db_bind_id(q, 1, space);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 0;
}

/* ---- judging ---- */

/* Does another device have that version as the log has it? */
static int
in_log(struct sim *s, const struct id *record, const struct id *origin,
    int64_t hlc)
{
	struct stmt *q;
	struct err e;
	bool found;
	int i;

	for (i = 0; i < s->actors; i++) {
		q = db_prepare(cast_db(&s->actor[i]), "SELECT 1 FROM record "
		    "JOIN version USING (rid) WHERE id = ? AND origin = ? AND "
		    "hlc = ? AND state = 3 AND seq < ?");
		db_bind_id(q, 1, record);
		db_bind_id(q, 2, origin);
		db_bind_int(q, 3, hlc);
		db_bind_int(q, 4, SIM_LOST);
		found = db_step(q, &e) == 1;
		db_reset(q);
		if (found)
			return i;
	}
	return -1;
}

static void
judge_device(struct sim *s, struct judge *j, struct actor *a)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT r.id, v.origin, v.hlc, "
	    "r.space, r.type FROM version v JOIN record r USING (rid) WHERE "
	    "v.state = 3 AND v.seq >= ?");
	struct id record, origin, space;
	struct err e;
	int at;

	db_bind_int(q, 1, SIM_LOST);
	while (db_step(q, &e) == 1) {
		db_id(q, 0, &record);
		db_id(q, 1, &origin);
		db_id(q, 3, &space);
		at = in_log(s, &record, &origin, db_int(q, 2));
		buf_add(&j->lost, record.b, sizeof(record.b));
		if (at >= 0 && judge_lists(judge_newest(j, &space, s->now_ms),
		    a, s->now_ms, RIGHT_READ))
			sim_fail(s, "person %d has a record of type %lld as "
			    "lost, and person %d as the log has it", a->no,
			    (long long)db_int(q, 4), at);
	}
}

void
anew_judge(struct sim *s, struct judge *j)
{
	int i;

	for (i = 0; i < s->actors && s->anew > 0; i++) {
		struct actor *a = &s->actor[i];

		if (a->revoked)
			continue;
		if (a->stranger || !anew_has(a))
			sim_fail(s, "person %d does not follow the restored "
			    "hub", i);
		judge_device(s, j, a);
	}
}

bool
anew_lost(const struct judge *j, const struct id *record)
{
	size_t at;

	for (at = 0; at < j->lost.len; at += sizeof(record->b))
		if (memcmp(j->lost.data + at, record->b,
		    sizeof(record->b)) == 0)
			return true;
	return false;
}
