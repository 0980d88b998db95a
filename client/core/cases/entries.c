/*
 * A draft becomes a record: typed fields to values, what is missing filled in
 * or asked for, the place found, the checks of its kind asked, and all of it
 * written in one transaction.
 */
#include "client/core/cases/entries.h"

#include <string.h>

#include "client/core/cases/alias.h"
#include "client/core/cases/cases.h"
#include "client/core/local/day.h"
#include "client/core/cases/rooms.h"
#include "client/core/profile/forms.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"

struct adding {
	struct session *session;
	struct store *s;
	const struct entry_draft *d;
	const struct record_kind *kind;
	struct parsed p;
	char today[DAY_TEXT_BYTES];
	struct write w;
};

static struct op *
find_op(struct parsed *p, uint16_t field)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->ops[i].field == field)
			return &p->ops[i];
	return NULL;
}

static bool
is_empty(const struct op *op)
{
	return op == NULL || op->value.type == VALUE_NULL;
}

/* The value that a new record gets when nothing was typed. */
static void
fill_in(struct adding *a, const struct field *f)
{
	struct op *op = find_op(&a->p, f->number);
	struct value v = { VALUE_NULL, 0, { NULL, 0 } };

	if (!is_empty(op))
		return;
	if ((f->flags & FIELD_TODAY) != 0 && f->kind == FIELD_TIME) {
		v.type = VALUE_INT;
		v.num = store_now_ms(a->s);
	} else if ((f->flags & FIELD_TODAY) != 0) {
		v.type = VALUE_TEXT;
		v.data = view_str(day_text(store_now_ms(a->s), a->today));
	} else if ((f->flags & FIELD_OWN) != 0) {
		v.type = VALUE_BYTES;
		v.data = view_of(a->s->person.b, sizeof(a->s->person.b));
	} else {
		return;
	}
	if (op == NULL && a->p.count < RECORD_OPS_MAX)
		op = &a->p.ops[a->p.count++];
	if (op == NULL)
		return;
	op->field = f->number;
	op->value = v;
}

static bool
is_said(const void *ctx, const struct field *f)
{
	const struct adding *a = ctx;
	size_t i;

	for (i = 0; i < a->p.count; i++)
		if (a->p.ops[i].field == f->number)
			return !is_empty(&a->p.ops[i]);
	return false;
}

static int
read_draft(struct adding *a, struct err *e)
{
	const struct entry_draft *d = a->d;
	size_t i;

	if (value_parse_new(a->session, d->type, d->set, d->n, &a->p, e) != 0)
		return -1;
	for (i = 0; i < d->more_count && a->p.count < RECORD_OPS_MAX; i++) {
		a->p.ops[a->p.count].field = d->more[i].field;
		a->p.ops[a->p.count].value = d->more[i].value;
		a->p.count++;
	}
	if (value_standard(a->session, d->type, &a->p, e) != 0)
		return -1;
	for (i = 0; i < a->kind->count; i++)
		fill_in(a, &a->kind->fields[i]);
	for (i = 0; i < a->kind->count; i++)
		if ((a->kind->fields[i].flags & FIELD_NEEDED) != 0 &&
		    is_empty(find_op(&a->p, a->kind->fields[i].number)))
			return err_set(e, ERR_INPUT, "a new %s needs the "
			    "field %s: %s=TEXT", a->kind->name,
			    a->kind->fields[i].name, a->kind->fields[i].name);
	return forms_ask(a->session, d->type, is_said, a, e);
}

static int
check_room(struct adding *a, struct err *e)
{
	struct space sp;
	int rc = spaces_find(a->s, &a->d->space, &sp, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "there is no such room here");
	a->w.space = sp.id;
	a->w.case_id = sp.case_id;
	return fields_fits(a->kind, spaces_home(&sp), sp.section) ? 0 :
	    err_set(e, ERR_INPUT, "a %s does not belong in a room of the "
	    "kind %s", a->kind->name, sp.section);
}

/* Where it goes; a section or the own room is begun if need be. */
static int
find_place_tx(struct adding *a, struct err *e)
{
	const struct entry_draft *d = a->d;

	if (!id_is_zero(&d->space))
		return check_room(a, e);
	if (!id_is_zero(&d->case_id) && (a->kind->homes & HOME_CASE) != 0) {
		const char *section = a->kind->section != NULL ?
		    a->kind->section : "plan";

		if (alias_front(a->session, &d->case_id, &a->w.case_id, e) !=
		    0)
			return -1;
		return id_is_zero(&d->part) ?
		    cases_section_tx(a->session, &a->w.case_id, section,
		        &a->w.space, e) :
		    cases_part_tx(a->session, &a->w.case_id, section, &d->part,
		        &a->w.space, e);
	}
	if ((a->kind->homes & HOME_ROOM) != 0 && a->kind->rooms != NULL &&
	    fields_listed(a->kind->rooms, ROOMS_OWN))
		return rooms_own_tx(a->session, &a->w.space, e);
	if (a->kind->homes == HOME_COMMONS) {
		a->w.space = a->s->roster.genesis.commons;
		return 0;
	}
	return err_set(e, ERR_INPUT, "a %s belongs to a case or a room; name "
	    "it", a->kind->name);
}

static int
add_tx(struct adding *a, struct id *id, struct err *e)
{
	struct entry x = { .session = a->session, .type = a->d->type };

	if (find_place_tx(a, e) != 0)
		return -1;
	x.case_id = a->w.case_id;
	x.space = a->w.space;
	x.ops = a->w.ops = a->p.ops;
	x.op_count = a->w.op_count = a->p.count;
	a->w.type = a->d->type;
	a->w.id = a->d->id;
	if (entry_check(&x, e) != 0)
		return -1;
	return versions_write_tx(a->s, &a->w, id, e);
}

int
entries_add_tx(struct session *session, const struct entry_draft *d,
    struct id *id, struct err *e)
{
	struct adding *a = mem_new(sizeof(*a));
	int rc;

	a->session = session;
	a->s = session_store(session);
	a->d = d;
	a->kind = fields_kind(d->type);
	rc = a->kind == NULL ?
	    err_set(e, ERR_BUG, "there is no such kind of record") :
	    read_draft(a, e);
	if (rc == 0)
		rc = add_tx(a, id, e);
	mem_wipe(a, sizeof(*a));
	mem_free(a);
	return rc;
}

int
entries_add(struct session *session, const struct entry_draft *d,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	int rc;

	if (db_begin(s->db, e) != 0)
		return -1;
	rc = entries_add_tx(session, d, id, e);
	return db_end(s->db, rc, e);
}

int
entries_add_to(struct session *session, const struct entry_draft *d,
    uint16_t field, const struct id *to, struct id *id, struct err *e)
{
	struct op op = { .field = field,
		.value = { VALUE_BYTES, 0, { to->b, sizeof(to->b) } } };
	struct entry_draft with = *d;

	with.more = &op;
	with.more_count = 1;
	return entries_add(session, &with, id, e);
}

/* ---- changing ---- */

int
entries_change_tx(struct session *session, const struct entry_change *ch,
    struct err *e)
{
	struct entry x = { .session = session, .type = ch->type,
	    .id = ch->id, .ops = ch->ops, .op_count = ch->op_count };
	struct write w = { .id = ch->id, .type = ch->type, .ops = ch->ops,
	    .op_count = ch->op_count };
	struct store *s = session_store(session);
	struct loaded l;
	struct id id;
	int rc = versions_load(s, &ch->id, &l, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || l.row.type != ch->type ||
	    (l.row.flags & RECORD_OUT) != 0) {
		if (rc == 1)
			versions_done(&l);
		return err_set(e, ERR_ABSENT, "there is no such %s here",
		    fields_kind(ch->type)->name);
	}
	x.now = &l;
	x.case_id = w.case_id = l.row.case_id;
	x.space = w.space = l.row.space;
	rc = entry_check(&x, e);
	if (rc == 0)
		rc = versions_write_tx(s, &w, &id, e);
	versions_done(&l);
	return rc;
}

int
entries_change(struct session *session, const struct entry_change *ch,
    struct err *e)
{
	struct store *s = session_store(session);

	if (db_begin(s->db, e) != 0)
		return -1;
	if (entries_change_tx(session, ch, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}
