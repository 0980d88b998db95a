/*
 * The access statement: a keeper's word that a person may (or may no longer)
 * hold a space, until when, and on which consent. Carried sealed in the
 * space's own stream so that its members, and nobody else, can check every
 * recipient of an epoch. Source: schema/wire.md, "Access statement".
 */
#ifndef WIRE_ACCESS_H
#define WIRE_ACCESS_H

#include "common/wire/epoch.h"

#define ACCESS_SUPERSEDES_MAX 16

enum access_kind {
	ACCESS_GRANT = 1,
	ACCESS_WITHDRAW = 2, /* ends every grant to the person in this space */
	ACCESS_OWNER = 3     /* the creator's own side, when the space begins */
};

struct access {
	enum access_kind kind;
	struct id id;             /* of this statement */
	struct id person;
	enum right right;         /* GRANT, OWNER */
	int64_t from_ms, until_ms;
	uint64_t hlc;             /* when it was recorded */
	struct id origin;         /* device that recorded it */
	struct id consent;        /* consent record in card; zero: OWNER */
	struct hash consent_hash; /* keys_hash of the consent's body */
	size_t supersedes_count;  /* statements this one replaces or ends */
	struct id supersedes[ACCESS_SUPERSEDES_MAX];
};

void access_encode(const struct access *a, struct buf *out);
int access_decode(struct view in, struct access *a, struct err *e);

#endif
