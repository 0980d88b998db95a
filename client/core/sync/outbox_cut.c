/*
 * Cutting: local versions become sealed changesets. One pass over what is
 * unsent, sorted by space and by what its author had seen; a changeset ends
 * where either changes, at 64 records, or when it is full.
 */
#include "client/core/sync/outbox_cut.h"

#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/local/versions.h"
#include "client/core/outbox/outbox.h"
#include "client/core/sync/witness.h"
#include "common/base/mem.h"

#define GOSSIP_BYTES 128 /* at most, as CBOR */

/* Sealed bytes in one transaction: the notes of several sections share their
 * pages in the store, and each transaction writes a page whole. */
#define CUT_AT_ONCE ((size_t)8 << 20)

struct unsent {
	int64_t rid;
	uint64_t hlc;
	struct id origin, space;
	struct log_point seen;
};

struct cut {
	struct store *s;
	struct witness witness;
	struct unsent *list;
	size_t count, at;
	struct record *rec;
	/* the space being cut */
	struct id space;
	bool writable;
	uint32_t epoch;
	struct sym_key key;
	/* the changeset being filled */
	struct buf plain;
	struct view bodies[CHANGESET_BODIES_MAX];
	size_t ends[CHANGESET_BODIES_MAX];
	size_t bodies_count, bytes;
};

static int
load_unsent(struct cut *c, struct err *e)
{
	struct stmt *q = db_prepare(c->s->db, "SELECT v.rid, v.hlc, "
	    "v.origin, r.space, v.seen_log, v.seen_size "
	    "FROM version v JOIN record r ON r.rid = v.rid "
	    "WHERE v.state IN (1, 2, 4) AND v.state = 1 "
	    "ORDER BY r.space, v.seen_log, v.seen_size, v.hlc");
	struct buf list;
	int rc;

	buf_init(&list, SIZE_MAX);
	while ((rc = db_step(q, e)) == 1) {
		struct unsent u = { .rid = db_int(q, 0),
			.hlc = (uint64_t)db_int(q, 1),
			.seen = { (uint64_t)db_int(q, 4),
			    (uint64_t)db_int(q, 5) } };

		(void)db_id(q, 2, &u.origin);
		(void)db_id(q, 3, &u.space);
		buf_add(&list, &u, sizeof(u));
		c->count++;
	}
	if (rc == 0)
		rc = buf_check(&list, "what is to be sent", e);
	if (rc == 0 && c->count > 0) {
		c->list = mem_new(list.len);
		memcpy(c->list, list.data, list.len);
	}
	buf_done(&list);
	return rc;
}

static int
enter_space(struct cut *c, const struct id *space, struct err *e)
{
	struct space_epoch se;
	struct space sp;
	int rc;

	c->space = *space;
	if (doors_writable(c->s, space, &c->writable, e) != 0)
		return -1;
	if (!c->writable)
		return 0;
	rc = spaces_find(c->s, space, &sp, e);
	if (rc == 1)
		rc = spaces_epoch_find(c->s, space, sp.epoch, &se, e);
	c->writable = rc == 1;
	if (rc != 1)
		return rc;
	c->epoch = sp.epoch;
	c->key = se.key;
	c->writable = se.has_key;
	space_epoch_done(&se);
	return 0;
}

/* Every first record names the newest head known here, so that a hub which
 * shows its readers another log is found out by reading. */
static int
put_gossip(struct cut *c, struct view body, struct err *e)
{
	size_t start = c->plain.len;

	if (record_decode(body, c->rec, e) != 0)
		return -1;
	c->rec->gossip.present = checkpoint_sig(buf_view(&c->witness.note),
	    c->s->roster.genesis.hub_name, &c->rec->gossip.sig);
	c->rec->gossip.at = c->witness.newest.at;
	c->rec->gossip.root = c->witness.newest.root;
	record_encode(c->rec, &c->plain);
	if (c->plain.len - start <= CHANGESET_BODY_MAX)
		return 0;
	c->plain.len = start; /* a very long text: it goes without */
	buf_add(&c->plain, body.data, body.len);
	return 0;
}

static size_t
carried(size_t plain)
{
	return changeset_size_class(plain) + CHANGESET_ENTRY_BYTES;
}

/* 1 added, 0 it does not fit any more, -1. */
static int
add_body(struct cut *c, const struct unsent *u, struct err *e)
{
	struct stmt *q = db_prepare(c->s->db, "SELECT body FROM version "
	    "WHERE rid = ? AND hlc = ? AND origin = ?");
	struct view body;
	size_t bytes;
	int rc;

	db_bind_int(q, 1, u->rid);
	db_bind_int(q, 2, (int64_t)u->hlc);
	db_bind_id(q, 3, &u->origin);
	rc = db_step(q, e);
	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_BUG,
		    "a version went away while it was sealed");
	body = db_blob(q, 0);
	bytes = carried(body.len + GOSSIP_BYTES);
	if (c->bodies_count > 0 && c->bytes + bytes > CHANGESET_BYTES_MAX) {
		db_reset(q);
		return 0;
	}
	rc = 0;
	if (c->bodies_count == 0 && c->witness.newest.at.size > 0)
		rc = put_gossip(c, body, e);
	else
		buf_add(&c->plain, body.data, body.len);
	db_reset(q);
	c->bytes += bytes;
	c->ends[c->bodies_count++] = c->plain.len;
	return rc == 0 ? 1 : -1;
}

static int
mark_tx(struct cut *c, const struct unsent *u, int64_t oid, size_t idx,
    struct err *e)
{
	struct stmt *q = db_prepare(c->s->db, "UPDATE version SET state = 2, "
	    "outgoing = ?, idx = ? WHERE rid = ? AND hlc = ? AND origin = ?");

	db_bind_int(q, 1, oid);
	db_bind_int(q, 2, (int64_t)idx);
	db_bind_int(q, 3, u->rid);
	db_bind_int(q, 4, (int64_t)u->hlc);
	db_bind_id(q, 5, &u->origin);
	return db_run(q, e);
}

static bool
same_run(const struct unsent *a, const struct unsent *b)
{
	return id_eq(&a->space, &b->space) &&
	    a->seen.log_id == b->seen.log_id && a->seen.size == b->seen.size;
}

static int
fill(struct cut *c, struct err *e)
{
	const struct unsent *first = &c->list[c->at];
	size_t i, start = 0;
	int rc = 1;

	buf_reset(&c->plain);
	c->bodies_count = 0;
	c->bytes = CHANGESET_FIXED_BYTES + CHANGESET_SIG_BYTES;
	for (i = c->at; rc == 1 && i < c->count && same_run(first,
	    &c->list[i]) && c->bodies_count < CHANGESET_BODIES_MAX; i++)
		rc = add_body(c, &c->list[i], e);
	if (rc < 0 || buf_check(&c->plain, "a changeset", e) != 0)
		return -1;
	for (i = 0; i < c->bodies_count; i++) {
		c->bodies[i] = view_of(c->plain.data + start,
		    c->ends[i] - start);
		start = c->ends[i];
	}
	return 0;
}

static int
cut_one_tx(struct cut *c, struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_CONTENT,
		.space = c->space, .epoch = c->epoch,
		.seen = c->list[c->at].seen, .group = outbox_group(c->s),
		.key = &c->key, .plain = c->bodies };
	struct hash id;
	int64_t oid;
	size_t i;

	if (fill(c, e) != 0)
		return -1;
	in.count = c->bodies_count;
	if (outbox_add_tx(c->s, &in, &id, &oid, e) != 0)
		return -1;
	for (i = 0; i < c->bodies_count; i++)
		if (mark_tx(c, &c->list[c->at + i], oid, i, e) != 0)
			return -1;
	c->at += c->bodies_count;
	return 0;
}

/* 1 one was cut, 0 nothing is left. */
static int
next_tx(struct cut *c, struct err *e)
{
	while (c->at < c->count) {
		const struct id *space = &c->list[c->at].space;

		if (!id_eq(space, &c->space) && enter_space(c, space, e) != 0)
			return -1;
		if (c->writable)
			return cut_one_tx(c, e) == 0 ? 1 : -1;
		c->at++;
	}
	return 0;
}

static int
cut_some(struct cut *c, size_t *changed, struct err *e)
{
	size_t n = 0, bytes = 0;
	int rc = 1;

	if (db_begin(c->s->db, e) != 0)
		return -1;
	while (rc == 1 && bytes < CUT_AT_ONCE) {
		rc = next_tx(c, e);
		n += rc == 1 ? 1 : 0;
		bytes += rc == 1 ? c->bytes : 0;
	}
	if (rc < 0 || db_commit(c->s->db, e) != 0) {
		db_rollback(c->s->db);
		return -1;
	}
	*changed += n;
	return rc;
}

int
outbox_cut(struct store *s, size_t *changed, struct err *e)
{
	struct cut *c;
	int rc;

	*changed = 0;
	if (s->stopped || s->stage != STORE_MEMBER)
		return 0;
	c = mem_new(sizeof(*c));
	c->s = s;
	c->rec = mem_new(sizeof(*c->rec));
	buf_init(&c->plain, 2 * CHANGESET_BYTES_MAX);
	rc = witness_load(s, &c->witness, e);
	if (rc == 0)
		rc = load_unsent(c, e);
	if (rc == 0 && c->count > 0)
		do
			rc = cut_some(c, changed, e);
		while (rc == 1);
	witness_done(&c->witness);
	buf_done(&c->plain);
	mem_wipe(&c->key, sizeof(c->key));
	mem_free(c->list);
	mem_free(c->rec);
	mem_free(c);
	return rc;
}
