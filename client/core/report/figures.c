/*
 * One group becomes one flow: from a source over the words of the first side
 * to the schools, through each school, over the words of the second side, and
 * over the words of each further side back to the source. Every total is an
 * arc, so every total is rounded with its cells.
 */
#include "client/core/report/figures.h"

#include <stdio.h>
#include <string.h>

#include "client/core/report/rounding.h"
#include "common/base/mem.h"

/* An arc, and the cell of the published table that it is; or none. */
struct place {
	struct counts_cell cell;
	bool shown;
};

struct net {
	struct counts *raw;
	enum counts_group_number group;
	unsigned *schools, *words; /* numbers of texts in use */
	size_t school_count, word_count;
	struct rounding_arc *arcs;
	struct place *places;
	size_t count, room, nodes;
	int64_t *dense;            /* the side under way: school x word */
	bool full;                 /* more schools or words than a list holds */
};

static void
arc(struct net *n, size_t from, size_t to, const struct counts_cell *cell,
    bool shown)
{
	struct rounding_arc *arcs;
	struct place *places;

	if (n->count == n->room) {
		n->room = 2 * n->room + 256;
		arcs = mem_new(n->room * sizeof(*arcs));
		places = mem_new(n->room * sizeof(*places));
		if (n->count > 0) {
			memcpy(arcs, n->arcs, n->count * sizeof(*arcs));
			memcpy(places, n->places, n->count * sizeof(*places));
		}
		mem_free(n->arcs);
		mem_free(n->places);
		n->arcs = arcs;
		n->places = places;
	}
	n->arcs[n->count] = (struct rounding_arc){ from, to, cell->n };
	n->places[n->count++] = (struct place){ *cell, shown };
}

/* The cells of one side as a table. */
static void
load_side(struct net *n, unsigned side)
{
	unsigned *school = mem_new((n->raw->text_count + 1) * sizeof(*school));
	unsigned *word = mem_new((n->raw->text_count + 1) * sizeof(*word));
	const struct counts_cell *c;
	size_t i;

	n->word_count = counts_words(n->raw, n->group, side, n->words,
	    COUNTS_LIST_MAX);
	n->full |= n->word_count == COUNTS_LIST_MAX;
	for (i = 0; i < n->school_count; i++)
		school[n->schools[i]] = (unsigned)i;
	for (i = 0; i < n->word_count; i++)
		word[n->words[i]] = (unsigned)i;
	mem_free(n->dense);
	n->dense = mem_new((n->school_count * n->word_count + 1) *
	    sizeof(*n->dense));
	for (i = 0; i < n->raw->cell_count; i++) {
		c = &n->raw->cells[i];
		if (c->group == n->group && c->side == side)
			n->dense[school[c->school] * n->word_count +
			    word[c->word]] += c->n;
	}
	mem_free(school);
	mem_free(word);
}

/* A side by schools: between node ${at} and the schools' nodes from
 * ${school0}; ${in}: from the words to the schools, else from them on. */
static void
net_schools(struct net *n, unsigned side, size_t at, size_t school0, bool in)
{
	struct counts_cell cell = { .group = n->group, .side = side }, sum;
	size_t i, k, word;

	load_side(n, side);
	for (k = 0; k < n->word_count; k++) {
		word = n->nodes++;
		cell.word = n->words[k];
		sum = cell;
		for (i = 0; i < n->school_count; i++) {
			cell.school = n->schools[i];
			cell.n = n->dense[i * n->word_count + k];
			sum.n += cell.n;
			arc(n, in ? word : school0 + i, in ? school0 + i :
			    word, &cell, true);
		}
		arc(n, in ? at : word, in ? word : at, &sum, false);
		cell.n = 0;
	}
}

/* A side of all schools together: from one node to the next. */
static void
net_all(struct net *n, unsigned side, size_t from, size_t to)
{
	struct counts_cell cell = { .group = n->group, .side = side };
	size_t i, k;

	load_side(n, side);
	for (k = 0; k < n->word_count; k++) {
		cell.word = n->words[k];
		cell.n = 0;
		for (i = 0; i < n->school_count; i++)
			cell.n += n->dense[i * n->word_count + k];
		arc(n, from, to, &cell, true);
	}
}

static void
net_make(struct net *n)
{
	const struct counts_group *g = &counts_groups[n->group];
	size_t source, in, out, i, k, at, next;
	struct counts_cell cell = { .group = n->group };

	source = n->nodes++;
	in = n->nodes;
	n->nodes += n->school_count;
	net_schools(n, 0, source, in, true);
	out = n->nodes;
	n->nodes += n->school_count;
	for (i = 0; i < n->school_count; i++) {
		cell.n = 0;
		for (k = 0; k < n->word_count; k++)
			cell.n += n->dense[i * n->word_count + k];
		arc(n, in + i, out + i, &cell, false);
	}
	at = n->nodes++;
	if (g->side_count > 1)
		net_schools(n, 1, at, out, false);
	else
		for (i = 0; i < n->school_count; i++) {
			cell.n = n->arcs[n->count - n->school_count].value;
			arc(n, out + i, at, &cell, false);
		}
	for (i = COUNTS_BY_SCHOOL; i < g->side_count; i++) {
		next = n->nodes++;
		net_all(n, (unsigned)i, at, next);
		at = next;
	}
	cell.n = counts_get(n->raw, n->group, 0, &(struct counts_where){
	    NULL, NULL });
	arc(n, at, source, &cell, false);
}

static int
round_group(struct net *n, const struct figures_from *from,
    struct counts *out, struct err *e)
{
	char label[64];
	struct rounding r = { .key = from->key, .label = label };
	struct counts_cell cell;
	size_t i;
	int rc;

	net_make(n);
	snprintf(label, sizeof(label), "%d/%s", from->year,
	    counts_groups[n->group].code);
	r.base = counts_groups[n->group].unit == COUNTS_MINUTES ?
	    ROUNDING_BASE_MINUTES : ROUNDING_BASE;
	r.arcs = n->arcs;
	r.arc_count = n->count;
	r.node_count = n->nodes;
	rc = n->full ? err_set(e, ERR_TOOBIG, "these counts name %d schools "
	    "or words, or more; nothing is published. Look who handed them "
	    "in", COUNTS_LIST_MAX) : rounding_flow(&r, e);
	for (i = 0; rc == 0 && i < n->count; i++) {
		if (!n->places[i].shown)
			continue;
		cell = n->places[i].cell;
		cell.school = counts_text(out, n->raw->texts[cell.school]);
		cell.word = counts_text(out, n->raw->texts[cell.word]);
		cell.n = n->arcs[i].value;
		counts_put(out, &cell);
	}
	return rc;
}

int
figures_round(const struct figures_from *from, struct counts *out,
    struct err *e)
{
	struct net n = { .raw = from->raw };
	unsigned group;
	int rc = 0;

	counts_init(out);
	counts_sort(from->raw);
	n.schools = mem_new(COUNTS_LIST_MAX * sizeof(*n.schools));
	n.words = mem_new(COUNTS_LIST_MAX * sizeof(*n.words));
	n.school_count = counts_schools(from->raw, n.schools,
	    COUNTS_LIST_MAX);
	n.full = n.school_count == COUNTS_LIST_MAX;
	for (group = 0; rc == 0 && group < COUNTS_GROUP_COUNT; group++) {
		n.group = group;
		n.count = n.nodes = 0;
		rc = round_group(&n, from, out, e);
	}
	mem_free(n.schools);
	mem_free(n.words);
	mem_free(n.arcs);
	mem_free(n.places);
	mem_free(n.dense);
	if (rc != 0)
		counts_done(out);
	else
		counts_sort(out);
	return rc;
}
