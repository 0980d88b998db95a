/*
 * Checkpoints: what the hub signs after each accepted request and what a
 * client compares with the last one it holds.
 *
 * A note is read by writing the one form that its numbers allow and comparing
 * bytes, so nothing in it is ever interpreted twice.
 */
#include "common/wire/checkpoint.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define KEY_HASH_BYTES 4
#define NOTE_ED25519 0x01 /* C2SP signed-note, signature types */
#define NOTE_COSIGNED 0x04
#define BASE64(n) sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL)

/* SHA-256(name || 0x0A || type || key), first four bytes. */
static void
key_hash(const char *name, uint8_t type, const struct sign_pub *pub,
    uint8_t *out)
{
	const uint8_t mid[] = { '\n', type };
	crypto_hash_sha256_state st;
	uint8_t h[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, (const uint8_t *)name, strlen(name));
	crypto_hash_sha256_update(&st, mid, sizeof(mid));
	crypto_hash_sha256_update(&st, pub->b, sizeof(pub->b));
	crypto_hash_sha256_final(&st, h);
	memcpy(out, h, KEY_HASH_BYTES);
}

static void
put_text(const struct checkpoint *cp, const char *hub_name, struct buf *out)
{
	char root[BASE64(sizeof(cp->root.b))];

	sodium_bin2base64(root, sizeof(root), cp->root.b, sizeof(cp->root.b),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_add_fmt(out, "%s/%016llx\n%llu\n%s\n", hub_name,
	    (unsigned long long)cp->at.log_id,
	    (unsigned long long)cp->at.size, root);
}

static void
put_signature(const char *hub_name, const struct sign_pub *pub,
    const struct sig *sig, struct buf *out)
{
	uint8_t both[KEY_HASH_BYTES + sizeof(sig->b)];
	char text[BASE64(sizeof(both))];

	key_hash(hub_name, NOTE_ED25519, pub, both);
	memcpy(both + KEY_HASH_BYTES, sig->b, sizeof(sig->b));
	sodium_bin2base64(text, sizeof(text), both, sizeof(both),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_add_fmt(out, "\n\xe2\x80\x94 %s %s\n", hub_name, text);
}

void
checkpoint_sign(const struct checkpoint *cp, const char *hub_name,
    const struct sign_pub *pub, const struct sign_key *key, struct buf *out)
{
	struct sig sig;
	struct buf text;

	buf_init(&text, CHECKPOINT_TEXT_MAX);
	put_text(cp, hub_name, &text);
	keys_sign(key, NULL, buf_view(&text), &sig);
	buf_add(out, text.data, text.len);
	put_signature(hub_name, pub, &sig, out);
	buf_done(&text);
}

/* Digits of base ${base} up to ${end}; false: none, or too many. */
static bool
read_number(struct reader *r, unsigned base, uint8_t end, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *p;
	uint64_t v = 0;
	size_t n = 0;
	uint8_t c;

	for (;;) {
		c = (uint8_t)reader_be(r, 1);
		if (r->bad)
			return false;
		if (c == end)
			break;
		p = c == '\0' ? NULL : strchr(digits, c);
		if (p == NULL || p >= digits + base || ++n > 20 ||
		    v > (UINT64_MAX - 15) / base)
			return false;
		v = v * base + (uint64_t)(p - digits);
	}
	*out = v;
	return n > 0;
}

static bool
read_base64(struct view text, uint8_t *out, size_t len)
{
	size_t got;

	return text.data != NULL && sodium_base642bin(out, len,
	    (const char *)text.data, text.len, NULL, &got, NULL,
	    sodium_base64_VARIANT_ORIGINAL) == 0 && got == len;
}

/* The numbers and the signature, where the one form has them. */
static bool
read_parts(struct view note, const char *hub_name, struct checkpoint *cp,
    struct sig *sig)
{
	uint8_t both[KEY_HASH_BYTES + sizeof(sig->b)];
	size_t name = strlen(hub_name);
	struct reader r;

	reader_init(&r, note);
	reader_bytes(&r, name + 1);
	if (!read_number(&r, 16, '\n', &cp->at.log_id) ||
	    !read_number(&r, 10, '\n', &cp->at.size) ||
	    !read_base64(reader_bytes(&r, BASE64(sizeof(cp->root.b)) - 1),
	    cp->root.b, sizeof(cp->root.b)))
		return false;
	/* newline, empty line, dash and space, name, space */
	reader_bytes(&r, 2 + 4 + name + 1);
	if (!read_base64(reader_bytes(&r, BASE64(sizeof(both)) - 1), both,
	    sizeof(both)))
		return false;
	memcpy(sig->b, both + KEY_HASH_BYTES, sizeof(sig->b));
	return true;
}

int
checkpoint_read(struct view note, const char *hub_name,
    const struct sign_pub *pub, struct checkpoint *cp, struct err *e)
{
	struct sig sig;
	struct buf again;
	bool ok;

	buf_init(&again, CHECKPOINT_TEXT_MAX);
	ok = note.len <= CHECKPOINT_TEXT_MAX &&
	    read_parts(note, hub_name, cp, &sig);
	if (ok) {
		put_text(cp, hub_name, &again);
		ok = keys_verify(pub, NULL, buf_view(&again), &sig);
		put_signature(hub_name, pub, &sig, &again);
		ok = ok && view_eq(buf_view(&again), note);
	}
	buf_done(&again);
	if (!ok)
		return err_set(e, ERR_PEER, "the hub's checkpoint is not "
		    "signed with the hub's key, or not in the form allowed");
	return 0;
}

void
checkpoint_note(const struct checkpoint *cp, const char *hub_name,
    const struct sign_pub *pub, const struct sig *sig, struct buf *out)
{
	put_text(cp, hub_name, out);
	put_signature(hub_name, pub, sig, out);
}

bool
checkpoint_sig(struct view note, const char *hub_name, struct sig *sig)
{
	struct checkpoint cp;

	return note.len <= CHECKPOINT_TEXT_MAX &&
	    read_parts(note, hub_name, &cp, sig);
}

/* ---- witnesses ---- */

#define COSIGNATURE_BYTES (KEY_HASH_BYTES + 8 + sizeof(struct sig))

/* What a witness signs: when it saw the note's text, up to its empty line. */
static void
put_cosigned(struct view note, int64_t at_s, struct buf *out)
{
	const uint8_t *end = memmem(note.data, note.len, "\n\n", 2);
	size_t len = end == NULL ? note.len :
	    (size_t)(end - note.data) + 1;

	buf_add_fmt(out, "cosignature/v1\ntime %lld\n", (long long)at_s);
	buf_add(out, note.data, len);
}

static void
put_cosignature(const struct cosigner *w, int64_t at_s,
    const struct sig *sig, struct buf *out)
{
	uint8_t all[COSIGNATURE_BYTES];
	char text[BASE64(COSIGNATURE_BYTES)];
	int i;

	key_hash(w->name, NOTE_COSIGNED, &w->pub, all);
	for (i = 0; i < 8; i++)
		all[KEY_HASH_BYTES + i] = (uint8_t)((uint64_t)at_s >>
		    (56 - 8 * i));
	memcpy(all + KEY_HASH_BYTES + 8, sig->b, sizeof(sig->b));
	sodium_bin2base64(text, sizeof(text), all, sizeof(all),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_add_fmt(out, "\xe2\x80\x94 %s %s\n", w->name, text);
}

void
checkpoint_cosign(struct view note, const struct cosigner *w, int64_t at_s,
    struct buf *out)
{
	struct buf text;
	struct sig sig;

	buf_init(&text, 2 * CHECKPOINT_TEXT_MAX);
	put_cosigned(note, at_s, &text);
	keys_sign(w->key, NULL, buf_view(&text), &sig);
	buf_add(out, note.data, note.len);
	put_cosignature(w, at_s, &sig, out);
	buf_done(&text);
}

/* The line's time and signature, where the one form has them. */
static bool
read_cosignature(struct view line, const struct cosigner *w, int64_t *at_s,
    struct sig *sig)
{
	uint8_t all[COSIGNATURE_BYTES];
	size_t head = 4 + strlen(w->name) + 1, i;
	uint64_t at = 0;

	if (line.len != head + BASE64(COSIGNATURE_BYTES) ||
	    !read_base64(view_of(line.data + head, line.len - head - 1), all,
	    sizeof(all)))
		return false;
	for (i = 0; i < 8; i++)
		at = at << 8 | all[KEY_HASH_BYTES + i];
	*at_s = (int64_t)at;
	memcpy(sig->b, all + KEY_HASH_BYTES + 8, sizeof(sig->b));
	return true;
}

bool
checkpoint_cosigned(struct view text, const struct cosigner *w,
    struct view *note, int64_t *at_s)
{
	size_t len = 4 + strlen(w->name) + 1 + BASE64(COSIGNATURE_BYTES);
	struct view line;
	struct buf again;
	struct sig sig;
	bool ok;

	if (text.len <= len || text.len > 2 * CHECKPOINT_TEXT_MAX)
		return false;
	*note = view_of(text.data, text.len - len);
	line = view_of(text.data + note->len, len);
	if (!read_cosignature(line, w, at_s, &sig))
		return false;
	buf_init(&again, 3 * CHECKPOINT_TEXT_MAX);
	put_cosignature(w, *at_s, &sig, &again);
	ok = view_eq(buf_view(&again), line);
	buf_reset(&again);
	put_cosigned(*note, *at_s, &again);
	ok = ok && keys_verify(&w->pub, NULL, buf_view(&again), &sig);
	buf_done(&again);
	return ok;
}

const char *
checkpoint_cosigner(const struct cosigner *w,
    char out[static COSIGNER_KEY_BYTES])
{
	uint8_t hash[KEY_HASH_BYTES], key[1 + sizeof(w->pub.b)];
	char text[BASE64(sizeof(key))];

	key_hash(w->name, NOTE_COSIGNED, &w->pub, hash);
	key[0] = NOTE_COSIGNED;
	memcpy(key + 1, w->pub.b, sizeof(w->pub.b));
	sodium_bin2base64(text, sizeof(text), key, sizeof(key),
	    sodium_base64_VARIANT_ORIGINAL);
	snprintf(out, COSIGNER_KEY_BYTES, "%s+%02x%02x%02x%02x+%s", w->name,
	    hash[0], hash[1], hash[2], hash[3], text);
	return out;
}

bool
checkpoint_named(struct view note, struct log_point *at)
{
	const uint8_t *line = memchr(note.data, '\n', note.len);
	size_t i, n = line != NULL ? (size_t)(line - note.data) : 0;
	const char *digits = "0123456789abcdef", *p;

	memset(at, 0, sizeof(*at));
	if (n < 17 || note.data[n - 17] != '/')
		return false;
	for (i = n - 16; i < n; i++) {
		p = memchr(digits, note.data[i], 16);
		if (p == NULL)
			return false;
		at->log_id = at->log_id << 4 | (uint64_t)(p - digits);
	}
	for (i = n + 1; i < note.len && note.data[i] >= '0' &&
	    note.data[i] <= '9' && at->size < INT64_MAX / 10 - 1; i++)
		at->size = at->size * 10 + (note.data[i] - '0');
	return i > n + 1 && i < note.len && note.data[i] == '\n';
}
