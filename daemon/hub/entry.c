/* Bodies that were erased are left out before their hashes are asked for. */
#include "daemon/hub/entry.h"

#include "common/base/mem.h"

struct entry *
entry_new(void)
{
	struct entry *en = mem_new(sizeof(*en));

	buf_init(&en->bytes, 2 * CHANGESET_BYTES_MAX);
	buf_init(&en->whole, 2 * CHANGESET_BYTES_MAX);
	return en;
}

void
entry_free(struct entry *en)
{
	if (en == NULL)
		return;
	buf_done(&en->bytes);
	buf_done(&en->whole);
	mem_free(en);
}

int
entry_bad(uint64_t seq, const char *words, struct err *e)
{
	return err_set(e, ERR_LOCAL, "item %llu of the log %s",
	    (unsigned long long)seq, words);
}

/* With its bodies, unless some are gone: then by its header, which names their
 * hashes, and by those that are left. */
static int
decode(struct entry *en, struct err *e)
{
	struct view in = buf_view(&en->bytes);

	if (en->item.gone == 0)
		return changeset_decode(in, &en->cs, e);
	if (en->item.header_bytes > in.len ||
	    changeset_decode(view_of(in.data, en->item.header_bytes), &en->cs,
	    e) != 0)
		return -1;
	buf_reset(&en->whole);
	changeset_strip(in, &en->cs, en->item.gone, &en->whole);
	return buf_check(&en->whole, "an item", e) != 0 ? -1 :
	    changeset_decode(buf_view(&en->whole), &en->cs, e);
}

int
entry_read(struct hubdb *db, uint64_t seq, struct entry *en, struct err *e)
{
	const struct changeset_header *h = &en->cs.h;
	const struct hubdb_item *item = &en->item;
	struct err why;
	int rc = hubdb_item_at(db, seq, &en->item, e);

	if (rc != 1)
		return rc == 0 ? entry_bad(seq, "is missing", e) : -1;
	buf_reset(&en->bytes);
	if (hubdb_item_bytes(db, seq, true, &en->bytes, e) != 0)
		return -1;
	if (decode(en, &why) != 0)
		return entry_bad(seq, "is not what its author sent", e);
	if (!hash_eq(&en->cs.id, &item->id) || !id_eq(&h->space, &item->space) ||
	    !id_eq(&h->author, &item->author) || (int)h->kind != item->kind)
		return entry_bad(seq, "is filed as another one", e);
	return 0;
}
