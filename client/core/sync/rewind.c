/*
 * Three kinds of what came after the place are told apart.
 *
 * Own items that were acknowledged go back into the outbox as they were
 * sealed: same bytes, same counters, so a device that has them already finds
 * them the same. Entries of the directory do so too, whoever signed them: each
 * device has all of it, and a revocation must not wait for its officer.
 *
 * Items of others keep their rows at lost places. Texts are shown, statements
 * and revocations hold for what this device itself sends (nobody is let in
 * again whom it knows to be out), and nothing of it judges an item of the log.
 *
 * Epochs of others go: whom they let in, or left out, is worked out anew from
 * the statements by whoever keeps the space. A section that was closed to this
 * device stays closed.
 */
#include "client/core/sync/rewind.h"

#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/local/places.h"
#include "client/core/local/spaces.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"

#define KEY_NEWEST "newest"
#define KEY_CURSOR "pull.cursor"
#define KEY_RETURNED "returned"

/* ---- statements ---- */

static int
run1(struct store *s, const char *sql, int64_t a, struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_int(q, 1, a);
	return db_run(q, e);
}

/* ?1: the place. Own items first, while their places are known. */
static const char *const own[] = {
	/* Versions that an own item carries, as before its receipt. Read once:
	 * all that is kept for 90 days is no list to walk for each of them. */
	"WITH lost(seq, oid) AS MATERIALIZED (SELECT o.seq, o.oid FROM outgoing"
	" o WHERE o.state = 2 AND o.kind = 1 AND o.seq >= ?1)"
	" UPDATE version SET state = 2, outgoing = (SELECT l.oid FROM lost l"
	" WHERE l.seq = version.seq), seq = NULL WHERE state = 3 AND seq >= ?1"
	" AND seq IN (SELECT l.seq FROM lost l)",
	"UPDATE access SET seq = NULL WHERE seq >= ?1 AND item IN (SELECT o.id"
	" FROM outgoing o WHERE o.state = 2 AND o.seq >= ?1)",
	"UPDATE epoch SET seq = NULL, accept_ms = NULL WHERE seq >= ?1 AND id IN"
	" (SELECT o.id FROM outgoing o WHERE o.state = 2 AND o.seq >= ?1)",
	"UPDATE decision SET seq = NULL WHERE seq >= ?1 AND item IN (SELECT o.id"
	" FROM outgoing o WHERE o.state = 2 AND o.seq >= ?1)",
	"UPDATE outgoing SET state = 1, seq = NULL, receipt = NULL,"
	" acked_ms = NULL, verdict = 0 WHERE state = 2 AND seq >= ?1",
};

/* ?1: the device, ?2: the place. Sealed bytes that are not kept any more:
 * sealed anew. */
static const char *const unkept[] = {
	"UPDATE version SET state = 1, outgoing = NULL, seq = NULL, idx = 0"
	" WHERE state = 3 AND seq IN (SELECT i.seq FROM item i WHERE"
	" i.author = ?1 AND i.seq >= ?2)",
	"UPDATE access SET seq = NULL, item = NULL WHERE seq IN (SELECT i.seq"
	" FROM item i WHERE i.author = ?1 AND i.seq >= ?2)",
};

#define SHIFT(table) "UPDATE " table " SET seq = seq + " PLACE_LOST_SQL \
	" WHERE seq >= ?1 AND seq < " PLACE_LOST_SQL

static const char *const shifts[] = {
	SHIFT("version"), SHIFT("version_copy"), SHIFT("access"),
	SHIFT("erase_order"), SHIFT("review"), SHIFT("decision"),
	"DELETE FROM epoch WHERE seq >= ?1",
	"DELETE FROM quarantine WHERE seq >= ?1",
	"DELETE FROM want WHERE ?1 IS NOT NULL",
	"DELETE FROM blob WHERE ?1 IS NOT NULL", /* files may be lost too */
	"UPDATE item SET seq = seq + " PLACE_LOST_SQL ", sseq = sseq + "
	PLACE_LOST_SQL " WHERE seq >= ?1 AND seq < " PLACE_LOST_SQL,
	"UPDATE own_line SET last_seen = min(last_seen, ?1),"
	" acked_seen = min(acked_seen, ?1)",
	"UPDATE space SET listed_size = 0 WHERE listed_size > ?1",
	/* Still the hub's word, and no part of the log that goes on. */
	"UPDATE head SET device = zeroblob(16) WHERE size > ?1 AND"
	" device IS NULL",
};

static int
run_all(struct store *s, const char *const *list, size_t n, int64_t at,
    struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (run1(s, list[i], at, e) != 0)
			return -1;
	return 0;
}

static int
run_unkept(struct store *s, int64_t at, struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof(unkept) / sizeof(unkept[0]); i++) {
		struct stmt *q = db_prepare(s->db, unkept[i]);

		db_bind_id(q, 1, &s->me->device);
		db_bind_int(q, 2, at);
		if (db_run(q, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- the directory, for the hub ---- */

/* Orders of officers are of their day; the next is written when needed. On one
 * to take over rests what its officer sends again: it comes back while it is
 * good. */
static bool
is_past(const struct store *s, struct view body)
{
	struct directory_entry *d = mem_new(sizeof(*d));
	struct err e;
	bool past = directory_decode(body, d, &e) == 0 &&
	    d->kind == DIRECTORY_RECOVER && (d->scope != ORDER_TAKEOVER ||
	    store_now_ms(s) > d->at_ms + ROSTER_ORDER_MS);

	mem_free(d);
	return past;
}

static int
queue_entry_tx(struct store *s, const struct hash *id, struct view bytes,
    int64_t oid, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "DELETE FROM outgoing WHERE id = ?");

	db_bind_hash(q, 1, id);
	if (db_run(q, e) != 0)
		return -1;
	q = db_prepare(s->db, "INSERT INTO outgoing (oid, id, space, kind, "
	    "grp, state, made_ms, bytes) VALUES (?, ?, zeroblob(16), ?, ?, 1, "
	    "?, ?)");
	db_bind_int(q, 1, oid);
	db_bind_hash(q, 2, id);
	db_bind_int(q, 3, CHANGESET_DIRECTORY);
	db_bind_int(q, 4, outbox_group(s));
	db_bind_int(q, 5, tick_wall_ms(&s->tick));
	db_bind_view(q, 6, bytes);
	return db_run(q, e);
}

/* Before all else, in their order: numbers below those of the outbox. */
static int
queue_directory_tx(struct store *s, int64_t at, struct err *e)
{
	struct stmt *q;
	int64_t oid = -1, below = INT64_MAX;
	struct buf bytes;
	struct hash id;
	int rc;

	buf_init(&bytes, 2 * CHANGESET_BYTES_MAX);
	for (;;) {
		q = db_prepare(s->db, "SELECT seq, id, header, body FROM item "
		    "WHERE space = zeroblob(16) AND kind = 4 AND body IS NOT "
		    "NULL AND seq >= ?1 AND seq < ?2 ORDER BY seq DESC "
		    "LIMIT 1");
		db_bind_int(q, 1, at);
		db_bind_int(q, 2, below);
		rc = db_step(q, e);
		if (rc != 1)
			break;
		below = db_int(q, 0);
		(void)db_hash(q, 1, &id);
		buf_reset(&bytes);
		buf_add(&bytes, db_blob(q, 2).data, db_blob(q, 2).len);
		buf_add(&bytes, db_blob(q, 3).data, db_blob(q, 3).len);
		if (is_past(s, db_blob(q, 3))) {
			db_reset(q);
			continue;
		}
		db_reset(q);
		if (queue_entry_tx(s, &id, buf_view(&bytes), oid--, e) != 0) {
			rc = -1;
			break;
		}
	}
	buf_done(&bytes);
	return rc;
}

/* Own ones among them: not as entries of today. */
static int
drop_orders_tx(struct store *s, int64_t at, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id, body FROM item WHERE "
	    "space = zeroblob(16) AND kind = 4 AND body IS NOT NULL AND "
	    "seq >= ?");
	struct buf ids;
	struct hash id;
	size_t i;
	int rc;

	buf_init(&ids, SIZE_MAX);
	db_bind_int(q, 1, at);
	while ((rc = db_step(q, e)) == 1)
		if (is_past(s, db_blob(q, 1)) && db_hash(q, 0, &id) == 0)
			buf_add(&ids, id.b, sizeof(id.b));
	for (i = 0; rc == 0 && i < ids.len; i += sizeof(id.b)) {
		memcpy(id.b, ids.data + i, sizeof(id.b));
		q = db_prepare(s->db, "UPDATE outgoing SET state = 3 WHERE "
		    "id = ? AND state = 1");
		db_bind_hash(q, 1, &id);
		rc = db_run(q, e);
	}
	buf_done(&ids);
	return rc;
}

/* ---- spaces: who stood where ---- */

struct standing { /* one device in one space, by what is left of the log */
	struct admit_author a;
	bool any;    /* it has an item, or is in an epoch */
	bool listed;
};

static int
last_item(struct store *s, const struct id *space, const struct id *device,
    int kind, struct changeset *cs, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT header FROM item i WHERE "
	    "space = ?1 AND author = ?2 AND (?3 = 0 OR kind = ?3) AND seq < "
	    PLACE_LOST_SQL " AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE "
	    "q.seq = i.seq AND q.reason = 4) ORDER BY seq DESC LIMIT 1");
	int rc;

	db_bind_id(q, 1, space);
	db_bind_id(q, 2, device);
	db_bind_int(q, 3, kind);
	rc = db_step(q, e);
	if (rc == 1 && changeset_decode(db_blob(q, 0), cs, e) != 0)
		rc = -1;
	db_reset(q);
	return rc;
}

static int
walk_epochs(struct store *s, const struct id *space, const struct id *device,
    struct standing *st, struct err *e)
{
	struct space_epoch ep;
	uint32_t n;
	bool now;
	int rc = 1;

	for (n = 1; rc == 1; n++) {
		rc = spaces_epoch_find(s, space, n, &ep, e);
		if (rc != 1)
			break;
		now = epoch_find(&ep.ep, device) != NULL;
		if (ep.accepted && now)
			st->any = st->listed = true;
		else if (ep.accepted && st->listed) {
			st->listed = false;
			st->a.removed_ms = ep.accept_ms;
		}
		space_epoch_done(&ep);
	}
	return rc;
}

static int
restand_tx(struct store *s, const struct id *space, const struct id *device,
    uint64_t at, struct changeset *cs, struct err *e)
{
	struct standing st = { .any = false };
	struct stmt *q;
	int rc = spaces_author_find(s, space, device, &st.a, e);

	if (rc < 0)
		return -1;
	st.a.counter = st.a.seen_size = 0;
	memset(&st.a.last_id, 0, sizeof(st.a.last_id));
	st.a.removed_ms = 0;
	if (st.a.listed_size > at)
		st.a.listed_size = 0;
	rc = last_item(s, space, device, 0, cs, e);
	if (rc == 1) {
		st.any = true;
		st.a.counter = cs->h.counter;
		st.a.last_id = cs->id;
		rc = last_item(s, space, device, CHANGESET_CONTENT, cs, e);
	}
	if (rc == 1)
		st.a.seen_size = admit_seen(&s->roster, &cs->h.seen);
	if (rc < 0 || walk_epochs(s, space, device, &st, e) < 0)
		return -1;
	st.a.was_member = !st.listed && st.a.removed_ms != 0;
	if (st.any)
		return spaces_author_save_tx(s, space, device, &st.a, e);
	q = db_prepare(s->db, "DELETE FROM author WHERE space = ? AND "
	    "device = ?");
	db_bind_id(q, 1, space);
	db_bind_id(q, 2, device);
	return db_run(q, e);
}

/* What this device sent last there that is still in the log. */
static int
own_line_tx(struct store *s, const struct id *space, struct err *e)
{
	struct admit_author a;
	struct stmt *q;

	memset(&a, 0, sizeof(a));
	if (spaces_author_find(s, space, &s->me->device, &a, e) < 0)
		return -1;
	q = db_prepare(s->db, "UPDATE own_line SET acked_id = ?2, acked_seen = "
	    "?3, acked_counter = ?4 WHERE space = ?1 AND acked_counter > ?4");
	db_bind_id(q, 1, space);
	db_bind_hash(q, 2, &a.last_id);
	db_bind_int(q, 3, (int64_t)a.seen_size);
	db_bind_int(q, 4, (int64_t)a.counter);
	return db_run(q, e);
}

static int
list_ids(struct store *s, struct stmt *q, struct buf *out, struct err *e)
{
	struct id id;
	int rc;

	(void)s;
	while ((rc = db_step(q, e)) == 1)
		if (db_id(q, 0, &id) == 0)
			buf_add(out, id.b, sizeof(id.b));
	return rc == 0 ? buf_check(out, "a list of sections", e) : -1;
}

static int
space_tx(struct store *s, const struct id *space, uint64_t at,
    struct changeset *cs, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE space SET sseq = coalesce("
	    "(SELECT max(i.sseq) FROM item i WHERE i.space = space.id AND "
	    "i.sseq < " PLACE_LOST_SQL "), 0), epoch = coalesce((SELECT "
	    "max(p.number) FROM epoch p WHERE p.space = space.id), 0) "
	    "WHERE id = ?");
	struct buf devices;
	struct id device;
	size_t i;
	int rc;

	db_bind_id(q, 1, space);
	if (db_run(q, e) != 0)
		return -1;
	buf_init(&devices, SIZE_MAX);
	q = db_prepare(s->db, "SELECT device FROM author WHERE space = ?");
	db_bind_id(q, 1, space);
	rc = list_ids(s, q, &devices, e);
	for (i = 0; rc == 0 && i < devices.len; i += sizeof(device)) {
		memcpy(device.b, devices.data + i, sizeof(device.b));
		rc = restand_tx(s, space, &device, at, cs, e);
	}
	buf_done(&devices);
	return rc == 0 ? own_line_tx(s, space, e) : -1;
}

static int
spaces_tx(struct store *s, const struct buf *ids, uint64_t at, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct id space;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < ids->len; i += sizeof(space)) {
		memcpy(space.b, ids->data + i, sizeof(space.b));
		rc = space_tx(s, &space, at, cs, e);
	}
	mem_free(cs);
	return rc;
}

/* ---- heads ---- */

static int
cursor_tx(struct store *s, uint64_t at, struct err *e)
{
	struct buf b;
	struct reader r;
	uint64_t cursor;
	int rc;

	buf_init(&b, 64);
	rc = store_get(s, KEY_CURSOR, &b, e);
	reader_init(&r, buf_view(&b));
	cursor = rc == 1 ? reader_be(&r, 8) : 0;
	buf_reset(&b);
	buf_add_be(&b, cursor < at ? cursor : at, 8);
	buf_add_be(&b, 0, 8);
	buf_add_be(&b, 0, 8);
	buf_add_be(&b, 0, 8);
	buf_add_be(&b, 0, 8);
	if (rc >= 0)
		rc = store_put(s, KEY_CURSOR, buf_view(&b), e);
	buf_done(&b);
	return rc;
}

static int
heads_tx(struct store *s, const struct checkpoint *head, struct view note,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT OR REPLACE INTO head "
	    "(log_id, size, root, device) VALUES (?, ?, ?, NULL)");
	uint8_t log[8];
	int i;

	for (i = 0; i < 8; i++)
		log[i] = (uint8_t)(head->at.log_id >> (56 - 8 * i));
	db_bind_blob(q, 1, log, sizeof(log));
	db_bind_int(q, 2, (int64_t)head->at.size);
	db_bind_hash(q, 3, &head->root);
	if (db_run(q, e) != 0 || store_put(s, KEY_NEWEST, note, e) != 0 ||
	    store_put_log_tx(s, head->at.log_id, e) != 0)
		return -1;
	return s->head.at.size < head->at.size ? 0 :
	    store_save_head_tx(s, head, note, e);
}

/* ---- together ---- */

int
rewind_tx(struct store *s, const struct checkpoint *head, struct view note,
    size_t *again, struct err *e)
{
	int64_t at = (int64_t)head->at.size, n = 0;
	struct stmt *q;
	struct buf ids;
	int rc;

	buf_init(&ids, SIZE_MAX);
	q = db_prepare(s->db, "SELECT DISTINCT space FROM item WHERE "
	    "seq >= ?1 AND seq < " PLACE_LOST_SQL " "
	    "UNION SELECT space FROM outgoing WHERE state = 2 AND seq >= ?1");
	db_bind_int(q, 1, at);
	rc = list_ids(s, q, &ids, e);
	if (rc == 0 && db_one_int(s->db, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1", &n, e) < 0)
		rc = -1;
	if (rc == 0)
		rc = run_all(s, own, sizeof(own) / sizeof(own[0]), at, e);
	if (rc == 0)
		rc = run_unkept(s, at, e);
	if (rc == 0)
		rc = drop_orders_tx(s, at, e);
	if (rc == 0)
		rc = queue_directory_tx(s, at, e);
	if (rc == 0)
		rc = run_all(s, shifts, sizeof(shifts) / sizeof(shifts[0]),
		    at, e);
	if (rc == 0)
		rc = store_roster_reload(s, e);
	if (rc == 0)
		rc = spaces_tx(s, &ids, head->at.size, e);
	if (rc == 0)
		rc = doors_back_tx(s, head->at.size, e);
	if (rc == 0)
		rc = store_put_int(s, KEY_RETURNED, 0, e);
	if (rc == 0)
		rc = cursor_tx(s, head->at.size, e);
	if (rc == 0)
		rc = heads_tx(s, head, note, e);
	buf_done(&ids);
	if (rc == 0 && db_one_int(s->db, "SELECT count(*) FROM outgoing WHERE "
	    "state = 1 AND oid > 0", &at, e) < 0)
		rc = -1;
	*again = rc == 0 && at > n ? (size_t)(at - n) : 0;
	return rc < 0 ? -1 : 0;
}
