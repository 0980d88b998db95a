/*
 * A page of items with its proofs, filled from one view of the database.
 */
#ifndef HUB_PAGE_H
#define HUB_PAGE_H

#include "daemon/hub/inner.h"

struct page {
	struct hubdb *db;
	struct hub_page *out;
	uint64_t size;       /* of the log, in the page's checkpoint */
	size_t max_bytes;    /* of items */
	size_t room;         /* items allocated */
};

/** page_init(out): an empty answer; hub_page_done frees. */
void page_init(struct hub_page *out);

/** page_known(hub, known, e): refuse a device that has seen another log, or
 * more of this one than there is. ERR_CLASH. */
int page_known(struct hub *hub, const struct log_point *known,
    struct err *e);

/** page_head(db, known, note, size, proof, e): newest checkpoint, and the
 * proof that it continues ${known}. */
int page_head(struct hubdb *db, const struct log_point *known,
    struct buf *note, uint64_t *size, struct merkle_proof *proof,
    struct err *e);

/** page_begin(p, hub, known, max_bytes, e): p->db and p->out are set. */
int page_begin(struct page *p, struct hub *hub,
    const struct log_point *known, uint64_t max_bytes, struct err *e);

/** page_add(p, item, with_body, e): 1 added, 0 the page is full. */
int page_add(struct page *p, const struct hubdb_item *item, bool with_body,
    struct err *e);

/** page_add_first(p, item, e): the same with the first of its bodies alone. */
int page_add_first(struct page *p, const struct hubdb_item *item,
    struct err *e);

/** page_end(p): the views of the answer stand from here on. */
void page_end(struct page *p);

#endif
