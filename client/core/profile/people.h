/*
 * Staff: who is who, from the commons space.
 */
#ifndef CORE_PEOPLE_H
#define CORE_PEOPLE_H

#include "client/core/profile/session.h"
#include "common/wire/directory.h"

struct person_item {
	struct id person;
	char name[160], title[160]; /* "" when the commons has none yet */
	unsigned roles;             /* enum role bits */
	size_t devices;             /* live ones */
	bool me;
};

struct person_list {
	struct person_item *items;
	size_t count;
};
void person_list_done(struct person_list *l);

int people_list(struct session *s, struct person_list *out, struct err *e);

/** people_find(s, text, out, e): by id, whole name or unambiguous part of a
 * name (case folded). ERR_ABSENT; ERR_INPUT when several fit, naming none. */
int people_find(struct session *s, const char *text, struct person_item *out,
    struct err *e);

/** people_name(s, person, out, e): the name, or "person 1a2b3c4d". */
int people_name(struct session *s, const struct id *person, char out[160],
    struct err *e);

/** people_name_set_tx: see office.h, which names people when approving. */

#endif
