/*
 * A record's past, read from all its versions. Those whose text is here are
 * loaded with their heads; of those whose text is gone the row is left, which
 * still tells who wrote and when.
 */
#include "client/core/records/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/records/value.h"

struct reading {
	struct values v;
	struct loaded *l;
	bool keeper;
	struct history *out;
};

void
history_done(struct history *h)
{
	size_t i, k;

	for (i = 0; i < h->count; i++) {
		for (k = 0; k < h->items[i].field_count; k++) {
			mem_forget(h->items[i].fields[k].text);
			mem_free(h->items[i].fields[k].name);
			mem_free(h->items[i].fields[k].label);
		}
		mem_free(h->items[i].fields);
		mem_free(h->items[i].author);
	}
	mem_free(h->items);
	memset(h, 0, sizeof(*h));
}

static bool
is_mine(const struct store *s, const struct id *origin)
{
	const struct roster_device *d = roster_device(&s->roster, origin);

	return id_eq(origin, &s->me->device) ||
	    (d != NULL && id_eq(&d->person, &s->person));
}

static enum history_standing
standing_of(enum version_state state)
{
	switch (state) {
	case VERSION_LOCAL:
	case VERSION_OUTGOING:
	case VERSION_ACCEPTED:
		return 0;
	case VERSION_HELD:
		return HISTORY_HELD;
	case VERSION_REVIEW:
		return HISTORY_REVIEW;
	case VERSION_GONE:
	case VERSION_ERASED:
		break;
	}
	return HISTORY_GONE;
}

static enum history_standing
field_standing(const struct loaded *l, const struct version *v,
    uint16_t field)
{
	const struct heads_field *h = heads_find(&l->heads, field);
	size_t i;

	for (i = 0; h != NULL && i < h->count; i++)
		if (h->heads[i].version == v)
			return i == 0 ? HISTORY_SHOWN : HISTORY_KEPT;
	return HISTORY_REPLACED;
}

static int
fill_field(struct reading *r, const struct version *v, const struct op *op,
    struct history_item *item, struct err *e)
{
	/* A field of a newer program is at least counted. */
	const struct field unknown = { .kind = FIELD_HASH };
	const struct field *f = fields_number(r->l->row.type, op->field);
	struct history_field *out = &item->fields[item->field_count++];
	char number[24];

	snprintf(number, sizeof(number), "field-%u", op->field);
	out->name = mem_dup(f != NULL ? f->name : number);
	out->label = mem_dup(f != NULL ? f->label : number);
	out->standing = item->standing != 0 ? item->standing :
	    field_standing(r->l, v, op->field);
	if (item->standing == HISTORY_GONE ||
	    (item->standing != 0 && !item->mine && !r->keeper))
		return 0;
	out->text = value_text(&r->v, f != NULL ? f : &unknown, &op->value,
	    e);
	return out->text != NULL ? 0 : -1;
}

static struct history_item *
add_item(struct reading *r, const struct id *origin, uint64_t eff,
    enum version_state state)
{
	struct history_item *item = &r->out->items[r->out->count++];

	item->author = mem_dup(value_author(&r->v, origin));
	item->mine = is_mine(r->v.s, origin);
	item->eff = eff;
	item->written_ms = hlc_ms(eff);
	item->waits = state == VERSION_LOCAL || state == VERSION_OUTGOING;
	item->standing = standing_of(state);
	return item;
}

static int
fill_versions(struct reading *r, struct err *e)
{
	size_t i, k;

	for (i = 0; i < r->l->count; i++) {
		const struct version *v = &r->l->versions[i];
		struct history_item *item = add_item(r, &v->rec.origin,
		    v->eff, v->state);

		item->fields = mem_new(v->rec.op_count *
		    sizeof(*item->fields));
		for (k = 0; k < v->rec.op_count; k++)
			if (fill_field(r, v, &v->rec.ops[k], item, e) != 0)
				return -1;
	}
	return 0;
}

/* Versions of which the text is gone; at most ${most}. */
static int
fill_wiped(struct reading *r, size_t most, struct err *e)
{
	struct stmt *q = db_prepare(r->v.s->db, "SELECT origin, eff, state "
	    "FROM version WHERE rid = ? AND length(body) = 0 ORDER BY hlc");
	struct buf rows;
	struct {
		struct id origin;
		uint64_t eff;
		enum version_state state;
	} row;
	size_t at;
	int rc;

	buf_init(&rows, (most + 1) * sizeof(row));
	memset(&row, 0, sizeof(row));
	db_bind_int(q, 1, r->l->row.rid);
	while ((rc = db_step(q, e)) == 1) {
		if (db_id(q, 0, &row.origin) != 0)
			memset(&row.origin, 0, sizeof(row.origin));
		row.eff = (uint64_t)db_int(q, 1);
		row.state = (enum version_state)db_int(q, 2);
		if (rows.len < most * sizeof(row))
			buf_add(&rows, &row, sizeof(row));
	}
	if (rc == 0)
		rc = buf_check(&rows, "a record's past", e);
	for (at = 0; rc == 0 && at < rows.len; at += sizeof(row)) {
		memcpy(&row, rows.data + at, sizeof(row));
		add_item(r, &row.origin, row.eff,
		    row.state == VERSION_HELD || row.state == VERSION_REVIEW ?
		    row.state : VERSION_GONE);
	}
	buf_done(&rows);
	return rc;
}

static int
cmp_item(const void *va, const void *vb)
{
	const struct history_item *a = va, *b = vb;

	if (a->waits != b->waits)
		return a->waits ? 1 : -1;
	return (a->eff > b->eff) - (a->eff < b->eff);
}

static int
read_all(struct reading *r, struct err *e)
{
	size_t most = r->l->count + r->l->wiped;
	enum right right;

	if (spaces_right(r->v.s, &r->l->row.space, &right, e) != 0)
		return -1;
	r->keeper = right == RIGHT_KEEP;
	r->out->record = r->l->row.id;
	r->out->type = r->l->row.type;
	r->out->items = mem_new(most * sizeof(*r->out->items));
	if (fill_versions(r, e) != 0 || fill_wiped(r, r->l->wiped, e) != 0)
		return -1;
	if (r->out->count > 1)
		qsort(r->out->items, r->out->count, sizeof(*r->out->items),
		    cmp_item);
	return 0;
}

int
history_read(struct session *session, const struct id *id,
    struct history *out, struct err *e)
{
	struct loaded *l = loaded_new();
	struct reading r = { .l = l, .out = out };
	int rc = versions_load(session_store(session), id, l, e);

	memset(out, 0, sizeof(*out));
	if (rc == 1 && (l->row.flags & RECORD_HIDDEN) != 0) {
		versions_done(l);
		rc = 0;
	} else if (rc == 1) {
		values_init(&r.v, session);
		rc = read_all(&r, e) == 0 ? 1 : -1;
		values_done(&r.v);
		if (rc < 0)
			history_done(out);
		versions_done(l);
	}
	mem_free(l);
	return rc;
}
