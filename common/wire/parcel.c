/* libsodium's secretstream below a head that says how the key was made. */
#include "common/wire/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define MAGIC "tugi export 1\n"
#define MAGIC_BYTES 14
#define SALT_AT MAGIC_BYTES
#define OPS_AT (SALT_AT + crypto_pwhash_SALTBYTES)
#define MEM_AT (OPS_AT + 8)
#define STREAM_AT (MEM_AT + 8)
#define HEAD_BYTES (STREAM_AT + STREAM_HEAD)
#define STREAM_HEAD crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define STREAM_MORE crypto_secretstream_xchacha20poly1305_ABYTES
#define KEY_BYTES crypto_secretstream_xchacha20poly1305_KEYBYTES
#define SEALED_PIECE (PARCEL_PIECE + STREAM_MORE)
#define PASSES 3
#define MEMORY ((size_t)256 << 20)
#define PASSES_MAX 20
#define MEMORY_MAX ((uint64_t)2 << 30)

struct parcel {
	int fd;
	char *path, *part; /* where it is until it is whole */
	crypto_secretstream_xchacha20poly1305_state stream;
	crypto_generichash_state hash;
	uint8_t head[HEAD_BYTES];
	uint8_t piece[PARCEL_PIECE], sealed[SEALED_PIECE];
	size_t used;
	bool begun; /* the first piece is out: the head is bound to it */
};

static int
make_key(const uint8_t *head, struct view passphrase,
    uint8_t key[static KEY_BYTES], struct err *e)
{
	uint64_t ops = 0, mem = 0;
	unsigned i;

	for (i = 0; i < 8; i++) {
		ops = ops << 8 | head[OPS_AT + i];
		mem = mem << 8 | head[MEM_AT + i];
	}
	if (ops < crypto_pwhash_argon2id_OPSLIMIT_MIN || ops > PASSES_MAX ||
	    mem < crypto_pwhash_argon2id_MEMLIMIT_MIN || mem > MEMORY_MAX)
		return err_set(e, ERR_INPUT, "the export's head is damaged: it "
		    "asks for what no program wrote");
	if (crypto_pwhash(key, KEY_BYTES, (const char *)passphrase.data,
	    passphrase.len, head + SALT_AT, ops, (size_t)mem,
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(e, ERR_LOCAL, "there is not enough memory for the "
		    "passphrase");
	return 0;
}

static int
cannot(const char *path, struct err *e)
{
	return err_set(e, ERR_LOCAL, "%s %s: %s", _("cannot write"), path,
	    err_system(errno));
}

static int
put(struct parcel *p, const uint8_t *data, size_t len, struct err *e)
{
	size_t at = 0;
	ssize_t n;

	crypto_generichash_update(&p->hash, data, len);
	while (at < len) {
		n = write(p->fd, data + at, len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return cannot(p->path, e);
		at += (size_t)n;
	}
	return 0;
}

static int
put_piece(struct parcel *p, uint8_t tag, struct err *e)
{
	unsigned long long len;

	crypto_secretstream_xchacha20poly1305_push(&p->stream, p->sealed, &len,
	    p->piece, p->used, p->begun ? NULL : p->head,
	    p->begun ? 0 : HEAD_BYTES, tag);
	p->begun = true;
	p->used = 0;
	return put(p, p->sealed, (size_t)len, e);
}

/* Not under its name: half an export may stay when a stick is pulled. */
static int
begin(struct parcel *p, const char *path, struct err *e)
{
	size_t n = strlen(path) + sizeof(".part");

	p->fd = -1;
	p->path = mem_dup(path);
	p->part = mem_new(n);
	snprintf(p->part, n, "%s.part", path);
	if (file_exists(path))
		return err_set(e, ERR_CLASH, "%s is there already; name "
		    "another file", path);
	unlink(p->part); /* of one that was cut short */
	p->fd = open(p->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return p->fd >= 0 ? 0 : cannot(path, e);
}

static void
parcel_free(struct parcel *p)
{
	if (p->fd >= 0)
		close(p->fd);
	mem_free(p->path);
	mem_free(p->part);
	mem_wipe(p, sizeof(*p));
	mem_free(p);
}

int
parcel_make(const char *path, struct view passphrase,
    struct parcel_cost cost, struct parcel **out, struct err *e)
{
	struct parcel *p = mem_new(sizeof(*p));
	uint64_t ops = cost.passes != 0 ? cost.passes : PASSES;
	uint64_t mem = cost.bytes != 0 ? cost.bytes : MEMORY;
	uint8_t key[KEY_BYTES];
	unsigned i;
	int rc;

	*out = NULL;
	if (begin(p, path, e) != 0) {
		parcel_free(p);
		return -1;
	}
	crypto_generichash_init(&p->hash, NULL, 0, sizeof(((struct hash *)0)->b));
	memcpy(p->head, MAGIC, MAGIC_BYTES);
	randombytes_buf(p->head + SALT_AT, crypto_pwhash_SALTBYTES);
	for (i = 0; i < 8; i++) {
		p->head[OPS_AT + i] = (uint8_t)(ops >> (56 - 8 * i));
		p->head[MEM_AT + i] = (uint8_t)(mem >> (56 - 8 * i));
	}
	rc = make_key(p->head, passphrase, key, e);
	if (rc == 0) {
		crypto_secretstream_xchacha20poly1305_init_push(&p->stream,
		    p->head + STREAM_AT, key);
		rc = put(p, p->head, HEAD_BYTES, e);
	}
	mem_wipe(key, sizeof(key));
	if (rc != 0)
		parcel_drop(p);
	else
		*out = p;
	return rc;
}

void
parcel_drop(struct parcel *p)
{
	if (p == NULL)
		return;
	unlink(p->part);
	parcel_free(p);
}

int
parcel_add(struct parcel *p, struct view v, struct err *e)
{
	size_t n;

	while (v.len > 0) {
		n = PARCEL_PIECE - p->used;
		n = v.len < n ? v.len : n;
		memcpy(p->piece + p->used, v.data, n);
		p->used += n;
		v.data += n;
		v.len -= n;
		if (p->used == PARCEL_PIECE && put_piece(p, 0, e) != 0)
			return -1;
	}
	return 0;
}

int
parcel_end(struct parcel *p, struct hash *hash, struct err *e)
{
	int rc = put_piece(p, crypto_secretstream_xchacha20poly1305_TAG_FINAL,
	    e);

	if (rc == 0 && fsync(p->fd) != 0)
		rc = cannot(p->path, e);
	if (rc == 0)
		rc = file_rename(p->part, p->path, e);
	if (rc != 0) {
		parcel_drop(p);
		return -1;
	}
	crypto_generichash_final(&p->hash, hash->b, sizeof(hash->b));
	parcel_free(p);
	return 0;
}

/* ---- reading ---- */

/* Bytes read, fewer at the end; -1. */
static ssize_t
fill(int fd, uint8_t *out, size_t len)
{
	size_t at = 0;
	ssize_t n = 1;

	while (at < len && n != 0) {
		n = read(fd, out + at, len - at);
		if (n < 0 && errno != EINTR)
			return -1;
		at += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)at;
}

static int
unread(const char *path, struct err *e)
{
	return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_LOCAL, "%s: %s",
	    path, err_system(errno));
}

static int
cut(struct err *e)
{
	return err_set(e, ERR_INPUT, "the export was changed or cut short; what "
	    "came before is not to be trusted as whole");
}

static int
read_pieces(struct parcel *p,
    int (*fn)(void *ctx, struct view piece, struct err *e), void *ctx,
    struct err *e)
{
	unsigned long long len;
	uint8_t tag = 0;
	ssize_t n;

	while (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
		n = fill(p->fd, p->sealed, SEALED_PIECE);
		if (n < 0)
			return unread(p->path, e);
		if (n < (ssize_t)STREAM_MORE)
			return cut(e);
		if (crypto_secretstream_xchacha20poly1305_pull(&p->stream,
		    p->piece, &len, &tag, p->sealed, (unsigned long long)n,
		    p->begun ? NULL : p->head, p->begun ? 0 : HEAD_BYTES) != 0)
			return p->begun ? cut(e) : err_set(e, ERR_DENIED,
			    "the passphrase does not open this export");
		p->begun = true;
		if (fn(ctx, view_of(p->piece, (size_t)len), e) != 0)
			return -1;
	}
	return fill(p->fd, p->sealed, 1) == 0 ? 0 : cut(e);
}

int
parcel_open(const char *path, struct view passphrase,
    int (*fn)(void *ctx, struct view piece, struct err *e), void *ctx,
    struct err *e)
{
	struct parcel *p = mem_new(sizeof(*p));
	uint8_t key[KEY_BYTES];
	ssize_t n = -1;
	int rc = -1;

	p->path = mem_dup(path);
	p->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (p->fd >= 0)
		n = fill(p->fd, p->head, HEAD_BYTES);
	if (n < 0)
		unread(path, e);
	else if (n != HEAD_BYTES || memcmp(p->head, MAGIC, MAGIC_BYTES) != 0)
		err_set(e, ERR_INPUT, "%s is no export of tugi", path);
	else if (make_key(p->head, passphrase, key, e) == 0) {
		rc = crypto_secretstream_xchacha20poly1305_init_pull(&p->stream,
		    p->head + STREAM_AT, key) != 0 ? cut(e) :
		    read_pieces(p, fn, ctx, e);
		mem_wipe(key, sizeof(key));
	}
	parcel_free(p);
	return rc;
}
