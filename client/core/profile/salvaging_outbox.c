/*
 * A changeset that does not open, because its key is lost too, is passed over:
 * its bytes stay where they are.
 */
#include "client/core/profile/salvaging_outbox.h"

#include <string.h>

#include "client/core/local/spaces.h"
#include "client/core/local/versions.h"
#include "common/base/mem.h"

struct opening {
	struct store *s;
	struct changeset *cs;
	struct record *rec;
	struct space_epoch epoch;
	struct buf bytes, plain, bare;
	uint64_t *got;
};

static int
has_version(const struct opening *o, struct err *e)
{
	struct stmt *q = db_prepare(o->s->db, "SELECT 1 FROM version JOIN "
	    "record USING (rid) WHERE id = ? AND hlc = ? AND origin = ?");
	int rc;

	db_bind_id(q, 1, &o->rec->id);
	db_bind_int(q, 2, (int64_t)o->rec->hlc);
	db_bind_id(q, 3, &o->rec->origin);
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

/* Taken in as from the log, and then without a place in it. */
static int
put_back(struct opening *o, struct err *e)
{
	struct version_at at = { .seq = 1, .eff = o->rec->hlc,
		.state = VERSION_ACCEPTED };
	struct stmt *q;
	struct err why;

	buf_reset(&o->bare);
	record_encode(o->rec, &o->bare);
	if (versions_accept_tx(o->s, &o->cs->h.space, o->rec,
	    buf_view(&o->bare), &at, &why) != 0) {
		if (why.kind == ERR_PEER)
			return 0;
		*e = why;
		return -1;
	}
	q = db_prepare(o->s->db, "UPDATE version SET state = 1, seq = NULL, "
	    "seen_log = ?4, seen_size = ?5 WHERE rid = (SELECT rid FROM record "
	    "WHERE id = ?1) AND hlc = ?2 AND origin = ?3");
	db_bind_id(q, 1, &o->rec->id);
	db_bind_int(q, 2, (int64_t)o->rec->hlc);
	db_bind_id(q, 3, &o->rec->origin);
	db_bind_int(q, 4, (int64_t)o->cs->h.seen.log_id);
	db_bind_int(q, 5, (int64_t)o->cs->h.seen.size);
	(*o->got)++;
	return db_run(q, e);
}

static int
open_bodies(struct opening *o, struct err *e)
{
	struct err why;
	size_t i;
	int rc = 0;

	for (i = 0; i < o->cs->h.count && rc == 0; i++) {
		buf_reset(&o->plain);
		if (o->cs->bodies[i].len == 0 || changeset_open(o->cs, i,
		    &o->epoch.key, &o->plain, &why) != 0 ||
		    record_decode(buf_view(&o->plain), o->rec, &why) != 0)
			continue;
		memset(&o->rec->gossip, 0, sizeof(o->rec->gossip));
		rc = has_version(o, e);
		if (rc >= 0)
			rc = rc == 1 ? 0 : put_back(o, e);
	}
	return rc;
}

static int
open_one(struct opening *o, struct err *e)
{
	struct err why;
	int rc;

	if (changeset_decode(buf_view(&o->bytes), o->cs, &why) != 0)
		return 0;
	rc = spaces_epoch_find(o->s, &o->cs->h.space, o->cs->h.epoch,
	    &o->epoch, &why);
	if (rc != 1)
		return 0;
	rc = o->epoch.has_key ? open_bodies(o, e) : 0;
	space_epoch_done(&o->epoch);
	return rc;
}

/* 1 the next one after ${oid}, in o->bytes; 0, -1. */
static int
next(struct opening *o, int64_t *oid, struct err *e)
{
	struct stmt *q = db_prepare(o->s->db, "SELECT oid, bytes FROM outgoing "
	    "WHERE kind = 1 AND oid > ? ORDER BY oid LIMIT 1");
	int rc;

	db_bind_int(q, 1, *oid);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	*oid = db_int(q, 0);
	buf_reset(&o->bytes);
	buf_add(&o->bytes, db_blob(q, 1).data, db_blob(q, 1).len);
	db_reset(q);
	return buf_check(&o->bytes, "a changeset", e) == 0 ? 1 : -1;
}

int
salvaging_outbox_tx(struct store *s, uint64_t *got, struct err *e)
{
	struct opening o = { .s = s, .got = got };
	int64_t oid = -1;
	int rc;

	*got = 0;
	o.cs = mem_new(sizeof(*o.cs));
	o.rec = mem_new(sizeof(*o.rec));
	buf_init(&o.bytes, 2 * CHANGESET_BYTES_MAX);
	buf_init(&o.plain, CHANGESET_BODY_MAX);
	buf_init(&o.bare, CHANGESET_BODY_MAX);
	while ((rc = next(&o, &oid, e)) == 1)
		if (open_one(&o, e) != 0) {
			rc = -1;
			break;
		}
	buf_done(&o.bytes);
	buf_done(&o.plain);
	buf_done(&o.bare);
	mem_free(o.rec);
	mem_free(o.cs);
	return rc;
}
