/*
 * Possible is what any epoch since then lists, because each key opens the ones
 * before it. Certain is what an author has claimed to have seen in what they
 * wrote in the space: the hub admits no claim beyond the log.
 */
#include "client/core/records/reach.h"

#include <string.h>

#include "client/core/local/store.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"

#define PERSONS_MAX 1024

void
reach_done(struct reach *r)
{
	mem_free(r->items);
	memset(r, 0, sizeof(*r));
}

/* ---- for certain ---- */

static int
seen_by(struct store *s, const struct id *space, const struct id *person,
    uint64_t *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT device, seen_size FROM "
	    "author WHERE space = ?");
	const struct roster_device *d;
	struct id device;
	int rc;

	*out = 0;
	db_bind_id(q, 1, space);
	while ((rc = db_step(q, e)) == 1) {
		if (db_id(q, 0, &device) != 0)
			continue;
		d = roster_device(&s->roster, &device);
		if (d != NULL && id_eq(&d->person, person) &&
		    (uint64_t)db_int(q, 1) > *out)
			*out = (uint64_t)db_int(q, 1);
	}
	return rc;
}

int
reach_count(struct session *session, const struct id *space,
    const struct id *person, size_t *all, size_t *certain, struct err *e)
{
	struct store *s = session_store(session);
	struct stmt *q;
	uint64_t seen;

	*all = *certain = 0;
	if (seen_by(s, space, person, &seen, e) != 0)
		return -1;
	q = db_prepare(s->db, "SELECT count(*), count(CASE WHEN v.seq < ?2 "
	    "THEN 1 END) FROM record r JOIN version v ON v.rid = r.rid "
	    "WHERE r.space = ?1 AND v.seq IS NOT NULL AND r.type <> 1");
	db_bind_id(q, 1, space);
	db_bind_int(q, 2, (int64_t)seen);
	if (db_step(q, e) != 1)
		return -1;
	*all = (size_t)db_int(q, 0);
	*certain = (size_t)db_int(q, 1);
	db_reset(q);
	return 0;
}

/* ---- possibly ---- */

struct reaching {
	struct session *session;
	struct store *s;
	struct reach *out;
};

static int
add(struct reaching *x, const struct id *person, bool now, struct err *e)
{
	struct reach_person *p;
	size_t i;

	if (id_eq(person, &x->s->person))
		return 0;
	for (i = 0; i < x->out->count; i++)
		if (id_eq(&x->out->items[i].person, person)) {
			x->out->items[i].now = x->out->items[i].now || now;
			return 0;
		}
	if (x->out->count == PERSONS_MAX)
		return 0;
	p = &x->out->items[x->out->count++];
	p->person = *person;
	p->now = now;
	return people_name(x->session, person, p->name, e);
}

/* The epoch in force when it was accepted, and all that came after. */
static int
add_epochs(struct reaching *x, const struct space *sp, uint64_t seq,
    struct err *e)
{
	struct stmt *q = db_prepare(x->s->db, "SELECT max(number) FROM epoch "
	    "WHERE space = ? AND seq IS NOT NULL AND seq <= ?");
	struct space_epoch se;
	uint32_t number, first = 1;
	size_t i;
	int rc;

	db_bind_id(q, 1, &sp->id);
	db_bind_int(q, 2, (int64_t)seq);
	if (db_step(q, e) == 1 && db_int(q, 0) > 0)
		first = (uint32_t)db_int(q, 0);
	db_reset(q);
	for (number = first; number <= sp->epoch; number++) {
		rc = spaces_epoch_find(x->s, &sp->id, number, &se, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		for (i = 0; rc == 1 && i < se.ep.recipient_count; i++)
			if (add(x, &se.ep.recipients[i].person,
			    number == sp->epoch, e) != 0)
				rc = -1;
		space_epoch_done(&se);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
reach_of(struct session *session, const struct id *space, uint64_t seq,
    struct reach *out, struct err *e)
{
	struct reaching x = { session, session_store(session), out };
	struct space sp;
	uint64_t seen;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = spaces_find(x.s, space, &sp, e);
	if (rc != 1)
		return rc < 0 ? -1 : 0;
	out->items = mem_new(PERSONS_MAX * sizeof(*out->items));
	rc = add_epochs(&x, &sp, seq, e);
	for (i = 0; rc == 0 && i < out->count; i++) {
		rc = seen_by(x.s, space, &out->items[i].person, &seen, e);
		out->items[i].certain = seen > seq;
	}
	if (rc != 0)
		reach_done(out);
	return rc;
}
