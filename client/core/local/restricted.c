/*
 * A restriction holds from its place in the space until its last day or until
 * it is lifted. One that is deleted, held or itself erased holds nothing; two
 * of one record hold until both are over.
 */
#include "client/core/local/restricted.h"

#include "client/core/local/day.h"
#include "common/base/mem.h"

#define LAST_MS (DAY_MS / 2) /* a day is noon; it holds to its end */

static bool
may_be(enum record_type type)
{
	return type != TYPE_CASE && fields_number(type, FIELD_DELETED) != NULL;
}

/* When it is over: INT64_MAX without an end, INT64_MIN when it was lifted. */
static int64_t
end_of(const struct loaded *l)
{
	int64_t day;

	if (day_parse(loaded_text(l, RESTRICTION_LIFTED), &day))
		return INT64_MIN;
	if (day_parse(loaded_text(l, RESTRICTION_UNTIL), &day))
		return day + LAST_MS;
	return INT64_MAX;
}

struct asking {
	struct store *s;
	const struct record_row *row;
	int64_t now;
	bool on;
};

static int
look(void *ctx, const struct record_row *row, struct err *e)
{
	struct asking *a = ctx;
	struct loaded *l;
	int rc;

	if (!id_eq(&row->space, &a->row->space))
		return 0;
	l = loaded_new();
	rc = versions_load_row(a->s, row, l, e);
	if (rc == 1) {
		a->on = a->on || (l->heads.count > 0 && a->now < end_of(l));
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

int
restricted_is(struct store *s, const struct record_row *row, bool *out,
    struct err *e)
{
	struct version_query q = { .type = TYPE_RESTRICTION,
		.parent = &row->id };
	struct asking a = { s, row, store_now_ms(s), false };
	int rc = may_be(row->type) ? versions_each(s, &q, look, &a, e) : 0;

	*out = a.on;
	return rc;
}

int
restricted_follow_tx(struct store *s, const struct id *id, struct err *e)
{
	struct record_row row, of;
	int rc = versions_row(s, id, &row, e);

	s->ends.known = false;
	if (rc != 1 || id_is_zero(&row.parent))
		return rc < 0 ? -1 : 0;
	rc = versions_row(s, &row.parent, &of, e);
	if (rc != 1 || !id_eq(&of.space, &row.space))
		return rc < 0 ? -1 : 0;
	return versions_flags_tx(s, of.rid, e);
}

/* ---- what ends by itself ---- */

struct keeping {
	struct store *s;
	int64_t now, from, next;
};

static int
keep(void *ctx, const struct record_row *row, struct err *e)
{
	struct keeping *k = ctx;
	struct loaded *l = loaded_new();
	int64_t end = INT64_MAX;
	int rc = versions_load_row(k->s, row, l, e);

	if (rc == 1) {
		end = end_of(l);
		versions_done(l);
	}
	mem_free(l);
	if (rc != 1 || end == INT64_MIN || end == INT64_MAX)
		return rc < 0 ? -1 : 0;
	if (end <= k->now && end > k->from)
		k->from = end;
	if (end > k->now && end < k->next)
		k->next = end;
	if (db_begin(k->s->db, e) != 0)
		return -1;
	if (restricted_follow_tx(k->s, &row->id, e) == 0 &&
	    db_commit(k->s->db, e) == 0)
		return 0;
	db_rollback(k->s->db);
	return -1;
}

int
restricted_keep(struct store *s, int64_t now, int64_t *from, int64_t *next,
    struct err *e)
{
	struct version_query q = { .type = TYPE_RESTRICTION };
	struct keeping k = { s, now, *from, *next };
	int rc = versions_each(s, &q, keep, &k, e);

	*from = k.from;
	*next = k.next;
	return rc;
}
