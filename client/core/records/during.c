/*
 * The times in which somebody had handed a case over and still worked in it,
 * from the steps in the card; without the card nothing is marked.
 */
#include "client/core/records/during.h"

#include <string.h>

#include "client/core/accord/sides.h"

/* When that person's part became less, after ${from}. */
static int64_t
end_of(const struct side_sources *all, const struct id *person,
    int64_t from_ms)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->list[i].step == SIDE_REDUCE &&
		    all->list[i].from_ms >= from_ms &&
		    id_eq(&all->list[i].person, person))
			return all->list[i].from_ms;
	return INT64_MAX;
}

static const struct side_source *
find_step(const struct side_sources *all, const struct id *record)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (id_eq(&all->list[i].record, record))
			return &all->list[i];
	return NULL;
}

/* Most cases have none, and a list of notes asks for every row. */
static int
has_steps(struct store *s, const struct id *case_id, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM record "
	    "WHERE case_id = ? AND type = ? LIMIT 1");
	int rc;

	db_bind_id(q, 1, case_id);
	db_bind_int(q, 2, TYPE_HANDOVER);
	rc = db_step(q, e);
	if (rc == 1)
		db_reset(q);
	return rc;
}

int
during_load(struct store *s, const struct id *case_id, struct during *out,
    struct err *e)
{
	struct side_sources all;
	size_t i;
	int rc;

	if (out->known && id_eq(&out->case_id, case_id))
		return 0;
	memset(out, 0, sizeof(*out));
	out->case_id = *case_id;
	out->known = true;
	rc = has_steps(s, case_id, e);
	if (rc <= 0)
		return rc;
	if (sides_load(s, case_id, &all, e) != 0)
		return -1;
	for (i = 0; i < all.count && out->count < DURING_MAX; i++) {
		const struct side_source *yes = &all.list[i], *offer;

		if (yes->step != SIDE_ACCEPT ||
		    sides_answer(&all, yes, SIDE_BACK) != NULL)
			continue;
		/* A substitute works beside who leads, that is no handover. */
		offer = find_step(&all, &yes->of);
		if (offer == NULL || offer->until_ms != INT64_MAX)
			continue;
		out->spans[out->count].person = offer->by;
		out->spans[out->count].from_ms = yes->from_ms;
		out->spans[out->count++].to_ms = end_of(&all, &offer->by,
		    yes->from_ms);
	}
	sides_done(&all);
	return 0;
}

bool
during_is(const struct during *d, const struct store *s,
    const struct version *v)
{
	const struct roster_device *dev;
	int64_t at = hlc_ms(v->eff);
	size_t i;

	/* A step is none of the texts it marks. */
	if (d->count == 0 || v->rec.type == TYPE_HANDOVER)
		return false;
	dev = roster_device(&s->roster, &v->rec.origin);
	for (i = 0; dev != NULL && i < d->count; i++)
		if (at >= d->spans[i].from_ms && at < d->spans[i].to_ms &&
		    id_eq(&dev->person, &d->spans[i].person))
			return true;
	return false;
}
