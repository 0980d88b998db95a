/*
 * The vault gives back rows; here they become a profile that fits together
 * again. Where anything is missing that the talk with the hub rests on, all
 * that the hub has given is forgotten but for the text, and asked for again:
 * a text that comes twice is one text.
 */
#include "client/core/profile/salvaging.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/fields.h"
#include "client/core/local/restored.h"
#include "client/core/local/spaces.h"
#include "client/core/profile/keep.h"
#include "client/core/profile/salvaging_outbox.h"
#include "client/core/vault/salvage_copy.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/db/migrate.h"

#define BACK_FILE "store.back"
#define PLACES_MAX ((size_t)1 << 28)

/* Losing pages of these loses nothing: they are made anew. */
static const char *const remade[] = { "words", "term", "looked",
	"quarantine_sum", "sqlite_schema", NULL };
static const char *const skip[] = { "quarantine_sum", "term", NULL };

struct place { /* of a record, by the indexes */
	int64_t rid, at_ms;
	struct id space, case_id, parent;
	unsigned known; /* bits */
};
enum { HAS_SPACE = 1, HAS_CASE = 2, HAS_PARENT = 4, HAS_AT = 8 };

struct salvaging_at {
	const struct session_options *o;
	struct salvage *from;
	struct salvage_report *r;
	struct salvaging *out;
	struct store *s;
	struct buf places;
	struct record *rec;
	unsigned now; /* which index is read */
};

static int
run_sql(struct store *s, const char *const *sql, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (db_exec(s->db, sql[i], e) != 0)
			return -1;
	return 0;
}
#define RUN(s, list, e) run_sql(s, list, sizeof(list) / sizeof((list)[0]), e)

/* ---- records whose row is lost ---- */

static struct place *
place_of(struct salvaging_at *a, int64_t rid)
{
	struct place none = { .rid = rid };
	size_t i, n = a->places.len / sizeof(none);
	struct place *list = (struct place *)(void *)a->places.data;

	for (i = 0; i < n; i++)
		if (list[i].rid == rid)
			return &list[i];
	return NULL;
}

static bool
take_id(const struct cells_value *v, struct id *out)
{
	if (v->type != CELLS_BLOB || v->data.len != sizeof(out->b))
		return false;
	memcpy(out->b, v->data.data, sizeof(out->b));
	return true;
}

/* The last column of an index is the rowid. */
static void
take_place(void *ctx, const struct cells_row *row)
{
	struct salvaging_at *a = ctx;
	const struct cells_value *last;
	struct place *p;

	if (row->count < 2)
		return;
	last = &row->v[row->count - 1];
	p = last->type == CELLS_INT ? place_of(a, last->num) : NULL;
	if (p == NULL)
		return;
	if (a->now == HAS_SPACE && take_id(&row->v[0], &p->space))
		p->known |= HAS_SPACE;
	if (a->now == HAS_CASE && take_id(&row->v[0], &p->case_id))
		p->known |= HAS_CASE;
	if (a->now == HAS_PARENT && take_id(&row->v[0], &p->parent))
		p->known |= HAS_PARENT;
	if (a->now == HAS_AT && row->v[1].type == CELLS_INT) {
		p->at_ms = row->v[1].num;
		p->known |= HAS_AT;
	}
}

static int
find_places(struct salvaging_at *a, struct err *e)
{
	static const struct {
		unsigned what;
		const char *index;
	} from[] = { { HAS_SPACE, "record_space" }, { HAS_CASE,
	    "record_case" }, { HAS_PARENT, "record_parent" }, { HAS_AT,
	    "record_type_at" } };
	struct stmt *q = db_prepare(a->s->db, "SELECT DISTINCT rid FROM "
	    "version WHERE rid NOT IN (SELECT rid FROM record)");
	size_t i;
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		struct place p = { .rid = db_int(q, 0) };

		buf_add(&a->places, &p, sizeof(p));
	}
	if (rc != 0 || buf_check(&a->places, "a list of records", e) != 0)
		return -1;
	for (i = 0; a->places.len > 0 && i < sizeof(from) / sizeof(from[0]);
	    i++) {
		a->now = from[i].what;
		if (salvage_index(a->from, from[i].index, take_place, a, e) !=
		    0)
			return -1;
	}
	return 0;
}

/* By the changeset that brought it or is to take it away. */
static int
space_by_way(struct salvaging_at *a, struct place *p, struct err *e)
{
	struct stmt *q = db_prepare(a->s->db, "SELECT i.space FROM version v "
	    "JOIN item i ON i.seq = v.seq WHERE v.rid = ?1 UNION ALL SELECT "
	    "o.space FROM version v JOIN outgoing o ON o.oid = v.outgoing "
	    "WHERE v.rid = ?1 LIMIT 1");
	int rc;

	db_bind_int(q, 1, p->rid);
	rc = db_step(q, e);
	if (rc == 1 && db_id(q, 0, &p->space) == 0)
		p->known |= HAS_SPACE;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
put_record(struct salvaging_at *a, const struct place *p, struct err *e)
{
	struct stmt *q = db_prepare(a->s->db, "INSERT INTO record (rid, id, "
	    "type, space, case_id, at_ms, parent) VALUES (?, ?, ?, ?, ?, ?, "
	    "?)");

	db_bind_int(q, 1, p->rid);
	db_bind_id(q, 2, &a->rec->id);
	db_bind_int(q, 3, a->rec->type);
	db_bind_id(q, 4, &p->space);
	db_bind_id(q, 5, p->known & HAS_CASE ? &p->case_id : NULL);
	db_bind_int(q, 6, p->known & HAS_AT ? p->at_ms :
	    (int64_t)(a->rec->hlc >> 16));
	db_bind_id(q, 7, p->known & HAS_PARENT ? &p->parent : NULL);
	return db_run(q, e);
}

/* A text that was not sent and of which nobody knows where it belongs is
 * shown as held; of one that was sent the hub knows. */
static int
let_wait(struct salvaging_at *a, int64_t rid, struct err *e)
{
	static const char *const gone =
	    "DELETE FROM version WHERE rid = ?1";
	struct stmt *q = db_prepare(a->s->db, "INSERT OR IGNORE INTO moved "
	    "(space, record, origin, hlc, body, since_ms) SELECT "
	    "zeroblob(16), ?2, origin, hlc, body, ?3 FROM version WHERE "
	    "rid = ?1 AND state IN (1, 2, 4)");

	db_bind_int(q, 1, rid);
	db_bind_id(q, 2, &a->rec->id);
	db_bind_int(q, 3, tick_wall_ms(&a->s->tick));
	if (db_run(q, e) != 0)
		return -1;
	a->out->unplaced += (uint64_t)db_changes(a->s->db);
	q = db_prepare(a->s->db, gone);
	db_bind_int(q, 1, rid);
	return db_run(q, e);
}

static int
place_one(struct salvaging_at *a, struct place *p, struct err *e)
{
	struct stmt *q = db_prepare(a->s->db, "SELECT body FROM version "
	    "WHERE rid = ? AND length(body) > 0 LIMIT 1");
	struct err why;
	struct buf body;
	int rc;

	if ((p->known & HAS_SPACE) == 0 && space_by_way(a, p, e) != 0)
		return -1;
	memset(a->rec, 0, sizeof(*a->rec));
	buf_init(&body, CHANGESET_BODY_MAX);
	db_bind_int(q, 1, p->rid);
	rc = db_step(q, e);
	if (rc == 1)
		buf_add(&body, db_blob(q, 0).data, db_blob(q, 0).len);
	db_reset(q);
	if (rc == 1)
		rc = record_decode(buf_view(&body), a->rec, &why) == 0;
	if (rc == 1 && (p->known & HAS_SPACE) != 0) {
		a->out->placed++;
		rc = put_record(a, p, e);
	} else if (rc >= 0)
		rc = let_wait(a, p->rid, e);
	buf_done(&body);
	return rc;
}

static int
place_records(struct salvaging_at *a, struct err *e)
{
	size_t i;

	if (find_places(a, e) != 0)
		return -1;
	for (i = 0; i < a->places.len / sizeof(struct place); i++)
		if (place_one(a, (struct place *)(void *)a->places.data + i,
		    e) != 0)
			return -1;
	return 0;
}

/* ---- texts that are lost ---- */

static int
count_kinds(struct salvaging_at *a, struct err *e)
{
	struct stmt *q = db_prepare(a->s->db, "SELECT type, count(*) FROM "
	    "record WHERE rid NOT IN (SELECT rid FROM version) GROUP BY type");
	const struct record_kind *kind;
	int rc;

	while ((rc = db_step(q, e)) == 1 &&
	    a->out->count < SALVAGING_KINDS_MAX) {
		size_t i = a->out->count++;

		kind = fields_kind((enum record_type)db_int(q, 0));
		snprintf(a->out->lost[i].kind, sizeof(a->out->lost[i].kind),
		    "%s", kind != NULL ? kind->name : "other");
		a->out->lost[i].count = (uint64_t)db_int(q, 1);
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* A section whose row is lost, by the record that says what it is. */
static int
learn_spaces(struct salvaging_at *a, struct err *e)
{
	struct stmt *q = db_prepare(a->s->db, "SELECT r.space, v.body FROM "
	    "record r JOIN version v USING (rid) JOIN space s ON s.id = "
	    "r.space WHERE r.type = 1 AND s.state = 3");
	struct err why;
	struct id space;
	struct buf body;
	int rc;

	buf_init(&body, CHANGESET_BODY_MAX);
	while ((rc = db_step(q, e)) == 1) {
		buf_reset(&body);
		buf_add(&body, db_blob(q, 1).data, db_blob(q, 1).len);
		if (db_id(q, 0, &space) != 0 || record_decode(
		    buf_view(&body), a->rec, &why) != 0)
			continue;
		db_reset(q);
		rc = spaces_learn_tx(a->s, &space, a->rec, e);
		if (rc < 0)
			break;
		q = db_prepare(a->s->db, "SELECT r.space, v.body FROM record "
		    "r JOIN version v USING (rid) JOIN space s ON s.id = "
		    "r.space WHERE r.type = 1 AND s.state = 3");
	}
	db_reset(q);
	buf_done(&body);
	return rc < 0 ? -1 : 0;
}

static int
fit_together(struct salvaging_at *a, struct err *e)
{
	static const char *const before[] = {
		"INSERT INTO space (id, kind, state, epoch, sseq) SELECT "
		"DISTINCT space, 2, 3, 0, 0 FROM record WHERE space NOT IN "
		"(SELECT id FROM space)",
	};
	static const char *const after[] = {
		"DELETE FROM record WHERE rid NOT IN (SELECT rid FROM version)",
		"UPDATE record SET indexed = 0",
		("UPDATE version SET state = 1, outgoing = NULL, idx = 0 WHERE "
		"state = 2 AND outgoing NOT IN (SELECT oid FROM outgoing)"),
	};

	if (place_records(a, e) != 0 || RUN(a->s, before, e) != 0 ||
	    learn_spaces(a, e) != 0)
		return -1;
	if (a->out->again &&
	    salvaging_outbox_tx(a->s, &a->out->outbox, e) != 0)
		return -1;
	return count_kinds(a, e) != 0 ? -1 : RUN(a->s, after, e);
}

/* ---- what the hub is asked for again ---- */

static bool
is_remade(const struct salvage_table *t)
{
	size_t i;

	if (t->index || strncmp(t->name, "words_", 6) == 0)
		return true;
	for (i = 0; remade[i] != NULL; i++)
		if (strcmp(remade[i], t->name) == 0)
			return true;
	return false;
}

static bool
must_ask(const struct salvage_report *r)
{
	size_t i;

	if (r->pages_unknown > 0 || r->schema_lost)
		return true;
	for (i = 0; i < r->count; i++)
		if ((r->t[i].pages_lost > 0 || r->t[i].rows_lost > 0) &&
		    !is_remade(&r->t[i]))
			return true;
	return false;
}

static int
forget_log(struct store *s, struct err *e)
{
	static const char *const sql[] = {
		"DELETE FROM item", "DELETE FROM author", "DELETE FROM epoch",
		"DELETE FROM version_copy", "DELETE FROM want",
		"DELETE FROM head", "DELETE FROM complaint",
		"DELETE FROM erase_order", "DELETE FROM erase_item",
		"DELETE FROM quarantine WHERE seq IS NOT NULL",
		"DELETE FROM own_line",
		"UPDATE space SET sseq = 0, epoch = 0",
		"DELETE FROM meta WHERE key IN ('pull.cursor', 'newest', "
		"'head', 'head.note', 'doors.seen', 'doors.next', "
		"'statements.settled', 'returned', 'absorbed')",
	};

	return RUN(s, sql, e);
}

/* ---- the whole ---- */

static int
has_keys(struct store *s, struct salvaging *out, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(s->db, "SELECT count(*) FROM meta WHERE key IN "
	    "('device', 'hub', 'person', 'stage')", &n, e) < 0)
		return -1;
	out->keys_lost = n < 4;
	return 0;
}

static int
count_all(struct store *s, struct salvaging *out, struct err *e)
{
	int64_t records = 0, texts = 0;

	if (db_one_int(s->db, "SELECT count(*) FROM record", &records, e) <
	    0 || db_one_int(s->db, "SELECT count(*) FROM version", &texts,
	    e) < 0)
		return -1;
	out->records = (uint64_t)records;
	out->texts = (uint64_t)texts;
	return 0;
}

/* The clock is past every stamp it gave, as far as these are here. */
static int
set_clock_tx(struct store *s, struct err *e)
{
	int64_t hlc = 0;

	if (db_one_int(s->db, "SELECT coalesce(max(hlc), 0) FROM version "
	    "WHERE state IN (1, 2, 4)", &hlc, e) < 0)
		return -1;
	if ((uint64_t)hlc > s->hlc)
		s->hlc = (uint64_t)hlc;
	return store_save_clock_tx(s, e);
}

static int
mend_tx(struct salvaging_at *a, bool keys_lost, struct err *e)
{
	a->out->again = must_ask(a->r);
	if (fit_together(a, e) != 0 ||
	    (a->out->again && forget_log(a->s, e) != 0) ||
	    count_all(a->s, a->out, e) != 0 || set_clock_tx(a->s, e) != 0)
		return -1;
	if (keys_lost)
		a->s->stage = STORE_NEW;
	return restored_mark_tx(a->s, e);
}

static int
mend(struct salvaging_at *a, struct session *session, struct err *e)
{
	int rc;

	a->s = session_store(session);
	a->rec = mem_new(sizeof(*a->rec));
	buf_init(&a->places, PLACES_MAX);
	rc = db_begin(a->s->db, e);
	if (rc == 0 && (mend_tx(a, a->out->keys_lost, e) != 0 ||
	    db_commit(a->s->db, e) != 0)) {
		db_rollback(a->s->db);
		rc = -1;
	}
	buf_done(&a->places);
	mem_free(a->rec);
	return rc;
}

static int
fill(struct salvaging_at *a, struct vault *to, struct err *e)
{
	struct session *session;
	struct store raw = { .db = vault_db(to) };
	int rc;

	if (migrate(raw.db, schema_client, e) != 0 ||
	    salvage_copy(a->from, to, skip, a->r, e) != 0 ||
	    has_keys(&raw, a->out, e) != 0) {
		vault_close(to);
		return -1;
	}
	a->out->pages = a->r->pages;
	a->out->pages_lost = a->r->pages_lost;
	a->out->unknown = a->r->pages_unknown;
	if (session_start(a->o, to, &session, e) != 0)
		return -1;
	rc = mend(a, session, e);
	session_close(session);
	return rc;
}

static int
make(struct salvaging_at *a, struct view passphrase, const char *own,
    struct err *e)
{
	struct vault_options vo = { .vfs = a->o->vfs,
		.no_floor = a->o->cost_test };
	struct vault_cost cost = { a->o->cost_passes, a->o->cost_bytes };
	char *tmp = file_join(a->o->profile, BACK_FILE);
	struct vault *to;
	int rc;

	vault_sweep(&vo, tmp);
	rc = vault_create(tmp, passphrase, &cost, &vo, &to, e);
	if (rc == 0)
		rc = fill(a, to, e);
	if (rc == 0)
		rc = vault_rename(&vo, tmp, own, e);
	if (rc != 0)
		vault_sweep(&vo, tmp);
	mem_free(tmp);
	return rc;
}

/* By the one way that is given. */
static int
open_old(struct salvaging_at *a, const char *path,
    const struct salvaging_way *w, struct err *e)
{
	struct vault_options vo = { .vfs = a->o->vfs,
		.no_floor = a->o->cost_test };
	char *plain = mem_secret_new(KEEP_CODE_BYTES);
	struct salvage_way way = { .escrow = w->escrow };
	int rc;

	if (w->code != NULL)
		way.code = view_of(plain, keep_plain_code(w->code, plain));
	else if (w->escrow == NULL)
		way.passphrase = w->passphrase;
	rc = salvage_open(path, &way, &vo, &a->from, e);
	mem_secret_free(plain);
	return rc;
}

int
salvaging_run(const struct session_options *o, const char *path,
    const struct salvaging_way *w, struct salvaging *out, struct err *e)
{
	struct salvaging_at a = { .o = o, .out = out };
	char *own = session_path(o);
	int rc;

	memset(out, 0, sizeof(*out));
	a.r = mem_new(sizeof(*a.r));
	rc = file_folder(o->profile, e);
	if (rc == 0 && o->vfs == NULL && file_exists(own))
		rc = err_set(e, ERR_CLASH, "there is a profile in %s; move it "
		    "away first, nothing of it is overwritten", o->profile);
	if (rc == 0)
		rc = open_old(&a, path, w, e);
	if (rc == 0)
		rc = make(&a, w->passphrase, own, e);
	salvage_close(a.from);
	mem_free(a.r);
	mem_free(own);
	return rc;
}
