/*
 * Who should hold a space, by statements, roster and time; and whether the
 * newest epoch lists just these.
 */
#include "client/core/accord/door.h"

#include <stdlib.h>
#include <string.h>

#define DEVICES_MAX 64 /* of one person */
#define DAY_MS INT64_C(86400000)

/*
 * Up to when rights count as over. A clock that runs ahead of the hub's makes
 * no epoch: one wrong machine would shut everybody out. Nor does a hub that
 * names a time more than a day past the own clock. What either holds to be
 * over is not written to (doors_writable), so who lies about the time makes
 * text wait and nothing more.
 */
static int64_t
end_of_rights(const struct store *s)
{
	int64_t own = tick_wall_ms(&s->tick) - s->ahead_ms;

	return s->hub_ms > own && s->hub_ms - own < DAY_MS ? s->hub_ms : own;
}

/* The statement that counts: most right first, then the later end. Right and
 * end must stand in one, two do not add up. */
static const struct access *
basis_at(const struct door *d, const struct id *person, int64_t now,
    enum right *out)
{
	const struct access *best = NULL;
	enum right right, most = RIGHT_NONE;
	size_t i;

	for (i = 0; i < d->book.count; i++) {
		const struct access *a = &d->book.list[i];

		if (!id_eq(&a->person, person))
			continue;
		right = access_right(&d->book, a, now);
		if (right > most || (right == most && best != NULL &&
		    access_end(a) > access_end(best))) {
			best = a;
			most = right;
		}
	}
	*out = most;
	return best;
}

const struct access *
door_want_basis(const struct door *d, const struct id *person,
    enum right *out)
{
	return basis_at(d, person, end_of_rights(d->s), out);
}

static bool
named_before(const struct access_book *b, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (id_eq(&b->list[i].person, &b->list[at].person))
			return true;
	return false;
}

static int
want_add(struct door *d, const struct roster_device *dev,
    const struct access *basis, enum right right)
{
	struct epoch_recipient *r;

	if (d->want_count >= d->want_max)
		return -1;
	r = &d->want[d->want_count++];
	memset(r, 0, sizeof(*r));
	r->person = dev->person;
	r->device = dev->device;
	r->right = right;
	r->until_ms = access_end(basis);
	return 0;
}

static bool
is_in(const struct door *d, const struct id *person)
{
	size_t i;

	for (i = 0; d->has_cur && i < d->cur.ep.recipient_count; i++)
		if (id_eq(&d->cur.ep.recipients[i].person, person))
			return true;
	return false;
}

/*
 * What the hub holds to be over it would refuse to see listed, each time. So
 * nobody new comes in by it; who is in stays, and the epoch waits until clock
 * and hub agree. What was said about it goes without waiting.
 */
static int
want_person(struct door *d, const struct id *person)
{
	const struct roster_device *devices[DEVICES_MAX];
	enum right right;
	const struct access *basis = door_want_basis(d, person, &right);
	size_t i, n;

	if (basis == NULL)
		return 0;
	if (access_end(basis) < d->next_end)
		d->next_end = access_end(basis);
	if (access_end(basis) <= d->s->contact_ms && is_in(d, person))
		d->over_there = true;
	else if (access_end(basis) <= d->s->contact_ms)
		basis = basis_at(d, person, d->s->contact_ms, &right);
	if (basis == NULL)
		return 0;
	n = roster_devices_of(&d->s->roster, person, devices, DEVICES_MAX);
	for (i = 0; i < n; i++)
		if (want_add(d, devices[i], basis, right) != 0)
			return -1;
	if (d->extra != NULL && id_eq(&d->extra->person, person) &&
	    want_add(d, d->extra, basis, right) != 0)
		return -1;
	return 0;
}

static int
by_device(const void *a, const void *b)
{
	const struct epoch_recipient *x = a, *y = b;

	return id_cmp(&x->device, &y->device);
}

void
door_want_allowed(struct door *d)
{
	size_t i;

	d->want_count = 0;
	d->next_end = INT64_MAX;
	for (i = 0; i < d->book.count; i++)
		if (!named_before(&d->book, i) &&
		    want_person(d, &d->book.list[i].person) != 0)
			d->stuck = true; /* more than an epoch may list */
	qsort(d->want, d->want_count, sizeof(*d->want), by_device);
}

static bool
is_withdrawn(const struct door *d, const struct id *person)
{
	enum right right;
	size_t i;

	for (i = 0; i < d->book.count; i++)
		if (access_closes(d->book.list[i].kind) &&
		    id_eq(&d->book.list[i].person, person))
			return door_want_basis(d, person, &right) == NULL;
	return false;
}

/* A writer's epoch: the current one without who is revoked, over, or named in
 * a withdrawal. Keepers stay, and so does who has no statement at all: only a
 * keeper may judge that. */
void
door_want_fewer(struct door *d)
{
	const struct epoch *ep = &d->cur.ep;
	int64_t now = end_of_rights(d->s);
	size_t i;

	d->want_count = 0;
	d->next_end = INT64_MAX;
	for (i = 0; i < ep->recipient_count; i++) {
		const struct epoch_recipient *r = &ep->recipients[i];
		bool over = now >= r->until_ms || roster_live(&d->s->roster,
		    &r->device, ROSTER_NOW) == NULL;

		if (over || (r->right < RIGHT_KEEP &&
		    is_withdrawn(d, &r->person)))
			continue;
		d->want[d->want_count++] = *r;
		if (r->until_ms < d->next_end)
			d->next_end = r->until_ms;
	}
}

bool
door_want_differs(const struct door *d)
{
	const struct epoch *ep = &d->cur.ep;
	size_t i;

	if (d->want_count != ep->recipient_count)
		return true;
	for (i = 0; i < d->want_count; i++)
		if (!id_eq(&d->want[i].device, &ep->recipients[i].device) ||
		    !id_eq(&d->want[i].person, &ep->recipients[i].person) ||
		    d->want[i].right != ep->recipients[i].right ||
		    d->want[i].until_ms != ep->recipients[i].until_ms)
			return true;
	return false;
}

bool
door_want_keeper(const struct door *d)
{
	size_t i;

	for (i = 0; i < d->want_count; i++)
		if (d->want[i].right == RIGHT_KEEP)
			return true;
	return false;
}
