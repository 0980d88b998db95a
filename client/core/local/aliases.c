/*
 * Aliases read from the cards, and the groups they form. An alias in one card
 * alone is nothing: who writes in one case cannot tie it to another.
 */
#include "client/core/local/aliases.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#define TAG_ID "tugi alias 1"
#define PAIRS_MAX 2048 /* halves, of cases that are here */

void
aliases_record(const struct id *card, const struct id *front,
    const struct id *behind, struct id *out)
{
	struct hash h;
	struct buf b;

	buf_init(&b, 64);
	buf_add(&b, card->b, sizeof(card->b));
	buf_add(&b, front->b, sizeof(front->b));
	buf_add(&b, behind->b, sizeof(behind->b));
	keys_hash(TAG_ID, buf_view(&b), &h);
	buf_done(&b);
	memcpy(out->b, h.b, sizeof(out->b));
}

/* ---- loading ---- */

struct half { /* an alias in one of its two cards */
	struct alias_pair pair;
	bool in_front; /* the card is that of the case in front */
};

struct loading {
	struct store *s;
	struct half *halves;
	size_t count;
};

static int
take_half(struct loading *x, const struct record_row *row,
    const struct loaded *l, struct err *e)
{
	struct half *h = &x->halves[x->count];
	struct record_row card, other;
	struct id id;
	int rc;

	h->pair.front = loaded_id(l, ALIAS_FRONT);
	h->pair.behind = loaded_id(l, ALIAS_BEHIND);
	h->in_front = id_eq(&row->case_id, &h->pair.front);
	aliases_record(&row->case_id, &h->pair.front, &h->pair.behind, &id);
	if (!id_eq(&id, &row->id) ||
	    (!h->in_front && !id_eq(&row->case_id, &h->pair.behind)) ||
	    id_eq(&h->pair.front, &h->pair.behind) ||
	    !view_eq(loaded_text(l, ALIAS_STATUS), view_str(ALIAS_SAME)))
		return 0;
	/* Nothing is one with a case that is not here: made-up ones take no
	 * room from others. */
	rc = versions_row(x->s, h->in_front ? &h->pair.behind :
	    &h->pair.front, &other, e);
	if (rc != 1)
		return rc;
	rc = versions_row(x->s, &row->case_id, &card, e);
	h->pair.shut = rc != 1 || ((row->flags | card.flags) & RECORD_OUT) != 0;
	x->count++;
	return rc < 0 ? -1 : 0;
}

static int
take_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct loading *x = ctx;
	struct loaded *l;
	int rc;

	if (x->count == PAIRS_MAX || (row->flags & RECORD_ERASED) != 0)
		return 0;
	l = loaded_new();
	rc = versions_load_row(x->s, row, l, e) == 1 ? 0 : -1;
	if (rc == 0) {
		rc = take_half(x, row, l, e);
		versions_done(l);
	}
	mem_free(l);
	return rc;
}

static int
cmp_pair(const struct alias_pair *a, const struct alias_pair *b)
{
	int c = id_cmp(&a->front, &b->front);

	return c != 0 ? c : id_cmp(&a->behind, &b->behind);
}

static int
cmp_half(const void *va, const void *vb)
{
	const struct half *a = va, *b = vb;
	int c = cmp_pair(&a->pair, &b->pair);

	return c != 0 ? c : (int)a->in_front - (int)b->in_front;
}

/* Two halves side by side are an alias. */
static void
join_halves(const struct loading *x, struct alias_set *out)
{
	const struct half *h = x->halves;
	size_t i;

	out->pairs = mem_new((x->count / 2 + 1) * sizeof(*out->pairs));
	for (i = 0; i + 1 < x->count; i++)
		if (cmp_pair(&h[i].pair, &h[i + 1].pair) == 0) {
			out->pairs[out->count] = h[i].pair;
			out->pairs[out->count++].shut = h[i].pair.shut ||
			    h[i + 1].pair.shut;
			i++;
		}
}

int
aliases_load(struct store *s, struct alias_set *out, struct err *e)
{
	struct version_query q = { .type = TYPE_ALIAS, .with_hidden = true };
	struct loading x = { .s = s };
	struct stmt *any = db_prepare(s->db,
	    "SELECT 1 FROM record WHERE type = ? LIMIT 1");
	int rc;

	memset(out, 0, sizeof(*out));
	db_bind_int(any, 1, TYPE_ALIAS);
	rc = db_step(any, e);
	if (rc <= 0)
		return rc;
	db_reset(any);
	x.halves = mem_new((PAIRS_MAX + 1) * sizeof(*x.halves));
	rc = versions_each(s, &q, take_row, &x, e);
	if (rc == 0) {
		qsort(x.halves, x.count, sizeof(*x.halves), cmp_half);
		join_halves(&x, out);
	}
	mem_free(x.halves);
	return rc;
}

void
aliases_done(struct alias_set *set)
{
	mem_free(set->pairs);
	memset(set, 0, sizeof(*set));
}

/* ---- groups ---- */

static size_t
place_of(const struct alias_group *g, const struct id *id)
{
	size_t i;

	for (i = 0; i < g->count; i++)
		if (id_eq(&g->ids[i], id))
			return i;
	return g->count;
}

static bool
add_id(struct alias_group *g, const struct id *id)
{
	if (place_of(g, id) < g->count || g->count == ALIASES_GROUP_MAX)
		return false;
	g->ids[g->count++] = *id;
	return true;
}

static void
add_all(const struct alias_set *set, bool shut, struct alias_group *g)
{
	bool more = true;
	size_t i;

	while (more) {
		more = false;
		for (i = 0; i < set->count; i++) {
			const struct alias_pair *p = &set->pairs[i];

			if (p->shut && !shut)
				continue;
			if (place_of(g, &p->front) < g->count)
				more = add_id(g, &p->behind) || more;
			if (place_of(g, &p->behind) < g->count)
				more = add_id(g, &p->front) || more;
		}
	}
}

static int
cmp_id(const void *a, const void *b)
{
	return id_cmp(a, b);
}

/* up[i][j]: some chain of aliases puts case i behind case j. */
struct chains {
	bool up[ALIASES_GROUP_MAX][ALIASES_GROUP_MAX];
};

static void
find_chains(const struct alias_set *set, bool shut,
    const struct alias_group *g, struct chains *c)
{
	size_t i, j, k, n = g->count;

	for (i = 0; i < set->count; i++) {
		j = place_of(g, &set->pairs[i].behind);
		k = place_of(g, &set->pairs[i].front);
		if (j < n && k < n && (shut || !set->pairs[i].shut))
			c->up[j][k] = true;
	}
	for (k = 0; k < n; k++)
		for (i = 0; i < n; i++)
			for (j = 0; c->up[i][k] && j < n; j++)
				c->up[i][j] = c->up[i][j] || c->up[k][j];
}

/* In front: behind nothing that is not behind it as well. */
static bool
is_front(const struct chains *c, size_t n, size_t i)
{
	size_t j;

	for (j = 0; j < n; j++)
		if (c->up[i][j] && !c->up[j][i])
			return false;
	return true;
}

void
aliases_group(const struct alias_set *set, const struct id *case_id,
    bool shut, struct alias_group *out)
{
	struct chains *c;
	struct id front;
	size_t i;

	memset(out, 0, sizeof(*out));
	add_id(out, case_id);
	add_all(set, shut, out);
	if (out->count == 1)
		return;
	qsort(out->ids, out->count, sizeof(out->ids[0]), cmp_id);
	c = mem_new(sizeof(*c));
	find_chains(set, shut, out, c);
	for (i = 0; i + 1 < out->count && !is_front(c, out->count, i); i++)
		;
	mem_free(c);
	front = out->ids[i];
	memmove(&out->ids[1], &out->ids[0], i * sizeof(out->ids[0]));
	out->ids[0] = front;
}

int
aliases_of(struct store *s, const struct id *case_id, bool shut,
    struct alias_group *out, struct err *e)
{
	struct alias_set set;

	if (aliases_load(s, &set, e) != 0)
		return -1;
	aliases_group(&set, case_id, shut, out);
	aliases_done(&set);
	return 0;
}
