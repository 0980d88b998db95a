/*
 * Strict deterministic CBOR over libcbor's item coder: no tree is built.
 *
 * libcbor accepts any form of a value. Here an item that was read has its
 * head written again and compared, so the shortest form alone passes; the
 * callbacks not filled in (tags, floats, undefined, indefinite lengths) leave
 * the item without a type, which is refused.
 */
#include "common/wire/cbor.h"

#include <string.h>

/* libcbor has an enum of the same name; nothing here uses it. */
#define cbor_type libcbor_type
#include <cbor.h>
#undef cbor_type

#define HEAD_MAX 9 /* bytes: one initial, eight of value */

void
cbor_put_uint(struct buf *b, uint64_t v)
{
	uint8_t head[HEAD_MAX];

	buf_add(b, head, cbor_encode_uint(v, head, sizeof(head)));
}

void
cbor_put_int(struct buf *b, int64_t v)
{
	uint8_t head[HEAD_MAX];

	if (v >= 0)
		cbor_put_uint(b, (uint64_t)v);
	else
		buf_add(b, head, cbor_encode_negint(~(uint64_t)v, head,
		    sizeof(head)));
}

void
cbor_put_bytes(struct buf *b, struct view v)
{
	uint8_t head[HEAD_MAX];

	buf_add(b, head, cbor_encode_bytestring_start(v.len, head,
	    sizeof(head)));
	buf_add(b, v.data, v.len);
}

void
cbor_put_text(struct buf *b, struct view v)
{
	uint8_t head[HEAD_MAX];

	buf_add(b, head, cbor_encode_string_start(v.len, head, sizeof(head)));
	buf_add(b, v.data, v.len);
}

void
cbor_put_bool(struct buf *b, bool v)
{
	uint8_t head[HEAD_MAX];

	buf_add(b, head, cbor_encode_bool(v, head, sizeof(head)));
}

void
cbor_put_null(struct buf *b)
{
	uint8_t head[HEAD_MAX];

	buf_add(b, head, cbor_encode_null(head, sizeof(head)));
}

void
cbor_put_array(struct buf *b, size_t count)
{
	uint8_t head[HEAD_MAX];

	buf_add(b, head, cbor_encode_array_start(count, head, sizeof(head)));
}

void
cbor_put_map(struct buf *b, size_t pairs)
{
	uint8_t head[HEAD_MAX];

	buf_add(b, head, cbor_encode_map_start(pairs, head, sizeof(head)));
}

void
cbor_put_id(struct buf *b, const struct id *id)
{
	cbor_put_bytes(b, view_of(id->b, sizeof(id->b)));
}

void
cbor_put_hash(struct buf *b, const struct hash *h)
{
	cbor_put_bytes(b, view_of(h->b, sizeof(h->b)));
}

/* One item as the callbacks saw it. */
struct item {
	enum cbor_type type;
	uint64_t num;     /* value, -1 - value, count */
	struct view data; /* of a string */
	size_t len;       /* bytes it takes, heads of containers only */
};

static void
set(void *ctx, enum cbor_type type, uint64_t num)
{
	struct item *it = ctx;

	it->type = type;
	it->num = num;
}

static void
on_uint8(void *ctx, uint8_t v)
{
	set(ctx, CBOR_UINT, v);
}

static void
on_uint16(void *ctx, uint16_t v)
{
	set(ctx, CBOR_UINT, v);
}

static void
on_uint32(void *ctx, uint32_t v)
{
	set(ctx, CBOR_UINT, v);
}

static void
on_uint64(void *ctx, uint64_t v)
{
	set(ctx, CBOR_UINT, v);
}

static void
on_negint8(void *ctx, uint8_t v)
{
	set(ctx, CBOR_NEGINT, v);
}

static void
on_negint16(void *ctx, uint16_t v)
{
	set(ctx, CBOR_NEGINT, v);
}

static void
on_negint32(void *ctx, uint32_t v)
{
	set(ctx, CBOR_NEGINT, v);
}

static void
on_negint64(void *ctx, uint64_t v)
{
	set(ctx, CBOR_NEGINT, v);
}

static void
on_bytes(void *ctx, cbor_data data, size_t len)
{
	struct item *it = ctx;

	set(ctx, CBOR_BYTES, len);
	it->data = view_of(data, len);
}

static void
on_text(void *ctx, cbor_data data, size_t len)
{
	struct item *it = ctx;

	set(ctx, CBOR_TEXT, len);
	it->data = view_of(data, len);
}

static void
on_array(void *ctx, size_t count)
{
	set(ctx, CBOR_ARRAY, count);
}

static void
on_map(void *ctx, size_t pairs)
{
	set(ctx, CBOR_MAP, pairs);
}

static void
on_bool(void *ctx, bool v)
{
	set(ctx, CBOR_BOOL, v ? 1 : 0);
}

static void
on_null(void *ctx)
{
	set(ctx, CBOR_NULL, 0);
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8, .uint16 = on_uint16, .uint32 = on_uint32,
	.uint64 = on_uint64, .negint8 = on_negint8, .negint16 = on_negint16,
	.negint32 = on_negint32, .negint64 = on_negint64,
	.byte_string = on_bytes, .string = on_text, .array_start = on_array,
	.map_start = on_map, .boolean = on_bool, .null = on_null,
	/* refused: the item keeps no type */
	.byte_string_start = cbor_null_byte_string_start_callback,
	.string_start = cbor_null_string_start_callback,
	.indef_array_start = cbor_null_indef_array_start_callback,
	.indef_map_start = cbor_null_indef_map_start_callback,
	.tag = cbor_null_tag_callback, .float2 = cbor_null_float2_callback,
	.float4 = cbor_null_float4_callback,
	.float8 = cbor_null_float8_callback,
	.undefined = cbor_null_undefined_callback,
	.indef_break = cbor_null_indef_break_callback
};

/* Length of the one head that may stand for this item; 0: none may. */
static size_t
rewrite(const struct item *it, uint8_t head[static HEAD_MAX])
{
	switch (it->type) {
	case CBOR_UINT:
		return cbor_encode_uint(it->num, head, HEAD_MAX);
	case CBOR_NEGINT:
		return cbor_encode_negint(it->num, head, HEAD_MAX);
	case CBOR_BYTES:
		return cbor_encode_bytestring_start(it->num, head, HEAD_MAX);
	case CBOR_TEXT:
		return cbor_encode_string_start(it->num, head, HEAD_MAX);
	case CBOR_ARRAY:
		return cbor_encode_array_start(it->num, head, HEAD_MAX);
	case CBOR_MAP:
		return cbor_encode_map_start(it->num, head, HEAD_MAX);
	case CBOR_BOOL:
		return cbor_encode_bool(it->num == 1, head, HEAD_MAX);
	case CBOR_NULL:
		return cbor_encode_null(head, HEAD_MAX);
	case CBOR_NONE:
		break;
	}
	return 0;
}

/* The item at the reading place, without moving on. */
static bool
look(const struct cbor_reader *r, struct item *it)
{
	const uint8_t *at;
	size_t left = r->in.len - r->at, n;
	uint8_t head[HEAD_MAX];
	struct cbor_decoder_result res;

	memset(it, 0, sizeof(*it));
	if (left == 0)
		return false;
	at = r->in.data + r->at;
	res = cbor_stream_decode(at, left, &callbacks, it);
	if (res.status != CBOR_DECODER_FINISHED)
		return false;
	n = rewrite(it, head);
	if (n == 0 || n > left || memcmp(head, at, n) != 0)
		return false;
	it->len = n + it->data.len;
	return it->len <= left;
}

/* May an item start here? Takes it off what its container still owes. */
static bool
claim(struct cbor_reader *r)
{
	if (r->bad)
		return false;
	if (r->depth == 0)
		return true;
	if (r->level[r->depth - 1].map) {
		if (!r->level[r->depth - 1].value)
			return false;
		r->level[r->depth - 1].value = false;
		return true;
	}
	if (r->level[r->depth - 1].left == 0)
		return false;
	r->level[r->depth - 1].left--;
	return true;
}

static bool
take(struct cbor_reader *r, enum cbor_type want, struct item *it)
{
	if (!claim(r) || !look(r, it) || it->type != want) {
		r->bad = true;
		return false;
	}
	r->at += it->len;
	return true;
}

void
cbor_init(struct cbor_reader *r, struct view in)
{
	memset(r, 0, sizeof(*r));
	r->in = in;
}

enum cbor_type
cbor_peek(struct cbor_reader *r)
{
	struct item it;

	if (r->bad)
		return CBOR_NONE;
	if (r->depth > 0 && !r->level[r->depth - 1].map &&
	    r->level[r->depth - 1].left == 0)
		return CBOR_NONE;
	return look(r, &it) ? it.type : CBOR_NONE;
}

uint64_t
cbor_uint(struct cbor_reader *r)
{
	struct item it;

	return take(r, CBOR_UINT, &it) ? it.num : 0;
}

int64_t
cbor_int(struct cbor_reader *r)
{
	enum cbor_type type = cbor_peek(r);
	struct item it;

	if (type != CBOR_NEGINT)
		type = CBOR_UINT;
	if (!take(r, type, &it))
		return 0;
	if (it.num > INT64_MAX) {
		r->bad = true;
		return 0;
	}
	return type == CBOR_UINT ? (int64_t)it.num : -1 - (int64_t)it.num;
}

struct view
cbor_bytes(struct cbor_reader *r, size_t max)
{
	struct item it;

	if (!take(r, CBOR_BYTES, &it))
		return view_of(NULL, 0);
	if (it.data.len > max) {
		r->bad = true;
		return view_of(NULL, 0);
	}
	return it.data;
}

static bool
utf8_ok(struct view v)
{
	size_t at = 0, n;

	while (at < v.len) {
		n = view_utf8(v, at);
		if (n == 0)
			return false;
		at += n;
	}
	return true;
}

struct view
cbor_text(struct cbor_reader *r, size_t max)
{
	struct item it;

	if (!take(r, CBOR_TEXT, &it))
		return view_of(NULL, 0);
	if (it.data.len > max || !utf8_ok(it.data)) {
		r->bad = true;
		return view_of(NULL, 0);
	}
	return it.data;
}

bool
cbor_bool(struct cbor_reader *r)
{
	struct item it;

	return take(r, CBOR_BOOL, &it) && it.num == 1;
}

void
cbor_null(struct cbor_reader *r)
{
	struct item it;

	take(r, CBOR_NULL, &it);
}

void
cbor_fixed(struct cbor_reader *r, void *out, size_t len)
{
	struct view v = cbor_bytes(r, len);

	if (v.len != len) {
		r->bad = true;
		memset(out, 0, len);
		return;
	}
	memcpy(out, v.data, len);
}

void
cbor_id(struct cbor_reader *r, struct id *id)
{
	cbor_fixed(r, id->b, sizeof(id->b));
}

void
cbor_hash(struct cbor_reader *r, struct hash *h)
{
	cbor_fixed(r, h->b, sizeof(h->b));
}

/* A container whose items could not fit into the bytes left is refused at
 * once, so a claimed count never costs more than the input is long. */
static size_t
enter(struct cbor_reader *r, enum cbor_type type, size_t max)
{
	struct item it;
	size_t left;

	if (!take(r, type, &it))
		return 0;
	left = r->in.len - r->at;
	if (type == CBOR_MAP)
		left /= 2;
	if (r->depth == CBOR_DEPTH_MAX || it.num > max || it.num > left) {
		r->bad = true;
		return 0;
	}
	memset(&r->level[r->depth], 0, sizeof(r->level[0]));
	r->level[r->depth].left = it.num;
	r->level[r->depth].map = type == CBOR_MAP;
	r->depth++;
	return it.num;
}

size_t
cbor_array(struct cbor_reader *r, size_t max)
{
	return enter(r, CBOR_ARRAY, max);
}

void
cbor_map(struct cbor_reader *r)
{
	enter(r, CBOR_MAP, SIZE_MAX);
}

bool
cbor_key(struct cbor_reader *r, uint64_t key)
{
	struct item it;
	size_t top = (size_t)r->depth - 1;

	if (r->bad)
		return false;
	if (r->depth == 0 || !r->level[top].map || r->level[top].value) {
		r->bad = true;
		return false;
	}
	if (r->level[top].left == 0)
		return false;
	if (!look(r, &it) || it.type != CBOR_UINT ||
	    (r->level[top].any && it.num <= r->level[top].last)) {
		r->bad = true;
		return false;
	}
	if (it.num != key)
		return false;
	r->at += it.len;
	r->level[top].left--;
	r->level[top].last = key;
	r->level[top].any = r->level[top].value = true;
	return true;
}

void
cbor_need(struct cbor_reader *r, uint64_t key)
{
	if (!cbor_key(r, key))
		r->bad = true;
}

void
cbor_leave(struct cbor_reader *r)
{
	if (r->bad)
		return;
	if (r->depth == 0 || r->level[r->depth - 1].left > 0 ||
	    r->level[r->depth - 1].value) {
		r->bad = true;
		return;
	}
	r->depth--;
}

int
cbor_end(struct cbor_reader *r, const char *what, struct err *e)
{
	if (r->bad || r->depth != 0 || r->at != r->in.len)
		return err_set(e, ERR_PEER,
		    "%s is not in the one form allowed, near byte %zu of %zu",
		    what, r->at, r->in.len);
	return 0;
}
