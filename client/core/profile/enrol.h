/*
 * Joining a hub with a card.
 *
 * Source: schema/rules.md 3.8.
 */
#ifndef CORE_ENROL_H
#define CORE_ENROL_H

#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"

struct enrol_result {
	char code[16];  /* short code to compare with the officer, by voice */
	char hub[200];
};

/** enrol_join(s, r, card, out, e): check the hub against the card, send this
 * device's keys. ERR_PEER when pin or root differ: a wrong or hostile hub. */
int enrol_join(struct session *s, struct remote *r, const char *card,
    struct enrol_result *out, struct err *e);

/** enrol_code(s, out, e): the code again, while waiting. */
int enrol_code(struct session *s, struct enrol_result *out, struct err *e);

#endif
