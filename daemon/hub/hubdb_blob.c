/*
 * Every SQL statement of the hub, sixth part: sealed files. A piece that goes
 * is overwritten in its place before its row does, as bodies are.
 */
#include "daemon/hub/hubdb_blob.h"

#include <string.h>

#include "common/wire/blob.h"
#include "common/wire/proto.h"
#include "daemon/hub/hubdb_parts.h"

#define REFS_MAX 64

#define COLS "SELECT b.bid, b.space, b.device, b.name, b.bytes, b.have," \
	" b.whole, b.begun_ms, b.asked_ms FROM blob AS b "

/* An item that is here names it, with a body that is not in ${column}. */
#define NAMED(column) "EXISTS (SELECT 1 FROM blob_ref AS r JOIN item AS i" \
	" ON i.id = r.item AND i.space = b.space LEFT JOIN erased AS x" \
	" ON x.seq = i.seq WHERE r.bid = b.bid" \
	" AND (coalesce(x." column ", 0) >> r.idx & 1) = 0)"

static int
fill(struct stmt *s, void *ctx)
{
	struct hubdb_blob *out = ctx;

	memset(out, 0, sizeof(*out));
	out->bid = db_int(s, 0);
	out->bytes = hubdb_col_u64(s, 4);
	out->have = hubdb_col_u64(s, 5);
	out->whole = db_int(s, 6) != 0;
	out->begun_ms = db_int(s, 7);
	out->asked_ms = db_int(s, 8);
	return db_id(s, 1, &out->space) | db_id(s, 2, &out->device) |
	    db_hash(s, 3, &out->name);
}

int
hubdb_blob_find(struct hubdb *db, const struct hubdb_blob *which,
    struct hubdb_blob *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, COLS "WHERE b.space = ?1"
	    " AND b.name = ?2 AND b.whole = 1");
	int rc;

	db_bind_id(s, 1, &which->space);
	db_bind_hash(s, 2, &which->name);
	rc = hubdb_one(s, fill, out, e);
	if (rc != 0)
		return rc;
	s = db_prepare(db->db, COLS "WHERE b.space = ?1 AND b.name = ?2"
	    " AND b.device = ?3 AND b.whole = 0");
	db_bind_id(s, 1, &which->space);
	db_bind_hash(s, 2, &which->name);
	db_bind_id(s, 3, &which->device);
	return hubdb_one(s, fill, out, e);
}

int
hubdb_blob_served(struct hubdb *db, const struct id *space,
    const struct hash *name, struct hubdb_blob *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, COLS "WHERE b.space = ?1"
	    " AND b.name = ?2 AND b.whole = 1 AND " NAMED("map"));

	db_bind_id(s, 1, space);
	db_bind_hash(s, 2, name);
	return hubdb_one(s, fill, out, e);
}

int
hubdb_blob_next(struct hubdb *db, int64_t after, struct hubdb_blob *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db, COLS "WHERE b.bid > ?1"
	    " AND b.whole = 1 ORDER BY b.bid LIMIT 1");

	db_bind_int(s, 1, after);
	return hubdb_one(s, fill, out, e);
}

int
hubdb_blob_add_tx(struct hubdb *db, struct hubdb_blob *b, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "INSERT INTO blob (space, name,"
	    " device, bytes, have, begun_ms, asked_ms)"
	    " VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5)");

	db_bind_id(s, 1, &b->space);
	db_bind_hash(s, 2, &b->name);
	db_bind_id(s, 3, &b->device);
	hubdb_bind_u64(s, 4, b->bytes);
	db_bind_int(s, 5, b->begun_ms);
	if (db_run(s, e) != 0)
		return -1;
	b->bid = db_last_rowid(db->db);
	return 0;
}

int
hubdb_blob_save_tx(struct hubdb *db, const struct hubdb_blob *b,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db, "UPDATE blob SET have = ?2,"
	    " whole = ?3, asked_ms = ?4 WHERE bid = ?1");

	db_bind_int(s, 1, b->bid);
	hubdb_bind_u64(s, 2, b->have);
	db_bind_int(s, 3, b->whole);
	db_bind_int(s, 4, b->asked_ms);
	return db_run(s, e);
}

int
hubdb_blob_piece_tx(struct hubdb *db, int64_t bid, uint64_t n,
    struct view piece, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "INSERT INTO blob_piece"
	    " (bid, n, bytes) VALUES (?1, ?2, ?3)");

	db_bind_int(s, 1, bid);
	hubdb_bind_u64(s, 2, n);
	db_bind_view(s, 3, piece);
	return db_run(s, e);
}

int
hubdb_blob_piece(struct hubdb *db, int64_t bid, uint64_t n, struct buf *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT bytes FROM blob_piece WHERE bid = ?1 AND n = ?2");
	struct view v;
	int rc;

	db_bind_int(s, 1, bid);
	hubdb_bind_u64(s, 2, n);
	rc = db_step(s, e);
	if (rc != 1)
		return rc;
	v = db_blob(s, 0);
	buf_add(out, v.data, v.len);
	db_reset(s);
	return buf_check(out, "a piece of a file", e) == 0 ? 1 : -1;
}

int
hubdb_blob_ref_tx(struct hubdb *db, int64_t bid, const struct hash *item,
    uint32_t idx, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT count(*),"
	    " sum(item = ?2 AND idx = ?3) FROM blob_ref WHERE bid = ?1");
	bool full, there;

	db_bind_int(s, 1, bid);
	db_bind_hash(s, 2, item);
	db_bind_int(s, 3, idx);
	if (db_step(s, e) != 1)
		return -1;
	full = db_int(s, 0) >= REFS_MAX;
	there = !db_is_null(s, 1) && db_int(s, 1) > 0;
	db_reset(s);
	if (full || there)
		return there;
	s = db_prepare(db->db, "INSERT INTO blob_ref (bid, item, idx)"
	    " VALUES (?1, ?2, ?3)");
	db_bind_int(s, 1, bid);
	db_bind_hash(s, 2, item);
	db_bind_int(s, 3, idx);
	return db_run(s, e) == 0 ? 1 : -1;
}

int
hubdb_blob_use(struct hubdb *db, const struct hubdb_blob *b,
    int64_t since_ms, struct hubdb_blob_use *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT count(*),"
	    " coalesce(sum(bytes), 0), coalesce(sum(device = ?2), 0),"
	    " coalesce(sum(bytes * (device = ?2)), 0),"
	    " (SELECT coalesce(sum(bytes), 0) FROM blob"
	    " WHERE device = ?2 AND begun_ms > ?3) FROM blob WHERE space = ?1");

	db_bind_id(s, 1, &b->space);
	db_bind_id(s, 2, &b->device);
	db_bind_int(s, 3, since_ms);
	if (db_step(s, e) != 1)
		return -1;
	out->count = hubdb_col_u64(s, 0);
	out->bytes = hubdb_col_u64(s, 1);
	out->own_count = hubdb_col_u64(s, 2);
	out->own_bytes = hubdb_col_u64(s, 3);
	out->by_device = hubdb_col_u64(s, 4);
	db_reset(s);
	return 0;
}

int
hubdb_blob_crowded(struct hubdb *db, uint64_t count, uint64_t bytes,
    uint64_t *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT count(*) FROM (SELECT 1"
	    " FROM blob GROUP BY space HAVING count(*) >= ?1"
	    " OR sum(bytes) >= ?2)");

	hubdb_bind_u64(s, 1, count);
	hubdb_bind_u64(s, 2, bytes);
	if (db_step(s, e) != 1)
		return -1;
	*out = hubdb_col_u64(s, 0);
	db_reset(s);
	return 0;
}

/* ---- going ---- */

static int
run_bid(struct hubdb *db, const char *sql, int64_t bid, struct err *e)
{
	struct stmt *s = db_prepare(db->db, sql);

	db_bind_int(s, 1, bid);
	return db_run(s, e);
}

/* From the end, so that what is left is a part like any. */
int
hubdb_blob_drop_tx(struct hubdb *db, int64_t bid, int pieces, struct err *e)
{
	int64_t last = -1;
	struct stmt *s;

	for (; pieces > 0; pieces--) {
		s = db_prepare(db->db, "SELECT max(n) FROM blob_piece"
		    " WHERE bid = ?1");
		db_bind_int(s, 1, bid);
		if (db_step(s, e) != 1)
			return -1;
		last = db_is_null(s, 0) ? -1 : db_int(s, 0);
		db_reset(s);
		if (last < 0)
			break;
		if (run_bid(db, "UPDATE blob_piece SET bytes ="
		    " zeroblob(length(bytes)) WHERE bid = ?1 AND n ="
		    " (SELECT max(n) FROM blob_piece WHERE bid = ?1)", bid,
		    e) != 0 || run_bid(db, "DELETE FROM blob_piece"
		    " WHERE bid = ?1 AND n = (SELECT max(n) FROM blob_piece"
		    " WHERE bid = ?1)", bid, e) != 0)
			return -1;
	}
	if (last < 0)
		return run_bid(db, "DELETE FROM blob_ref WHERE bid = ?1", bid,
		    e) != 0 || run_bid(db, "DELETE FROM blob WHERE bid = ?1",
		    bid, e) != 0 ? -1 : 0;
	s = db_prepare(db->db, "UPDATE blob SET whole = 0, asked_ms = 0,"
	    " have = ?2 WHERE bid = ?1");
	db_bind_int(s, 1, bid);
	hubdb_bind_u64(s, 2, (uint64_t)last * PROTO_BLOB_PIECE);
	return db_run(s, e) == 0 ? 1 : -1;
}

int
hubdb_blob_due(struct hubdb *db, int64_t parts_ms, int64_t loose_ms,
    int64_t *bid, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT b.bid FROM blob AS b"
	    " WHERE (b.whole = 0 AND b.asked_ms <= ?1) OR (b.whole = 1"
	    " AND NOT " NAMED("dropped") " AND (b.asked_ms <= ?2 OR EXISTS"
	    " (SELECT 1 FROM blob_ref AS r JOIN item AS i ON i.id = r.item"
	    " AND i.space = b.space WHERE r.bid = b.bid))) LIMIT 1");
	int rc;

	db_bind_int(s, 1, parts_ms);
	db_bind_int(s, 2, loose_ms);
	rc = db_step(s, e);
	if (rc == 1)
		*bid = db_int(s, 0);
	db_reset(s);
	return rc;
}

/* ---- whole and right ---- */

int
hubdb_blob_right(struct hubdb *db, const struct hubdb_blob *b, struct err *e)
{
	struct blob_hash *h = blob_hash_new();
	struct hash is;
	struct buf piece;
	uint64_t at = 0;
	int rc = 1;

	buf_init(&piece, PROTO_BLOB_PIECE);
	while (rc == 1 && at < b->bytes) {
		buf_reset(&piece);
		rc = hubdb_blob_piece(db, b->bid, at / PROTO_BLOB_PIECE,
		    &piece, e);
		if (rc == 1 && piece.len == 0)
			rc = 0;
		if (rc == 1)
			blob_hash_add(h, buf_view(&piece));
		at += piece.len;
	}
	buf_done(&piece);
	blob_hash_end(h, &is);
	return rc == 1 && (at != b->bytes || !hash_eq(&is, &b->name)) ? 0 :
	    rc;
}
