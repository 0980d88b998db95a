/*
 * The memos of overrides, at each sync: officers are asked for the signatures
 * that overrides recorded on this device need, and answers go into the card,
 * where every keeper finds them. The data-protection officers hear of what was
 * withdrawn here while an override keeps the door open.
 *
 * What was asked or told is found again in the own memos, so that a sync that
 * is cut off asks once.
 */
#include "client/core/accord/overrides.h"

#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/accord/statements.h"
#include "common/base/mem.h"
#include "common/wire/notice.h"

#define ANSWERS_AT_ONCE 64
#define BASIS_BYTES (NOTICE_BASIS_MAX + 1)

static int
copy_record(struct store *s, const struct id *record, struct buf *out,
    struct err *e)
{
	struct loaded l;
	int rc = versions_load(s, record, &l, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "an override is not here");
	if (rc < 0)
		return -1;
	if (l.count > 0)
		record_encode(&l.versions[0].rec, out);
	versions_done(&l);
	return buf_check(out, "the copy of an override", e);
}

int
overrides_tell_tx(struct store *s, const struct override_news *n,
    struct err *e)
{
	struct notice notice = { .what = (enum notice_what)n->what,
	    .case_id = *n->case_id, .record = *n->record };
	struct memo_draft d = { .topic = MEMO_OVERRIDE, .roles = ROLE_DPO };
	struct buf said, b;
	int64_t mid;
	int rc = 0;

	buf_init(&said, LETTER_MEMO_MAX);
	buf_init(&b, 2 * (size_t)LETTER_MEMO_MAX);
	if (n->said != NULL)
		rc = copy_record(s, n->said, &said, e);
	notice.body = buf_view(&said);
	notice_encode(&notice, &b);
	d.body = buf_view(&b);
	if (rc == 0)
		rc = memos_queue_tx(s, &d, &mid, e);
	buf_done(&said);
	buf_done(&b);
	return rc;
}

/* ---- what was said before ---- */

struct looking {
	const struct id *record;
	enum notice_what what;
	bool found;
};

static int
is_ask(void *ctx, const struct memo *m, struct err *e)
{
	struct looking *l = ctx;
	struct notice_ask ask;
	struct err why;

	(void)e;
	if (m->state == MEMO_OWN && notice_ask_decode(m->body, &ask,
	    &why) == 0 && id_eq(&ask.record, l->record))
		l->found = true;
	return 0;
}

static int
is_news(void *ctx, const struct memo *m, struct err *e)
{
	struct looking *l = ctx;
	struct notice n;
	struct err why;

	(void)e;
	if (m->state == MEMO_OWN && notice_decode(m->body, &n, &why) == 0 &&
	    n.what == l->what && id_eq(&n.record, l->record))
		l->found = true;
	return 0;
}

/* ---- asking ---- */

static int
basis_of(struct store *s, const struct id *record, char out[BASIS_BYTES],
    struct err *e)
{
	struct loaded l;
	struct view v;
	int rc = versions_load(s, record, &l, e);

	out[0] = '\0';
	if (rc <= 0)
		return rc;
	v = loaded_text(&l, OVERRIDE_BASIS);
	if (v.len < BASIS_BYTES) {
		memcpy(out, v.data, v.len);
		out[v.len] = '\0';
	}
	versions_done(&l);
	return 0;
}

static int
ask_tx(struct store *s, const struct id *case_id,
    const struct override_source *o, struct err *e)
{
	struct looking before = { &o->record, 0, false };
	struct memo_draft d = { .topic = MEMO_COUNTERSIGN,
	    .roles = ROLE_OFFICER };
	struct notice_ask ask = { .case_id = *case_id, .record = o->record,
	    .person = o->person, .from_ms = o->from_ms,
	    .until_ms = o->until_ms };
	char basis[BASIS_BYTES];
	struct buf b;
	int64_t mid;
	int rc;

	if (memos_each(s, MEMO_COUNTERSIGN, &before, is_ask, e) != 0 ||
	    before.found)
		return before.found ? 0 : -1;
	if (basis_of(s, &o->record, basis, e) != 0)
		return -1;
	ask.basis = view_str(basis);
	buf_init(&b, 4096);
	notice_ask_encode(&ask, &b);
	d.body = buf_view(&b);
	rc = memos_queue_tx(s, &d, &mid, e);
	buf_done(&b);
	return rc;
}

/* ---- withdrawals that meet an override ---- */

/* Said here, of what the override opens, while it runs. */
static bool
meets(const struct store *s, const struct statement_source *w,
    const struct override_source *o)
{
	return !w->opens && id_eq(&w->origin, &s->me->device) &&
	    (w->sections & o->sections) != 0 &&
	    (id_is_zero(&w->audience) || id_eq(&w->audience, &o->person)) &&
	    hlc_ms(w->hlc) >= o->from_ms && hlc_ms(w->hlc) < o->until_ms;
}

static int
tell_withdrawn_tx(struct store *s, const struct id *case_id,
    const struct override_source *o, const struct statement_sources *said,
    struct err *e)
{
	struct looking before = { &o->record, NOTICE_WITHDRAWN, false };
	struct override_news n = { NOTICE_WITHDRAWN, case_id, &o->record,
		NULL };
	size_t i;

	for (i = 0; i < said->count; i++)
		if (meets(s, &said->list[i], o))
			break;
	if (i == said->count)
		return 0;
	if (memos_each(s, MEMO_OVERRIDE, &before, is_news, e) != 0)
		return -1;
	return before.found ? 0 : overrides_tell_tx(s, &n, e);
}

static int
settle_case_tx(struct store *s, const struct id *case_id, struct err *e)
{
	struct statement_sources said = { NULL, 0 };
	struct override_sources all;
	int64_t now = store_now_ms(s);
	size_t i;
	int rc = overrides_load(s, case_id, &all, e);

	if (rc == 0 && all.count > 0)
		rc = statements_load_group(s, case_id, &said, e);
	for (i = 0; rc == 0 && i < all.count; i++) {
		const struct override_source *o = &all.list[i];

		if (!o->sound || !id_is_zero(&o->end) || now >= o->until_ms)
			continue;
		if (o->needs_second && !o->has_second &&
		    id_eq(&o->origin, &s->me->device))
			rc = ask_tx(s, case_id, o, e);
		if (rc == 0 && override_runs(o, now))
			rc = tell_withdrawn_tx(s, case_id, o, &said, e);
	}
	statements_done(&said);
	overrides_done(&all);
	return rc;
}

/* ---- answers ---- */

struct answers {
	size_t count;
	int64_t mid[ANSWERS_AT_ONCE];
	struct notice_answer list[ANSWERS_AT_ONCE];
	bool readable[ANSWERS_AT_ONCE];
};

static int
collect(void *ctx, const struct memo *m, struct err *e)
{
	struct answers *a = ctx;
	struct err why;

	(void)e;
	if (m->state != MEMO_OPEN || a->count == ANSWERS_AT_ONCE)
		return 0;
	a->mid[a->count] = m->mid;
	a->readable[a->count] = notice_answer_decode(m->body,
	    &a->list[a->count], &why) == 0;
	a->count++;
	return 0;
}

static int
put_second_tx(struct store *s, const struct id *case_id,
    const struct override_source *o, const struct notice_answer *a,
    struct err *e)
{
	struct op ops[3];
	struct write w = { .type = TYPE_OVERRIDE, .space = o->card,
	    .case_id = *case_id, .parent = o->record, .ops = ops,
	    .op_count = 3 };
	struct id id;
	struct override_news n = { NOTICE_SIGNED, case_id, &o->record, &id };
	size_t i;

	memset(ops, 0, sizeof(ops));
	for (i = 0; i < 3; i++)
		ops[i].value.type = VALUE_BYTES;
	ops[0].field = OVERRIDE_SIGNS;
	ops[0].value.data = view_of(o->record.b, sizeof(o->record.b));
	ops[1].field = OVERRIDE_OFFICER;
	ops[1].value.data = view_of(a->officer.b, sizeof(a->officer.b));
	ops[2].field = OVERRIDE_SIGNATURE;
	ops[2].value.data = view_of(a->sig.b, sizeof(a->sig.b));
	if (versions_write_tx(s, &w, &id, e) != 0)
		return -1;
	return overrides_tell_tx(s, &n, e);
}

static int
take_answer_tx(struct store *s, const struct notice_answer *a, int64_t mid,
    struct err *e)
{
	struct override_source o;
	enum right right = RIGHT_NONE;
	struct id case_id;
	struct override_second second = { &case_id, &a->officer, &a->sig };
	int rc = overrides_find(s, &a->record, &case_id, &o, e);

	if (rc == 1 && spaces_right(s, &o.card, &right, e) != 0)
		return -1;
	/* Not here, or not to be written to: it waits for the card. */
	if (rc <= 0 || right < RIGHT_WRITE)
		return rc < 0 ? -1 : 0;
	if (!o.has_second && override_signed(s, &o, &second) &&
	    put_second_tx(s, &case_id, &o, a, e) != 0)
		return -1;
	return memos_done_tx(s, mid, e);
}

static int
take_answers_tx(struct store *s, struct err *e)
{
	struct answers *a = mem_new(sizeof(*a));
	size_t i;
	int rc = memos_each(s, MEMO_COUNTERSIGNED, a, collect, e);

	for (i = 0; rc == 0 && i < a->count; i++)
		rc = a->readable[i] ?
		    take_answer_tx(s, &a->list[i], a->mid[i], e) :
		    memos_done_tx(s, a->mid[i], e);
	mem_free(a);
	return rc;
}

/* ---- at each sync ---- */

static int
cases_with(struct store *s, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT DISTINCT case_id FROM"
	    " record WHERE type = 10 AND case_id IS NOT NULL");
	struct view id;
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		id = db_blob(q, 0);
		if (id.len == sizeof(struct id))
			buf_add(ids, id.data, id.len);
	}
	return rc != 0 ? -1 : buf_check(ids, "the list of cases", e);
}

int
overrides_settle(struct store *s, struct err *e)
{
	struct buf ids;
	struct id id;
	size_t i;
	int rc;

	buf_init(&ids, 1 << 24);
	rc = cases_with(s, &ids, e);
	if (rc != 0 || ids.len == 0)
		goto out;
	rc = db_begin(s->db, e);
	if (rc != 0)
		goto out;
	rc = take_answers_tx(s, e);
	for (i = 0; rc == 0 && i + sizeof(id) <= ids.len; i += sizeof(id)) {
		memcpy(id.b, ids.data + i, sizeof(id.b));
		rc = settle_case_tx(s, &id, e);
	}
	rc = db_end(s->db, rc, e);
out:
	buf_done(&ids);
	return rc;
}
