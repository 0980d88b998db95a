/*
 * Rooms: spaces without a child. A school's room holds what its workers do for
 * the school, a group's room its meetings and tasks; "own" is a person's, on
 * their devices alone. Who keeps a room says who is in it.
 *
 * Source: schema/rules.md 14.1, 14.4.
 */
#ifndef CORE_ROOMS_H
#define CORE_ROOMS_H

#include "client/core/records/records.h"
#include "common/wire/epoch.h"

#define ROOMS_OWN "own"     /* one for each person, begun when first needed */
#define ROOMS_SITE "site"
#define ROOMS_GROUP "group"

struct room_item {
	struct id space, record; /* record: its TYPE_ROOM */
	char kind[32];
	char *name, *school, *closed;
	bool welfare;            /* single children have no place in it */
	enum right right;        /* of this person */
	size_t members;
};
struct room_list {
	struct room_item *items;
	size_t count;
};
void room_item_done(struct room_item *r);
void room_list_done(struct room_list *l);

/** rooms_list(s, kind, out, e): those open to this person; ${kind} NULL: all
 * but the own one. */
int rooms_list(struct session *s, const char *kind, struct room_list *out,
    struct err *e);

/** rooms_find(s, kind, text, out, e): by id or unambiguous part of the name.
 * ERR_ABSENT; ERR_INPUT when several fit. */
int rooms_find(struct session *s, const char *kind, const char *text,
    struct room_item *out, struct err *e);

/** rooms_begin(s, kind, set, n, space, e): a new room kept by this person;
 * "name" is needed. ERR_CLASH when one of that kind has the name. */
int rooms_begin(struct session *s, const char *kind,
    const struct assignment *set, size_t n, struct id *space, struct err *e);

/** rooms_own_tx(s, space, e): this person's own room, begun if there is none. */
int rooms_own_tx(struct session *s, struct id *space, struct err *e);

struct room_member {
	struct id person, record;
	char name[160];
	char *role;
	enum right right;
	int64_t until_ms;        /* INT64_MAX: without an end */
	bool own;                /* began the room */
};
struct room_members {
	struct room_member *items;
	size_t count;
};
void room_members_done(struct room_members *l);
int rooms_members(struct session *s, const struct id *space,
    struct room_members *out, struct err *e);

/** rooms_admit(s, d, id, e): let a person in, or give them another right;
 * only who keeps the room may. */
struct room_admission {
	struct id space, person;
	enum right right;        /* read, write or keep */
	const char *role;        /* NULL: none */
	int64_t until_ms;        /* 0: without an end */
};
int rooms_admit(struct session *s, const struct room_admission *d,
    struct id *id, struct err *e);

/** rooms_dismiss(s, space, person, id, e): put a person out; what they wrote
 * stays. ERR_ABSENT when they are not in it. */
int rooms_dismiss(struct session *s, const struct id *space,
    const struct id *person, struct id *id, struct err *e);

#endif
