/*
 * A worker's year, invented: cases opened and closed, notes, consents given
 * and withdrawn, and records of every kind that fields.h declares, in five
 * languages, written by the client's own calls into a real store. The same
 * seed writes the same words in the same order.
 *
 * A kind that is declared tomorrow is written tomorrow: its values follow from
 * its fields, vocabularies and homes. What only makes sense as a step of
 * something (a handover, a decision, a statement) is left to tests of that.
 */
#ifndef SUPPORT_YEAR_H
#define SUPPORT_YEAR_H

#include "client/core/cases/entries.h"
#include "client/core/local/types.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policy.h"
#include "client/core/local/fields.h"
#include "client/core/profile/session.h"

enum year_tongue { YEAR_ET, YEAR_LV, YEAR_FI, YEAR_HU, YEAR_EN, YEAR_LANGS };

struct year {
	uint64_t seed;
	int64_t from_ms;       /* the first day; 0: a year before now */
	unsigned days;         /* how long; 0: 365 */
	size_t cases;
	size_t notes;          /* of a case, on the average; the tail is long */
	size_t longest;        /* notes of the first case; 0: as the others */
	size_t sites, groups;  /* rooms that this worker begins */
	size_t first_site;     /* of the municipality's schools */
	unsigned others;       /* records of each other kind, in percent of what
	                          is usual */
	enum year_tongue lang;   /* of two cases in three */
	bool alone;              /* nobody is let into a case */
	/* Moves the clock of the store; NULL: the days stand in fields alone. */
	void (*at)(void *ctx, int64_t wall_ms);
	void *ctx;
};

struct year_made {
	size_t cases, closed, notes, consents, withdrawals, records;
	size_t by_type[FIELDS_TYPES_MAX];
	size_t refused[FIELDS_TYPES_MAX];
	char why[FIELDS_TYPES_MAX][sizeof(((struct err *)0)->text)]; /* the last refusal of the kind */
	struct id first_case;            /* the longest */
	char first_name[80];
};

/*
 * The workloads: a worker of a small office (4 workers, 10,000 records in a
 * year), of a middling one (15, 45,000), the average and the heaviest worker
 * of a large one (150, 450,000).
 */
enum year_size { YEAR_S, YEAR_M, YEAR_L, YEAR_L_HEAVIEST };

/** year_of(size, seed): a worker's year of that size. */
struct year year_of(enum year_size size, uint64_t seed);

/*
 * A municipality of that size: so many workers, each with a year of their own,
 * a name, a main language and schools, all from one seed. The first worker of
 * a large one is its heaviest.
 */
size_t year_workers(enum year_size size);
struct year year_of_worker(enum year_size size, uint64_t seed, size_t i);
const char *year_worker_name(enum year_size size, uint64_t seed, size_t i,
    char *out, size_t room);

/** year_write(s, y, out, e): writes it. Refusals by a rule are counted, not
 * failures. 0, -1. */
int year_write(struct session *s, const struct year *y,
    struct year_made *out, struct err *e);

/** year_by_program(type): records of this type come about by steps of their
 * own and are not made from their fields. */
bool year_by_program(enum record_type type);

/** year_share(y, kind): how many of that kind such a year has. */
double year_share(const struct year *y, const struct record_kind *kind);

/* Chance and words (year_words.c). */
struct dice {
	uint64_t state;
};
uint32_t dice_below(struct dice *d, uint32_t n);
bool dice_percent(struct dice *d, unsigned percent);

/** year_name, year_school, year_line, year_text: an invented person's
 * name, a school, a short line, a text of ${sentences}; returns ${out}. */
const char *year_name(struct dice *d, enum year_tongue l, char *out,
    size_t size);
/* Up to 400 differ. */
const char *year_nth_name(size_t n, enum year_tongue l, char *out,
    size_t size);
const char *year_school(size_t i, enum year_tongue l, char *out, size_t size);
const char *year_line(struct dice *d, enum year_tongue l, char *out,
    size_t size);
const char *year_text(struct dice *d, enum year_tongue l, unsigned sentences,
    char *out, size_t size);
const char *year_code(enum year_tongue l); /* "et" */

/* One record (year_record.c): who writes it, when, in which year. */
#define YEAR_TEXT_BYTES 1600
#define YEAR_TRIES 8
struct year_pen {
	struct session *s;
	const struct year *y;
	struct dice *dice;
	const struct person_list *people;
	const struct policy *policy;
	int64_t day_ms;
	/* A record that field ${f} of one at ${where} (case or room) may point
	 * to; false: there is none. */
	bool (*record)(void *ctx, const struct field *f,
	    const struct id *where, struct id *out);
	/* NULL, or may change the words that go into ${f}. */
	void (*mark)(void *ctx, const struct field *f,
	    char text[static YEAR_TEXT_BYTES]);
	void *ctx;
};

/** year_fill(p, d, attempt, set): what somebody types into a record of ${d}'s
 * type and place: each attempt (below YEAR_TRIES) fills in less, the last one
 * only what is needed. The texts hold until the next call. */
size_t year_fill(const struct year_pen *p, const struct entry_draft *d,
    unsigned attempt, struct assignment set[static RECORD_OPS_MAX]);

#endif
