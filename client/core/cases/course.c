/*
 * What may change in the course of a case, and the list of what did.
 */
#include "client/core/cases/course.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"

#define CLOSED "closed"
#define CLOSING "closing"
#define REOPENED "reopened"
#define SPACES_MAX 64

bool
course_field(uint16_t number)
{
	static const uint16_t fields[] = { CASE_STATUS, CASE_CLOSING,
		CASE_STAGE, CASE_LEAD, CASE_COORDINATOR,
		CASE_COORDINATOR_WHY, CASE_OUTSIDE };
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i] == number)
			return true;
	return false;
}

/* ---- what may change ---- */

static bool
was(const struct entry *x, uint16_t field, const char *code)
{
	return x->now != NULL && view_eq(loaded_text(x->now, field),
	    view_str(code));
}

static bool
is_named(const struct entry *x, uint16_t field)
{
	size_t i;

	for (i = 0; i < x->op_count && x->ops[i].field != field; i++)
		continue;
	return i < x->op_count;
}

static int
check_status(const struct entry *x, struct err *e)
{
	bool closes = entry_is(x, CASE_STATUS, CLOSED) ||
	    entry_is(x, CASE_STATUS, CLOSING);

	if (is_named(x, CASE_STATUS) && was(x, CASE_STATUS, CLOSED) &&
	    entry_is(x, CASE_STATUS, CLOSED))
		return err_set(e, ERR_CLASH, "status: this case is closed "
		    "already; another reason: tugi case set CASE "
		    "closing=REASON");
	if ((entry_changes(x, CASE_STATUS) ||
	    entry_changes(x, CASE_CLOSING)) && closes &&
	    !entry_has(x, CASE_CLOSING))
		return err_set(e, ERR_INPUT, "closing: a case is closed for a "
		    "reason: tugi case close CASE REASON; the reasons: tugi "
		    "policy show case.closing");
	if (entry_changes(x, CASE_STATUS) && was(x, CASE_STATUS, CLOSED) &&
	    !entry_is(x, CASE_STATUS, REOPENED))
		return err_set(e, ERR_INPUT, "status: this case is closed; "
		    "reopen it first: tugi case reopen CASE");
	if (is_named(x, CASE_STATUS) &&
	    entry_is(x, CASE_STATUS, REOPENED) && !was(x, CASE_STATUS, CLOSED)
	    && !was(x, CASE_STATUS, CLOSING) && !was(x, CASE_STATUS, "moved"))
		return err_set(e, ERR_INPUT, "status: only a closed case is "
		    "reopened");
	return 0;
}

static int
check_coordinator(const struct entry *x, struct err *e)
{
	if (x->now == NULL || !entry_changes(x, CASE_COORDINATOR) ||
	    (entry_changes(x, CASE_COORDINATOR_WHY) &&
	    entry_has(x, CASE_COORDINATOR_WHY)))
		return 0;
	return err_set(e, ERR_INPUT, "coordinator-why: who coordinates "
	    "changes for a reason, for example whom the parents trust: tugi "
	    "case coordinator CASE PERSON --why TEXT");
}

/* A consent opens something of the case to this person now. */
static int
is_covered(const struct entry *x, const struct id *person, bool *out,
    struct err *e)
{
	struct store *s = session_store(x->session);
	int64_t now = store_now_ms(s);
	struct statement_sources all;
	size_t i, k;
	int rc = statements_load_group(s, &x->case_id, &all, e);

	*out = false;
	for (i = 0; rc == 0 && i < all.count && !*out; i++) {
		const struct statement_source *c = &all.list[i];
		unsigned left = c->sections;

		if (!c->opens || !c->sound || c->until_ms <= now ||
		    !id_eq(&c->audience, person))
			continue;
		for (k = 0; k < all.count; k++)
			if (statements_ends(&all.list[k], c))
				left &= ~all.list[k].sections;
		*out = left != 0;
	}
	statements_done(&all);
	return rc;
}

static int
check_outside(const struct entry *x, struct err *e)
{
	char name[160];
	struct id person;
	bool covered;
	size_t i;

	if (!entry_changes(x, CASE_OUTSIDE) && !(entry_changes(x, CASE_STAGE)
	    && entry_is(x, CASE_STAGE, "2")))
		return 0;
	for (i = 0; entry_persons(x, CASE_OUTSIDE, i, &person); i++) {
		if (is_covered(x, &person, &covered, e) != 0)
			return -1;
		if (covered)
			continue;
		if (people_name(x->session, &person, name, e) != 0)
			return -1;
		return err_set(e, ERR_DENIED, "outside: no consent in this "
		    "case covers %s, who comes in from outside; take it "
		    "first: tugi consent grant CASE --to '%s' --sections ... "
		    "--by NAME --role guardian", name, name);
	}
	return 0;
}

int
course_check(const struct entry *x, struct err *e)
{
	return check_status(x, e) != 0 || check_coordinator(x, e) != 0 ||
	    check_outside(x, e) != 0 ? -1 : 0;
}

/* ---- what did ---- */

static bool
takes_part(const struct version *v)
{
	return v->state == VERSION_LOCAL || v->state == VERSION_OUTGOING ||
	    v->state == VERSION_ACCEPTED;
}

static const struct version *
first_of(const struct loaded *l)
{
	const struct version *first = NULL;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (first == NULL || l->versions[i].rec.hlc < first->rec.hlc)
			first = &l->versions[i];
	return first;
}

static int
fill_field(struct values *v, const struct version *from, const struct op *op,
    struct field_text *t, struct err *e)
{
	const struct field *f = fields_number(TYPE_CASE, op->field);
	const char *word;

	t->name = mem_dup(f->name);
	t->label = mem_dup(f->label);
	t->text = value_text(v, f, &op->value, e);
	if (t->text == NULL)
		return -1;
	if (f->kind == FIELD_CODE) {
		word = policies_word(v->session, &from->rec.policy, f,
		    t->text);
		t->word = word != NULL ? mem_dup(word) : NULL;
	}
	return 0;
}

static int
fill_step(struct values *v, const struct loaded *l, const struct version *from,
    struct record_item *r, struct err *e)
{
	const struct record *rec = &from->rec;
	size_t i;

	r->id = l->row.id;
	r->case_id = l->row.case_id;
	r->space = l->row.space;
	r->type = TYPE_CASE;
	r->at_ms = hlc_ms(from->eff);
	r->author = mem_dup(value_author(v, &rec->origin));
	r->waits = from->state != VERSION_ACCEPTED;
	r->fields = mem_new((rec->op_count + 1) * sizeof(*r->fields));
	for (i = 0; i < rec->op_count; i++) {
		if (!course_field(rec->ops[i].field) ||
		    rec->ops[i].value.type == VALUE_NULL)
			continue;
		if (fill_field(v, from, &rec->ops[i],
		    &r->fields[r->field_count++], e) != 0)
			return -1;
	}
	return value_section(v, &l->row.space, r->section, e);
}

static bool
is_step(const struct version *v)
{
	size_t i;

	for (i = 0; i < v->rec.op_count; i++)
		if (course_field(v->rec.ops[i].field))
			return takes_part(v);
	return false;
}

static int
cmp_newest(const void *a, const void *b)
{
	const struct record_item *x = a, *y = b;

	return (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms);
}

int
course_list(struct session *session, const struct id *case_id,
    struct record_list *out, struct err *e)
{
	struct store *s = session_store(session);
	const struct version *first;
	struct loaded *l = loaded_new();
	struct values v;
	size_t i;
	int rc = versions_load(s, case_id, l, e);

	memset(out, 0, sizeof(*out));
	if (rc <= 0 || l->row.type != TYPE_CASE ||
	    (l->row.flags & (RECORD_HIDDEN | RECORD_ERASED)) != 0) {
		if (rc > 0)
			versions_done(l);
		mem_free(l);
		return rc < 0 ? -1 : 0;
	}
	values_init(&v, session);
	out->items = mem_new((l->count + 1) * sizeof(*out->items));
	first = first_of(l);
	for (i = 0, rc = 0; rc == 0 && i < l->count; i++)
		if (&l->versions[i] != first && is_step(&l->versions[i]))
			rc = fill_step(&v, l, &l->versions[i],
			    &out->items[out->count++], e);
	if (rc == 0 && out->count > 1)
		qsort(out->items, out->count, sizeof(*out->items),
		    cmp_newest);
	out->total = out->count;
	values_done(&v);
	versions_done(l);
	mem_free(l);
	if (rc != 0)
		record_list_done(out);
	return rc;
}
