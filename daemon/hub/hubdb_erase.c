/*
 * Every SQL statement of the hub, fourth part: erase orders. What they say
 * stands in erase_order and erase_item; what follows for an item stands in
 * erased, so that a pull looks in one place. A dropped body is overwritten
 * where it lies: a row of the same length moves nothing, and what SQLite frees
 * it overwrites (secure_delete).
 */
#include "daemon/hub/hubdb_erase.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/rules/erasure.h"
#include "daemon/hub/hubdb_parts.h"

/* ---- orders ---- */

#define ORDER_COLS "SELECT seq, id, space, kind, author, dpo, accept_ms," \
	" back_seq, dropped FROM erase_order "

static int
fill_order(struct stmt *s, void *ctx)
{
	struct hubdb_order *out = ctx;

	memset(out, 0, sizeof(*out));
	out->seq = hubdb_col_u64(s, 0);
	out->kind = (int)db_int(s, 3);
	out->accept_ms = db_int(s, 6);
	out->back = !db_is_null(s, 7);
	out->dropped = db_int(s, 8) != 0;
	return db_hash(s, 1, &out->id) | db_id(s, 2, &out->space) |
	    db_id(s, 4, &out->author) | db_id(s, 5, &out->dpo);
}

int
hubdb_erase_find(struct hubdb *db, const struct hash *id,
    struct hubdb_order *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, ORDER_COLS "WHERE id = ?1");

	db_bind_hash(s, 1, id);
	return hubdb_one(s, fill_order, out, e);
}

static int
any(struct stmt *s, struct err *e)
{
	int rc = db_step(s, e);

	db_reset(s);
	return rc;
}

int
hubdb_erase_used(struct hubdb *db, const struct sig *sig, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT 1 FROM erase_order WHERE sig = ?1");

	db_bind_blob(s, 1, sig->b, sizeof(sig->b));
	return any(s, e);
}

int
hubdb_erase_whole(struct hubdb *db, const struct id *space, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT 1 FROM erase_order"
	    " WHERE space = ?1 AND kind = 2 AND back_seq IS NULL");

	db_bind_id(s, 1, space);
	return any(s, e);
}

int
hubdb_erase_due(struct hubdb *db, int64_t before_ms, struct hubdb_order *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db, ORDER_COLS
	    "WHERE dropped = 0 AND kind < 3 AND back_seq IS NULL"
	    " AND accept_ms <= ?1 ORDER BY accept_ms, seq LIMIT 1");

	db_bind_int(s, 1, before_ms);
	return hubdb_one(s, fill_order, out, e);
}

/* ---- what follows for items ---- */

/* The kinds of items that an order of this kind takes, as bits. */
static int64_t
kinds_taken(enum erase_kind order)
{
	int64_t out = 0;
	int k;

	for (k = CHANGESET_CONTENT; k <= CHANGESET_ERASE; k++)
		if (erasure_takes(order, (enum changeset_kind)k))
			out |= INT64_C(1) << k;
	return out;
}

static int
mark_named(struct hubdb *db, uint64_t order, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO erased (seq, map)"
	    " SELECT i.seq, n.map FROM erase_item AS n INDEXED BY"
	    " erase_item_order CROSS JOIN item AS i ON i.id = n.id"
	    " WHERE n.order_seq = ?1 AND i.space ="
	    " (SELECT space FROM erase_order WHERE seq = ?1)"
	    " AND (?2 >> i.kind & 1)"
	    " ON CONFLICT (seq) DO UPDATE SET map = map | excluded.map");

	hubdb_bind_u64(s, 1, order);
	db_bind_int(s, 2, kinds_taken(ERASE_RECORD));
	return db_run(s, e);
}

/* Epochs stay, so that who was away can see who kept the space then; what
 * their keys opened is gone. So do the orders. */
static int
mark_whole(struct hubdb *db, const struct id *space, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO erased (seq, map) SELECT seq, -1 FROM item"
	    " INDEXED BY item_by_seq WHERE space = ?1 AND (?2 >> kind & 1)"
	    " ON CONFLICT (seq) DO UPDATE SET map = -1");

	db_bind_id(s, 1, space);
	db_bind_int(s, 2, kinds_taken(ERASE_SPACE));
	return db_run(s, e);
}

static int
mark(struct hubdb *db, const struct hubdb_order *o, struct err *e)
{
	return o->kind == ERASE_SPACE ? mark_whole(db, &o->space, e) :
	    mark_named(db, o->seq, e);
}

static int
next_standing(struct hubdb *db, const struct id *space, uint64_t from,
    struct hubdb_order *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, ORDER_COLS
	    "WHERE space = ?1 AND seq >= ?2 AND kind < 3"
	    " AND back_seq IS NULL ORDER BY seq LIMIT 1");

	db_bind_id(s, 1, space);
	hubdb_bind_u64(s, 2, from);
	return hubdb_one(s, fill_order, out, e);
}

/* All of a space anew, from the orders that stand. */
static int
mark_again(struct hubdb *db, const struct id *space, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "DELETE FROM erased WHERE seq IN"
	    " (SELECT seq FROM item INDEXED BY item_by_seq WHERE space = ?1)"
	    " AND dropped = 0");
	struct hubdb_order o;
	uint64_t from = 0;
	int rc;

	db_bind_id(s, 1, space);
	if (db_run(s, e) != 0)
		return -1;
	s = db_prepare(db->db, "UPDATE erased SET map = dropped WHERE seq IN"
	    " (SELECT seq FROM item INDEXED BY item_by_seq WHERE space = ?1)");
	db_bind_id(s, 1, space);
	if (db_run(s, e) != 0)
		return -1;
	while ((rc = next_standing(db, space, from, &o, e)) == 1) {
		if (mark(db, &o, e) != 0)
			return -1;
		from = o.seq + 1;
	}
	return rc;
}

static int
take_back(struct hubdb *db, const struct hubdb_order *o,
    const struct erase *order, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "UPDATE erase_order"
	    " SET back_seq = ?1 WHERE id = ?2 AND space = ?3");

	hubdb_bind_u64(s, 1, o->seq);
	db_bind_hash(s, 2, &order->what.back);
	db_bind_id(s, 3, &o->space);
	return db_run(s, e) != 0 ? -1 : mark_again(db, &o->space, e);
}

static int
add_items(struct hubdb *db, uint64_t seq, const struct erase *order,
    struct err *e)
{
	struct stmt *s;
	size_t i;

	for (i = 0; i < order->what.count; i++) {
		s = db_prepare(db->db, "INSERT INTO erase_item"
		    " (id, order_seq, map) VALUES (?1, ?2, ?3)");
		db_bind_hash(s, 1, &order->what.items[i].id);
		hubdb_bind_u64(s, 2, seq);
		db_bind_int(s, 3, (int64_t)order->what.items[i].map);
		if (db_run(s, e) != 0)
			return -1;
	}
	return 0;
}

int
hubdb_erase_add_tx(struct hubdb *db, const struct hubdb_order *o,
    const struct erase *order, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "INSERT INTO erase_order (seq, id,"
	    " space, kind, author, dpo, sig, accept_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

	hubdb_bind_u64(s, 1, o->seq);
	db_bind_hash(s, 2, &o->id);
	db_bind_id(s, 3, &o->space);
	db_bind_int(s, 4, o->kind);
	db_bind_id(s, 5, &o->author);
	db_bind_id(s, 6, &o->dpo);
	db_bind_blob(s, 7, order->sig.b, sizeof(order->sig.b));
	db_bind_int(s, 8, o->accept_ms);
	if (db_run(s, e) != 0 || add_items(db, o->seq, order, e) != 0)
		return -1;
	return o->kind == ERASE_BACK ? take_back(db, o, order, e) :
	    mark(db, o, e);
}

int
hubdb_erase_undone(struct hubdb *db, const struct hubdb_order *o,
    struct hubdb_order *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, ORDER_COLS
	    "WHERE space = ?1 AND back_seq = ?2");

	db_bind_id(s, 1, &o->space);
	hubdb_bind_u64(s, 2, o->seq);
	return hubdb_one(s, fill_order, out, e);
}

int
hubdb_erase_authors(struct hubdb *db, const struct hubdb_order *o,
    struct buf *out, struct err *e)
{
	static const char whole[] = "SELECT DISTINCT author FROM item"
	    " INDEXED BY item_by_seq WHERE space = ?1 AND ?2 >> kind & 1";
	static const char named[] = "SELECT DISTINCT i.author"
	    " FROM erase_item AS n INDEXED BY erase_item_order"
	    " CROSS JOIN item AS i ON i.id = n.id"
	    " WHERE i.space = ?1 AND ?2 >> i.kind & 1 AND n.order_seq = ?3";
	struct stmt *s = db_prepare(db->db,
	    o->kind == ERASE_SPACE ? whole : named);
	struct id author;
	int rc;

	db_bind_id(s, 1, &o->space);
	db_bind_int(s, 2, kinds_taken(ERASE_RECORD));
	if (o->kind != ERASE_SPACE)
		hubdb_bind_u64(s, 3, o->seq);
	while ((rc = db_step(s, e)) == 1)
		if (db_id(s, 0, &author) == 0)
			buf_add(out, author.b, sizeof(author.b));
	return rc == 0 ? buf_check(out, "a list of devices", e) : -1;
}

int
hubdb_erase_late_tx(struct hubdb *db, const struct hash *id, uint64_t seq,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT n.order_seq"
	    " FROM erase_item AS n JOIN erase_order AS o ON o.seq ="
	    " n.order_seq JOIN item AS i ON i.seq = ?2 AND i.space = o.space"
	    " WHERE n.id = ?1 AND o.back_seq IS NULL");
	uint64_t list[16];
	size_t n = 0, i;
	int rc;

	db_bind_hash(s, 1, id);
	hubdb_bind_u64(s, 2, seq);
	while ((rc = db_step(s, e)) == 1 && n < sizeof(list) / sizeof(list[0]))
		list[n++] = hubdb_col_u64(s, 0);
	db_reset(s);
	for (i = 0; rc >= 0 && i < n; i++) {
		s = db_prepare(db->db,
		    "UPDATE erase_order SET dropped = 0 WHERE seq = ?1");
		hubdb_bind_u64(s, 1, list[i]);
		if (db_run(s, e) != 0 || mark_named(db, list[i], e) != 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}

/* ---- overwriting ---- */

struct victim {
	uint64_t seq;
	uint64_t map; /* bodies to be overwritten */
};

static int
fill_victim(struct stmt *s, void *ctx)
{
	struct victim *out = ctx;

	out->seq = hubdb_col_u64(s, 0);
	out->map = (uint64_t)db_int(s, 1);
	return 0;
}

static int
next_victim(struct hubdb *db, const struct hubdb_order *o,
    struct victim *out, struct err *e)
{
	struct stmt *s;

	if (o->kind == ERASE_SPACE) {
		s = db_prepare(db->db, "SELECT i.seq, -1 FROM item AS i"
		    " INDEXED BY item_by_seq CROSS JOIN erased AS x"
		    " ON x.seq = i.seq"
		    " WHERE i.space = ?1 AND x.dropped <> -1 LIMIT 1");
		db_bind_id(s, 1, &o->space);
	} else {
		s = db_prepare(db->db, "SELECT x.seq, n.map"
		    " FROM erase_item AS n INDEXED BY erase_item_order"
		    " CROSS JOIN item AS i ON i.id = n.id"
		    " CROSS JOIN erased AS x ON x.seq = i.seq"
		    " WHERE n.order_seq = ?1 AND x.dropped & n.map <> n.map"
		    " AND i.space = ?2 LIMIT 1");
		hubdb_bind_u64(s, 1, o->seq);
		db_bind_id(s, 2, &o->space);
	}
	return hubdb_one(s, fill_victim, out, e);
}

/* Zeros in the place of each body named; ${bytes}: header and bodies. */
static int
overwrite(struct buf *bytes, uint64_t map, size_t *header, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct view all = buf_view(bytes);
	size_t i, at;
	int rc = changeset_decode(view_of(all.data, *header), cs, e);

	at = cs->header_bytes;
	for (i = 0; rc == 0 && i < cs->h.count; i++) {
		if (at + cs->h.body_len[i] > bytes->len)
			rc = hubdb_damaged(e);
		else if ((map >> i & 1) != 0)
			memset(bytes->data + at, 0, cs->h.body_len[i]);
		at += cs->h.body_len[i];
	}
	mem_free(cs);
	return rc;
}

static int
drop_item(struct hubdb *db, const struct victim *v, size_t *written,
    struct err *e)
{
	struct hubdb_item item;
	struct stmt *s;
	struct buf b;
	int rc = hubdb_item_at(db, v->seq, &item, e);

	if (rc != 1)
		return rc == 0 ? hubdb_absent("an item of the log", e) : -1;
	buf_init(&b, 2 * CHANGESET_BYTES_MAX);
	rc = hubdb_item_bytes(db, v->seq, true, &b, e);
	if (rc == 0)
		rc = overwrite(&b, v->map, &item.header_bytes, e);
	if (rc == 0) {
		s = db_prepare(db->db,
		    "UPDATE item SET body = ?2 WHERE seq = ?1");
		hubdb_bind_u64(s, 1, v->seq);
		db_bind_view(s, 2, view_of(b.data + item.header_bytes,
		    b.len - item.header_bytes));
		rc = db_run(s, e);
	}
	if (rc == 0) {
		s = db_prepare(db->db, "UPDATE erased SET dropped ="
		    " dropped | ?2, map = map | ?2 WHERE seq = ?1");
		hubdb_bind_u64(s, 1, v->seq);
		db_bind_int(s, 2, (int64_t)v->map);
		rc = db_run(s, e);
	}
	*written += b.len;
	buf_done(&b);
	return rc;
}

int
hubdb_erase_drop_tx(struct hubdb *db, const struct hubdb_order *o,
    size_t bytes, struct err *e)
{
	struct victim v;
	struct stmt *s;
	size_t written = 0;
	int rc;

	while ((rc = next_victim(db, o, &v, e)) == 1) {
		if (written >= bytes)
			return 1;
		if (drop_item(db, &v, &written, e) != 0)
			return -1;
	}
	if (rc != 0)
		return -1;
	s = db_prepare(db->db,
	    "UPDATE erase_order SET dropped = 1 WHERE seq = ?1");
	hubdb_bind_u64(s, 1, o->seq);
	return db_run(s, e);
}

int
hubdb_flush(struct hubdb *db, struct err *e)
{
	return db_checkpoint(db->db, e);
}
