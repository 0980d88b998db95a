/*
 * Conflicts shown and ended. Whatever is taken is written as a new version
 * that names all heads, so that for everybody who gets it the conflict is
 * over; the other texts stay in the record's history.
 */
#include "client/core/cases/conflicts.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/cases/cases.h"
#include "client/core/records/value.h"
#include "common/base/text.h"

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
static const struct version *
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
	return best;
}

/* ---- listing ---- */

static void
conflict_done(struct conflict *c)
{
	size_t i;

	for (i = 0; i < c->side_count; i++) {
		mem_forget(c->sides[i].text);
		mem_free(c->sides[i].author);
		merge_diff_done(&c->sides[i].change);
	}
	mem_free(c->sides);
	mem_free(c->field);
	mem_free(c->label);
	mem_free(c->case_label);
	mem_free(c->base_author);
	mem_forget(c->base);
	mem_forget(c->merged);
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

static bool
is_mine(const struct store *s, const struct version *v)
{
	const struct roster_device *d = roster_device(&s->roster,
	    &v->rec.origin);

	return id_eq(&v->rec.origin, &s->me->device) ||
	    (d != NULL && id_eq(&d->person, &s->person));
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
		side->mine = is_mine(v->s, h->heads[i].version);
		side->text = value_text(v, f, &h->heads[i].op->value, e);
		if (side->text == NULL)
			return -1;
	}
	return 0;
}

static int
fill_base(struct values *v, const struct loaded *l, const struct field *f,
    const struct heads_field *h, struct conflict *c, struct err *e)
{
	const struct version *base = common_base(l, h);
	const struct op *op = base != NULL ? op_of(base, h->field) : NULL;

	if (op == NULL || op->value.type == VALUE_NULL)
		return 0;
	c->base_author = mem_dup(value_author(v, &base->rec.origin));
	c->base_ms = hlc_ms(base->eff);
	c->base = value_text(v, f, &op->value, e);
	return c->base != NULL ? 0 : -1;
}

static int
fill_conflict(struct values *v, const struct loaded *l,
    const struct heads_field *h, struct conflict *c, struct err *e)
{
	const struct field *f = fields_number(l->row.type, h->field);

	c->record = l->row.id;
	c->case_id = l->row.case_id;
	c->type = l->row.type;
	c->field = mem_dup(f->name);
	c->label = mem_dup(f->label);
	if (fill_base(v, l, f, h, c, e) != 0)
		return -1;
	if (!id_is_zero(&c->case_id) &&
	    cases_label(v->session, &c->case_id, &c->case_label, e) != 0)
		return -1;
	return fill_sides(v, f, h, c, e);
}

struct listing {
	struct values v;
	struct conflict_list *out;
};

static struct conflict *
next_item(struct listing *x)
{
	struct conflict_list *l = x->out;

	l->items = mem_more(l->items, l->count, sizeof(*l->items));
	return &l->items[l->count++];
}

static int
take_record(void *ctx, const struct record_row *row, struct err *e)
{
	struct listing *x = ctx;
	struct loaded *l = loaded_new();
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
	rc = versions_each(x.v.s, &q, take_record, &x, e);
	values_done(&x.v);
	if (rc != 0)
		conflict_list_done(out);
	return rc;
}

/* ---- what each changed, and a merge ---- */

static int
merge_sides(struct conflict *c, struct buf *out, enum merge_step *worst,
    struct err *e)
{
	enum merge_step step;
	struct buf next;
	size_t i;
	int rc = 1;

	*worst = MERGE_LINES;
	buf_add_str(out, c->sides[0].text);
	for (i = 1; rc == 1 && i < c->side_count; i++) {
		buf_init(&next, 2 * MERGE_TEXT_MAX);
		rc = merge_three(view_str(c->base), buf_view(out),
		    view_str(c->sides[i].text), &next, &step, e);
		if (rc == 1 && step > *worst)
			*worst = step;
		buf_done(out);
		*out = next;
	}
	return rc;
}

/* A merge is proposed where the field could be typed so. */
static int
propose(struct conflict *c, const struct field *f, struct err *e)
{
	uint8_t scratch[32];
	enum merge_step step;
	struct value value;
	struct buf out;
	struct err why;
	int rc;

	if (f->kind != FIELD_TEXT && f->kind != FIELD_LONG)
		c->merge = CONFLICT_NO_TEXT;
	else if (c->base == NULL)
		c->merge = CONFLICT_NO_BASE;
	if (c->merge != 0)
		return 0;
	buf_init(&out, 2 * MERGE_TEXT_MAX);
	rc = merge_sides(c, &out, &step, e);
	if (rc == 0)
		c->merge = CONFLICT_OVERLAPS;
	else if (rc == 1 && fields_parse(f, buf_str(&out), scratch, &value,
	    &why) != 0)
		c->merge = CONFLICT_TOO_LONG;
	else if (rc == 1)
		c->merge = step == MERGE_WORDS ? CONFLICT_MERGED_WORDS :
		    CONFLICT_MERGED;
	if (c->merge == CONFLICT_MERGED || c->merge == CONFLICT_MERGED_WORDS)
		c->merged = mem_dup(buf_str(&out));
	buf_done(&out);
	return rc < 0 ? -1 : 0;
}

int
conflict_explain(struct conflict *c, struct err *e)
{
	const struct field *f = fields_find(c->type, c->field);
	const char *from = c->base != NULL ? c->base : c->sides[0].text;
	size_t i;

	for (i = 0; i < c->side_count; i++) {
		if (c->sides[i].change.pieces == NULL &&
		    merge_diff(view_str(from), view_str(c->sides[i].text),
		    &c->sides[i].change, e) != 0)
			return -1;
	}
	return f != NULL && c->merge == 0 ? propose(c, f, e) : 0;
}

/* ---- taking ---- */

/* The number of the only side that is, or is not, this person's. */
static int
only_side(const struct conflict *c, bool mine, size_t *out, struct err *e)
{
	size_t i, n = 0;

	for (i = 0; i < c->side_count; i++)
		if (c->sides[i].mine == mine) {
			*out = i + 1;
			n++;
		}
	if (n == 1)
		return 0;
	return err_set(e, ERR_INPUT, n == 0 ? (mine ?
	    N_("none of the texts is yours; choose one by its number") :
	    N_("all of the texts are yours; choose one by its number")) : (mine ?
	    N_("several of the texts are yours; choose one by its number") :
	    N_("several of the texts are by others; choose one by its number")));
}

static const char *
no_merge(enum conflict_merge why)
{
	switch (why) {
	case CONFLICT_NO_BASE:
		return N_("there is no merge: the texts have no common beginning; "
		    "take one or write a new one");
	case CONFLICT_NO_TEXT:
		return N_("a field of this kind is not merged; take one of the "
		    "two");
	case CONFLICT_TOO_LONG:
		return N_("the merge is longer than the field may be; take one or "
		    "write a new one");
	case CONFLICT_OVERLAPS:
	case CONFLICT_MERGED:
	case CONFLICT_MERGED_WORDS:
		break;
	}
	return N_("there is no merge: the changes overlap; take one or write a "
	    "new one");
}

/* The value chosen; it borrows ${l}, ${c}, the choice or ${p}. */
static int
chosen_value(struct session *session, const struct heads_field *h,
    struct conflict *c, const struct conflict_choice *x, struct parsed *p,
    struct err *e)
{
	struct assignment set = { x->field, x->text };
	size_t side = x->side;

	if (x->how == CONFLICT_MERGE) {
		if (conflict_explain(c, e) != 0)
			return -1;
		if (c->merged == NULL)
			return err_set(e, ERR_INPUT, "%s", _(no_merge(c->merge)));
		set.text = c->merged;
	}
	if (x->how == CONFLICT_MERGE || x->how == CONFLICT_TEXT)
		return value_parse(session, c->type, &set, 1, p, e);
	if (x->how != CONFLICT_SIDE &&
	    only_side(c, x->how == CONFLICT_MINE, &side, e) != 0)
		return -1;
	if (side < 1 || side > h->count)
		return err_set(e, ERR_INPUT,
		    "choose a text by its number, 1 to %zu", h->count);
	p->ops[0].field = h->field;
	p->ops[0].value = h->heads[side - 1].op->value;
	p->count = 1;
	return 0;
}

static int
write_choice(struct store *s, const struct loaded *l, struct parsed *p,
    struct err *e)
{
	struct write w;

	memset(&w, 0, sizeof(w));
	w.id = l->row.id;
	w.type = l->row.type;
	w.ops = p->ops;
	w.op_count = p->count;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (versions_write_tx(s, &w, NULL, e) == 0 &&
	    db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

static int
take_from(struct values *v, const struct loaded *l,
    const struct conflict_choice *x, struct conflict_taken *out,
    struct err *e)
{
	const struct field *f = fields_find(l->row.type, x->field);
	const struct heads_field *h = f != NULL ?
	    heads_find(&l->heads, f->number) : NULL;
	struct parsed *p = mem_new(sizeof(*p));
	struct conflict c = { 0 };
	int rc = -1;

	if (h == NULL || !h->conflict) {
		err_set(e, ERR_ABSENT,
		    "there is no conflict there, or no longer");
		goto out;
	}
	if (fill_conflict(v, l, h, &c, e) != 0 ||
	    chosen_value(v->session, h, &c, x, p, e) != 0)
		goto out;
	out->type = l->row.type;
	out->before = value_text(v, f, &h->heads[0].op->value, e);
	out->now = value_text(v, f, &p->ops[0].value, e);
	if (out->before != NULL && out->now != NULL)
		rc = write_choice(v->s, l, p, e);
	if (rc != 0)
		conflict_taken_done(out);
out:
	conflict_done(&c);
	mem_free(p);
	return rc;
}

void
conflict_taken_done(struct conflict_taken *t)
{
	mem_forget(t->before);
	mem_forget(t->now);
	memset(t, 0, sizeof(*t));
}

int
conflicts_take(struct session *session, const struct conflict_choice *choice,
    struct conflict_taken *out, struct err *e)
{
	struct store *s = session_store(session);
	struct loaded *l = loaded_new();
	struct values v;
	int rc = versions_load(s, &choice->record, l, e);

	memset(out, 0, sizeof(*out));
	if (rc == 1 && (l->row.flags & RECORD_HIDDEN) == 0) {
		values_init(&v, session);
		rc = take_from(&v, l, choice, out, e);
		values_done(&v);
		versions_done(l);
	} else if (rc >= 0) {
		if (rc == 1)
			versions_done(l);
		rc = err_set(e, ERR_ABSENT, "there is no such record here");
	}
	mem_free(l);
	return rc;
}
