/*
 * libsodium's secretstream: chunks cannot be left out, moved or taken from
 * another file, and only the last one says that it is the last.
 */
#include "common/wire/blob.h"

#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/pack.h"

#define TAG "tugi blob 1"
#define HEAD_BYTES crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define MORE_BYTES crypto_secretstream_xchacha20poly1305_ABYTES
#define LAST crypto_secretstream_xchacha20poly1305_TAG_FINAL
#define SEALED_CHUNK (BLOB_CHUNK + MORE_BYTES)
#define SIZE_BYTES 8
#define PADDED_MIN 4096

struct blob_hash {
	crypto_generichash_state state;
};

struct stream {
	const struct blob_flow *f;
	crypto_secretstream_xchacha20poly1305_state state;
	struct blob_hash *hash;
	uint64_t padded;   /* bytes inside: size, content, zeros */
	uint64_t content;
	uint64_t at;       /* of the padded bytes, what is through */
	size_t room;       /* of a chunk: small files have small ones */
	uint8_t *plain, *sealed;
};

/* ---- lengths ---- */

static uint64_t
padded_bytes(uint64_t content)
{
	uint64_t n = content + SIZE_BYTES;

	return pack_class((size_t)(n < PADDED_MIN ? PADDED_MIN : n));
}

static uint64_t
chunks(uint64_t padded)
{
	return (padded + BLOB_CHUNK - 1) / BLOB_CHUNK;
}

uint64_t
blob_sealed_bytes(uint64_t content)
{
	uint64_t padded = padded_bytes(content);

	return HEAD_BYTES + padded + chunks(padded) * MORE_BYTES;
}

/* The padded bytes in so many sealed ones; 0: no file has that length. */
static uint64_t
padded_of(uint64_t sealed)
{
	uint64_t n, padded;

	if (sealed < blob_sealed_bytes(0) ||
	    sealed > blob_sealed_bytes(BLOB_CONTENT_MAX))
		return 0;
	n = (sealed - HEAD_BYTES + SEALED_CHUNK - 1) / SEALED_CHUNK;
	padded = sealed - HEAD_BYTES - n * MORE_BYTES;
	return chunks(padded) == n && pack_class((size_t)padded) == padded ?
	    padded : 0;
}

bool
blob_fits(uint64_t sealed)
{
	return padded_of(sealed) != 0;
}

/* ---- names ---- */

struct blob_hash *
blob_hash_new(void)
{
	struct blob_hash *h = mem_new(sizeof(*h));

	crypto_generichash_init(&h->state, NULL, 0,
	    sizeof(((struct hash *)0)->b));
	crypto_generichash_update(&h->state, (const uint8_t *)TAG,
	    sizeof(TAG)); /* with its zero byte */
	return h;
}

void
blob_hash_add(struct blob_hash *h, struct view v)
{
	crypto_generichash_update(&h->state, v.data, v.len);
}

void
blob_hash_end(struct blob_hash *h, struct hash *out)
{
	crypto_generichash_final(&h->state, out->b, sizeof(out->b));
	mem_free(h);
}

/* ---- sealing ---- */

static int
fill(const struct blob_flow *f, uint8_t *out, size_t len, struct err *e)
{
	size_t at = 0;
	int64_t n = 1;

	while (at < len && n > 0) {
		n = f->read(f->ctx, out + at, len - at, e);
		if (n < 0)
			return -1;
		at += (size_t)n;
	}
	return at == len ? 0 : err_set(e, ERR_INPUT, "the file became "
	    "shorter while it was read");
}

static int
put(struct stream *s, const uint8_t *data, size_t len, struct err *e)
{
	blob_hash_add(s->hash, view_of(data, len));
	return s->f->write(s->f->ctx, view_of(data, len), e);
}

static void
put_size(uint8_t out[static SIZE_BYTES], uint64_t v)
{
	size_t i;

	for (i = SIZE_BYTES; i-- > 0; v >>= 8)
		out[i] = (uint8_t)v;
}

/* Bytes of the next chunk. */
static size_t
chunk_bytes(const struct stream *s)
{
	uint64_t left = s->padded - s->at;

	return left < BLOB_CHUNK ? (size_t)left : BLOB_CHUNK;
}

static int
seal_chunk(struct stream *s, struct err *e)
{
	size_t n = chunk_bytes(s), from = 0, len;
	uint64_t done = s->at > 0 ? s->at - SIZE_BYTES : 0;
	unsigned long long sealed;

	memset(s->plain, 0, n);
	if (s->at == 0) {
		put_size(s->plain, s->content);
		from = SIZE_BYTES;
	}
	len = n - from;
	if (done >= s->content)
		len = 0;
	else if (len > s->content - done)
		len = (size_t)(s->content - done);
	if (len > 0 && fill(s->f, s->plain + from, len, e) != 0)
		return -1;
	s->at += n;
	crypto_secretstream_xchacha20poly1305_push(&s->state, s->sealed,
	    &sealed, s->plain, n, (const uint8_t *)TAG, sizeof(TAG),
	    s->at == s->padded ? LAST : 0);
	return put(s, s->sealed, (size_t)sealed, e);
}

static int
seal_all(struct stream *s, const struct sym_key *key, struct err *e)
{
	uint8_t head[HEAD_BYTES], more;
	int64_t n;

	crypto_secretstream_xchacha20poly1305_init_push(&s->state, head,
	    key->b);
	if (put(s, head, sizeof(head), e) != 0)
		return -1;
	while (s->at < s->padded)
		if (seal_chunk(s, e) != 0)
			return -1;
	n = s->f->read(s->f->ctx, &more, 1, e);
	return n <= 0 ? (int)n : err_set(e, ERR_INPUT, "the file became "
	    "longer while it was read");
}

static struct stream *
stream_new(const struct blob_flow *f, uint64_t padded)
{
	struct stream *s = mem_new(sizeof(*s));

	s->f = f;
	s->padded = padded;
	s->room = chunk_bytes(s);
	s->plain = mem_room(s->room);
	s->sealed = mem_room(s->room + MORE_BYTES);
	return s;
}

static void
stream_free(struct stream *s)
{
	mem_wipe(s->plain, s->room);
	mem_free(s->plain);
	mem_free(s->sealed);
	mem_wipe(s, sizeof(*s));
	mem_free(s);
}

int
blob_seal(const struct blob_flow *f, uint64_t content,
    const struct sym_key *key, struct hash *id, struct err *e)
{
	struct stream *s;
	int rc;

	if (content > BLOB_CONTENT_MAX)
		return err_set(e, ERR_TOOBIG, "a file has at most %llu MB",
		    (unsigned long long)(BLOB_CONTENT_MAX >> 20));
	s = stream_new(f, padded_bytes(content));
	s->content = content;
	s->hash = blob_hash_new();
	rc = seal_all(s, key, e);
	blob_hash_end(s->hash, id);
	stream_free(s);
	return rc;
}

/* ---- opening ---- */

static int
broken(struct err *e)
{
	return err_set(e, ERR_PEER, "the attachment was changed or cut short: "
	    "it does not open");
}

/* What stands behind the content is zero. */
static bool
is_zero(const uint8_t *data, size_t len)
{
	uint8_t all = 0;
	size_t i;

	for (i = 0; i < len; i++)
		all |= data[i];
	return all == 0;
}

static bool
take_size(struct stream *s)
{
	size_t i;

	for (i = 0; i < SIZE_BYTES; i++)
		s->content = s->content << 8 | s->plain[i];
	return s->content <= BLOB_CONTENT_MAX &&
	    padded_bytes(s->content) == s->padded;
}

static int
open_chunk(struct stream *s, struct err *e)
{
	size_t n = chunk_bytes(s), from = 0, len;
	unsigned long long opened;
	uint64_t done;
	uint8_t tag;

	if (fill(s->f, s->sealed, n + MORE_BYTES, e) != 0)
		return e->kind == ERR_INPUT ? broken(e) : -1;
	if (crypto_secretstream_xchacha20poly1305_pull(&s->state, s->plain,
	    &opened, &tag, s->sealed, n + MORE_BYTES, (const uint8_t *)TAG,
	    sizeof(TAG)) != 0 ||
	    tag != (s->at + n == s->padded ? LAST : 0))
		return broken(e);
	if (s->at == 0) {
		if (!take_size(s))
			return broken(e);
		from = SIZE_BYTES;
	}
	done = s->at > 0 ? s->at - SIZE_BYTES : 0;
	len = n - from;
	if (done >= s->content)
		len = 0;
	else if (len > s->content - done)
		len = (size_t)(s->content - done);
	if (!is_zero(s->plain + from + len, n - from - len))
		return broken(e);
	s->at += n;
	return len == 0 ? 0 :
	    s->f->write(s->f->ctx, view_of(s->plain + from, len), e);
}

static int
open_all(struct stream *s, const struct sym_key *key, struct err *e)
{
	uint8_t head[HEAD_BYTES];

	if (s->padded == 0)
		return broken(e);
	if (fill(s->f, head, sizeof(head), e) != 0)
		return e->kind == ERR_INPUT ? broken(e) : -1;
	if (crypto_secretstream_xchacha20poly1305_init_pull(&s->state, head,
	    key->b) != 0)
		return broken(e);
	while (s->at < s->padded)
		if (open_chunk(s, e) != 0)
			return -1;
	return 0;
}

int
blob_open(const struct blob_flow *f, uint64_t sealed,
    const struct sym_key *key, uint64_t *content, struct err *e)
{
	struct stream *s = stream_new(f, padded_of(sealed));
	int rc;

	rc = open_all(s, key, e);
	*content = s->content;
	stream_free(s);
	return rc;
}
