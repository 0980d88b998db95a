/*
 * Changesets: seal and sign on the way out, check and open on the way in.
 *
 * The clients' outbox seals and opens; the hub only decodes and verifies, and
 * never has a key. Two views of one header are made here and must not be
 * mixed up: its first part, up to the list of body lengths, is what the
 * sealing of each body is bound to; the whole of it, with the body hashes, is
 * what the id is made of and the signature covers.
 */
#include "common/wire/changeset.h"

#include <sodium.h>
#include <string.h>

#include "common/wire/pack.h"
#include "common/wire/seal.h"

#define TAG_ID "tugi changeset 1"
#define TAG_SIGN "tugi changeset sig 1"
#define TAG_BODY "tugi body 1"
#define TAG_BODY_KEY "tugi body key 1"
#define TAG_BODY_NONCE "tugi body nonce 1"
#define TAG_BODY_HASH "tugi body hash 1"

#define INDEX_BYTES 2
#define MAP_BYTES 8 /* which bodies are carried, when some are erased */
#define CARRIED_BODY_MAX (CHANGESET_BODY_MAX + CHANGESET_BODY_MAX / 8)

/* The header from version to the list of body lengths. */
static void
put_front(const struct changeset_header *h, struct buf *out)
{
	size_t i;

	buf_add_be(out, h->version, 1);
	buf_add_be(out, (uint64_t)h->kind, 1);
	buf_add_be(out, h->suite, 1);
	buf_add(out, h->space.b, sizeof(h->space.b));
	buf_add_be(out, h->epoch, 4);
	buf_add(out, h->author.b, sizeof(h->author.b));
	buf_add_be(out, h->counter, 8);
	buf_add(out, h->prev_own.b, sizeof(h->prev_own.b));
	buf_add_be(out, h->seen.log_id, 8);
	buf_add_be(out, h->seen.size, 8);
	buf_add(out, h->nonce, sizeof(h->nonce));
	buf_add_be(out, h->count, 2);
	for (i = 0; i < h->count; i++)
		buf_add_be(out, h->body_len[i], 4);
}

/* What body ${i} is bound to; the index stands last, at a fixed place. */
static void
put_bound(const struct changeset_header *h, struct buf *ad)
{
	buf_add(ad, TAG_BODY, sizeof(TAG_BODY));
	put_front(h, ad);
	buf_add_be(ad, 0, INDEX_BYTES);
}

static void
set_index(struct buf *ad, size_t i)
{
	if (ad->nomem)
		return;
	ad->data[ad->len - 2] = (uint8_t)(i >> 8);
	ad->data[ad->len - 1] = (uint8_t)i;
}

static void
body_nonce(const struct changeset_header *h, size_t i,
    uint8_t out[static SEAL_NONCE_BYTES])
{
	uint8_t in[sizeof(h->nonce) + INDEX_BYTES];

	memcpy(in, h->nonce, sizeof(h->nonce));
	in[sizeof(h->nonce)] = (uint8_t)(i >> 8);
	in[sizeof(h->nonce) + 1] = (uint8_t)i;
	seal_nonce(TAG_BODY_NONCE, view_of(in, sizeof(in)), out);
}

/* Pack every body behind the other; their sealed lengths into the header. */
static int
pack_bodies(struct changeset_header *h, const struct changeset_seal_in *in,
    struct buf *packed, struct err *e)
{
	bool squeeze = CHANGESET_SUITE != CHANGESET_SUITE_LEAK;
	size_t i, before;

	for (i = 0; i < in->count; i++) {
		if (in->plain[i].len > CHANGESET_BODY_MAX)
			return err_set(e, ERR_TOOBIG, "a record has %zu bytes "
			    "and at most %d can be sent; attach it as a file",
			    in->plain[i].len, CHANGESET_BODY_MAX);
		before = packed->len;
		if (pack_add(in->plain[i], squeeze, SEAL_TAG_BYTES, packed,
		    e) != 0)
			return -1;
		h->body_len[i] =
		    (uint32_t)(packed->len - before + SEAL_TAG_BYTES);
	}
	return 0;
}

static void
seal_bodies(struct changeset_header *h, const struct sym_key *key,
    struct view packed, struct buf *sealed)
{
	static const uint8_t no_tag[SEAL_TAG_BYTES];
	uint8_t nonce[SEAL_NONCE_BYTES];
	struct sym_key body_key;
	struct view text;
	struct buf ad;
	size_t i, at = 0, before;

	buf_init(&ad, CHANGESET_BYTES_MAX);
	put_bound(h, &ad);
	seal_key(key, TAG_BODY_KEY, &body_key);
	for (i = 0; i < h->count; i++) {
		text = view_of(packed.data + at,
		    h->body_len[i] - SEAL_TAG_BYTES);
		at += text.len;
		before = sealed->len;
		set_index(&ad, i);
		body_nonce(h, i, nonce);
		if (CHANGESET_SUITE == CHANGESET_SUITE_LEAK) {
			buf_add(sealed, text.data, text.len);
			buf_add(sealed, no_tag, sizeof(no_tag));
		} else {
			seal_add(&body_key, nonce, buf_view(&ad), text,
			    sealed);
		}
		keys_hash(TAG_BODY_HASH, view_of(sealed->data + before,
		    sealed->len - before), &h->body_hash[i]);
	}
	sealed->nomem |= ad.nomem;
	sodium_memzero(&body_key, sizeof(body_key));
	buf_done(&ad);
}

/* Header, signature and bodies, whose lengths and hashes ${h} has. */
static int
finish(const struct changeset_header *h, struct view bodies,
    const struct sign_key *signer, struct buf *out, struct hash *id,
    struct err *e)
{
	struct buf whole;
	struct sig sig;
	size_t i;
	int rc;

	buf_init(&whole, CHANGESET_BYTES_MAX);
	put_front(h, &whole);
	for (i = 0; i < h->count; i++)
		buf_add(&whole, h->body_hash[i].b, sizeof(h->body_hash[i].b));
	keys_hash(TAG_ID, buf_view(&whole), id);
	keys_sign(signer, TAG_SIGN, view_of(id->b, sizeof(id->b)), &sig);
	buf_add(&whole, sig.b, sizeof(sig.b));
	buf_add(&whole, bodies.data, bodies.len);
	rc = buf_check(&whole, "a changeset", e);
	if (rc == 0) {
		buf_add(out, whole.data, whole.len);
		rc = buf_check(out, "a changeset", e);
	}
	buf_done(&whole);
	return rc;
}

int
changeset_seal(struct changeset_header *h,
    const struct changeset_seal_in *in, struct buf *out, struct hash *id,
    struct err *e)
{
	struct buf packed, sealed;
	int rc = -1;

	if (in->count == 0 || in->count > CHANGESET_BODIES_MAX)
		return err_set(e, ERR_TOOBIG, "a changeset holds 1 to %d "
		    "records, not %zu", CHANGESET_BODIES_MAX, in->count);
	h->version = CHANGESET_VERSION;
	h->suite = CHANGESET_SUITE;
	h->count = in->count;
	randombytes_buf(h->nonce, sizeof(h->nonce));
	/* Twice the limit: what is too large is refused at the end. */
	buf_init(&packed, (size_t)CHANGESET_BODIES_MAX * CARRIED_BODY_MAX * 2);
	buf_init(&sealed, (size_t)CHANGESET_BODIES_MAX * CARRIED_BODY_MAX * 2);
	if (pack_bodies(h, in, &packed, e) != 0)
		goto out;
	seal_bodies(h, in->key, buf_view(&packed), &sealed);
	if (buf_check(&sealed, "a changeset", e) != 0)
		goto out;
	rc = finish(h, buf_view(&sealed), in->signer, out, id, e);
out:
	buf_done(&packed);
	buf_done(&sealed);
	return rc;
}

int
changeset_clear(struct changeset_header *h, struct view body,
    const struct sign_key *signer, struct buf *out, struct hash *id,
    struct err *e)
{
	if (body.len == 0 || body.len > CHANGESET_BYTES_MAX)
		return err_set(e, ERR_TOOBIG, "a clear changeset body has 1 "
		    "to %d bytes, not %zu", CHANGESET_BYTES_MAX, body.len);
	h->version = CHANGESET_VERSION;
	h->suite = CHANGESET_SUITE;
	h->count = 1;
	h->body_len[0] = (uint32_t)body.len;
	randombytes_buf(h->nonce, sizeof(h->nonce));
	keys_hash(TAG_BODY_HASH, body, &h->body_hash[0]);
	return finish(h, body, signer, out, id, e);
}

bool
changeset_known(const struct changeset_header *h)
{
	return h->version == CHANGESET_VERSION &&
	    h->suite == CHANGESET_SUITE && h->kind >= CHANGESET_CONTENT &&
	    h->kind <= CHANGESET_ERASE;
}

static bool
is_sealed(enum changeset_kind kind)
{
	return kind == CHANGESET_CONTENT || kind == CHANGESET_ACCESS;
}

/* What a known kind must look like; NULL: as it should. */
static const char *
misfit(const struct changeset_header *h)
{
	bool directory = h->kind == CHANGESET_DIRECTORY;
	size_t i;

	if (id_is_zero(&h->space) != directory)
		return "names a space that does not fit its kind";
	if (directory && h->epoch != 0)
		return "names an epoch in the directory";
	if (!is_sealed(h->kind))
		return h->count == 1 ? NULL : "has more than one clear body";
	if (h->epoch == 0)
		return "is sealed under no epoch";
	for (i = 0; i < h->count; i++)
		if (h->body_len[i] > CARRIED_BODY_MAX ||
		    pack_class(h->body_len[i]) != h->body_len[i])
			return "has a body that is not of a size class";
	return NULL;
}

static void
read_fixed(struct reader *r, struct changeset_header *h)
{
	h->version = (uint8_t)reader_be(r, 1);
	h->kind = (enum changeset_kind)reader_be(r, 1);
	h->suite = (uint8_t)reader_be(r, 1);
	reader_copy(r, h->space.b, sizeof(h->space.b));
	h->epoch = (uint32_t)reader_be(r, 4);
	reader_copy(r, h->author.b, sizeof(h->author.b));
	h->counter = reader_be(r, 8);
	reader_copy(r, h->prev_own.b, sizeof(h->prev_own.b));
	h->seen.log_id = reader_be(r, 8);
	h->seen.size = reader_be(r, 8);
	reader_copy(r, h->nonce, sizeof(h->nonce));
	h->count = (size_t)reader_be(r, 2);
}

/* Header, id and signature; ${sum} becomes the length of all bodies. */
static const char *
read_header(struct reader *r, struct changeset *cs, uint64_t *sum)
{
	struct changeset_header *h = &cs->h;
	size_t i;

	*sum = 0;
	read_fixed(r, h);
	if (r->bad || h->count == 0 || h->count > CHANGESET_BODIES_MAX) {
		h->count = 0;
		return "is cut short or has a number of bodies not allowed";
	}
	for (i = 0; i < h->count; i++) {
		h->body_len[i] = (uint32_t)reader_be(r, 4);
		if (h->body_len[i] == 0)
			return "has an empty body";
		*sum += h->body_len[i];
	}
	for (i = 0; i < h->count; i++)
		reader_copy(r, h->body_hash[i].b, sizeof(h->body_hash[i].b));
	keys_hash(TAG_ID, view_of(r->in.data, r->at), &cs->id);
	reader_copy(r, cs->sig.b, sizeof(cs->sig.b));
	cs->header_bytes = r->at;
	if (r->bad)
		return "is cut short";
	if (r->at + *sum > CHANGESET_BYTES_MAX)
		return "is larger than allowed";
	return changeset_known(h) ? misfit(h) : NULL;
}

/*
 * Which bodies follow: none, all, or those of a bit map that precedes them.
 * The map is needed only after erasure and is told from all bodies by the
 * length alone: eight bytes are fewer than any sealed body has.
 */
static bool
read_map(struct reader *r, const struct changeset *cs, uint64_t sum,
    uint64_t *map)
{
	uint64_t all = UINT64_MAX >> (64 - cs->h.count), carried = 0;
	size_t i;

	*map = reader_left(r) == 0 ? 0 : all;
	if (*map == 0 || reader_left(r) == sum)
		return true;
	*map = reader_be(r, MAP_BYTES);
	for (i = 0; i < cs->h.count; i++)
		if ((*map >> i & 1) != 0)
			carried += cs->h.body_len[i];
	return !r->bad && *map != 0 && *map < all &&
	    reader_left(r) == carried;
}

static const char *
read_bodies(struct reader *r, struct changeset *cs, uint64_t sum)
{
	uint64_t map;
	struct hash h;
	size_t i;

	if (!read_map(r, cs, sum, &map))
		return "has bodies that do not fit its header";
	cs->has_bodies = map != 0;
	cs->whole = map == UINT64_MAX >> (64 - cs->h.count);
	for (i = 0; i < cs->h.count; i++) {
		if ((map >> i & 1) == 0)
			continue;
		cs->bodies[i] = reader_bytes(r, cs->h.body_len[i]);
		keys_hash(TAG_BODY_HASH, cs->bodies[i], &h);
		if (!hash_eq(&h, &cs->h.body_hash[i]))
			return "has a body that is not the one signed";
	}
	return NULL;
}

int
changeset_decode(struct view in, struct changeset *cs, struct err *e)
{
	struct reader r;
	const char *why;
	uint64_t sum;

	memset(cs, 0, sizeof(*cs));
	reader_init(&r, in);
	why = read_header(&r, cs, &sum);
	if (why == NULL)
		why = read_bodies(&r, cs, sum);
	if (why != NULL)
		return err_set(e, ERR_PEER, "a changeset %s", why);
	return 0;
}

void
changeset_without(struct view in, const struct changeset *cs, uint64_t keep,
    struct buf *out)
{
	uint64_t all = UINT64_MAX >> (64 - cs->h.count), map = 0;
	size_t i;

	for (i = 0; i < cs->h.count; i++)
		if ((keep >> i & 1) != 0 && cs->bodies[i].len > 0)
			map |= UINT64_C(1) << i;
	buf_add(out, in.data, cs->header_bytes);
	if (map != 0 && map != all)
		buf_add_be(out, map, MAP_BYTES);
	for (i = 0; i < cs->h.count; i++)
		if ((map >> i & 1) != 0)
			buf_add(out, cs->bodies[i].data, cs->bodies[i].len);
}

uint64_t
changeset_all(const struct changeset_header *h)
{
	return UINT64_MAX >> (64 - h->count);
}

void
changeset_strip(struct view in, const struct changeset *cs, uint64_t gone,
    struct buf *out)
{
	uint64_t all = changeset_all(&cs->h), map = all & ~gone;
	size_t i, at = cs->header_bytes;

	buf_add(out, in.data, cs->header_bytes);
	if (map != 0 && map != all)
		buf_add_be(out, map, MAP_BYTES);
	for (i = 0; i < cs->h.count; i++) {
		if ((map >> i & 1) != 0 &&
		    in.len >= at + cs->h.body_len[i])
			buf_add(out, in.data + at, cs->h.body_len[i]);
		at += cs->h.body_len[i];
	}
}

bool
changeset_verify(const struct changeset *cs, const struct sign_pub *pub)
{
	return keys_verify(pub, TAG_SIGN, view_of(cs->id.b, sizeof(cs->id.b)),
	    &cs->sig);
}

static bool
unseal(const struct changeset *cs, size_t i, const struct sym_key *key,
    struct buf *packed)
{
	uint8_t nonce[SEAL_NONCE_BYTES];
	struct sym_key body_key;
	struct buf ad;
	bool ok;

	if (CHANGESET_SUITE == CHANGESET_SUITE_LEAK) {
		buf_add(packed, cs->bodies[i].data,
		    cs->bodies[i].len - SEAL_TAG_BYTES);
		return true;
	}
	buf_init(&ad, CHANGESET_BYTES_MAX);
	put_bound(&cs->h, &ad);
	set_index(&ad, i);
	seal_key(key, TAG_BODY_KEY, &body_key);
	body_nonce(&cs->h, i, nonce);
	ok = !ad.nomem && seal_open(&body_key, nonce, buf_view(&ad),
	    cs->bodies[i], packed);
	sodium_memzero(&body_key, sizeof(body_key));
	buf_done(&ad);
	return ok;
}

int
changeset_open(const struct changeset *cs, size_t i,
    const struct sym_key *key, struct buf *out, struct err *e)
{
	struct buf packed;
	int rc;

	if (!changeset_known(&cs->h) || !is_sealed(cs->h.kind))
		return err_set(e, ERR_PEER, "this program cannot open bodies "
		    "of this kind of changeset; it is held");
	if (i >= cs->h.count || cs->bodies[i].len == 0)
		return err_set(e, ERR_ABSENT,
		    "the body of this record is not here: it was erased or "
		    "not sent");
	buf_init(&packed, CARRIED_BODY_MAX);
	if (unseal(cs, i, key, &packed))
		rc = pack_open(buf_view(&packed), CHANGESET_BODY_MAX, out, e);
	else
		rc = err_set(e, ERR_PEER, "a record does not open under the "
		    "key of its epoch; it is held");
	buf_done(&packed);
	return rc;
}

uint32_t
changeset_size_class(size_t compressed_len)
{
	return (uint32_t)pack_class(compressed_len + PACK_HEAD_BYTES +
	    SEAL_TAG_BYTES);
}
