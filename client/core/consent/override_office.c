/*
 * What the office sees of overrides: the notices that data-protection officers
 * get, counted from nothing else, and the requests for an officer's signature.
 * Both are memos; nothing here opens a case.
 */
#include "client/core/consent/override.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/accord/overrides.h"
#include "client/core/accord/statements.h"
#include "client/core/local/fields.h"
#include "client/core/profile/match.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"
#include "common/wire/access.h"
#include "common/wire/notice.h"

#define NOTICES_MAX 65536

/* ---- notices ---- */

struct gathering {
	struct values *v;
	struct override_list *out;
	size_t room;
	struct record *rec; /* room to decode in */
};

static char *
text_of(const struct record *rec, uint16_t field)
{
	struct view v = record_text(rec, field);
	char *out = mem_new(v.len + 1);

	if (v.len > 0)
		memcpy(out, v.data, v.len);
	return out;
}

static struct override_item *
item_of(struct gathering *g, const struct id *record)
{
	size_t i;

	for (i = 0; i < g->out->count; i++)
		if (id_eq(&g->out->items[i].id, record))
			return &g->out->items[i];
	return NULL;
}

static struct override_item *
new_item(struct gathering *g)
{
	struct override_list *l = g->out;

	l->items = mem_more(l->items, l->count, sizeof(*l->items));
	return &l->items[l->count++];
}

static bool
read_copy(struct gathering *g, const struct notice *n)
{
	struct err e;

	return record_decode(n->body, g->rec, &e) == 0 &&
	    g->rec->type == TYPE_OVERRIDE;
}

/* The copy is of the record that the notice names, and of who sends it. */
static void
begun(struct gathering *g, const struct notice *n, const struct id *from)
{
	struct override_item *item;
	struct id person;

	if (item_of(g, &n->record) != NULL || g->out->count == NOTICES_MAX ||
	    !read_copy(g, n) || !id_eq(&g->rec->id, &n->record) ||
	    !id_eq(&g->rec->origin, from))
		return;
	item = new_item(g);
	record_bytes(g->rec, OVERRIDE_PERSON, &person, sizeof(person));
	item->id = n->record;
	item->case_id = n->case_id;
	item->person = mem_dup(value_name(g->v, &person));
	item->sections = text_of(g->rec, OVERRIDE_SECTIONS);
	item->basis = text_of(g->rec, OVERRIDE_BASIS);
	item->provision = text_of(g->rec, OVERRIDE_PROVISION);
	item->reason = text_of(g->rec, OVERRIDE_REASON);
	item->by = mem_dup(value_author(g->v, &g->rec->origin));
	item->right = record_int(g->rec, OVERRIDE_RIGHT, 0) == RIGHT_WRITE ?
	    RIGHT_WRITE : RIGHT_READ;
	item->from_ms = hlc_ms(g->rec->hlc);
	item->until_ms = item->from_ms + override_length(g->rec);
}

static void
later(struct gathering *g, const struct notice *n, int64_t at_ms)
{
	struct override_item *item = item_of(g, &n->record);
	struct id officer;

	if (item == NULL)
		return;
	if (n->what == NOTICE_WITHDRAWN)
		item->withdrawn = true;
	else if (n->what == NOTICE_ENDED && item->ended_ms == 0)
		item->ended_ms = read_copy(g, n) ? hlc_ms(g->rec->hlc) :
		    at_ms;
	else if (n->what == NOTICE_SIGNED && item->second == NULL &&
	    read_copy(g, n)) {
		record_bytes(g->rec, OVERRIDE_OFFICER, &officer, sizeof(officer));
		item->second = mem_dup(value_author(g->v, &officer));
	}
}

/* Memos come in the order of the log: what happened later may come first. */
static int
take_begun(void *ctx, const struct memo *m, struct err *e)
{
	struct notice n;
	struct err why;

	(void)e;
	if (notice_decode(m->body, &n, &why) == 0 && n.what == NOTICE_BEGUN)
		begun(ctx, &n, &m->author);
	return 0;
}

static int
take_later(void *ctx, const struct memo *m, struct err *e)
{
	struct notice n;
	struct err why;

	(void)e;
	if (notice_decode(m->body, &n, &why) == 0 && n.what != NOTICE_BEGUN)
		later(ctx, &n, m->at_ms);
	return 0;
}

/* 8.4, from what the notices say: it opens nothing before it is signed. */
static bool
waits(const struct override_list *l, const struct override_item *item)
{
	size_t i;

	for (i = 0; item->second == NULL && i < l->count; i++) {
		const struct override_item *o = &l->items[i];
		int64_t end = o->ended_ms != 0 && o->ended_ms < o->until_ms ?
		    o->ended_ms : o->until_ms;

		if (o != item && id_eq(&o->case_id, &item->case_id) &&
		    strcmp(o->person, item->person) == 0 &&
		    o->from_ms < item->from_ms &&
		    item->from_ms - ACCESS_RENEWAL_MS < end)
			return true;
	}
	return false;
}

static int
by_begin(const void *va, const void *vb)
{
	const struct override_item *a = va, *b = vb;

	return a->from_ms != b->from_ms ? (a->from_ms < b->from_ms ? -1 : 1) :
	    id_cmp(&a->id, &b->id);
}

static void
set_states(struct override_list *l, int64_t now_ms)
{
	size_t i;

	if (l->count > 1)
		qsort(l->items, l->count, sizeof(*l->items), by_begin);
	for (i = 0; i < l->count; i++) {
		struct override_item *item = &l->items[i];

		item->state = item->ended_ms != 0 ? OVERRIDE_ENDED :
		    now_ms >= item->until_ms ? OVERRIDE_OVER :
		    waits(l, item) ? OVERRIDE_WAITS : OVERRIDE_RUNS;
	}
}

int
override_notices(struct session *session, struct override_list *out,
    struct err *e)
{
	struct store *s = session_store(session);
	struct gathering g = { .out = out };
	int rc;

	memset(out, 0, sizeof(*out));
	if ((roster_roles(&s->roster, &s->person) & ROLE_DPO) == 0)
		return err_set(e, ERR_DENIED, "only a data-protection officer "
		    "is told of all overrides; those of a case are in its "
		    "list");
	g.v = mem_new(sizeof(*g.v));
	g.rec = mem_new(sizeof(*g.rec));
	values_init(g.v, session);
	rc = memos_each(s, MEMO_OVERRIDE, &g, take_begun, e);
	if (rc == 0)
		rc = memos_each(s, MEMO_OVERRIDE, &g, take_later, e);
	set_states(out, store_now_ms(s));
	values_done(g.v);
	mem_free(g.v);
	mem_free(g.rec);
	if (rc != 0)
		override_list_done(out);
	return rc;
}

/* ---- requests for a signature ---- */

void
override_request_list_done(struct override_request_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].person);
		mem_free(l->items[i].asked_by);
		mem_free(l->items[i].basis);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

struct asking {
	struct values *v;
	struct override_request_list *out;
	size_t room;
};

static bool
is_own(const struct store *s, const struct id *device)
{
	const struct roster_device *d = roster_device(&s->roster, device);

	return d != NULL && id_eq(&d->person, &s->person);
}

static int
count_open(void *ctx, const struct memo *m, struct err *e)
{
	(void)e;
	*(size_t *)ctx += m->state == MEMO_OPEN ? 1 : 0;
	return 0;
}

static int
take_ask(void *ctx, const struct memo *m, struct err *e)
{
	struct asking *a = ctx;
	struct override_request *q;
	struct notice_ask ask;
	struct err why;

	(void)e;
	if (m->state != MEMO_OPEN || a->out->count >= a->room ||
	    notice_ask_decode(m->body, &ask, &why) != 0)
		return 0;
	q = &a->out->items[a->out->count++];
	q->number = m->mid;
	q->record = ask.record;
	q->person = mem_dup(value_name(a->v, &ask.person));
	q->asked_by = mem_dup(value_author(a->v, &m->author));
	q->basis = mem_new(ask.basis.len + 1);
	if (ask.basis.len > 0)
		memcpy(q->basis, ask.basis.data, ask.basis.len);
	q->from_ms = ask.from_ms;
	q->until_ms = ask.until_ms;
	q->own = is_own(a->v->s, &m->author);
	return 0;
}

int
override_requests(struct session *session, struct override_request_list *out,
    struct err *e)
{
	struct store *s = session_store(session);
	struct asking a = { .out = out };
	int rc;

	memset(out, 0, sizeof(*out));
	if (!roster_is_officer(&s->roster, &s->me->device))
		return err_set(e, ERR_DENIED, "only an officer is asked for a "
		    "signature on an override");
	rc = memos_each(s, MEMO_COUNTERSIGN, &a.room, count_open, e);
	if (rc != 0)
		return -1;
	a.v = mem_new(sizeof(*a.v));
	values_init(a.v, session);
	out->items = mem_new((a.room + 1) * sizeof(*out->items));
	rc = memos_each(s, MEMO_COUNTERSIGN, &a, take_ask, e);
	values_done(a.v);
	mem_free(a.v);
	if (rc != 0)
		override_request_list_done(out);
	return rc;
}

static int
find_request(struct session *session, const char *text, int64_t *number,
    struct err *e)
{
	struct override_request_list l;
	size_t i, fits = 0;

	if (override_requests(session, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (match_id(text, &l.items[i].record)) {
			*number = l.items[i].number;
			fits++;
		}
	override_request_list_done(&l);
	if (fits == 1)
		return 0;
	return fits == 0 ? err_set(e, ERR_ABSENT, "no override waits for "
	    "your signature under this id") :
	    err_set(e, ERR_INPUT, "several requests fit this id; give more "
	    "of it");
}

/* To every device of who asked: one of them puts it into the card. */
static int
answer_tx(struct store *s, const struct memo *m, const struct notice_ask *ask,
    struct err *e)
{
	struct access_second what = { &ask->case_id, &ask->person,
		&ask->record, ask->until_ms };
	struct notice_answer answer = { .record = ask->record,
	    .officer = s->me->device };
	const struct roster_device *by = roster_device(&s->roster,
	    &m->author), *list[LETTER_RECIPIENTS_MAX];
	struct id to[LETTER_RECIPIENTS_MAX];
	struct memo_draft d = { .topic = MEMO_COUNTERSIGNED, .devices = to };
	struct buf b;
	int64_t mid;
	size_t i, n;
	int rc;

	n = by == NULL ? 0 : roster_devices_of(&s->roster, &by->person, list,
	    LETTER_RECIPIENTS_MAX);
	for (i = 0; i < n && i < LETTER_RECIPIENTS_MAX; i++)
		to[d.device_count++] = list[i]->device;
	if (d.device_count == 0)
		return err_set(e, ERR_CLASH, "who asked has no device any "
		    "more; a keeper of the case records it anew");
	access_second_sign(&what, &s->me->sign, &answer.sig);
	buf_init(&b, 4096);
	notice_answer_encode(&answer, &b);
	d.body = buf_view(&b);
	rc = memos_queue_tx(s, &d, &mid, e);
	if (rc == 0)
		rc = memos_done_tx(s, m->mid, e);
	buf_done(&b);
	return rc;
}

static int
sign(struct store *s, const struct memo *m, struct id *record, struct err *e)
{
	struct notice_ask ask;

	if (notice_ask_decode(m->body, &ask, e) != 0)
		return -1;
	if (is_own(s, &m->author))
		return err_set(e, ERR_DENIED, "this override is your own: "
		    "another officer signs it");
	if (store_now_ms(s) >= ask.until_ms)
		return err_set(e, ERR_CLASH, "this override would be over "
		    "already; nothing is left to sign");
	*record = ask.record;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (answer_tx(s, m, &ask, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

int
override_sign(struct session *session, const char *text, struct id *record,
    struct err *e)
{
	struct store *s = session_store(session);
	struct memo m;
	int64_t number = 0;
	struct buf body;
	int rc;

	if (find_request(session, text, &number, e) != 0)
		return -1;
	buf_init(&body, LETTER_MEMO_MAX);
	rc = memos_find(s, number, &m, &body, e);
	if (rc == 1)
		rc = sign(s, &m, record, e);
	else if (rc == 0)
		rc = err_set(e, ERR_ABSENT, "this request is not here");
	buf_done(&body);
	return rc;
}

/* ---- both at a glance ---- */

static int
cases_with(struct store *s, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT DISTINCT case_id FROM"
	    " record WHERE type = 10 AND case_id IS NOT NULL"
	    " AND flags & 4 = 0");
	struct view id;
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		id = db_blob(q, 0);
		if (id.len == sizeof(struct id))
			buf_add(ids, id.data, id.len);
	}
	return rc != 0 ? -1 : buf_check(ids, "the list of cases", e);
}

static int
count_requests(struct session *session, size_t *to_sign, struct err *e)
{
	struct override_request_list l;
	size_t i;

	if (override_requests(session, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		*to_sign += l.items[i].own ? 0 : 1;
	override_request_list_done(&l);
	return 0;
}

int
override_status(struct session *session, size_t *running, size_t *to_sign,
    struct err *e)
{
	struct store *s = session_store(session);
	struct override_asked q = { .person = NULL,
	    .sections = STATEMENTS_ALL };
	int64_t until_ms;
	struct buf ids;
	size_t i, n;
	int rc;

	*running = *to_sign = 0;
	buf_init(&ids, 1 << 24);
	rc = cases_with(s, &ids, e);
	for (i = 0; rc == 0 && i + sizeof(q.case_id) <= ids.len;
	    i += sizeof(q.case_id)) {
		memcpy(q.case_id.b, ids.data + i, sizeof(q.case_id.b));
		rc = override_running(session, &q, &n, &until_ms, e);
		*running += rc == 0 ? n : 0;
	}
	buf_done(&ids);
	if (rc == 0 && roster_is_officer(&s->roster, &s->me->device))
		rc = count_requests(session, to_sign, e);
	return rc;
}
