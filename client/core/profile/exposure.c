/* From the newest epoch of each section that is open here: who holds its key
 * is in the clear for members, and for nobody else. */
#include "client/core/profile/exposure.h"

#include <stdio.h>
#include <string.h>

#include "client/core/profile/people.h"
#include "client/core/local/spaces.h"
#include "client/core/vault/keyblock.h"
#include "common/base/mem.h"

struct looking {
	struct session *session;
	struct store *s;
	struct exposure *out;
	struct id *cases;
	size_t case_count;
};

void
exposure_done(struct exposure *x)
{
	mem_free(x->items);
	memset(x, 0, sizeof(*x));
}

static struct exposed *
item_of(struct exposure *x, const char *section, bool room)
{
	size_t i;

	for (i = 0; i < x->count; i++)
		if (x->items[i].room == room &&
		    strcmp(x->items[i].section, section) == 0)
			return &x->items[i];
	snprintf(x->items[i].section, sizeof(x->items[i].section), "%s",
	    section);
	x->items[i].room = room;
	x->count++;
	return &x->items[i];
}

static void
note_case(struct looking *l, const struct id *case_id)
{
	size_t i;

	for (i = 0; i < l->case_count; i++)
		if (id_eq(&l->cases[i], case_id))
			return;
	l->cases[l->case_count++] = *case_id;
}

/* Another person than its own keeps this too. */
static bool
kept_by_others(const struct epoch *ep, const struct id *person)
{
	size_t i;

	for (i = 0; i < ep->recipient_count; i++)
		if (ep->recipients[i].right == RIGHT_KEEP &&
		    !id_eq(&ep->recipients[i].person, person))
			return true;
	return false;
}

static int
look_at(struct looking *l, const struct space *sp, struct err *e)
{
	struct space_epoch ep;
	struct exposed *x;
	int rc;

	if (sp->kind == SPACE_COMMONS || sp->state == SPACE_LOST ||
	    sp->state == SPACE_ERASED)
		return 0;
	rc = sp->epoch == 0 ? 0 : spaces_epoch_find(l->s, &sp->id, sp->epoch,
	    &ep, e);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		/* Begun here and not sent: nobody else holds it. */
		l->out->unsure += sp->epoch != 0;
		return 0;
	}
	if (epoch_find(&ep.ep, &l->out->device) != NULL) {
		x = item_of(l->out, sp->section, sp->kind == SPACE_ROOM);
		x->count++;
		x->alone += !kept_by_others(&ep.ep, &l->out->person);
		if (sp->kind == SPACE_CASE_SECTION)
			note_case(l, &sp->case_id);
	}
	space_epoch_done(&ep);
	return 0;
}

static int
look_at_all(struct looking *l, struct err *e)
{
	struct space *list;
	int64_t count;
	size_t n, i;
	int rc;

	if (db_one_int(l->s->db, "SELECT count(*) FROM space", &count, e) < 0)
		return -1;
	list = mem_new(((size_t)count + 1) * sizeof(*list));
	l->cases = mem_new(((size_t)count + 1) * sizeof(*l->cases));
	l->out->items = mem_new(((size_t)count + 1) * sizeof(*l->out->items));
	rc = spaces_list(l->s, NULL, list, (size_t)count, &n, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = look_at(l, &list[i], e);
	l->out->cases = l->case_count;
	mem_free(l->cases);
	mem_free(list);
	return rc;
}

static int
last_heard(struct store *s, const struct id *device, int64_t *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT max(eff) FROM version WHERE origin = ?1 AND seq IS NOT NULL");
	int rc;

	*out = 0;
	db_bind_view(q, 1, view_of(device->b, sizeof(device->b)));
	while ((rc = db_step(q, e)) == 1)
		*out = hlc_ms((uint64_t)db_int(q, 0));
	return rc;
}

int
exposure_of(struct session *session, const struct id *device,
    struct exposure *out, struct err *e)
{
	struct store *s = session_store(session);
	struct looking l = { session, s, out, NULL, 0 };
	const struct roster_device *d = roster_device(&s->roster, device);

	memset(out, 0, sizeof(*out));
	if (d == NULL)
		return err_set(e, ERR_ABSENT, "no device has this id: tugi "
		    "office devices lists them");
	out->device = d->device;
	out->person = d->person;
	out->revoked = d->revoked;
	out->me = id_eq(&d->device, &s->me->device);
	out->officer = (roster_roles(&s->roster, &d->person) &
	    ROLE_OFFICER) != 0;
	out->cost_passes = KEYBLOCK_OPS_FLOOR;
	out->cost_bytes = KEYBLOCK_MEM_FLOOR;
	if (people_name(session, &d->person, out->name, e) != 0 ||
	    last_heard(s, device, &out->heard_ms, e) != 0 ||
	    look_at_all(&l, e) != 0) {
		exposure_done(out);
		return -1;
	}
	return 0;
}
