/* A copy is the record in words, as it read when it was made, with a hash. */
#include "client/core/giving/copies.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/giving/excerpt.h"
#include "client/core/cases/guard.h"
#include "client/core/local/day.h"
#include "client/core/records/moves.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"

#define TAG_COPY "tugi copy 1"

/* ---- making ---- */

struct copying {
	struct session *session;
	struct store *s;
	const struct copies_draft *d;
	struct guard guard;
	char school[401];
	unsigned mask;
};

static int
check_one(const struct copying *c, const struct record_item *r,
    struct err *e)
{
	if (!id_eq(&r->case_id, &c->d->case_id))
		return err_set(e, ERR_INPUT, "one of these records is of "
		    "another case");
	if (strcmp(r->section, "card") == 0)
		return err_set(e, ERR_DENIED, "what stands in the card is not "
		    "shared record by record; a consent for the card opens "
		    "it");
	return strcmp(r->section, "protection") == 0 ? err_set(e, ERR_DENIED,
	    "what stands under protection goes by law, not by sharing: tugi "
	    "signal, tugi override") : 0;
}

/* The same text of the same record stands there already. */
static int
is_there(const struct copying *c, const struct id *space,
    const struct record_item *r, const struct hash *hash, bool *out,
    struct err *e)
{
	struct records_query q = { .type = TYPE_COPY, .space = space };
	char of[ID_TEXT_BYTES], hex[HASH_TEXT_BYTES];
	struct record_list l;
	size_t i;

	*out = false;
	if (records_list(c->session, &q, &l, e) != 0)
		return -1;
	id_text(&r->id, of);
	hash_text(hash, hex);
	for (i = 0; i < l.count; i++)
		if (strcmp(record_field(&l.items[i], "of"), of) == 0 &&
		    strcmp(record_field(&l.items[i], "hash"), hex) == 0)
			*out = true;
	record_list_done(&l);
	return 0;
}

static int
write_one(const struct copying *c, const struct record_item *r,
    const struct id *space, struct view text, struct err *e)
{
	struct entry_draft x = { .type = TYPE_COPY, .space = *space };
	struct moves_ops o = { .n = 0 };
	char day[DAY_TEXT_BYTES];
	struct hash hash;
	bool there;
	struct id id;

	keys_hash(TAG_COPY, text, &hash);
	if (is_there(c, space, r, &hash, &there, e) != 0)
		return -1;
	if (there)
		return 0;
	moves_bytes(&o, COPY_OF, r->id.b, sizeof(r->id.b));
	moves_text(&o, COPY_KIND, fields_kind(r->type)->name);
	moves_text(&o, COPY_ON, day_text(r->at_ms, day));
	moves_text(&o, COPY_AUTHOR, r->author);
	moves_text(&o, COPY_FROM, c->school);
	moves_text(&o, COPY_TEXT, (const char *)text.data);
	moves_bytes(&o, COPY_HASH, hash.b, sizeof(hash.b));
	if (!id_is_zero(&c->d->for_id))
		moves_bytes(&o, COPY_FOR, c->d->for_id.b,
		    sizeof(c->d->for_id.b));
	x.more = o.list;
	x.more_count = o.n;
	return entries_add_tx(c->session, &x, &id, e);
}

/* What was objected to it goes along in the same text. */
static int
add_objections(struct copying *c, const struct id *record, struct buf *text,
    struct err *e)
{
	struct record_list l;
	char title[300];
	size_t i;

	if (excerpt_objections(c->session, record, &c->guard, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++) {
		excerpt_title(&l.items[i], title, sizeof(title));
		buf_add_fmt(text, "\n%s\n", title);
		excerpt_text(&l.items[i], &c->guard, text);
	}
	record_list_done(&l);
	return 0;
}

static int
copy_one(struct copying *c, const struct id *record, struct err *e)
{
	struct record_item r;
	struct id space;
	struct buf text;
	unsigned one;
	int rc;

	if (excerpt_find(c->session, record, &r, e) != 0)
		return -1;
	buf_init(&text, RECORD_TEXT_MAX);
	rc = check_one(c, &r, e);
	if (rc == 0)
		rc = excerpt_may(&c->guard, &r, e);
	if (rc == 0)
		rc = statements_sections(r.section, &one, e);
	if (rc == 0)
		rc = cases_part_tx(c->session, &c->d->case_id, r.section,
		    &c->d->part, &space, e);
	if (rc == 0) {
		c->mask |= one;
		excerpt_text(&r, &c->guard, &text);
		rc = add_objections(c, &r.id, &text, e);
		buf_add(&text, "", 1);
	}
	if (rc == 0)
		rc = buf_check(&text, "the text of a copy", e);
	if (rc == 0)
		rc = write_one(c, &r, &space, view_of(text.data,
		    text.len - 1), e);
	if (text.data != NULL)
		mem_wipe(text.data, text.len);
	buf_done(&text);
	record_item_done(&r);
	return rc;
}

int
copies_make_tx(struct session *session, const struct copies_draft *d,
    char sections[static 80], struct err *e)
{
	struct copying c = { .session = session,
	    .s = session_store(session), .d = d };
	struct loaded l;
	size_t i;
	int rc;

	if (d->count == 0)
		return err_set(e, ERR_INPUT, "name the records to be given");
	rc = versions_load(c.s, &d->case_id, &l, e);
	if (rc < 0)
		return -1;
	if (rc == 1) {
		moves_copy(loaded_text(&l, CASE_SCHOOL), c.school,
		    sizeof(c.school));
		versions_done(&l);
	}
	rc = excerpt_guard(session, &d->case_id, d->to, &c.guard, e);
	for (i = 0; rc == 0 && i < d->count; i++)
		rc = copy_one(&c, &d->records[i], e);
	guard_done(&c.guard);
	if (rc == 0)
		statements_words(c.mask, sections);
	return rc;
}

/* ---- taking on ---- */

struct going {
	struct session *session;
	struct store *s;
	const struct id *for_id, *into; /* into NULL: deleted where they are */
};

static int
take_one(const struct going *g, const struct loaded *l, struct err *e)
{
	static const uint16_t kept[] = { COPY_OF, COPY_KIND, COPY_ON,
		COPY_AUTHOR, COPY_FROM, COPY_TEXT, COPY_HASH, COPY_FOR };
	struct op ops[sizeof(kept) / sizeof(kept[0])];
	struct entry_draft x = { .type = TYPE_COPY, .more = ops };
	const struct heads_field *h;
	struct space sp;
	struct id id;
	size_t i;

	memset(ops, 0, sizeof(ops));
	if (spaces_find(g->s, &l->row.space, &sp, e) != 1 ||
	    cases_section_tx(g->session, g->into, sp.section, &x.space, e) !=
	    0)
		return -1;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		h = heads_find(&l->heads, kept[i]);
		if (h == NULL || h->count == 0)
			continue;
		ops[x.more_count].field = kept[i];
		ops[x.more_count++].value = h->heads[0].op->value;
	}
	return entries_add_tx(g->session, &x, &id, e);
}

static int
delete_one(const struct going *g, const struct record_row *row,
    struct err *e)
{
	struct op op = { .field = FIELD_DELETED };
	struct write w = { .id = row->id, .type = TYPE_COPY,
	    .space = row->space, .case_id = row->case_id, .ops = &op,
	    .op_count = 1 };
	struct id id;

	op.value.type = VALUE_BOOL;
	op.value.num = 1;
	return versions_write_tx(g->s, &w, &id, e);
}

static int
go(void *ctx, const struct record_row *row, struct err *e)
{
	const struct going *g = ctx;
	struct loaded l;
	struct id of;
	int rc = versions_load_row(g->s, row, &l, e);

	if (rc != 1)
		return rc;
	of = loaded_id(&l, COPY_FOR);
	rc = !id_eq(&of, g->for_id) ? 0 : g->into != NULL ?
	    take_one(g, &l, e) : delete_one(g, row, e);
	versions_done(&l);
	return rc;
}

int
copies_take_tx(struct session *session, const struct copies_taken *d,
    struct err *e)
{
	struct going g = { session, session_store(session), &d->for_id,
		&d->into };
	struct version_query q = { .type = TYPE_COPY,
	    .case_id = &d->from_case, .oldest_first = true };

	return versions_each(g.s, &q, go, &g, e) < 0 ? -1 : 0;
}

int
copies_delete_tx(struct session *session, const struct id *case_id,
    const struct id *for_id, struct err *e)
{
	struct going g = { session, session_store(session), for_id, NULL };
	struct version_query q = { .type = TYPE_COPY, .case_id = case_id };

	return versions_each(g.s, &q, go, &g, e) < 0 ? -1 : 0;
}
