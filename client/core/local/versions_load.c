/*
 * Records and versions read: rows, all versions of one record with its heads,
 * and lists. What writes them is versions.c.
 */
#include "client/core/local/versions.h"

#include <string.h>

#include "client/core/local/words.h"
#include "common/base/mem.h"

#define BODIES_MAX (256 * 1024 * 1024) /* bytes of all versions of a record */

/* ---- rows ---- */

#define ROW_COLUMNS "SELECT rid, id, space, case_id, parent, type, at_ms, " \
	"flags, indexed FROM record "

static void
optional_id(struct stmt *q, int col, struct id *out)
{
	if (db_is_null(q, col) || db_id(q, col, out) != 0)
		memset(out, 0, sizeof(*out));
}

static void
read_row(struct stmt *q, struct record_row *out)
{
	out->rid = db_int(q, 0);
	optional_id(q, 1, &out->id);
	optional_id(q, 2, &out->space);
	optional_id(q, 3, &out->case_id);
	optional_id(q, 4, &out->parent);
	out->type = (enum record_type)db_int(q, 5);
	out->at_ms = db_int(q, 6);
	out->flags = (unsigned)db_int(q, 7);
	out->indexed = db_int(q, 8) != 0;
}

static int
one_row(struct stmt *q, struct record_row *out, struct err *e)
{
	int rc = db_step(q, e);

	if (rc == 1) {
		read_row(q, out);
		db_reset(q);
	}
	return rc;
}

int
versions_row(struct store *s, const struct id *id,
    struct record_row *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, ROW_COLUMNS "WHERE id = ?");

	db_bind_id(q, 1, id);
	return one_row(q, out, e);
}

int
versions_row_at(struct store *s, int64_t rid, struct record_row *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, ROW_COLUMNS "WHERE rid = ?");
	int rc;

	db_bind_int(q, 1, rid);
	rc = one_row(q, out, e);
	if (rc == 0)
		return err_set(e, ERR_BUG, "a version without its record");
	return rc == 1 ? 0 : -1;
}

/* ---- loading ---- */

/* Where a body lies in the buffer, which moves while it grows. */
struct place {
	size_t at, len;
	uint64_t eff, seq;
	uint32_t idx;
	enum version_state state;
};

static int
count_versions(struct store *s, int64_t rid, size_t *n, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT count(*) FROM version WHERE rid = ?");
	int rc;

	db_bind_int(q, 1, rid);
	rc = db_step(q, e);
	if (rc != 1)
		return -1;
	*n = (size_t)db_int(q, 0);
	db_reset(q);
	return 0;
}

static int
read_places(struct store *s, struct loaded *l, struct place *p, size_t max,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT eff, seq, idx, state, body FROM version WHERE rid = ? "
	    "ORDER BY hlc, origin");
	struct view body;
	int rc;

	db_bind_int(q, 1, l->row.rid);
	while ((rc = db_step(q, e)) == 1) {
		body = db_blob(q, 4);
		if (db_int(q, 3) == VERSION_ERASED) {
			l->erased++;
			continue;
		}
		if (body.len == 0 || l->count == max) {
			l->wiped++;
			continue;
		}
		p->eff = (uint64_t)db_int(q, 0);
		p->seq = db_is_null(q, 1) ? UINT64_MAX :
		    (uint64_t)db_int(q, 1);
		p->idx = (uint32_t)db_int(q, 2);
		p->state = (enum version_state)db_int(q, 3);
		p->at = l->bytes.len;
		p->len = body.len;
		buf_add(&l->bytes, body.data, body.len);
		l->count++;
		p++;
	}
	if (rc == 0)
		rc = buf_check(&l->bytes, "a record with its versions", e);
	return rc;
}

static int
decode_places(struct loaded *l, const struct place *p, struct err *e)
{
	size_t i;

	/* 28 KB each, of which decoding sets what is there. */
	l->versions = mem_room(l->count * sizeof(*l->versions));
	for (i = 0; i < l->count; i++) {
		struct version *v = &l->versions[i];

		if (record_decode(view_of(l->bytes.data + p[i].at, p[i].len),
		    &v->rec, e) != 0)
			return err_set(e, ERR_LOCAL,
			    "the store is damaged: a record cannot be read");
		v->eff = p[i].eff;
		v->seq = p[i].seq;
		v->idx = p[i].idx;
		v->state = p[i].state;
	}
	return 0;
}

/* All but the heads, which are set when they are computed. */
static void
begin(struct loaded *out)
{
	out->versions = NULL;
	out->count = out->wiped = out->erased = 0;
	out->heads.count = 0;
	buf_init(&out->bytes, BODIES_MAX);
}

struct loaded *
loaded_new(void)
{
	struct loaded *l = mem_room(sizeof(*l));

	memset(&l->row, 0, sizeof(l->row));
	begin(l);
	return l;
}

int
versions_load_row(struct store *s, const struct record_row *row,
    struct loaded *out, struct err *e)
{
	struct place *p = NULL;
	size_t n;
	int rc = -1;

	begin(out);
	out->row = *row;
	if (s->ends.failed) {
		err_set(e, ERR_LOCAL, "sections whose time is over could not "
		    "be hidden, so nothing is shown; make room on the disk "
		    "and try again");
		goto out;
	}
	if (count_versions(s, row->rid, &n, e) != 0)
		goto out;
	p = mem_new(n * sizeof(*p));
	if (read_places(s, out, p, n, e) != 0 ||
	    decode_places(out, p, e) != 0)
		goto out;
	heads_compute(out->versions, out->count, &out->heads);
	rc = 1;
out:
	mem_free(p);
	if (rc != 1)
		versions_done(out);
	return rc;
}

int
versions_load(struct store *s, const struct id *id, struct loaded *out,
    struct err *e)
{
	struct record_row row;
	int rc = versions_row(s, id, &row, e);

	return rc == 1 ? versions_load_row(s, &row, out, e) : rc;
}

static bool
is_earlier(const struct version *a, const struct version *b)
{
	/* A stamp is a claim; what has no place has the last one here. */
	if (a->seq != b->seq)
		return a->seq < b->seq;
	if (a->idx != b->idx)
		return a->idx < b->idx;
	return a->rec.hlc < b->rec.hlc;
}

const struct version *
versions_first(const struct loaded *l)
{
	const struct version *first = NULL;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (first == NULL || is_earlier(&l->versions[i], first))
			first = &l->versions[i];
	return first;
}

void
versions_done(struct loaded *l)
{
	mem_free(l->versions);
	l->versions = NULL;
	l->count = 0;
	l->heads.count = 0;
	buf_done(&l->bytes);
}

static int
words_of_all(struct store *s, const struct record_row *row, struct buf *out,
    struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = versions_load_row(s, row, l, e) == 1 ? 0 : -1;

	if (rc == 0) {
		words_text(row->type, l->versions, l->count, out);
		versions_done(l);
	}
	mem_free(l);
	return rc;
}

/* Nearly every record has one version, of which no heads are needed. */
int
versions_words(struct store *s, const struct record_row *row,
    struct record *rec, struct buf *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT body, state, "
	    "(SELECT count(*) FROM version w WHERE w.rid = v.rid) "
	    "FROM version v WHERE rid = ? LIMIT 1");
	struct view body;
	int rc;

	db_bind_int(q, 1, row->rid);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	if (db_int(q, 2) != 1) {
		db_reset(q);
		return words_of_all(s, row, out, e);
	}
	body = db_blob(q, 0);
	rc = 0;
	if (body.len > 0 && record_decode(body, rec, e) != 0)
		rc = err_set(e, ERR_LOCAL,
		    "the store is damaged: a record cannot be read");
	else if (body.len > 0 && words_take_part(
	    (enum version_state)db_int(q, 1)))
		words_first(row->type, rec, out);
	db_reset(q);
	return rc;
}

static const struct value *
shown(const struct loaded *l, uint16_t field, enum value_type type)
{
	const struct heads_field *f = heads_find(&l->heads, field);

	if (f == NULL || f->heads[0].op->value.type != type)
		return NULL;
	return &f->heads[0].op->value;
}

struct view
loaded_text(const struct loaded *l, uint16_t field)
{
	const struct value *v = shown(l, field, VALUE_TEXT);

	return v != NULL ? v->data : view_of(NULL, 0);
}

char *
loaded_dup(const struct loaded *l, uint16_t field)
{
	struct view v = loaded_text(l, field);
	char *out = mem_new(v.len + 1);

	if (v.len > 0)
		memcpy(out, v.data, v.len);
	return out;
}

int64_t
loaded_int(const struct loaded *l, uint16_t field)
{
	const struct value *v = shown(l, field, VALUE_INT);

	return v != NULL ? v->num : 0;
}

struct id
loaded_id(const struct loaded *l, uint16_t field)
{
	const struct value *v = shown(l, field, VALUE_BYTES);
	struct id id = { { 0 } };

	if (v != NULL && v->data.len == sizeof(id.b))
		memcpy(id.b, v->data.data, sizeof(id.b));
	return id;
}

/* ---- lists ---- */

/* One statement for each way in, so that each has its index; the other wishes
 * are tested row by row. */
#define EACH_WHERE(driver) ROW_COLUMNS "WHERE " driver \
	" AND (?1 = 0 OR type = ?1) AND (?2 IS NULL OR case_id = ?2)" \
	" AND (?3 IS NULL OR space = ?3) AND (?4 IS NULL OR parent = ?4)" \
	" AND flags & ?5 = ?5 AND flags & ?6 = 0 "
#define EACH_NEWEST "ORDER BY at_ms DESC, rid DESC LIMIT ?7"
#define EACH_OLDEST "ORDER BY at_ms, rid LIMIT ?7"
#define EACH(driver) { EACH_WHERE(driver) EACH_NEWEST, \
	EACH_WHERE(driver) EACH_OLDEST }

static const char *const each_sql[][2] = {
	EACH("parent = ?4"),
	EACH("flags <> 0"),
	EACH("case_id = ?2 AND type = ?1"),
	EACH("case_id = ?2"),
	EACH("space = ?3"),
	EACH("type = ?1"),
	EACH("1"),
};

static const char *
choose_each(const struct version_query *q)
{
	size_t way = q->parent != NULL ? 0 : q->flags != 0 ? 1 :
	    q->case_id != NULL ? (q->type != 0 ? 2 : 3) :
	    q->space != NULL ? 4 : q->type != 0 ? 5 : 6;

	return each_sql[way][q->oldest_first ? 1 : 0];
}

static int
collect(struct store *s, const struct version_query *q, struct buf *rows,
    struct err *e)
{
	struct stmt *st = db_prepare(s->db, choose_each(q));
	struct record_row row;
	int rc;

	db_bind_int(st, 1, q->type);
	db_bind_id(st, 2, q->case_id);
	db_bind_id(st, 3, q->space);
	db_bind_id(st, 4, q->parent);
	db_bind_int(st, 5, (int64_t)q->flags);
	db_bind_int(st, 6, q->with_hidden ? 0 :
	    q->deleted ? RECORD_HIDDEN : RECORD_OUT);
	db_bind_int(st, 7, q->limit > 0 ? (int64_t)q->limit : -1);
	memset(&row, 0, sizeof(row));
	while ((rc = db_step(st, e)) == 1) {
		read_row(st, &row);
		buf_add(rows, &row, sizeof(row));
	}
	return rc == 0 ? buf_check(rows, "a list of records", e) : -1;
}

int
versions_each(struct store *s, const struct version_query *q,
    int (*fn)(void *ctx, const struct record_row *row, struct err *e),
    void *ctx, struct err *e)
{
	struct record_row row;
	struct buf rows;
	size_t at;
	int rc;

	buf_init(&rows, BODIES_MAX);
	rc = collect(s, q, &rows, e);
	for (at = 0; rc == 0 && at < rows.len; at += sizeof(row)) {
		memcpy(&row, rows.data + at, sizeof(row));
		rc = fn(ctx, &row, e);
	}
	buf_done(&rows);
	return rc < 0 ? -1 : 0;
}
