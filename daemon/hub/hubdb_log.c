/* SQL of successions, and of what concerns the file as a whole. */
#include "daemon/hub/hubdb_log.h"

#include <string.h>

#include "daemon/hub/copy.h"
#include "daemon/hub/hubdb_parts.h"

static void
bind_log(struct stmt *s, int i, uint64_t v, uint8_t room[static 8])
{
	int k;

	for (k = 7; k >= 0; k--, v >>= 8)
		room[k] = (uint8_t)v;
	db_bind_blob(s, i, room, 8);
}

static uint64_t
read_log(struct stmt *s, int col)
{
	struct reader r;

	reader_init(&r, db_blob(s, col));
	return reader_be(&r, 8);
}

int
hubdb_succession_add_tx(struct hubdb *db, const struct hubdb_succession *in,
    const struct view notes[static 2], struct err *e)
{
	uint8_t before[8], after[8];
	struct stmt *s;

	if (db_exec(db->db, "DELETE FROM succession WHERE seq IS NULL",
	    e) != 0)
		return -1;
	s = db_prepare(db->db, "INSERT INTO succession (before, log_id, size,"
	    " root, before_note, note, at_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
	bind_log(s, 1, in->before, before);
	bind_log(s, 2, in->log_id, after);
	hubdb_bind_u64(s, 3, in->size);
	db_bind_hash(s, 4, &in->root);
	db_bind_view(s, 5, notes[0]);
	db_bind_view(s, 6, notes[1]);
	db_bind_int(s, 7, in->at_ms);
	if (db_run(s, e) != 0)
		return -1;
	s = db_prepare(db->db, "UPDATE log SET leaf_id = coalesce(leaf_id,"
	    " log_id), log_id = ?1");
	bind_log(s, 1, in->log_id, after);
	if (db_run(s, e) != 0)
		return -1;
	s = db_prepare(db->db,
	    "UPDATE checkpoint SET note = ?1 WHERE size = ?2");
	db_bind_view(s, 1, notes[1]);
	hubdb_bind_u64(s, 2, in->size);
	return db_run(s, e);
}

int
hubdb_succession_at(struct hubdb *db, size_t i, struct hubdb_succession *out,
    struct buf *notes, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT before, log_id, size,"
	    " root, at_ms, seq, before_note, note FROM succession ORDER BY n"
	    " LIMIT 1 OFFSET ?1");
	struct view v;
	int rc, k;

	memset(out, 0, sizeof(*out));
	db_bind_int(s, 1, (int64_t)i);
	rc = db_step(s, e);
	if (rc != 1)
		return rc;
	out->before = read_log(s, 0);
	out->log_id = read_log(s, 1);
	out->size = hubdb_col_u64(s, 2);
	rc = db_hash(s, 3, &out->root);
	out->at_ms = db_int(s, 4);
	out->ordered = !db_is_null(s, 5);
	out->seq = hubdb_col_u64(s, 5);
	for (k = 0; notes != NULL && k < 2; k++) {
		v = db_blob(s, 6 + k);
		buf_add(&notes[k], v.data, v.len);
	}
	db_reset(s);
	return rc == 0 ? 1 : hubdb_damaged(e);
}

int
hubdb_succession_order_tx(struct hubdb *db, uint64_t seq, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "UPDATE succession SET seq = ?1"
	    " WHERE seq IS NULL");

	hubdb_bind_u64(s, 1, seq);
	return db_run(s, e);
}

/* ---- the file ---- */

int
hubdb_drop_values_tx(struct hubdb *db, struct err *e)
{
	return db_exec(db->db, "DROP TABLE IF EXISTS backup", e);
}

int
hubdb_value(struct hubdb *db, const char *name, struct buf *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT value FROM backup WHERE name = ?1");
	struct view v;
	int rc;

	db_bind_text(s, 1, name);
	rc = db_step(s, e);
	if (rc != 1)
		return rc;
	v = db_blob(s, 0);
	buf_add(out, v.data, v.len);
	db_reset(s);
	return buf_check(out, "a backup's value", e) == 0 ? 1 : -1;
}

int
hubdb_sound(struct hubdb *db, bool full, struct err *e)
{
	struct stmt *s = db_prepare(db->db, full ?
	    "SELECT integrity_check FROM pragma_integrity_check(1)" :
	    "SELECT quick_check FROM pragma_quick_check(1)");
	int rc = db_step(s, e);

	if (rc == 1 && strcmp(db_text(s, 0), "ok") != 0)
		rc = err_set(e, ERR_LOCAL, "the database is damaged (%s)",
		    db_text(s, 0));
	db_reset(s);
	return rc < 0 ? -1 : 0;
}

int
hubdb_copy(struct hubdb *db, const char *path, const struct copy_value *list,
    size_t n, struct err *e)
{
	return copy_make(db->db, path, list, n, e);
}

/* ---- keys of the log ---- */

static int
fill_key(struct stmt *s, void *ctx)
{
	struct hubdb_key *out = ctx;
	struct view v[4];
	int i;

	out->start = hubdb_col_u64(s, 0);
	out->paper.log_id = read_log(s, 1);
	for (i = 0; i < 3; i++)
		v[i] = db_blob(s, 2 + i);
	out->has_root = v[1].len > 0;
	out->paper.has_before = v[2].len > 0;
	if (v[0].len != sizeof(out->paper.key.b) ||
	    (out->has_root && v[1].len != sizeof(out->paper.root.b)) ||
	    (v[2].len != 0 && v[2].len != sizeof(out->paper.before.b)))
		return -1;
	memcpy(out->paper.key.b, v[0].data, v[0].len);
	if (out->has_root)
		memcpy(out->paper.root.b, v[1].data, v[1].len);
	if (out->paper.has_before)
		memcpy(out->paper.before.b, v[2].data, v[2].len);
	return 0;
}

#define KEY_COLS "start, log_id, key, root_sig, before_sig"

int
hubdb_key_at(struct hubdb *db, size_t i, struct hubdb_key *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT " KEY_COLS
	    " FROM hub_key ORDER BY start LIMIT 1 OFFSET ?1");

	memset(out, 0, sizeof(*out));
	db_bind_int(s, 1, (int64_t)i);
	return hubdb_one(s, fill_key, out, e);
}

int
hubdb_key_for(struct hubdb *db, uint64_t size, struct sign_pub *key,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT " KEY_COLS
	    " FROM hub_key WHERE start <= ?1 ORDER BY start DESC LIMIT 1");
	struct hubdb_key k;
	int rc;

	memset(&k, 0, sizeof(k));
	hubdb_bind_u64(s, 1, size < INT64_MAX ? size : INT64_MAX);
	rc = hubdb_one(s, fill_key, &k, e);
	if (rc == 1)
		*key = k.paper.key;
	return rc < 0 ? -1 : 0;
}

int
hubdb_key_add_tx(struct hubdb *db, const struct hubdb_key *k, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "INSERT OR REPLACE INTO hub_key ("
	    KEY_COLS ") VALUES (?1, ?2, ?3, ?4, ?5)");
	uint8_t log[8];

	hubdb_bind_u64(s, 1, k->start);
	bind_log(s, 2, k->paper.log_id, log);
	db_bind_blob(s, 3, k->paper.key.b, sizeof(k->paper.key.b));
	if (k->has_root)
		db_bind_blob(s, 4, k->paper.root.b, sizeof(k->paper.root.b));
	if (k->paper.has_before)
		db_bind_blob(s, 5, k->paper.before.b,
		    sizeof(k->paper.before.b));
	return db_run(s, e);
}

int
hubdb_head_time_tx(struct hubdb *db, uint64_t size, int64_t at_ms,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db, "UPDATE checkpoint SET at_ms ="
	    " max(at_ms, ?1) WHERE size = ?2");

	db_bind_int(s, 1, at_ms);
	hubdb_bind_u64(s, 2, size);
	return db_run(s, e);
}

int
hubdb_ledger_sig_add_tx(struct hubdb *db, uint64_t size,
    const struct sig *sig, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "INSERT OR REPLACE INTO ledger_sig"
	    " (size, sig) VALUES (?1, ?2)");

	hubdb_bind_u64(s, 1, size);
	db_bind_blob(s, 2, sig->b, sizeof(sig->b));
	return db_run(s, e);
}

static int
fill_sig(struct stmt *s, void *out)
{
	struct view v = db_blob(s, 0);

	if (v.len != sizeof(struct sig))
		return -1;
	memcpy(((struct sig *)out)->b, v.data, v.len);
	return 0;
}

int
hubdb_ledger_sig(struct hubdb *db, uint64_t size, struct sig *out,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT sig FROM ledger_sig WHERE size = ?1");

	hubdb_bind_u64(s, 1, size);
	return hubdb_one(s, fill_sig, out, e);
}
