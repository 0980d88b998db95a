/*
 * What one record says, against what its author may say; nothing about it is
 * asked of its neighbours. Of this device's own, what may not be said is held
 * and goes to a keeper as a deposit, who may say it (rules.md 6.8, 7.4).
 */
#include "client/core/sync/doubt.h"

#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/accord/letters.h"
#include "client/core/accord/rooms.h"
#include "client/core/local/deleted.h"
#include "client/core/sync/claims.h"
#include "client/core/sync/doubt_case.h"
#include "common/base/mem.h"

/* ---- one record ---- */

static bool
keeps(const struct doubt_of *d)
{
	const struct epoch_recipient *r = epoch_find(d->ep, d->author);

	return r != NULL && r->right == RIGHT_KEEP;
}

/* Schema/rules.md 6.8: by who wrote the record, or filed by a keeper. */
static int
deletion(const struct doubt_of *d, const struct record_row *row,
    const struct id *origin, const char **words, struct err *e)
{
	const struct roster_device *who = roster_device(&d->s->roster, origin);
	bool may = keeps(d);

	if (!may && who != NULL &&
	    deleted_may(d->s, row, &who->person, &may, e) != 0)
		return -1;
	if (!may)
		*words = "it deletes or restores what another person wrote, "
		    "which only a keeper may";
	return 0;
}

/* Schema/rules.md 32.2: what an observer answered is changed by nobody else,
 * who keeps the section included. */
static int
answer(const struct doubt_of *d, const struct record_row *row,
    const struct id *origin, const char **words, struct err *e)
{
	const struct roster_device *who = roster_device(&d->s->roster, origin);
	bool may = false;

	if (who != NULL &&
	    deleted_may(d->s, row, &who->person, &may, e) != 0)
		return -1;
	if (!may)
		*words = "it changes what another observer answered";
	return 0;
}

static const char *
by_whom(const struct doubt_of *d, const struct record *rec)
{
	const struct record_kind *kind =
	    fields_kind((enum record_type)rec->type);

	if (roster_device(&d->s->roster, &rec->origin) == NULL)
		return "it names an author who is not in the directory";
	if (!roster_same(&d->s->roster, &rec->origin, d->author) && !keeps(d))
		return "it claims to be another person's text, which only "
		    "a keeper may file";
	if (kind != NULL && kind->keepers && !keeps(d))
		return "only a keeper of the section may write a record of "
		    "this kind";
	return NULL;
}

/* Schema/rules.md 15. */
static int
in_room(const struct doubt_of *d, const struct record *rec,
    const char **words, struct err *e)
{
	struct room_ops of = { d->space,
		fields_kind((enum record_type)rec->type), rec->ops,
		rec->op_count };
	struct space sp;
	int rc = spaces_find(d->s, d->space, &sp, e);

	if (rc != 1 || sp.kind != SPACE_ROOM)
		return rc < 0 ? -1 : 0;
	return rooms_doubt(d->s, &of, &rec->id, d->seq, words, e);
}

int
doubt_record(const struct doubt_of *d, const struct record *rec,
    const char **words, struct err *e)
{
	struct record_row row;
	bool older;
	int rc;

	*words = deleted_doubt((enum record_type)rec->type, rec->ops,
	    rec->op_count);
	if (*words == NULL)
		*words = by_whom(d, rec);
	if (*words != NULL)
		return 0;
	rc = versions_row(d->s, &rec->id, &row, e);
	if (rc == 1 && !id_eq(&row.space, d->space)) {
		if (claims_later(d->s, &row, d->seq, &older, e) != 0)
			return -1;
		rc = older ? 0 : 1;
	}
	if (rc == 1 && (!id_eq(&row.space, d->space) ||
	    row.type != (enum record_type)rec->type))
		*words = "it takes the place of a record of another section";
	if (rc == 1 && *words == NULL && deleted_in(rec->ops, rec->op_count))
		rc = deletion(d, &row, &rec->origin, words, e);
	else if (rc == 1 && *words == NULL && row.type == TYPE_ANSWER)
		rc = answer(d, &row, &rec->origin, words, e);
	if (rc >= 0 && *words == NULL)
		rc = doubt_restriction(d, rec, keeps(d), words, e);
	if (rc >= 0 && *words == NULL)
		rc = in_room(d, rec, words, e);
	return rc < 0 ? -1 : 0;
}

/* ---- own ---- */

/* Every record of a deposit is its sender's: another person's text, that a
 * keeper was about to file, is held here alone. */
static int
hold_tx(struct store *s, const struct id *record,
    const struct version_ref *ref, struct err *e)
{
	struct record_row row;
	int rc = versions_row(s, record, &row, e);

	if (rc != 1)
		return rc;
	if (roster_same(&s->roster, &ref->origin, &s->me->device))
		return letters_hold_version_tx(s, &row, ref, e);
	return versions_mark_tx(s, row.rid, ref, VERSION_HELD, e);
}

int
doubt_own_tx(struct store *s, const struct record *rec, uint64_t seq,
    struct err *e)
{
	/* Without a place it is what it was before it was sent; filed by a
	 * keeper, it takes the place that this gives it. */
	struct stmt *q = db_prepare(s->db, "UPDATE version SET seq = NULL "
	    "WHERE rid = (SELECT rid FROM record WHERE id = ?) AND hlc = ? "
	    "AND origin = ? AND state = 3 AND seq = ?");
	struct version_ref ref = { rec->origin, rec->hlc };

	db_bind_id(q, 1, &rec->id);
	db_bind_int(q, 2, (int64_t)rec->hlc);
	db_bind_id(q, 3, &rec->origin);
	db_bind_int(q, 4, (int64_t)seq);
	if (db_run(q, e) != 0)
		return -1;
	return db_changes(s->db) == 0 ? 0 : hold_tx(s, &rec->id, &ref, e);
}

/* ---- before sealing ---- */

struct unsent {
	struct id space, record;
	struct version_ref ref;
	int64_t rid;
};

struct look {
	struct store *s;
	struct record *rec;
	struct buf body; /* that rec borrows */
	struct buf list;
	struct id space; /* whose epoch is at hand */
	bool has_epoch, keeps;
	struct space_epoch epoch;
	size_t held;
};

static int
load_unsent(struct look *l, struct err *e)
{
	struct stmt *q = db_prepare(l->s->db, "SELECT r.space, r.id, v.origin,"
	    " v.hlc, v.rid FROM version v JOIN record r ON r.rid = v.rid"
	    " WHERE v.state IN (1, 2, 4) AND v.state = 1 ORDER BY r.space");
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		struct unsent u;

		memset(&u, 0, sizeof(u));
		(void)db_id(q, 0, &u.space);
		(void)db_id(q, 1, &u.record);
		(void)db_id(q, 2, &u.ref.origin);
		u.ref.hlc = (uint64_t)db_int(q, 3);
		u.rid = db_int(q, 4);
		buf_add(&l->list, &u, sizeof(u));
	}
	return rc != 0 ? -1 : buf_check(&l->list, "what is to be sent", e);
}

static void
leave_space(struct look *l)
{
	if (l->has_epoch)
		space_epoch_done(&l->epoch);
	l->has_epoch = false;
}

/* The epoch that outbox_cut would seal with; none where it seals nothing. */
static int
enter_space(struct look *l, const struct id *space, struct err *e)
{
	const struct epoch_recipient *me;
	struct space sp;
	bool writable;
	int rc;

	leave_space(l);
	l->space = *space;
	if (doors_writable(l->s, space, &writable, e) != 0)
		return -1;
	rc = writable ? spaces_find(l->s, space, &sp, e) : 0;
	if (rc == 1)
		rc = spaces_epoch_find(l->s, space, sp.epoch, &l->epoch, e);
	if (rc != 1)
		return rc;
	l->has_epoch = true;
	me = epoch_find(&l->epoch.ep, &l->s->me->device);
	l->keeps = me != NULL && me->right == RIGHT_KEEP;
	return 0;
}

/* 1 it is here and known, 0 not, -1. */
static int
read_version(struct look *l, const struct unsent *u, struct err *e)
{
	struct stmt *q = db_prepare(l->s->db, "SELECT body FROM version "
	    "WHERE rid = ? AND hlc = ? AND origin = ?");
	int rc;

	db_bind_int(q, 1, u->rid);
	db_bind_int(q, 2, (int64_t)u->ref.hlc);
	db_bind_id(q, 3, &u->ref.origin);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	buf_reset(&l->body);
	buf_add(&l->body, db_blob(q, 0).data, db_blob(q, 0).len);
	db_reset(q);
	if (buf_check(&l->body, "a record", e) != 0 ||
	    record_decode(buf_view(&l->body), l->rec, e) != 0)
		return -1;
	return fields_kind((enum record_type)l->rec->type) != NULL;
}

static int
look_at_tx(struct look *l, const struct unsent *u, struct err *e)
{
	struct doubt_of d = { l->s, &u->space, &l->s->me->device,
		&l->epoch.ep, UINT64_MAX };
	const char *words = NULL;
	int rc;

	if (!id_eq(&u->space, &l->space) &&
	    enter_space(l, &u->space, e) != 0)
		return -1;
	rc = l->has_epoch ? read_version(l, u, e) : 0;
	/* A keeper may say all that the program lets them write, as long as
	 * there was no no. */
	if (rc == 1 && !l->keeps)
		rc = doubt_record(&d, l->rec, &words, e) != 0 ? -1 : 1;
	if (rc == 1 && words == NULL)
		rc = doubt_declined(&d, l->rec, &words, e);
	else if (rc == 1)
		rc = 0;
	if (rc != 0 || words == NULL)
		return rc;
	l->held++;
	return hold_tx(l->s, &u->record, &u->ref, e);
}

static int
look_tx(struct look *l, struct err *e)
{
	struct unsent u;
	size_t i;

	for (i = 0; i < l->list.len; i += sizeof(u)) {
		memcpy(&u, l->list.data + i, sizeof(u));
		if (look_at_tx(l, &u, e) != 0)
			return -1;
	}
	return 0;
}

int
doubt_settle(struct store *s, size_t *held, struct err *e)
{
	struct look *l;
	int rc;

	*held = 0;
	if (s->stopped || s->stage != STORE_MEMBER)
		return 0;
	l = mem_new(sizeof(*l));
	l->s = s;
	l->rec = mem_new(sizeof(*l->rec));
	buf_init(&l->list, SIZE_MAX);
	buf_init(&l->body, SIZE_MAX);
	rc = load_unsent(l, e);
	if (rc == 0 && l->list.len > 0) {
		rc = db_begin(s->db, e);
		if (rc == 0 && (look_tx(l, e) != 0 ||
		    db_commit(s->db, e) != 0)) {
			db_rollback(s->db);
			rc = -1;
		}
	}
	*held = rc == 0 ? l->held : 0;
	leave_space(l);
	buf_done(&l->list);
	buf_done(&l->body);
	mem_wipe(l->rec, sizeof(*l->rec));
	mem_free(l->rec);
	mem_free(l);
	return rc;
}
