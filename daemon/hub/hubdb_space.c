/*
 * Every SQL statement of the hub, second part: spaces and who holds them,
 * letters, and what changed for one device.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/rules/admit.h"
#include "daemon/hub/hubdb_parts.h"

/* ---- spaces, epochs, members, authors ---- */

static int
fill_space(struct stmt *s, void *ctx)
{
	struct hubdb_space *out = ctx;

	out->epoch = (uint32_t)hubdb_col_u64(s, 0);
	out->epoch_seq = hubdb_col_u64(s, 1);
	out->last_seq = hubdb_col_u64(s, 3);
	out->last_sseq = hubdb_col_u64(s, 4);
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
	return hubdb_one(s, fill_space, out, e);
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
	hubdb_bind_u64(s, 3, sp->epoch_seq);
	db_bind_hash(s, 4, &sp->epoch_id);
	hubdb_bind_u64(s, 5, sp->last_seq);
	hubdb_bind_u64(s, 6, sp->last_sseq);
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
	hubdb_bind_u64(s, 3, ep->seq);
	db_bind_int(s, 4, ep->accept_ms);
	db_bind_int(s, 5, ep->by_keeper);
	return db_run(s, e);
}

int
hubdb_epoch_count(struct hubdb *db, const struct id *space, int64_t now_ms,
    int *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db, "SELECT accept_ms, by_keeper "
	    "FROM epoch WHERE space = ?1 ORDER BY number DESC");
	int rc;

	*out = 0;
	db_bind_id(s, 1, space);
	while ((rc = db_step(s, e)) == 1 && admit_is_today(db_int(s, 0),
	    now_ms))
		*out += db_int(s, 1) == 0;
	db_reset(s);
	return rc < 0 ? -1 : 0;
}

#define MEMBER_COLS "member.device, member.space, member.since_seq," \
	" member.listed_size, member.until_ms, member.removed_seq," \
	" member.removed_ms"

static int
fill_member(struct stmt *s, void *ctx)
{
	struct hubdb_member *out = ctx;

	memset(out, 0, sizeof(*out));
	out->since_seq = hubdb_col_u64(s, 2);
	out->listed_size = hubdb_col_u64(s, 3);
	out->until_ms = db_int(s, 4);
	out->listed = db_is_null(s, 5);
	if (!out->listed) {
		out->removed_seq = hubdb_col_u64(s, 5);
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
	return hubdb_one(s, fill_member, out, e);
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
	hubdb_bind_u64(s, 3, m->since_seq);
	hubdb_bind_u64(s, 4, m->listed_size);
	db_bind_int(s, 5, m->until_ms);
	if (m->listed) {
		db_bind_null(s, 6);
		db_bind_null(s, 7);
	} else {
		hubdb_bind_u64(s, 6, m->removed_seq);
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
			return hubdb_damaged(e);
		}
		(*n)++;
	}
	return rc;
}

static int
fill_author(struct stmt *s, void *ctx)
{
	struct hubdb_author *out = ctx;

	out->counter = hubdb_col_u64(s, 0);
	out->seen_size = hubdb_col_u64(s, 2);
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
	return hubdb_one(s, fill_author, out, e);
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
	hubdb_bind_u64(s, 3, a->counter);
	db_bind_hash(s, 4, &a->last_id);
	hubdb_bind_u64(s, 5, a->seen_size);
	db_bind_int(s, 6, a->deposits);
	return db_run(s, e);
}

/* ---- letters ---- */

int
hubdb_letter_add_tx(struct hubdb *db, const struct id *device,
    const struct id *space, uint64_t seq, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "INSERT OR IGNORE INTO letter_to (device, space, seq)"
	    " VALUES (?1, ?2, ?3)");

	db_bind_id(s, 1, device);
	db_bind_id(s, 2, space);
	hubdb_bind_u64(s, 3, seq);
	return db_run(s, e);
}

int
hubdb_letter_next(struct hubdb *db, const struct id *device,
    const struct id *space, const uint64_t span[static 2],
    struct hubdb_item *out, struct err *e)
{
	struct stmt *s = db_prepare(db->db,
	    "SELECT " HUBDB_ITEM_COLS " FROM letter_to AS l"
	    " CROSS JOIN item ON item.seq = l.seq"
	    " WHERE l.device = ?1 AND l.space = ?2 AND l.seq >= ?3"
	    " AND l.seq < ?4 ORDER BY l.seq LIMIT 1");

	db_bind_id(s, 1, device);
	db_bind_id(s, 2, space);
	hubdb_bind_u64(s, 3, span[0]);
	hubdb_bind_u64(s, 4, span[1]);
	return hubdb_one(s, hubdb_fill_item, out, e);
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
	hubdb_bind_u64(s, 2, limit);
	if (db_step(s, e) != 1)
		return -1;
	over = hubdb_col_u64(s, 0) >= limit;
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
	hubdb_bind_u64(s, 2, in->cursor);
	db_bind_id(s, 3, &in->from);
	hubdb_bind_u64(s, 4, max);
	while ((rc = db_step(s, e)) == 1) {
		struct hubdb_feed *f = &out[*n];

		if (fill_member(s, &f->m) != 0) {
			db_reset(s);
			return hubdb_damaged(e);
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
	hubdb_bind_u64(s, 3, in->cursor);
	hubdb_bind_u64(s, 4, max);
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
