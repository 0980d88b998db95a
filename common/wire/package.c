/* Header, then chunks; every chunk is bound to the header. */
#include "common/wire/package.h"

#include <sodium.h>
#include <string.h>

#define MAGIC "tugi package 1\n" /* and its end mark: 16 bytes */
#define MAGIC_BYTES 16
#define PASSES_AT 16
#define KIB_AT 20
#define SALT_AT 24
#define STREAM_AT (SALT_AT + crypto_pwhash_SALTBYTES)
#define HEADER_BYTES \
	(STREAM_AT + crypto_secretstream_xchacha20poly1305_HEADERBYTES)
#define CHUNK ((size_t)64 * 1024)
#define TAG_BYTES crypto_secretstream_xchacha20poly1305_ABYTES
#define KEY_BYTES crypto_secretstream_xchacha20poly1305_KEYBYTES
#define FINAL crypto_secretstream_xchacha20poly1305_TAG_FINAL
#define PASSES_CEILING 16
#define KIB_CEILING (1024 * 1024)

/* ---- files ---- */

int
package_put(struct buf *files, const char *name, struct view data,
    struct err *e)
{
	size_t len = strlen(name);
	uint8_t head[5];

	if (len == 0 || len > 63 || strchr(name, '/') != NULL ||
	    name[0] == '.' || data.len > PACKAGE_MAX)
		return err_set(e, ERR_TOOBIG, "a file does not fit in a "
		    "package");
	head[0] = (uint8_t)len;
	be_put(head + 1, (uint32_t)data.len, 4);
	buf_add(files, head, sizeof(head));
	buf_add(files, name, len);
	if (data.len > 0)
		buf_add(files, data.data, data.len);
	return buf_check(files, "the package", e);
}

int
package_next(struct view *at, char name[static 64], struct view *data)
{
	size_t len, size;

	if (at->len == 0)
		return 0;
	if (at->len < 5)
		return -1;
	len = at->data[0];
	size = be_get(at->data + 1, 4);
	if (len == 0 || len > 63 || at->len - 5 < len ||
	    at->len - 5 - len < size)
		return -1;
	memcpy(name, at->data + 5, len);
	name[len] = '\0';
	if (strlen(name) != len || name[0] == '.' ||
	    strchr(name, '/') != NULL)
		return -1;
	*data = view_of(at->data + 5 + len, size);
	*at = view_of(at->data + 5 + len + size, at->len - 5 - len - size);
	return 1;
}

/* ---- sealing ---- */

static int
derive(const uint8_t *header, struct view passphrase,
    uint8_t key[static KEY_BYTES], struct err *e)
{
	return crypto_pwhash(key, KEY_BYTES, (const char *)passphrase.data,
	    passphrase.len, header + SALT_AT, be_get(header + PASSES_AT, 4),
	    (size_t)be_get(header + KIB_AT, 4) * 1024,
	    crypto_pwhash_ALG_ARGON2ID13) == 0 ? 0 : err_set(e, ERR_LOCAL,
	    "there is not enough memory to make the key of this package");
}

static int
seal_chunks(crypto_secretstream_xchacha20poly1305_state *st,
    const uint8_t *header, struct view files, struct buf *out)
{
	size_t at = 0, n;
	uint8_t *to;

	do {
		n = files.len - at < CHUNK ? files.len - at : CHUNK;
		to = buf_reserve(out, n + TAG_BYTES);
		if (to == NULL)
			return -1;
		crypto_secretstream_xchacha20poly1305_push(st, to, NULL,
		    files.data + at, n, header, HEADER_BYTES,
		    at + n == files.len ? FINAL : 0);
		out->len += n + TAG_BYTES;
		at += n;
	} while (at < files.len);
	return 0;
}

int
package_seal(struct view files, struct view passphrase,
    const struct package_cost *cost, struct buf *out, struct err *e)
{
	crypto_secretstream_xchacha20poly1305_state st;
	uint8_t header[HEADER_BYTES] = MAGIC, key[KEY_BYTES];
	int rc;

	if (passphrase.len < PACKAGE_PASSPHRASE_MIN)
		return err_set(e, ERR_INPUT, "the passphrase of a package has "
		    "at least %d characters; nothing was made",
		    PACKAGE_PASSPHRASE_MIN);
	if (files.len == 0 || files.len > PACKAGE_MAX)
		return err_set(e, ERR_TOOBIG, "a package holds up to %zu "
		    "bytes, and something", PACKAGE_MAX);
	be_put(header + PASSES_AT, cost->passes, 4);
	be_put(header + KIB_AT, cost->kib, 4);
	randombytes_buf(header + SALT_AT, crypto_pwhash_SALTBYTES);
	if (derive(header, passphrase, key, e) != 0)
		return -1;
	crypto_secretstream_xchacha20poly1305_init_push(&st,
	    header + STREAM_AT, key);
	buf_add(out, header, sizeof(header));
	rc = seal_chunks(&st, header, files, out);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&st, sizeof(st));
	return rc == 0 ? buf_check(out, "the package", e) : err_set(e,
	    ERR_TOOBIG, "the package is too large");
}

/* ---- opening ---- */

static int
open_chunks(crypto_secretstream_xchacha20poly1305_state *st, struct view in,
    struct buf *out)
{
	size_t at = HEADER_BYTES, n;
	uint8_t tag = 0, *to;

	while (at < in.len) {
		n = in.len - at < CHUNK + TAG_BYTES ? in.len - at :
		    CHUNK + TAG_BYTES;
		to = n > TAG_BYTES ? buf_reserve(out, n - TAG_BYTES) : NULL;
		if (to == NULL || tag == FINAL ||
		    crypto_secretstream_xchacha20poly1305_pull(st, to, NULL,
		    &tag, in.data + at, n, in.data, HEADER_BYTES) != 0)
			return -1;
		out->len += n - TAG_BYTES;
		at += n;
	}
	return tag == FINAL ? 0 : -1;
}

static int
check_header(struct view in, struct err *e)
{
	if (in.len <= HEADER_BYTES + TAG_BYTES ||
	    memcmp(in.data, MAGIC, MAGIC_BYTES) != 0)
		return err_set(e, ERR_INPUT, "this is no package of tugi, or "
		    "it was cut");
	if (be_get(in.data + PASSES_AT, 4) == 0 ||
	    be_get(in.data + PASSES_AT, 4) > PASSES_CEILING ||
	    be_get(in.data + KIB_AT, 4) < 8 ||
	    be_get(in.data + KIB_AT, 4) > KIB_CEILING ||
	    in.len > PACKAGE_MAX + PACKAGE_MAX / 8)
		return err_set(e, ERR_TOOBIG, "this package asks for more "
		    "than any that tugi makes; it is not opened");
	return 0;
}

int
package_open(struct view in, struct view passphrase, struct buf *out,
    struct err *e)
{
	crypto_secretstream_xchacha20poly1305_state st;
	uint8_t key[KEY_BYTES];
	size_t before = out->len;
	int rc;

	if (check_header(in, e) != 0 || derive(in.data, passphrase, key, e) !=
	    0)
		return -1;
	rc = crypto_secretstream_xchacha20poly1305_init_pull(&st,
	    in.data + STREAM_AT, key);
	if (rc == 0)
		rc = open_chunks(&st, in, out);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&st, sizeof(st));
	if (rc == 0)
		return 0;
	if (out->len > before)
		sodium_memzero(out->data + before, out->len - before);
	out->len = before;
	return err_set(e, ERR_DENIED, "this package does not open: the "
	    "passphrase is another one, or the file was changed or cut");
}
