/*
 * Counts or figures as a document to print, with charts and tables, in the
 * language of the session.
 */
#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include "client/core/profile/policy.h"
#include "client/core/report/counts.h"
#include "client/core/profile/session.h"
#include "client/paper/paper.h"

struct sheet {
	struct counts *counts;  /* folded */
	const struct policy *policy;
	const char *lang;
	const char *school;     /* this one alone; NULL: all */
	bool rounded;           /* figures: says so, and how */
};

/** sheet_word(sh, side, code, out): what a word of a side is called: by the
 * policy, by the table, else the code; "" is "not stated". Borrowed. */
const char *sheet_word(const struct sheet *sh, const struct counts_side *side,
    const char *code);

/** sheet_words(sh, group, side, out, max): numbers of the words in use, in the
 * order of the policy or table; "" last. */
size_t sheet_words(const struct sheet *sh, enum counts_group_number group,
    unsigned side, unsigned *out, size_t max);

/** sheet_school(name): "without a school" for "". */
const char *sheet_school(const char *name);

/** sheet_amount(group, n, out): "15", or of minutes hours: "2:30". */
#define SHEET_AMOUNT_BYTES 32
const char *sheet_amount(enum counts_group_number group, int64_t n,
    char out[static SHEET_AMOUNT_BYTES]);

/** sheet_fill(sh, p): a part of the document for each group with anything in
 * it. */
void sheet_fill(const struct sheet *sh, struct paper *p);

#endif
