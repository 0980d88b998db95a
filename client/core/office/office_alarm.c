/*
 * The end of an alarm by two officers. The device of the one who began the
 * order may be stopped itself: the two signatures end that first, since what
 * is stopped sends nothing, the order neither.
 */
#include "client/core/office/office.h"

#include <stdio.h>
#include <string.h>

#include "client/core/exchange.h"
#include "client/core/office/office_order.h"
#include "client/core/sync/alarm.h"
#include "common/base/mem.h"

#define FINDINGS_MAX 256

/* A signed head, or the bare root that was known for a size. */
static void
read_head(const struct store *s, struct view v, uint64_t *size,
    char root[static HASH_TEXT_BYTES])
{
	const struct directory_entry *genesis = &s->roster.genesis;
	struct checkpoint cp = { .at = { 0, 0 } };
	struct err why;

	if (v.len == sizeof(cp.root.b))
		memcpy(cp.root.b, v.data, v.len);
	else if (checkpoint_read(v, genesis->hub_name, &genesis->hub, &cp,
	    &why) != 0)
		return;
	*size = cp.at.size;
	hash_text(&cp.root, root);
}

int
office_alarm(struct session *session, struct office_alarm *out,
    struct err *e)
{
	struct store *s = session_store(session);
	struct stmt *q = db_prepare(s->db, "SELECT at_ms, words, ours, theirs "
	    "FROM evidence ORDER BY id");
	int64_t copied = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	out->stopped = s->stopped;
	out->head = s->head;
	out->items = mem_new(FINDINGS_MAX * sizeof(*out->items));
	while ((rc = db_step(q, e)) == 1 && out->count < FINDINGS_MAX) {
		struct office_finding *f = &out->items[out->count++];

		f->at_ms = db_int(q, 0);
		snprintf(f->words, sizeof(f->words), "%s", db_text(q, 1));
		read_head(s, db_blob(q, 2), &f->ours, f->our_root);
		read_head(s, db_blob(q, 3), &f->theirs, f->their_root);
	}
	db_reset(q);
	if (rc >= 0)
		rc = store_get_int(s, STORE_COPIED, &copied, e);
	out->copied = copied != 0;
	if (rc >= 0)
		return 0;
	office_alarm_done(out);
	return -1;
}

void
office_alarm_done(struct office_alarm *a)
{
	mem_free(a->items);
	memset(a, 0, sizeof(*a));
}

int
office_alarm_end(struct session *session, struct remote *r,
    const char *order, struct err *e)
{
	struct store *s = session_store(session);
	struct directory_entry d;
	struct checkpoint head;

	if (office_order_read(s, order, ORDER_ALARM, &d, e) != 0)
		return -1;
	if (!roster_order_holds(&s->roster, &d))
		return err_set(e, ERR_DENIED, "one of the two signatures on "
		    "this order does not count; nothing was ended");
	head.at = d.head;
	head.root = d.head_root;
	if (alarm_end(s, &head, e) != 0)
		return -1;
	return office_order_log(session, r, &d, e);
}
