/*
 * Overrides: what the law opens for a while, from the records in a case's card
 * to the statements of its spaces, and the memos that go with them.
 *
 * Three records have the type TYPE_OVERRIDE: one that opens, one that ends
 * another before its time (OVERRIDE_ENDS), and one that carries an officer's
 * signature on another (OVERRIDE_SIGNS).
 *
 * Source: schema/rules.md 8.2, 8.4.
 */
#ifndef ACCORD_OVERRIDES_H
#define ACCORD_OVERRIDES_H

#include "client/core/local/versions.h"

struct override_source { /* a record that opens */
	struct id record, person;
	struct id origin;        /* device that recorded it, as is said */
	struct id sealer;        /* device that brought it into the log */
	struct id card;          /* the space it stands in */
	unsigned sections;       /* bits of statements_section */
	enum right right;
	int64_t from_ms, until_ms; /* from its stamp, at most seven days */
	uint64_t hlc;
	struct hash hash;        /* of what the record says */
	bool sound;              /* written once, by a keeper of the card,
	                          * with a stamp that holds */
	bool needs_second;       /* 8.4: opens nothing without a signature */
	bool has_second;         /* one that holds */
	struct id second;        /* the officer's device */
	struct sig second_sig;
	struct id end;           /* the record that ends it; zero: none */
	struct id end_origin;
	uint64_t end_hlc;
	struct hash end_hash;
};
struct override_sources {
	struct override_source *list;
	size_t count;
};
void overrides_done(struct override_sources *l);

/** overrides_load(s, case_id, out, e): all of a case's card, in no order; none
 * when the card is not open here. */
int overrides_load(struct store *s, const struct id *case_id,
    struct override_sources *out, struct err *e);

/** override_length(rec): for how long the record says it is to run, at most
 * ACCESS_OVERRIDE_MS; 0: it says nothing sensible. */
int64_t override_length(const struct record *rec);

/** override_signed(s, o, second): the signature is that of an
 * officer, who is another person than who recorded ${o} and than who brought
 * it into the log: the log proves the latter alone. */
struct override_second {
	const struct id *case_id, *officer;
	const struct sig *sig;
};
bool override_signed(const struct store *s, const struct override_source *o,
    const struct override_second *second);

/** override_runs(o, now_ms): it opens what it names at ${now_ms}. */
bool override_runs(const struct override_source *o, int64_t now_ms);

/** overrides_find(s, record, case_id, out, e): one of them by its id, and the
 * case it is in; 1, 0, -1. */
int overrides_find(struct store *s, const struct id *record,
    struct id *case_id, struct override_source *out, struct err *e);

/** overrides_apply_tx(s, case_id, added, e): add to every open space of the
 * case the statements it lacks and that this device may make: OVERRIDE by a
 * keeper, an end by any writer. */
int overrides_apply_tx(struct store *s, const struct id *case_id,
    size_t *added, struct err *e);

/** overrides_believe(w, a): may ${w}->author, sealing under ${w}->ep, say this
 * at this place: it is no longer than it may be, and a signature on it is that
 * of an officer who is somebody else than who recorded it and than
 * ${w}->author. */
struct override_word {
	struct store *s;
	const struct id *case_id;
	const struct epoch *ep;
	const struct id *author; /* device */
	uint64_t seq;
	int64_t accept_ms;
};
bool overrides_believe(const struct override_word *w, const struct access *a);

/** overrides_is(a): a statement that overrides_believe judges. */
bool overrides_is(const struct access *a);

/** overrides_timely(a, accept_ms): no override, or one whose stamp does not run
 * so far ahead of the hub's clock that nobody believes it. */
bool overrides_timely(const struct access *a, int64_t accept_ms);

/** overrides_settle(s, e): at each sync: ask officers for the signatures that
 * overrides of this device need, put those that came into the card, and tell
 * the data-protection officers of withdrawals that this device recorded while
 * one runs. In one transaction of its own. */
int overrides_settle(struct store *s, struct err *e);

/** overrides_tell_tx(s, n, e): a notice to the
 * data-protection officers and the recovery key. ${what}: enum notice_what. */
struct override_news {
	int what;
	const struct id *case_id, *record; /* of the override */
	const struct id *said;   /* the record that says so; NULL: none */
};
int overrides_tell_tx(struct store *s, const struct override_news *n,
    struct err *e);

#endif
