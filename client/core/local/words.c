/*
 * What is searched, and the three statements that write the index. The
 * contentless table keeps words and places only; a row is taken out with the
 * special 'delete' command and the text it was made from.
 */
#include "client/core/local/words.h"

#include <stdlib.h>

#include "common/base/mem.h"

bool
words_searched(enum record_type type)
{
	size_t n, i;
	const struct field *f = fields_of(type, &n);

	for (i = 0; i < n; i++)
		if ((f[i].flags & FIELD_SEARCHED) != 0)
			return true;
	return false;
}

bool
words_take_part(enum version_state state)
{
	return state != VERSION_REVIEW && state != VERSION_GONE &&
	    state != VERSION_ERASED;
}

static void
add_value(enum record_type type, const struct op *op, struct buf *out)
{
	const struct field *f = fields_number(type, op->field);

	if (f == NULL || (f->flags & FIELD_SEARCHED) == 0 ||
	    op->value.type != VALUE_TEXT)
		return;
	buf_add(out, op->value.data.data, op->value.data.len);
	buf_add(out, "\n", 1);
}

/* By stamp and not by rank: the rank changes when a version is accepted. */
static int
cmp_stamp(const void *va, const void *vb)
{
	const struct head *a = va, *b = vb;
	const struct record *ra = &a->version->rec, *rb = &b->version->rec;

	if (ra->hlc != rb->hlc)
		return ra->hlc < rb->hlc ? -1 : 1;
	return id_cmp(&ra->origin, &rb->origin);
}

static void
add_heads(enum record_type type, struct heads *h, struct buf *out)
{
	size_t i, j;

	for (i = 0; i < h->count; i++) {
		struct heads_field *f = &h->fields[i];

		qsort(f->heads, f->count, sizeof(f->heads[0]), cmp_stamp);
		for (j = 0; j < f->count; j++)
			add_value(type, f->heads[j].op, out);
	}
}

void
words_first(enum record_type type, const struct record *rec, struct buf *out)
{
	size_t i;

	for (i = 0; i < rec->op_count; i++)
		add_value(type, &rec->ops[i], out);
}

void
words_text(enum record_type type, struct version *versions, size_t n,
    struct buf *out)
{
	enum version_state *state;
	struct heads *h;
	size_t i;

	if (n == 1) { /* nearly every record */
		if (words_take_part(versions->state))
			words_first(type, &versions->rec, out);
		return;
	}
	h = mem_new(sizeof(*h));
	state = mem_new(n * sizeof(*state));
	for (i = 0; i < n; i++) {
		state[i] = versions[i].state;
		if (words_take_part(versions[i].state))
			versions[i].state = VERSION_ACCEPTED;
	}
	heads_compute(versions, n, h);
	add_heads(type, h, out);
	for (i = 0; i < n; i++)
		versions[i].state = state[i];
	mem_free(state);
	mem_free(h);
}

int
words_add_tx(struct db *db, int64_t rid, struct view text, struct err *e)
{
	struct stmt *q = db_prepare(db,
	    "INSERT INTO words (rowid, text) VALUES (?, ?)");

	db_bind_int(q, 1, rid);
	db_bind_view(q, 2, text);
	return db_run(q, e);
}

int
words_take_tx(struct db *db, int64_t rid, struct view text, struct err *e)
{
	struct stmt *q = db_prepare(db,
	    "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)");

	db_bind_int(q, 1, rid);
	db_bind_view(q, 2, text);
	return db_run(q, e);
}

int
words_compact_tx(struct db *db, struct err *e)
{
	return db_run(db_prepare(db,
	    "INSERT INTO words (words) VALUES ('optimize')"), e);
}
