/*
 * One door: a space, who holds its key, who should, and the statements and
 * epoch that bring the two in line. Inner part of doors.c.
 *
 * Source: schema/rules.md 4.1, 4.4, 4.5, 4.6, 4.8, 5.6.
 */
#ifndef ACCORD_DOOR_H
#define ACCORD_DOOR_H

#include "client/core/local/spaces.h"

struct door {
	struct store *s;
	struct space sp;
	struct space_epoch cur;      /* newest; none before epoch 1 */
	bool has_cur;
	bool locked;                 /* cur's key does not open here: a keeper
				      * makes the next without it */
	bool spoiled;                /* cur's key is out with a refused epoch */
	struct sym_key wrapped;      /* locked: the newest key there is */
	bool begins;                 /* epoch 1 is ours to make */
	bool over_there;             /* it would list who is over for the hub */
	bool stuck;                  /* something must happen elsewhere first */
	enum right mine;
	struct access_book book;
	struct access *waiting;      /* statements not yet queued */
	size_t waiting_count;
	struct epoch_recipient *want;
	size_t want_count, want_max;
	bool turn;                   /* a new epoch is due */
	size_t group;
	int64_t next_end;            /* soonest end among the wanted */
	const struct roster_device *extra; /* approved in the same push */
};

/** door_open(s, space, extra, out, e): loaded and judged; door_free takes
 * NULL. ${extra}: a device approved in the same push, or NULL; borrowed. */
int door_open(struct store *s, const struct id *space,
    const struct roster_device *extra, struct door **out, struct err *e);
void door_free(struct door *d);

/** door_acts(d): there is something to do; door_may(d): and this device may
 * do all of it now. */
bool door_acts(const struct door *d);
bool door_may(const struct door *d);

/** door_close_only(d, e): judge again without the grants that wait. */
int door_close_only(struct door *d, struct err *e);

/** door_queue_tx(d, group, rekeyed, e): queue statements, then the epoch. */
int door_queue_tx(struct door *d, int64_t group, size_t *rekeyed,
    struct err *e);

/* door_want.c: the wanted recipients, into d->want. */

/** door_want_basis(d, person, right): the statement that counts, NULL: none. */
const struct access *door_want_basis(const struct door *d,
    const struct id *person, enum right *right);

/** door_want_allowed(d): a keeper's: exactly whom the statements allow.
 * door_want_fewer(d): a writer's: the newest epoch without whom one may leave
 * out. */
void door_want_allowed(struct door *d);
void door_want_fewer(struct door *d);

/** door_want_differs(d): from the newest epoch; door_want_keeper(d): somebody
 * wanted keeps. */
bool door_want_differs(const struct door *d);
bool door_want_keeper(const struct door *d);

#endif
