/*
 * The one field that decides whether a record is shown at all. The heads are
 * those of heads.c; here is what they mean, and who may write them.
 */
#include "client/core/local/deleted.h"

#include <string.h>

static bool
is_true(const struct op *op)
{
	return op->value.type == VALUE_BOOL && op->value.num != 0;
}

static bool
names(const struct op *op, const struct version *v)
{
	size_t i;

	for (i = 0; i < op->base_count; i++)
		if (op->bases[i].hlc == v->rec.hlc &&
		    id_eq(&op->bases[i].origin, &v->rec.origin))
			return true;
	return false;
}

static const struct version *
find_base(const struct version *versions, size_t n,
    const struct version_ref *ref)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (versions[i].rec.hlc == ref->hlc &&
		    id_eq(&versions[i].rec.origin, &ref->origin))
			return &versions[i];
	return NULL;
}

/* A deletion names what its writer saw, as far as there is room: the newest.
 * When all room is used, what is older than all it names was seen too. */
static bool
knew(const struct head *del, const struct version *v,
    const struct version *versions, size_t n)
{
	const struct version *base;
	size_t i;

	if (del->version == v || names(del->op, v))
		return true;
	if (del->op->base_count < RECORD_BASES_MAX)
		return false;
	for (i = 0; i < del->op->base_count; i++) {
		base = find_base(versions, n, &del->op->bases[i]);
		if (base != NULL && base->eff < v->eff)
			return false;
	}
	return true;
}

static bool
somebody_knew(const struct heads_field *f, const struct version *v,
    const struct version *versions, size_t n)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (is_true(f->heads[i].op) &&
		    knew(&f->heads[i], v, versions, n))
			return true;
	return false;
}

void
deleted_of(const struct heads *h, const struct version *versions, size_t n,
    struct deleted *out)
{
	const struct heads_field *f = heads_find(h, FIELD_DELETED);
	size_t i, j;

	memset(out, 0, sizeof(*out));
	for (i = 0; f != NULL && i < f->count; i++) {
		if (is_true(f->heads[i].op) && out->by == NULL)
			out->by = f->heads[i].version;
		if (!is_true(f->heads[i].op) && out->restored == NULL)
			out->restored = f->heads[i].version;
	}
	out->on = out->by != NULL;
	if (!out->on)
		out->restored = NULL;
	for (i = 0; out->on && i < h->count; i++) {
		if (h->fields[i].field == FIELD_DELETED)
			continue;
		for (j = 0; j < h->fields[i].count; j++) {
			const struct version *v =
			    h->fields[i].heads[j].version;

			if (!somebody_knew(f, v, versions, n) &&
			    (out->change == NULL ||
			    out->change->eff < v->eff))
				out->change = v;
		}
	}
}

/* ---- writing ---- */

static void
add_base(const struct version *v, struct op *op)
{
	if (op->base_count == RECORD_BASES_MAX || names(op, v))
		return;
	op->bases[op->base_count].origin = v->rec.origin;
	op->bases[op->base_count++].hlc = v->rec.hlc;
}

/* The newest version among the heads that is not named yet. */
static const struct version *
next_base(const struct heads *h, const struct op *op)
{
	const struct version *best = NULL;
	size_t i, j;

	for (i = 0; i < h->count; i++)
		for (j = 0; j < h->fields[i].count; j++) {
			const struct version *v =
			    h->fields[i].heads[j].version;

			if (!names(op, v) && (best == NULL ||
			    v->eff > best->eff))
				best = v;
		}
	return best;
}

void
deleted_bases(const struct heads *h, struct op *op)
{
	const struct heads_field *f = h == NULL ? NULL :
	    heads_find(h, FIELD_DELETED);
	const struct version *v;
	size_t i;

	op->base_count = 0;
	for (i = 0; f != NULL && i < f->count; i++)
		add_base(f->heads[i].version, op);
	while (h != NULL && op->base_count < RECORD_BASES_MAX &&
	    (v = next_base(h, op)) != NULL)
		add_base(v, op);
}

/* ---- what may be ---- */

bool
deleted_shows(const struct heads *h)
{
	return h->count > 1 || (h->count == 1 &&
	    h->fields[0].field != FIELD_DELETED);
}

bool
deleted_in(const struct op *ops, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ops[i].field == FIELD_DELETED)
			return true;
	return false;
}

bool
deleted_only(const struct op *ops, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ops[i].field != FIELD_DELETED)
			return false;
	return n > 0;
}

const char *
deleted_doubt(enum record_type type, const struct op *ops, size_t n)
{
	size_t i;

	if (!deleted_in(ops, n))
		return NULL;
	if (fields_number(type, FIELD_DELETED) == NULL)
		return "it deletes a record that is ended by another record, "
		    "and never deleted";
	for (i = 0; i < n; i++)
		if (ops[i].field == FIELD_DELETED &&
		    ops[i].value.type != VALUE_BOOL)
			return "it neither deletes nor restores its record";
	return NULL;
}

/* The first version in the log is the record's; before it has a place, the
 * first that there is. A record that is not here yet is written by who sends
 * it. */
int
deleted_may(struct store *s, const struct record_row *row,
    const struct id *person, bool *may, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT origin FROM version "
	    "WHERE rid = ? ORDER BY seq IS NULL, seq, idx, hlc, origin "
	    "LIMIT 1");
	const struct roster_device *d;
	struct id origin;
	int rc;

	*may = false;
	db_bind_int(q, 1, row->rid);
	rc = db_step(q, e);
	if (rc == 1 && db_id(q, 0, &origin) == 0) {
		d = roster_device(&s->roster, &origin);
		*may = d != NULL ? id_eq(&d->person, person) :
		    id_eq(&origin, &s->me->device) &&
		    id_eq(&s->person, person);
	}
	if (rc == 1)
		db_reset(q);
	return rc < 0 ? -1 : 0;
}
