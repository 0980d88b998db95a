/*
 * Pages: bytes of items one after another, and for each its inclusion proof
 * in the page's checkpoint. The first item always fits, so that a small limit
 * cannot stop a device for good.
 */
#include "daemon/hub/page.h"

#include <string.h>

#include "common/base/mem.h"


void
page_init(struct hub_page *out)
{
	memset(out, 0, sizeof(*out));
	buf_init(&out->note, CHECKPOINT_TEXT_MAX);
	buf_init(&out->bytes, PROTO_PAGE_BYTES_MAX + 2 * CHANGESET_BYTES_MAX);
}

int
page_known(struct hub *hub, const struct log_point *known, struct err *e)
{
	struct proto_info info;

	if (known->size == 0)
		return 0;
	if (hub_info(hub, &info, e) != 0)
		return -1;
	if (hub_past_log(hub, known))
		return 0;
	if (known->log_id != info.log.log_id)
		return err_set(e, ERR_CLASH, "the device knows another log "
		    "than this hub's; it must not go on before its office "
		    "has looked into it");
	if (known->size > info.log.size)
		return err_set(e, ERR_CLASH, "this hub's log is shorter than "
		    "what the device has seen; the hub may have been "
		    "restored from a backup");
	return 0;
}

int
page_head(struct hubdb *db, const struct log_point *known, struct buf *note,
    uint64_t *size, struct merkle_proof *proof, struct err *e)
{
	struct merkle_store nodes = hubdb_merkle(db);
	int rc = hubdb_checkpoint_last(db, size, note, e);

	memset(proof, 0, sizeof(*proof));
	if (rc == 0)
		return err_set(e, ERR_ABSENT,
		    "this hub has not been claimed by an office yet");
	if (rc < 0 || buf_check(note, "a checkpoint", e) != 0)
		return -1;
	if (known->size == 0 || known->size == *size)
		return 0;
	return merkle_prove_consistency(&nodes, known->size, *size, proof, e);
}

int
page_begin(struct page *p, struct hub *hub, const struct log_point *known,
    uint64_t max_bytes, struct err *e)
{
	p->max_bytes = max_bytes == 0 || max_bytes > PROTO_PAGE_BYTES_MAX ?
	    PROTO_PAGE_BYTES_MAX : (size_t)max_bytes;
	p->out->answer.now_ms = hub_told_ms(hub);
	return page_head(p->db, known, &p->out->note, &p->size,
	    &p->out->answer.consistency, e);
}

static struct proto_item *
new_item(struct page *p)
{
	struct proto_page *a = &p->out->answer;

	a->items = mem_more(a->items, a->count, sizeof(*a->items));
	return &a->items[a->count];
}

/* 10.3: what an order names is served to nobody. */
static int
add_stripped(struct page *p, const struct hubdb_item *item, struct buf *out,
    struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct buf raw;
	int rc;

	buf_init(&raw, 2 * CHANGESET_BYTES_MAX);
	rc = hubdb_item_bytes(p->db, item->seq, true, &raw, e);
	if (rc == 0)
		rc = changeset_decode(view_of(raw.data, item->header_bytes),
		    cs, e);
	if (rc == 0) {
		changeset_strip(buf_view(&raw), cs, item->gone, out);
		rc = buf_check(out, "an answer", e);
	}
	buf_done(&raw);
	mem_free(cs);
	return rc;
}

static int
add_bytes(struct page *p, const struct hubdb_item *item, bool with_body,
    struct buf *out, struct err *e)
{
	return with_body && item->gone != 0 ?
	    add_stripped(p, item, out, e) :
	    hubdb_item_bytes(p->db, item->seq, with_body, out, e);
}

static bool
is_full(const struct page *p, size_t len)
{
	const struct proto_page *a = &p->out->answer;

	return a->count == PROTO_PAGE_ITEMS_MAX ||
	    (a->count > 0 && p->out->bytes.len + len > p->max_bytes);
}

/* Its last ${len} bytes are appended already. */
static int
place(struct page *p, const struct hubdb_item *item, size_t len,
    struct err *e)
{
	struct merkle_store nodes = hubdb_merkle(p->db);
	struct proto_item *it = new_item(p);

	it->seq = item->seq;
	it->sseq = item->sseq;
	it->accept_ms = item->accept_ms;
	it->bytes.len = len;
	if (merkle_prove_inclusion(&nodes, item->seq, p->size,
	    &it->inclusion, e) != 0)
		return -1;
	p->out->answer.count++;
	return 1;
}

int
page_add(struct page *p, const struct hubdb_item *item, bool with_body,
    struct err *e)
{
	size_t len = item->header_bytes + (with_body ? item->body_bytes : 0);
	size_t before = p->out->bytes.len;

	if (is_full(p, len))
		return 0;
	if (add_bytes(p, item, with_body, &p->out->bytes, e) != 0)
		return -1;
	return place(p, item, p->out->bytes.len - before, e);
}

int
page_add_first(struct page *p, const struct hubdb_item *item, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct buf whole, first;
	int rc = 1;

	buf_init(&whole, 2 * CHANGESET_BYTES_MAX);
	buf_init(&first, 2 * CHANGESET_BYTES_MAX);
	if (add_bytes(p, item, true, &whole, e) != 0 ||
	    changeset_decode(buf_view(&whole), cs, e) != 0)
		rc = -1;
	else if (!cs->has_bodies || cs->bodies[0].len == 0 ||
	    (item->gone & 1) != 0)
		buf_add(&first, whole.data, cs->header_bytes);
	else if (cs->h.count == 1)
		buf_add(&first, whole.data, whole.len);
	else
		changeset_without(buf_view(&whole), cs, 1, &first);
	if (rc == 1)
		rc = is_full(p, first.len) ? 0 : 1;
	if (rc == 1) {
		buf_add(&p->out->bytes, first.data, first.len);
		rc = place(p, item, first.len, e);
	}
	buf_done(&whole);
	buf_done(&first);
	mem_free(cs);
	return rc;
}

void
page_end(struct page *p)
{
	struct proto_page *a = &p->out->answer;
	size_t i, at = 0;

	a->checkpoint = buf_view(&p->out->note);
	for (i = 0; i < a->count; i++) {
		a->items[i].bytes.data = p->out->bytes.data + at;
		at += a->items[i].bytes.len;
	}
}
