/*
 * Held text and its review: what somebody wrote after being excluded, or after
 * a withdrawal that had not arrived, is never shown and never lost. Its author
 * sees it as held; the keeper decides.
 *
 * Source: schema/rules.md 7.4, 7.5, 7.8.
 */
#ifndef CORE_REVIEW_H
#define CORE_REVIEW_H

#include "client/core/records/records.h"
#include "common/wire/letter.h"

struct held_item {
	struct record_item record;  /* the person's own text */
	char *case_label, *section;
	int64_t since_ms;
	bool deposited;             /* the keeper has it or will at next sync */
	bool late;                  /* it was accepted, and is under review */
	bool moved;                 /* imported from an earlier device; nothing
	                               was decided (moved.h) */
	int outcome;                /* enum outcome; 0: none yet */
	char *words;                /* the keeper's */
	int64_t outcome_ms;
};
struct held_list {
	struct held_item *items;
	size_t count;
};
void held_list_done(struct held_list *l);
int held_list(struct session *s, struct held_list *out, struct err *e);

struct review_item {
	struct hash id;             /* of the deposit, or of what carried it */
	bool late;                  /* accepted text, written after its author's
	                               consent was withdrawn, before that was
	                               known; else a deposit */
	char *author;               /* name */
	char *case_label, *section;
	int64_t accept_ms;
	struct record_item *records; /* what was written; empty once decided */
	size_t record_count;
	int outcome;                /* enum outcome; 0: waits for a decision */
	char *basis;
};
struct review_list {
	struct review_item *items;
	size_t count;
};
void review_list_done(struct review_list *l);
int review_list(struct session *s, struct review_list *out, struct err *e);

struct review_decision {
	struct hash id;
	enum outcome outcome;
	const char *basis;   /* OUTCOME_FILED: the legal basis, needed */
	const char *words;   /* to the author; NULL: none */
};
/** review_decide(s, d, e): file under a basis (the text enters the case, its
 * origin kept), give back, or erase. The author sees the outcome. */
int review_decide(struct session *s, const struct review_decision *d,
    struct err *e);

/** review_text_count(s, n, e): accepted texts that wait for this keeper's
 * decision, by what carried them. */
int review_text_count(struct store *s, size_t *n, struct err *e);

#endif
