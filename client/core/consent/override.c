/*
 * Overrides as a keeper records and ends them: a record in the case's card,
 * the statements that follow from it, and the copy for those who are
 * answerable, all in one transaction. What officers see is override_office.c's.
 */
#include "client/core/consent/override.h"

#include <string.h>

#include "client/core/accord/overrides.h"
#include "client/core/accord/statements.h"
#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"
#include "common/wire/notice.h"
#include "common/base/text.h"

#define LINE_BYTES 400
#define REASON_BYTES 4000

/* ---- recording ---- */

static int
card_for(struct store *s, const struct id *case_id, enum right need,
    struct space *card, struct err *e)
{
	enum right right;
	int rc = spaces_find_section(s, case_id, "card", NULL, card, e);

	if (rc == 0 || (rc == 1 && card->hidden))
		return err_set(e, ERR_DENIED, "the card of this case is not "
		    "open to you; overrides are kept there");
	if (rc < 0 || spaces_right(s, &card->id, &right, e) != 0)
		return -1;
	if (right >= need)
		return 0;
	return err_set(e, ERR_DENIED, need == RIGHT_KEEP ?
	    N_("only a keeper of this case's card records an override; tell the "
	    "case's coordinator, or two officers can open a section for "
	    "recovery") : N_("you may not write in the card of this case; tell "
	    "the case's coordinator"));
}

static int
check_text(const char *text, size_t max, const char *what, struct err *e)
{
	struct view v = text != NULL ? view_str(text) : view_of(NULL, 0);

	if (v.len == 0 || text[strspn(text, " \t\n")] == '\0')
		return err_set(e, ERR_INPUT, "an override names %s",
		    _(what));
	if (v.len > max)
		return err_set(e, ERR_INPUT, "%s is longer than %zu bytes",
		    _(what), max);
	if (utf8_bad(v) != v.len || utf8_controls(v, max > LINE_BYTES) !=
	    v.len)
		return err_set(e, ERR_INPUT, "%s is no plain text", _(what));
	return 0;
}

static int
check_basis(const char *basis, struct err *e)
{
	static const char *const codes[] = { "danger", "child_protection",
		"court", "police", "statute" };
	size_t i;

	for (i = 0; basis != NULL && i < sizeof(codes) / sizeof(codes[0]);
	    i++)
		if (strcmp(basis, codes[i]) == 0)
			return 0;
	return err_set(e, ERR_INPUT, "the basis of an override is danger, "
	    "child_protection, court, police or statute");
}

static int
check_person(struct store *s, const struct override_draft *d, struct err *e)
{
	const struct roster_device *dev;

	if (id_eq(&d->person, &s->person))
		return err_set(e, ERR_INPUT, "an override opens a case to "
		    "somebody else, not to oneself");
	if (id_is_zero(&d->person) ||
	    roster_devices_of(&s->roster, &d->person, &dev, 1) == 0)
		return err_set(e, ERR_ABSENT, "the directory knows no device "
		    "of this person");
	return 0;
}

struct adding {
	struct store *s;
	const struct override_draft *d;
	struct space card;
	unsigned mask;
	int64_t now_ms, until_ms;
};

static int
check_draft(struct adding *a, struct err *e)
{
	const struct override_draft *d = a->d;

	if (d->sections == NULL || *d->sections == '\0')
		return err_set(e, ERR_INPUT, "an override names each section "
		    "it opens: card, notes, plan, assessment, meeting, "
		    "protection");
	if (d->right != RIGHT_READ && d->right != RIGHT_WRITE)
		return err_set(e, ERR_INPUT,
		    "an override gives the right to read or to write");
	if (statements_sections(d->sections, &a->mask, e) != 0 ||
	    check_basis(d->basis, e) != 0 ||
	    check_text(d->provision, LINE_BYTES, N_("the provision of law"),
	    e) != 0 ||
	    check_text(d->reason, REASON_BYTES, N_("its reason"), e) != 0 ||
	    check_person(a->s, d, e) != 0)
		return -1;
	if (a->until_ms <= a->now_ms)
		return err_set(e, ERR_INPUT,
		    "until: this override would be over already");
	if (a->until_ms - a->now_ms > ACCESS_OVERRIDE_MS)
		return err_set(e, ERR_INPUT, "an override runs for at most "
		    "seven days; it can be renewed with an officer's "
		    "signature");
	return 0;
}

static struct op
text_op(uint16_t field, const char *text)
{
	struct op op = { .field = field };

	op.value.type = VALUE_TEXT;
	op.value.data = view_str(text);
	return op;
}

static struct op
int_op(uint16_t field, int64_t v)
{
	struct op op = { .field = field };

	op.value.type = VALUE_INT;
	op.value.num = v;
	return op;
}

static struct op
id_op(uint16_t field, const struct id *id)
{
	struct op op = { .field = field };

	op.value.type = VALUE_BYTES;
	op.value.data = view_of(id->b, sizeof(id->b));
	return op;
}

static int
write_tx(struct adding *a, struct id *id, struct err *e)
{
	const struct override_draft *d = a->d;
	char sections[80];
	struct op ops[9];
	struct write w = { .type = TYPE_OVERRIDE, .space = a->card.id,
	    .case_id = d->case_id, .ops = ops, .op_count = 9 };

	statements_words(a->mask, sections);
	ops[0] = id_op(OVERRIDE_PERSON, &d->person);
	ops[1] = text_op(OVERRIDE_SECTIONS, sections);
	ops[2] = int_op(OVERRIDE_RIGHT, d->right);
	ops[3] = text_op(OVERRIDE_BASIS, d->basis);
	ops[4] = text_op(OVERRIDE_PROVISION, d->provision);
	ops[5] = text_op(OVERRIDE_REASON, d->reason);
	ops[6] = int_op(OVERRIDE_FROM, a->now_ms);
	ops[7] = int_op(OVERRIDE_UNTIL, a->until_ms);
	ops[8] = id_op(OVERRIDE_TAKEN_BY, &a->s->person);
	return versions_write_tx(a->s, &w, id, e);
}

static int
add_tx(struct adding *a, struct id *id, struct override_effect *effect,
    struct err *e)
{
	struct override_news n = { NOTICE_BEGUN, &a->d->case_id, id, id };
	struct override_source o;
	struct id case_id;

	if (write_tx(a, id, e) != 0 || statements_apply_tx(a->s,
	    &a->d->case_id, &effect->spaces, e) != 0 ||
	    overrides_tell_tx(a->s, &n, e) != 0 ||
	    overrides_find(a->s, id, &case_id, &o, e) != 1)
		return -1;
	effect->needs_second = o.needs_second;
	effect->until_ms = o.until_ms;
	return 0;
}

int
override_add(struct session *session, const struct override_draft *d,
    struct id *id, struct override_effect *effect, struct err *e)
{
	struct store *s = session_store(session);
	struct adding a = { .s = s, .d = d };

	memset(effect, 0, sizeof(*effect));
	a.now_ms = store_now_ms(s);
	a.until_ms = d->until_ms != 0 ? d->until_ms :
	    a.now_ms + ACCESS_OVERRIDE_MS;
	if (check_draft(&a, e) != 0 ||
	    card_for(s, &d->case_id, RIGHT_KEEP, &a.card, e) != 0 ||
	    db_begin(s->db, e) != 0)
		return -1;
	if (add_tx(&a, id, effect, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

/* ---- ending ---- */

static int
end_tx(struct store *s, const struct override_source *o,
    const struct id *case_id, const char *reason, struct err *e)
{
	struct id id;
	struct override_news n = { NOTICE_ENDED, case_id, &o->record, &id };
	struct op ops[3];
	struct write w = { .type = TYPE_OVERRIDE, .space = o->card,
	    .case_id = *case_id, .parent = o->record, .ops = ops,
	    .op_count = 3 };
	size_t added = 0;

	ops[0] = text_op(OVERRIDE_REASON, reason);
	ops[1] = id_op(OVERRIDE_TAKEN_BY, &s->person);
	ops[2] = id_op(OVERRIDE_ENDS, &o->record);
	if (versions_write_tx(s, &w, &id, e) != 0 ||
	    statements_apply_tx(s, case_id, &added, e) != 0)
		return -1;
	return overrides_tell_tx(s, &n, e);
}

int
override_end(struct session *session, const struct id *record,
    const char *reason, struct err *e)
{
	struct store *s = session_store(session);
	struct override_source o;
	struct space card;
	struct id case_id;
	int rc;

	if (check_text(reason, REASON_BYTES, N_("why it ends"), e) != 0)
		return -1;
	rc = overrides_find(s, record, &case_id, &o, e);
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "there is no such override "
		    "here");
	if (rc < 0 || card_for(s, &case_id, RIGHT_WRITE, &card, e) != 0)
		return -1;
	if (!id_is_zero(&o.end) || store_now_ms(s) >= o.until_ms)
		return err_set(e, ERR_CLASH, "this override is over already");
	if (db_begin(s->db, e) != 0)
		return -1;
	if (end_tx(s, &o, &case_id, reason, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

/* ---- listing ---- */

const char *
override_state_word(enum override_state st)
{
	static const char *const words[] = { "", N_("running"),
		N_("waiting"), N_("ended"), N_("over"), N_("void") };

	return words[st];
}

void
override_list_done(struct override_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].person);
		mem_free(l->items[i].sections);
		mem_free(l->items[i].basis);
		mem_free(l->items[i].provision);
		mem_free(l->items[i].reason);
		mem_free(l->items[i].by);
		mem_free(l->items[i].second);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static enum override_state
state_of(const struct override_source *o, int64_t now_ms)
{
	if (!o->sound || o->sections == 0)
		return OVERRIDE_VOID;
	if (!id_is_zero(&o->end))
		return OVERRIDE_ENDED;
	if (now_ms >= o->until_ms)
		return OVERRIDE_OVER;
	return override_runs(o, now_ms) ? OVERRIDE_RUNS : OVERRIDE_WAITS;
}

static int
fill_item(struct values *v, const struct override_source *o,
    struct override_item *item, struct err *e)
{
	char sections[80];
	struct loaded l;
	int rc = versions_load(v->s, &o->record, &l, e);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_ABSENT,
		    "an override is not here any more");
	statements_words(o->sections, sections);
	item->id = o->record;
	item->case_id = l.row.case_id;
	item->state = state_of(o, store_now_ms(v->s));
	item->sections = mem_dup(sections);
	item->basis = loaded_dup(&l, OVERRIDE_BASIS);
	item->provision = loaded_dup(&l, OVERRIDE_PROVISION);
	item->reason = loaded_dup(&l, OVERRIDE_REASON);
	versions_done(&l);
	item->person = mem_dup(value_name(v, &o->person));
	item->by = mem_dup(value_author(v, &o->origin));
	if (o->has_second)
		item->second = mem_dup(value_author(v, &o->second));
	item->right = o->right;
	item->from_ms = o->from_ms;
	item->until_ms = o->until_ms;
	item->ended_ms = id_is_zero(&o->end) ? 0 : hlc_ms(o->end_hlc);
	return 0;
}

int
override_list(struct session *session, const struct id *case_id,
    struct override_list *out, struct err *e)
{
	struct values *v;
	struct store *s = session_store(session);
	struct override_sources all;
	struct space card;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = spaces_find_section(s, case_id, "card", NULL, &card, e);
	if (rc < 0 || (rc == 1 && card.hidden))
		return rc < 0 ? -1 : 0;
	if (overrides_load(s, case_id, &all, e) != 0)
		return -1;
	v = mem_new(sizeof(*v));
	values_init(v, session);
	out->items = mem_new((all.count + 1) * sizeof(*out->items));
	for (i = 0, rc = 0; rc == 0 && i < all.count; i++)
		rc = fill_item(v, &all.list[i], &out->items[out->count++], e);
	values_done(v);
	mem_free(v);
	overrides_done(&all);
	if (rc != 0)
		override_list_done(out);
	return rc;
}

int
override_running(struct session *session, const struct override_asked *q,
    size_t *n, int64_t *until_ms, struct err *e)
{
	struct store *s = session_store(session);
	struct override_sources all;
	size_t i;

	*n = 0;
	*until_ms = 0;
	if (overrides_load(s, &q->case_id, &all, e) != 0)
		return -1;
	for (i = 0; i < all.count; i++) {
		const struct override_source *o = &all.list[i];

		if (!override_runs(o, store_now_ms(s)) ||
		    (o->sections & q->sections) == 0 || (q->person != NULL &&
		    !id_eq(q->person, &o->person)))
			continue;
		++*n;
		if (o->until_ms > *until_ms)
			*until_ms = o->until_ms;
	}
	overrides_done(&all);
	return 0;
}
