/*
 * Held text as its author sees it, and deposits as the keeper sees them.
 *
 * A decision is three things in one transaction: the text filed or gone, a
 * review record in the section that says who decided what and on which basis,
 * and the outcome that goes to the author with the next sync.
 */
#include "client/core/consent/review_parts.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/letters.h"
#include "client/core/local/erased.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define RECORDS_MAX DEPOSIT_RECORDS_MAX
#define BASIS_MAX 200
#define WORDS_MAX 4000

/* ---- a record as text ---- */

static int
add_field(struct values *v, const struct op *op, struct record_item *item,
    struct err *e)
{
	const struct field *f = fields_number(item->type, op->field);
	struct field_text *t;

	if (f == NULL || op->value.type == VALUE_NULL)
		return 0; /* written by a newer program */
	t = &item->fields[item->field_count];
	t->text = value_text(v, f, &op->value, e);
	if (t->text == NULL)
		return -1;
	t->name = mem_dup(f->name);
	t->label = mem_dup(f->label);
	item->field_count++;
	return 0;
}

int
review_item_of(struct values *v, const struct record *rec,
    struct record_item *item, struct err *e)
{
	size_t i;

	item->id = rec->id;
	item->type = (enum record_type)rec->type;
	item->at_ms = hlc_ms(rec->hlc);
	item->fields = mem_new((rec->op_count + 1) * sizeof(*item->fields));
	for (i = 0; i < rec->op_count; i++) {
		if (rec->type == TYPE_NOTE &&
		    rec->ops[i].field == NOTE_HAPPENED &&
		    rec->ops[i].value.type == VALUE_INT)
			item->at_ms = rec->ops[i].value.num;
		if (add_field(v, &rec->ops[i], item, e) != 0)
			return -1;
	}
	item->author = mem_dup(value_author(v, &rec->origin));
	return 0;
}

/* What the section is called to somebody who may have lost all of it. */
static int
place_of(struct store *s, const struct id *space, char section[static 32],
    struct id *case_id, struct err *e)
{
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	section[0] = '\0';
	memset(case_id, 0, sizeof(*case_id));
	if (rc == 1) {
		snprintf(section, 32, "%s", sp.section);
		*case_id = sp.case_id;
	}
	return rc < 0 ? -1 : 0;
}

static int
take_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct id *id = ctx;

	(void)e;
	*id = row->id;
	return 1;
}

/* The label in the space's own first record, if it is still readable. */
static int
label_of(struct store *s, const struct id *space, char **out, struct err *e)
{
	struct version_query q = { .type = TYPE_SPACE, .space = space,
	    .limit = 1, .oldest_first = true, .with_hidden = true };
	struct loaded l;
	struct view v;
	struct id id;
	int rc;

	memset(&id, 0, sizeof(id));
	if (versions_each(s, &q, take_row, &id, e) < 0)
		return -1;
	rc = id_is_zero(&id) ? 0 : versions_load(s, &id, &l, e);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		*out = mem_dup(_("a section no longer open to you"));
		return 0;
	}
	v = loaded_text(&l, SPACE_LABEL);
	*out = mem_new(v.len + 1);
	if (v.len > 0)
		memcpy(*out, v.data, v.len);
	versions_done(&l);
	return 0;
}

int
review_place(struct store *s, const struct id *space,
    struct review_item *item, struct err *e)
{
	char section[32];
	struct id case_id;
	size_t i;

	if (place_of(s, space, section, &case_id, e) != 0 ||
	    label_of(s, space, &item->case_label, e) != 0)
		return -1;
	item->section = mem_dup(section);
	for (i = 0; i < item->record_count; i++) {
		item->records[i].space = *space;
		snprintf(item->records[i].section,
		    sizeof(item->records[i].section), "%s", section);
	}
	return 0;
}

/* ---- held ---- */

void
held_list_done(struct held_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		record_item_done(&l->items[i].record);
		mem_free(l->items[i].case_label);
		mem_free(l->items[i].section);
		mem_free(l->items[i].words);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

struct held_row {
	struct id space, record;
	int64_t since_ms, outcome_ms;
	bool deposited, late;
	uint64_t seq;      /* of what carried a late one */
	int outcome;
	char *words;
};

static int
load_rows(struct store *s, struct held_row *rows, size_t max, size_t *n,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT h.space, r.id, h.since_ms,"
	    " h.deposit IS NOT NULL, h.outcome, h.words, h.outcome_ms,"
	    " h.late, i.seq FROM held h JOIN record r ON r.rid = h.rid"
	    " LEFT JOIN item i ON i.id = h.deposit AND h.late = 1"
	    " ORDER BY h.since_ms DESC, h.hid DESC");
	int rc;

	*n = 0;
	while (*n < max && (rc = db_step(q, e)) == 1) {
		struct held_row *r = &rows[(*n)++];

		if (db_id(q, 0, &r->space) != 0 ||
		    db_id(q, 1, &r->record) != 0) {
			db_reset(q);
			return err_set(e, ERR_LOCAL,
			    "the list of held text is damaged");
		}
		r->since_ms = db_int(q, 2);
		r->deposited = db_int(q, 3) != 0;
		r->outcome = (int)db_int(q, 4);
		r->words = mem_dup(db_text(q, 5));
		r->outcome_ms = db_int(q, 6);
		r->late = db_int(q, 7) != 0;
		r->seq = (uint64_t)db_int(q, 8);
	}
	if (*n == max)
		rc = 0;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static bool
is_held(const struct held_row *row, const struct version *v)
{
	if (row->late)
		return v->seq == row->seq;
	return v->state == VERSION_HELD ||
	    (v->state == VERSION_GONE && v->seq == UINT64_MAX);
}

/* The newest of the person's own versions that are in no case: under review,
 * or never accepted. */
static int
own_text(struct values *names, const struct held_row *row,
    struct record_item *item, struct err *e)
{
	const struct id *id = &row->record;
	const struct version *newest = NULL;
	struct loaded l;
	size_t i;
	int rc = versions_load(names->s, id, &l, e);

	if (rc <= 0) {
		item->id = *id;
		return rc < 0 ? -1 : 0; /* erased: only the mark is left */
	}
	for (i = 0; i < l.count; i++) {
		const struct version *v = &l.versions[i];

		if (is_held(row, v) &&
		    (newest == NULL || v->rec.hlc > newest->rec.hlc))
			newest = v;
	}
	item->id = *id;
	item->type = l.row.type;
	if (newest != NULL)
		rc = review_item_of(names, &newest->rec, item, e);
	else
		rc = 0;
	item->held = true;
	versions_done(&l);
	return rc;
}

static int
fill_held(struct values *names, struct held_row *row,
    struct held_item *item, struct err *e)
{
	struct store *s = names->s;
	char section[32];
	struct id case_id;

	item->since_ms = row->since_ms;
	item->deposited = row->deposited;
	item->late = row->late;
	item->outcome = row->outcome;
	item->outcome_ms = row->outcome_ms;
	item->words = row->words;
	row->words = NULL;
	if (own_text(names, row, &item->record, e) != 0 ||
	    place_of(s, &row->space, section, &case_id, e) != 0 ||
	    label_of(s, &row->space, &item->case_label, e) != 0)
		return -1;
	item->section = mem_dup(section);
	item->record.space = row->space;
	item->record.case_id = case_id;
	snprintf(item->record.section, sizeof(item->record.section), "%s",
	    section);
	return 0;
}

int
held_list(struct session *session, struct held_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct held_row *rows = mem_new(REVIEW_LIST_MAX * sizeof(*rows));
	struct values *names = mem_new(sizeof(*names));
	size_t i, n = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	values_init(names, session);
	rc = load_rows(s, rows, REVIEW_LIST_MAX, &n, e);
	out->items = mem_new((n + REVIEW_LIST_MAX) * sizeof(*out->items));
	if (rc == 0)
		rc = review_moved(names, out, REVIEW_LIST_MAX, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = fill_held(names, &rows[i], &out->items[out->count++],
		    e);
	for (i = 0; i < n; i++)
		mem_free(rows[i].words);
	mem_free(rows);
	values_done(names);
	mem_free(names);
	if (rc != 0)
		held_list_done(out);
	return rc;
}

/* ---- reviews ---- */

static void
review_item_done(struct review_item *item)
{
	size_t i;

	for (i = 0; i < item->record_count; i++)
		record_item_done(&item->records[i]);
	mem_free(item->records);
	mem_free(item->author);
	mem_free(item->case_label);
	mem_free(item->section);
	mem_free(item->basis);
	memset(item, 0, sizeof(*item));
}

void
review_list_done(struct review_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		review_item_done(&l->items[i]);
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

struct review_row {
	struct hash id;
	struct id space, author;
	int64_t accept_ms;
	struct buf plain;
	bool has_plain;
	int outcome;
	char *basis;
};

static void
review_row_done(struct review_row *r)
{
	buf_done(&r->plain);
	mem_free(r->basis);
}

static int
review_row(struct store *s, const struct hash *id, struct review_row *r,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT space, author, accept_ms,"
	    " plain, outcome, basis FROM review WHERE id = ?");
	struct view plain;
	int rc;

	memset(r, 0, sizeof(*r));
	buf_init(&r->plain, 2 * (size_t)LETTER_TEXT_MAX);
	db_bind_hash(q, 1, id);
	rc = db_step(q, e);
	if (rc == 1) {
		r->id = *id;
		if (db_id(q, 0, &r->space) != 0 ||
		    db_id(q, 1, &r->author) != 0)
			rc = err_set(e, ERR_LOCAL,
			    "a deposit in this store is damaged");
		r->accept_ms = db_int(q, 2);
		r->has_plain = !db_is_null(q, 3);
		plain = db_blob(q, 3);
		buf_add(&r->plain, plain.data, plain.len);
		r->outcome = (int)db_int(q, 4);
		r->basis = mem_dup(db_text(q, 5));
	}
	db_reset(q);
	return rc;
}

static int
fill_records(struct values *names, const struct review_row *row,
    struct review_item *item, struct err *e)
{
	struct view *list = mem_new(RECORDS_MAX * sizeof(*list));
	struct record *rec = mem_new(sizeof(*rec));
	size_t i, n = 0;
	int rc = 0;

	if (row->has_plain)
		rc = letter_deposit_decode(buf_view(&row->plain), list,
		    RECORDS_MAX, &n, e);
	item->records = mem_new((n + 1) * sizeof(*item->records));
	for (i = 0; rc == 0 && i < n; i++) {
		struct record_item *r = &item->records[item->record_count++];

		rc = record_decode(list[i], rec, e);
		if (rc == 0)
			rc = review_item_of(names, rec, r, e);
		r->held = true;
	}
	mem_free(rec);
	mem_free(list);
	return rc;
}

static int
fill_review(struct values *names, const struct hash *id,
    struct review_item *item, struct err *e)
{
	struct review_row row;
	int rc = review_row(names->s, id, &row, e);

	if (rc == 1) {
		item->id = *id;
		item->accept_ms = row.accept_ms;
		item->outcome = row.outcome;
		item->basis = mem_dup(row.basis);
		item->author = mem_dup(value_author(names, &row.author));
		rc = 0;
	}
	if (rc == 0)
		rc = fill_records(names, &row, item, e);
	if (rc == 0)
		rc = review_place(names->s, &row.space, item, e);
	review_row_done(&row);
	return rc;
}

static int
deposit_ids(struct store *s, bool decided, struct hash *ids, size_t *n,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id FROM review"
	    " WHERE (outcome IS NOT NULL) = ? AND space NOT IN"
	    " (SELECT id FROM space WHERE hidden = 1)"
	    " ORDER BY accept_ms DESC LIMIT 1024");
	int rc;

	*n = 0;
	db_bind_int(q, 1, decided);
	while ((rc = db_step(q, e)) == 1 && *n < REVIEW_LIST_MAX)
		(void)db_hash(q, 0, &ids[(*n)++]);
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* Deposits, then accepted text: those that wait, or those decided. */
static int
list_some(struct values *names, bool decided, struct review_list *out,
    struct err *e)
{
	struct hash *ids = mem_new(REVIEW_LIST_MAX * sizeof(*ids));
	size_t i, n = 0;
	int rc = deposit_ids(names->s, decided, ids, &n, e);

	for (i = 0; rc == 0 && i < n; i++)
		rc = fill_review(names, &ids[i], &out->items[out->count++],
		    e);
	if (rc == 0)
		rc = review_text_ids(names->s, decided, ids, &n, e);
	for (i = 0; rc == 0 && i < n; i++) {
		struct review_item *item = &out->items[out->count++];

		rc = review_text_fill(names, &ids[i], item, e) < 0 ? -1 : 0;
		if (rc == 0 && decided && item->outcome == 0) {
			/* Listed with those that wait. */
			review_item_done(item);
			out->count--;
		}
	}
	mem_free(ids);
	return rc;
}

int
review_list(struct session *session, struct review_list *out, struct err *e)
{
	struct values *names = mem_new(sizeof(*names));
	int rc;

	out->count = 0;
	out->items = mem_new(4 * REVIEW_LIST_MAX * sizeof(*out->items));
	values_init(names, session);
	rc = list_some(names, false, out, e);
	if (rc == 0)
		rc = list_some(names, true, out, e);
	values_done(names);
	mem_free(names);
	if (rc != 0)
		review_list_done(out);
	return rc;
}

/* ---- deciding ---- */

int
review_check(struct store *s, const struct review_decision *d,
    const struct id *space, struct err *e)
{
	enum right right;

	if (d->outcome != OUTCOME_FILED && d->outcome != OUTCOME_GIVEN_BACK &&
	    d->outcome != OUTCOME_ERASED)
		return err_set(e, ERR_INPUT,
		    "a text under review is filed, given back or erased");
	if (d->outcome == OUTCOME_FILED &&
	    (d->basis == NULL || *d->basis == '\0'))
		return err_set(e, ERR_INPUT, "filing text that was written "
		    "after a withdrawal needs its legal basis in words");
	if ((d->basis != NULL && strlen(d->basis) > BASIS_MAX) ||
	    (d->words != NULL && strlen(d->words) > WORDS_MAX))
		return err_set(e, ERR_INPUT, "the basis has at most %d bytes, "
		    "the words to the author %d", BASIS_MAX, WORDS_MAX);
	if (spaces_right(s, space, &right, e) != 0)
		return -1;
	if (right != RIGHT_KEEP)
		return err_set(e, ERR_DENIED, "only a keeper of the section "
		    "decides on its reviews");
	return 0;
}

/* What it belongs to was erased meanwhile (10.4): it would be shown here
 * alone, and stand at the hub once more. */
static int
is_erased(struct store *s, const struct id *space, const struct record *rec,
    struct err *e)
{
	struct erased_at at = { space, &rec->id, (enum record_type)rec->type };
	struct erased_order order;

	return erased_record(s, &at, &order, e);
}

/* The text enters the section as it was written: author and stamp stay. */
static int
file_tx(struct store *s, const struct review_row *row, struct err *e)
{
	struct version_at at = { .seq = UINT64_MAX, .state = VERSION_LOCAL };
	struct view *list = mem_new(RECORDS_MAX * sizeof(*list));
	struct record *rec = mem_new(sizeof(*rec));
	struct record_row filed;
	size_t i, n = 0, left_out = 0;
	int rc = letter_deposit_decode(buf_view(&row->plain), list,
	    RECORDS_MAX, &n, e);

	for (i = 0; rc == 0 && i < n; i++) {
		rc = record_decode(list[i], rec, e);
		at.eff = rec->hlc;
		if (rc == 0)
			rc = is_erased(s, &row->space, rec, e);
		if (rc == 1) {
			left_out++;
			rc = 0;
			continue;
		}
		if (rc == 0)
			rc = versions_accept_tx(s, &row->space, rec, list[i],
			    &at, e);
		if (rc == 0)
			rc = versions_row(s, &rec->id, &filed, e) == 1 ?
			    versions_flags_tx(s, filed.rid, e) : -1;
	}
	mem_free(rec);
	mem_free(list);
	if (rc == 0 && n > 0 && left_out == n)
		return err_set(e, ERR_CLASH, "what this text belongs to was "
		    "erased; it can be given back or erased");
	return rc;
}

static void
put_op(struct op *ops, size_t *n, uint16_t field, enum value_type type,
    struct view data, int64_t num)
{
	if (type != VALUE_INT && data.len == 0)
		return;
	ops[*n].field = field;
	ops[*n].value.type = type;
	ops[*n].value.data = data;
	ops[*n].value.num = num;
	(*n)++;
}

static void
put_id(struct op *ops, size_t *n, uint16_t field, const struct id *id)
{
	put_op(ops, n, field, VALUE_BYTES, view_of(id->b, sizeof(id->b)), 0);
}

int
review_record_tx(struct store *s, const struct review_decision *d,
    const struct id *space, const struct decision_text *text,
    struct record *out, struct err *e)
{
	struct write w = { .type = TYPE_REVIEW, .space = *space };
	struct op *ops = out->ops;
	struct space sp;
	size_t n = 0;
	int rc = spaces_find(s, space, &sp, e);

	if (rc == 1)
		w.case_id = sp.case_id;
	if (text == NULL)
		put_op(ops, &n, REVIEW_DEPOSIT, VALUE_BYTES,
		    view_of(d->id.b, sizeof(d->id.b)), 0);
	put_op(ops, &n, REVIEW_OUTCOME, VALUE_INT, view_of(NULL, 0),
	    d->outcome);
	put_op(ops, &n, REVIEW_BASIS, VALUE_TEXT,
	    view_str(d->basis != NULL ? d->basis : ""), 0);
	put_op(ops, &n, REVIEW_WORDS, VALUE_TEXT,
	    view_str(d->words != NULL ? d->words : ""), 0);
	put_id(ops, &n, REVIEW_KEEPER, &s->person);
	if (text != NULL) {
		put_id(ops, &n, REVIEW_RECORD, &text->record);
		put_id(ops, &n, REVIEW_ORIGIN, &text->ref.origin);
		put_op(ops, &n, REVIEW_STAMP, VALUE_INT, view_of(NULL, 0),
		    (int64_t)text->ref.hlc);
	}
	out->type = TYPE_REVIEW;
	out->op_count = n;
	w.ops = ops;
	w.op_count = n;
	return rc < 0 ? -1 : versions_write_tx(s, &w, &out->id, e);
}

/* The deposit itself is forgotten: filed, it stands in the section; else it is
 * not the keeper's to keep. The sealed letter goes too. */
static int
close_tx(struct store *s, const struct review_decision *d, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE review SET plain = NULL,"
	    " outcome = ?, basis = ?, words = ?, decided_ms = ?"
	    " WHERE id = ?");

	db_bind_int(q, 1, d->outcome);
	db_bind_text(q, 2, d->basis);
	db_bind_text(q, 3, d->words);
	db_bind_int(q, 4, store_now_ms(s));
	db_bind_hash(q, 5, &d->id);
	if (db_run(q, e) != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE item SET body = NULL WHERE id = ?");
	db_bind_hash(q, 1, &d->id);
	return db_run(q, e);
}

static int
decide_deposit_tx(struct store *s, const struct review_decision *d,
    const struct review_row *row, struct err *e)
{
	struct record *rec;
	int rc;

	if (row->outcome != 0)
		return err_set(e, ERR_CLASH,
		    "this review has been decided already");
	if (review_check(s, d, &row->space, e) != 0 ||
	    (d->outcome == OUTCOME_FILED && file_tx(s, row, e) != 0))
		return -1;
	rec = mem_new(sizeof(*rec));
	rc = review_record_tx(s, d, &row->space, NULL, rec, e);
	mem_free(rec);
	return rc == 0 ? close_tx(s, d, e) : -1;
}

static int
decide_tx(struct store *s, const struct review_decision *d, struct err *e)
{
	struct review_row row;
	int rc = review_row(s, &d->id, &row, e);

	if (rc == 1)
		rc = decide_deposit_tx(s, d, &row, e) == 0 ? 1 : -1;
	else if (rc == 0)
		rc = review_text_decide_tx(s, d, e);
	review_row_done(&row);
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "there is no such review here");
	return rc == 1 ? 0 : -1;
}

int
review_decide(struct session *session, const struct review_decision *d,
    struct err *e)
{
	struct store *s = session_store(session);

	if (db_begin(s->db, e) != 0)
		return -1;
	if (decide_tx(s, d, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}
