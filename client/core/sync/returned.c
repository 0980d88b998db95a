/*
 * Looked at are own changesets with a receipt, from the first one on that has
 * not come back yet (meta KEY_FROM): nothing is scanned twice. A section that
 * is closed to this device sends nothing more and owes nothing.
 */
#include "client/core/sync/returned.h"

#include "client/core/local/places.h"
#include "client/core/local/spaces.h"
#include "client/core/outbox/outbox.h"

#define KEY_FROM "returned" /* int: all queued up to there have come back */

struct looking {
	struct stmt *ask;
	int64_t from;   /* the new KEY_FROM */
	bool stands;    /* from moves no further */
};

static int
begin(struct store *s, struct looking *l, struct err *e)
{
	l->from = 0;
	l->stands = false;
	if (store_get_int(s, KEY_FROM, &l->from, e) < 0)
		return -1;
	/* Columns 3 and 4: it is here, its section is closed. */
	l->ask = db_prepare(s->db, "SELECT o.oid, o.state, o.space, EXISTS "
	    "(SELECT 1 FROM item i WHERE i.seq = o.seq), coalesce((SELECT "
	    "p.state IN (2, 5) FROM space p WHERE p.id = o.space), 0), o.seq "
	    "FROM outgoing o WHERE o.oid > ? AND o.state IN (1, 2) "
	    "ORDER BY o.oid");
	db_bind_int(l->ask, 1, l->from);
	return 0;
}

/* 1 and its space: the next one that is missing; 0, -1. */
static int
next(struct store *s, struct looking *l, struct id *space, struct err *e)
{
	bool acked, due;
	int rc;

	while ((rc = db_step(l->ask, e)) == 1) {
		acked = db_int(l->ask, 1) == OUTGOING_ACKED;
		due = acked && (uint64_t)db_int(l->ask, 5) < s->head.at.size;
		if (acked && (db_int(l->ask, 3) != 0 ||
		    db_int(l->ask, 4) != 0)) {
			if (!l->stands)
				l->from = db_int(l->ask, 0);
			continue;
		}
		l->stands = true;
		if (due)
			return db_id(l->ask, 2, space) != 0 ? -1 : 1;
	}
	return rc;
}

int
returned_missing(struct store *s, size_t *out, struct err *e)
{
	struct looking l;
	struct id space;
	int rc;

	*out = 0;
	if (begin(s, &l, e) != 0)
		return -1;
	while ((rc = next(s, &l, &space, e)) == 1)
		(*out)++;
	db_reset(l.ask);
	return rc;
}

/* Behind the newest that is here: whatever came after it is missing too. */
static int
want_tx(struct store *s, const struct id *space, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT OR IGNORE INTO want "
	    "(space, after_sseq, upto) SELECT ?1, m, m + 1 FROM (SELECT "
	    "coalesce(max(sseq), 0) AS m FROM item WHERE space = ?1 AND "
	    "sseq < " PLACE_LOST_SQL ")");

	db_bind_id(q, 1, space);
	return db_run(q, e);
}

int
returned_want_tx(struct store *s, struct err *e)
{
	struct looking l;
	struct id space;
	int64_t before;
	int rc;

	if (begin(s, &l, e) != 0)
		return -1;
	before = l.from;
	while ((rc = next(s, &l, &space, e)) == 1)
		if (want_tx(s, &space, e) != 0) {
			rc = -1;
			break;
		}
	db_reset(l.ask);
	if (rc < 0 || l.from == before)
		return rc < 0 ? -1 : 0;
	return store_put_int(s, KEY_FROM, l.from, e);
}
