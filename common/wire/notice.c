/*
 * Bodies of memos about overrides: written by who records one, read by
 * data-protection officers and officers.
 */
#include "common/wire/notice.h"

#include <string.h>

#include "common/wire/cbor.h"
#include "common/wire/letter.h"

enum { KEY_WHAT = 1, KEY_CASE, KEY_RECORD, KEY_BODY };
enum { ASK_CASE = 1, ASK_RECORD, ASK_PERSON, ASK_FROM, ASK_UNTIL, ASK_BASIS };
enum { ANSWER_RECORD = 1, ANSWER_OFFICER, ANSWER_SIG };

void
notice_encode(const struct notice *n, struct buf *out)
{
	cbor_put_map(out, 4);
	cbor_put_uint(out, KEY_WHAT);
	cbor_put_uint(out, (uint64_t)n->what);
	cbor_put_uint(out, KEY_CASE);
	cbor_put_id(out, &n->case_id);
	cbor_put_uint(out, KEY_RECORD);
	cbor_put_id(out, &n->record);
	cbor_put_uint(out, KEY_BODY);
	cbor_put_bytes(out, n->body);
}

int
notice_decode(struct view in, struct notice *n, struct err *e)
{
	struct cbor_reader r;
	uint64_t v;

	memset(n, 0, sizeof(*n));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_WHAT);
	v = cbor_uint(&r);
	if (v < NOTICE_BEGUN || v > NOTICE_SIGNED)
		r.bad = true;
	n->what = (enum notice_what)v;
	cbor_need(&r, KEY_CASE);
	cbor_id(&r, &n->case_id);
	cbor_need(&r, KEY_RECORD);
	cbor_id(&r, &n->record);
	cbor_need(&r, KEY_BODY);
	n->body = cbor_bytes(&r, LETTER_MEMO_MAX);
	cbor_leave(&r);
	return cbor_end(&r, "a notice of an override", e);
}

void
notice_ask_encode(const struct notice_ask *a, struct buf *out)
{
	cbor_put_map(out, 6);
	cbor_put_uint(out, ASK_CASE);
	cbor_put_id(out, &a->case_id);
	cbor_put_uint(out, ASK_RECORD);
	cbor_put_id(out, &a->record);
	cbor_put_uint(out, ASK_PERSON);
	cbor_put_id(out, &a->person);
	cbor_put_uint(out, ASK_FROM);
	cbor_put_int(out, a->from_ms);
	cbor_put_uint(out, ASK_UNTIL);
	cbor_put_int(out, a->until_ms);
	cbor_put_uint(out, ASK_BASIS);
	cbor_put_text(out, a->basis);
}

int
notice_ask_decode(struct view in, struct notice_ask *a, struct err *e)
{
	struct cbor_reader r;

	memset(a, 0, sizeof(*a));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, ASK_CASE);
	cbor_id(&r, &a->case_id);
	cbor_need(&r, ASK_RECORD);
	cbor_id(&r, &a->record);
	cbor_need(&r, ASK_PERSON);
	cbor_id(&r, &a->person);
	cbor_need(&r, ASK_FROM);
	a->from_ms = cbor_int(&r);
	cbor_need(&r, ASK_UNTIL);
	a->until_ms = cbor_int(&r);
	cbor_need(&r, ASK_BASIS);
	a->basis = cbor_text(&r, NOTICE_BASIS_MAX);
	cbor_leave(&r);
	return cbor_end(&r, "a request for a signature on an override", e);
}

void
notice_answer_encode(const struct notice_answer *a, struct buf *out)
{
	cbor_put_map(out, 3);
	cbor_put_uint(out, ANSWER_RECORD);
	cbor_put_id(out, &a->record);
	cbor_put_uint(out, ANSWER_OFFICER);
	cbor_put_id(out, &a->officer);
	cbor_put_uint(out, ANSWER_SIG);
	cbor_put_bytes(out, view_of(a->sig.b, sizeof(a->sig.b)));
}

int
notice_answer_decode(struct view in, struct notice_answer *a, struct err *e)
{
	struct cbor_reader r;

	memset(a, 0, sizeof(*a));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, ANSWER_RECORD);
	cbor_id(&r, &a->record);
	cbor_need(&r, ANSWER_OFFICER);
	cbor_id(&r, &a->officer);
	cbor_need(&r, ANSWER_SIG);
	cbor_fixed(&r, a->sig.b, sizeof(a->sig.b));
	cbor_leave(&r);
	return cbor_end(&r, "a signature on an override", e);
}
