/*
 * A matter's record, its part and its consents in one step each.
 */
#include "client/core/schools/matters.h"

#include <string.h>

#include "client/core/cases/alias.h"
#include "client/core/cases/entries.h"
#include "client/core/local/aliases.h"
#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/profile/match.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"

#define SECTION "meeting"

void
matter_done(struct matter *m)
{
	mem_free(m->topic);
	mem_free(m->opened);
	mem_free(m->closed);
	mem_free(m->agreed_by);
	memset(m, 0, sizeof(*m));
}

void
matter_list_done(struct matter_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		matter_done(&l->items[i]);
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

int
matters_open(struct session *s, const struct id *case_id,
    const struct assignment *set, size_t n, struct id *id, struct err *e)
{
	struct entry_draft d = { .type = TYPE_MATTER, .set = set, .n = n };

	if (alias_front(s, case_id, &d.case_id, e) != 0)
		return -1;
	id_timed(&d.id, tick_wall_ms(&session_store(s)->tick));
	d.part = d.id;
	return entries_add(s, &d, id, e);
}

int
matters_check(const struct entry *x, struct err *e)
{
	return entry_past(x, MATTER_OPENED, e);
}

/* ---- reading ---- */

struct listing {
	struct session *session;
	struct matter_list *out;
	size_t room;
};

static char *
text_of(const struct loaded *l, uint16_t field)
{
	struct view v = loaded_text(l, field);
	char *out = mem_new(v.len + 1);

	if (v.len > 0)
		memcpy(out, v.data, v.len);
	return out;
}

static int
take_matter(void *ctx, const struct record_row *row, struct err *e)
{
	struct listing *x = ctx;
	struct store *s = session_store(x->session);
	struct matter *all, *m;
	struct loaded l;

	if (x->out->count == x->room) {
		x->room = x->room > 0 ? 2 * x->room : 8;
		all = mem_new(x->room * sizeof(*all));
		if (x->out->count > 0)
			memcpy(all, x->out->items, x->out->count *
			    sizeof(*all));
		mem_free(x->out->items);
		x->out->items = all;
	}
	if (versions_load_row(s, row, &l, e) != 1)
		return -1;
	m = &x->out->items[x->out->count++];
	memset(m, 0, sizeof(*m));
	m->id = row->id;
	m->case_id = row->case_id;
	m->space = row->space;
	m->topic = text_of(&l, MATTER_TOPIC);
	m->opened = text_of(&l, MATTER_OPENED);
	m->closed = text_of(&l, MATTER_CLOSED);
	m->agreed_by = text_of(&l, MATTER_GIVER);
	versions_done(&l);
	return spaces_right(s, &row->space, &m->right, e);
}

int
matters_list(struct session *session, const struct id *case_id,
    struct matter_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct version_query q = { .type = TYPE_MATTER };
	struct listing x = { .session = session, .out = out };
	struct alias_group group = { .count = 0 };
	size_t i;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (case_id == NULL)
		rc = versions_each(s, &q, take_matter, &x, e);
	else
		rc = aliases_of(s, case_id, false, &group, e);
	for (i = 0; rc == 0 && i < group.count; i++) {
		q.case_id = &group.ids[i];
		rc = versions_each(s, &q, take_matter, &x, e);
	}
	if (rc != 0)
		matter_list_done(out);
	return rc;
}

int
matters_find(struct session *session, const struct id *case_id,
    const char *text, struct matter *out, struct err *e)
{
	struct matter_list l;
	size_t i, hits = 0, at = 0;
	bool whole = true;

	if (matters_list(session, case_id, &l, e) != 0)
		return -1;
	for (;;) {
		for (i = 0; i < l.count; i++) {
			struct view topic = view_str(l.items[i].topic);

			if ((match_digits(text) && match_id(text,
			    &l.items[i].id)) || (whole ?
			    utf8_same(topic, view_str(text)) :
			    utf8_has(topic, view_str(text)))) {
				at = i;
				hits++;
			}
		}
		if (hits > 0 || !whole)
			break;
		whole = false;
	}
	if (hits == 1) {
		*out = l.items[at];
		memset(&l.items[at], 0, sizeof(l.items[at]));
	}
	matter_list_done(&l);
	if (hits == 0)
		return err_set(e, ERR_ABSENT, "no matter open to you is "
		    "called \"%.40s\"; tugi matter list shows them", text);
	return hits == 1 ? 0 : err_set(e, ERR_INPUT, "several matters fit "
	    "\"%.40s\"; give the whole topic or the id", text);
}

int
matters_members(struct session *session, const struct id *space,
    struct space_person *out, size_t max, size_t *n, struct err *e)
{
	struct store *s = session_store(session);
	struct access_answer answer;
	struct access_book book;
	size_t i, k;
	int rc;

	*n = 0;
	access_book_init(&book);
	rc = spaces_access_load(s, space, &book, e);
	for (i = 0; rc == 0 && i < book.count && *n < max; i++) {
		struct space_person *p = &out[*n];

		for (k = 0; k < i; k++)
			if (id_eq(&book.list[k].person, &book.list[i].person))
				break;
		if (k < i)
			continue;
		access_judge(&book, &book.list[i].person, store_now_ms(s),
		    &answer);
		if (answer.right == RIGHT_NONE)
			continue;
		p->person = book.list[i].person;
		p->right = answer.right;
		p->until_ms = answer.until_ms;
		p->side = answer.basis_count > 0 &&
		    access_is_side(answer.basis[0]->kind);
		rc = people_name(session, &p->person, p->name, e);
		(*n)++;
	}
	access_book_done(&book);
	return rc;
}

/* ---- in, out, over ---- */

int
matters_consent(const struct matter *m, struct consent_draft *d,
    struct err *e)
{
	if (m->closed[0] != '\0')
		return err_set(e, ERR_DENIED, "this matter was closed on %s; a "
		    "new topic is a new matter: tugi matter open", m->closed);
	if (d->giver == NULL || d->giver[0] == '\0')
		return err_set(e, ERR_INPUT, "by: nobody comes into a matter "
		    "without a consent; say who gave it: --by NAME --role "
		    "guardian");
	d->case_id = m->case_id;
	d->sections = SECTION;
	d->part = m->id;
	return 0;
}

int
matters_admit(struct session *s, const struct matter *m,
    struct consent_draft *d, struct id *id, struct err *e)
{
	return matters_consent(m, d, e) != 0 ? -1 :
	    consent_grant(s, d, id, e);
}

int
matters_dismiss(struct session *s, const struct matter *m,
    const struct id *person, const char *giver,
    struct withdrawal_effect *effect, struct err *e)
{
	struct withdrawal_draft d = { .case_id = m->case_id,
		.audience = *person, .sections = SECTION, .part = m->id,
		.giver = giver };
	struct id id;

	return consent_withdraw(s, &d, &id, effect, e);
}

static int
write_end_tx(struct store *s, const struct matter *m, const char *outcome,
    struct err *e)
{
	char today[DAY_TEXT_BYTES];
	const struct field *f = fields_number(TYPE_MATTER, MATTER_OUTCOME);
	struct op ops[2];
	struct write w = { .id = m->id, .type = TYPE_MATTER, .ops = ops,
		.op_count = 1 };
	uint8_t scratch[32];

	memset(ops, 0, sizeof(ops));
	day_text(store_now_ms(s), today);
	ops[0].field = MATTER_CLOSED;
	ops[0].value.type = VALUE_TEXT;
	ops[0].value.data = view_str(today);
	if (outcome != NULL) {
		ops[1].field = f->number;
		w.op_count = 2;
		if (fields_parse(f, outcome, scratch, &ops[1].value, e) != 0)
			return -1;
	}
	return versions_write_tx(s, &w, NULL, e);
}

int
matters_close(struct session *session, const struct matter *m,
    const char *outcome, struct withdrawal_effect *effect, struct err *e)
{
	struct store *s = session_store(session);
	struct withdrawal_draft d = { .case_id = m->case_id,
		.sections = SECTION, .part = m->id };
	char name[160];
	struct id id;
	int rc;

	if (m->closed[0] != '\0')
		return err_set(e, ERR_INPUT, "this matter was closed on %s",
		    m->closed);
	if (people_name(session, &s->person, name, e) != 0 ||
	    db_begin(s->db, e) != 0)
		return -1;
	d.giver = name; /* who ends it; nobody took a consent back */
	rc = write_end_tx(s, m, outcome, e);
	if (rc == 0)
		rc = consent_withdraw_tx(session, &d, &id, effect, e);
	return db_end(s->db, rc, e);
}
