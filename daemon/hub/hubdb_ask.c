/*
 * Every SQL statement of the hub, third part: wishes to join, use of the
 * quota, figures for the operator.
 */
#include <string.h>

#include "daemon/hub/hubdb_parts.h"

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

/* ---- anchors ---- */

int
hubdb_anchor_find(struct hubdb *db, const struct id *device, uint64_t *turn,
    struct buf *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT turn, bytes FROM anchor WHERE device = ?1");
	struct view v;
	int rc;

	db_bind_id(s, 1, device);
	rc = db_step(s, e);
	if (rc != 1)
		return rc;
	*turn = hubdb_col_u64(s, 0);
	v = db_blob(s, 1);
	buf_add(out, v.data, v.len);
	db_reset(s);
	return buf_check(out, "an anchor", e) == 0 ? 1 : -1;
}

int
hubdb_anchor_put_tx(struct hubdb *db, const struct id *device, uint64_t turn,
    struct view bytes, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "INSERT OR REPLACE INTO anchor"
	    " (device, turn, bytes) VALUES (?1, ?2, ?3)");

	db_bind_id(s, 1, device);
	hubdb_bind_u64(s, 2, turn);
	db_bind_view(s, 3, bytes);
	return db_run(s, e);
}

int
hubdb_anchor_drop_tx(struct hubdb *db, const struct id *device,
    struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "DELETE FROM anchor WHERE device = ?1");

	db_bind_id(s, 1, device);
	return db_run(s, e);
}

/* ---- enrolment requests ---- */

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
	return v.len == sizeof(after->b) ? 1 : hubdb_damaged(e);
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
		*bytes = hubdb_col_u64(s, 0);
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
	hubdb_bind_u64(s, 3, bytes);
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
	    " (SELECT page_count * page_size FROM pragma_page_count,"
	    " pragma_page_size), sum(whole = 1), sum(bytes * whole),"
	    " sum(whole = 0) FROM blob");

	memset(out, 0, sizeof(*out));
	if (db_step(s, e) != 1)
		return -1;
	out->items = hubdb_col_u64(s, 0);
	out->spaces = hubdb_col_u64(s, 1);
	out->members = hubdb_col_u64(s, 2);
	out->requests = hubdb_col_u64(s, 3);
	out->bytes = hubdb_col_u64(s, 4);
	out->files = hubdb_col_u64(s, 5);
	out->file_bytes = hubdb_col_u64(s, 6);
	out->parts = hubdb_col_u64(s, 7);
	db_reset(s);
	return 0;
}
