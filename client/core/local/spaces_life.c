/*
 * The beginning and the end of a space on this device: the two acts that
 * span rows, records and search, and therefore stand above all three.
 */
#include "client/core/local/spaces.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/local/versions.h"

static int
begin_owner(struct store *s, const struct space *sp, struct err *e)
{
	struct access a;

	memset(&a, 0, sizeof(a));
	a.kind = ACCESS_OWNER;
	id_random(&a.id);
	a.person = s->person;
	a.right = RIGHT_KEEP;
	a.from_ms = 0;
	a.until_ms = INT64_MAX;
	a.hlc = store_stamp(s);
	a.origin = s->me->device;
	return spaces_access_save_tx(s, &sp->id, &a, NULL, -1, e);
}

static void
add_op(struct op *ops, size_t *n, uint16_t field, struct value v)
{
	ops[*n].field = field;
	ops[*n].value = v;
	++*n;
}

static struct value
value_id(const struct id *id)
{
	struct value v = { VALUE_BYTES, 0, { id->b, sizeof(id->b) } };

	return v;
}

static struct value
value_text(const char *text)
{
	struct value v = { VALUE_TEXT, 0, view_str(text) };

	return v;
}

static int
begin_record(struct store *s, const struct space *sp, const char *label,
    struct err *e)
{
	struct value kind = { VALUE_INT, sp->kind, { NULL, 0 } };
	struct op ops[7];
	struct write w;
	size_t n = 0;

	memset(&w, 0, sizeof(w));
	add_op(ops, &n, SPACE_KIND, kind);
	if (!id_is_zero(&sp->case_id))
		add_op(ops, &n, SPACE_CASE, value_id(&sp->case_id));
	add_op(ops, &n, SPACE_SECTION, value_text(sp->section));
	add_op(ops, &n, SPACE_SIDE, value_id(&sp->side));
	if (label != NULL && label[0] != '\0')
		add_op(ops, &n, SPACE_LABEL, value_text(label));
	if (!id_is_zero(&sp->part))
		add_op(ops, &n, SPACE_PART, value_id(&sp->part));
	if (sp->since_count > 0)
		add_op(ops, &n, SPACE_SINCE, (struct value){ VALUE_BYTES, 0,
		    view_of(sp->since, sp->since_count *
		    sizeof(struct id)) });
	w.type = TYPE_SPACE;
	w.space = sp->id;
	w.case_id = sp->case_id;
	w.ops = ops;
	w.op_count = n;
	return versions_write_tx(s, &w, NULL, e);
}

int
spaces_begin_tx(struct store *s, const struct space *what,
    const char *label, struct space *out, struct err *e)
{
	struct space sp;

	if (s->stage == STORE_REVOKED)
		return err_set(e, ERR_DENIED, STORE_REVOKED_WORDS);
	if (id_is_zero(&s->person))
		return err_set(e, ERR_DENIED, "the office has not approved "
		    "this device yet; sync, and then begin");
	memset(&sp, 0, sizeof(sp));
	sp.kind = what->kind;
	sp.id = what->id;
	if (what->kind != SPACE_COMMONS)
		id_random(&sp.id);
	sp.case_id = what->case_id;
	sp.part = what->part;
	sp.since_count = what->since_count;
	memcpy(sp.since, what->since, sizeof(sp.since));
	memcpy(sp.section, what->section, sizeof(sp.section));
	*out = sp;
	out->side = s->person;
	out->state = SPACE_OPEN;
	if (spaces_save_tx(s, out, e) != 0 || begin_owner(s, out, e) != 0)
		return -1;
	return begin_record(s, out, label, e);
}

/* ---- wiping ---- */


/* Written by another person, or by a device the directory does not know. */
static bool
is_foreign(struct store *s, const struct id *origin)
{
	const struct roster_device *d;

	if (id_eq(origin, &s->me->device))
		return false;
	d = roster_device(&s->roster, origin);
	return d == NULL || !id_eq(&d->person, &s->person);
}

static int
wipe_version(struct store *s, int64_t rid, const struct record *rec,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE version SET body = x'' "
	    "WHERE rid = ? AND hlc = ? AND origin = ?");

	db_bind_int(q, 1, rid);
	db_bind_int(q, 2, (int64_t)rec->hlc);
	db_bind_id(q, 3, &rec->origin);
	return db_run(q, e);
}

static int
wipe_record(void *ctx, const struct record_row *row, struct err *e)
{
	struct store *s = ctx;
	struct loaded *l;
	size_t i;
	int rc;

	if (versions_forget_tx(s, row, e) != 0)
		return -1;
	l = loaded_new();
	if (versions_load_row(s, row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	for (rc = 0, i = 0; rc == 0 && i < l->count; i++)
		if (is_foreign(s, &l->versions[i].rec.origin))
			rc = wipe_version(s, row->rid, &l->versions[i].rec, e);
	versions_done(l);
	mem_free(l);
	return rc == 0 ? versions_flags_tx(s, row->rid, e) : -1;
}

static int
run_for_space(struct store *s, const char *sql, const struct id *space,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, sql);

	db_bind_id(q, 1, space);
	return db_run(q, e);
}

int
spaces_wipe_tx(struct store *s, const struct id *space, struct err *e)
{
	struct version_query q = { .space = space, .with_hidden = true };
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	if (rc != 1)
		return rc;
	sp.state = SPACE_LOST;
	if (sp.lost_ms == 0)
		sp.lost_ms = store_now_ms(s);
	if (spaces_save_tx(s, &sp, e) != 0 ||
	    run_for_space(s, "UPDATE epoch SET key = NULL WHERE space = ?",
	        space, e) != 0 ||
	    run_for_space(s, "UPDATE version SET state = 4, outgoing = NULL "
	        "WHERE state IN (1, 2) AND rid IN "
	        "(SELECT rid FROM record WHERE space = ?)", space, e) != 0)
		return -1;
	return versions_each(s, &q, wipe_record, s, e);
}

static int
show_record(void *ctx, const struct record_row *row, struct err *e)
{
	return versions_flags_tx(ctx, row->rid, e);
}

int
spaces_show_tx(struct store *s, const struct id *space, struct err *e)
{
	struct version_query q = { .space = space, .with_hidden = true };

	return versions_each(s, &q, show_record, s, e);
}
