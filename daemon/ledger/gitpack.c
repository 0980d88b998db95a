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
#include <zlib.h>

#include "common/base/file.h"
#include "common/base/mem.h"

#define PACK_MAX (512u * 1024 * 1024)

struct item {
	struct oid name;
	size_t at; /* in the pack */
	uint32_t crc;
};

struct gitpack {
	struct buf out;
	struct item *items;
	size_t count;
};

struct gitpack *
gitpack_new(void)
{
	struct gitpack *p = mem_new(sizeof(*p));

	buf_init(&p->out, PACK_MAX);
	buf_add_str(&p->out, "PACK");
	buf_add_be(&p->out, 2, 4);
	buf_add_be(&p->out, 0, 4); /* how many: at the end */
	return p;
}

void
gitpack_free(struct gitpack *p)
{
	if (p == NULL)
		return;
	buf_done(&p->out);
	mem_free(p->items);
	mem_free(p);
}

/* ---- objects ---- */

static void
put_byte(struct buf *b, size_t v)
{
	uint8_t c = (uint8_t)v;

	buf_add(b, &c, 1);
}

/* Four bits of the size beside the kind, then seven a byte, the lowest first. */
static void
put_head(struct buf *b, unsigned type, size_t size)
{
	size_t rest = size >> 4;

	put_byte(b, type << 4 | (size & 15) | (rest > 0 ? 128 : 0));
	for (; rest > 127; rest >>= 7)
		put_byte(b, rest | 128);
	if (rest > 0)
		put_byte(b, rest);
}

static void
put_deflated(struct buf *b, struct view v)
{
	uLongf len = compressBound((uLong)v.len);
	uint8_t *out = mem_new(len);

	if (compress2(out, &len, v.len > 0 ? v.data : (const uint8_t *)"",
	    (uLong)v.len, Z_BEST_SPEED) == Z_OK)
		buf_add(b, out, len);
	else
		b->nomem = true;
	mem_free(out);
}

static bool
has(const struct gitpack *p, const struct oid *name)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (oid_eq(&p->items[i].name, name))
			return true;
	return false;
}

void
gitpack_add(struct gitpack *p, enum oid_kind kind, struct view data,
    const struct oid *name)
{
	static const unsigned types[] = { 1, 2, 3 };
	struct item *item;
	size_t at = p->out.len;

	if (has(p, name))
		return;
	put_head(&p->out, types[kind], data.len);
	put_deflated(&p->out, data);
	p->items = mem_more(p->items, p->count, sizeof(*p->items));
	item = &p->items[p->count++];
	item->name = *name;
	item->at = at;
	item->crc = p->out.len <= at ? 0 : (uint32_t)crc32(0,
	    p->out.data + at, (uInt)(p->out.len - at));
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
