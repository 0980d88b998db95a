/*
 * Two cases for one child: which cases are one, and which is in front.
 *
 * An alias is a record in the card of each of the two cases; it counts while
 * both say so. Its id follows from the two cases and the card, so repeats are
 * versions of one record, and one that says something else than its id does is
 * nothing. The group and its front are pure functions of the aliases.
 *
 * Source: schema/rules.md 11.1, 11.3.
 */
#ifndef LOCAL_ALIASES_H
#define LOCAL_ALIASES_H

#include "client/core/local/versions.h"

#define ALIASES_GROUP_MAX 32 /* cases that are one */
#define ALIAS_SAME "same"    /* values of ALIAS_STATUS */
#define ALIAS_APART "apart"

struct alias_pair {
	struct id front, behind;
	bool shut; /* a card is hidden, or a case deleted: for closings alone */
};
struct alias_set {
	struct alias_pair *pairs;
	size_t count;
};
struct alias_group {
	size_t count;                     /* 1: the case alone */
	struct id ids[ALIASES_GROUP_MAX]; /* [0] is in front, the others by id */
};

/** aliases_record(card, front, behind, out): the id of the record in the card
 * of case ${card}. */
void aliases_record(const struct id *card, const struct id *front,
    const struct id *behind, struct id *out);

/** aliases_load(s, out, e): all that count; aliases_done frees. */
int aliases_load(struct store *s, struct alias_set *out, struct err *e);
void aliases_done(struct alias_set *set);

/** aliases_group(set, case_id, shut, out): the cases that are one with
 * ${case_id}. The front is one that no alias puts behind another, or stands in
 * a circle with all that do; of several the one with the smallest id. ${shut}:
 * through what is shut as well. */
void aliases_group(const struct alias_set *set, const struct id *case_id,
    bool shut, struct alias_group *out);

/** aliases_of(s, case_id, shut, out, e): load and group. */
int aliases_of(struct store *s, const struct id *case_id, bool shut,
    struct alias_group *out, struct err *e);

#endif
