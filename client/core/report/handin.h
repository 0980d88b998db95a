/*
 * Handing a year's counts in to the office, sealed to its officers, and what
 * the office makes of those of all workers.
 *
 * Source: schema/reports.md 2, 3.
 */
#ifndef REPORT_HANDIN_H
#define REPORT_HANDIN_H

#include "client/core/report/tally.h"
#include "common/wire/keys.h"

struct handin { /* exactly what goes, or went */
	int year;
	struct counts counts; /* with marks, not folded */
	struct hash hash;     /* of the bytes below */
	struct buf bytes;
};
void handin_done(struct handin *h);

/** handin_make(s, year, out, e): what this person would hand in now. */
int handin_make(struct session *s, int year, struct handin *out,
    struct err *e);

/** handin_send(s, h, e): to the officers, at the next sync; replaces what was
 * handed in before. ERR_CLASH when it is what was handed in last;
 * ERR_TOOBIG. */
int handin_send(struct session *s, const struct handin *h, struct err *e);

/** handin_last(s, year, hash, at_ms, sent, e): what this person handed in
 * last from this device: 1, 0, -1. */
struct handin_state {
	struct hash hash;
	int64_t at_ms;
	bool sent;
};
int handin_last(struct session *s, int year, struct handin_state *out,
    struct err *e);

struct merge_part { /* of one worker */
	struct id person;
	char name[160];
	int64_t at_ms;    /* 0: has handed nothing in */
	struct hash hash;
	size_t children;  /* marks of children */
};
struct merge {
	int year;
	struct counts counts; /* folded: each child once */
	struct merge_part *parts;
	size_t count, missing; /* of which so many have handed nothing in */
};
void merge_done(struct merge *m);

/** merge_year(s, year, out, e): as an officer, the newest that each worker
 * handed in, added up. ERR_DENIED. */
int merge_year(struct session *s, int year, struct merge *out,
    struct err *e);

/** merge_forget(s, year, e): what was handed in for the year is no longer kept
 * on this device. */
int merge_forget(struct session *s, int year, struct err *e);

#endif
