/*
 * Sides: what the steps of a handover or takeover in a case's card say about
 * each of its section spaces, and who may say it.
 *
 * As with consents (statements.h) a statement follows from its record, the
 * space and the person alone.
 *
 * Source: schema/rules.md 9.1, 9.2, 9.3, 9.5.
 */
#ifndef ACCORD_SIDES_H
#define ACCORD_SIDES_H

#include "client/core/local/versions.h"

enum side_step {
	SIDE_PROPOSE = 1, /* a keeper takes a person into the side */
	SIDE_ACCEPT,      /* that person leads from here on */
	SIDE_REDUCE,      /* somebody's part becomes less, or nothing */
	SIDE_TAKEOVER,    /* by law: leads, and has the say over the side */
	SIDE_BACK         /* undoes the step it names */
};

struct side_source { /* a step, as its record says */
	struct id record;
	enum side_step step;
	struct id person;       /* whom it is about */
	struct id by;           /* person who wrote it */
	struct id of;           /* step or order it answers; zero: none */
	enum right right;       /* REDUCE: what is left */
	int64_t from_ms, until_ms;
	uint64_t hlc;
	struct id origin;
	struct hash hash;
	bool waits;             /* not yet received by the hub */
	size_t supersedes_count;
	struct id supersedes[ACCESS_SUPERSEDES_MAX]; /* reductions it undoes */
};
struct side_sources {
	struct side_source *list; /* in order of their stamps */
	size_t count;
};
void sides_done(struct side_sources *l);

/** sides_load(s, case_id, out, e): all steps in the case's card, none when
 * it is not open here. */
int sides_load(struct store *s, const struct id *case_id,
    struct side_sources *out, struct err *e);

/** sides_word(step): "propose", "accept" ...: as the record has it. */
const char *sides_word(enum side_step step);

/** sides_answer(all, src, step): the first step of that kind that answers
 * ${src}, or NULL. */
const struct side_source *sides_answer(const struct side_sources *all,
    const struct side_source *src, enum side_step step);

/** sides_apply_tx(s, case_id, added, e): add to every open space of the case
 * the statements of its side that it lacks and that this device may make. */
int sides_apply_tx(struct store *s, const struct id *case_id, size_t *added,
    struct err *e);

/** sides_id(record, space, person, out): the id of the statement that follows
 * from a step; not that of any other kind. */
void sides_id(const struct id *record, const struct id *space,
    const struct id *person, struct id *out);

/* A changeset of statements, looked at one after another. */
struct side_word {
	struct store *s;
	const struct epoch *ep;  /* it is sealed under */
	const struct id *author; /* device */
	uint64_t seq;
	int64_t accept_ms;
	struct access_book book; /* what was said before */
	bool has_book;
};
void side_word_done(struct side_word *w);

/** sides_believe(w, a, out, e): may its author say ${a} there: of the side by
 * rules.md 9, all else by statements_believe. */
int sides_believe(struct side_word *w, const struct access *a, bool *out,
    struct err *e);

#endif
