/*
 * Letters: written by a client whose text was refused (a deposit), by the
 * keeper who decides on it (an outcome) and by whoever has something to tell
 * in confidence (a memo); carried by the hub, which sees to whom.
 *
 * One fresh key per letter, sealed to each device. The nonce is made from
 * that key, so it also commits to it: all devices that open the letter open
 * the same one.
 */
#include "common/wire/letter.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/wire/cbor.h"
#include "common/wire/pack.h"
#include "common/wire/seal.h"

#define TAG_LETTER "tugi letter 1"
#define TAG_NONCE "tugi letter nonce 1"

#define WORDS_MAX (16 * 1024) /* bytes of a keeper's answer */

enum { KEY_KIND = 1, KEY_ABOUT, KEY_TO, KEY_RECOVERY, KEY_SEALED };
enum { KEY_OUTCOME = 1, KEY_WORDS, KEY_KEEPER };
enum { KEY_TOPIC = 1, KEY_BODY };

static bool
is_known(uint64_t kind)
{
	return kind >= LETTER_DEPOSIT && kind <= LETTER_COMPLAINT;
}

static bool
has_about(enum letter_kind kind)
{
	return kind != LETTER_DEPOSIT;
}

/* What the text is bound to: kind, space, and what it is about. */
static void
put_bound(const struct letter *l, const struct id *space, struct buf *ad)
{
	buf_add(ad, TAG_LETTER, sizeof(TAG_LETTER));
	buf_add_be(ad, (uint64_t)l->kind, 1);
	buf_add(ad, space->b, sizeof(space->b));
	buf_add(ad, l->about.b, sizeof(l->about.b));
}

static void
letter_nonce(const struct sym_key *key, uint8_t out[static SEAL_NONCE_BYTES])
{
	seal_nonce(TAG_NONCE, view_of(key->b, sizeof(key->b)), out);
}

static void
fill_box(const struct box_pub *to, const struct sym_key *key, uint8_t *out)
{
	struct buf b;

	buf_init(&b, 32 + KEYS_SEAL_BYTES);
	keys_seal(to, view_of(key->b, sizeof(key->b)), &b);
	if (b.len == 32 + KEYS_SEAL_BYTES)
		memcpy(out, b.data, b.len);
	buf_done(&b);
}

static void
letter_encode(const struct letter *l, struct buf *out)
{
	bool about = has_about(l->kind);
	size_t i;

	cbor_put_map(out, about ? 5 : 4);
	cbor_put_uint(out, KEY_KIND);
	cbor_put_uint(out, (uint64_t)l->kind);
	if (about) {
		cbor_put_uint(out, KEY_ABOUT);
		cbor_put_hash(out, &l->about);
	}
	cbor_put_uint(out, KEY_TO);
	cbor_put_array(out, l->to_count);
	for (i = 0; i < l->to_count; i++) {
		cbor_put_array(out, 2);
		cbor_put_id(out, &l->to[i]);
		cbor_put_bytes(out, view_of(l->keybox[i],
		    sizeof(l->keybox[i])));
	}
	cbor_put_uint(out, KEY_RECOVERY);
	cbor_put_bytes(out, view_of(l->recovery, sizeof(l->recovery)));
	cbor_put_uint(out, KEY_SEALED);
	cbor_put_bytes(out, l->sealed);
}

static int
check_list(const struct letter *l, struct err *e)
{
	size_t i;

	if (l->to_count > LETTER_RECIPIENTS_MAX)
		return err_set(e, ERR_TOOBIG, "a letter goes to at most %d "
		    "devices, not %zu", LETTER_RECIPIENTS_MAX, l->to_count);
	for (i = 1; i < l->to_count; i++)
		if (id_cmp(&l->to[i - 1], &l->to[i]) >= 0)
			return err_set(e, ERR_BUG,
			    "the devices of a letter are not in order");
	return 0;
}

int
letter_seal(struct letter *l, const struct letter_seal_in *in,
    struct buf *out, struct err *e)
{
	uint8_t nonce[SEAL_NONCE_BYTES];
	struct buf ad, packed, sealed;
	struct sym_key key;
	size_t i;
	int rc;

	if (check_list(l, e) != 0)
		return -1;
	if (!has_about(l->kind))
		memset(&l->about, 0, sizeof(l->about));
	buf_init(&ad, 256);
	buf_init(&packed, 2 * LETTER_TEXT_MAX);
	buf_init(&sealed, LETTER_TEXT_MAX);
	keys_sym_make(&key);
	for (i = 0; i < l->to_count; i++)
		fill_box(&in->boxes[i], &key, l->keybox[i]);
	fill_box(in->recovery, &key, l->recovery);
	letter_nonce(&key, nonce);
	put_bound(l, in->space, &ad);
	rc = pack_add(in->plain, true, SEAL_NONCE_BYTES + SEAL_TAG_BYTES,
	    &packed, e);
	if (rc == 0) {
		buf_add(&sealed, nonce, sizeof(nonce));
		seal_add(&key, nonce, buf_view(&ad), buf_view(&packed),
		    &sealed);
		rc = buf_check(&sealed, "a letter", e);
	}
	if (rc == 0) {
		l->sealed = buf_view(&sealed);
		letter_encode(l, out);
		rc = buf_check(out, "a letter", e);
	}
	l->sealed = view_of(NULL, 0);
	mem_wipe(&key, sizeof(key));
	buf_done(&ad);
	buf_done(&packed);
	buf_done(&sealed);
	return rc;
}

static void
read_to(struct cbor_reader *r, struct letter *l)
{
	size_t i;

	l->to_count = cbor_array(r, LETTER_RECIPIENTS_MAX);
	for (i = 0; i < l->to_count; i++) {
		if (cbor_array(r, 2) != 2)
			r->bad = true;
		cbor_id(r, &l->to[i]);
		cbor_fixed(r, l->keybox[i], sizeof(l->keybox[i]));
		cbor_leave(r);
		if (i > 0 && id_cmp(&l->to[i - 1], &l->to[i]) >= 0)
			r->bad = true;
	}
	cbor_leave(r);
}

int
letter_decode(struct view in, struct letter *l, struct err *e)
{
	struct cbor_reader r;
	uint64_t kind;

	memset(l, 0, sizeof(*l));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_KIND);
	kind = cbor_uint(&r);
	if (!is_known(kind))
		r.bad = true;
	l->kind = (enum letter_kind)kind;
	if (has_about(l->kind)) {
		cbor_need(&r, KEY_ABOUT);
		cbor_hash(&r, &l->about);
	}
	cbor_need(&r, KEY_TO);
	read_to(&r, l);
	cbor_need(&r, KEY_RECOVERY);
	cbor_fixed(&r, l->recovery, sizeof(l->recovery));
	cbor_need(&r, KEY_SEALED);
	l->sealed = cbor_bytes(&r, LETTER_TEXT_MAX);
	if (pack_class(l->sealed.len) != l->sealed.len)
		r.bad = true;
	cbor_leave(&r);
	return cbor_end(&r, "a letter", e);
}

static int
open_key(const struct letter *l, const struct device_keys *me,
    struct sym_key *key, struct err *e)
{
	struct buf plain;
	size_t i;
	int rc;

	for (i = 0; i < l->to_count; i++)
		if (id_eq(&l->to[i], &me->device))
			break;
	/* With the recovery key in ${me} the last box is the one to try. */
	buf_init(&plain, sizeof(key->b));
	rc = keys_open(&me->box_pub, &me->box, i < l->to_count ?
	    view_of(l->keybox[i], sizeof(l->keybox[i])) :
	    view_of(l->recovery, sizeof(l->recovery)), &plain, e);
	if (rc == 0)
		memcpy(key->b, plain.data, sizeof(key->b));
	buf_done(&plain);
	return rc;
}

int
letter_open(const struct letter *l, const struct device_keys *me,
    const struct id *space, struct buf *out, struct err *e)
{
	uint8_t nonce[SEAL_NONCE_BYTES];
	struct buf ad, packed;
	struct sym_key key;
	int rc = -1;

	if (open_key(l, me, &key, e) != 0)
		return -1;
	buf_init(&ad, 256);
	buf_init(&packed, LETTER_TEXT_MAX);
	put_bound(l, space, &ad);
	letter_nonce(&key, nonce);
	if (l->sealed.len < SEAL_NONCE_BYTES ||
	    memcmp(nonce, l->sealed.data, SEAL_NONCE_BYTES) != 0 ||
	    !seal_open(&key, nonce, buf_view(&ad),
	    view_of(l->sealed.data + SEAL_NONCE_BYTES,
	    l->sealed.len - SEAL_NONCE_BYTES), &packed)) {
		err_set(e, ERR_PEER, "a letter to this device is damaged or "
		    "was meant for another space; it is held");
		goto out;
	}
	rc = pack_open(buf_view(&packed), PACK_PLAIN_MAX, out, e);
out:
	mem_wipe(&key, sizeof(key));
	buf_done(&ad);
	buf_done(&packed);
	return rc;
}

void
letter_deposit_encode(const struct view *records, size_t n, struct buf *out)
{
	size_t i;

	cbor_put_array(out, n);
	for (i = 0; i < n; i++)
		cbor_put_bytes(out, records[i]);
}

int
letter_deposit_decode(struct view in, struct view *records, size_t max,
    size_t *n, struct err *e)
{
	struct cbor_reader r;
	size_t i;

	cbor_init(&r, in);
	*n = cbor_array(&r, max);
	for (i = 0; i < *n; i++)
		records[i] = cbor_bytes(&r, PACK_PLAIN_MAX);
	cbor_leave(&r);
	return cbor_end(&r, "a deposit", e);
}

void
letter_outcome_encode(const struct letter_outcome *o, struct buf *out)
{
	cbor_put_map(out, 3);
	cbor_put_uint(out, KEY_OUTCOME);
	cbor_put_uint(out, (uint64_t)o->outcome);
	cbor_put_uint(out, KEY_WORDS);
	cbor_put_text(out, o->words);
	cbor_put_uint(out, KEY_KEEPER);
	cbor_put_id(out, &o->keeper);
}

int
letter_outcome_decode(struct view in, struct letter_outcome *o,
    struct err *e)
{
	struct cbor_reader r;
	uint64_t v;

	memset(o, 0, sizeof(*o));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_OUTCOME);
	v = cbor_uint(&r);
	if (v < OUTCOME_FILED || v > OUTCOME_ERASED)
		r.bad = true;
	o->outcome = (enum outcome)v;
	cbor_need(&r, KEY_WORDS);
	o->words = cbor_text(&r, WORDS_MAX);
	cbor_need(&r, KEY_KEEPER);
	cbor_id(&r, &o->keeper);
	cbor_leave(&r);
	return cbor_end(&r, "the outcome of a deposit", e);
}

int
letter_memo_encode(const struct letter_memo *m, struct buf *out,
    struct err *e)
{
	if (m->body.len > LETTER_MEMO_MAX)
		return err_set(e, ERR_TOOBIG, "a memo has at most %d bytes, "
		    "not %zu", LETTER_MEMO_MAX, m->body.len);
	cbor_put_map(out, 2);
	cbor_put_uint(out, KEY_TOPIC);
	cbor_put_uint(out, m->topic);
	cbor_put_uint(out, KEY_BODY);
	cbor_put_bytes(out, m->body);
	return buf_check(out, "a memo", e);
}

int
letter_memo_decode(struct view in, struct letter_memo *m, struct err *e)
{
	struct cbor_reader r;
	uint64_t topic;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_TOPIC);
	topic = cbor_uint(&r);
	if (topic < MEMO_OVERRIDE || topic > LETTER_TOPIC_MAX)
		r.bad = true;
	m->topic = r.bad ? 0 : (unsigned)topic;
	cbor_need(&r, KEY_BODY);
	m->body = cbor_bytes(&r, LETTER_MEMO_MAX);
	cbor_leave(&r);
	return cbor_end(&r, "a memo", e);
}
