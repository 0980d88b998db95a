/*
 * An order names a record by a hash, so that it also holds for versions that
 * come later. Hiding moves a record's versions into a state of their own and
 * remembers the one before; showing moves them back. A whole space is hidden
 * by its state.
 */
#include "client/core/local/erased.h"

#include <string.h>

#include "client/core/local/ends.h"
#include "client/core/local/words.h"
#include "common/base/mem.h"

/* ---- orders ---- */

#define ORDER_COLS "SELECT id, seq, space, kind, reason, record, keeper, " \
	"dpo, accept_ms, back IS NOT NULL, misfits, wiped FROM erase_order "

static int
read_order(struct stmt *q, struct erased_order *o, struct err *e)
{
	memset(o, 0, sizeof(*o));
	o->seq = (uint64_t)db_int(q, 1);
	o->kind = (enum erase_kind)db_int(q, 3);
	o->reason = (enum erase_reason)db_int(q, 4);
	o->accept_ms = db_int(q, 8);
	o->back = db_int(q, 9) != 0;
	o->misfits = (size_t)db_int(q, 10);
	o->wiped = db_int(q, 11) != 0;
	if (db_hash(q, 0, &o->id) != 0 || db_id(q, 2, &o->space) != 0 ||
	    db_hash(q, 5, &o->record) != 0 ||
	    db_id(q, 6, &o->keeper) != 0 || db_id(q, 7, &o->dpo) != 0)
		return err_set(e, ERR_LOCAL,
		    "the store is damaged: an erase order cannot be read");
	return 0;
}

static int
one_order(struct stmt *q, struct erased_order *out, struct err *e)
{
	int rc = db_step(q, e);

	if (rc == 1 && read_order(q, out, e) != 0)
		rc = -1;
	db_reset(q);
	return rc;
}

int
erased_find(struct store *s, const struct hash *id, struct erased_order *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, ORDER_COLS "WHERE id = ?");

	db_bind_hash(q, 1, id);
	return one_order(q, out, e);
}

int
erased_used(struct store *s, const struct sig *sig, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT 1 FROM erase_order WHERE sig = ?");
	int rc;

	db_bind_blob(q, 1, sig->b, sizeof(sig->b));
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

int
erased_any(struct store *s, const struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT 1 FROM erase_order WHERE space = ? LIMIT 1");
	int rc;

	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

static int
standing(struct store *s, const struct id *space, const struct hash *record,
    struct erased_order *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, ORDER_COLS "WHERE space = ?1 "
	    "AND back IS NULL AND (kind = 2 OR (kind = 1 AND record = ?2)) "
	    "ORDER BY wiped DESC, seq DESC LIMIT 1");

	db_bind_id(q, 1, space);
	db_bind_hash(q, 2, record);
	return one_order(q, out, e);
}

bool
erased_alone(enum record_type type)
{
	return type != TYPE_CASE && fields_number(type, FIELD_DELETED) != NULL;
}

int
erased_whole(struct store *s, const struct id *space, struct err *e)
{
	struct hash none = { { 0 } };
	struct erased_order o;
	int rc = standing(s, space, &none, &o, e);

	return rc == 1 ? o.kind == ERASE_SPACE : rc;
}

int
erased_record(struct store *s, const struct erased_at *at,
    struct erased_order *out, struct err *e)
{
	struct hash h;
	int rc;

	erase_record_hash(at->space, at->record, &h);
	rc = standing(s, at->space, &h, out, e);
	return rc == 1 && out->kind == ERASE_RECORD &&
	    !erased_alone(at->type) ? 0 : rc;
}

int
erased_map(struct store *s, const struct id *space, const struct hash *id,
    uint64_t *out, struct err *e)
{
	struct stmt *q;
	int rc = erased_whole(s, space, e);

	*out = rc == 1 ? UINT64_MAX : 0;
	if (rc < 0 || *out != 0)
		return rc < 0 ? -1 : 0;
	q = db_prepare(s->db, "SELECT i.map FROM erase_item i "
	    "JOIN erase_order o ON o.id = i.order_id "
	    "WHERE i.id = ? AND o.space = ? AND o.back IS NULL");
	db_bind_hash(q, 1, id);
	db_bind_id(q, 2, space);
	while ((rc = db_step(q, e)) == 1)
		*out |= (uint64_t)db_int(q, 0);
	return rc;
}

int
erased_each(struct store *s, void *ctx,
    int (*each)(void *ctx, const struct erased_order *o, struct err *e),
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, ORDER_COLS "ORDER BY seq");
	struct erased_order o;
	struct buf list;
	size_t at;
	int rc;

	buf_init(&list, SIZE_MAX);
	while ((rc = db_step(q, e)) == 1) {
		if (read_order(q, &o, e) != 0) {
			rc = -1;
			break;
		}
		buf_add(&list, &o, sizeof(o));
	}
	db_reset(q);
	if (rc == 0)
		rc = buf_check(&list, "a list of orders", e);
	for (at = 0; rc == 0 && at < list.len; at += sizeof(o)) {
		memcpy(&o, list.data + at, sizeof(o));
		rc = each(ctx, &o, e);
	}
	buf_done(&list);
	return rc;
}

/* ---- a record ---- */

static int
run_rid(struct store *s, const char *sql, int64_t rid, struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_int(q, 1, rid);
	return db_run(q, e);
}

static int
run_space(struct store *s, const char *sql, const struct id *space,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_id(q, 1, space);
	return db_run(q, e);
}

int
erased_rid(struct store *s, const struct erased_order *o, int64_t *rid,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT rid, id, type FROM record WHERE space = ?");
	struct hash h;
	struct id id;
	int rc;

	db_bind_id(q, 1, &o->space);
	while ((rc = db_step(q, e)) == 1) {
		if (db_id(q, 1, &id) != 0)
			continue;
		erase_record_hash(&o->space, &id, &h);
		if (!hash_eq(&h, &o->record))
			continue;
		rc = erased_alone((enum record_type)db_int(q, 2));
		if (rc == 1)
			*rid = db_int(q, 0);
		db_reset(q);
		return rc;
	}
	return rc;
}

/* What waits sealed is taken apart before (sync/erasures.c). What is held is
 * its author's, who may look at it until it is wiped. */
static int
hide_record(struct store *s, int64_t rid, struct err *e)
{
	struct record_row row;

	if (versions_row_at(s, rid, &row, e) != 0 ||
	    versions_forget_tx(s, &row, e) != 0 ||
	    run_rid(s, "UPDATE version SET was = state, state = 7 "
	        "WHERE rid = ? AND state IN (1, 3, 5)", rid, e) != 0)
		return -1;
	return versions_flags_tx(s, rid, e);
}

static int
show_record(struct store *s, int64_t rid, struct err *e)
{
	struct record_row row;

	if (versions_row_at(s, rid, &row, e) != 0 ||
	    versions_forget_tx(s, &row, e) != 0 ||
	    run_rid(s, "UPDATE version SET state = coalesce(was, 3), "
	        "was = NULL WHERE rid = ? AND state = 7", rid, e) != 0)
		return -1;
	return versions_flags_tx(s, rid, e);
}

static int
set_space(struct store *s, const struct id *space, bool erased,
    struct err *e)
{
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	/* Closed it stays closed, whatever becomes of the order. */
	if (rc != 1 || (sp.state == SPACE_ERASED) == erased ||
	    sp.state == SPACE_LOST)
		return rc < 0 ? -1 : 0;
	sp.state = erased ? SPACE_ERASED : sp.section[0] != '\0' ?
	    SPACE_OPEN : SPACE_UNKNOWN;
	if (spaces_save_tx(s, &sp, e) != 0)
		return -1;
	return ends_hide_tx(s, &sp, erased, e);
}

/* ---- an order comes ---- */

static int
insert_order(struct store *s, const struct erased_order *o,
    const struct erase *order, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO erase_order (id, seq, "
	    "space, kind, reason, record, keeper, dpo, sig, accept_ms, back) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	size_t i;

	db_bind_hash(q, 1, &o->id);
	db_bind_int(q, 2, (int64_t)o->seq);
	db_bind_id(q, 3, &o->space);
	db_bind_int(q, 4, o->kind);
	db_bind_int(q, 5, o->reason);
	db_bind_hash(q, 6, &o->record);
	db_bind_id(q, 7, &o->keeper);
	db_bind_id(q, 8, &o->dpo);
	db_bind_blob(q, 9, order->sig.b, sizeof(order->sig.b));
	db_bind_int(q, 10, o->accept_ms);
	if (o->kind == ERASE_BACK)
		db_bind_hash(q, 11, &order->what.back);
	if (db_run(q, e) != 0)
		return -1;
	for (i = 0; i < order->what.count; i++) {
		q = db_prepare(s->db, "INSERT INTO erase_item (id, order_id, "
		    "map) VALUES (?, ?, ?)");
		db_bind_hash(q, 1, &order->what.items[i].id);
		db_bind_hash(q, 2, &o->id);
		db_bind_int(q, 3, (int64_t)order->what.items[i].map);
		if (db_run(q, e) != 0)
			return -1;
	}
	return 0;
}

/* A restored hub gave it another place: its week begins again. */
static int
place_again(struct store *s, const struct erased_order *o, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE erase_order SET seq = ?2, "
	    "accept_ms = max(accept_ms, ?3) WHERE id = ?1 AND wiped = 0");

	db_bind_hash(q, 1, &o->id);
	db_bind_int(q, 2, (int64_t)o->seq);
	db_bind_int(q, 3, o->accept_ms);
	return db_run(q, e);
}

/* Bodies that the order names and that carry other records than it says: they
 * stay here (10.6). */
static int
count_misfits(struct store *s, const struct erased_order *o, int64_t rid,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE erase_order SET misfits = "
	    "(SELECT count(*) FROM record r JOIN version v ON v.rid = r.rid "
	    "JOIN item i ON i.seq = v.seq JOIN erase_item n ON n.id = i.id "
	    "WHERE r.space = ?1 AND r.rid <> ?2 AND n.order_id = ?3 "
	    "AND n.map & (1 << v.idx) <> 0) WHERE id = ?3");

	db_bind_id(q, 1, &o->space);
	db_bind_int(q, 2, rid);
	db_bind_hash(q, 3, &o->id);
	return db_run(q, e);
}

static int
take_record(struct store *s, const struct erased_order *o, struct err *e)
{
	int64_t rid = -1;
	int rc = erased_rid(s, o, &rid, e);

	if (rc < 0 || (rc == 1 && hide_record(s, rid, e) != 0))
		return -1;
	return count_misfits(s, o, rid, e);
}

static int
take_back(struct store *s, const struct erased_order *o,
    const struct hash *which, struct err *e)
{
	struct erased_order old, other;
	struct stmt *q;
	int64_t rid;
	int rc = erased_find(s, which, &old, e);

	if (rc != 1)
		return rc;
	q = db_prepare(s->db, "UPDATE erase_order SET back = ? WHERE id = ?");
	db_bind_hash(q, 1, &o->id);
	db_bind_hash(q, 2, which);
	if (db_run(q, e) != 0)
		return -1;
	rc = standing(s, &old.space, &old.record, &other, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0; /* another order stands */
	if (old.kind == ERASE_SPACE)
		return set_space(s, &old.space, false, e);
	rc = erased_rid(s, &old, &rid, e);
	return rc == 1 ? show_record(s, rid, e) : rc;
}

int
erased_take_tx(struct store *s, struct erased_order *o,
    const struct erase *order, struct err *e)
{
	struct erased_order known;
	int rc;

	o->kind = order->what.kind;
	o->reason = order->what.reason;
	o->record = order->what.record;
	o->dpo = order->dpo;
	o->back = o->kind == ERASE_BACK;
	o->wiped = false;
	rc = erased_find(s, &o->id, &known, e);
	if (rc < 0 || (rc == 1 ? place_again(s, o, e) :
	    insert_order(s, o, order, e)) != 0)
		return -1;
	switch (o->kind) {
	case ERASE_RECORD:
		return take_record(s, o, e);
	case ERASE_SPACE:
		return set_space(s, &o->space, true, e);
	case ERASE_BACK:
		return take_back(s, o, &order->what.back, e);
	}
	return 0;
}

/* ---- where a record stands ---- */

int
erased_places(struct store *s, const struct record_row *row, struct buf *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT i.id, p.idx, p.eff, EXISTS "
	    "(SELECT 1 FROM erase_item n JOIN erase_order o "
	    "ON o.id = n.order_id WHERE n.id = i.id AND o.back IS NULL "
	    "AND n.map & (1 << p.idx) <> 0) FROM "
	    "(SELECT seq, idx, eff FROM version WHERE rid = ?1 "
	    "AND seq IS NOT NULL UNION SELECT c.seq, c.idx, min(v.eff) "
	    "FROM version_copy c JOIN version v ON v.rid = c.rid "
	    "WHERE c.rid = ?1 GROUP BY c.seq, c.idx) p "
	    "JOIN item i ON i.seq = p.seq "
	    "GROUP BY i.id, p.idx ORDER BY i.id, p.idx");
	struct erased_place p;
	int rc;

	memset(&p, 0, sizeof(p));
	db_bind_int(q, 1, row->rid);
	while ((rc = db_step(q, e)) == 1) {
		(void)db_hash(q, 0, &p.id);
		p.idx = (uint32_t)db_int(q, 1);
		p.eff = (uint64_t)db_int(q, 2);
		p.named = db_int(q, 3) != 0;
		buf_add(out, &p, sizeof(p));
	}
	return rc == 0 ? buf_check(out, "a list of places", e) : -1;
}

/* ---- wiping ---- */

static int
wipe_record(struct store *s, int64_t rid, struct err *e)
{
	struct record_row row;
	struct stmt *q;

	if (versions_row_at(s, rid, &row, e) != 0 ||
	    versions_forget_tx(s, &row, e) != 0 ||
	    run_rid(s, "UPDATE version SET body = x'', outgoing = NULL, "
	        "was = NULL, state = CASE state WHEN 6 THEN 6 ELSE 7 END "
	        "WHERE rid = ?", rid, e) != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE held SET outcome = coalesce(outcome, 3), "
	    "outcome_ms = coalesce(outcome_ms, ?2) WHERE rid = ?1");
	db_bind_int(q, 1, rid);
	db_bind_int(q, 2, tick_wall_ms(&s->tick));
	if (db_run(q, e) != 0)
		return -1;
	return versions_flags_tx(s, rid, e);
}

static int
wipe_each(void *ctx, const struct record_row *row, struct err *e)
{
	return wipe_record(ctx, row->rid, e);
}

/* 10.5: the keys go as well, and what said who may read. */
static int
wipe_space(struct store *s, const struct id *space, struct err *e)
{
	struct version_query q = { .space = space, .with_hidden = true };

	if (run_space(s, "UPDATE epoch SET key = NULL WHERE space = ?", space,
	        e) != 0 ||
	    run_space(s, "DELETE FROM access WHERE space = ?", space,
	        e) != 0 ||
	    run_space(s, "UPDATE review SET plain = NULL, "
	        "outcome = coalesce(outcome, 3) WHERE space = ?", space,
	        e) != 0 ||
	    run_space(s, "UPDATE item SET body = NULL WHERE space = ? "
	        "AND kind = 5", space, e) != 0)
		return -1;
	s->ends.known = false;
	return versions_each(s, &q, wipe_each, s, e);
}

int
erased_wipe_tx(struct store *s, const struct erased_order *o, struct err *e)
{
	struct stmt *q;
	int64_t rid;
	int rc = 0;

	if (o->kind == ERASE_SPACE)
		rc = wipe_space(s, &o->space, e);
	else if (o->kind == ERASE_RECORD) {
		rc = erased_rid(s, o, &rid, e);
		if (rc == 1)
			rc = wipe_record(s, rid, e);
		q = db_prepare(s->db, "UPDATE item SET body = NULL "
		    "WHERE kind = 5 AND id IN (SELECT id FROM erase_item "
		    "WHERE order_id = ?)");
		db_bind_hash(q, 1, &o->id);
		if (rc == 0)
			rc = db_run(q, e);
	}
	if (rc != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE erase_order SET wiped = 1 WHERE id = ?");
	db_bind_hash(q, 1, &o->id);
	return db_run(q, e);
}
