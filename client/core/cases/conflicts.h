/*
 * Fields that two people changed without seeing each other's change: shown
 * with what both started from, and ended by taking one text, a merge, or a
 * new one. The rule: schema/rules.md 6.10.
 */
#ifndef CORE_CONFLICTS_H
#define CORE_CONFLICTS_H

#include "client/core/words/merge.h"
#include "client/core/records/records.h"

struct conflict_side {
	char *text;
	char *author;          /* name */
	int64_t written_ms;    /* effective time */
	bool shown;            /* the rule shows this one */
	bool mine;             /* written on a device of this person */
	struct merge_diff change; /* from the base, or else from the first side;
	                             only after conflict_explain */
};

enum conflict_merge { /* why there is a proposal, or none */
	CONFLICT_MERGED = 1,  /* by lines or sentences */
	CONFLICT_MERGED_WORDS,/* both changed one sentence, or neighbours */
	CONFLICT_OVERLAPS,    /* both changed the same place */
	CONFLICT_NO_BASE,     /* nothing that both started from */
	CONFLICT_NO_TEXT,     /* a day, a person, a code: one or the other */
	CONFLICT_TOO_LONG     /* the merge is longer than the field */
};

struct conflict {
	struct id record, case_id;
	enum record_type type;
	char *field, *label;
	char *case_label;
	char *base;            /* what both had before; NULL if nothing */
	char *base_author;
	int64_t base_ms;
	struct conflict_side *sides;
	size_t side_count;
	char *merged;          /* proposed; only after conflict_explain */
	enum conflict_merge merge;
};
struct conflict_list {
	struct conflict *items;
	size_t count;
};
void conflict_list_done(struct conflict_list *l);
int conflicts_list(struct session *s, struct conflict_list *out,
    struct err *e);

/** conflict_explain(c, e): what each side changed, and the merge of all sides
 * over the base that all come from: the first with the second, the result with
 * the third. */
int conflict_explain(struct conflict *c, struct err *e);

enum conflict_how {
	CONFLICT_SIDE = 1,  /* by its number, from 1, as listed */
	CONFLICT_MINE,      /* the one text of this person */
	CONFLICT_THEIRS,    /* the one text of somebody else */
	CONFLICT_MERGE,     /* as conflict_explain proposes */
	CONFLICT_TEXT       /* another one, as typed */
};
struct conflict_choice {
	struct id record;
	const char *field;
	enum conflict_how how;
	size_t side;
	const char *text;
};
struct conflict_taken {
	char *before, *now; /* what was shown, what is */
	enum record_type type;
};
void conflict_taken_done(struct conflict_taken *t);

/** conflicts_take(s, choice, out, e): write what is chosen, naming all heads:
 * the conflict is over for everybody. ERR_INPUT when the choice fits none or
 * several of the texts, or there is no merge. */
int conflicts_take(struct session *s, const struct conflict_choice *choice,
    struct conflict_taken *out, struct err *e);

#endif
