/*
 * Registers of heads, computed from all versions of a record at once.
 *
 * Every op of a version that takes part is a candidate for its field; those
 * that another version names as a base drop out; the rest are heads, the
 * first of them shown. Sorting makes the result independent of the order the
 * versions came in. Called when a record is read or gets a further version.
 */
#include "client/core/local/heads.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/local/fields.h"
#include "common/base/mem.h"

struct named { /* a version that somebody's op names as base of a field */
	uint16_t field;
	struct version_ref ref;
};

static bool
takes_part(const struct version *v)
{
	return v->state == VERSION_LOCAL || v->state == VERSION_OUTGOING ||
	    v->state == VERSION_ACCEPTED;
}

static int
cmp_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
cmp_named(const void *va, const void *vb)
{
	const struct named *a = va, *b = vb;
	int c = cmp_u64(a->field, b->field);

	if (c == 0)
		c = cmp_u64(a->ref.hlc, b->ref.hlc);
	return c != 0 ? c : id_cmp(&a->ref.origin, &b->ref.origin);
}

/* The one to show first: not yet accepted ones, then the latest. Stamp and
 * origin decide between what a faulty log gives the same place. */
static int
cmp_rank(const struct version *a, const struct version *b)
{
	int c = cmp_u64(b->seq == UINT64_MAX, a->seq == UINT64_MAX);

	if (c == 0)
		c = cmp_u64(b->eff, a->eff);
	if (c == 0)
		c = cmp_u64(b->seq, a->seq);
	if (c == 0)
		c = cmp_u64(b->idx, a->idx);
	if (c == 0)
		c = cmp_u64(b->rec.hlc, a->rec.hlc);
	return c != 0 ? c : id_cmp(&b->rec.origin, &a->rec.origin);
}

/* Child protection leads (rules.md 6.9): its word on who leads stands above
 * one that had not seen it, whatever their times. */
static bool
is_takeover(const struct head *h)
{
	const struct record *rec = &h->version->rec;
	size_t i;

	if (rec->type != TYPE_CASE || (h->op->field != CASE_LEAD &&
	    h->op->field != CASE_COORDINATOR && h->op->field != CASE_STAGE))
		return false;
	for (i = 0; i < rec->op_count; i++)
		if (rec->ops[i].field == CASE_STAGE)
			return rec->ops[i].value.type == VALUE_TEXT &&
			    view_eq(rec->ops[i].value.data, view_str("cp"));
	return false;
}

static int
cmp_head(const void *va, const void *vb)
{
	const struct head *a = va, *b = vb;
	int c = cmp_u64(a->op->field, b->op->field);

	if (c == 0)
		c = cmp_u64(is_takeover(b), is_takeover(a));
	return c != 0 ? c : cmp_rank(a->version, b->version);
}

static bool
same_value(const struct value *a, const struct value *b)
{
	return a->type == b->type && a->num == b->num &&
	    view_eq(a->data, b->data);
}

/* A second op of one version on the same field says nothing. */
static bool
is_repeated(const struct record *rec, size_t op)
{
	size_t i;

	for (i = 0; i < op; i++)
		if (rec->ops[i].field == rec->ops[op].field)
			return true;
	return false;
}

static void
add_bases(const struct record *rec, const struct op *op, struct named *named,
    size_t *count)
{
	size_t i;

	for (i = 0; i < op->base_count; i++) {
		const struct version_ref *ref = &op->bases[i];

		if (ref->hlc == rec->hlc && id_eq(&ref->origin, &rec->origin))
			continue; /* nobody drops out by naming itself */
		named[*count].field = op->field;
		named[*count].ref = *ref;
		++*count;
	}
}

static bool
is_named(const struct head *h, const struct named *named, size_t count)
{
	struct named key = { h->op->field,
		{ h->version->rec.origin, h->version->rec.hlc } };

	return count > 0 && bsearch(&key, named, count, sizeof(*named),
	    cmp_named) != NULL;
}

/* ${all}: candidates of one field, best first. Where each names another in a
 * ring, which no honest device writes, none drops out. */
static void
fill_field(const struct head *all, size_t n, const struct named *named,
    size_t named_count, struct heads_field *f)
{
	const struct value *shown = NULL;
	bool ring = true;
	size_t i;

	for (i = 0; i < n && ring; i++)
		ring = is_named(&all[i], named, named_count);
	f->field = all[0].op->field;
	for (i = 0; i < n; i++) {
		if (!ring && is_named(&all[i], named, named_count))
			continue;
		if (shown == NULL)
			shown = &all[i].op->value;
		else if (f->field != FIELD_DELETED &&
		    !same_value(shown, &all[i].op->value))
			f->conflict = true;
		if (f->count < RECORD_BASES_MAX)
			f->heads[f->count++] = all[i];
	}
}

static void
fill(const struct head *all, size_t n, const struct named *named,
    size_t named_count, struct heads *out)
{
	size_t from, to;

	for (from = 0; from < n && out->count < RECORD_OPS_MAX; from = to) {
		struct heads_field *f = &out->fields[out->count++];

		for (to = from + 1; to < n &&
		    all[to].op->field == all[from].op->field; to++)
			;
		memset(f, 0, sizeof(*f));
		fill_field(all + from, to - from, named, named_count, f);
	}
}

void
heads_compute(const struct version *versions, size_t n, struct heads *out)
{
	size_t i, j, ops = 0, bases = 0, all_count = 0, named_count = 0;
	struct named *named;
	struct head *all;

	out->count = 0;
	for (i = 0; i < n; i++) {
		if (!takes_part(&versions[i]))
			continue;
		ops += versions[i].rec.op_count;
		for (j = 0; j < versions[i].rec.op_count; j++)
			bases += versions[i].rec.ops[j].base_count;
	}
	all = mem_new(ops * sizeof(*all));
	named = mem_new(bases * sizeof(*named));
	for (i = 0; i < n; i++) {
		const struct record *rec = &versions[i].rec;

		if (!takes_part(&versions[i]))
			continue;
		for (j = 0; j < rec->op_count; j++) {
			add_bases(rec, &rec->ops[j], named, &named_count);
			if (is_repeated(rec, j))
				continue;
			all[all_count].version = &versions[i];
			all[all_count++].op = &rec->ops[j];
		}
	}
	qsort(all, all_count, sizeof(*all), cmp_head);
	qsort(named, named_count, sizeof(*named), cmp_named);
	fill(all, all_count, named, named_count, out);
	mem_free(all);
	mem_free(named);
}

const struct heads_field *
heads_find(const struct heads *h, uint16_t field)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		if (h->fields[i].field == field)
			return &h->fields[i];
	return NULL;
}
