/*
 * Erase orders as this device knows them, and what follows for its records:
 * hidden from acceptance on, wiped when the order is due, shown again when it
 * was taken back before. Every order here was admitted.
 *
 * Source: schema/rules.md 10.3, 10.4, 10.5.
 */
#ifndef LOCAL_ERASED_H
#define LOCAL_ERASED_H

#include "client/core/local/versions.h"
#include "common/wire/erase.h"

struct erased_order {
	struct hash id;         /* changeset id */
	uint64_t seq;
	struct id space;
	enum erase_kind kind;
	enum erase_reason reason;
	struct hash record;     /* RECORD */
	struct id keeper, dpo;  /* devices */
	int64_t accept_ms;
	bool back;              /* taken back; or it is of kind BACK */
	size_t misfits;         /* bodies of other records that it names */
	bool wiped;
};

/** erased_take_tx(s, o, order, e): an order from the log, and all that follows
 * from it here. ${o}->back and later members are filled in. */
int erased_take_tx(struct store *s, struct erased_order *o,
    const struct erase *order, struct err *e);

/* _find: 1, 0, -1. */
int erased_find(struct store *s, const struct hash *id,
    struct erased_order *out, struct err *e);

/** erased_used(s, sig, e): 1 when an order has this second signature. */
int erased_used(struct store *s, const struct sig *sig, struct err *e);

/** erased_alone(type): a record of this type goes by an order of its own; any
 * other with its whole space only (rules 10.5), whatever an order says. */
bool erased_alone(enum record_type type);

/** erased_record(s, at, out, e): the newest order that stands for this record,
 * or for the whole of its space; 1, 0, -1. */
struct erased_at {
	const struct id *space, *record;
	enum record_type type;
};
int erased_record(struct store *s, const struct erased_at *at,
    struct erased_order *out, struct err *e);

/** erased_whole(s, space, e): 1 when an order for all of it stands. */
int erased_whole(struct store *s, const struct id *space, struct err *e);

/** erased_any(s, space, e): 1 when an order ever named something here. */
int erased_any(struct store *s, const struct id *space, struct err *e);

/** erased_map(s, space, id, out, e): the bodies of changeset ${id} that
 * standing orders name; 0 when none do. */
int erased_map(struct store *s, const struct id *space, const struct hash *id,
    uint64_t *out, struct err *e);

/** erased_each(s, ctx, each, e): every order, oldest first. The rows are read
 * before the first call. */
int erased_each(struct store *s, void *ctx,
    int (*each)(void *ctx, const struct erased_order *o, struct err *e),
    struct err *e);

/* A version in the log, as an order would name it. */
struct erased_place {
	struct hash id;  /* changeset */
	uint32_t idx;
	bool named;      /* by a standing order */
	uint64_t eff;
};

/** erased_places(s, row, out, e): append one struct erased_place for each
 * place in the log where a version of the record stands. */
int erased_places(struct store *s, const struct record_row *row,
    struct buf *out, struct err *e);

/** erased_rid(s, o, rid, e): the record that ${o} names, if it is here and
 * goes alone; 1, 0, -1. */
int erased_rid(struct store *s, const struct erased_order *o, int64_t *rid,
    struct err *e);

/** erased_wipe_tx(s, o, e): the order is due: text, words, held copies, and of
 * a whole space keys and statements too. What is sealed in the outbox and in
 * quarantine is sync/erasures.h's. */
int erased_wipe_tx(struct store *s, const struct erased_order *o,
    struct err *e);

#endif
