/*
 * Figures: counts rounded so that they may be published. Of what is counted
 * the first sides stand school by school with their totals, the others for all
 * schools together; all sums hold.
 *
 * Source: schema/reports.md 4.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "client/core/report/counts.h"
#include "common/wire/keys.h"

/** figures_round(raw, key, year, out, e): ${raw} is folded and stays as it is;
 * ${out} is made. The same counts, key and year always give the same. */
struct figures_from {
	struct counts *raw;
	const struct sym_key *key;
	int year;
};
int figures_round(const struct figures_from *from, struct counts *out,
    struct err *e);

#endif
