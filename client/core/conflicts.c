/*
 * Conflicts shown and ended. Taking a side writes its value again as a new
 * version that names all heads, so that for everybody who gets it the
 * conflict is over; the other side stays in the record's history.
 */
#include "client/core/conflicts.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/cases.h"
#include "client/core/value.h"

/* ---- the common base ---- */

static const struct op *
op_of(const struct version *v, uint16_t field)
{
	size_t i;

	for (i = 0; i < v->rec.op_count; i++)
		if (v->rec.ops[i].field == field)
			return &v->rec.ops[i];
	return NULL;
}

static size_t
place_of(const struct loaded *l, const struct version_ref *ref)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->versions[i].rec.hlc == ref->hlc &&
		    id_eq(&l->versions[i].rec.origin, &ref->origin))
			return i;
	return l->count;
}

/* Count ${head} once for each version it comes from. */
static void
count_ancestors(const struct loaded *l, const struct head *head,
    size_t *times, size_t *todo)
{
	bool *seen = mem_new(l->count * sizeof(*seen));
	size_t n = 0, i, at;
	const struct op *op = head->op;

	for (;;) {
		for (i = 0; op != NULL && i < op->base_count; i++) {
			at = place_of(l, &op->bases[i]);
			if (at == l->count || seen[at])
				continue;
			seen[at] = true;
			times[at]++;
			todo[n++] = at;
		}
		if (n == 0)
			break;
		op = op_of(&l->versions[todo[--n]], head->op->field);
	}
	mem_free(seen);
}

/* The newest version that every side comes from, or NULL. */
static const struct op *
common_base(const struct loaded *l, const struct heads_field *f)
{
	size_t *times = mem_new(l->count * sizeof(*times));
	size_t *todo = mem_new(l->count * sizeof(*todo));
	const struct version *best = NULL;
	size_t i;

	for (i = 0; i < f->count; i++)
		count_ancestors(l, &f->heads[i], times, todo);
	for (i = 0; i < l->count; i++) {
		const struct version *v = &l->versions[i];

		if (times[i] != f->count || op_of(v, f->field) == NULL)
			continue;
		if (best == NULL || v->eff > best->eff ||
		    (v->eff == best->eff && v->seq > best->seq))
			best = v;
	}
	mem_free(times);
	mem_free(todo);
	return best != NULL ? op_of(best, f->field) : NULL;
}

/* ---- listing ---- */

static void
conflict_done(struct conflict *c)
{
	size_t i;

	for (i = 0; i < c->side_count; i++) {
		value_text_done(c->sides[i].text);
		mem_free(c->sides[i].author);
	}
	mem_free(c->sides);
	mem_free(c->field);
	mem_free(c->label);
	mem_free(c->case_label);
	value_text_done(c->base);
	memset(c, 0, sizeof(*c));
}

void
conflict_list_done(struct conflict_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		conflict_done(&l->items[i]);
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static int
fill_sides(struct values *v, const struct field *f,
    const struct heads_field *h, struct conflict *c, struct err *e)
{
	size_t i;

	c->sides = mem_new(h->count * sizeof(*c->sides));
	for (i = 0; i < h->count; i++) {
		struct conflict_side *side = &c->sides[c->side_count++];

		side->author = mem_dup(value_author(v,
		    &h->heads[i].version->rec.origin));
		side->written_ms = hlc_ms(h->heads[i].version->eff);
		side->shown = i == 0;
		side->text = value_text(v, f, &h->heads[i].op->value, e);
		if (side->text == NULL)
			return -1;
	}
	return 0;
}

static int
fill_conflict(struct values *v, const struct loaded *l,
    const struct heads_field *h, struct conflict *c, struct err *e)
{
	const struct field *f = fields_number(l->row.type, h->field);
	const struct op *base = common_base(l, h);

	c->record = l->row.id;
	c->case_id = l->row.case_id;
	c->type = l->row.type;
	c->field = mem_dup(f->name);
	c->label = mem_dup(f->label);
	if (base != NULL && base->value.type != VALUE_NULL) {
		c->base = value_text(v, f, &base->value, e);
		if (c->base == NULL)
			return -1;
	}
	if (!id_is_zero(&c->case_id) &&
	    cases_label(v->session, &c->case_id, &c->case_label, e) != 0)
		return -1;
	return fill_sides(v, f, h, c, e);
}

struct listing {
	struct values v;
	struct conflict_list *out;
	size_t room;
};

static struct conflict *
next_item(struct listing *x)
{
	struct conflict *items;

	if (x->out->count == x->room) {
		x->room = x->room > 0 ? 2 * x->room : 16;
		items = mem_new(x->room * sizeof(*items));
		if (x->out->count > 0)
			memcpy(items, x->out->items,
			    x->out->count * sizeof(*items));
		mem_free(x->out->items);
		x->out->items = items;
	}
	return &x->out->items[x->out->count++];
}

static int
take_record(void *ctx, const struct record_row *row, struct err *e)
{
	struct listing *x = ctx;
	struct loaded *l = mem_new(sizeof(*l));
	size_t i;
	int rc = versions_load_row(x->v.s, row, l, e) == 1 ? 0 : -1;

	if (rc != 0) {
		mem_free(l);
		return -1;
	}
	for (i = 0; rc == 0 && i < l->heads.count; i++) {
		const struct heads_field *h = &l->heads.fields[i];

		/* A field of a newer program has no name to show. */
		if (h->conflict &&
		    fields_number(row->type, h->field) != NULL)
			rc = fill_conflict(&x->v, l, h, next_item(x), e);
	}
	versions_done(l);
	mem_free(l);
	return rc;
}

int
conflicts_list(struct session *session, struct conflict_list *out,
    struct err *e)
{
	struct version_query q = { .flags = RECORD_CONFLICT };
	struct listing x;
	int rc;

	memset(out, 0, sizeof(*out));
	values_init(&x.v, session);
	x.out = out;
	x.room = 0;
	rc = versions_each(x.v.s, &q, take_record, &x, e);
	values_done(&x.v);
	if (rc != 0)
		conflict_list_done(out);
	return rc;
}

/* ---- taking a side ---- */

static int
write_side(struct store *s, const struct loaded *l, const char *field,
    size_t side, struct err *e)
{
	const struct field *f = fields_find(l->row.type, field);
	const struct heads_field *h = f != NULL ?
	    heads_find(&l->heads, f->number) : NULL;
	struct op op;
	struct write w;

	if (h == NULL || !h->conflict)
		return err_set(e, ERR_ABSENT,
		    "there is no conflict there, or no longer");
	if (side < 1 || side > h->count)
		return err_set(e, ERR_INPUT,
		    "choose a text by its number, 1 to %zu", h->count);
	memset(&w, 0, sizeof(w));
	op.field = f->number;
	op.value = h->heads[side - 1].op->value;
	w.id = l->row.id;
	w.type = l->row.type;
	w.ops = &op;
	w.op_count = 1;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (versions_write_tx(s, &w, NULL, e) == 0 &&
	    db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

int
conflicts_take(struct session *session, const struct id *record,
    const char *field, size_t side, struct err *e)
{
	struct store *s = session_store(session);
	struct loaded *l = mem_new(sizeof(*l));
	int rc = versions_load(s, record, l, e);

	if (rc == 1) {
		rc = (l->row.flags & RECORD_HIDDEN) != 0 ?
		    err_set(e, ERR_ABSENT, "there is no such record here") :
		    write_side(s, l, field, side, e);
		versions_done(l);
	} else if (rc == 0) {
		rc = err_set(e, ERR_ABSENT, "there is no such record here");
	}
	mem_free(l);
	return rc;
}
