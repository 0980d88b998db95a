/*
 * Consents and refusals of a case, and of the cases that are one with it: each
 * opens the case it was given in alone, and what closes in one closes in all,
 * so the state of each is worked out from the closings of the whole group.
 */
#include <string.h>

#include "client/core/consent/consent.h"

#include "client/core/accord/statements.h"
#include "client/core/local/aliases.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"
#include "common/base/text.h"

void
consent_list_done(struct consent_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].audience);
		mem_free(l->items[i].sections);
		mem_free(l->items[i].giver);
		mem_free(l->items[i].purpose);
		mem_free(l->items[i].status);
		mem_free(l->items[i].taken_by);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static int
name_of(struct session *session, const struct id *person, char **out,
    struct err *e)
{
	char name[160];

	if (id_is_zero(person)) {
		*out = mem_dup(_("everybody"));
		return 0;
	}
	if (people_name(session, person, name, e) != 0)
		return -1;
	*out = mem_dup(name);
	return 0;
}

/* What is left of a consent: "limited" when only some sections were taken
 * back. */
static const char *
status_of(const struct statement_sources *all,
    const struct statement_source *c, int64_t now_ms, int64_t *withdrawn_ms)
{
	unsigned gone = 0;
	size_t i;

	*withdrawn_ms = 0;
	if (c->refusal)
		return N_("refused");
	if (!c->sound)
		return N_("void");
	for (i = 0; i < all->count; i++) {
		const struct statement_source *w = &all->list[i];

		if (!statements_ends(w, c))
			continue;
		gone |= w->sections;
		if (*withdrawn_ms == 0 || hlc_ms(w->hlc) < *withdrawn_ms)
			*withdrawn_ms = hlc_ms(w->hlc);
	}
	if ((c->sections & ~gone) == 0)
		return N_("withdrawn");
	if (now_ms >= c->until_ms)
		return N_("expired");
	return gone != 0 ? N_("limited") : N_("given");
}

static int
fill_item(struct session *session, const struct statement_sources *all,
    const struct statement_source *c, struct consent_item *item,
    struct err *e)
{
	struct store *s = session_store(session);
	struct loaded l;
	struct id by;
	char words[80];
	int rc = versions_load(s, &c->record, &l, e);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_ABSENT,
		    "a consent is not here any more");
	by = loaded_id(&l, CONSENT_TAKEN_BY);
	item->case_id = l.row.case_id;
	statements_words(c->sections, words);
	item->id = c->record;
	item->sections = mem_dup(words);
	item->giver = loaded_dup(&l, CONSENT_GIVER);
	item->purpose = loaded_dup(&l, CONSENT_PURPOSE);
	versions_done(&l);
	item->right = c->refusal ? RIGHT_NONE : c->right;
	item->from_ms = c->from_ms;
	item->from_now = !id_is_zero(&c->since);
	item->until_ms = c->refusal ? INT64_MAX : c->until_ms;
	item->status = mem_dup(status_of(all, c, store_now_ms(s),
	    &item->withdrawn_ms));
	if (name_of(session, &c->audience, &item->audience, e) != 0)
		return -1;
	return name_of(session, &by, &item->taken_by, e);
}

struct listing {
	struct session *session;
	struct consent_list *out;
};

static struct consent_item *
next_item(struct listing *x)
{
	struct consent_list *l = x->out;

	l->items = mem_more(l->items, l->count, sizeof(*l->items));
	return &l->items[l->count++];
}

/* One case's own consents and refusals; what ends them may be another's. */
static int
list_case(struct listing *x, const struct id *case_id, struct err *e)
{
	struct store *s = session_store(x->session);
	struct statement_sources all, own;
	struct space card;
	size_t i;
	int rc = spaces_find_section(s, case_id, "card", NULL, &card, e);

	if (rc < 0 || rc == 0 || card.hidden)
		return rc < 0 ? -1 : 0;
	if (statements_load(s, case_id, &own, e) != 0)
		return -1;
	rc = statements_load_group(s, case_id, &all, e);
	for (i = 0; rc == 0 && i < own.count; i++)
		if (own.list[i].opens || own.list[i].refusal)
			rc = fill_item(x->session, &all, &own.list[i],
			    next_item(x), e);
	statements_done(&own);
	statements_done(&all);
	return rc;
}

int
consent_list(struct session *session, const struct id *case_id,
    struct consent_list *out, struct err *e)
{
	struct listing x = { .session = session, .out = out };
	struct alias_group group;
	size_t i;
	int rc = aliases_of(session_store(session), case_id, false, &group,
	    e);

	memset(out, 0, sizeof(*out));
	for (i = 0; rc == 0 && i < group.count; i++)
		rc = list_case(&x, &group.ids[i], e);
	if (rc != 0)
		consent_list_done(out);
	return rc;
}

/* ---- those that end soon ---- */

struct ending {
	struct store *s;
	int64_t from_ms, to_ms;
	struct buf cases; /* ids, each once */
};

static bool
has_case(const struct buf *cases, const struct id *id)
{
	size_t at;

	for (at = 0; at < cases->len; at += sizeof(id->b))
		if (memcmp(cases->data + at, id->b, sizeof(id->b)) == 0)
			return true;
	return false;
}

static int
take_ending(void *ctx, const struct record_row *row, struct err *e)
{
	struct ending *x = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(x->s, row, l, e);
	int64_t until = rc == 1 ? loaded_int(l, CONSENT_UNTIL) : 0;

	if (until >= x->from_ms && until <= x->to_ms &&
	    !has_case(&x->cases, &row->case_id))
		buf_add(&x->cases, row->case_id.b, sizeof(row->case_id.b));
	versions_done(l);
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* The same for the same person, and longer. */
static bool
is_renewed(const struct consent_list *l, const struct consent_item *c)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct consent_item *o = &l->items[i];

		if (id_eq(&o->case_id, &c->case_id) &&
		    o->until_ms > c->until_ms &&
		    strcmp(o->status, "given") == 0 &&
		    strcmp(o->audience, c->audience) == 0 &&
		    strcmp(o->sections, c->sections) == 0)
			return true;
	}
	return false;
}

static bool
is_ending(const struct ending *x, const struct consent_list *l,
    const struct consent_item *c)
{
	return strcmp(c->status, "given") == 0 && c->until_ms >= x->from_ms &&
	    c->until_ms <= x->to_ms && !is_renewed(l, c);
}

static void
keep_ending(const struct ending *x, struct consent_list *l)
{
	struct consent_list kept = { mem_new((l->count + 1) *
	    sizeof(*l->items)), 0 };
	struct consent_list rest = { mem_new((l->count + 1) *
	    sizeof(*l->items)), 0 };
	size_t i;

	for (i = 0; i < l->count; i++)
		if (is_ending(x, l, &l->items[i]))
			kept.items[kept.count++] = l->items[i];
		else
			rest.items[rest.count++] = l->items[i];
	consent_list_done(&rest);
	mem_free(l->items);
	*l = kept;
}

/* The consents themselves first: of most cases none ends, and what became of
 * them need not be worked out. */
int
consent_ending(struct session *session, int64_t from_ms, int64_t to_ms,
    struct consent_list *out, struct err *e)
{
	struct version_query q = { .type = TYPE_CONSENT };
	struct listing x = { .session = session, .out = out };
	struct ending end = { session_store(session), from_ms, to_ms,
		{ .len = 0 } };
	struct id id;
	size_t at;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&end.cases, 1u << 26);
	rc = versions_each(end.s, &q, take_ending, &end, e);
	for (at = 0; rc == 0 && at < end.cases.len; at += sizeof(id.b)) {
		memcpy(id.b, end.cases.data + at, sizeof(id.b));
		rc = list_case(&x, &id, e);
	}
	buf_done(&end.cases);
	if (rc != 0)
		consent_list_done(out);
	else
		keep_ending(&end, out);
	return rc;
}
