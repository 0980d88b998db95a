/*
 * Memos out and in. Own ones stay rows until a sync seals them, and are rows
 * again when the hub refuses their letter (outbox_unseal.c), so that an
 * addressee who was revoked or let in meanwhile is no trouble.
 */
#include "client/core/accord/memos.h"

#include <string.h>

#include "client/core/local/spaces.h"
#include "client/core/outbox/sealing.h"
#include "common/base/mem.h"

#define PERSON_DEVICES_MAX 64
#define SEALED_AT_ONCE 64

/* ---- writing ---- */

static int
check_device(const struct store *s, const struct id *device, struct err *e)
{
	const struct roster_device *d = roster_device(&s->roster, device);

	if (d == NULL)
		return err_set(e, ERR_ABSENT, "the directory here does not "
		    "list a device that this is for; sync, then try again");
	if (d->revoked)
		return err_set(e, ERR_CLASH, "a device that this is for was "
		    "shut out by the office; send it to another device of "
		    "that person");
	return 0;
}

static int
check_memo(struct store *s, const struct memo_draft *d, struct err *e)
{
	struct space commons;
	size_t i;
	int rc;

	if (d->body.len > LETTER_MEMO_MAX)
		return err_set(e, ERR_TOOBIG, "a memo has at most %d bytes, "
		    "not %zu", LETTER_MEMO_MAX, d->body.len);
	if (d->device_count > LETTER_RECIPIENTS_MAX)
		return err_set(e, ERR_TOOBIG, "a memo goes to at most %d "
		    "devices, not %zu", LETTER_RECIPIENTS_MAX,
		    d->device_count);
	rc = spaces_find(s, &s->roster.genesis.commons, &commons, e);
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "the office's common space is "
		    "not on this device yet; sync, then try again");
	for (i = 0; rc == 1 && i < d->device_count; i++)
		if (check_device(s, &d->devices[i], e) != 0)
			return -1;
	return rc < 0 ? -1 : 0;
}

int
memos_queue_tx(struct store *s, const struct memo_draft *d, int64_t *mid,
    struct err *e)
{
	struct stmt *q;

	if (check_memo(s, d, e) != 0)
		return -1;
	q = db_prepare(s->db, "INSERT INTO memo (topic, author, about, body,"
	    " at_ms, state, devices, roles) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	db_bind_int(q, 1, d->topic);
	db_bind_id(q, 2, &s->me->device);
	db_bind_hash(q, 3, &d->about);
	db_bind_view(q, 4, d->body.data != NULL ? d->body : view_str(""));
	db_bind_int(q, 5, store_now_ms(s));
	db_bind_int(q, 6, MEMO_OWN);
	db_bind_view(q, 7, d->device_count == 0 ? view_str("") :
	    view_of(d->devices, d->device_count * sizeof(*d->devices)));
	db_bind_int(q, 8, d->roles);
	if (db_run(q, e) != 0)
		return -1;
	*mid = db_last_rowid(s->db);
	return 0;
}

/* ---- sealing ---- */

static void
to_device(struct sealing *l, const struct id *device)
{
	const struct roster_device *d = roster_live(&l->s->roster, device,
	    ROSTER_NOW);

	if (d != NULL && !id_eq(device, &l->s->me->device))
		sealing_to(l, d);
}

static void
to_roles(struct sealing *l, unsigned roles)
{
	const struct roster_device *list[PERSON_DEVICES_MAX];
	const struct roster *r = &l->s->roster;
	size_t i, j, n;

	for (i = 0; i < r->person_count; i++) {
		if ((r->persons[i].roles & roles) == 0)
			continue;
		n = roster_devices_of(r, &r->persons[i].person, list,
		    PERSON_DEVICES_MAX);
		for (j = 0; j < n && j < PERSON_DEVICES_MAX; j++)
			to_device(l, &list[j]->device);
	}
}

/* Fill in one that waits; 1, 0 none, -1. */
static int
next_unsealed(struct sealing *l, int64_t after, int64_t *mid,
    struct buf *plain, struct err *e)
{
	struct stmt *q = db_prepare(l->s->db, "SELECT mid, topic, about,"
	    " body, devices, roles FROM memo WHERE letter IS NULL AND mid > ?"
	    " ORDER BY mid LIMIT 1");
	struct letter_memo m;
	struct view to;
	struct id id;
	size_t i;
	int rc;

	db_bind_int(q, 1, after);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	*mid = db_int(q, 0);
	m.topic = (unsigned)db_int(q, 1);
	m.body = db_blob(q, 3);
	to = db_blob(q, 4);
	if (db_hash(q, 2, &l->letter.about) != 0)
		rc = err_set(e, ERR_LOCAL, "a memo in this store is damaged");
	for (i = 0; i + sizeof(id) <= to.len; i += sizeof(id)) {
		memcpy(id.b, to.data + i, sizeof(id.b));
		to_device(l, &id);
	}
	to_roles(l, (unsigned)db_int(q, 5));
	if (rc == 1 && letter_memo_encode(&m, plain, e) != 0)
		rc = -1;
	db_reset(q);
	return rc;
}

/* 1 one was sealed, 0 none is left, -1. */
static int
seal_next_tx(struct store *s, const struct space *commons, int64_t *after,
    struct err *e)
{
	struct sealing *l = mem_new(sizeof(*l));
	struct hash id;
	struct stmt *q;
	struct buf plain;
	int rc;

	l->s = s;
	l->space = &commons->id;
	l->epoch = commons->epoch;
	l->letter.kind = LETTER_MEMO;
	buf_init(&plain, 2 * (size_t)LETTER_MEMO_MAX);
	rc = next_unsealed(l, *after, after, &plain, e);
	if (rc == 1 && sealing_send_tx(l, buf_view(&plain), &id, e) != 0)
		rc = -1;
	if (rc == 1) {
		q = db_prepare(s->db,
		    "UPDATE memo SET letter = ? WHERE mid = ?");
		db_bind_hash(q, 1, &id);
		db_bind_int(q, 2, *after);
		if (db_run(q, e) != 0)
			rc = -1;
	}
	buf_done(&plain);
	mem_free(l);
	return rc;
}

int
memos_seal(struct store *s, size_t *queued, struct err *e)
{
	struct space commons;
	int64_t after = 0, waits = 0;
	size_t n = 0;
	int rc;

	if (db_one_int(s->db, "SELECT EXISTS (SELECT 1 FROM memo WHERE"
	    " letter IS NULL)", &waits, e) < 0)
		return -1;
	if (waits == 0)
		return 0;
	rc = spaces_find(s, &s->roster.genesis.commons, &commons, e);
	if (rc <= 0 || commons.epoch == 0 || commons.state != SPACE_OPEN)
		return rc < 0 ? -1 : 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	do
		rc = seal_next_tx(s, &commons, &after, e);
	while (rc == 1 && ++n < SEALED_AT_ONCE);
	if (rc >= 0 && db_commit(s->db, e) == 0) {
		*queued += n;
		return 0;
	}
	db_rollback(s->db);
	return -1;
}

/* ---- taking in ---- */

/* What a member sends is bounded: who floods fills the quarantine's bound. */
static int
check_flood(struct store *s, const struct id *author, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT count(*) FROM memo"
	    " WHERE author = ? AND state = 2");
	int64_t n = 0;
	int rc;

	db_bind_id(q, 1, author);
	rc = db_step(q, e);
	if (rc == 1)
		n = db_int(q, 0);
	db_reset(q);
	if (rc < 0)
		return -1;
	return n < MEMOS_OPEN_MAX ? 0 : err_set(e, ERR_PEER, "somebody has "
	    "sent more than %d memos that nothing was done about; this one "
	    "is kept aside", MEMOS_OPEN_MAX);
}

int
memos_take_tx(struct store *s, const struct memos_in *in, struct err *e)
{
	struct letter_memo m;
	struct stmt *q;

	if (letter_memo_decode(in->plain, &m, e) != 0)
		return -1;
	if (m.topic > LETTER_TOPIC_KNOWN) {
		err_set(e, ERR_PEER, "a memo of a kind that this program does "
		    "not know; update to read it");
		e->code = MEMOS_NEWER;
		return -1;
	}
	if (check_flood(s, &in->cs->h.author, e) != 0)
		return -1;
	q = db_prepare(s->db, "INSERT OR IGNORE INTO memo (letter, topic,"
	    " author, about, body, at_ms, state)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?)");
	db_bind_hash(q, 1, &in->cs->id);
	db_bind_int(q, 2, m.topic);
	db_bind_id(q, 3, &in->cs->h.author);
	db_bind_hash(q, 4, in->about);
	db_bind_view(q, 5, m.body);
	db_bind_int(q, 6, in->accept_ms);
	db_bind_int(q, 7, MEMO_OPEN);
	return db_run(q, e);
}

/* ---- reading ---- */

#define MEMO_COLS "m.mid, m.topic, m.state, m.author, m.letter, m.about," \
	" m.at_ms, m.body, m.letter IS NOT NULL AND NOT EXISTS (SELECT 1" \
	" FROM outgoing o WHERE o.id = m.letter AND o.state = 1)"

static int
read_row(struct stmt *q, struct memo *m, struct err *e)
{
	memset(m, 0, sizeof(*m));
	m->mid = db_int(q, 0);
	m->topic = (unsigned)db_int(q, 1);
	m->state = (enum memo_state)db_int(q, 2);
	if (db_id(q, 3, &m->author) != 0 || db_hash(q, 5, &m->about) != 0 ||
	    (!db_is_null(q, 4) && db_hash(q, 4, &m->letter) != 0))
		return err_set(e, ERR_LOCAL,
		    "a memo in this store is damaged");
	m->at_ms = db_int(q, 6);
	m->body = db_blob(q, 7);
	m->sent = db_int(q, 8) != 0;
	return 0;
}

int
memos_each(struct store *s, unsigned topic, void *ctx,
    int (*each)(void *ctx, const struct memo *m, struct err *e),
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT " MEMO_COLS
	    " FROM memo m WHERE ?1 = 0 OR m.topic = ?1 ORDER BY m.mid");
	struct memo m;
	int rc;

	db_bind_int(q, 1, topic);
	while ((rc = db_step(q, e)) == 1) {
		if (read_row(q, &m, e) != 0)
			rc = -1;
		else
			rc = each(ctx, &m, e);
		if (rc != 0)
			break;
	}
	db_reset(q);
	return rc;
}

int
memos_find(struct store *s, int64_t mid, struct memo *out, struct buf *body,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT " MEMO_COLS
	    " FROM memo m WHERE m.mid = ?");
	int rc;

	db_bind_int(q, 1, mid);
	rc = db_step(q, e);
	if (rc == 1 && read_row(q, out, e) != 0)
		rc = -1;
	if (rc == 1) {
		buf_add(body, out->body.data, out->body.len);
		if (buf_check(body, "a memo", e) != 0)
			rc = -1;
		out->body = buf_view(body);
	}
	db_reset(q);
	return rc;
}

int
memos_done_tx(struct store *s, int64_t mid, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE memo SET state = 3"
	    " WHERE mid = ? AND state = 2");

	db_bind_int(q, 1, mid);
	return db_run(q, e);
}

int
memos_drop_tx(struct store *s, int64_t mid, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE memo SET state = 3,"
	    " body = x'' WHERE mid = ? AND state <> 1");

	db_bind_int(q, 1, mid);
	return db_run(q, e);
}
