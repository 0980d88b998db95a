/*
 * Records and versions: the one writer of both tables.
 *
 * A brand-new record, which is what notes are, costs two inserts; only a
 * record with a second version is loaded and its heads computed. Local writes
 * and what is pulled meet here, so a rule that holds for one holds for both:
 * (origin, hlc) names one text for ever, a record stays in its space, an
 * index entry is taken out with the text it was made from. Reading is in
 * versions_load.c.
 */
#include "client/core/local/versions.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/day.h"
#include "client/core/local/deleted.h"
#include "client/core/local/places.h"
#include "client/core/local/restricted.h"
#include "client/core/local/words.h"
#include "common/base/text.h"

/* ---- flags and index ---- */

/* Before a record's versions change: its words out, by the text they were
 * made from. */
static int
forget_words(struct store *s, struct loaded *l, struct err *e)
{
	struct stmt *q;
	struct buf text;
	int rc;

	if (!l->row.indexed)
		return 0;
	l->row.indexed = false;
	buf_init(&text, WORDS_TEXT_MAX);
	words_text(l->row.type, l->versions, l->count, &text);
	rc = buf_check(&text, "a record's text", e);
	if (rc == 0 && text.len > 0)
		rc = words_take_tx(s->db, l->row.rid, buf_view(&text), e);
	buf_done(&text);
	if (rc != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE record SET indexed = 0 WHERE rid = ?");
	db_bind_int(q, 1, l->row.rid);
	return db_run(q, e);
}

static int
forget_row(struct store *s, const struct record_row *row, struct err *e)
{
	struct loaded *l;
	int rc;

	if (!row->indexed)
		return 0;
	l = loaded_new();
	rc = versions_load_row(s, row, l, e) == 1 ? 0 : -1;
	if (rc == 0) {
		rc = forget_words(s, l, e);
		versions_done(l);
	}
	mem_free(l);
	return rc;
}

int
versions_forget_tx(struct store *s, const struct record_row *row,
    struct err *e)
{
	if (forget_row(s, row, e) != 0)
		return -1;
	return store_put_int(s, WORDS_COMPACT, 1, e);
}

/* Where the right has ended, what is this person's own and was never sent is
 * shown still. */
static bool
is_unsent(const struct store *s, const struct loaded *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (!id_eq(&l->versions[i].rec.origin, &s->me->device) ||
		    (l->versions[i].state != VERSION_LOCAL &&
		    l->versions[i].state != VERSION_OUTGOING))
			return false;
	return l->wiped == 0;
}

static unsigned
flags_of(const struct store *s, const struct loaded *l,
    const struct space *sp)
{
	unsigned flags = l->wiped > 0 ? RECORD_WIPED : 0;
	struct deleted del;
	size_t i;

	for (i = 0; i < l->heads.count; i++)
		if (l->heads.fields[i].conflict)
			flags |= RECORD_CONFLICT;
	for (i = 0; i < l->count; i++)
		if (l->versions[i].state == VERSION_HELD)
			flags |= RECORD_HELD;
	deleted_of(&l->heads, l->versions, l->count, &del);
	flags |= (del.on ? RECORD_DELETED : 0) |
	    (del.change != NULL ? RECORD_CHANGED : 0);
	flags |= l->erased > 0 ? RECORD_ERASED : 0;
	if (sp->state == SPACE_ERASED || (!deleted_shows(&l->heads) &&
	    l->erased == 0) || sp->state == SPACE_LOST ||
	    (sp->hidden && !is_unsent(s, l)))
		flags |= RECORD_HIDDEN;
	return flags;
}

int
versions_flags_tx(struct store *s, int64_t rid, struct err *e)
{
	struct record_row row;
	struct loaded *l;
	struct space sp = { .state = SPACE_OPEN };
	struct stmt *q;
	unsigned flags;
	bool restricted;

	if (versions_row_at(s, rid, &row, e) != 0 ||
	    spaces_find(s, &row.space, &sp, e) < 0)
		return -1;
	l = loaded_new();
	if (versions_load_row(s, &row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	flags = flags_of(s, l, &sp);
	versions_done(l);
	mem_free(l);
	if (restricted_is(s, &row, &restricted, e) != 0)
		return -1;
	flags |= restricted ? RECORD_RESTRICTED : 0;
	if (flags == row.flags)
		return 0;
	q = db_prepare(s->db, "UPDATE record SET flags = ? WHERE rid = ?");
	db_bind_int(q, 1, (int64_t)flags);
	db_bind_int(q, 2, rid);
	return db_run(q, e);
}

/* ---- writing rows ---- */

static int
insert_record(struct store *s, struct record_row *row, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "INSERT INTO record (id, type, space, case_id, at_ms, parent, "
	    "flags, indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

	db_bind_id(q, 1, &row->id);
	db_bind_int(q, 2, row->type);
	db_bind_id(q, 3, &row->space);
	db_bind_id(q, 4, id_is_zero(&row->case_id) ? NULL : &row->case_id);
	db_bind_int(q, 5, row->at_ms);
	db_bind_id(q, 6, id_is_zero(&row->parent) ? NULL : &row->parent);
	db_bind_int(q, 7, (int64_t)row->flags);
	db_bind_int(q, 8, words_searched(row->type) ? row->indexed : 2);
	if (db_run(q, e) != 0)
		return -1;
	row->rid = db_last_rowid(s->db);
	return 0;
}

struct new_version {
	int64_t rid;
	const struct record *rec;
	struct view body;
	uint64_t eff, seq; /* seq UINT64_MAX: none */
	uint32_t idx;
	enum version_state state;
};

static int
insert_version(struct store *s, const struct new_version *v, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "INSERT INTO version (rid, hlc, origin, eff, seq, idx, state, "
	    "seen_log, seen_size, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bool local = v->state == VERSION_LOCAL;

	db_bind_int(q, 1, v->rid);
	db_bind_int(q, 2, (int64_t)v->rec->hlc);
	db_bind_id(q, 3, &v->rec->origin);
	db_bind_int(q, 4, (int64_t)v->eff);
	if (v->seq != UINT64_MAX)
		db_bind_int(q, 5, (int64_t)v->seq);
	db_bind_int(q, 6, v->idx);
	db_bind_int(q, 7, v->state);
	db_bind_int(q, 8, local ? (int64_t)s->head.at.log_id : 0);
	db_bind_int(q, 9, local ? (int64_t)s->head.at.size : 0);
	db_bind_view(q, 10, v->body);
	return db_run(q, e);
}

static void
dated(const struct value *v, int64_t *at_ms)
{
	if (v->type == VALUE_INT)
		*at_ms = v->num;
	else if (v->type == VALUE_TEXT)
		(void)day_parse(v->data, at_ms);
}

/* What a list needs of a new record, as its own fields tell it. */
static void
derive_row(const struct record *rec, uint64_t eff, struct record_row *row)
{
	const struct record_kind *kind =
	    fields_kind((enum record_type)rec->type);
	size_t i;

	row->id = rec->id;
	row->type = (enum record_type)rec->type;
	row->at_ms = hlc_ms(eff);
	for (i = 0; kind != NULL && i < rec->op_count; i++) {
		const struct op *op = &rec->ops[i];

		if (op->field == kind->when && kind->when != 0)
			dated(&op->value, &row->at_ms);
		if (op->field == kind->parent && kind->parent != 0 &&
		    op->value.type == VALUE_BYTES &&
		    op->value.data.len == sizeof(row->parent.b))
			memcpy(row->parent.b, op->value.data.data,
			    sizeof(row->parent.b));
	}
}

/* ---- a local write ---- */

static int
may_write(struct store *s, const struct id *space, struct err *e)
{
	enum right right;

	if (s->stage == STORE_REVOKED)
		return err_set(e, ERR_DENIED, STORE_REVOKED_WORDS);
	if (spaces_right(s, space, &right, e) != 0)
		return -1;
	if (right < RIGHT_WRITE)
		return err_set(e, ERR_DENIED, right == RIGHT_READ ?
		    N_("you may read this section but not write in it") :
		    N_("this section is not open to you"));
	return 0;
}

/* Schema/rules.md 6.8: who wrote it, and keepers of the section. */
static int
may_delete(struct store *s, const struct record_row *row,
    const struct write *w, struct err *e)
{
	enum right right;
	bool may;

	if (deleted_doubt(row->type, w->ops, w->op_count) != NULL)
		return err_set(e, ERR_DENIED, "a %s is not deleted; it is "
		    "ended by a record of its own",
		    fields_kind(row->type)->name);
	if (deleted_may(s, row, &s->person, &may, e) != 0 ||
	    spaces_right(s, &row->space, &right, e) != 0)
		return -1;
	return may || right == RIGHT_KEEP ? 0 : err_set(e, ERR_DENIED, "only "
	    "who wrote it and who keeps the section may delete or restore "
	    "this; ask one of them");
}

static void
take_bases(const struct heads *h, struct op *op)
{
	const struct heads_field *f = h != NULL ? heads_find(h, op->field) :
	    NULL;
	size_t i;

	op->base_count = f != NULL ? f->count : 0;
	for (i = 0; i < op->base_count; i++) {
		op->bases[i].origin = f->heads[i].version->rec.origin;
		op->bases[i].hlc = f->heads[i].version->rec.hlc;
	}
}

static int
make_record(struct store *s, const struct write *w, const struct heads *h,
    struct record *rec, struct err *e)
{
	size_t i;

	if (w->op_count == 0 || w->op_count > RECORD_OPS_MAX)
		return err_set(e, ERR_INPUT, "a record has 1 to %d fields",
		    RECORD_OPS_MAX);
	rec->id = w->id;
	rec->type = (uint16_t)w->type;
	rec->origin = s->me->device;
	rec->basis = w->basis;
	rec->policy = s->policy;
	rec->wall_ms = tick_wall_ms(&s->tick);
	rec->hlc = store_stamp(s);
	rec->op_count = w->op_count;
	for (i = 0; i < w->op_count; i++) {
		rec->ops[i].field = w->ops[i].field;
		rec->ops[i].value = w->ops[i].value;
		if (rec->ops[i].field == FIELD_DELETED)
			deleted_bases(h, &rec->ops[i]);
		else
			take_bases(h, &rec->ops[i]);
	}
	return 0;
}

static int
encode_body(const struct record *rec, struct buf *body, struct err *e)
{
	record_encode(rec, body);
	if (body->toobig)
		return err_set(e, ERR_TOOBIG, "this is longer than a record "
		    "may be (%d KiB); divide it", CHANGESET_BODY_MAX / 1024);
	return buf_check(body, "a record", e);
}

static int
store_version(struct store *s, int64_t rid, const struct record *rec,
    struct view body, struct err *e)
{
	struct new_version v = { rid, rec, body, rec->hlc, UINT64_MAX, 0,
		VERSION_LOCAL };

	if (insert_version(s, &v, e) != 0)
		return -1;
	return store_save_clock_tx(s, e);
}

/* Within the save itself: one commit instead of two. */
static int
add_words(struct store *s, int64_t rid, const struct record *rec,
    struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, WORDS_TEXT_MAX);
	words_first((enum record_type)rec->type, rec, &text);
	rc = buf_check(&text, "a record's text", e);
	if (rc == 0 && text.len > 0)
		rc = words_add_tx(s->db, rid, buf_view(&text), e);
	buf_done(&text);
	return rc;
}

static int
write_new(struct store *s, const struct write *w, struct record *rec,
    struct buf *body, struct err *e)
{
	struct record_row row;

	memset(&row, 0, sizeof(row));
	if (may_write(s, &w->space, e) != 0 ||
	    make_record(s, w, NULL, rec, e) != 0)
		return -1;
	if (id_is_zero(&rec->id))
		id_timed(&rec->id, rec->wall_ms);
	if (encode_body(rec, body, e) != 0)
		return -1;
	derive_row(rec, rec->hlc, &row);
	row.space = w->space;
	row.case_id = w->case_id;
	if (!id_is_zero(&w->parent))
		row.parent = w->parent;
	if (w->at_ms != 0)
		row.at_ms = w->at_ms;
	row.indexed = w->searched;
	if (insert_record(s, &row, e) != 0 ||
	    (w->searched && add_words(s, row.rid, rec, e) != 0))
		return -1;
	return store_version(s, row.rid, rec, buf_view(body), e);
}

static int
write_more(struct store *s, const struct write *w,
    const struct record_row *row, struct record *rec, struct buf *body,
    struct err *e)
{
	const struct record_kind *kind = fields_kind(row->type);
	struct loaded *l;
	int rc = -1;

	if (row->type != w->type)
		return err_set(e, ERR_INPUT, "this is not a %s",
		    fields_kind(w->type) != NULL ? fields_kind(w->type)->name :
		    _("known record"));
	if (kind == NULL || (kind->append_only &&
	    !deleted_only(w->ops, w->op_count)))
		return err_set(e, ERR_DENIED, "a %s is never changed; write "
		    "an amendment beside it", kind != NULL ? kind->name :
		    _("record of a newer program"));
	if ((row->flags & RECORD_ERASED) != 0)
		return err_set(e, ERR_DENIED, "this was erased");
	if (may_write(s, &row->space, e) != 0 ||
	    (deleted_in(w->ops, w->op_count) &&
	    may_delete(s, row, w, e) != 0))
		return -1;
	l = loaded_new();
	if (versions_load_row(s, row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	if (l->count + l->wiped >= HEADS_VERSIONS_MAX) {
		err_set(e, ERR_TOOBIG, "this record has been changed %d "
		    "times, which is the limit", HEADS_VERSIONS_MAX);
		goto out;
	}
	if (make_record(s, w, &l->heads, rec, e) != 0 ||
	    encode_body(rec, body, e) != 0 || forget_words(s, l, e) != 0 ||
	    store_version(s, row->rid, rec, buf_view(body), e) != 0)
		goto out;
	rc = versions_flags_tx(s, row->rid, e);
out:
	versions_done(l);
	mem_free(l);
	return rc;
}

int
versions_write_tx(struct store *s, const struct write *w,
    struct id *out_id, struct err *e)
{
	struct record_row row;
	struct record rec; /* 27 KB; its ops are set as they are needed */
	struct buf body;
	int rc = 0;

	memset(&rec, 0, offsetof(struct record, ops));
	if (!id_is_zero(&w->id))
		rc = versions_row(s, &w->id, &row, e);
	if (rc < 0)
		return -1;
	buf_init(&body, CHANGESET_BODY_MAX);
	rc = rc == 1 ? write_more(s, w, &row, &rec, &body, e) :
	    write_new(s, w, &rec, &body, e);
	buf_done(&body);
	if (rc == 0 && out_id != NULL)
		*out_id = rec.id;
	if (rc == 0 && w->type == TYPE_RESTRICTION)
		rc = restricted_follow_tx(s, &rec.id, e);
	return rc;
}

/* ---- from the log ---- */

/* Does a new record belong where it came? */
static int
check_fits(const struct record *rec, const struct space *sp, struct err *e)
{
	const struct record_kind *kind =
	    fields_kind((enum record_type)rec->type);
	unsigned home = spaces_home(sp);

	if (kind == NULL)
		return 0;
	/* The commons is known by its id: what belongs there alone stands
	 * nowhere else, also where it is not known yet what a section is. */
	if (sp->state == SPACE_UNKNOWN && kind->homes != HOME_COMMONS)
		return 0;
	if (!fields_fits(kind, home, sp->section))
		return err_set(e, ERR_PEER, "a %s came in the section \"%s\", "
		    "where none belongs", kind->name,
		    home == HOME_COMMONS ? "commons" : sp->section);
	if (rec->type == TYPE_CASE && !id_eq(&rec->id, &sp->case_id))
		return err_set(e, ERR_PEER,
		    "a case card came in another case's section");
	return 0;
}

static int
accept_new(struct store *s, const struct id *space, const struct record *rec,
    struct view body, const struct version_at *at, struct err *e)
{
	struct new_version v = { 0, rec, body, at->eff, at->seq, at->idx,
		at->state };
	struct record_row row;
	struct space sp = { .state = SPACE_UNKNOWN };

	if (rec->type == TYPE_SPACE && spaces_learn_tx(s, space, rec, e) != 0)
		return -1;
	if (spaces_find(s, space, &sp, e) < 0 || check_fits(rec, &sp, e) != 0)
		return -1;
	memset(&row, 0, sizeof(row));
	derive_row(rec, at->eff, &row);
	row.space = *space;
	row.case_id = rec->type == TYPE_CASE ? rec->id : sp.case_id;
	if (at->state != VERSION_ACCEPTED || sp.state == SPACE_LOST ||
	    sp.hidden)
		row.flags |= RECORD_HIDDEN;
	if (insert_record(s, &row, e) != 0)
		return -1;
	v.rid = row.rid;
	if (insert_version(s, &v, e) != 0)
		return -1;
	return deleted_in(rec->ops, rec->op_count) ||
	    at->state == VERSION_ERASED ?
	    versions_flags_tx(s, row.rid, e) : 0;
}

/* The version is here already: its place, and its text if that was wiped. */
static int
accept_again(struct store *s, const struct record_row *row,
    const struct new_version *v, bool refill, struct err *e)
{
	struct stmt *q;

	/* What had no text or took no part may have words from here on. */
	if ((refill || row->flags != 0) && forget_row(s, row, e) != 0)
		return -1;
	q = db_prepare(s->db,
	    "UPDATE version SET seq = ?4, idx = ?5, eff = ?6, "
	    "state = CASE state WHEN 6 THEN 6 ELSE ?7 END, outgoing = NULL, "
	    "was = CASE ?7 WHEN 7 THEN 3 END, "
	    "body = CASE WHEN ?8 IS NULL THEN body ELSE ?8 END "
	    "WHERE rid = ?1 AND hlc = ?2 AND origin = ?3 "
	    "AND (seq IS NULL OR ?4 IS NULL OR seq > ?4 OR ?8 IS NOT "
	    "NULL)");
	db_bind_int(q, 1, row->rid);
	db_bind_int(q, 2, (int64_t)v->rec->hlc);
	db_bind_id(q, 3, &v->rec->origin);
	if (v->seq != UINT64_MAX)
		db_bind_int(q, 4, (int64_t)v->seq);
	db_bind_int(q, 5, v->idx);
	db_bind_int(q, 6, (int64_t)v->eff);
	db_bind_int(q, 7, v->state);
	if (refill)
		db_bind_view(q, 8, v->body);
	if (db_run(q, e) != 0)
		return -1;
	return row->flags != 0 || refill || v->state == VERSION_ERASED ?
	    versions_flags_tx(s, row->rid, e) : 0;
}

static bool
same_words(const struct record *a, const struct record *b)
{
	size_t i;

	for (i = 0; i < a->op_count && i < b->op_count; i++) {
		const struct value *x = &a->ops[i].value;
		const struct value *y = &b->ops[i].value;

		if (a->ops[i].field != b->ops[i].field ||
		    x->type != y->type || x->num != y->num ||
		    !view_eq(x->data, y->data))
			break;
	}
	return i == a->op_count && i == b->op_count;
}

/* May a record that is there get this version? What is written once may come
 * a second time only with the same words: one file imported on two devices. */
static int
check_more(const struct loaded *l, const struct record *rec, struct err *e)
{
	const struct record_kind *kind = fields_kind(l->row.type);
	size_t i;

	if (l->count + l->wiped >= HEADS_VERSIONS_MAX)
		return err_set(e, ERR_PEER, "a record came with more than %d "
		    "versions", HEADS_VERSIONS_MAX);
	if (kind == NULL || !kind->append_only ||
	    (deleted_only(rec->ops, rec->op_count) &&
	    deleted_doubt(l->row.type, rec->ops, rec->op_count) == NULL))
		return 0;
	for (i = 0; i < l->count; i++)
		if (!deleted_only(l->versions[i].rec.ops,
		    l->versions[i].rec.op_count) && !same_words(&l->versions[i].rec, rec))
			return err_set(e, ERR_PEER, "a %s came changed, and "
			    "it is never changed", kind->name);
	return 0;
}

static int
add_version(struct store *s, const struct record_row *row,
    const struct new_version *v, struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = -1;

	if (versions_load_row(s, row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	if (check_more(l, v->rec, e) == 0 && forget_words(s, l, e) == 0 &&
	    insert_version(s, v, e) == 0)
		rc = versions_flags_tx(s, row->rid, e);
	versions_done(l);
	mem_free(l);
	return rc;
}

/* One text may have been sealed twice, with other gossip each time. */
static bool
same_text(struct view stored, const struct new_version *v)
{
	struct record *rec;
	struct buf b[2];
	struct err e;
	bool same;

	if (view_eq(stored, v->body))
		return true;
	rec = mem_new(sizeof(*rec));
	buf_init(&b[0], 2 * (size_t)CHANGESET_BODY_MAX);
	buf_init(&b[1], 2 * (size_t)CHANGESET_BODY_MAX);
	same = record_decode(stored, rec, &e) == 0;
	memset(&rec->gossip, 0, sizeof(rec->gossip));
	record_encode(rec, &b[0]);
	*rec = *v->rec;
	memset(&rec->gossip, 0, sizeof(rec->gossip));
	record_encode(rec, &b[1]);
	same = same && view_eq(buf_view(&b[0]), buf_view(&b[1]));
	buf_done(&b[0]);
	buf_done(&b[1]);
	mem_free(rec);
	return same;
}

/* One text at two places: whoever erases it has to know both. */
static int
note_place(struct store *s, int64_t rid, const struct new_version *v,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT OR IGNORE INTO version_copy "
	    "(rid, seq, idx) VALUES (?, ?, ?)");

	db_bind_int(q, 1, rid);
	db_bind_int(q, 2, (int64_t)v->seq);
	db_bind_int(q, 3, v->idx);
	return db_run(q, e);
}

static int
accept_more(struct store *s, const struct record_row *row,
    const struct new_version *v, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT body, state, seq, idx FROM version WHERE rid = ? "
	    "AND hlc = ? AND origin = ?");
	struct new_version old = { .seq = UINT64_MAX };
	bool refill, same;
	int rc;

	db_bind_int(q, 1, row->rid);
	db_bind_int(q, 2, (int64_t)v->rec->hlc);
	db_bind_id(q, 3, &v->rec->origin);
	rc = db_step(q, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return add_version(s, row, v, e);
	if (!db_is_null(q, 2)) {
		old.seq = (uint64_t)db_int(q, 2);
		old.idx = (uint32_t)db_int(q, 3);
	}
	refill = db_blob(q, 0).len == 0 && db_int(q, 1) != VERSION_GONE;
	same = db_blob(q, 0).len == 0 || same_text(db_blob(q, 0), v);
	db_reset(q);
	if (!same)
		return err_set(e, ERR_PEER,
		    "two texts came under one stamp of one device");
	/* Filed by a person: what the log has stays there, what a hub lost
	 * with its place is sent again. */
	if (v->seq == UINT64_MAX && old.seq < PLACE_LOST)
		return 0;
	if (old.seq != UINT64_MAX && v->seq != UINT64_MAX &&
	    old.seq != v->seq && (note_place(s, row->rid, &old, e) != 0 ||
	    note_place(s, row->rid, v, e) != 0))
		return -1;
	return accept_again(s, row, v, refill, e);
}

int
versions_accept_tx(struct store *s, const struct id *space,
    const struct record *rec, struct view body, const struct version_at *at,
    struct err *e)
{
	struct record_row row;
	struct new_version v = { 0, rec, body, at->eff, at->seq, at->idx,
		at->state };
	int rc = versions_row(s, &rec->id, &row, e);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		rc = accept_new(s, space, rec, body, at, e);
	} else if (!id_eq(&row.space, space) ||
	    row.type != (enum record_type)rec->type) {
		rc = err_set(e, ERR_PEER, "a record came under the id of one "
		    "of another section or kind");
	} else {
		v.rid = row.rid;
		rc = accept_more(s, &row, &v, e);
	}
	if (rc == 0)
		store_absorb(s, at->eff, 0);
	if (rc == 0 && rec->type == TYPE_RESTRICTION)
		rc = restricted_follow_tx(s, &rec->id, e);
	return rc;
}

int
versions_mark_tx(struct store *s, int64_t rid,
    const struct version_ref *ref, enum version_state state, struct err *e)
{
	struct stmt *q;
	struct record_row row;

	if (versions_row_at(s, rid, &row, e) != 0 ||
	    forget_row(s, &row, e) != 0)
		return -1;
	if (state == VERSION_GONE &&
	    store_put_int(s, WORDS_COMPACT, 1, e) != 0)
		return -1;
	/* What an erase order hides stays hidden, whatever is decided. */
	q = db_prepare(s->db, "UPDATE version SET "
	    "was = CASE state WHEN 7 THEN ?4 END, "
	    "state = CASE WHEN state = 7 AND ?4 <> 6 THEN 7 ELSE ?4 END, "
	    "outgoing = CASE ?4 WHEN 2 THEN outgoing END, "
	    "body = CASE ?4 WHEN 6 THEN x'' ELSE body END "
	    "WHERE rid = ?1 AND hlc = ?2 AND origin = ?3");
	db_bind_int(q, 1, rid);
	db_bind_int(q, 2, (int64_t)ref->hlc);
	db_bind_id(q, 3, &ref->origin);
	db_bind_int(q, 4, state);
	if (db_run(q, e) != 0)
		return -1;
	return versions_flags_tx(s, rid, e);
}
