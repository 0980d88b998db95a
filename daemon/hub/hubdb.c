/*
 * Every SQL statement of the hub, first part: the connection, the log and its
 * items. The others are hubdb_space.c and hubdb_ask.c.
 *
 * Called by the writer's jobs (the one writing connection) and by pulls (the
 * reading ones). Numbers of the log are unsigned and stay far below 2^63, so
 * they are stored as SQLite's signed integers. Nodes of the tree never change
 * once committed, so each connection remembers some: proofs of neighbours
 * share nearly all of them.
 */
#include "daemon/hub/hubdb.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/db/migrate.h"
#include "daemon/hub/hubdb_parts.h"

#define BUSY_MS 5000
#define CACHE_KIB 4096

int
hubdb_damaged(struct err *e)
{
	return err_set(e, ERR_LOCAL, "the hub's database holds a value that "
	    "this program did not write; restore a backup");
}

int
hubdb_absent(const char *what, struct err *e)
{
	return err_set(e, ERR_LOCAL, "the hub's database lacks %s; restore a "
	    "backup", what);
}

void
hubdb_bind_u64(struct stmt *s, int i, uint64_t v)
{
	db_bind_int(s, i, v > INT64_MAX ? INT64_MAX : (int64_t)v);
}

uint64_t
hubdb_col_u64(struct stmt *s, int i)
{
	int64_t v = db_int(s, i);

	return v < 0 ? 0 : (uint64_t)v;
}

/* Step a look-up of at most one row whose columns ${fill} copies. */
int
hubdb_one(struct stmt *s, int (*fill)(struct stmt *s, void *out), void *out,
    struct err *e)
{
	int rc = db_step(s, e);

	if (rc != 1)
		return rc;
	rc = fill(s, out);
	db_reset(s);
	return rc == 0 ? 1 : hubdb_damaged(e);
}

/* ---- opening, transactions ---- */

int
hubdb_open(const char *path, bool create, struct hubdb **out, struct err *e)
{
	struct db_options o = { .create = create, .cache_kib = CACHE_KIB,
		.busy_ms = BUSY_MS };
	struct hubdb *h = mem_new(sizeof(*h));

	*out = NULL;
	if (db_open(path, &o, &h->db, e) != 0 ||
	    migrate(h->db, schema_hub, e) != 0) {
		hubdb_close(h);
		return -1;
	}
	*out = h;
	return 0;
}

int
hubdb_open_frozen(const char *path, struct hubdb **out, struct err *e)
{
	struct db_options o = { .frozen = true, .cache_kib = CACHE_KIB };
	struct hubdb *h = mem_new(sizeof(*h));
	int64_t have = 0;
	int newest = 0;

	*out = NULL;
	while (schema_hub[newest].number != 0)
		newest++;
	if (db_open(path, &o, &h->db, e) != 0 || db_one_int(h->db,
	    "PRAGMA user_version", &have, e) != 1 || (have > newest &&
	    err_set(e, ERR_CLASH, "%s was written by a newer version of this "
	    "program (database %lld, here %d)", path, (long long)have,
	    newest) != 0)) {
		hubdb_close(h);
		return -1;
	}
	h->older = have < newest;
	*out = h;
	return 0;
}

bool
hubdb_older(const struct hubdb *db)
{
	return db->older;
}

void
hubdb_close(struct hubdb *db)
{
	if (db == NULL)
		return;
	db_close(db->db);
	mem_free(db);
}

int
hubdb_begin(struct hubdb *db, struct err *e)
{
	return db_begin(db->db, e);
}

int
hubdb_commit(struct hubdb *db, struct err *e)
{
	return db_commit(db->db, e);
}

/* What was remembered may stem from what is now undone. */
static void
forget_nodes(struct hubdb *db)
{
	memset(db->nodes, 0, sizeof(db->nodes));
}

void
hubdb_rollback(struct hubdb *db)
{
	db_rollback(db->db);
	forget_nodes(db);
}

int
hubdb_mark_tx(struct hubdb *db, struct err *e)
{
	return db_exec(db->db, "SAVEPOINT part", e);
}

int
hubdb_keep_tx(struct hubdb *db, struct err *e)
{
	return db_exec(db->db, "RELEASE part", e);
}

int
hubdb_undo_tx(struct hubdb *db, struct err *e)
{
	forget_nodes(db);
	return db_exec(db->db, "ROLLBACK TO part; RELEASE part", e);
}

int
hubdb_look(struct hubdb *db, struct err *e)
{
	return db_exec(db->db, "BEGIN", e);
}

void
hubdb_unlook(struct hubdb *db)
{
	db_rollback(db->db);
}

void
hubdb_shrink(struct hubdb *db)
{
	db_shrink(db->db);
}

/* ---- the log ---- */

static void
put_log_id(uint64_t v, uint8_t out[8])
{
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t)v;
}

int
hubdb_log_make_tx(struct hubdb *db, const struct hubdb_log *log,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO log (only, log_id, name, size, accept_ms, alive_ms,"
	    " claim) VALUES (1, ?1, ?2, 0, ?3, ?4, ?5)");
	uint8_t id[8];

	put_log_id(log->at.log_id, id);
	db_bind_blob(s, 1, id, sizeof(id));
	db_bind_text(s, 2, log->name);
	db_bind_int(s, 3, log->accept_ms);
	db_bind_int(s, 4, log->alive_ms);
	db_bind_hash(s, 5, log->claim_open ? &log->claim : NULL);
	return db_run(s, e);
}

static int
fill_log(struct stmt *s, void *ctx)
{
	struct hubdb_log *out = ctx;
	struct view id = db_blob(s, 0), leaf = db_blob(s, 6);
	const char *name = db_text(s, 1);
	struct reader r;

	if (id.len != 8 || strlen(name) >= sizeof(out->name))
		return -1;
	reader_init(&r, id);
	out->at.log_id = out->leaf_id = reader_be(&r, 8);
	if (leaf.len == 8) {
		reader_init(&r, leaf);
		out->leaf_id = reader_be(&r, 8);
	}
	out->pending = db_int(s, 7) != 0;
	memcpy(out->name, name, strlen(name) + 1);
	out->at.size = hubdb_col_u64(s, 2);
	out->accept_ms = db_int(s, 3);
	out->alive_ms = db_int(s, 4);
	out->claim_open = !db_is_null(s, 5);
	return out->claim_open ? db_hash(s, 5, &out->claim) : 0;
}

int
hubdb_log_find(struct hubdb *db, struct hubdb_log *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT log_id, name, size, accept_ms, alive_ms, claim, leaf_id,"
	    " EXISTS (SELECT 1 FROM succession WHERE seq IS NULL) FROM log");

	memset(out, 0, sizeof(*out));
	return hubdb_one(s, fill_log, out, e);
}

int
hubdb_log_put_tx(struct hubdb *db, const struct hubdb_log *log,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "UPDATE log SET size = ?1, accept_ms = ?2, alive_ms = ?3,"
	    " claim = ?4");

	hubdb_bind_u64(s, 1, log->at.size);
	db_bind_int(s, 2, log->accept_ms);
	db_bind_int(s, 3, log->alive_ms);
	db_bind_hash(s, 4, log->claim_open ? &log->claim : NULL);
	return db_run(s, e);
}

static struct node *
node_slot(struct hubdb *db, unsigned level, uint64_t at)
{
	uint64_t x = (at * 64 + level) * UINT64_C(0x9E3779B97F4A7C15);

	return &db->nodes[(x >> 32) & (NODES - 1)];
}

static void
node_keep(struct hubdb *db, unsigned level, uint64_t at, const struct hash *h)
{
	struct node *n = node_slot(db, level, at);

	n->used = true;
	n->level = level;
	n->at = at;
	n->hash = *h;
}

static int
fill_hash(struct stmt *s, void *out)
{
	return db_hash(s, 0, out);
}

static int
node_get(void *ctx, unsigned level, uint64_t at, struct hash *out,
    struct err *e)
{
	struct hubdb *db = ctx;
	struct node *n = node_slot(db, level, at);
	struct stmt *s;
	int rc;

	if (n->used && n->level == level && n->at == at) {
		*out = n->hash;
		return 0;
	}
	s = db_prepare(db->db,
	    "SELECT hash FROM node WHERE level = ?1 AND at = ?2");
	db_bind_int(s, 1, (int64_t)level);
	hubdb_bind_u64(s, 2, at);
	rc = hubdb_one(s, fill_hash, out, e);
	if (rc == 1)
		node_keep(db, level, at, out);
	return rc == 0 ? hubdb_absent("a node of the log's tree", e) :
	    rc == 1 ? 0 : -1;
}

static int
node_put(void *ctx, unsigned level, uint64_t at, const struct hash *h,
    struct err *e)
{
	struct hubdb *db = ctx;
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO node (level, at, hash) VALUES (?1, ?2, ?3)");

	db_bind_int(s, 1, (int64_t)level);
	hubdb_bind_u64(s, 2, at);
	db_bind_hash(s, 3, h);
	if (db_run(s, e) != 0)
		return -1;
	node_keep(db, level, at, h);
	return 0;
}

struct merkle_store
hubdb_merkle(struct hubdb *db)
{
	struct merkle_store s = { node_get, node_put, db };

	return s;
}

int
hubdb_checkpoint_add_tx(struct hubdb *db, uint64_t size,
    const struct hash *root, struct view note, int64_t at_ms, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO checkpoint (size, root, note, at_ms)"
	    " VALUES (?1, ?2, ?3, ?4)");

	hubdb_bind_u64(s, 1, size);
	db_bind_hash(s, 2, root);
	db_bind_view(s, 3, note);
	db_bind_int(s, 4, at_ms);
	return db_run(s, e);
}

int
hubdb_checkpoint_last(struct hubdb *db, uint64_t *size, struct buf *note,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1");
	struct view v;
	int rc = db_step(s, e);

	if (rc != 1)
		return rc;
	*size = hubdb_col_u64(s, 0);
	v = db_blob(s, 1);
	buf_add(note, v.data, v.len);
	db_reset(s);
	return 1;
}

static int
read_head(struct stmt *s, struct hubdb_head *out, struct buf *note,
    struct err *e)
{
	struct view v;
	int rc = db_step(s, e);

	if (rc != 1)
		return rc;
	out->size = hubdb_col_u64(s, 0);
	out->at_ms = db_int(s, 2);
	v = db_blob(s, 3);
	buf_add(note, v.data, v.len);
	rc = db_hash(s, 1, &out->root);
	db_reset(s);
	return rc == 0 && !note->toobig ? 1 : hubdb_damaged(e);
}

int
hubdb_checkpoint_next(struct hubdb *db, uint64_t at, struct hubdb_head *out,
    struct buf *note, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT size, root, at_ms, note FROM checkpoint WHERE size > ?1"
	    " ORDER BY size LIMIT 1");

	hubdb_bind_u64(s, 1, at);
	return read_head(s, out, note, e);
}

int
hubdb_checkpoint_prev(struct hubdb *db, uint64_t at, struct hubdb_head *out,
    struct buf *note, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT size, root, at_ms, note FROM checkpoint WHERE size < ?1"
	    " ORDER BY size DESC LIMIT 1");

	hubdb_bind_u64(s, 1, at);
	return read_head(s, out, note, e);
}

int
hubdb_leaves(struct hubdb *db, uint64_t from, struct hash *out, size_t n,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT at, hash FROM node WHERE level = 0 AND at >= ?1"
	    " ORDER BY at");
	size_t i;
	int rc = 1;

	hubdb_bind_u64(s, 1, from);
	for (i = 0; i < n && rc == 1; i++) {
		rc = db_step(s, e);
		if (rc == 1 && (hubdb_col_u64(s, 0) != from + i ||
		    db_hash(s, 1, &out[i]) != 0))
			rc = 0;
	}
	db_reset(s);
	return rc == 1 ? 0 : rc == 0 ? hubdb_absent("a leaf of the log's "
	    "tree", e) : -1;
}

/* ---- items ---- */

int
hubdb_item_add_tx(struct hubdb *db, const struct hubdb_item *item,
    struct view header, struct view body, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO item (seq, id, space, sseq, author, kind, accept_ms,"
	    " body_bytes, header, body)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

	hubdb_bind_u64(s, 1, item->seq);
	db_bind_hash(s, 2, &item->id);
	db_bind_id(s, 3, &item->space);
	hubdb_bind_u64(s, 4, item->sseq);
	db_bind_id(s, 5, &item->author);
	db_bind_int(s, 6, item->kind);
	db_bind_int(s, 7, item->accept_ms);
	hubdb_bind_u64(s, 8, body.len);
	db_bind_view(s, 9, header);
	db_bind_view(s, 10, body);
	return db_run(s, e);
}

int
hubdb_fill_item(struct stmt *s, void *ctx)
{
	struct hubdb_item *out = ctx;

	memset(out, 0, sizeof(*out));
	out->seq = hubdb_col_u64(s, 0);
	out->sseq = hubdb_col_u64(s, 3);
	out->kind = (int)db_int(s, 5);
	out->accept_ms = db_int(s, 6);
	out->body_bytes = (size_t)hubdb_col_u64(s, 7);
	out->header_bytes = (size_t)hubdb_col_u64(s, 8);
	out->gone = (uint64_t)db_int(s, 9);
	return db_hash(s, 1, &out->id) | db_id(s, 2, &out->space) |
	    db_id(s, 4, &out->author);
}

int
hubdb_item_find(struct hubdb *db, const struct hash *id,
    struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " HUBDB_ITEM_COLS " FROM item WHERE id = ?1");

	db_bind_hash(s, 1, id);
	return hubdb_one(s, hubdb_fill_item, out, e);
}

int
hubdb_item_at(struct hubdb *db, uint64_t seq, struct hubdb_item *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " HUBDB_ITEM_COLS " FROM item WHERE seq = ?1");

	hubdb_bind_u64(s, 1, seq);
	return hubdb_one(s, hubdb_fill_item, out, e);
}

int
hubdb_item_order(struct hubdb *db, struct err *e)
{
	int64_t bad;
	int rc = db_one_int(db->db,
	    "SELECT count(*) FROM (SELECT seq, sseq,"
	    " lag(seq, 1, -1) OVER by_place AS before,"
	    " row_number() OVER by_place AS place FROM item"
	    " WINDOW by_place AS (PARTITION BY space ORDER BY sseq))"
	    " WHERE before >= seq OR sseq <> place", &bad, e);

	return rc == 1 ? bad == 0 : -1;
}

int
hubdb_item_next(struct hubdb *db, const struct id *space, uint64_t from,
    uint64_t to, struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " HUBDB_ITEM_COLS " FROM item INDEXED BY item_by_seq"
	    " WHERE space = ?1 AND seq >= ?2 AND seq < ?3"
	    " ORDER BY seq LIMIT 1");

	db_bind_id(s, 1, space);
	hubdb_bind_u64(s, 2, from);
	hubdb_bind_u64(s, 3, to);
	return hubdb_one(s, hubdb_fill_item, out, e);
}

int
hubdb_item_after(struct hubdb *db, const struct id *space, uint64_t sseq,
    struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " HUBDB_ITEM_COLS " FROM item WHERE space = ?1 AND sseq > ?2"
	    " ORDER BY sseq LIMIT 1");

	db_bind_id(s, 1, space);
	hubdb_bind_u64(s, 2, sseq);
	return hubdb_one(s, hubdb_fill_item, out, e);
}

int
hubdb_item_bytes(struct hubdb *db, uint64_t seq, bool with_body,
    struct buf *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT header, body FROM item WHERE seq = ?1");
	struct view v;
	int rc;

	hubdb_bind_u64(s, 1, seq);
	rc = db_step(s, e);
	if (rc != 1)
		return rc == 0 ? hubdb_absent("an item of the log", e) : -1;
	v = db_blob(s, 0);
	buf_add(out, v.data, v.len);
	if (with_body) {
		v = db_blob(s, 1);
		buf_add(out, v.data, v.len);
	}
	db_reset(s);
	return buf_check(out, "an answer", e);
}
