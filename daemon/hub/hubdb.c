/*
 * Every SQL statement of the hub.
 *
 * Called by the writer's jobs (the one writing connection) and by pulls (the
 * reading ones). Numbers of the log are unsigned and stay far below 2^63, so
 * they are stored as SQLite's signed integers; a negative one read back means
 * a damaged file. Nodes of the tree never change once committed, so each
 * connection remembers some: proofs of neighbours share nearly all of them.
 */
#include "daemon/hub/hubdb.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/db/migrate.h"

#define BUSY_MS 5000
#define CACHE_KIB 4096
#define NODES 1024 /* power of two; 48 KiB a connection */

struct node {
	bool used;
	unsigned level;
	uint64_t at;
	struct hash hash;
};

struct hubdb {
	struct db *db;
	struct node nodes[NODES];
};

static int
damaged(struct err *e)
{
	return err_set(e, ERR_LOCAL, "the hub's database holds a value that "
	    "this program did not write; restore a backup");
}

static int
absent(const char *what, struct err *e)
{
	return err_set(e, ERR_LOCAL, "the hub's database lacks %s; restore a "
	    "backup", what);
}

static void
bind_u64(struct stmt *s, int i, uint64_t v)
{
	db_bind_int(s, i, v > INT64_MAX ? INT64_MAX : (int64_t)v);
}

static uint64_t
col_u64(struct stmt *s, int i)
{
	int64_t v = db_int(s, i);

	return v < 0 ? 0 : (uint64_t)v;
}

/* Step a look-up of at most one row whose columns ${fill} copies. */
static int
one(struct stmt *s, int (*fill)(struct stmt *s, void *out), void *out,
    struct err *e)
{
	int rc = db_step(s, e);

	if (rc != 1)
		return rc;
	rc = fill(s, out);
	db_reset(s);
	return rc == 0 ? 1 : damaged(e);
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
	struct view id = db_blob(s, 0);
	const char *name = db_text(s, 1);
	struct reader r;

	if (id.len != 8 || strlen(name) >= sizeof(out->name))
		return -1;
	reader_init(&r, id);
	out->at.log_id = reader_be(&r, 8);
	memcpy(out->name, name, strlen(name) + 1);
	out->at.size = col_u64(s, 2);
	out->accept_ms = db_int(s, 3);
	out->alive_ms = db_int(s, 4);
	out->claim_open = !db_is_null(s, 5);
	return out->claim_open ? db_hash(s, 5, &out->claim) : 0;
}

int
hubdb_log_find(struct hubdb *db, struct hubdb_log *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT log_id, name, size, accept_ms, alive_ms, claim FROM log");

	memset(out, 0, sizeof(*out));
	return one(s, fill_log, out, e);
}

int
hubdb_log_put_tx(struct hubdb *db, const struct hubdb_log *log,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "UPDATE log SET size = ?1, accept_ms = ?2, alive_ms = ?3,"
	    " claim = ?4");

	bind_u64(s, 1, log->at.size);
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
	bind_u64(s, 2, at);
	rc = one(s, fill_hash, out, e);
	if (rc == 1)
		node_keep(db, level, at, out);
	return rc == 0 ? absent("a node of the log's tree", e) :
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
	bind_u64(s, 2, at);
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

	bind_u64(s, 1, size);
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
	*size = col_u64(s, 0);
	v = db_blob(s, 1);
	buf_add(note, v.data, v.len);
	db_reset(s);
	return 1;
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

	bind_u64(s, 1, item->seq);
	db_bind_hash(s, 2, &item->id);
	db_bind_id(s, 3, &item->space);
	bind_u64(s, 4, item->sseq);
	db_bind_id(s, 5, &item->author);
	db_bind_int(s, 6, item->kind);
	db_bind_int(s, 7, item->accept_ms);
	bind_u64(s, 8, body.len);
	db_bind_view(s, 9, header);
	db_bind_view(s, 10, body);
	return db_run(s, e);
}

#define ITEM_COLS "item.seq, item.id, item.space, item.sseq, item.author," \
	" item.kind, item.accept_ms, item.body_bytes, length(item.header)"

static int
fill_item(struct stmt *s, void *ctx)
{
	struct hubdb_item *out = ctx;

	memset(out, 0, sizeof(*out));
	out->seq = col_u64(s, 0);
	out->sseq = col_u64(s, 3);
	out->kind = (int)db_int(s, 5);
	out->accept_ms = db_int(s, 6);
	out->body_bytes = (size_t)col_u64(s, 7);
	out->header_bytes = (size_t)col_u64(s, 8);
	return db_hash(s, 1, &out->id) | db_id(s, 2, &out->space) |
	    db_id(s, 4, &out->author);
}

int
hubdb_item_find(struct hubdb *db, const struct hash *id,
    struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " ITEM_COLS " FROM item WHERE id = ?1");

	db_bind_hash(s, 1, id);
	return one(s, fill_item, out, e);
}

int
hubdb_item_at(struct hubdb *db, uint64_t seq, struct hubdb_item *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " ITEM_COLS " FROM item WHERE seq = ?1");

	bind_u64(s, 1, seq);
	return one(s, fill_item, out, e);
}

int
hubdb_item_next(struct hubdb *db, const struct id *space, uint64_t from,
    uint64_t to, struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " ITEM_COLS " FROM item INDEXED BY item_by_seq"
	    " WHERE space = ?1 AND seq >= ?2 AND seq < ?3"
	    " ORDER BY seq LIMIT 1");

	db_bind_id(s, 1, space);
	bind_u64(s, 2, from);
	bind_u64(s, 3, to);
	return one(s, fill_item, out, e);
}

int
hubdb_item_after(struct hubdb *db, const struct id *space, uint64_t sseq,
    struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " ITEM_COLS " FROM item WHERE space = ?1 AND sseq > ?2"
	    " ORDER BY sseq LIMIT 1");

	db_bind_id(s, 1, space);
	bind_u64(s, 2, sseq);
	return one(s, fill_item, out, e);
}

int
hubdb_item_bytes(struct hubdb *db, uint64_t seq, bool with_body,
    struct buf *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT header, body FROM item WHERE seq = ?1");
	struct view v;
	int rc;

	bind_u64(s, 1, seq);
	rc = db_step(s, e);
	if (rc != 1)
		return rc == 0 ? absent("an item of the log", e) : -1;
	v = db_blob(s, 0);
	buf_add(out, v.data, v.len);
	if (with_body) {
		v = db_blob(s, 1);
		buf_add(out, v.data, v.len);
	}
	db_reset(s);
	return buf_check(out, "an answer", e);
}

/* ---- spaces, epochs, members, authors ---- */

static int
fill_space(struct stmt *s, void *ctx)
{
	struct hubdb_space *out = ctx;

	out->epoch = (uint32_t)col_u64(s, 0);
	out->epoch_seq = col_u64(s, 1);
	out->last_seq = col_u64(s, 3);
	out->last_sseq = col_u64(s, 4);
	return db_hash(s, 2, &out->epoch_id);
}

int
hubdb_space_find(struct hubdb *db, const struct id *space,
    struct hubdb_space *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT epoch, epoch_seq, epoch_id, last_seq, last_sseq"
	    " FROM space WHERE space = ?1");

	memset(out, 0, sizeof(*out));
	out->space = *space;
	db_bind_id(s, 1, space);
	return one(s, fill_space, out, e);
}

int
hubdb_space_put_tx(struct hubdb *db, const struct hubdb_space *sp,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT OR REPLACE INTO space (space, epoch, epoch_seq, epoch_id,"
	    " last_seq, last_sseq) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	db_bind_id(s, 1, &sp->space);
	db_bind_int(s, 2, sp->epoch);
	bind_u64(s, 3, sp->epoch_seq);
	db_bind_hash(s, 4, &sp->epoch_id);
	bind_u64(s, 5, sp->last_seq);
	bind_u64(s, 6, sp->last_sseq);
	return db_run(s, e);
}

int
hubdb_epoch_add_tx(struct hubdb *db, const struct hubdb_epoch *ep,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO epoch (space, number, seq, accept_ms, by_keeper)"
	    " VALUES (?1, ?2, ?3, ?4, ?5)");

	db_bind_id(s, 1, &ep->space);
	db_bind_int(s, 2, ep->number);
	bind_u64(s, 3, ep->seq);
	db_bind_int(s, 4, ep->accept_ms);
	db_bind_int(s, 5, ep->by_keeper);
	return db_run(s, e);
}

int
hubdb_epoch_count(struct hubdb *db, const struct id *space, int64_t since_ms,
    int *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT count(*) FROM epoch"
	    " WHERE space = ?1 AND accept_ms > ?2 AND by_keeper = 0");

	db_bind_id(s, 1, space);
	db_bind_int(s, 2, since_ms);
	if (db_step(s, e) != 1)
		return -1;
	*out = (int)db_int(s, 0);
	db_reset(s);
	return 0;
}

#define MEMBER_COLS "member.device, member.space, member.since_seq," \
	" member.listed_size, member.until_ms, member.removed_seq," \
	" member.removed_ms"

static int
fill_member(struct stmt *s, void *ctx)
{
	struct hubdb_member *out = ctx;

	memset(out, 0, sizeof(*out));
	out->since_seq = col_u64(s, 2);
	out->listed_size = col_u64(s, 3);
	out->until_ms = db_int(s, 4);
	out->listed = db_is_null(s, 5);
	if (!out->listed) {
		out->removed_seq = col_u64(s, 5);
		out->removed_ms = db_int(s, 6);
	}
	return db_id(s, 0, &out->device) | db_id(s, 1, &out->space);
}

int
hubdb_member_find(struct hubdb *db, const struct id *device,
    const struct id *space, struct hubdb_member *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " MEMBER_COLS " FROM member"
	    " WHERE device = ?1 AND space = ?2");

	db_bind_id(s, 1, device);
	db_bind_id(s, 2, space);
	return one(s, fill_member, out, e);
}

int
hubdb_member_put_tx(struct hubdb *db, const struct hubdb_member *m,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT OR REPLACE INTO member (device, space, since_seq,"
	    " listed_size, until_ms, removed_seq, removed_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

	db_bind_id(s, 1, &m->device);
	db_bind_id(s, 2, &m->space);
	bind_u64(s, 3, m->since_seq);
	bind_u64(s, 4, m->listed_size);
	db_bind_int(s, 5, m->until_ms);
	if (m->listed) {
		db_bind_null(s, 6);
		db_bind_null(s, 7);
	} else {
		bind_u64(s, 6, m->removed_seq);
		db_bind_int(s, 7, m->removed_ms);
	}
	return db_run(s, e);
}

int
hubdb_member_listed(struct hubdb *db, const struct id *space, struct id *out,
    size_t max, size_t *n, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT device FROM member INDEXED BY member_by_space"
	    " WHERE space = ?1 AND removed_seq IS NULL");
	int rc;

	*n = 0;
	db_bind_id(s, 1, space);
	while ((rc = db_step(s, e)) == 1) {
		if (*n == max || db_id(s, 0, &out[*n]) != 0) {
			db_reset(s);
			return damaged(e);
		}
		(*n)++;
	}
	return rc;
}

static int
fill_author(struct stmt *s, void *ctx)
{
	struct hubdb_author *out = ctx;

	out->counter = col_u64(s, 0);
	out->seen_size = col_u64(s, 2);
	out->deposits = (int)db_int(s, 3);
	return db_hash(s, 1, &out->last_id);
}

int
hubdb_author_find(struct hubdb *db, const struct id *device,
    const struct id *space, struct hubdb_author *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT counter, last_id, seen_size, deposits FROM author"
	    " WHERE device = ?1 AND space = ?2");

	memset(out, 0, sizeof(*out));
	out->device = *device;
	out->space = *space;
	db_bind_id(s, 1, device);
	db_bind_id(s, 2, space);
	return one(s, fill_author, out, e);
}

int
hubdb_author_put_tx(struct hubdb *db, const struct hubdb_author *a,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT OR REPLACE INTO author (device, space, counter, last_id,"
	    " seen_size, deposits) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	db_bind_id(s, 1, &a->device);
	db_bind_id(s, 2, &a->space);
	bind_u64(s, 3, a->counter);
	db_bind_hash(s, 4, &a->last_id);
	bind_u64(s, 5, a->seen_size);
	db_bind_int(s, 6, a->deposits);
	return db_run(s, e);
}

/* ---- letters ---- */

int
hubdb_letter_add_tx(struct hubdb *db, const struct id *device,
    const struct id *space, uint64_t seq, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO letter_to (device, space, seq) VALUES (?1, ?2, ?3)");

	db_bind_id(s, 1, device);
	db_bind_id(s, 2, space);
	bind_u64(s, 3, seq);
	return db_run(s, e);
}

int
hubdb_letter_next(struct hubdb *db, const struct id *device,
    const struct id *space, const uint64_t span[static 2],
    struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " ITEM_COLS " FROM letter_to AS l"
	    " CROSS JOIN item ON item.seq = l.seq"
	    " WHERE l.device = ?1 AND l.space = ?2 AND l.seq >= ?3"
	    " AND l.seq < ?4 ORDER BY l.seq LIMIT 1");

	db_bind_id(s, 1, device);
	db_bind_id(s, 2, space);
	bind_u64(s, 3, span[0]);
	bind_u64(s, 4, span[1]);
	return one(s, fill_item, out, e);
}

/* ---- what changed for a device ---- */

/* The two plans of one question: begin from the spaces that changed, or from
 * those of the device. CROSS JOIN keeps SQLite from choosing. */
static const char by_change[] =
	"SELECT " MEMBER_COLS " FROM space AS s INDEXED BY space_by_change"
	" CROSS JOIN member ON member.device = ?1 AND member.space = s.space"
	" WHERE s.last_seq >= ?2 AND s.space >= ?3"
	" ORDER BY s.space LIMIT ?4";
static const char by_device[] =
	"SELECT " MEMBER_COLS " FROM member"
	" CROSS JOIN space AS s ON s.space = member.space"
	" WHERE member.device = ?1 AND s.last_seq >= ?2"
	" AND member.space >= ?3 ORDER BY member.space LIMIT ?4";

static int
member_count_over(struct hubdb *db, const struct id *device, uint64_t limit,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT count(*) FROM (SELECT 1 FROM member WHERE device = ?1"
	    " LIMIT ?2)");
	int over;

	db_bind_id(s, 1, device);
	bind_u64(s, 2, limit);
	if (db_step(s, e) != 1)
		return -1;
	over = col_u64(s, 0) >= limit;
	db_reset(s);
	return over;
}

static int
feed_members(struct hubdb *db, const struct hubdb_feed_in *in,
    struct hubdb_feed *out, size_t max, size_t *n, struct err *e)
{
	uint64_t fresh = in->until - in->cursor;
	int over = member_count_over(db, &in->device, fresh, e);
	struct stmt *s;
	int rc;

	*n = 0;
	if (over < 0)
		return -1;
	s = db_prepare(db->db, over ? by_change : by_device);
	db_bind_id(s, 1, &in->device);
	bind_u64(s, 2, in->cursor);
	db_bind_id(s, 3, &in->from);
	bind_u64(s, 4, max);
	while ((rc = db_step(s, e)) == 1) {
		struct hubdb_feed *f = &out[*n];

		if (fill_member(s, &f->m) != 0) {
			db_reset(s);
			return damaged(e);
		}
		f->space = f->m.space;
		f->member = true;
		(*n)++;
	}
	return rc;
}

/* Put a space with letters among those with membership, in order. */
static void
feed_insert(struct hubdb_feed *out, size_t max, size_t *n,
    const struct id *space)
{
	size_t i = 0;

	while (i < *n && id_cmp(&out[i].space, space) < 0)
		i++;
	if ((i < *n && id_eq(&out[i].space, space)) || i == max)
		return;
	if (*n == max)
		(*n)--;
	memmove(&out[i + 1], &out[i], (*n - i) * sizeof(out[0]));
	memset(&out[i], 0, sizeof(out[i]));
	out[i].space = *space;
	(*n)++;
}

static int
find_membership(struct hubdb *db, const struct id *device,
    struct hubdb_feed *f, struct err *e)
{
	int rc;

	if (f->member)
		return 0;
	rc = hubdb_member_find(db, device, &f->space, &f->m, e);
	f->member = rc == 1;
	return rc < 0 ? -1 : 0;
}

int
hubdb_feed(struct hubdb *db, const struct hubdb_feed_in *in,
    struct hubdb_feed *out, size_t max, size_t *n, struct err *e)
{
	struct stmt *s;
	struct id space;
	size_t i;
	int rc;

	*n = 0;
	if (in->until <= in->cursor)
		return 0;
	if (feed_members(db, in, out, max, n, e) != 0)
		return -1;
	s = db_prepare(db->db, "SELECT DISTINCT space FROM letter_to"
	    " WHERE device = ?1 AND space >= ?2 AND seq >= ?3"
	    " ORDER BY space LIMIT ?4");
	db_bind_id(s, 1, &in->device);
	db_bind_id(s, 2, &in->from);
	bind_u64(s, 3, in->cursor);
	bind_u64(s, 4, max);
	while ((rc = db_step(s, e)) == 1)
		if (db_id(s, 0, &space) == 0)
			feed_insert(out, max, n, &space);
	if (rc != 0)
		return -1;
	for (i = 0; i < *n; i++)
		if (find_membership(db, &in->device, &out[i], e) != 0)
			return -1;
	return 0;
}

/* ---- enrolment requests, quota, figures ---- */

int
hubdb_enrol_put_tx(struct hubdb *db, const struct sign_pub *sign,
    struct view request, int64_t at_ms, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT OR REPLACE INTO enrol (sign, request, at_ms)"
	    " VALUES (?1, ?2, ?3)");

	db_bind_blob(s, 1, sign->b, sizeof(sign->b));
	db_bind_view(s, 2, request);
	db_bind_int(s, 3, at_ms);
	return db_run(s, e);
}

int
hubdb_enrol_drop_tx(struct hubdb *db, const struct sign_pub *sign,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "DELETE FROM enrol WHERE sign = ?1");

	db_bind_blob(s, 1, sign->b, sizeof(sign->b));
	return db_run(s, e);
}

int
hubdb_enrol_lapse_tx(struct hubdb *db, int64_t before_ms, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "DELETE FROM enrol WHERE at_ms < ?1");

	db_bind_int(s, 1, before_ms);
	return db_run(s, e);
}

int
hubdb_enrol_find(struct hubdb *db, const struct sign_pub *sign,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT 1 FROM enrol WHERE sign = ?1");
	int rc;

	db_bind_blob(s, 1, sign->b, sizeof(sign->b));
	rc = db_step(s, e);
	db_reset(s);
	return rc;
}

int
hubdb_enrol_count(struct hubdb *db, int *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT count(*) FROM enrol");

	if (db_step(s, e) != 1)
		return -1;
	*out = (int)db_int(s, 0);
	db_reset(s);
	return 0;
}

int
hubdb_enrol_next(struct hubdb *db, struct sign_pub *after, int64_t *at_ms,
    struct buf *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT sign, request, at_ms FROM enrol WHERE sign > ?1"
	    " ORDER BY sign LIMIT 1");
	struct view v;
	int rc;

	db_bind_blob(s, 1, after->b, sizeof(after->b));
	rc = db_step(s, e);
	if (rc != 1)
		return rc;
	*at_ms = db_int(s, 2);
	v = db_blob(s, 1);
	buf_add(out, v.data, v.len);
	v = db_blob(s, 0);
	if (v.len == sizeof(after->b))
		memcpy(after->b, v.data, v.len);
	db_reset(s);
	return v.len == sizeof(after->b) ? 1 : damaged(e);
}

int
hubdb_usage_find(struct hubdb *db, const struct id *device, int64_t day,
    uint64_t *bytes, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT bytes FROM usage WHERE device = ?1 AND day = ?2");
	int rc;

	*bytes = 0;
	db_bind_id(s, 1, device);
	db_bind_int(s, 2, day);
	rc = db_step(s, e);
	if (rc == 1)
		*bytes = col_u64(s, 0);
	db_reset(s);
	return rc;
}

int
hubdb_usage_add_tx(struct hubdb *db, const struct id *device, int64_t day,
    uint64_t bytes, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT INTO usage (device, day, bytes) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (device, day) DO UPDATE SET bytes = bytes + ?3");

	db_bind_id(s, 1, device);
	db_bind_int(s, 2, day);
	bind_u64(s, 3, bytes);
	if (db_run(s, e) != 0)
		return -1;
	/* Only today counts. */
	s = db_prepare(db->db,
	    "DELETE FROM usage WHERE device = ?1 AND day < ?2");
	db_bind_id(s, 1, device);
	db_bind_int(s, 2, day);
	return db_run(s, e);
}

int
hubdb_figures(struct hubdb *db, struct hubdb_figures *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT (SELECT size FROM log), (SELECT count(*) FROM space),"
	    " (SELECT count(*) FROM member WHERE removed_seq IS NULL),"
	    " (SELECT count(*) FROM enrol),"
	    " (SELECT coalesce(sum(body_bytes + length(header)), 0)"
	    " FROM item)");

	memset(out, 0, sizeof(*out));
	if (db_step(s, e) != 1)
		return -1;
	out->items = col_u64(s, 0);
	out->spaces = col_u64(s, 1);
	out->members = col_u64(s, 2);
	out->requests = col_u64(s, 3);
	out->bytes = col_u64(s, 4);
	db_reset(s);
	return 0;
}
