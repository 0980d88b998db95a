/*
 * Risk assessment with the policy's instruments: one run, several observers,
 * each with answers of their own, joined item by item; the worker's judgement
 * apart from them. A run is read by the version of the instrument it was begun
 * with, whatever came later.
 *
 * Source: schema/rules.md 32.1, 32.2, 32.3, 32.4.
 */
#ifndef CORE_ASSESS_H
#define CORE_ASSESS_H

#include "client/core/records/records.h"

#define ASSESS_UNKNOWN (-1)
#define ASSESS_NONE (-2) /* nobody answered */

/** assess_start(s, d, id, e): a run. ERR_INPUT names the instruments there
 * are. */
struct assess_draft {
	struct id case_id;
	const char *instrument; /* of the policy in force */
	const char *on;         /* ISO day; NULL: today */
	const char *review;     /* ISO day; NULL: none */
};
int assess_start(struct session *s, const struct assess_draft *d,
    struct id *id, struct err *e);

/** assess_answer(s, a, e): this person's answer, new or changed. ERR_INPUT
 * names the item and the values it takes. */
struct assess_answer {
	struct id run;
	const char *item, *value; /* 0 to 3, or unknown */
	const char *source, *since, *note; /* NULL: not said */
};
int assess_answer(struct session *s, const struct assess_answer *a,
    struct err *e);

/** assess_answers(s, a, n, e): several, all or none. */
int assess_answers(struct session *s, const struct assess_answer *a, size_t n,
    struct err *e);

/** assess_judge(s, j, signal, e): the worker's own judgement. "immediate"
 * begins a draft of a notification, if this run has none; ${signal} is its
 * id, else zero. */
struct assess_judgement {
	struct id run;
	const char *level, *reason;
	const char *review;       /* ISO day; NULL: as it is */
};
int assess_judge(struct session *s, const struct assess_judgement *j,
    struct id *signal, struct err *e);

struct assess_said { /* one observer's answer */
	char *observer, *source, *since, *note;
	int value;                /* 0..3, ASSESS_UNKNOWN */
};
struct assess_item {
	const char *code, *name, *domain; /* borrowed from the policy */
	bool protective;
	struct assess_said *said;
	size_t count;
	int most;                 /* highest answer; UNKNOWN, NONE */
	bool disagree;            /* observers who know say different things */
};
struct assess_domain {
	const char *code, *name;
	int risk, protective;     /* highest; UNKNOWN, NONE */
};
struct assess_view {
	struct id id, case_id;
	const char *instrument;   /* its name; borrowed */
	char *code;
	int64_t version, at_ms;
	char *level, *level_word, *reason, *judged_by, *review;
	struct assess_item *items;
	size_t count;
	struct assess_domain domains[24];
	size_t domain_count;
	size_t observers, unanswered, disagreements;
};
void assess_view_done(struct assess_view *v);

/** assess_view(s, run, out, e): joined. What is borrowed from the policy holds
 * until the next sync. ERR_ABSENT when no policy here has its instrument. */
int assess_view(struct session *s, const struct id *run,
    struct assess_view *out, struct err *e);

/** assess_trend(s, case_id, out, e): runs, oldest first, joined each. */
struct assess_trend {
	struct assess_view *runs;
	size_t count;
};
void assess_trend_done(struct assess_trend *t);
int assess_trend(struct session *s, const struct id *case_id,
    struct assess_trend *out, struct err *e);

struct entry;
int assess_check(const struct entry *x, struct err *e);
int assess_check_answer(const struct entry *x, struct err *e);

#endif
