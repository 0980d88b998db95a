/*
 * A version is known by its stamp, and later versions name it by it, so
 * mending moves a stamp everywhere at once: in the row, in the record's own
 * bytes, in the bases of what was written after it, and in the statements
 * that rest on a consent.
 */
#include "client/core/outbox/stamps.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/local/places.h"
#include "client/core/local/versions.h"
#include "common/base/mem.h"
#include "common/rules/time.h"
#include "common/wire/access.h"

#define KEY_ABSORBED "absorbed" /* highest effective time taken in */

int
stamps_seen(struct store *s, const struct id *space,
    const struct log_point *seen, int64_t *out, struct err *e)
{
	uint64_t size;
	struct stmt *q;
	int rc;

	*out = 0;
	if (!roster_seen(&s->roster, seen, &size) || size == 0)
		return 0;
	q = db_prepare(s->db, "SELECT accept_ms FROM item WHERE space = ? "
	    "AND seq < ? ORDER BY seq DESC LIMIT 1");
	db_bind_id(q, 1, space);
	db_bind_int(q, 2, size > PLACE_LOST ? PLACE_LOST : (int64_t)size);
	rc = db_step(q, e);
	if (rc == 1)
		*out = db_int(q, 0);
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

int
stamps_absorb_tx(struct store *s, uint64_t eff, int64_t accept_ms,
    struct err *e)
{
	int64_t absorbed = 0, latest = store_latest_ms(s), suspect = 0;

	if (accept_ms > latest && (store_get_int(s, STORE_SUSPECT, &suspect,
	    e) < 0 || (accept_ms > suspect &&
	    store_put_int(s, STORE_SUSPECT, accept_ms, e) != 0)))
		return -1;
	store_absorb(s, eff, accept_ms);
	if (eff > s->hlc)
		eff = s->hlc; /* no more of it was believed */
	if (store_get_int(s, KEY_ABSORBED, &absorbed, e) < 0)
		return -1;
	if (eff > (uint64_t)absorbed &&
	    store_put_int(s, KEY_ABSORBED, (int64_t)eff, e) != 0)
		return -1;
	return store_save_clock_tx(s, e);
}

int
stamps_put_right(struct store *s, struct err *e)
{
	int64_t before = s->hub_ms;

	if (s->contact_ms == 0 || s->hub_ms <= store_latest_ms(s))
		return 0;
	s->hub_ms = store_latest_ms(s) - TIME_SLACK_MS;
	if (db_begin(s->db, e) == 0) {
		if (store_save_clock_tx(s, e) == 0 && db_commit(s->db, e) == 0)
			return 0;
		db_rollback(s->db);
	}
	s->hub_ms = before;
	return -1;
}

/* ---- mending ---- */

struct move { /* one version's stamp */
	int64_t rid;
	uint64_t old, new;
};

struct mend {
	struct store *s;
	struct move *moves; /* by old stamp, which is by new stamp too */
	size_t count;
	struct record *rec;
	struct buf body;
};

static bool
is_off(uint64_t a, uint64_t b)
{
	return llabs(hlc_ms(a) - hlc_ms(b)) > TIME_SLACK_MS;
}

/* When it was written, by the hub's clock. Nothing unsent was written later
 * than now: where that comes out, the clock was set back since, and what it
 * said then may stand. */
static int64_t
true_wall(const struct mend *m, int64_t offset_ms)
{
	int64_t now = tick_wall_ms(&m->s->tick) + offset_ms;
	int64_t raw = m->rec->wall_ms;

	if (raw + offset_ms <= now)
		return raw + offset_ms;
	return raw < now ? raw : now;
}

static int
plan(struct mend *m, int64_t offset_ms, bool *needed, struct err *e)
{
	struct stmt *q = db_prepare(m->s->db, "SELECT rid, hlc, body "
	    "FROM version WHERE state IN (1, 2, 4) AND state = 1 "
	    "AND origin = ? ORDER BY hlc");
	struct buf list;
	uint64_t last = 0;
	int rc;

	buf_init(&list, SIZE_MAX);
	*needed = false;
	db_bind_id(q, 1, &m->s->me->device);
	while ((rc = db_step(q, e)) == 1) {
		struct move v = { .rid = db_int(q, 0),
			.old = (uint64_t)db_int(q, 1) };

		if (record_decode(db_blob(q, 2), m->rec, e) != 0) {
			rc = -1;
			break;
		}
		v.new = hlc_next(last, true_wall(m, offset_ms));
		last = v.new;
		*needed = *needed || is_off(v.new, v.old);
		buf_add(&list, &v, sizeof(v));
		m->count++;
	}
	db_reset(q);
	if (rc == 0)
		rc = buf_check(&list, "what is to be sent", e);
	if (rc == 0 && m->count > 0) {
		m->moves = mem_new(list.len);
		memcpy(m->moves, list.data, list.len);
	}
	buf_done(&list);
	return rc;
}

/* The last move at or before stamp ${old}, or NULL. */
static const struct move *
find_move(const struct mend *m, uint64_t old)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->moves[mid].old <= old)
			low = mid + 1;
		else
			high = mid;
	}
	return low == 0 ? NULL : &m->moves[low - 1];
}

static void
move_bases(const struct mend *m)
{
	size_t i, j;

	for (i = 0; i < m->rec->op_count; i++)
		for (j = 0; j < m->rec->ops[i].base_count; j++) {
			struct version_ref *ref = &m->rec->ops[i].bases[j];
			const struct move *v = find_move(m, ref->hlc);

			if (v != NULL && v->old == ref->hlc &&
			    id_eq(&ref->origin, &m->s->me->device))
				ref->hlc = v->new;
		}
}

/* The row stands under its old stamp, made negative. */
static int
read_body(struct mend *m, const struct move *v, struct err *e)
{
	struct stmt *q = db_prepare(m->s->db, "SELECT body FROM version "
	    "WHERE rid = ? AND hlc = ? AND origin = ?");
	struct view body;
	int rc;

	db_bind_int(q, 1, v->rid);
	db_bind_int(q, 2, -(int64_t)v->old);
	db_bind_id(q, 3, &m->s->me->device);
	rc = db_step(q, e);
	if (rc == 1) {
		body = db_blob(q, 0);
		buf_reset(&m->body);
		buf_add(&m->body, body.data, body.len);
	}
	db_reset(q);
	return rc == 1 ? 0 : rc == 0 ? err_set(e, ERR_BUG,
	    "a version went away while its stamp was mended") : -1;
}

static int
move_version_tx(struct mend *m, const struct move *v, struct err *e)
{
	struct stmt *q;
	struct buf fresh;
	int rc = -1;

	buf_init(&fresh, 2 * CHANGESET_BODY_MAX);
	if (read_body(m, v, e) != 0 ||
	    record_decode(buf_view(&m->body), m->rec, e) != 0)
		goto out;
	m->rec->hlc = v->new;
	move_bases(m);
	record_encode(m->rec, &fresh);
	if (buf_check(&fresh, "a record", e) != 0)
		goto out;
	q = db_prepare(m->s->db, "UPDATE version SET hlc = ?, eff = ?, "
	    "body = ? WHERE rid = ? AND hlc = ? AND origin = ?");
	db_bind_int(q, 1, (int64_t)v->new);
	db_bind_int(q, 2, (int64_t)v->new);
	db_bind_view(q, 3, buf_view(&fresh));
	db_bind_int(q, 4, v->rid);
	db_bind_int(q, 5, -(int64_t)v->old);
	db_bind_id(q, 6, &m->s->me->device);
	rc = db_run(q, e);
out:
	buf_done(&fresh);
	return rc;
}

/* A statement carries the stamp of the record it rests on; what rests on a
 * record that has long been sent keeps its own. */
static bool
move_statement(const struct mend *m, struct access *a)
{
	const struct move *v = find_move(m, a->hlc);

	if (v == NULL || v->old != a->hlc ||
	    !id_eq(&a->origin, &m->s->me->device))
		return false;
	/* An override runs from its stamp, as long as was said; one that an
	 * officer signed has the end that was signed. */
	if (a->kind == ACCESS_OVERRIDE) {
		a->from_ms = hlc_ms(v->new);
		if (!a->has_second)
			a->until_ms += hlc_ms(v->new) - hlc_ms(v->old);
	}
	a->hlc = v->new;
	return true;
}

static int
save_statement_tx(struct store *s, const struct id *space,
    const struct access *a, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "UPDATE access SET body = ? WHERE space = ? AND id = ?");
	struct buf body;
	int rc;

	buf_init(&body, CHANGESET_BODY_MAX);
	access_encode(a, &body);
	rc = buf_check(&body, "an access statement", e);
	if (rc == 0) {
		db_bind_view(q, 1, buf_view(&body));
		db_bind_id(q, 2, space);
		db_bind_id(q, 3, &a->id);
		rc = db_run(q, e);
	}
	buf_done(&body);
	return rc;
}

struct statement {
	struct id space;
	struct access a;
};

static int
move_statements_tx(struct mend *m, struct err *e)
{
	struct stmt *q = db_prepare(m->s->db, "SELECT space, body "
	    "FROM access WHERE seq IS NULL AND item IS NULL");
	struct statement *st;
	struct buf list;
	size_t i;
	int rc;

	buf_init(&list, SIZE_MAX);
	while ((rc = db_step(q, e)) == 1) {
		struct statement one;

		memset(&one, 0, sizeof(one));
		(void)db_id(q, 0, &one.space);
		rc = access_decode(db_blob(q, 1), &one.a, e);
		if (rc != 0)
			break;
		buf_add(&list, &one, sizeof(one));
	}
	db_reset(q);
	if (rc == 0)
		rc = buf_check(&list, "access statements", e);
	st = mem_new(list.len + 1);
	if (rc == 0 && list.len > 0)
		memcpy(st, list.data, list.len);
	for (i = 0; rc == 0 && i < list.len / sizeof(*st); i++) {
		if (move_statement(m, &st[i].a))
			rc = save_statement_tx(m->s, &st[i].space, &st[i].a,
			    e);
	}
	mem_free(st);
	buf_done(&list);
	return rc;
}

/* What is sealed keeps its stamp, also when it is refused and taken apart: no
 * other text may ever get it. */
static int
keep_sealed(struct store *s, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT max(hlc) FROM version "
	    "WHERE state IN (1, 2, 4) AND state = 2 AND origin = ?");
	int rc;

	db_bind_id(q, 1, &s->me->device);
	rc = db_step(q, e);
	if (rc == 1 && (uint64_t)db_int(q, 0) > s->hlc)
		s->hlc = (uint64_t)db_int(q, 0);
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
mend_tx(struct mend *m, struct err *e)
{
	struct store *s = m->s;
	struct stmt *q = db_prepare(s->db, "UPDATE version SET hlc = -hlc "
	    "WHERE state IN (1, 2, 4) AND state = 1 AND origin = ?");
	int64_t absorbed = 0;
	size_t i;

	/* Out of the way first: a new stamp may be another's old one. */
	db_bind_id(q, 1, &s->me->device);
	if (db_run(q, e) != 0)
		return -1;
	for (i = 0; i < m->count; i++)
		if (move_version_tx(m, &m->moves[i], e) != 0)
			return -1;
	if (move_statements_tx(m, e) != 0 ||
	    store_get_int(s, KEY_ABSORBED, &absorbed, e) < 0)
		return -1;
	s->hlc = (uint64_t)absorbed;
	if (m->count > 0 && m->moves[m->count - 1].new > s->hlc)
		s->hlc = m->moves[m->count - 1].new;
	return keep_sealed(s, e) != 0 ? -1 : store_save_clock_tx(s, e);
}

int
stamps_mend(struct store *s, int64_t offset_ms, size_t *mended,
    struct err *e)
{
	struct mend m = { .s = s };
	uint64_t before = s->hlc;
	bool needed;
	int rc;

	*mended = 0;
	/* A clock that is right by now may have run ahead before. */
	if (s->stopped || (llabs(offset_ms) <= TIME_SLACK_MS &&
	    hlc_ms(s->hlc) <= tick_wall_ms(&s->tick) + offset_ms +
	    TIME_SLACK_MS))
		return 0;
	m.rec = mem_new(sizeof(*m.rec));
	buf_init(&m.body, 2 * CHANGESET_BODY_MAX);
	rc = plan(&m, offset_ms, &needed, e);
	if (rc == 0 && needed) {
		rc = db_begin(s->db, e);
		if (rc == 0 && (mend_tx(&m, e) != 0 ||
		    db_commit(s->db, e) != 0)) {
			db_rollback(s->db);
			s->hlc = before;
			rc = -1;
		}
		*mended = rc == 0 ? m.count : 0;
	}
	buf_done(&m.body);
	mem_free(m.rec);
	mem_free(m.moves);
	return rc;
}
