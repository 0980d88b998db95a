/*
 * Counting a worker's own year, from what is in the store.
 *
 * Source: schema/reports.md 1.
 */
#ifndef REPORT_TALLY_H
#define REPORT_TALLY_H

#include "client/core/report/counts.h"
#include "client/core/profile/session.h"

#define TALLY_YEAR_MIN 2000
#define TALLY_YEAR_MAX 2199

/** tally_year(s, year, out, e): what this person did in that calendar year, as
 * this device knows it; ${out} is made, with marks, not folded. ERR_INPUT for
 * a year that is none. */
int tally_year(struct session *s, int year, struct counts *out,
    struct err *e);

/** tally_spell(year, from, until): wall ms of its begin and of the next one's,
 * by this machine's time zone. */
void tally_spell(int year, int64_t *from_ms, int64_t *until_ms);

#endif
