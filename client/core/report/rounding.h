/*
 * Controlled rounding of counts that are published.
 *
 * Counts are a flow: what comes in at a node goes out again, as the cells of a
 * row make up its total. Rounding keeps it a flow. Each arc becomes one of the
 * two multiples of the base beside it; a multiple, and so zero, stays;
 * all sums hold; over the keys the expected value is the true one.
 *
 * Source: schema/reports.md 4. L. H. Cox, "A constructive procedure for
 * unbiased controlled rounding", JASA 82 (1987) 520-524; L. H. Cox and L. R.
 * Ernst, "Controlled rounding", INFOR 20 (1982) 423-432.
 */
#ifndef REPORT_ROUNDING_H
#define REPORT_ROUNDING_H

#include "common/wire/keys.h"

#define ROUNDING_BASE 5              /* what is counted */
#define ROUNDING_BASE_MINUTES (5 * 60) /* time: five hours */

struct rounding_arc {
	size_t from, to; /* nodes, from 0 */
	int64_t value;   /* 0 or more; rounded in place */
};

struct rounding {
	struct rounding_arc *arcs;
	size_t arc_count, node_count;
	int64_t base;      /* 2 or more */
	const struct sym_key *key;
	const char *label; /* what is rounded: another label, other chances */
};

/** rounding_flow(r, e): the same flow, key and label always round the same
 * way. ERR_BUG when it is no flow or has negative counts; nothing is rounded
 * then. */
int rounding_flow(const struct rounding *r, struct err *e);

#endif
