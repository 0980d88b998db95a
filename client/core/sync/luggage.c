/*
 * Every piece goes each time, since nobody can say how much the hub has; the hub
 * leaves out what it has. What comes back is compared with its name at the end,
 * as over a line.
 */
#include "client/core/sync/luggage.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/wire/bundle.h"
#include "common/wire/stick.h"

#define CALL_BYTES (PROTO_BLOB_PIECE + 1024) /* a piece and what names it */

struct pack {
	struct store *s;
	struct stick_ask ask;
	size_t ends[STICK_CALLS_MAX];
	struct buf bodies;   /* of the calls of this bundle */
	struct buf piece, one;
	struct buf *out;
	size_t coming;       /* bytes that were asked for */
	struct luggage *l;
};

/* ---- packing ---- */

static int
seal_calls(struct pack *p, struct err *e)
{
	size_t i, start = 0;

	if (p->ask.count == 0)
		return 0;
	for (i = 0; i < p->ask.count; i++) {
		p->ask.calls[i].body = view_of(p->bodies.data + start,
		    p->ends[i] - start);
		start = p->ends[i];
	}
	buf_reset(&p->one);
	stick_ask_seal(&p->ask, p->s->me, &p->s->roster.genesis.hub, &p->one);
	if (buf_check(&p->one, "a bundle", e) != 0)
		return -1;
	stick_add(buf_view(&p->one), p->out);
	buf_reset(&p->bodies);
	p->ask.count = 0;
	return buf_check(p->out, "a bundle", e);
}

/* The body of one more call was appended. */
static int
call_added(struct pack *p, enum stick_kind kind, struct err *e)
{
	p->ask.calls[p->ask.count].kind = kind;
	p->ends[p->ask.count++] = p->bodies.len;
	return p->ask.count < STICK_CALLS_MAX ? 0 : seal_calls(p, e);
}

/* With ${more} bytes of pieces? */
static bool
fits(size_t have, uint64_t more)
{
	uint64_t pieces = more / PROTO_BLOB_PIECE + 1;

	return have + (pieces + STICK_CALLS_MAX) * CALL_BYTES <=
	    STICK_FILES_MAX;
}

static int
pack_pieces(struct pack *p, const struct blobs_place *b, uint64_t whole,
    struct err *e)
{
	struct proto_blob_put m = { .space = b->space, .name = b->id,
		.bytes = whole, .item = b->item, .index = b->idx };

	for (m.at = 0; m.at < whole; m.at += m.piece.len) {
		buf_reset(&p->piece);
		if (blobs_read(p->s, &b->id, m.at, PROTO_BLOB_PIECE,
		    &p->piece, e) != 0)
			return -1;
		m.piece = buf_view(&p->piece);
		if (m.piece.len != PROTO_BLOB_PIECE &&
		    m.at + m.piece.len != whole)
			return err_set(e, ERR_LOCAL, "an attachment is cut "
			    "short on this device");
		proto_blob_put_encode(&m, &p->bodies);
		if (call_added(p, STICK_PUT, e) != 0)
			return -1;
	}
	return 0;
}

static int
pack_one(void *ctx, const struct blobs_place *b, struct err *e)
{
	struct pack *p = ctx;
	uint64_t whole = blobs_here(p->s, &b->id);

	if (!blob_fits(whole) || !fits(p->out->len, whole)) {
		p->l->left++;
		return 0;
	}
	p->l->files++;
	return pack_pieces(p, b, whole, e);
}

static int
ask_one(struct pack *p, const struct blobs_place *b, struct err *e)
{
	uint64_t whole = blob_sealed_bytes(b->content);
	uint64_t part = blobs_part(p->s, &b->id);
	struct proto_blob_get m = { .space = b->space, .name = b->id,
		.at = part > whole ? 0 : part - part % PROTO_BLOB_PIECE };

	if (blobs_here(p->s, &b->id) > 0)
		return 0;
	if (!fits(p->coming, whole - m.at)) {
		p->l->left++;
		return 0;
	}
	p->l->asked++;
	for (; m.at < whole; m.at += PROTO_BLOB_PIECE) {
		proto_blob_get_encode(&m, &p->bodies);
		p->coming += CALL_BYTES;
		if (call_added(p, STICK_GET, e) != 0)
			return -1;
	}
	return 0;
}

int
luggage_pack(struct store *s, const struct blobs_place *wants, size_t n,
    struct buf *out, struct luggage *l, struct err *e)
{
	struct pack p = { .s = s, .out = out, .l = l,
		.ask = { .device = s->me->device } };
	size_t i;
	int rc;

	buf_init(&p.bodies, STICK_CALLS_MAX * CALL_BYTES);
	buf_init(&p.piece, PROTO_BLOB_PIECE);
	buf_init(&p.one, BUNDLE_ASK_MAX);
	rc = blobs_unsent(s, pack_one, &p, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = ask_one(&p, &wants[i], e);
	if (rc == 0)
		rc = seal_calls(&p, e);
	buf_done(&p.bodies);
	buf_done(&p.piece);
	buf_done(&p.one);
	return rc;
}

/* ---- taking ---- */

struct found {
	const struct stick_part *part;
	struct blobs_place place;
	bool is;
};

static int
note_place(void *ctx, const struct blobs_place *b, struct err *e)
{
	struct found *f = ctx;

	(void)e;
	if (f->is || !hash_eq(&b->id, &f->part->name))
		return 0;
	f->place = *b;
	f->is = true;
	return 0;
}

/* Told of the item by which the record stands here today, or another time. */
static int
take_have(struct store *s, const struct stick_part *part, struct luggage *l,
    struct err *e)
{
	struct found f = { .part = part };
	struct proto_blob_have have;
	uint64_t whole = blobs_here(s, &part->name);

	if (proto_blob_have_decode(part->body, &have, e) != 0)
		return -1;
	if (whole == 0 || have.have != whole)
		return 0;
	if (blobs_unsent(s, note_place, &f, e) != 0)
		return -1;
	if (!f.is || !hash_eq(&f.place.item, &part->item))
		return 0;
	l->files++;
	return blobs_told(s, &f.place, e);
}

/* What follows what is here; other pieces come another time. */
static int
take_piece(struct store *s, const struct stick_part *part, struct luggage *l,
    struct err *e)
{
	struct proto_blob_piece m;
	struct blobs_place b;
	uint64_t whole, part_bytes = blobs_part(s, &part->name);
	int rc = blobs_named(s, &part->name, &b, e);

	if (rc != 1 || blobs_here(s, &part->name) > 0 || part->at !=
	    part_bytes - part_bytes % PROTO_BLOB_PIECE)
		return rc < 0 ? -1 : 0;
	whole = blob_sealed_bytes(b.content);
	if (proto_blob_piece_decode(part->body, &m, e) != 0)
		return -1;
	if (m.bytes != whole || part->at + m.piece.len > whole ||
	    (m.piece.len != PROTO_BLOB_PIECE &&
	    part->at + m.piece.len != whole))
		return err_set(e, ERR_PEER, "the hub gives another length "
		    "than the attachment has");
	if (blobs_part_add(s, &part->name, part->at, m.piece, e) != 0)
		return -1;
	if (part->at + m.piece.len < whole)
		return 0;
	if (blobs_part_end(s, &part->name, e) != 0)
		return -1;
	l->asked++;
	return blobs_told(s, &b, e);
}

static int
take_part(struct store *s, const struct stick_part *part, struct luggage *l,
    struct err *e)
{
	if (part->status != 200) {
		l->left += part->at == 0; /* once for each file */
		return 0;
	}
	return part->kind == STICK_PUT ? take_have(s, part, l, e) :
	    take_piece(s, part, l, e);
}

int
luggage_take(struct store *s, struct view bundle, struct luggage *l,
    struct err *e)
{
	struct stick_answer *m = mem_new(sizeof(*m));
	struct buf plain;
	size_t i;
	int rc;

	buf_init(&plain, bundle.len + 1);
	rc = stick_answer_open(bundle, s->me, &s->roster.genesis.hub, &plain,
	    m, e);
	for (i = 0; rc == 0 && i < m->count; i++)
		rc = take_part(s, &m->parts[i], l, e);
	buf_done(&plain);
	mem_free(m);
	return rc;
}
