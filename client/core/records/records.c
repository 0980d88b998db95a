/*
 * Records as a person reads them: values to text, ids to names, and the marks
 * that say what waits, what is held and what two people wrote.
 */
#include "client/core/records/records.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"
#include "client/core/local/aliases.h"
#include "client/core/local/deleted.h"
#include "client/core/local/erased.h"
#include "common/rules/erasure.h"
#include "client/core/records/entry.h"
#include "client/core/local/day.h"
#include "client/core/profile/policies.h"
#include "client/core/words/said.h"
#include "client/core/records/value.h"

#define NAMES_BYTES 400 /* of a list of sections */

static void
fill_author(struct values *v, const struct loaded *l, struct record_item *r)
{
	const struct version *first = versions_first(l);

	r->author = mem_dup(first != NULL ?
	    value_author(v, &first->rec.origin) : "");
}

static void
fill_marks(const struct values *v, const struct loaded *l,
    struct record_item *r)
{
	const struct version *first = versions_first(l);
	size_t i;

	r->during = first != NULL && during_is(&v->during, v->s, first);
	for (i = 0; i < l->count; i++)
		if (l->versions[i].state == VERSION_LOCAL ||
		    l->versions[i].state == VERSION_OUTGOING)
			r->waits = true;
	r->held = (l->row.flags & RECORD_HELD) != 0;
	r->conflict = (l->row.flags & RECORD_CONFLICT) != 0;
	r->restricted = (l->row.flags & RECORD_RESTRICTED) != 0;
}

/* Kept and marked; the case stays closed. */
static int
fill_after(struct values *v, const struct loaded *l, struct record_item *r,
    struct err *e)
{
	int64_t closed_ms;
	size_t i;

	if (r->type != TYPE_NOTE || id_is_zero(&r->case_id))
		return 0;
	if (value_closed(v, &r->case_id, &closed_ms, e) != 0)
		return -1;
	r->after_closing = closed_ms != 0 && l->count > 0;
	for (i = 0; i < l->count; i++)
		if (hlc_ms(l->versions[i].eff) <= closed_ms)
			r->after_closing = false;
	return 0;
}

static void
fill_deleted(struct values *v, const struct loaded *l, struct record_item *r)
{
	struct deleted d;

	deleted_of(&l->heads, l->versions, l->count, &d);
	r->deleted = d.on;
	if (!d.on)
		return;
	r->deleted_by = mem_dup(value_author(v, &d.by->rec.origin));
	r->deleted_ms = hlc_ms(d.by->eff);
	if (d.change != NULL)
		r->changed_by = mem_dup(value_author(v,
		    &d.change->rec.origin));
	if (d.restored != NULL)
		r->restored_by = mem_dup(value_author(v,
		    &d.restored->rec.origin));
}

/* 10.4: by whom and when, and nothing else. */
static int
fill_erased(struct values *v, const struct loaded *l, struct record_item *r,
    struct err *e)
{
	struct erased_at at = { &r->space, &r->id, l->row.type };
	struct erased_order o;
	int rc = (l->row.flags & RECORD_ERASED) == 0 ? 0 :
	    erased_record(v->s, &at, &o, e);

	if (rc != 1)
		return rc;
	r->erased = true;
	r->erased_by = mem_dup(value_author(v, &o.keeper));
	r->erased_with = mem_dup(value_author(v, &o.dpo));
	r->erased_ms = o.accept_ms;
	r->erased_due_ms = erasure_due_ms(o.accept_ms);
	return 0;
}

static char *
kind_label(const char *name)
{
	const struct record_kind *k;
	size_t i;

	for (i = 0; (k = fields_each(i)) != NULL; i++)
		if (strcmp(k->name, name) == 0)
			return mem_dup(_(k->label));
	return NULL;
}

/* By the policy that the shown value was written under. */
static char *
word_of(struct values *v, const struct field *f, const struct head *h,
    const char *code)
{
	const char *word;
	char names[NAMES_BYTES];

	if (f->type == TYPE_COPY) /* the name of a kind */
		return kind_label(code);
	if (f->kind == FIELD_TEXT && f->vocabulary != NULL)
		return mem_dup(policies_names(v->session, f->vocabulary, code,
		    names, sizeof(names)));
	word = policies_word(v->session, &h->version->rec.policy, f, code);
	return word != NULL ? mem_dup(word) : NULL;
}

static char *
day_of(const char *text)
{
	char day[SAID_DAY_BYTES];
	int64_t ms;

	return day_parse(view_str(text), &ms) ? mem_dup(said_day(ms, day)) :
	    NULL;
}

static int
fill_fields(struct values *v, const struct loaded *l, struct record_item *r,
    struct err *e)
{
	size_t n, i;
	const struct field *f = fields_of(r->type, &n);

	r->fields = mem_new(n * sizeof(*r->fields));
	if (r->restricted)
		return 0;
	for (i = 0; i < n; i++) {
		const struct heads_field *h = heads_find(&l->heads,
		    f[i].number);
		struct field_text *t = &r->fields[r->field_count];

		if (h == NULL || f[i].number == FIELD_DELETED ||
		    f[i].kind == FIELD_SECRET ||
		    (!h->conflict &&
		    h->heads[0].op->value.type == VALUE_NULL))
			continue;
		r->field_count++;
		t->name = mem_dup(f[i].name);
		t->label = mem_dup(f[i].label);
		t->conflict = h->conflict;
		t->during = during_is(&v->during, v->s,
		    h->heads[0].version);
		t->text = value_text(v, &f[i], &h->heads[0].op->value, e);
		if (t->text == NULL)
			return -1;
		if (f[i].kind == FIELD_CODE || (f[i].kind == FIELD_TEXT &&
		    (f[i].vocabulary != NULL || (r->type == TYPE_COPY &&
		    f[i].number == COPY_KIND))))
			t->word = word_of(v, &f[i], &h->heads[0], t->text);
		else if (f[i].kind == FIELD_DATE || f[i].kind == FIELD_TIME)
			t->word = day_of(t->text);
		else if (value_right(&f[i], 0) != NULL)
			t->word = mem_dup(value_right(&f[i],
			    h->heads[0].op->value.num));
		else if (f[i].kind == FIELD_FLAG)
			t->word = mem_dup(strcmp(t->text, "yes") == 0 ?
			    _("yes") : _("no"));
	}
	return 0;
}

static int
fill_amended(struct store *s, struct record_item *r, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM record "
	    "WHERE parent = ? AND type = ? AND " RECORD_OUT_SQL " = 0 LIMIT 1");
	int rc;

	if (r->type != TYPE_NOTE)
		return 0;
	db_bind_id(q, 1, &r->id);
	db_bind_int(q, 2, TYPE_NOTE);
	rc = db_step(q, e);
	if (rc == 1)
		db_reset(q);
	r->amended = rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
fill_item(struct values *v, const struct record_row *row,
    struct record_item *r, struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (versions_load_row(v->s, row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	r->id = row->id;
	r->case_id = row->case_id;
	r->space = row->space;
	r->type = row->type;
	r->at_ms = row->at_ms;
	fill_author(v, l, r);
	if (during_load(v->s, &row->case_id, &v->during, e) != 0)
		goto out;
	fill_marks(v, l, r);
	fill_deleted(v, l, r);
	if (fill_after(v, l, r, e) == 0 && fill_erased(v, l, r, e) == 0 &&
	    value_section(v, &row->space, r->section, e) == 0 &&
	    fill_fields(v, l, r, e) == 0 && fill_amended(v->s, r, e) == 0)
		rc = 0;
out:
	versions_done(l);
	mem_free(l);
	if (rc != 0)
		record_item_done(r);
	return rc;
}

void
record_item_done(struct record_item *r)
{
	size_t i;

	for (i = 0; i < r->field_count; i++) {
		mem_free(r->fields[i].name);
		mem_free(r->fields[i].label);
		mem_free(r->fields[i].word);
		mem_forget(r->fields[i].text);
	}
	mem_free(r->fields);
	mem_free(r->author);
	mem_free(r->erased_by);
	mem_free(r->erased_with);
	mem_free(r->deleted_by);
	mem_free(r->changed_by);
	mem_free(r->restored_by);
	memset(r, 0, sizeof(*r));
}

void
record_list_done(struct record_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		record_item_done(&l->items[i]);
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

const char *
record_field(const struct record_item *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->field_count; i++)
		if (strcmp(r->fields[i].name, name) == 0)
			return r->fields[i].text;
	return "";
}

const char *
record_word(const struct record_item *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->field_count; i++)
		if (strcmp(r->fields[i].name, name) == 0 &&
		    r->fields[i].word != NULL)
			return r->fields[i].word;
	return record_field(r, name);
}

int
records_find(struct session *session, const struct id *id,
    struct record_item *out, struct err *e)
{
	struct store *s = session_store(session);
	struct record_row row;
	struct values v;
	int rc = versions_row(s, id, &row, e);

	if (rc != 1 || (row.flags & RECORD_HIDDEN) != 0)
		return rc < 0 ? -1 : 0;
	values_init(&v, session);
	rc = fill_item(&v, &row, out, e);
	values_done(&v);
	return rc == 0 ? 1 : -1;
}

/* ---- lists ---- */

struct taking {
	const struct records_query *q;
	struct buf *rows;
};

static int
take_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct taking *t = ctx;

	(void)e;
	if (t->q->wanted == NULL ||
	    t->q->wanted(t->q->wanted_ctx, row->type, row->at_ms))
		buf_add(t->rows, row, sizeof(*row));
	return 0;
}

static int
cmp_newest(const void *va, const void *vb)
{
	struct record_row a, b;

	memcpy(&a, va, sizeof(a));
	memcpy(&b, vb, sizeof(b));
	if (a.at_ms != b.at_ms)
		return a.at_ms < b.at_ms ? 1 : -1;
	return (a.rid < b.rid) - (a.rid > b.rid);
}

/* The rows asked for; of cases that are one, those of all, newest first. */
static int
collect_rows(struct store *s, const struct records_query *q,
    const struct alias_group *group, struct buf *rows, struct err *e)
{
	struct version_query vq = { .type = q->type, .case_id = q->case_id,
		.space = q->space, .parent = q->parent, 
		.limit = q->wanted == NULL ? q->limit : 0,
		.deleted = q->deleted,
		.flags = q->deleted ? RECORD_DELETED : 0 };
	struct taking t = { q, rows };
	size_t i, n;

	if (group->count <= 1 &&
	    versions_each(s, &vq, take_row, &t, e) != 0)
		return -1;
	for (i = 0; group->count > 1 && i < group->count; i++) {
		vq.case_id = &group->ids[i];
		if (versions_each(s, &vq, take_row, &t, e) != 0)
			return -1;
	}
	if (buf_check(rows, "a list of records", e) != 0)
		return -1;
	n = rows->len / sizeof(struct record_row);
	if (group->count > 1 && n > 0)
		qsort(rows->data, n, sizeof(struct record_row), cmp_newest);
	if (q->limit > 0 && n > q->limit)
		rows->len = q->limit * sizeof(struct record_row);
	return 0;
}

static int
fill_list(struct session *session, const struct buf *rows,
    struct record_list *out, struct err *e)
{
	size_t n = rows->len / sizeof(struct record_row), i;
	struct record_row row;
	struct values v;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	out->items = mem_new(n * sizeof(*out->items));
	values_init(&v, session);
	for (i = 0; rc == 0 && i < n; i++) {
		memcpy(&row, rows->data + i * sizeof(row), sizeof(row));
		rc = fill_item(&v, &row, &out->items[i], e);
		if (rc == 0)
			out->count++;
	}
	values_done(&v);
	out->total = out->count;
	if (rc != 0)
		record_list_done(out);
	return rc;
}

#define LESS_HIDDEN " - (SELECT count(*) FROM record WHERE flags <> 0 " \
	"AND " RECORD_OUT_SQL " <> 0 AND (?1 = 0 OR type = ?1) " \
	"AND (?2 IS NULL OR case_id = ?2))"

static int
count_case(struct store *s, const struct records_query *q,
    const struct id *case_id, size_t *n, struct err *e)
{
	/* All, from an index alone, less the few that are hidden. */
	static const char *const sql[] = {
		"SELECT (SELECT count(*) FROM record WHERE case_id = ?2 "
		"AND type = ?1)" LESS_HIDDEN,
		"SELECT (SELECT count(*) FROM record WHERE case_id = ?2)"
		LESS_HIDDEN,
		"SELECT (SELECT count(*) FROM record WHERE type = ?1)"
		LESS_HIDDEN,
		"SELECT (SELECT count(*) FROM record)" LESS_HIDDEN,
	};
	struct stmt *st = db_prepare(s->db, sql[(case_id == NULL ? 2 : 0) +
	    (q->type == 0 ? 1 : 0)]);

	db_bind_int(st, 1, q->type);
	db_bind_id(st, 2, case_id);
	if (db_step(st, e) != 1)
		return -1;
	*n += (size_t)db_int(st, 0);
	db_reset(st);
	return 0;
}

static int
count_all(struct store *s, const struct records_query *q,
    const struct alias_group *group, size_t *n, struct err *e)
{
	size_t i;

	*n = 0;
	if (q->case_id == NULL)
		return count_case(s, q, NULL, n, e);
	for (i = 0; i < group->count; i++)
		if (count_case(s, q, &group->ids[i], n, e) != 0)
			return -1;
	return 0;
}

int
records_list(struct session *session, const struct records_query *q,
    struct record_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct alias_group group = { .count = 0 };
	struct buf rows;
	int rc;

	memset(out, 0, sizeof(*out));
	if (q->case_id != NULL &&
	    aliases_of(s, q->case_id, false, &group, e) != 0)
		return -1;
	buf_init(&rows, 1u << 28);
	rc = collect_rows(s, q, &group, &rows, e);
	if (rc == 0)
		rc = fill_list(session, &rows, out, e);
	buf_done(&rows);
	if (rc == 0 && q->limit > 0 && !q->deleted && q->wanted == NULL &&
	    q->space == NULL && q->parent == NULL && out->count == q->limit &&
	    count_all(s, q, &group, &out->total, e) != 0) {
		record_list_done(out);
		return -1;
	}
	return rc;
}

/* ---- writing ---- */

/* Something is said anew, or one of two that clash is chosen. */
static bool
says_more(const struct entry *x)
{
	const struct heads_field *h;
	size_t i;

	for (i = 0; i < x->op_count; i++) {
		h = heads_find(&x->now->heads, x->ops[i].field);
		if (entry_changes(x, x->ops[i].field) ||
		    (h != NULL && h->conflict))
			return true;
	}
	return false;
}

/* What the record would say then. */
static int
check_change(struct session *session, const struct record_row *row,
    const struct parsed *p, struct err *e)
{
	struct entry x = { .session = session, .type = row->type,
		.id = row->id, .case_id = row->case_id, .space = row->space,
		.ops = p->ops, .op_count = p->count };
	struct loaded *l = loaded_new();
	const struct record_kind *kind = fields_kind(row->type);
	int rc = versions_load_row(session_store(session), row, l, e) == 1 ?
	    0 : -1;
	size_t i;

	x.now = l;
	for (i = 0; rc == 0 && kind != NULL && i < kind->count; i++)
		if ((kind->fields[i].flags & FIELD_NEEDED) != 0 &&
		    !entry_has(&x, kind->fields[i].number))
			rc = err_set(e, ERR_INPUT, "a %s needs its %s",
			    kind->name, kind->fields[i].name);
	if (rc == 0)
		rc = entry_check(&x, e);
	if (rc == 0 && !says_more(&x))
		rc = err_set(e, ERR_CLASH, "it says that already; nothing was "
		    "written");
	versions_done(l);
	mem_free(l);
	return rc;
}

int
records_set(struct session *session, const struct id *id,
    const struct assignment *set, size_t n, struct err *e)
{
	struct store *s = session_store(session);
	struct record_row row;
	struct parsed *p;
	struct write w;
	int rc = versions_row(s, id, &row, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || (row.flags & RECORD_HIDDEN) != 0)
		return err_set(e, ERR_ABSENT, "there is no such record here");
	if ((row.flags & RECORD_ERASED) != 0)
		return err_set(e, ERR_DENIED, "this was erased");
	if ((row.flags & RECORD_RESTRICTED) != 0)
		return err_set(e, ERR_DENIED, "the use of this is restricted: tugi restrict list");
	if ((row.flags & RECORD_DELETED) != 0)
		return err_set(e, ERR_DENIED,
		    "this is deleted; restore it first");
	if (n == 0)
		return err_set(e, ERR_INPUT, "there is nothing to change");
	memset(&w, 0, sizeof(w));
	w.id = *id;
	w.type = row.type;
	p = mem_new(sizeof(*p));
	rc = value_parse(session, row.type, set, n, p, e);
	if (rc == 0)
		rc = check_change(session, &row, p, e);
	if (rc == 0) {
		w.ops = p->ops;
		w.op_count = p->count;
		rc = db_begin(s->db, e);
	}
	if (rc == 0) {
		rc = versions_write_tx(s, &w, NULL, e);
		rc = db_end(s->db, rc, e);
	}
	mem_free(p);
	return rc;
}
