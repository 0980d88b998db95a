/*
 * Items are walked in the order of the log. Their headers are kept whole, so
 * each signature is checked again as on the day it came; clear bodies are held
 * against the hash in the header. Sealed texts are not: their authors signed
 * them sealed, and here they stand opened, behind the store's own seal.
 */
#include "client/core/proof.h"

#include <string.h>
#include <time.h>

#include "client/core/local/store.h"
#include "client/core/sync/witness.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/cbor.h"
#include "common/wire/sshsig.h"

#define TELL_EVERY 500
#define HEADS_TRIED 64 /* from the receipt's place on */

struct proving {
	struct store *s;
	struct proof *out;
	struct changeset *cs;
	struct buf bytes;
	int64_t accept_ms;
};

struct row { /* of an item */
	uint64_t seq;
	struct id space, author;
	struct hash id;
	int kind;
	int64_t accept_ms;
	bool has_body;
};

static int
bad(const struct row *r, struct err *e)
{
	return err_set(e, ERR_PEER, "entry %llu of the log, as this device "
	    "holds it, is not what was signed: the profile was altered. Keep "
	    "it as it is and tell the office",
	    (unsigned long long)r->seq);
}

/* ---- items ---- */

static int
read_row(struct proving *p, struct stmt *q, struct row *r)
{
	struct view header = db_blob(q, 6), body = db_blob(q, 7);

	r->seq = (uint64_t)db_int(q, 0);
	r->kind = (int)db_int(q, 3);
	r->accept_ms = db_int(q, 5);
	r->has_body = !db_is_null(q, 7);
	buf_reset(&p->bytes);
	buf_add(&p->bytes, header.data, header.len);
	if (r->has_body)
		buf_add(&p->bytes, body.data, body.len);
	return db_id(q, 1, &r->space) | db_hash(q, 2, &r->id) |
	    db_id(q, 4, &r->author);
}

/* Root-signed entries, else the device that the directory lists. */
static const struct sign_pub *
key_of(const struct roster *r, const struct id *author)
{
	const struct roster_device *d = roster_device(r, author);

	if (d != NULL)
		return &d->sign;
	return id_eq(author, &r->root_id) ? &r->genesis.root : NULL;
}

static bool
fits(struct proving *p, const struct row *r)
{
	const struct changeset_header *h = &p->cs->h;
	const struct sign_pub *key = key_of(&p->s->roster, &r->author);
	struct err why;

	return changeset_decode(buf_view(&p->bytes), p->cs, &why) == 0 &&
	    hash_eq(&p->cs->id, &r->id) && id_eq(&h->space, &r->space) &&
	    id_eq(&h->author, &r->author) && (int)h->kind == r->kind &&
	    p->cs->has_bodies == r->has_body && key != NULL &&
	    changeset_verify(p->cs, key);
}

/* Is the item that this one names as its author's last the author's, and
 * before it? 1, 0: it is not here, -1: something else is. */
static int
find_before(struct proving *p, const struct row *r, struct err *e)
{
	struct stmt *q = db_prepare(p->s->db,
	    "SELECT seq, space, author FROM item WHERE id = ?");
	struct id space, author;
	uint64_t seq;
	int rc;

	if (hash_is_zero(&p->cs->h.prev_own))
		return 0;
	db_bind_hash(q, 1, &p->cs->h.prev_own);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	seq = (uint64_t)db_int(q, 0);
	rc = db_id(q, 1, &space) | db_id(q, 2, &author);
	db_reset(q);
	return rc == 0 && seq < r->seq && id_eq(&space, &r->space) &&
	    id_eq(&author, &r->author) ? 1 : bad(r, e);
}

static int
check_item(struct proving *p, struct stmt *q, struct err *e)
{
	struct row r;
	int rc;

	if (read_row(p, q, &r) != 0 || !fits(p, &r) ||
	    r.accept_ms < p->accept_ms)
		return bad(&r, e);
	p->accept_ms = r.accept_ms;
	rc = find_before(p, &r, e);
	if (rc < 0)
		return -1;
	p->out->linked += (size_t)rc;
	p->out->items++;
	return 0;
}

static void
tell(const struct proof_progress *to, size_t done, size_t of)
{
	if (to != NULL && (done % TELL_EVERY == 0 || done == of))
		to->tell(to->ctx, _("checking"), done, of);
}

static int
check_items(struct proving *p, const struct proof_progress *to,
    struct err *e)
{
	struct stmt *q;
	int64_t of = 0;
	int rc;

	if (db_one_int(p->s->db, "SELECT count(*) FROM item", &of, e) < 0)
		return -1;
	q = db_prepare(p->s->db, "SELECT seq, space, id, kind, author, "
	    "accept_ms, header, body FROM item ORDER BY seq");
	while ((rc = db_step(q, e)) == 1) {
		if (check_item(p, q, e) != 0) {
			db_reset(q);
			return -1;
		}
		tell(to, p->out->items, (size_t)of);
	}
	return rc;
}

/* Places before the newest of each space that neither were taken in nor wait
 * in quarantine. */
static int
count_missing(struct proving *p, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(p->s->db, "SELECT coalesce(sum(top - n), 0) FROM "
	    "(SELECT max(sseq) AS top, count(DISTINCT sseq) AS n FROM "
	    "(SELECT space, sseq FROM item UNION ALL SELECT q.space, q.sseq "
	    "FROM quarantine AS q WHERE q.sseq > 0 AND EXISTS "
	    "(SELECT 1 FROM item AS i WHERE i.space = q.space AND "
	    "i.sseq > q.sseq)) GROUP BY space)", &n, e) < 0)
		return -1;
	p->out->missing = (size_t)n;
	return 0;
}

/* ---- receipts ---- */

static bool
read_receipt(struct view in, struct proto_receipt *r)
{
	struct cbor_reader c;
	struct view path;
	struct err why;

	cbor_init(&c, in);
	memset(r, 0, sizeof(*r));
	if (cbor_array(&c, 4) != 4)
		return false;
	r->seq = cbor_uint(&c);
	r->sseq = cbor_uint(&c);
	r->accept_ms = cbor_int(&c);
	path = cbor_bytes(&c, sizeof(r->inclusion.nodes));
	r->inclusion.count = path.len / sizeof(r->inclusion.nodes[0]);
	if (path.len > 0)
		memcpy(r->inclusion.nodes, path.data, path.len);
	cbor_leave(&c);
	return cbor_end(&c, "a receipt", &why) == 0 &&
	    path.len % sizeof(r->inclusion.nodes[0]) == 0;
}

/* 1: the item stands there in a head that is known; 0: that head is not. */
static int
find_head(struct proving *p, const struct hash *id,
    const struct proto_receipt *r, struct err *e)
{
	struct stmt *q = db_prepare(p->s->db, "SELECT size, root FROM head "
	    "WHERE size > ?1 AND device IS NULL ORDER BY size LIMIT ?2");
	struct hash leaf, root;
	int rc;

	merkle_entry(p->s->roster.genesis.log_id, r->seq, r->accept_ms, id,
	    &leaf);
	db_bind_int(q, 1, (int64_t)r->seq);
	db_bind_int(q, 2, HEADS_TRIED);
	while ((rc = db_step(q, e)) == 1)
		if (db_hash(q, 1, &root) == 0 && merkle_check_inclusion(&leaf,
		    r->seq, (uint64_t)db_int(q, 0), &root, &r->inclusion)) {
			db_reset(q);
			return 1;
		}
	return rc;
}

static int
check_receipt(struct proving *p, struct stmt *q, struct err *e)
{
	struct proto_receipt r;
	struct row row = { .seq = (uint64_t)db_int(q, 1) };
	struct hash id;
	int rc;

	if (db_hash(q, 0, &id) != 0 || !read_receipt(db_blob(q, 2), &r) ||
	    r.seq != row.seq)
		return bad(&row, e);
	/* the item itself, as it came back */
	if (!db_is_null(q, 3) && (db_hash(q, 3, &row.id) != 0 ||
	    !hash_eq(&row.id, &id) || db_int(q, 4) != r.accept_ms))
		return bad(&row, e);
	rc = find_head(p, &id, &r, e);
	if (rc < 0)
		return -1;
	p->out->receipts += rc == 1;
	p->out->unproven += rc == 0;
	return 0;
}

static int
check_receipts(struct proving *p, struct err *e)
{
	struct stmt *q = db_prepare(p->s->db, "SELECT o.id, o.seq, o.receipt, "
	    "i.id, i.accept_ms FROM outgoing AS o LEFT JOIN item AS i ON "
	    "i.seq = o.seq WHERE o.receipt IS NOT NULL ORDER BY o.oid");
	int rc;

	while ((rc = db_step(q, e)) == 1)
		if (check_receipt(p, q, e) != 0) {
			db_reset(q);
			return -1;
		}
	return rc;
}

/* ---- heads ---- */

static int
check_heads(struct proving *p, struct err *e)
{
	struct witness w;
	int64_t heads = 0, evidence = 0, same = 0;
	struct stmt *q;
	int rc = witness_load(p->s, &w, e);

	p->out->newest = w.newest;
	witness_done(&w);
	if (rc != 0 || db_one_int(p->s->db, "SELECT count(*) FROM head",
	    &heads, e) < 0 || db_one_int(p->s->db,
	    "SELECT count(*) FROM evidence", &evidence, e) < 0)
		return -1;
	p->out->heads = (size_t)heads;
	p->out->evidence = (size_t)evidence;
	if (w.newest.at.size == 0)
		return 0;
	q = db_prepare(p->s->db,
	    "SELECT count(*) FROM head WHERE size = ?1 AND root = ?2");
	db_bind_int(q, 1, (int64_t)w.newest.at.size);
	db_bind_hash(q, 2, &w.newest.root);
	rc = db_step(q, e);
	same = rc == 1 ? db_int(q, 0) : 0;
	db_reset(q);
	return rc < 0 ? -1 : same > 0 ? 0 : err_set(e, ERR_PEER, "the newest "
	    "signed head on this device is not the one it knows for that "
	    "size: the profile was altered. Keep it as it is and tell the "
	    "office");
}

/* ---- all together ---- */

int
proof_check(struct session *session, const struct proof_progress *progress,
    struct proof *out, struct err *e)
{
	struct proving p = { .s = session_store(session), .out = out };
	int rc = -1;

	memset(out, 0, sizeof(*out));
	p.cs = mem_new(sizeof(*p.cs));
	buf_init(&p.bytes, 2 * CHANGESET_BYTES_MAX);
	if (check_items(&p, progress, e) == 0 && count_missing(&p, e) == 0 &&
	    check_receipts(&p, e) == 0)
		rc = check_heads(&p, e);
	buf_done(&p.bytes);
	mem_free(p.cs);
	return rc;
}

/* When the log went on under that id: the order's place in it. */
static int
retired_ms(struct store *s, uint64_t log_id, int64_t *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT accept_ms FROM item WHERE seq = ?1");
	const struct roster *r = &s->roster;
	uint64_t seq = UINT64_MAX;
	size_t i;
	int rc;

	for (i = 0; i < r->order_count; i++)
		if (r->orders[i].scope == ORDER_SUCCESSION &&
		    r->orders[i].head.at.log_id == log_id)
			seq = r->orders[i].seq;
	db_bind_int(q, 1, seq == UINT64_MAX ? -1 : (int64_t)seq);
	rc = db_step(q, e);
	if (rc == 1)
		*out = db_int(q, 0);
	db_reset(q);
	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_ABSENT, "this device "
	    "has not taken in yet since when the hub has another key: tugi "
	    "sync");
}

/* A key that was replaced counts for what it signed until then. */
static void
add_signer(const struct store *s, const struct sign_pub *key,
    int64_t until_ms, struct buf *out)
{
	char until[24] = "";
	time_t at = (time_t)(until_ms / 1000);
	struct tm tm;

	buf_add_fmt(out, "%s namespaces=\"git\"", s->roster.genesis.hub_name);
	if (until_ms != 0) {
		gmtime_r(&at, &tm);
		strftime(until, sizeof(until), "%Y%m%d%H%M%SZ", &tm);
		buf_add_fmt(out, ",valid-before=\"%s\"", until);
	}
	buf_add_str(out, " ");
	sshsig_key(key, out);
	buf_add_str(out, "\n");
}

int
proof_signers(struct session *session, struct buf *out, struct err *e)
{
	struct store *s = session_store(session);
	int64_t until = 0;
	bool last;
	size_t i;

	if (!s->roster.begun)
		return err_set(e, ERR_ABSENT,
		    "this device knows no office yet; run tugi sync");
	for (i = 0; i <= s->hub_key_count; i++) {
		last = i == s->hub_key_count;
		if (!last && retired_ms(s, s->hub_keys[i].log_id, &until, e) !=
		    0)
			return -1;
		add_signer(s, i == 0 ? &s->hub_first : &s->hub_keys[i - 1].key,
		    last ? 0 : until, out);
	}
	return 0;
}
