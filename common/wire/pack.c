/*
 * Compression with the project's dictionary, and padding. The only door to
 * libzstd.
 *
 * The digested dictionary is made once for the process; a compression and a
 * decompression context once for each thread, because making one costs more
 * than packing a note.
 */
#include "common/wire/pack.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <zstd.h>

#include "common/base/mem.h"
#include "common/wire/dict.h"

#define FORM_PLAIN 0
#define FORM_ZSTD 1

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t slot;
static ZSTD_CDict *cdict;
static ZSTD_DDict *ddict;
static unsigned dict_id; /* 0: no dictionary was built in */

struct contexts {
	ZSTD_CCtx *c;
	ZSTD_DCtx *d;
};

static void
contexts_free(void *p)
{
	struct contexts *x = p;

	ZSTD_freeCCtx(x->c);
	ZSTD_freeDCtx(x->d);
	mem_free(x);
}

static void
start(void)
{
	if (pthread_key_create(&slot, contexts_free) != 0)
		return;
	dict_id = ZSTD_getDictID_fromDict(schema_dict, schema_dict_len);
	if (dict_id != 0) {
		cdict = ZSTD_createCDict(schema_dict, schema_dict_len,
		    PACK_LEVEL);
		ddict = ZSTD_createDDict(schema_dict, schema_dict_len);
	}
}

static struct contexts *
contexts(void)
{
	struct contexts *x;

	pthread_once(&once, start);
	x = pthread_getspecific(slot);
	if (x != NULL)
		return x;
	x = mem_new(sizeof(*x));
	x->c = ZSTD_createCCtx();
	x->d = ZSTD_createDCtx();
	if (x->c == NULL || x->d == NULL ||
	    (dict_id != 0 && (cdict == NULL || ddict == NULL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(x->c,
	    ZSTD_c_compressionLevel, PACK_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_refCDict(x->c, cdict)) ||
	    ZSTD_isError(ZSTD_DCtx_refDDict(x->d, ddict)) ||
	    pthread_setspecific(slot, x) != 0) {
		contexts_free(x);
		return NULL;
	}
	return x;
}

static int
no_memory(struct err *e)
{
	return err_set(e, ERR_LOCAL,
	    "this machine has no memory left to pack or unpack text");
}

size_t
pack_class(size_t len)
{
	unsigned exp = 0, bits = 0;
	size_t mask;

	if (len <= PACK_CLASS_MIN)
		return PACK_CLASS_MIN;
	while (len >> (exp + 1) != 0)
		exp++;
	while (exp >> bits != 0)
		bits++;
	/* the low exp - bits bits are rounded away, upwards */
	mask = ((size_t)1 << (exp - bits)) - 1;
	return (len + mask) & ~mask;
}

/* Compressed bytes in ${out}; 0: it did not get shorter. */
static size_t
squeezed(struct contexts *x, struct view plain, uint8_t *out)
{
	size_t n;

	if (plain.len == 0)
		return 0;
	/* One byte less than the text is room enough: more is no use. */
	n = ZSTD_compress2(x->c, out, plain.len - 1, plain.data, plain.len);
	return ZSTD_isError(n) ? 0 : n;
}

int
pack_add(struct view plain, bool squeeze, size_t overhead, struct buf *out,
    struct err *e)
{
	struct contexts *x = contexts();
	size_t n = 0, whole;
	uint8_t *p;

	if (x == NULL)
		return no_memory(e);
	if (plain.len > PACK_PLAIN_MAX)
		return err_set(e, ERR_TOOBIG, "this text has %zu bytes and at "
		    "most %d can be sealed in one piece", plain.len,
		    PACK_PLAIN_MAX);
	/* 1/8 more than the text is more than any class adds. */
	p = buf_reserve(out, PACK_HEAD_BYTES + plain.len + plain.len / 8 +
	    overhead + PACK_CLASS_MIN);
	if (p == NULL)
		return buf_check(out, "a packed text", e);
	if (squeeze)
		n = squeezed(x, plain, p + PACK_HEAD_BYTES);
	p[0] = n > 0 ? FORM_ZSTD : FORM_PLAIN;
	if (n == 0 && plain.len > 0) {
		n = plain.len;
		memcpy(p + PACK_HEAD_BYTES, plain.data, n);
	}
	if (n > UINT16_MAX)
		return err_set(e, ERR_TOOBIG, "this text still has %zu bytes "
		    "when compressed, which is too large to seal", n);
	p[1] = (uint8_t)(n >> 8);
	p[2] = (uint8_t)n;
	n += PACK_HEAD_BYTES;
	whole = pack_class(n + overhead) - overhead;
	memset(p + n, 0, whole - n);
	out->len += whole;
	return 0;
}

static int
unsqueeze(struct view frame, size_t max, struct buf *out, struct err *e)
{
	struct contexts *x = contexts();
	unsigned long long size;
	uint8_t *p;

	if (x == NULL)
		return no_memory(e);
	size = ZSTD_getFrameContentSize(frame.data, frame.len);
	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN
	    || size > max ||
	    ZSTD_findFrameCompressedSize(frame.data, frame.len) != frame.len)
		return err_set(e, ERR_PEER,
		    "a text was compressed in a form not allowed; it is held");
	if (ZSTD_getDictID_fromFrame(frame.data, frame.len) != dict_id)
		return err_set(e, ERR_PEER, "a text was compressed with a "
		    "dictionary that this program does not have; it is held "
		    "until the program is updated");
	p = buf_reserve(out, (size_t)size);
	if (p == NULL)
		return buf_check(out, "an opened text", e);
	if (ZSTD_decompressDCtx(x->d, p, (size_t)size, frame.data,
	    frame.len) != size)
		return err_set(e, ERR_PEER,
		    "a compressed text is damaged and is held");
	out->len += (size_t)size;
	return 0;
}

int
pack_open(struct view packed, size_t max, struct buf *out, struct err *e)
{
	struct reader r;
	unsigned form;
	struct view text;
	size_t pad;

	reader_init(&r, packed);
	form = (unsigned)reader_be(&r, 1);
	text = reader_bytes(&r, (size_t)reader_be(&r, 2));
	pad = reader_left(&r);
	if (r.bad || form > FORM_ZSTD ||
	    !sodium_is_zero(packed.data + packed.len - pad, pad))
		return err_set(e, ERR_PEER,
		    "an opened text is not packed as it should be; it is held");
	if (form == FORM_ZSTD)
		return unsqueeze(text, max, out, e);
	if (text.len > max)
		return err_set(e, ERR_PEER, "an opened text has %zu bytes, "
		    "more than the %zu allowed; it is held", text.len, max);
	buf_add(out, text.data, text.len);
	return buf_check(out, "an opened text", e);
}
