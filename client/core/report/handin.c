/*
 * A hand-in is a memo to the officers; merging reads the memos that are here.
 * Of each person the newest counts; an officer's own lies here unsealed.
 */
#include "client/core/report/handin.h"

#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/local/store.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"
#include "common/wire/cbor.h"

#define TAG "tugi counts 1"

void
handin_done(struct handin *h)
{
	counts_done(&h->counts);
	buf_done(&h->bytes);
}

int
handin_make(struct session *s, int year, struct handin *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	buf_init(&out->bytes, COUNTS_MAX_BYTES);
	if (tally_year(s, year, &out->counts, e) != 0)
		return -1;
	out->year = year;
	counts_encode(&out->counts, &out->bytes);
	keys_hash(TAG, buf_view(&out->bytes), &out->hash);
	return buf_check(&out->bytes, "the year's counts", e);
}

/* ---- the memo's body ---- */

static void
encode(const struct handin *h, struct buf *out)
{
	cbor_put_map(out, 3);
	cbor_put_uint(out, 1);
	cbor_put_uint(out, (uint64_t)h->year);
	cbor_put_uint(out, 2);
	cbor_put_hash(out, &h->hash);
	cbor_put_uint(out, 3);
	cbor_put_bytes(out, buf_view(&h->bytes));
}

struct opened { /* a body, its counts still as bytes */
	int year;
	struct hash hash;
	struct view bytes;
};

/* Only what hashes to what it says; from others, so never asserted. */
static bool
decode(struct view body, struct opened *out)
{
	struct cbor_reader r;
	struct hash hash;
	struct err why;
	uint64_t year;

	cbor_init(&r, body);
	cbor_map(&r);
	cbor_need(&r, 1);
	year = cbor_uint(&r);
	cbor_need(&r, 2);
	cbor_hash(&r, &out->hash);
	cbor_need(&r, 3);
	out->bytes = cbor_bytes(&r, LETTER_MEMO_MAX);
	cbor_leave(&r);
	if (cbor_end(&r, "a hand-in", &why) != 0 || year > TALLY_YEAR_MAX)
		return false;
	out->year = (int)year;
	keys_hash(TAG, out->bytes, &hash);
	return hash_eq(&hash, &out->hash);
}

static bool
is_of(const struct store *s, const struct memo *m, const struct id *person)
{
	const struct roster_device *d = roster_device(&s->roster, &m->author);

	return d != NULL && id_eq(&d->person, person);
}

/* ---- handing in ---- */

struct latest {
	const struct store *s;
	int year;
	struct handin_state *out;
	bool found;
};

static int
look(void *ctx, const struct memo *m, struct err *e)
{
	struct latest *l = ctx;
	struct opened o;

	(void)e;
	if (m->state != MEMO_OWN || !decode(m->body, &o) || o.year != l->year)
		return 0;
	l->out->hash = o.hash;
	l->out->at_ms = m->at_ms;
	l->out->sent = m->sent;
	l->found = true;
	return 0;
}

int
handin_last(struct session *session, int year, struct handin_state *out,
    struct err *e)
{
	struct latest l = { session_store(session), year, out, false };
	int rc;

	memset(out, 0, sizeof(*out));
	rc = memos_each(session_store(session), MEMO_COUNTS, &l, look, e);
	return rc != 0 ? -1 : l.found;
}

int
handin_send(struct session *session, const struct handin *h, struct err *e)
{
	struct store *s = session_store(session);
	struct memo_draft d = { .topic = MEMO_COUNTS, .roles = ROLE_OFFICER };
	struct handin_state last;
	struct buf body;
	int64_t mid;
	int rc;

	rc = handin_last(session, h->year, &last, e);
	if (rc < 0)
		return -1;
	if (rc == 1 && hash_eq(&last.hash, &h->hash))
		return err_set(e, ERR_CLASH, "the counts of %d were handed in "
		    "like this already; nothing has changed since", h->year);
	buf_init(&body, LETTER_MEMO_MAX);
	encode(h, &body);
	rc = body.toobig ? err_set(e, ERR_TOOBIG, "the counts of %d are too "
	    "many for one letter (%zu bytes of at most %d); name schools "
	    "alike in all records, then count again", h->year, h->bytes.len,
	    LETTER_MEMO_MAX) : buf_check(&body, "the year's counts", e);
	d.body = buf_view(&body);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = memos_queue_tx(s, &d, &mid, e);
		rc = db_end(s->db, rc, e);
	}
	buf_done(&body);
	return rc;
}

/* ---- merging ---- */

void
merge_done(struct merge *m)
{
	counts_done(&m->counts);
	mem_free(m->parts);
	memset(m, 0, sizeof(*m));
}

struct gather {
	struct session *session;
	struct store *s;
	struct merge *out;
	struct buf *bodies;  /* of each part, the newest */
};

static int
take(void *ctx, const struct memo *m, struct err *e)
{
	struct gather *g = ctx;
	struct merge_part *p;
	struct opened o;
	size_t i;

	(void)e;
	if (!decode(m->body, &o) || o.year != g->out->year)
		return 0;
	for (i = 0; i < g->out->count; i++) {
		p = &g->out->parts[i];
		if (!is_of(g->s, m, &p->person) || m->at_ms < p->at_ms)
			continue;
		p->at_ms = m->at_ms;
		p->hash = o.hash;
		buf_reset(&g->bodies[i]);
		buf_add(&g->bodies[i], o.bytes.data, o.bytes.len);
	}
	return 0;
}

static void
add_part(struct gather *g, size_t i)
{
	struct merge_part *p = &g->out->parts[i];
	struct counts one;
	struct err why;
	size_t k;

	if (p->at_ms == 0 ||
	    counts_decode(buf_view(&g->bodies[i]), &one, &why) != 0) {
		p->at_ms = 0;
		g->out->missing++;
		return;
	}
	for (k = 0; k < one.mark_count; k++)
		p->children += one.marks[k].group == COUNTS_CHILDREN;
	counts_merge(&g->out->counts, &one);
	counts_done(&one);
}

/* Everybody whom the directory knows. */
static int
list_people(struct gather *g, struct err *e)
{
	struct person_list people;
	size_t i;

	if (people_list(g->session, &people, e) != 0)
		return -1;
	g->out->parts = mem_new((people.count + 1) * sizeof(*g->out->parts));
	for (i = 0; i < people.count; i++) {
		struct merge_part *p = &g->out->parts[g->out->count++];

		p->person = people.items[i].person;
		memcpy(p->name, people.items[i].name, sizeof(p->name));
	}
	person_list_done(&people);
	return 0;
}

static int
check_officer(const struct store *s, struct err *e)
{
	return roster_is_officer(&s->roster, &s->me->device) ? 0 : err_set(e,
	    ERR_DENIED, "only an officer of the office merges what workers "
	    "hand in; your own counts: tugi report counts");
}

int
merge_year(struct session *session, int year, struct merge *out,
    struct err *e)
{
	struct gather g = { session, session_store(session), out, NULL };
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	counts_init(&out->counts);
	out->year = year;
	rc = check_officer(g.s, e);
	if (rc == 0)
		rc = list_people(&g, e);
	if (rc == 0) {
		g.bodies = mem_new((out->count + 1) * sizeof(*g.bodies));
		for (i = 0; i < out->count; i++)
			buf_init(&g.bodies[i], LETTER_MEMO_MAX);
		rc = memos_each(g.s, MEMO_COUNTS, &g, take, e);
	}
	for (i = 0; g.bodies != NULL && i < out->count; i++) {
		if (rc == 0)
			add_part(&g, i);
		buf_done(&g.bodies[i]);
	}
	mem_free(g.bodies);
	if (rc == 0)
		counts_fold(&out->counts);
	else
		merge_done(out);
	return rc;
}

struct forgetting {
	int year;
	struct buf mids;
};

static int
is_of_year(void *ctx, const struct memo *m, struct err *e)
{
	struct forgetting *f = ctx;
	struct opened o;

	(void)e;
	if (m->state != MEMO_OWN && decode(m->body, &o) && o.year == f->year)
		buf_add(&f->mids, &m->mid, sizeof(m->mid));
	return 0;
}

int
merge_forget(struct session *session, int year, struct err *e)
{
	struct store *s = session_store(session);
	struct forgetting f = { .year = year };
	int64_t mid;
	size_t i;
	int rc;

	rc = check_officer(s, e);
	buf_init(&f.mids, 1 << 20);
	if (rc == 0)
		rc = memos_each(s, MEMO_COUNTS, &f, is_of_year, e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc != 0)
		goto out;
	for (i = 0; rc == 0 && i < f.mids.len; i += sizeof(mid)) {
		memcpy(&mid, f.mids.data + i, sizeof(mid));
		rc = memos_drop_tx(s, mid, e);
	}
	rc = db_end(s->db, rc, e);
out:
	buf_done(&f.mids);
	return rc;
}
