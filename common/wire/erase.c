/*
 * Erase orders: made by a keeper's client out of a request and its answer,
 * followed by the hub and by every client. What is signed is the order's own
 * map without the signature, with the space and the sending device in front,
 * so that a signature serves nobody else and nowhere else.
 */
#include "common/wire/erase.h"

#include <string.h>

#define TAG_SIGN "tugi erase 1"
#define TAG_RECORD "tugi erased record 1"
#define TEXT_MAX (64 * 1024)

enum { KEY_KIND = 1, KEY_REASON, KEY_RECORD, KEY_ITEMS, KEY_BACK, KEY_AT,
	KEY_DPO, KEY_SIG };
enum { ASK_ID = 1, ASK_SPACE, ASK_WHAT, ASK_WORDS, ASK_TEXTS, ASK_FROM,
	ASK_TO };
enum { ANSWER_ID = 1, ANSWER_GRANTED, ANSWER_AT, ANSWER_SIG, ANSWER_WORDS };

void
erase_record_hash(const struct id *space, const struct id *record,
    struct hash *out)
{
	uint8_t both[2 * sizeof(space->b)];

	memcpy(both, space->b, sizeof(space->b));
	memcpy(both + sizeof(space->b), record->b, sizeof(record->b));
	keys_hash(TAG_RECORD, view_of(both, sizeof(both)), out);
}

/* ---- what ---- */

static size_t
pairs_of(const struct erase_what *w)
{
	return w->kind == ERASE_RECORD ? 4 : w->kind == ERASE_BACK ? 3 : 2;
}

static void
put_what(const struct erase_what *w, struct buf *out)
{
	size_t i;

	cbor_put_uint(out, KEY_KIND);
	cbor_put_uint(out, (uint64_t)w->kind);
	cbor_put_uint(out, KEY_REASON);
	cbor_put_uint(out, (uint64_t)w->reason);
	if (w->kind == ERASE_RECORD) {
		cbor_put_uint(out, KEY_RECORD);
		cbor_put_hash(out, &w->record);
		cbor_put_uint(out, KEY_ITEMS);
		cbor_put_array(out, w->count);
		for (i = 0; i < w->count; i++) {
			cbor_put_array(out, 2);
			cbor_put_hash(out, &w->items[i].id);
			cbor_put_uint(out, w->items[i].map);
		}
	}
	if (w->kind == ERASE_BACK) {
		cbor_put_uint(out, KEY_BACK);
		cbor_put_hash(out, &w->back);
	}
}

static void
read_items(struct cbor_reader *r, struct erase_what *w)
{
	size_t i;

	w->count = cbor_array(r, ERASE_ITEMS_MAX);
	r->bad |= w->count == 0;
	for (i = 0; i < w->count && !r->bad; i++) {
		if (cbor_array(r, 2) != 2)
			r->bad = true;
		cbor_hash(r, &w->items[i].id);
		w->items[i].map = cbor_uint(r);
		cbor_leave(r);
		r->bad |= w->items[i].map == 0 || (i > 0 &&
		    memcmp(w->items[i - 1].id.b, w->items[i].id.b,
		    sizeof(w->items[i].id.b)) >= 0);
	}
	if (r->bad)
		w->count = 0;
	cbor_leave(r);
}

static void
read_what(struct cbor_reader *r, struct erase_what *w)
{
	uint64_t v;

	cbor_need(r, KEY_KIND);
	v = cbor_uint(r);
	r->bad |= v < ERASE_RECORD || v > ERASE_BACK;
	w->kind = (enum erase_kind)v;
	cbor_need(r, KEY_REASON);
	v = cbor_uint(r);
	r->bad |= v < ERASE_ASKED || v > ERASE_OTHER;
	w->reason = (enum erase_reason)v;
	if (!r->bad && w->kind == ERASE_RECORD) {
		cbor_need(r, KEY_RECORD);
		cbor_hash(r, &w->record);
		cbor_need(r, KEY_ITEMS);
		read_items(r, w);
	}
	if (!r->bad && w->kind == ERASE_BACK) {
		cbor_need(r, KEY_BACK);
		cbor_hash(r, &w->back);
	}
}

/* ---- the order ---- */

static void
put_order(const struct erase *o, bool with_sig, struct buf *out)
{
	cbor_put_map(out, pairs_of(&o->what) + (with_sig ? 3 : 2));
	put_what(&o->what, out);
	cbor_put_uint(out, KEY_AT);
	cbor_put_int(out, o->at_ms);
	cbor_put_uint(out, KEY_DPO);
	cbor_put_id(out, &o->dpo);
	if (!with_sig)
		return;
	cbor_put_uint(out, KEY_SIG);
	cbor_put_bytes(out, view_of(o->sig.b, sizeof(o->sig.b)));
}

void
erase_encode(const struct erase *o, struct buf *out)
{
	put_order(o, true, out);
}

int
erase_decode(struct view in, struct erase *o, struct err *e)
{
	struct cbor_reader r;

	memset(o, 0, sizeof(*o));
	cbor_init(&r, in);
	cbor_map(&r);
	read_what(&r, &o->what);
	cbor_need(&r, KEY_AT);
	o->at_ms = cbor_int(&r);
	cbor_need(&r, KEY_DPO);
	cbor_id(&r, &o->dpo);
	cbor_need(&r, KEY_SIG);
	cbor_fixed(&r, o->sig.b, sizeof(o->sig.b));
	cbor_leave(&r);
	return cbor_end(&r, "an erase order", e);
}

static void
put_signed(const struct erase *o, const struct id *space,
    const struct id *author, struct buf *out)
{
	buf_add(out, space->b, sizeof(space->b));
	buf_add(out, author->b, sizeof(author->b));
	put_order(o, false, out);
}

int
erase_sign(struct erase *o, const struct id *space, const struct id *author,
    const struct sign_key *key, struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, TEXT_MAX);
	put_signed(o, space, author, &text);
	rc = buf_check(&text, "an erase order", e);
	if (rc == 0)
		keys_sign(key, TAG_SIGN, buf_view(&text), &o->sig);
	buf_done(&text);
	return rc;
}

bool
erase_verify(const struct erase *o, const struct id *space,
    const struct id *author, const struct sign_pub *pub)
{
	struct buf text;
	bool ok;

	buf_init(&text, TEXT_MAX);
	put_signed(o, space, author, &text);
	ok = !text.nomem && !text.toobig &&
	    keys_verify(pub, TAG_SIGN, buf_view(&text), &o->sig);
	buf_done(&text);
	return ok;
}

/* ---- memos ---- */

void
erase_ask_encode(const struct erase_ask *a, struct buf *out)
{
	cbor_put_map(out, 7);
	cbor_put_uint(out, ASK_ID);
	cbor_put_id(out, &a->id);
	cbor_put_uint(out, ASK_SPACE);
	cbor_put_id(out, &a->space);
	cbor_put_uint(out, ASK_WHAT);
	cbor_put_map(out, pairs_of(&a->what));
	put_what(&a->what, out);
	cbor_put_uint(out, ASK_WORDS);
	cbor_put_text(out, a->words);
	cbor_put_uint(out, ASK_TEXTS);
	cbor_put_uint(out, a->texts);
	cbor_put_uint(out, ASK_FROM);
	cbor_put_int(out, a->from_ms);
	cbor_put_uint(out, ASK_TO);
	cbor_put_int(out, a->to_ms);
}

static uint64_t
bodies_of(const struct erase_what *w)
{
	uint64_t map, n = 0;
	size_t i;

	for (i = 0; i < w->count; i++)
		for (map = w->items[i].map; map != 0; map &= map - 1)
			n++;
	return n;
}

int
erase_ask_decode(struct view in, struct erase_ask *a, struct err *e)
{
	struct cbor_reader r;

	memset(a, 0, sizeof(*a));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, ASK_ID);
	cbor_id(&r, &a->id);
	cbor_need(&r, ASK_SPACE);
	cbor_id(&r, &a->space);
	cbor_need(&r, ASK_WHAT);
	cbor_map(&r);
	read_what(&r, &a->what);
	cbor_leave(&r);
	cbor_need(&r, ASK_WORDS);
	a->words = cbor_text(&r, ERASE_WORDS_MAX);
	cbor_need(&r, ASK_TEXTS);
	a->texts = cbor_uint(&r);
	cbor_need(&r, ASK_FROM);
	a->from_ms = cbor_int(&r);
	cbor_need(&r, ASK_TO);
	a->to_ms = cbor_int(&r);
	cbor_leave(&r);
	if (cbor_end(&r, "a request to erase", e) != 0)
		return -1;
	/* Who signs reads the number and not the list (17.4). */
	if (a->what.kind == ERASE_RECORD && a->texts != bodies_of(&a->what))
		return err_set(e, ERR_PEER, "a request to erase counts other "
		    "texts than it names");
	return 0;
}

void
erase_answer_encode(const struct erase_answer *a, struct buf *out)
{
	cbor_put_map(out, a->granted ? 4 : 3);
	cbor_put_uint(out, ANSWER_ID);
	cbor_put_id(out, &a->id);
	cbor_put_uint(out, ANSWER_GRANTED);
	cbor_put_bool(out, a->granted);
	if (a->granted) {
		cbor_put_uint(out, ANSWER_AT);
		cbor_put_int(out, a->at_ms);
		cbor_put_uint(out, ANSWER_SIG);
		cbor_put_bytes(out, view_of(a->sig.b, sizeof(a->sig.b)));
	} else {
		cbor_put_uint(out, ANSWER_WORDS);
		cbor_put_text(out, a->words);
	}
}

int
erase_answer_decode(struct view in, struct erase_answer *a, struct err *e)
{
	struct cbor_reader r;

	memset(a, 0, sizeof(*a));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, ANSWER_ID);
	cbor_id(&r, &a->id);
	cbor_need(&r, ANSWER_GRANTED);
	a->granted = cbor_bool(&r);
	if (a->granted) {
		cbor_need(&r, ANSWER_AT);
		a->at_ms = cbor_int(&r);
		cbor_need(&r, ANSWER_SIG);
		cbor_fixed(&r, a->sig.b, sizeof(a->sig.b));
	} else {
		cbor_need(&r, ANSWER_WORDS);
		a->words = cbor_text(&r, ERASE_WORDS_MAX);
	}
	cbor_leave(&r);
	return cbor_end(&r, "the answer to a request to erase", e);
}
