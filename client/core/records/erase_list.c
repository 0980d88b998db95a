/*
 * How requests and orders stand, and the data-protection officer's side. An
 * own request and the order it became are one line; orders of other keepers
 * are lines of their own.
 */
#include "client/core/records/erase.h"

#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/local/erased.h"
#include "client/core/profile/people.h"
#include "client/core/sync/erasures.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"
#include "common/rules/erasure.h"

#define DAY_MS INT64_C(86400000)

const char *
erase_stage_name(enum erase_stage stage)
{
	static const char *const names[] = { "", "asked", "signed",
		"declined", "refused", "ordered", "erased", "taken_back" };

	return names[stage];
}

const char *
erase_reason_name(enum erase_reason reason)
{
	static const char *const names[] = { "", "asked_for", "mistake",
		"over", "unlawful", "other" };

	return names[reason];
}

/* ---- one line ---- */

static int
name_person(struct session *session, const struct id *device, char **out,
    struct err *e)
{
	struct store *s = session_store(session);
	const struct roster_device *d = roster_device(&s->roster, device);
	char name[160];

	if (d == NULL)
		return 0;
	if (people_name(session, &d->person, name, e) != 0)
		return -1;
	*out = mem_dup(name);
	return 0;
}

static int
fill_what(struct store *s, struct erase_item_shown *x, struct err *e)
{
	const struct record_kind *kind = NULL;
	struct record_row row;
	struct space sp;
	int rc = spaces_find(s, &x->space, &sp, e);

	if (rc < 0)
		return -1;
	if (rc == 1)
		x->case_id = sp.case_id;
	if (!id_is_zero(&x->record)) {
		rc = versions_row(s, &x->record, &row, e);
		if (rc < 0)
			return -1;
		if (rc == 1)
			kind = fields_kind(row.type);
		x->what = mem_dup(kind != NULL ? kind->name : "record");
	} else {
		x->what = mem_dup(rc == 1 ? sp.section : "");
	}
	return 0;
}

/* Versions that came after the order, for a further one. */
static int
count_late(struct store *s, const struct erased_order *o,
    struct erase_item_shown *x, struct err *e)
{
	struct record_row row;
	struct erased_place p;
	struct buf list;
	int64_t rid;
	size_t at;
	int rc = o->kind == ERASE_RECORD ? erased_rid(s, o, &rid, e) : 0;

	if (rc != 1)
		return rc;
	if (versions_row_at(s, rid, &row, e) != 0)
		return -1;
	x->record = row.id;
	buf_init(&list, 1u << 24);
	rc = erased_places(s, &row, &list, e);
	for (at = 0; rc == 0 && at < list.len; at += sizeof(p)) {
		memcpy(&p, list.data + at, sizeof(p));
		x->late += !p.named;
	}
	buf_done(&list);
	return rc;
}

static int
fill_order(struct session *session, const struct erased_order *o,
    struct erase_item_shown *x, struct err *e)
{
	struct store *s = session_store(session);

	x->order = o->id;
	x->space = o->space;
	x->reason = o->reason;
	x->ordered_ms = o->accept_ms;
	x->due_ms = erasure_due_ms(o->accept_ms);
	x->backups_ms = x->due_ms + ERASE_BACKUP_DAYS * DAY_MS;
	x->misfits = o->misfits;
	x->undoes = o->kind == ERASE_BACK;
	x->stage = o->back ? ERASE_STAGE_BACK : o->wiped ?
	    ERASE_STAGE_ERASED : ERASE_STAGE_ORDERED;
	if (o->back)
		x->due_ms = x->backups_ms = 0;
	else if (count_late(s, o, x, e) != 0)
		return -1;
	return name_person(session, &o->keeper, &x->keeper, e) != 0 ||
	    name_person(session, &o->dpo, &x->dpo, e) != 0 ? -1 : 0;
}

/* ---- all lines ---- */

struct lines {
	struct session *session;
	struct erase_list *out;
};

static struct erase_item_shown *
new_line(struct erase_list *l)
{
	l->items = mem_more(l->items, l->count, sizeof(*l->items));
	return &l->items[l->count++];
}

static struct erase_item_shown *
line_of(struct erase_list *l, const struct hash *order)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (hash_eq(&l->items[i].order, order))
			return &l->items[i];
	return new_line(l);
}

static int
read_ask(struct stmt *q, struct erase_item_shown *x, struct err *e)
{
	struct erase_ask *a = mem_new(sizeof(*a));
	static const enum erase_stage stages[] = { 0, ERASE_STAGE_ASKED,
		ERASE_STAGE_SIGNED, ERASE_STAGE_DECLINED,
		ERASE_STAGE_REFUSED };
	int64_t state = db_int(q, 4);
	int rc = erase_ask_decode(db_blob(q, 3), a, e);

	if (rc == 0) {
		(void)db_id(q, 0, &x->request);
		(void)db_id(q, 1, &x->space);
		if (!db_is_null(q, 2))
			(void)db_id(q, 2, &x->record);
		x->stage = state >= 1 && state <= 4 ? stages[state] :
		    ERASE_STAGE_ASKED;
		x->asked_ms = db_int(q, 5);
		if (!db_is_null(q, 7))
			(void)db_hash(q, 7, &x->order);
		x->reason = a->what.reason;
		x->undoes = a->what.kind == ERASE_BACK;
		if (x->stage == ERASE_STAGE_DECLINED) {
			x->words = mem_dup(db_text(q, 6));
		} else {
			x->words = mem_new(a->words.len + 1);
			if (a->words.len > 0)
				memcpy(x->words, a->words.data, a->words.len);
		}
	}
	mem_free(a);
	return rc;
}

static int
own_requests(struct store *s, struct erase_list *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id, space, record, body, "
	    "state, at_ms, words, order_id FROM erase_ask ORDER BY at_ms");
	int rc;

	while ((rc = db_step(q, e)) == 1)
		if (read_ask(q, new_line(out), e) != 0) {
			rc = -1;
			break;
		}
	db_reset(q);
	return rc;
}

static int
take_order(void *ctx, const struct erased_order *o, struct err *e)
{
	struct lines *x = ctx;

	return fill_order(x->session, o, line_of(x->out, &o->id), e);
}

int
erase_list(struct session *session, struct erase_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct lines x = { session, out };
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = own_requests(s, out, e);
	if (rc == 0)
		rc = erased_each(s, &x, take_order, e);
	for (i = 0; rc == 0 && i < out->count; i++)
		rc = fill_what(s, &out->items[i], e);
	if (rc != 0)
		erase_list_done(out);
	return rc;
}

void
erase_list_done(struct erase_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].what);
		mem_free(l->items[i].words);
		mem_free(l->items[i].keeper);
		mem_free(l->items[i].dpo);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static int
is_own(struct store *s, const struct hash *order, bool *own,
    struct err *e)
{
	const struct roster_device *d;
	struct erased_order o;
	int rc = erased_find(s, order, &o, e);

	d = rc == 1 ? roster_device(&s->roster, &o.keeper) : NULL;
	*own = d != NULL && id_eq(&d->person, &s->person);
	return rc < 0 ? -1 : 0;
}

int
erase_figures(struct session *session, size_t *late, size_t *asked,
    struct err *e)
{
	struct store *s = session_store(session);
	struct erase_list l;
	int64_t orders = 0, requests = 0;
	size_t i;
	bool own;
	int rc = 0;

	*late = *asked = 0;
	if (db_one_int(s->db, "SELECT count(*) FROM memo WHERE topic = 2 "
	    "AND state = 2", &requests, e) < 0 || db_one_int(s->db,
	    "SELECT count(*) FROM erase_order", &orders, e) < 0)
		return -1;
	*asked = (size_t)requests;
	if (orders == 0)
		return 0;
	if (erase_list(session, &l, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		if (l.items[i].late == 0)
			continue;
		rc = is_own(s, &l.items[i].order, &own, e);
		/* Two orders for one record count the same versions. */
		if (rc == 0 && own && l.items[i].late > *late)
			*late = l.items[i].late;
	}
	erase_list_done(&l);
	return rc;
}

/* ---- the officer's side ---- */

/* Names are looked up after: no statement runs inside another's rows. */
static int
take_request(void *ctx, const struct memo *m, struct err *e)
{
	struct erase_requests *l = ctx;
	struct erase_request *r;
	struct erase_ask *a;
	struct err why;

	(void)e;
	if (m->state == MEMO_OWN)
		return 0;
	a = mem_new(sizeof(*a));
	if (erase_ask_decode(m->body, a, &why) == 0) {
		l->items = mem_more(l->items, l->count, sizeof(*l->items));
		r = &l->items[l->count++];
		r->mid = m->mid;
		r->id = a->id;
		r->space = a->space;
		r->back = a->what.back;
		r->kind = a->what.kind;
		r->reason = a->what.reason;
		r->words = mem_new(a->words.len + 1);
		if (a->words.len > 0)
			memcpy(r->words, a->words.data, a->words.len);
		r->texts = (size_t)a->texts;
		r->from_ms = a->from_ms;
		r->to_ms = a->to_ms;
		r->asked_ms = m->at_ms;
		r->done = m->state == MEMO_DONE;
	}
	mem_free(a);
	return 0;
}

int
erase_requests_list(struct session *session, struct erase_requests *out,
    struct err *e)
{
	struct store *s = session_store(session);
	struct memo m;
	struct buf body;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = memos_each(s, MEMO_ERASE_REQUEST, out, take_request, e);
	buf_init(&body, 2 * (size_t)LETTER_MEMO_MAX);
	for (i = 0; rc == 0 && i < out->count; i++) {
		buf_reset(&body);
		rc = memos_find(s, out->items[i].mid, &m, &body, e);
		rc = rc == 1 ? name_person(session, &m.author,
		    &out->items[i].keeper, e) : -1;
	}
	buf_done(&body);
	if (rc != 0)
		erase_requests_done(out);
	return rc;
}

void
erase_requests_done(struct erase_requests *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].keeper);
		mem_free(l->items[i].words);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

/* ---- answering ---- */

static int
find_request(struct session *session, const struct id *id, int64_t *mid,
    struct err *e)
{
	struct erase_requests l;
	size_t i;

	*mid = 0;
	if (erase_requests_list(session, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (id_eq(&l.items[i].id, id) && !l.items[i].done)
			*mid = l.items[i].mid;
	erase_requests_done(&l);
	return *mid != 0 ? 0 : err_set(e, ERR_ABSENT, "there is no such "
	    "request that waits for your answer");
}

static int
check_hand(struct store *s, const struct id *author, struct err *e)
{
	const struct roster_device *d = roster_device(&s->roster, author);

	if ((roster_roles(&s->roster, &s->person) & ROLE_DPO) == 0)
		return err_set(e, ERR_DENIED, "only a data-protection officer "
		    "signs this");
	return d != NULL && !id_eq(&d->person, &s->person) ? 0 :
	    err_set(e, ERR_DENIED, "who asks cannot sign as well; another "
	    "data-protection officer has to");
}

static int
sign_ask(struct store *s, const struct erase_ask *a, const struct id *author,
    struct erase_answer *answer, struct err *e)
{
	struct erase *o = mem_new(sizeof(*o));
	int rc;

	o->what = a->what;
	o->at_ms = answer->at_ms = store_now_ms(s);
	o->dpo = s->me->device;
	rc = erase_sign(o, &a->space, author, &s->me->sign, e);
	answer->sig = o->sig;
	mem_free(o);
	return rc;
}

static int
send_answer_tx(struct store *s, const struct memo *m,
    const struct erase_answer *answer, struct err *e)
{
	struct memo_draft d = { .topic = MEMO_ERASE_SIGNATURE,
		.devices = &m->author, .device_count = 1 };
	struct buf b;
	int64_t mid;
	int rc;

	buf_init(&b, LETTER_MEMO_MAX);
	erase_answer_encode(answer, &b);
	rc = buf_check(&b, "an answer", e);
	d.body = buf_view(&b);
	if (rc == 0 && (memos_queue_tx(s, &d, &mid, e) != 0 ||
	    memos_done_tx(s, m->mid, e) != 0))
		rc = -1;
	buf_done(&b);
	return rc;
}

static int
answer_memo(struct store *s, const struct memo *m, bool grant_it,
    const char *words, struct err *e)
{
	struct erase_ask *a = mem_new(sizeof(*a));
	struct erase_answer answer = { .granted = grant_it };
	int rc = erase_ask_decode(m->body, a, e);

	answer.id = a->id;
	answer.words = view_str(words);
	if (rc == 0)
		rc = check_hand(s, &m->author, e);
	if (rc == 0 && grant_it)
		rc = sign_ask(s, a, &m->author, &answer, e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = send_answer_tx(s, m, &answer, e);
		rc = db_end(s->db, rc, e);
	}
	mem_free(a);
	return rc;
}

int
erase_answer_request(struct session *session, const struct id *id,
    bool grant_it, const char *words, struct err *e)
{
	struct store *s = session_store(session);
	struct memo m;
	struct buf body;
	int64_t mid;
	int rc;

	if (!grant_it && (words == NULL || words[0] == '\0'))
		return err_set(e, ERR_INPUT,
		    "say in words why it is not to be erased");
	if (words != NULL && strlen(words) > ERASE_WORDS_MAX)
		return err_set(e, ERR_TOOBIG, "the answer is longer than %d "
		    "bytes", ERASE_WORDS_MAX);
	if (find_request(session, id, &mid, e) != 0)
		return -1;
	buf_init(&body, 2 * (size_t)LETTER_MEMO_MAX);
	rc = memos_find(s, mid, &m, &body, e);
	if (rc == 1)
		rc = answer_memo(s, &m, grant_it, words != NULL ? words : "",
		    e);
	buf_done(&body);
	return rc;
}
