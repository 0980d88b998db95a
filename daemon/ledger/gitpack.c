/*
 * libgit2 makes packs too, by writing them piece by piece through mapped
 * memory that each piece maps anew, and waits for the disk four times. For a
 * commit of five small objects that was most of the cost of a flush.
 */
#include "daemon/ledger/gitpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"

#define PACK_MAX (512u * 1024 * 1024)
#define OBJECT_MAX (4u * 1024 * 1024)
#define KINDS 3
#define RECENT 4     /* of a kind: a head has up to three of one */
#define DEPTH_MAX 32 /* differences of differences, as git limits them */
#define WORTH 64     /* bytes that one must save */
#define COPY_MAX 0xffff
#define INSERT_MAX 127
#define STORED_MAX 0xffff
#define DELTA 6      /* from an earlier object of the pack */

struct item {
	struct oid name;
	size_t at; /* in the pack */
	uint32_t crc;
};

struct recent {
	struct buf data;
	size_t at;
	unsigned depth; /* 0: whole */
	bool used;
};

struct gitpack {
	struct buf out;
	struct item *items;
	size_t count;
	struct recent recent[KINDS][RECENT];
	unsigned turn[KINDS]; /* the one that goes next */
	struct buf delta;
	uint32_t crc[256];
};

struct gitpack *
gitpack_new(void)
{
	struct gitpack *p = mem_new(sizeof(*p));
	size_t k, i;
	unsigned n, bit;

	buf_init(&p->out, PACK_MAX);
	buf_init(&p->delta, OBJECT_MAX);
	for (k = 0; k < KINDS; k++)
		for (i = 0; i < RECENT; i++)
			buf_init(&p->recent[k][i].data, OBJECT_MAX);
	for (n = 0; n < 256; n++) {
		p->crc[n] = n;
		for (bit = 0; bit < 8; bit++)
			p->crc[n] = p->crc[n] >> 1 ^
			    (p->crc[n] & 1 ? 0xedb88320 : 0);
	}
	buf_add_str(&p->out, "PACK");
	buf_add_be(&p->out, 2, 4);
	buf_add_be(&p->out, 0, 4); /* how many: at the end */
	return p;
}

void
gitpack_free(struct gitpack *p)
{
	size_t k, i;

	if (p == NULL)
		return;
	for (k = 0; k < KINDS; k++)
		for (i = 0; i < RECENT; i++)
			buf_done(&p->recent[k][i].data);
	buf_done(&p->delta);
	buf_done(&p->out);
	mem_free(p->items);
	mem_free(p);
}

static uint32_t
crc_of(const struct gitpack *p, struct view v)
{
	uint32_t crc = 0xffffffff;
	size_t i;

	for (i = 0; i < v.len; i++)
		crc = p->crc[(crc ^ v.data[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

/* ---- bytes of an object ---- */

static void
put_byte(struct buf *b, size_t v)
{
	uint8_t c = (uint8_t)v;

	buf_add(b, &c, 1);
}

/* Seven bits a byte, the lowest first. */
static void
put_size(struct buf *b, size_t n)
{
	for (; n > 127; n >>= 7)
		put_byte(b, n | 128);
	put_byte(b, n);
}

static void
put_head(struct buf *b, unsigned type, size_t size)
{
	size_t rest = size >> 4;

	put_byte(b, type << 4 | (size & 15) | (rest > 0 ? 128 : 0));
	if (rest > 0)
		put_size(b, rest);
}

/* How far back: seven bits a byte, the highest first, and each byte but the
 * last stands for one more than it says. */
static void
put_distance(struct buf *b, size_t n)
{
	uint8_t c[10];
	size_t at = sizeof(c) - 1;

	c[at] = (uint8_t)(n & 127);
	while ((n >>= 7) > 0)
		c[--at] = (uint8_t)(--n & 127) | 128;
	buf_add(b, &c[at], sizeof(c) - at);
}

static uint32_t
adler_of(struct view v)
{
	uint32_t a = 1, b = 0;
	size_t i;

	for (i = 0; i < v.len; i++) {
		a += v.data[i];
		b += a;
		if (i % 4096 == 4095) {
			a %= 65521;
			b %= 65521;
		}
	}
	return b % 65521 << 16 | a % 65521;
}

/* zlib's format, with blocks that are stored as they are. */
static void
put_stored(struct buf *b, struct view v)
{
	size_t at = 0, n;

	buf_add_be(b, 0x7801, 2);
	do {
		n = v.len - at < STORED_MAX ? v.len - at : STORED_MAX;
		put_byte(b, at + n == v.len);
		put_byte(b, n & 0xff);
		put_byte(b, n >> 8);
		put_byte(b, ~n & 0xff);
		put_byte(b, ~n >> 8 & 0xff);
		buf_add(b, v.data + at, n);
		at += n;
	} while (at < v.len);
	buf_add_be(b, adler_of(v), 4);
}

/* ---- differences ---- */

static size_t
same_start(struct view a, struct view b)
{
	size_t n = a.len < b.len ? a.len : b.len, i = 0;

	while (i + 8 <= n && memcmp(a.data + i, b.data + i, 8) == 0)
		i += 8;
	while (i < n && a.data[i] == b.data[i])
		i++;
	return i;
}

/* Not counting the first ${start} bytes of either. */
static size_t
same_end(struct view a, struct view b, size_t start)
{
	size_t n = (a.len < b.len ? a.len : b.len) - start, i = 0;

	while (i < n && a.data[a.len - 1 - i] == b.data[b.len - 1 - i])
		i++;
	return i;
}

static void
put_copy(struct buf *b, size_t from, size_t len)
{
	size_t n;

	for (; len > 0; len -= n, from += n) {
		n = len < COPY_MAX ? len : COPY_MAX;
		put_byte(b, 0xbf); /* four bytes of place, two of length */
		put_byte(b, from);
		put_byte(b, from >> 8);
		put_byte(b, from >> 16);
		put_byte(b, from >> 24);
		put_byte(b, n);
		put_byte(b, n >> 8);
	}
}

static void
put_insert(struct buf *b, struct view v)
{
	size_t at, n;

	for (at = 0; at < v.len; at += n) {
		n = v.len - at < INSERT_MAX ? v.len - at : INSERT_MAX;
		put_byte(b, n);
		buf_add(b, v.data + at, n);
	}
}

static void
make_delta(struct buf *b, struct view from, struct view to)
{
	size_t start = same_start(from, to), end = same_end(from, to, start);

	buf_reset(b);
	put_size(b, from.len);
	put_size(b, to.len);
	put_copy(b, 0, start);
	put_insert(b, view_of(to.data + start, to.len - start - end));
	put_copy(b, from.len - end, end);
}

/* Which of the last ones saves most; NULL: none is worth it. */
static const struct recent *
find_base(const struct gitpack *p, enum oid_kind kind, struct view data)
{
	const struct recent *r, *best = NULL;
	size_t most = WORTH, same;
	unsigned i;

	for (i = 0; i < RECENT; i++) {
		r = &p->recent[kind][i];
		if (!r->used || r->depth == DEPTH_MAX)
			continue;
		same = same_start(buf_view(&r->data), data);
		same += same_end(buf_view(&r->data), data, same);
		if (same > most) {
			most = same;
			best = r;
		}
	}
	return best;
}

/* ---- objects ---- */

static bool
has(const struct gitpack *p, const struct oid *name)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (oid_eq(&p->items[i].name, name))
			return true;
	return false;
}

static void
remember(struct gitpack *p, enum oid_kind kind, struct view data, size_t at,
    unsigned depth)
{
	struct recent *r = &p->recent[kind][p->turn[kind]++ % RECENT];

	buf_reset(&r->data);
	buf_add(&r->data, data.data, data.len);
	r->at = at;
	r->depth = depth;
	r->used = r->data.len == data.len;
}

void
gitpack_add(struct gitpack *p, enum oid_kind kind, struct view data,
    const struct oid *name)
{
	static const unsigned types[] = { 1, 2, 3 };
	const struct recent *base;
	struct item *item;
	size_t at = p->out.len;
	unsigned depth = 0;

	if (has(p, name))
		return;
	base = find_base(p, kind, data);
	if (base != NULL) {
		make_delta(&p->delta, buf_view(&base->data), data);
		depth = base->depth + 1;
		put_head(&p->out, DELTA, p->delta.len);
		put_distance(&p->out, at - base->at);
		put_stored(&p->out, buf_view(&p->delta));
		p->out.nomem |= p->delta.nomem || p->delta.toobig;
	} else {
		put_head(&p->out, types[kind], data.len);
		put_stored(&p->out, data);
	}
	remember(p, kind, data, at, depth);
	p->items = mem_more(p->items, p->count, sizeof(*p->items));
	item = &p->items[p->count++];
	item->name = *name;
	item->at = at;
	item->crc = p->out.len <= at ? 0 :
	    crc_of(p, view_of(p->out.data + at, p->out.len - at));
}

/* ---- files ---- */

static int
by_name(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return memcmp(&x->name, &y->name, sizeof(x->name));
}

static void
put_sum(struct buf *b)
{
	struct oid sum;

	oid_sum(buf_view(b), &sum);
	buf_add(b, sum.b, sizeof(sum.b));
}

static void
make_index(struct gitpack *p, const struct oid *sum, struct buf *index)
{
	size_t i, first, at = 0;

	qsort(p->items, p->count, sizeof(*p->items), by_name);
	buf_add_be(index, 0xff744f63, 4);
	buf_add_be(index, 2, 4);
	for (first = 0; first < 256; first++) {
		while (at < p->count && p->items[at].name.b[0] <= first)
			at++;
		buf_add_be(index, at, 4);
	}
	for (i = 0; i < p->count; i++)
		buf_add(index, p->items[i].name.b, sizeof(struct oid));
	for (i = 0; i < p->count; i++)
		buf_add_be(index, p->items[i].crc, 4);
	for (i = 0; i < p->count; i++)
		buf_add_be(index, p->items[i].at, 4);
	buf_add(index, sum->b, sizeof(sum->b));
	put_sum(index);
}

/* The pack gets its name first: git takes one without an index for none. */
static int
write_both(const char *folder, struct view pack, struct view index,
    const struct oid *sum, struct err *e)
{
	static const char *const ends[] = { "pack", "idx" };
	struct view data[] = { pack, index };
	char *from[2], *to[2], name[64], hex[OID_TEXT];
	int i, rc = 0;

	for (i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), GITPACK_NEW "%s_new", ends[i]);
		from[i] = file_join(folder, name);
		snprintf(name, sizeof(name), "pack-%s.%s", oid_text(sum, hex),
		    ends[i]);
		to[i] = file_join(folder, name);
	}
	for (i = 0; rc == 0 && i < 2; i++) {
		(void)unlink(from[i]); /* of a flush that failed */
		rc = file_new(from[i], data[i], 0400, e);
	}
	for (i = 0; rc == 0 && i < 2; i++)
		if (rename(from[i], to[i]) != 0)
			rc = err_set(e, ERR_LOCAL, "the ledger's file %s "
			    "cannot be written: %s", to[i], strerror(errno));
	for (i = 0; i < 2; i++) {
		mem_free(from[i]);
		mem_free(to[i]);
	}
	return rc == 0 ? file_sync_folder(folder, e) : -1;
}

int
gitpack_write(struct gitpack *p, const char *folder, struct err *e)
{
	struct buf index;
	struct oid sum;
	int rc = -1;

	buf_init(&index, PACK_MAX);
	if (buf_check(&p->out, "a pack of the ledger", e) != 0)
		goto out;
	be_put(p->out.data + 8, p->count, 4);
	oid_sum(buf_view(&p->out), &sum);
	buf_add(&p->out, sum.b, sizeof(sum.b));
	make_index(p, &sum, &index);
	if (buf_check(&p->out, "a pack of the ledger", e) == 0 &&
	    buf_check(&index, "a pack of the ledger", e) == 0)
		rc = write_both(folder, buf_view(&p->out), buf_view(&index),
		    &sum, e);
out:
	buf_done(&index);
	return rc;
}
