/*
 * Statements: what the consents and withdrawals of a case's card say about
 * each of its section spaces.
 *
 * A statement is a pure function of the record it rests on, the space and the
 * person, its id too: any client that may make it makes the same one, so that
 * two who do collapse, and a space begun later gets what was agreed earlier.
 *
 * Source: schema/rules.md 5.1, 5.2, 5.5, 5.7, 5.11.
 */
#ifndef ACCORD_STATEMENTS_H
#define ACCORD_STATEMENTS_H

#include "client/core/local/versions.h"

#define STATEMENTS_SETTLED "statements.settled" /* log place in meta */
#define STATEMENTS_SECTIONS 6
#define STATEMENTS_ALL ((1u << STATEMENTS_SECTIONS) - 1)

/** statements_section(i): "card", "notes", ... of bit ${i}. */
const char *statements_section(unsigned i);

/** statements_bit(section): the bit of that name, 0: there is none. */
unsigned statements_bit(const char *section);

/** statements_sections(text, mask, e): "plan, card" to bits; NULL or "" is
 * every section. ERR_INPUT names the sections there are. */
int statements_sections(const char *text, unsigned *mask, struct err *e);

/** statements_words(mask, out): "card, plan". */
void statements_words(unsigned mask, char out[static 80]);

struct statement_source { /* a consent, refusal or withdrawal record */
	struct id record;
	bool opens;             /* a consent given; all else closes */
	bool refusal;
	bool sound;             /* written once, by a keeper of the card */
	bool waits;             /* not yet received by the hub */
	struct id audience;     /* person; zero: everybody */
	struct id part;         /* of the sections; zero: what has no part,
	                           of what closes: all parts too */
	struct id since;        /* opens what was begun behind this bound;
	                           zero: the past too */
	unsigned sections;
	enum right right;
	int64_t from_ms, until_ms;
	uint64_t hlc;
	struct id origin;
	struct hash hash;       /* of what the record says */
	size_t supersedes_count;
	struct id supersedes[ACCESS_SUPERSEDES_MAX]; /* records it overrules */
};
struct statement_sources {
	struct statement_source *list;
	size_t count;
};
void statements_done(struct statement_sources *l);
void statements_add(struct statement_sources *l,
    const struct statement_source *src);

/** statements_load(s, case_id, out, e): all of a case's card; of one that is
 * not open here, what closes and is held. */
int statements_load(struct store *s, const struct id *case_id,
    struct statement_sources *out, struct err *e);

/** statements_closes(rec): a withdrawal or a refusal. */
bool statements_closes(const struct record *rec);

/** statements_hash(rec, out): of what a record says, not of when. */
void statements_hash(const struct record *rec, struct hash *out);

/** statements_keeper(s, card, origin, out, e): a keeper of the card wrote it. */
int statements_keeper(struct store *s, const struct id *card,
    const struct id *origin, bool *out, struct err *e);

/** statements_load_group(s, case_id, out, e): the same, and what closes in the
 * cases that are one with it (rules.md 11.2). */
int statements_load_group(struct store *s, const struct id *case_id,
    struct statement_sources *out, struct err *e);

/** statements_bounds(s, sp, e): add to ${sp}->since the bounds that lie before
 * what is written now in its case and section: of consents that count and are
 * not over. ERR_TOOBIG past SPACE_SINCE_MAX. */
int statements_bounds(struct store *s, struct space *sp, struct err *e);

/** statements_ends(closing, grant): the closing record ends this consent, as
 * far as their sections overlap. */
bool statements_ends(const struct statement_source *closing,
    const struct statement_source *grant);

/** statements_say_tx(s, sp, all, bit, added, e): add to one space what ${all}
 * says of sections ${bit}, as far as it lacks it and this device may. */
int statements_say_tx(struct store *s, const struct space *sp,
    const struct statement_sources *all, unsigned bit, size_t *added,
    struct err *e);

/** statements_apply_tx(s, case_id, added, e): add to every open space of the
 * case, and of those that are one with it, the statements it lacks and that
 * this device may make. */
int statements_apply_tx(struct store *s, const struct id *case_id,
    size_t *added, struct err *e);

/** statements_settle(s, added, e): the same for every case in which something
 * changed since the last time. */
int statements_settle(struct store *s, size_t *added, struct err *e);

/** statements_believe(a, ep, author): may ${author}, sealing under ${ep}, say
 * this: grants are a keeper's, closing is any writer's, and OWNER is said by
 * who began the space of themselves. What is of the side, sides_believe. */
bool statements_believe(const struct access *a, const struct epoch *ep,
    const struct id *author);

#endif
