/*
 * Cox's procedure. While an arc is no multiple of the base, there is a cycle
 * of such arcs: a node where one of them ends has another, else its sums would
 * not hold. Around the cycle as much is added and taken away as it takes to
 * make one more arc a multiple without passing one, this way or the other way
 * round by a chance that leaves the expected values alone. So each step ends
 * at least one arc, and none leaves its two multiples.
 *
 * Chance comes from a key, so that it is the same each time.
 */
#include "client/core/report/rounding.h"

#include <string.h>

#include "common/base/mem.h"

#define NONE SIZE_MAX

/* ---- chance ---- */

struct dice {
	const struct rounding *r;
	uint64_t block;
	struct hash bytes;
	size_t used;
};

/* From 0 to below ${sides}, which is small against 2^32. */
static uint32_t
throw(struct dice *d, uint32_t sides)
{
	uint32_t v = 0;
	struct buf b;
	size_t i;

	if (d->block == 0 || d->used + sizeof(v) > sizeof(d->bytes.b)) {
		buf_init(&b, 4096);
		buf_add_be(&b, d->block++, 8);
		buf_add_str(&b, d->r->label);
		keys_mac(d->r->key, "tugi rounding 1", buf_view(&b),
		    &d->bytes);
		buf_done(&b);
		d->used = 0;
	}
	for (i = 0; i < sizeof(v); i++)
		v = v << 8 | d->bytes.b[d->used++];
	return v % sides;
}

/* ---- cycles ---- */

/* The arcs that are no multiples yet, at each node where they end. */
struct walk {
	const struct rounding *r;
	size_t *first, *next; /* by node; by end: 2 * arc + (0 from, 1 to) */
	size_t *at;           /* by node: place on the path + 1; 0 not there */
	size_t *path;         /* arc ends by which the nodes were left */
	size_t *nodes;        /* the path's nodes */
	size_t count;
};

static bool
is_open(const struct rounding *r, size_t arc)
{
	return r->arcs[arc].value % r->base != 0;
}

static void
walk_init(struct walk *w, const struct rounding *r)
{
	size_t i, end, node;

	memset(w, 0, sizeof(*w));
	w->r = r;
	w->first = mem_new((r->node_count + 1) * sizeof(size_t));
	w->next = mem_new((2 * r->arc_count + 1) * sizeof(size_t));
	w->at = mem_new((r->node_count + 1) * sizeof(size_t));
	w->path = mem_new((r->node_count + 1) * sizeof(size_t));
	w->nodes = mem_new((r->node_count + 1) * sizeof(size_t));
	for (i = 0; i < r->node_count; i++)
		w->first[i] = NONE;
	for (end = 2 * r->arc_count; end-- > 0;) {
		i = end / 2;
		node = end % 2 == 0 ? r->arcs[i].from : r->arcs[i].to;
		w->next[end] = w->first[node];
		w->first[node] = end;
	}
}

static void
walk_done(struct walk *w)
{
	mem_free(w->first);
	mem_free(w->next);
	mem_free(w->at);
	mem_free(w->path);
	mem_free(w->nodes);
}

/* An open arc at the node, other than the one that led there. Those that are
 * done are left out of the list for good. */
static size_t
way_on(struct walk *w, size_t node, size_t came)
{
	size_t *link = &w->first[node], end;

	while ((end = *link) != NONE) {
		if (!is_open(w->r, end / 2))
			*link = w->next[end];
		else if (end / 2 == came)
			link = &w->next[end];
		else
			return end;
	}
	return NONE;
}

/* From an open arc on until the path meets itself; the cycle is what lies
 * between, from place ${from} to the end. -1: an arc leads nowhere. */
static int
find_cycle(struct walk *w, size_t arc, size_t *from)
{
	size_t node = w->r->arcs[arc].from, end = 2 * arc, i;
	int rc = 0;

	w->count = 0;
	while (w->at[node] == 0) {
		w->nodes[w->count] = node;
		w->path[w->count] = end;
		w->at[node] = ++w->count;
		node = end % 2 == 0 ? w->r->arcs[end / 2].to :
		    w->r->arcs[end / 2].from;
		if (w->at[node] != 0)
			break; /* met: the way on is the way it left by */
		end = way_on(w, node, end / 2);
		if (end == NONE) {
			rc = -1;
			break;
		}
	}
	*from = w->at[node] != 0 ? w->at[node] - 1 : 0;
	for (i = 0; i < w->count; i++)
		w->at[w->nodes[i]] = 0;
	return rc;
}

/* How far the arc can go with (up) or against the way round. */
static int64_t
slack(const struct rounding *r, size_t end, bool up)
{
	int64_t rest = r->arcs[end / 2].value % r->base;
	bool adds = (end % 2 == 0) == up;

	return adds ? r->base - rest : rest;
}

static void
turn(struct walk *w, size_t from, struct dice *d)
{
	int64_t up = w->r->base, down = w->r->base, v;
	size_t i;

	for (i = from; i < w->count; i++) {
		v = slack(w->r, w->path[i], true);
		up = v < up ? v : up;
		v = slack(w->r, w->path[i], false);
		down = v < down ? v : down;
	}
	/* Up by ${up} with the chance down / (up + down): on average nothing. */
	v = (int64_t)throw(d, (uint32_t)(up + down)) < down ? up : -down;
	for (i = from; i < w->count; i++)
		w->r->arcs[w->path[i] / 2].value +=
		    w->path[i] % 2 == 0 ? v : -v;
}

/* ---- all of it ---- */

static int
check(const struct rounding *r, struct err *e)
{
	int64_t *sums = mem_new((r->node_count + 1) * sizeof(*sums));
	const struct rounding_arc *a;
	bool bad = false;
	size_t i;

	for (i = 0; i < r->arc_count; i++) {
		a = &r->arcs[i];
		if (a->from >= r->node_count || a->to >= r->node_count ||
		    a->from == a->to || a->value < 0 ||
		    a->value > INT64_MAX / 1024) {
			bad = true;
			break;
		}
		sums[a->from] -= a->value;
		sums[a->to] += a->value;
	}
	for (i = 0; i < r->node_count; i++)
		bad |= sums[i] != 0;
	mem_free(sums);
	return !bad ? 0 : err_set(e, ERR_BUG, "a table whose sums do not hold "
	    "was to be rounded; nothing is published");
}

int
rounding_flow(const struct rounding *r, struct err *e)
{
	struct dice d = { .r = r };
	struct walk w;
	size_t i, from;
	int rc;

	rc = check(r, e);
	if (rc != 0)
		return -1;
	walk_init(&w, r);
	for (i = 0; rc == 0 && i < r->arc_count; i++)
		while (rc == 0 && is_open(r, i)) {
			rc = find_cycle(&w, i, &from);
			if (rc == 0)
				turn(&w, from, &d);
		}
	walk_done(&w);
	return rc == 0 ? 0 : err_set(e, ERR_BUG, "a table could not be "
	    "rounded; nothing is published");
}
