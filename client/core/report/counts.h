/*
 * Counts: how many of what, at which school, of which kind. The table of what
 * is counted (counts_groups) and a set of counts.
 *
 * A group counts one sort of thing; each of its sides divides the same things
 * another way, so the words of each side add up to the same. What has no word
 * on a side counts under "", so nothing is missing from a sum.
 *
 * Source: schema/reports.md 1 to 3.
 */
#ifndef REPORT_COUNTS_H
#define REPORT_COUNTS_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/id.h"

#define COUNTS_SIDES_MAX 6
#define COUNTS_BY_SCHOOL 2  /* sides that are published school by school */
#define COUNTS_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define COUNTS_WORD_BYTES 400

enum counts_unit { COUNTS_NUMBER, COUNTS_MINUTES };

struct counts_word { /* of a side without a vocabulary */
	const char *code, *label;
};
struct counts_side {
	const char *code, *label;
	const char *list;  /* of the policy; NULL: the words below, or none */
	const struct counts_word *words; /* ends at a NULL code */
};
struct counts_group {
	const char *code, *label;
	enum counts_unit unit;
	bool once;         /* each thing once in all that is merged: by marks */
	size_t side_count; /* the first COUNTS_BY_SCHOOL by school */
	struct counts_side sides[COUNTS_SIDES_MAX];
};
enum counts_group_number {
	COUNTS_CHILDREN, COUNTS_CASES, COUNTS_CONTACTS, COUNTS_CONTACT_TIME,
	COUNTS_GROUPS, COUNTS_GROUP_HEADS, COUNTS_COMMUNITY,
	COUNTS_COMMUNITY_HEADS, COUNTS_STAFF, COUNTS_TIME, COUNTS_MEETINGS,
	COUNTS_CONSENTS, COUNTS_OVERRIDES, COUNTS_SIGNALS, COUNTS_REFERRALS,
	COUNTS_HANDOVERS, COUNTS_ASSESSMENTS, COUNTS_UPTAKE,
	COUNTS_FIRST_MEETING, COUNTS_TRANSITIONS, COUNTS_DISCLOSURES,
	COUNTS_MEETINGS_DUE,
	COUNTS_GROUP_COUNT
};
extern const struct counts_group counts_groups[COUNTS_GROUP_COUNT];

/** counts_group_find(code): its number, or -1. */
int counts_group_find(const char *code);

/** counts_label(side, code): the English label of a side's own word, or
 * NULL. */
const char *counts_label(const struct counts_side *side, const char *code);

struct counts_cell {
	unsigned group, side, school, word; /* numbers of texts */
	int64_t n;
};
struct counts_mark { /* one thing of a group that is counted once */
	struct id mark;
	unsigned group, school;
	unsigned words[COUNTS_SIDES_MAX];
	int64_t day; /* the newest counts */
};
struct counts_sum { /* of a text: as it is, and folded as search folds */
	uint64_t plain, folded;
};
struct counts {
	char **texts;  /* schools and words; 0 is "" */
	struct counts_sum *sums; /* of each, so that looking up is quick */
	size_t text_count;
	struct counts_cell *cells; /* sorted, none twice, none zero */
	size_t cell_count, cell_room;
	struct counts_mark *marks;
	size_t mark_count;
	bool unsorted;
};

void counts_init(struct counts *c);
void counts_done(struct counts *c);

struct counts_event {
	enum counts_group_number group;
	const char *school;                  /* NULL or "": none */
	const char *words[COUNTS_SIDES_MAX]; /* NULL: none */
	int64_t n;                           /* number, or minutes */
};
void counts_add(struct counts *c, const struct counts_event *ev);

/** counts_mark(c, ev, mark, day): the same for a group that is counted once:
 * ${mark} tells one thing from another. */
void counts_mark(struct counts *c, const struct counts_event *ev,
    const struct id *mark, int64_t day);

/** counts_text(c, text), counts_school(c, name): its number; a school is the
 * same in any case and with or without accents. */
unsigned counts_text(struct counts *c, const char *text);
unsigned counts_school(struct counts *c, const char *name);

/** counts_put(c, cell): add one cell, given by numbers of ${c}. */
void counts_put(struct counts *c, const struct counts_cell *cell);

/** counts_put_mark(c, m): add one mark, given by numbers of ${c}. */
void counts_put_mark(struct counts *c, const struct counts_mark *m);

/** counts_merge(into, from): add all of it; marks meet by counts_fold. */
void counts_merge(struct counts *into, const struct counts *from);

/** counts_fold(c): marks become cells, each thing once, as its newest mark
 * says. */
void counts_fold(struct counts *c);

/** counts_sort(c): cells in order of group, side, school, word by their
 * texts; equal ones become one. Called by what reads. */
void counts_sort(struct counts *c);

struct counts_where { /* NULL: all of them together */
	const char *school, *word;
};
int64_t counts_get(struct counts *c, enum counts_group_number group,
    unsigned side, const struct counts_where *where);

/** counts_schools(c, out, max): numbers of the texts that are schools here, in
 * the order of their names. */
size_t counts_schools(struct counts *c, unsigned *out, size_t max);

/** counts_words(c, group, side, out, max): numbers of the words in use. */
size_t counts_words(struct counts *c, enum counts_group_number group,
    unsigned side, unsigned *out, size_t max);
#define COUNTS_LIST_MAX 4096

/** counts_encode, counts_decode: as they are handed in; marks included.
 * ERR_PEER for what breaks the format, or whose sides do not add up to the
 * same: figures could not be made of it. */
void counts_encode(struct counts *c, struct buf *out);
int counts_decode(struct view in, struct counts *out, struct err *e);

/** counts_csv(c, out), counts_read_csv(in, out, e): RFC 4180, a cell a row,
 * without marks. */
void counts_csv(struct counts *c, struct buf *out);
int counts_read_csv(struct view in, struct counts *out, struct err *e);

#endif
